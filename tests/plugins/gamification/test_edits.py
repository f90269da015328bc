"""What counts as saying something else, and who is credited for an article."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import credit, edits
from plugins.gamification.edits import Written
from plugins.gamification.models import Edit
from portal.accounts import service
from portal.articles.models import Article, Revision
from portal.testing import NOON
from tests.knowledge import put_article

DAY = timedelta(days=1)
WORDS = " ".join(f"word{number}" for number in range(40))
STEPS = "Look at it.\n\n1. Open the lid.\n2. Take the paper out.\n"


def text(body: str, **fields: object) -> Written:
    return Written(body=body, fields=fields)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (WORDS, f"{WORDS} one two", 2),
        (WORDS, WORDS.replace("word3 word4 ", ""), 2),
        (WORDS, WORDS.replace("word3 ", "other "), 1),
        (WORDS, WORDS.replace(" ", "\n\n"), 0),
        (WORDS, f"## {WORDS.upper()}", 0),
        (WORDS, f"- **{WORDS}**", 0),
    ],
)
def test_words_are_counted_without_blanks_marks_and_capitals(before, after, changed):
    assert edits.changed_words(text(before), text(after)) == changed


@pytest.mark.parametrize(
    ("before", "after", "is_substantive"),
    [
        (text(WORDS), text(f"{WORDS} {' '.join(['new'] * 24)}"), False),
        (text(WORDS), text(f"{WORDS} {' '.join(['new'] * 25)}"), True),
        (text(STEPS), text(STEPS.replace("paper", "toner")), True),
        (text(STEPS), text(STEPS.replace("1. Open", "1) **Open**").replace("\n2", "\n\n2")), False),
        (text(STEPS), text(STEPS + "3. Close the lid.\n"), True),
        (text(WORDS, environment=["Windows"]), text(WORDS, environment=["Windows", "Mac"]), True),
        (text(WORDS, environment=["Windows"]), text(WORDS, environment=["windows "]), False),
        (text(WORDS, tags=["a"]), text(WORDS, tags=["b"]), False),
        (text(WORDS, kind="faq"), text(f"New {WORDS}", kind="faq"), False),
        (text(f"Slow.\n\n## Why\n\n{WORDS}", kind="troubleshooting"),
         text(f"Very slow.\n\n## Why\n\n{WORDS}", kind="troubleshooting"), True),
        (text(f"Slow.\n\n## Why\n\n{WORDS}", kind="troubleshooting"),
         text(f"Slow.\n\n## Why\n\nNew {WORDS}", kind="troubleshooting"), False),
        (text("```decision\nstart: one\n```\n"), text("```decision\nstart: two\n```\n"), True),
    ],
)  # fmt: skip
def test_a_text_says_something_else_with_25_words_or_another_step_symptom_environment_or_decision(
    before, after, is_substantive
):
    assert edits.is_substantive(before, after) is is_substantive


@pytest.fixture
def kept(house):
    with house.db.transaction() as session:
        yield session


@pytest.fixture
def went_live(kept, make_people):
    """Put a text of somebody live so many days after the start; returns the revision."""

    def one(who: str | None, body: str, at: int) -> Revision:
        put_article(kept, "KB7", "Paper jam", body, now=NOON + at * DAY)
        live = kept.scalars(sa.select(Revision).where(Revision.state == "live")).one()
        live.author_id = make_people[who] if who else None
        kept.flush()
        return live

    return one


@pytest.fixture
def make_people(kept):
    names = ("ana", "ben", "cem", "dia", "eli")
    return {name: service.add_person(kept, name=name.title(), login=name, now=NOON).id for name in names}


def credited(session, people, at):
    article = session.scalars(sa.select(Article)).one()
    names = {number: name for name, number in people.items()}
    return [names[each] for each in credit.credited(session, article.id, NOON + at * DAY)]


def other(number: int) -> str:
    return " ".join(f"word{number}x{place}" for place in range(30))


def test_the_writer_and_two_who_lately_improved_it_are_credited_as_of_that_moment(kept, make_people, went_live):
    for at, who in enumerate(["ana", "ben", "cem", "ana", "dia"]):
        went_live(who, other(at), at * 10)
    went_live("eli", f"{other(4)} typo", 50)

    days = (-1, 0, 10, 29, 40, 60, 10 + 365, 20 + 365, 21 + 365, 41 + 365)
    assert {at: credited(kept, make_people, at) for at in days} == {
        -1: [],
        0: ["ana"],
        10: ["ana", "ben"],
        29: ["ana", "cem", "ben"],
        40: ["ana", "dia", "cem"],
        60: ["ana", "dia", "cem"],
        375: ["ana", "dia", "cem"],
        385: ["ana", "dia", "cem"],
        386: ["ana", "dia"],
        406: ["ana"],
    }


def test_a_text_from_a_file_credits_nobody_but_those_who_improve_it(kept, make_people, went_live):
    went_live(None, other(1), 0)
    assert credited(kept, make_people, 1) == []

    went_live("ben", other(2), 2)
    assert credited(kept, make_people, 3) == ["ben"]


def test_a_text_that_was_brought_back_says_nothing_new(kept, make_people, went_live):
    first = went_live("ana", other(1), 0)
    went_live("ben", other(2), 1)
    back = went_live("cem", f"{other(1)} again", 2)
    back.origin_id = first.id
    kept.flush()

    assert credited(kept, make_people, 3) == ["ana", "ben"]


def test_each_text_is_looked_at_once_whenever_that_is(kept, make_people, went_live):
    for at in range(3):
        went_live("ana", other(at), at)
    for _time in range(2):
        credited(kept, make_people, 3)

    rows = kept.scalars(sa.select(Edit).order_by(Edit.live_at)).all()
    assert [(row.words, row.is_first, row.is_substantive) for row in rows] == [
        (30, True, True),
        (30, False, True),
        (30, False, True),
    ]
