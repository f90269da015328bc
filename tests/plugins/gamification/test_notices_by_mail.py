"""When people hear of a badge: under the bell at once, by mail in working hours and when they are here, never of a log
that is worked out anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from plugins.gamification import choices, recording, shelf
from plugins.gamification.cli import gamification
from plugins.gamification.events import GamificationRulesChanged
from plugins.gamification.models import Award, AwardNotice
from portal.accounts import absences
from portal.accounts.models import Person
from portal.core.events import emit
from portal.notices.models import Notice
from portal.testing import NOON
from tests.core import mail_server

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY_AT_SEVEN_PM = datetime(2026, 3, 2, 18, tzinfo=UTC)
"""In Berlin, where they work, and where it is an hour later than in UTC."""


@pytest.fixture
def server():
    with mail_server.running() as running:
        yield running


@pytest.fixture
def app_settings(server):
    return server.settings(public_url="https://help.example.org")


@pytest.fixture
def works(company, people, frozen_clock, run_jobs):
    """Let a worker do at a moment what is due: schedules, and the jobs that they lead to."""
    with company.db.transaction() as session:
        session.execute(sa.update(Person).where(Person.id == people["ben"]).values(mail="ben@example.org"))

    def at(moment):
        frozen_clock(moment)
        company.worker(name="test").run_schedules(moment)
        run_jobs()

    return at


@pytest.fixture
def earns(company, people):
    """Let ben earn the badge that comes of the first contribution of a kind."""

    def by(kind, at):
        with company.db.transaction() as session:
            recording.record(
                session, kind, key=f"KB7:{kind}", occurred_at=at, actor_id=people["ana"], credited=[people["ben"]],
                subject=("article", "KB7"), source="articles", now=at,
            )  # fmt: skip

    return by


def bell(company, people):
    query = sa.select(Notice.data).where(Notice.person_id == people["ben"]).order_by(Notice.id)
    with company.db.reading() as session:
        return [data["badge_id"] for data in session.scalars(query)]


def subjects(server):
    return [(to, message["Subject"]) for _sender, to, message in server.taken]


def test_a_badge_of_the_evening_comes_by_mail_in_the_morning_and_a_second_one_the_day_after(
    company, people, server, works, earns
):
    earns("article.reused", MONDAY_AT_SEVEN_PM)
    works(MONDAY_AT_SEVEN_PM)
    assert (bell(company, people), subjects(server)) == (["first-answer"], [])
    morning = MONDAY_AT_SEVEN_PM + 12 * HOUR
    works(morning - HOUR / 60)
    works(morning)
    assert server.taken == [], "at seven it is too early"

    works(morning + HOUR)
    one = (["ben@example.org"], "1 notice from Frontline")
    assert subjects(server) == [one]
    assert "- Badges that you earned: 1\n" in server.taken[0][2].get_body(("plain",)).get_content()
    assert "First Answer" not in server.taken[0][2].as_string()

    earns("article.improved", morning + 2 * HOUR)
    works(morning + 2 * HOUR)
    assert bell(company, people) == ["first-answer", "mended-it"]
    for hours in range(3, 25):
        works(morning + hours * HOUR)
    assert subjects(server) == [one], "one on a day, and none in the evening or at night"
    works(morning + 25 * HOUR)
    assert subjects(server) == [one, one]


def test_no_mail_comes_while_somebody_is_away(company, people, server, works, earns):
    with company.db.transaction() as session:
        ben = session.get_one(Person, people["ben"])
        first = NOON.date()
        absences.add(session, ben, first, first + DAY, by=None, today=first)
    earns("article.reused", NOON)
    works(NOON)
    assert bell(company, people) == ["first-answer"]
    works(NOON + DAY)
    assert server.taken == []
    works(NOON + 2 * DAY)
    assert subjects(server) == [(["ben@example.org"], "1 notice from Frontline")]


@pytest.mark.parametrize("known", [True, False])
def test_nobody_hears_of_what_is_worked_out_anew(company, people, works, earns, run_jobs, known):
    """Neither where it stands that they were told, nor where even that was lost."""
    earns("article.reused", NOON)
    works(NOON)
    assert bell(company, people) == ["first-answer"]

    def lose():
        with company.db.transaction() as session:
            for model in (Award, Notice, *([] if known else [AwardNotice])):
                session.execute(sa.delete(model))

    def held_in_silence():
        run_jobs()
        with company.db.reading() as session:
            held = session.scalars(sa.select(Award.badge_id).where(Award.person_id == people["ben"])).all()
        return (held, bell(company, people)) == (["first-answer"], [])

    lose()
    assert CliRunner().invoke(gamification, ["replay", "--write"], obj=company).exit_code == 0
    assert held_in_silence()

    lose()
    with company.db.transaction() as session:
        shelf.keep(session, now=NOON)
        shelf.add_version(
            session, "first-answer", shelf.toml_of(session, "first-answer"), source=shelf.ADMIN, now=NOON
        )  # fmt: skip
        emit(session, GamificationRulesChanged(badge_ids=("first-answer",)))
    assert held_in_silence()

    lose()
    for is_on in (False, True):
        with company.db.transaction() as session:
            choices.choose(session, people["ben"], is_on=is_on, shown_to="everyone", now=NOON)
        run_jobs()
    assert held_in_silence()
