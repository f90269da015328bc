"""One quiet line on the front page about a badge that is new, until it was looked at."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from plugins.gamification import choices, recording, voiding
from plugins.gamification.cli import gamification
from plugins.gamification.models import Award, AwardNotice, Contribution
from portal.accounts.models import Person
from portal.notices.models import Notice
from portal.testing import NOON, send, sign_in

DAY = timedelta(days=1)


@pytest.fixture
def ben(company, app, people, frozen_clock):
    with company.db.reading() as session:
        return sign_in(app.test_client(), session.get_one(Person, people["ben"]))


@pytest.fixture
def earns(company, people, run_jobs):
    """Let ben earn the badge that comes of the first contribution of a kind."""

    def by(*kinds, source="articles"):
        with company.db.transaction() as session:
            for kind in kinds:
                recording.record(
                    session, kind, key=f"KB7:{kind}", occurred_at=NOON, actor_id=people["ana"],
                    credited=[people["ben"]], subject=("article", "KB7"), source=source, now=NOON,
                )  # fmt: skip
        run_jobs()

    return by


def line(client):
    """The line on the front page in words, or nothing."""
    found = re.search(r'<p class="badge-fresh">(.*?)</p>', client.get("/").text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split()) if found else ""


def test_a_new_badge_stands_there_until_its_page_was_opened(company, people, ben, earns, app):
    assert line(ben) == ""
    earns("article.reused")
    assert line(ben) == "New: First Answer. See what it stands on."
    assert 'width="24"' in ben.get("/").text
    assert (line(app.test_client()), line(ben)) == ("", "New: First Answer. See what it stands on.")

    ben.get("/badges/first-answer", headers={"Sec-Purpose": "prefetch"})
    ben.get("/badges/mended-it")
    assert line(ben) != ""
    assert ben.get("/badges/first-answer").status_code == 200
    assert line(ben) == ""
    with company.db.reading() as session:
        assert session.scalars(sa.select(Notice.read_at).where(Notice.person_id == people["ben"])).all() == [NOON]


def test_the_page_of_what_it_stands_on_is_enough_and_so_is_the_bell(people, ben, earns):
    earns("article.reused")
    ben.get(f"/badges/first-answer/{people['ben']}")
    assert line(ben) == ""
    earns("article.improved")
    assert line(ben) == "New: Mended It. See what it stands on."
    send(ben, "/notices/read", {})
    assert line(ben) == ""


def test_of_several_the_latest_stands_there(ben, earns):
    earns("article.reused")
    earns("article.improved")
    assert line(ben) == "New: Mended It. See what it stands on. And 1 more"


def test_after_a_week_it_goes_by_itself(ben, earns, frozen_clock):
    earns("article.reused")
    frozen_clock(NOON + 7 * DAY - timedelta(seconds=1))
    assert line(ben) != ""
    frozen_clock(NOON + 7 * DAY)
    assert line(ben) == ""


def test_what_is_gone_or_was_left_does_not_stand_there(company, people, ben, earns, run_jobs):
    earns("article.reused")
    with company.db.transaction() as session:
        choices.choose(session, people["ben"], is_on=False, shown_to="everyone", now=NOON)
    assert line(ben) == ""
    with company.db.transaction() as session:
        choices.choose(session, people["ben"], is_on=True, shown_to="everyone", now=NOON)
    assert line(ben) != ""
    with company.db.transaction() as session:
        event = session.scalars(sa.select(Contribution.id)).first()
        voiding.void(session, event, by=people["eva"], reason="The page was tried out, and nobody needed it.", now=NOON)
    run_jobs()
    assert line(ben) == ""


def test_what_is_worked_out_anew_or_was_imported_is_not_new(company, ben, earns):
    earns("article.reused", source="import")
    assert line(ben) == ""
    with company.db.transaction() as session:
        session.execute(sa.delete(Award))
        session.execute(sa.delete(AwardNotice))
    assert CliRunner().invoke(gamification, ["replay", "--write"], obj=company).exit_code == 0
    assert line(ben) == ""


def test_the_front_page_asks_once_more_for_it_and_not_at_all_where_nothing_waits(company, ben, earns):
    def asked():
        found = []
        sa.event.listen(company.db.engine, "before_cursor_execute", note := lambda *args: found.append(args[2]))
        ben.get("/")
        sa.event.remove(company.db.engine, "before_cursor_execute", note)
        return [statement for statement in found if "gamification_award" in statement]

    assert asked() == []
    earns("article.reused", "article.improved")
    assert len(asked()) == 1
