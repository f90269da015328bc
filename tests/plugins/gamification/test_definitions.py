"""Badges as they are read from TOML, and what is said when something in it does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.gamification.definitions import LANGUAGES, Badge, Clause, Definitions, Problem, Range, load, read
from plugins.gamification.kinds import COUNTED, KINDS
from portal.core.i18n import speaking
from tests.house.test_words import GERMAN_PATTERNS, faults_of
from tests.plugins.gamification.made import BADGES

HEAD = "schema = 1\n"
BADGE = """
[[badge]]
id = "well-worn"
name = "Well Worn"
name_de = "Gut eingelaufen"
tier = "silver"
track = "knowledge"
text = "Used a lot."
text_de = "Viel benutzt."
earn = ["front_line", "superuser"]
per = "subject"
sticky = false
hidden = true
[badge.when]
event = "article.reused"
count = 15
distinct = "actor"
min_distinct = { unit = 2, week = 8 }
within_days = 180
where = { actor_role = ["front_line", "onsite"] }
pair_cap = 3
own = false
"""
FIELDS = ["count", "distinct", "event", "min_distinct", "own", "pair_cap", "where", "within_days"]
SMALL = '[[badge]]\nid = "one"\nname = "One"\ntier = "gold"\ntrack = "team"\ntext = "One."\n'


def problems(text: str) -> list[tuple[str, str, str]]:
    """Badge, field and sentence of each problem of the file."""
    found = read(text, "badges.toml")
    assert not found.problems or not found.badges
    assert {problem.file for problem in found.problems} <= {"badges.toml"}
    return [(problem.badge, problem.field, problem.sentence) for problem in found.problems]


def test_a_badge_is_read_with_all_that_it_has():
    assert read(HEAD + BADGE, "badges.toml") == Definitions(
        (
            Badge(
                id="well-worn",
                name="Well Worn",
                tier="silver",
                track="knowledge",
                text="Used a lot.",
                clauses=(
                    Clause(
                        events=("article.reused",),
                        count=15,
                        distinct="actor",
                        min_distinct={"unit": 2, "week": 8},
                        within_days=180,
                        where={"actor_role": ("front_line", "onsite")},
                        pair_cap=3,
                    ),
                ),
                earn=("front_line", "superuser"),
                per="subject",
                sticky=False,
                hidden=True,
                names={"de": "Gut eingelaufen"},
                texts={"de": "Viel benutzt."},
            ),
        ),
        (),
    )


def test_what_is_not_said_is_the_simplest():
    assert read(HEAD + SMALL + '[badge.when]\nevent = "thanks.received"', "x.toml").badges == (
        Badge(id="one", name="One", tier="gold", track="team", text="One.", clauses=(Clause(("thanks.received",)),)),
    )


def test_several_conditions_and_ranges_are_read():
    text = """[badge.when]
all = [
  { event = ["challenge.completed"], where = { parties = { min = 2 } } },
  { event = "article.kept_fresh", own = true, where = { actor = 5 } },
]"""
    assert read(HEAD + SMALL + text, "x.toml").badges[0].clauses == (
        Clause(("challenge.completed",), where={"parties": Range(2, None)}),
        Clause(("article.kept_fresh",), where={"actor": (5,)}, own=True),
    )


def test_a_badge_that_coaches_give_has_no_rule():
    badge = read(HEAD + SMALL + "manual = true", "x.toml").badges[0]
    assert (badge.manual, badge.clauses) == (True, ())


def test_the_51_badges_of_ours_are_read():
    found = load()
    assert (len(found.badges), found.problems) == (51, ())
    tiers = [badge.tier for badge in found.badges]
    assert {tier: tiers.count(tier) for tier in set(tiers)} == {"bronze": 25, "silver": 16, "gold": 10}


def test_each_of_ours_is_named_and_told_in_every_language():
    others = set(LANGUAGES) - {"en"}
    assert [badge.id for badge in BADGES.values() if set(badge.names) != others or set(badge.texts) != others] == []
    for language in LANGUAGES:
        names = [badge.name_in(language) for badge in BADGES.values()]
        texts = [badge.text_in(language) for badge in BADGES.values()]
        assert (len(set(names)), len(set(texts))) == (51, 51)
    assert [badge.text_in(language)[-1] for badge in BADGES.values() for language in LANGUAGES] == ["."] * 102
    assert BADGES["thanked"].name_in("de-AT") == "Bedankt"
    assert BADGES["thanked"].name_in("fr") == "Thanked"


def test_none_of_ours_says_a_word_that_makes_somebody_small():
    english = [text for badge in BADGES.values() for text in (badge.name, badge.text)]
    german = [text for badge in BADGES.values() for text in (badge.name_in("de"), badge.text_in("de"))]
    assert {text: faults_of(text) for text in english + german if faults_of(text)} == {}
    assert [text for text in german if any(pattern.search(text) for pattern, _instead in GERMAN_PATTERNS)] == []


@pytest.mark.parametrize(
    ("old", "new", "field", "sentence"),
    [
        ('id = "well-worn"', "", "id", "A text belongs here, in quotation marks."),
        ('name = "Well Worn"', 'name = " "', "name", "A text belongs here, in quotation marks."),
        ('text_de = "Viel benutzt."', "text_de = 5", "text_de", "A text belongs here, in quotation marks."),
        ('tier = "silver"', 'tier = "lead"', "tier", "One of these belongs here: bronze, silver, gold."),
        ('per = "subject"', "per = 7", "per", "One of these belongs here: once, subject, quarter, year, every."),
        ("sticky = false", "sticky = 0", "sticky", "Write true or false."),
        ('["front_line", "superuser"]', '["fronty"]', "earn", "There is no role “fronty”."),
        ('["front_line", "superuser"]', '["onsite", "onsite"]', "earn", "“onsite” stands twice."),
        ('earn = ["front_line", "superuser"]', "earn = 5", "earn",
         'A list of words belongs here, such as ["end_user"].'),
        ("hidden = true", "hiden = true", "hiden", "There is no such field. Is “hidden” meant?"),
        ("count = 15", "xyz = 15", "when.xyz",
         f"There is no such field. Here may stand: {', '.join(FIELDS)}."),
        ("count = 15", "count = 0", "when.count", "A whole number from 1 belongs here."),
        ("count = 15", "count = true", "when.count", "A whole number from 1 belongs here."),
        ("count = 15", "count = 1.5", "when.count", "A whole number from 1 belongs here."),
        ("within_days = 180", "within_days = 1461", "when.within_days", "This may be 1460 at the most."),
        ("pair_cap = 3", "pair_cap = 0", "when.pair_cap", "A whole number from 1 belongs here."),
        ("own = false", "own = true", "when.own", "What people do for themselves never counts here."),
        ('"article.reused"', '"article.read"', "when.event",
         "There is no event “article.read” that a badge could ask for."),
        ('"article.reused"', '"event.retracted"', "when.event",
         "There is no event “event.retracted” that a badge could ask for."),
        ('"article.reused"', "[]", "when.event", "Name at least one event."),
        ('event = "article.reused"', "", "when.event",
         'A list of words belongs here, such as ["article.flag_confirmed"].'),
        ('distinct = "actor"', 'distinct = "level"', "when.distinct",
         "The event “article.reused” never says “level”."),
        ('distinct = "actor"', 'distinct = "subject"', "when.distinct",
         "This is counted for each subject, so there is never more than one “subject”."),
        ("unit = 2", "service = 2", "when.min_distinct.service", "The event “article.reused” never says “service”."),
        ("unit = 2", "unit = 0", "when.min_distinct.unit", "A whole number from 1 belongs here."),
        ("unit = 2", "subject = 2", "when.min_distinct.subject",
         "This is counted for each subject, so there is never more than one “subject”."),
        ("{ unit = 2, week = 8 }", "2", "when.min_distinct", "Fields belong here, in curly brackets."),
        ("where = { actor_role =", "where = { size =", "when.where.size",
         "The event “article.reused” never says “size”."),
        ('["front_line", "onsite"]', '["front-line"]', "when.where.actor_role",
         "One of these belongs here: end_user, superuser, front_line, onsite, specialist, project, it_manager."),
        ('["front_line", "onsite"]', "[]", "when.where.actor_role", "A text belongs here, or a list of them."),
        ('actor_role = ["front_line", "onsite"]', 'actor = "Jo"', "when.where.actor",
         "A whole number belongs here, or a list of them."),
        ('["front_line", "onsite"]', "{ min = 1 }", "when.where.actor_role",
         "This is no amount, so it has neither min nor max."),
        ("[badge.when]", "[badge.whn]", "whn", "There is no such field. Is “when” meant?"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(old, new, field, sentence):
    assert BADGE.count(old) == 1
    found = problems(HEAD + BADGE.replace(old, new))
    badge = "" if field == "id" else "well-worn"
    assert (badge, field, sentence) in found
    assert {problem[0] for problem in found} == {badge}


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("", [("when", "There is no rule. Say under [badge.when] which event earns this badge.")]),
        ("when = {}", [("when", "There is no rule. Say under [badge.when] which event earns this badge.")]),
        ("[badge.when]\nall = []", [("when.all", "A list of conditions belongs here, each in curly brackets.")]),
        ('[badge.when]\nall = [{event = "thanks.received"}]\ncount = 3',
         [("when.count", "There is no such field. Here may stand: all.")]),
        ('per = "every"\n[badge.when]\nall = [{event = "thanks.received"}]',
         [("when.all", "A badge that can be earned again and again has one condition only.")]),
        ('[badge.when]\nall = [{event = "thanks.received"}, {event = "thanks.received", count = -1}]',
         [("when.all.2.count", "A whole number from 1 belongs here.")]),
        ('manual = true\n[badge.when]\nevent = "thanks.received"',
         [("when", "A badge that coaches give by hand has no rule.")]),
        ('per = "subject"\n[badge.when]\nevent = ["article.solved", "gap.closed"]',
         [("per", "The events are about different things (article, gap): none of them can be counted by itself.")]),
        ('[badge.when]\nevent = "article.kept_fresh"',
         [("when.own", "Everybody does this for themselves: write own = true, or nobody can earn it.")]),
        ('[badge.when]\nevent = "gap.closed"\npair_cap = 2',
         [("when.pair_cap", "Nobody stands behind these events, so there is no pair to limit.")]),
        ('[badge.when]\nevent = "gap.closed"\ndistinct = "actor"',
         [("when.distinct", "The event “gap.closed” never says “actor”.")]),
        ('per = "year"\n[badge.when]\nevent = "gap.closed"\nmin_distinct = {quarter = 2, year = 2}',
         [("when.min_distinct.year", "This is counted for each year, so there is never more than one “year”.")]),
        ('[badge.when]\nevent = "challenge.completed"\nwhere = {parties = {min = 3, max = 2}}',
         [("when.where.parties", "min is more than max, so nothing fits.")]),
        ('[badge.when]\nevent = "challenge.completed"\nwhere = {parties = {min = "3"}}',
         [("when.where.parties", "Whole numbers belong in min and max.")]),
        ('[badge.when]\nevent = "challenge.completed"\nwhere = {parties = {}}',
         [("when.where.parties", "Say min, max, or both.")]),
        ('[badge.when]\nevent = "challenge.completed"\nwhere = {parties = {least = 3}}',
         [("when.where.parties.least", "There is no such field. Here may stand: max, min."),
          ("when.where.parties", "Say min, max, or both.")]),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(when, found):
    assert problems(f"{HEAD}{SMALL}{when}") == [("one", *each) for each in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("", "schema", "One of these belongs here: 1."),
              ("", "badge", "There is no badge here. Each begins with the line [[badge]].")]),
        (HEAD.replace("1", "true") + SMALL + "manual = true", [("", "schema", "One of these belongs here: 1.")]),
        (HEAD + "bagde = 5\n" + SMALL + "manual = true",
         [("", "bagde", "There is no such field. Is “badge” meant?")]),
        (HEAD + "[badge]\nid = 5", [("", "badge", "There is no badge here. Each begins with the line [[badge]].")]),
        (HEAD + SMALL + "manual = true\n" + SMALL + "manual = true",
         [("one", "id", "Two badges have this id. Each needs its own.")]),
        (HEAD + SMALL.replace('"one"', '"One Team"') + "manual = true",
         [("One Team", "id", "An id has small letters a to z, digits and hyphens only, 60 at the most.")]),
        (HEAD + "x = = 5", [("", "", "This is not TOML: Invalid value (at line 2, column 5). Mend that line.")]),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_refused_as_a_whole(text, found):
    assert problems(text) == found


def test_every_fault_of_a_file_is_told_at_once():
    text = HEAD + SMALL.replace("gold", "tin") + "manual = 1\n" + SMALL.replace("One.", "")
    assert [(badge, field) for badge, field, _sentence in problems(text)] == [
        *(("one", "manual"), ("one", "when"), ("one", "tier")),
        *(("one", "when"), ("one", "text"), ("one", "id")),
    ]


def test_what_is_wrong_is_said_in_german_too():
    with speaking("de"):
        assert problems(HEAD + SMALL.replace("gold", "tin") + "manual = true") == [
            ("one", "tier", "Hierher gehört eines von diesen: bronze, silver, gold.")
        ]


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path):
    path = tmp_path / "mine.toml"
    assert load(path) == Definitions(
        (), (Problem("mine.toml", "", "", f"The file cannot be read: [Errno 2] No such file or directory: '{path}'."),)
    )
    path.write_bytes(b"\xff")
    assert [problem.file for problem in load(path).problems] == ["mine.toml"]


DEEP = "a = " + "[" * 100_000
WORDS = st.sampled_from([*KINDS, "subject", "actor", "unit", "week", "once", "every", ""])
ANYTHING = st.recursive(
    st.booleans() | st.integers(-2, 2000) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["min", "max", "unit"]), inner),
    max_leaves=5,
)
OF_A_BADGE = st.sampled_from(["per", "earn", "sticky", "hidden", "manual", "name_de"])


def written(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


@given(st.text(max_size=200) | st.just(DEEP) | st.just("a = 1" + "0" * 5000))
def test_no_text_whatever_raises(text):
    found = read(text, "x.toml")
    assert found.badges == ()
    assert found.problems


@given(st.dictionaries(OF_A_BADGE, ANYTHING), st.dictionaries(st.sampled_from([*FIELDS, "all"]), ANYTHING))
def test_no_values_whatever_raise_and_what_passes_can_be_used(badge, when):
    lines = [f"{name} = {written(value)}" for name, value in badge.items()]
    rule = [f"{name} = {written(value)}" for name, value in when.items()]
    found = read("\n".join([HEAD + SMALL, *lines, "[badge.when]", *rule]), "x.toml")
    assert bool(found.badges) != bool(found.problems)
    assert all(set(clause.events) <= COUNTED and clause.events for each in found.badges for clause in each.clauses)
