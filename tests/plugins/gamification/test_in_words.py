"""The rule of a badge in plain words: whole sentences, in both languages, for whatever a definition can say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.gamification.definitions import PERS, Badge, Clause, Range, load
from plugins.gamification.in_words import rule
from plugins.gamification.kinds import COUNTED, KINDS, KNOWN_VALUES, NUMBERED, NUMBERS, ROLES
from portal.core.i18n import speaking

BADGES = {badge.id: badge for badge in load().badges}
TABLE = (Path(__file__).parent / "rules_in_words.txt").read_text(encoding="utf-8")


def table(language: str) -> dict[str, tuple[str, ...]]:
    """What the table beside this test says of each badge in a language."""
    blocks = re.findall(r"^\[([a-z0-9-]+)\]\n((?:.+\n)+)", TABLE, re.MULTILINE)
    begins = f"{language}: "
    return {
        name: tuple(line.removeprefix(begins) for line in text.splitlines() if line.startswith(begins))
        for name, text in blocks
    }


def one(**values) -> Badge:
    """A badge with one clause of these *values*."""
    clause = Clause(**{"events": ("thanks.received",), **values})
    return Badge(id="x", name="X", tier="gold", track="care", text="X.", clauses=(clause,))


def limits(**values) -> tuple[str, ...]:
    """What is said of a clause between what earns it and how often."""
    return rule(one(**values))[1:-2]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_rules_of_our_badges_read_as_the_table_says(language):
    with speaking(language):
        said = {name: rule(badge) for name, badge in BADGES.items()}

    assert said == table(language)


def test_a_rule_with_everything_says_everything():
    badge = one(
        events=("article.solved", "article.reused", "article.helpful"),
        count=2,
        distinct="actor",
        min_distinct={"unit": 1, "subject": 3, "quarter": 2},
        within_days=1,
        where={"actor_role": ("front_line", "onsite"), "unit": (7,)},
        pair_cap=1,
    )

    assert rule(badge) == (
        (
            "It counts when somebody fixed it with one of your articles and said so, somebody solved a request with "
            "one of your articles or somebody in support found one of your articles helpful."
        ),
        (
            "You earn it when this has happened with at least 2 different people with at least 3 different articles "
            "in at least 2 different quarters within 1 day."
        ),
        "Only people in one of these roles count: Front line, Onsite support.",
        "Only people of the unit with this number count: 7.",
        "Of what comes from one person, 1 in a calendar month counts.",
        "What you do for yourself does not count.",
        "You can earn it once.",
        "Once earned, it stays, unless something in it should never have counted.",
    )


def test_things_of_several_types_are_things():
    badge = one(events=("gap.closed", "thanks.received"), count=3, distinct="subject")

    assert rule(badge)[1] == "You earn it when this has happened with at least 3 different things."


def test_numbers_have_ends():
    assert limits(events=("challenge.completed",), where={"parties": Range(1, 4)}) == (
        "At least 1 support party has to take part.",
        "At most 4 support parties may take part.",
    )
    assert limits(where={"actor_age_days": Range(None, 30)}) == (
        "The other person’s account may be at most 30 days old.",
        "What you do for yourself does not count.",
    )


def test_german_has_plurals():
    with speaking("de"):
        one_day, days = (rule(one(count=2, within_days=many))[1] for many in (1, 30))

    assert one_day == "Sie erhalten es, wenn das mindestens 2-mal innerhalb von 1 Tag geschehen ist."
    assert days == "Sie erhalten es, wenn das mindestens 2-mal innerhalb von 30 Tagen geschehen ist."


def test_what_coaches_give_by_hand_says_so():
    badge = Badge(id="x", name="X", tier="gold", track="care", text="X.", manual=True)

    assert rule(badge) == ("A coach gives it by hand and says why.",)


def test_what_can_be_lost_says_so():
    assert rule(BADGES["plain-words"])[-1] == "It is taken back when what it stands on no longer holds."


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_of_event_has_words_of_its_own(language):
    with speaking(language):
        said = {rule(one(events=(kind,)))[0] for kind in COUNTED}

    assert len(said) == len(COUNTED)


def values_of(field: str) -> st.SearchStrategy[object]:
    """Values that a definition may ask for in a field, or ranges of them."""
    if field in KNOWN_VALUES:
        return st.lists(st.sampled_from(KNOWN_VALUES[field]), min_size=1, max_size=3, unique=True).map(tuple)
    if field in NUMBERS:
        amount = st.integers(0, 99)
        ends = st.tuples(st.none() | amount, st.none() | amount).filter(any)
        return st.lists(amount, min_size=1, max_size=3).map(tuple) | ends.map(lambda pair: Range(*pair))
    value = st.integers(1, 99) if field in NUMBERED else st.text("abc%(){}-", min_size=1, max_size=6)
    return st.lists(value, min_size=1, max_size=3).map(tuple)


@st.composite
def clauses(draw) -> Clause:
    events = tuple(draw(st.lists(st.sampled_from(sorted(COUNTED)), min_size=1, max_size=4, unique=True)))
    fields = sorted(frozenset.intersection(*(KINDS[event].fields for event in events)))
    asked = st.lists(st.sampled_from(fields), max_size=3, unique=True)
    return Clause(
        events=events,
        count=draw(st.integers(1, 300)),
        distinct=draw(st.just("") | st.sampled_from(fields)),
        min_distinct={field: draw(st.integers(1, 9)) for field in draw(asked)},
        within_days=draw(st.none() | st.integers(1, 1460)),
        where={field: draw(values_of(field)) for field in draw(asked)},
        pair_cap=draw(st.none() | st.integers(1, 9)),
        own=draw(st.booleans()),
    )


badges = st.builds(
    Badge,
    id=st.just("x"),
    name=st.just("X"),
    tier=st.just("gold"),
    track=st.just("care"),
    text=st.just("X."),
    clauses=st.lists(clauses(), min_size=1, max_size=3).map(tuple),
    earn=st.lists(st.sampled_from(ROLES), max_size=3, unique=True).map(tuple),
    per=st.sampled_from(PERS),
    sticky=st.booleans(),
)


@given(badge=badges, language=st.sampled_from(["en", "de"]))
def test_whatever_a_definition_says_is_said_in_sentences(badge, language):
    with speaking(language):
        said = rule(badge)

    assert len(said) >= 3
    assert all(each[0].isupper() and each.endswith(".") for each in said)
    numbers = {int(each) for each in re.findall(r"\d+", " ".join(said))}
    for clause in badge.clauses:
        assert clause.count in numbers or clause.count == 1
        assert clause.within_days in numbers or clause.within_days is None or said_at_once(clause)
        assert clause.pair_cap in numbers or clause.pair_cap is None


def said_at_once(clause: Clause) -> bool:
    return clause.count == 1 and all(least == 1 for least in clause.min_distinct.values())
