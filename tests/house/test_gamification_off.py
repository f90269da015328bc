"""Recognition switched off is as if it had never been installed: each answer of the portal, each job, each menu.

The one town never had it; the other one got its tables, somebody earned, gave
and was told something, and it was switched off. That being on again gives the
same awards is shown by ``tests/plugins/gamification/test_catching_up.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from plugins.gamification import by_hand, shelf, thanks
from plugins.gamification.models import Contribution, Thanks
from portal.accounts import looks
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles.models import Verdict
from portal.cli import command
from portal.core import clock
from portal.core.db import Model
from portal.core.events import EventRow, Job
from portal.core.portal import Portal
from portal.testing import NOON
from tests.house import town as towns
from tests.house.test_plugins_off import LOOKERS, answer, differing, pages_of, run_jobs_of
from tests.house.town import Town
from tests.house.town_recognition import recognise
from tests.house.twins import Twins, given

pytestmark = pytest.mark.usefixtures("frozen_clock")

OF_THE_PLUGIN = (
    ("GET", "/badges"),
    ("GET", "/badges/first-answer"),
    ("GET", "/badges/of/1"),
    ("GET", "/badges/first-answer/1"),
    ("GET", "/thanks"),
    ("GET", "/thanks/new"),
    ("POST", "/thanks/new"),
    ("GET", "/recognition"),
    ("POST", "/recognition/choice"),
    ("GET", "/recognition/people/1"),
    ("GET", "/recognition/reviews"),
    ("GET", "/recognition/reviews/1"),
    ("GET", "/recognition/admin"),
    ("GET", "/badges/nothing/at/all"),
)
BADGE = """schema = 1
[[badge]]
id = "calm"
name = "Calm"
name_de = "Ruhig"
tier = "gold"
track = "care"
text = "Somebody stayed calm."
text_de = "Jemand blieb ruhig."
manual = true
"""


@pytest.fixture
def twins() -> Iterator[Twins]:
    """Portals with and without recognition."""
    made = Twins("gamification")
    yield made
    made.close()


@pytest.fixture
def app(tmp_path: Path, twins: Twins) -> Flask:
    """A portal that never had recognition."""
    return twins.open(tmp_path / "never", installed=False)


@pytest.fixture
def town(app, make_person, tmp_path, run_jobs) -> Town:
    (tmp_path / "walk").mkdir()
    return towns.build(app, make_person, tmp_path / "walk", run_jobs)


@pytest.fixture
def twin(town: Town, tmp_path: Path, twins: Twins) -> Town:
    """The same town with recognition, in which people earned and were told something, and then switched off."""
    built = twins.twin(town, tmp_path / "off")
    recognise(built)
    give(built)
    run_jobs_of(built.house)
    twins.switch(built.house, on=False)
    return built


def give(town: Town) -> None:
    """A badge by hand and thanks, each of which is told, and a look that is noted."""
    ids = {viewer: person.id for viewer, person in town.people.items()}
    with town.house.db.transaction() as session:
        shelf.add_version(session, "calm", BADGE, source=shelf.ADMIN, now=NOON)
        by_hand.give(
            session, ids["front_line"], "calm", by=ids["coach"], reason="They stayed calm all day long.", now=NOON
        )
        rights = rights_of(session, session.get_one(Person, ids["end_user"]))
        said = {"giver_id": ids["end_user"], "receiver_id": ids["coach"], "reason": "You found the lost mail."}
        thanks.say(session, **said, rights=rights, now=NOON)
        looks.note(session, person_id=ids["coach"], looker_id=ids["admin"], what="badges.stands_on", now=NOON)


def rows_of_the_plugin(house: Portal) -> dict[str, int]:
    tables = [table for name, table in Model.metadata.tables.items() if name.startswith("gamification_")]
    with house.db.reading() as session:
        return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


def test_the_twin_was_recognised_before(twin):
    with twin.house.db.reading() as session:
        named = set(session.scalars(sa.select(EventRow.name).where(EventRow.name.like("gamification.%"))))
    rows = rows_of_the_plugin(twin.house)

    assert {"gamification.badge_earned", "gamification.thanked", "gamification.voided"} <= named
    assert len(rows) > 8
    assert rows["gamification_award"] > 0
    assert rows["gamification_thanks"] > 1


def test_its_addresses_answer_as_if_it_had_never_been_there(town, twin):
    assert list(differing(town, twin, list(OF_THE_PLUGIN))) == []
    for _method, address in OF_THE_PLUGIN:
        assert twin.client("admin").get(address).status_code == 404


def test_every_page_of_the_portal_is_the_same_byte_for_byte(town, twin):
    pages = [*pages_of(town), "/search?q=trouble", "/search?q=calm", "/desk?q=trouble"]

    assert len(pages) > 50
    assert list(differing(town, twin, [("GET", page) for page in pages])) == []


@pytest.mark.parametrize("viewer", ["front_line", "inside"])
def test_whoever_was_recognised_reads_the_same_pages(town, twin, viewer):
    own = town.people[viewer].id
    for address in ("/", "/desk", "/notices", "/notices/choices", f"/people/{own}", f"/people/{own}/looks"):
        read = [answer(each.client(viewer), "GET", address) for each in (town, twin)]
        assert read[0] == read[1], address


def test_what_happens_meanwhile_is_written_as_if_it_had_never_been_there(town, twin):
    before = rows_of_the_plugin(twin.house)
    for viewer in LOOKERS:
        assert given(town, viewer, "yes") == given(twin, viewer, "yes"), viewer
    counts = []
    for each in (town, twin):
        run_jobs_of(each.house)
        with each.house.db.reading() as session:
            counts.append(session.scalar(sa.select(sa.func.count()).where(Verdict.value == "yes")))

    assert counts[0] == counts[1]
    assert rows_of_the_plugin(twin.house) == before


def test_nothing_of_it_is_told_run_checked_or_offered(town, twin):
    def seen(each: Town) -> tuple[object, ...]:
        house = each.house
        with house.db.reading() as session:
            last = session.scalar(sa.select(sa.func.max(Job.id))) or 0
        given(each, "coach", "yes")
        house.worker(name="test").run_schedules(clock.now())
        with house.db.reading() as session:
            told = session.scalars(sa.select(Job.listener).where(Job.id > last).order_by(Job.id)).all()
        checks = [check.name for checks in house.plugins.on("checks") for check in checks]
        kinds = [kind.name for kinds in house.plugins.on("notice_kinds") for kind in kinds]
        steps = sum(len(steps) for hook in ("start_steps", "demo_steps") for steps in house.plugins.on(hook))
        return list(told), sorted(command(house).commands), checks, kinds, steps

    ran = CliRunner().invoke(command(twin.house), ["gamification", "check"], obj=twin.house)

    assert seen(twin) == seen(town)
    assert (ran.exit_code, "No such command 'gamification'" in ran.output) == (2, True)


def test_the_comparison_sees_recognition_when_it_is_on(town, twin, twins):
    twins.switch(twin.house, on=True)

    for viewer, address in (("admin", "/admin"), ("coach", "/"), ("end_user", f"/people/{town.people['inside'].id}")):
        assert answer(town.client(viewer), "GET", address) != answer(twin.client(viewer), "GET", address), address


def test_its_rows_stay_and_are_there_when_it_is_on_again(twin, twins):
    with twin.house.db.reading() as session:
        kept = [session.scalar(sa.select(sa.func.count(each.id))) for each in (Contribution, Thanks)]
    twins.switch(twin.house, on=True)

    assert all(kept)
    assert "You found the lost mail." in twin.client("coach").get("/thanks").text
