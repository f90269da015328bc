"""What the demo has answers of: each kind in each state that pages show, and a pulse round that left nothing over."""

import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def rows(demo_instance):
    """Ask the database of the demo."""

    def asked(query):
        with closing(sqlite3.connect(f"file:{demo_instance / 'portal.sqlite'}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    return asked


def test_people_answered_after_verdicts_and_searches(rows):
    templates = dict(rows("SELECT template, count(*) FROM feedback_invitation WHERE answered_at NOT NULL GROUP BY 1"))

    assert set(templates) == {"A", "N", "S"}
    assert min(templates["A"], templates["N"]) > 20
    assert rows("SELECT count(DISTINCT date(answered_at)) > 20 FROM feedback_answer") == [(1,)]
    assert rows("SELECT count(*) > 5, sum(own_text IS NULL) FROM feedback_verbatim WHERE question_id = 'N4'") == [
        (1, 0)
    ]


def test_nobody_was_asked_about_what_they_wrote(rows):
    query = (
        "SELECT count(*) FROM feedback_invitation JOIN revision ON revision.id = feedback_invitation.revision_id "
        "WHERE revision.author_id = feedback_invitation.person_id"
    )

    assert rows(query) == [(0,)]


def test_a_pulse_round_is_over_was_published_and_left_nobody_behind(rows, demo_instance):
    assert rows("SELECT template, state, secret, answered > 9, answered < invited FROM feedback_round") == [
        ("P", "published", None, 1, 1)
    ]
    for table in ("feedback_sealed", "feedback_invited", "feedback_used_token"):
        assert rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert rows(
        "SELECT min(count) >= 5 FROM (SELECT count(*) AS count FROM feedback_nameless_answer GROUP BY unit_id)"
    ) == [(1,)]
    assert rows("SELECT count(*) > 0, sum(person_id NOT NULL) FROM feedback_verbatim WHERE round_id NOT NULL") == [
        (1, 0)
    ]
    assert list((demo_instance / "feedback").iterdir()) == []


def test_one_person_was_called_one_waits_and_something_was_done(rows):
    calls = rows(
        "SELECT state, settled, login FROM feedback_callback LEFT JOIN person ON person.id = owner_id ORDER BY 1"
    )

    assert calls == [("open", "", None), ("settled", "yes", "mara")]
    sources = rows(
        "SELECT state, round_id IS NULL FROM feedback_improvement JOIN feedback_improvement_source "
        "ON improvement_id = feedback_improvement.id ORDER BY 1"
    )
    assert sources == [("accepted", 0), ("delivered", 1)]
