"""What the demo shows of recognition: thanks that count, one person who left, and something to look at again."""

import sqlite3
from contextlib import closing

import pytest

from plugins.gamification import demo


@pytest.fixture
def rows(demo_instance):
    """Ask the database of the demo."""

    def asked(query):
        with closing(sqlite3.connect(f"file:{demo_instance / 'portal.sqlite'}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    return asked


def test_people_said_thanks_that_count(rows):
    said = rows("SELECT count(*), count(article_id) FROM gamification_thanks")
    counted = rows(
        "SELECT person.login, count(*) FROM gamification_event JOIN person ON person.id = credit_id "
        "WHERE kind = 'thanks.received' GROUP BY person.login ORDER BY person.login"
    )

    assert said == [(len(demo.SAID), 5)]
    assert counted == [("ines", 1), ("jo", 1), ("lee", 1), ("mara", 1), ("paul", 2), ("tomasz", 2)]


def test_one_person_left_recognition(rows):
    left = "SELECT login, is_on FROM gamification_choice JOIN person ON person.id = person_id"
    awards = "SELECT count(*) FROM gamification_award JOIN person ON person.id = person_id WHERE login = 'farid'"

    assert rows(left) == [("farid", 0)]
    assert rows(awards) == [(0,)]


def test_something_waits_for_a_second_look_and_nobody_was_told(rows):
    waiting = rows(
        "SELECT person.login, review.outcome, taken.retract_mode, review.words FROM gamification_review AS review "
        "JOIN person ON person.id = review.person_id "
        "JOIN gamification_event AS taken ON taken.dedupe_key = review.retraction_key"
    )

    assert waiting == [("paul", "", "void", demo.WISH)]
    told = rows("SELECT DISTINCT kind FROM notice WHERE kind LIKE 'gamification.%'")
    assert told == [("gamification.badge",)]  # of the last two days
