"""What the demo has under way: a text in each place, made by the services, the same each time."""

import sqlite3
from contextlib import closing

import pytest

from portal.articles.demo_texts import Colleague

TEXTS = """
SELECT article.ref, revision.number, revision.state, person.login, revision.is_suggestion, revision.title
FROM revision JOIN article ON article.id = revision.article_id LEFT JOIN person ON person.id = revision.author_id
WHERE revision.state <> 'live' OR article.ref IN ('KB0034', 'KB0045') ORDER BY article.ref, revision.number
"""
MOVES = """
SELECT article.ref, revision_move.move, person.login, revision_move.why
FROM revision_move JOIN article ON article.id = revision_move.article_id
JOIN person ON person.id = revision_move.person_id
WHERE revision_move.move <> 'start' ORDER BY revision_move.id
"""


@pytest.fixture
def rows(demo_instance):
    """Ask the database of the demo."""

    def asked(query):
        with closing(sqlite3.connect(f"file:{demo_instance / 'portal.sqlite'}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    return asked


def test_texts_stand_in_each_place_and_two_articles_have_a_history(rows):
    assert rows(TEXTS) == [
        ("KB0014", 2, "declined", "ben", 1, "Set an out-of-office reply"),
        ("KB0024", 2, "draft", "nora", 0, "Working from home: check your own connection first"),
        ("KB0027", 2, "submitted", "ana", 1, "Add a printer"),
        ("KB0034", 1, "superseded", "emre", 0, "The second screen stays dark"),
        ("KB0034", 2, "superseded", "mara", 0, "The second screen stays dark"),
        ("KB0034", 3, "live", "emre", 0, "The second screen stays dark"),
        ("KB0045", 1, "superseded", "ines", 0, "The time sheet does not accept your hours"),
        ("KB0045", 2, "superseded", "ines", 0, "The time sheet does not accept your hours"),
        ("KB0045", 3, "live", "grace", 0, "The time sheet does not accept your hours"),
        ("KB1001", 1, "sent_back", "sabine", 0, "See the calendar of your team"),
        ("KB1002", 1, "submitted", "emre", 0, "Find the right cable for a second screen"),
        ("KB1003", 1, "draft", "jo", 0, "The badge printer wants my badge twice"),
    ]


def test_no_text_is_older_than_the_one_that_it_follows(rows):
    times = rows(
        "SELECT later.published_at > earlier.published_at FROM revision AS later JOIN revision AS earlier "
        "ON earlier.article_id = later.article_id AND earlier.number = later.number - 1 "
        "WHERE later.published_at IS NOT NULL"
    )

    assert times == [(1,)] * 4


def test_every_decision_has_its_words(rows):
    decided = [row for row in rows(MOVES) if row[1] in {"decline", "send_back"}]

    assert decided == [
        ("KB0014", "decline", "grace",
         "Strangers read it too, so the page leaves out where somebody is. Thank you for looking."),
        ("KB1001", "send_back", "grace", "Nearly there. Two lines need a word more, see beside them."),
    ]  # fmt: skip
    assert rows("SELECT line, text FROM revision_remark ORDER BY line") == [
        (5, "In Outlook, or in Teams? Name the program."),
        (11, "What exactly does one see?"),
    ]


def test_the_picture_of_a_submitted_text_is_there_under_a_name_that_is_the_same_each_time(rows, demo_instance):
    ((name, digest),) = rows("SELECT name, sha256 FROM attachment")
    ((body,),) = rows("SELECT body FROM revision WHERE state = 'submitted' AND title LIKE 'Find the right cable%'")

    assert name == f"{digest[:32]}-720x200.png"
    assert f"](/attachments/{name})" in body
    assert (demo_instance / "files" / name[:2] / name).is_file()


def test_a_change_of_words_that_the_article_no_longer_has_is_an_error(organised, make_person, make_article):
    make_person(login="robin", roles=("front_line",))
    make_article("KB0101", body="Words.\n")

    with pytest.raises(ValueError, match="KB0101 does not say 'Other words' in one place"):
        Colleague(organised, "robin").changed("KB0101", "Other words", "New words")
