"""What a Monday morning adds to the figures, and that it is done once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import snapshots
from plugins.feedback.models import Answer, Snapshot
from plugins.feedback.round_models import NamelessAnswer, Round, RoundUnit
from plugins.feedback.tokens import new_token
from portal.articles.models import Verdict
from portal.testing import NOON
from tests.plugins.feedback.given import FRIDAY, WEEK, give, take, tell


def row(house, scope, scope_id, monday=date(2026, 3, 2)):
    with house.db.reading() as session:
        return session.scalar(
            sa.select(Snapshot.content).where(
                Snapshot.scope == scope, Snapshot.scope_id == scope_id, Snapshot.monday == monday
            )
        )


@pytest.mark.parametrize(
    ("now", "monday", "moment"),
    [
        (NOON, date(2026, 3, 2), datetime(2026, 3, 2, 5, tzinfo=UTC)),
        (datetime(2026, 3, 2, 4, 59, tzinfo=UTC), date(2026, 2, 23), datetime(2026, 2, 23, 5, tzinfo=UTC)),
        (datetime(2026, 3, 31, 4, tzinfo=UTC), date(2026, 3, 30), datetime(2026, 3, 30, 4, tzinfo=UTC)),  # summer time
    ],
)
def test_figures_are_due_on_mondays_at_six_where_the_organisation_is(company, now, monday, moment):
    with company.db.reading() as session:
        assert snapshots.last_monday(session, now) == (monday, moment)


def test_what_came_in_counts_for_the_unit_those_above_it_and_the_service(company, people):
    tell(company, people[:6], unit_id="field-sales", service_id="mail")
    tell(company, people[6:12], value="1", unit_id="sales", service_id="printing")

    assert take(company) == 6  # three units, two services, the whole
    both = [
        ["N1", 1, "mail", 6, 6, {"2": 6}, None],
        ["N1", 1, "printing", 6, 6, {"1": 6}, None],
    ]
    assert row(company, "unit", "field-sales") == {"sums": [both[0]], "parts": []}
    assert row(company, "unit", "sales") == {
        "sums": both,
        "parts": [["N1", 1, "field-sales", 6, 6, {"2": 6}, None]],
    }
    assert row(company, "service", "mail")["sums"] == [["N1", 1, "", 6, 6, {"2": 6}, None]]


def test_e20_with_the_table_of_a_monday(company, people):
    tell(company, people[:12], unit_id="sales", service_id="mail")
    tell(company, people[12:16], unit_id="people", service_id="mail")
    tell(company, people[16:], unit_id="finance", service_id="mail")

    take(company)

    whole = row(company, "unit", "company")
    assert [line[3] for line in whole["sums"]] == [19]
    assert [(line[2], line[3]) for line in whole["parts"]] == [("sales", 12)]
    assert row(company, "unit", "people") is None
    assert row(company, "unit", "finance") is None


def test_a_monday_is_counted_once_and_nothing_is_counted_twice(company, people):
    tell(company, people, unit_id="sales", service_id="mail")

    assert [take(company), take(company), take(company, NOON + timedelta(days=6))] == [4, 0, 0]
    tell(company, people[:7], unit_id="sales", service_id="mail", at=NOON + timedelta(days=1))
    assert take(company, NOON + WEEK) == 4
    assert [line[3] for line in row(company, "unit", "sales", date(2026, 3, 9))["sums"]] == [7]


def test_answers_that_may_still_be_changed_are_counted_a_week_later(company, people):
    tell(company, people, unit_id="sales", service_id="mail", at=NOON - timedelta(hours=20))

    assert take(company) == 1
    assert take(company, NOON + WEEK) == 4


def test_what_waits_is_counted_with_what_comes_later(company, people):
    tell(company, people[:6], unit_id="sales", service_id="mail")
    take(company)
    tell(company, people[:3], unit_id="sales", service_id="mail", at=FRIDAY + WEEK)
    take(company, NOON + WEEK)
    tell(company, people[3:5], unit_id="sales", service_id="mail", at=FRIDAY + 2 * WEEK)
    take(company, NOON + 2 * WEEK)

    found = [row(company, "unit", "sales", date(2026, 3, 2) + number * WEEK) for number in range(3)]
    assert [each and each["sums"][0][3] for each in found] == [6, None, 5]


def test_minutes_are_reckoned_with_the_people_held_up_as_in_e32(company, people):
    with company.db.transaction() as session:
        for person_id in people[:5]:
            give(session, ("R3", "5"), ("R4", "2"), at=FRIDAY, person_id=person_id, unit_id="sales")
    take(company)

    lost = next(line for line in row(company, "unit", "sales")["sums"] if line[0] == "R3")
    assert lost[6] == [5 * 90, 5 * 180, 5 * 360]


def test_how_sure_people_feel_needs_ten_and_other_answers_of_a_round_five(company):
    with company.db.transaction() as session:
        held = Round(
            template="P", state="closed", form=["P1", "P6"], opens_at=FRIDAY - 2 * WEEK, closes_at=FRIDAY,
            closed_at=FRIDAY, invited=14, answered=9, made_at=FRIDAY - 2 * WEEK,
        )  # fmt: skip
        session.add(held)
        session.flush()
        session.add(RoundUnit(round_id=held.id, unit_id="sales", invited=14))
        for number in range(9):
            for question in ("P1", "P6"):
                session.add(
                    NamelessAnswer(
                        id=new_token(), round_id=held.id, unit_id="sales", question_id=question, version=1,
                        value=str(1 + number % 4),
                    )
                )  # fmt: skip
    take(company)

    shown = {line[0]: (line[3], line[5]) for line in row(company, "unit", "sales")["sums"]}
    assert shown == {"P1": (9, {"1": 3, "2": 2, "3": 2, "4": 2}), "=P": (14, {"no": 5, "yes": 9})}


def test_the_response_rate_is_that_of_those_who_were_offered_questions(company, people, make_article):
    article = make_article("KB0101")
    with company.db.transaction() as session:
        for number, person_id in enumerate(people[:12]):
            verdict = Verdict(
                article_id=article.id, revision_id=article.live_revision_id, person_id=person_id, asked="fixed",
                value="no", at=FRIDAY,
            )  # fmt: skip
            session.add(verdict)
            session.flush()
            if number < 9:
                give(session, ("N1", "2"), at=FRIDAY, person_id=person_id, about_id=str(verdict.id), unit_id="sales",
                     service_id=article.service_id, article_id=article.id)  # fmt: skip
    take(company)

    shown = {line[0]: (line[3], line[5]) for line in row(company, "service", article.service_id)["sums"]}
    assert shown == {"N1": (9, {"2": 9}), "=N": (12, {"no": 3, "yes": 9})}


def test_minutes_of_an_article_stand_when_five_people_told_them(company, people, make_article):
    article = make_article("KB0101")
    tell(company, people[:4], "A2", "3", article_id=article.id, service_id=article.service_id, unit_id="sales")
    take(company)
    tell(company, people[4:9], "A2", "3", article_id=article.id, service_id=article.service_id, unit_id="sales",
         at=FRIDAY + WEEK)  # fmt: skip
    take(company, NOON + WEEK)

    assert row(company, "article", str(article.id)) is None
    assert row(company, "article", str(article.id), date(2026, 3, 9))["sums"] == [
        ["A2", 1, "", 9, 9, {"3": 9}, [90, 180, 270]]
    ]


def test_answers_that_are_gone_meanwhile_are_not_missed(company, people):
    tell(company, people[:4], unit_id="sales", service_id="mail")
    take(company)
    with company.db.transaction() as session:
        session.execute(sa.delete(Answer))
    tell(company, people[:4], unit_id="sales", service_id="mail", at=FRIDAY + WEEK)

    assert take(company, NOON + WEEK) == 1


def test_mondays_that_were_missed_are_counted_each_by_itself(company, people):
    for back in range(3):
        tell(company, people[:6], unit_id="sales", at=FRIDAY - back * WEEK)

    with company.db.transaction() as session:
        assert snapshots.catch_up(session, NOON, weeks=2) == 9  # two units and the whole, three times
    assert [row(company, "unit", "sales", date(2026, 3, 2) - back * WEEK)["sums"][0][3] for back in range(3)] == [6] * 3
