"""A plugin that is off is compared with one that was never installed: no answer differs, nothing of it runs."""

from __future__ import annotations

import re
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from portal.app import build
from portal.articles.events import ArticlePublished
from portal.cli import command
from portal.core import clock
from portal.core.events import EventRow, Job, emit
from portal.core.jobs import ScheduleRow
from portal.core.portal import Portal
from portal.testing import NOON
from tests.example_plugin import service
from tests.example_plugin.fixtures import pin_up, with_example
from tests.house import town as towns
from tests.house.town import Town

pytestmark = pytest.mark.usefixtures("frozen_clock")

LOOKERS = ("visitor", "coach", "admin")
NOT_THE_SAME_TWICE = re.compile(r"nonce-[\w-]+|nonce=\"[^\"]*\"|value=\"[^\"]{60,}\"|frontline=[^;]+")
ABOUT_THE_PLUGIN = ("/admin/plugins", "/admin/events")
"""The page of switches lists it, and the trail keeps what it once told; every other page must be the same."""
OF_THE_PLUGIN = (
    ("GET", "/example"),
    ("HEAD", "/example"),
    ("OPTIONS", "/example"),
    ("POST", "/example"),
    ("GET", "/example/"),
    ("GET", "/example/notes"),
    ("POST", "/example/notes"),
    ("DELETE", "/example/notes"),
    ("GET", "/example/notes/N000001"),
    ("GET", "/example/notes/nothing"),
    ("GET", "/example/help"),
    ("GET", "/example/help/"),
    ("GET", "/example?page=1"),
)


def house_of(app: Flask) -> Portal:
    house: Portal = app.extensions["portal"]
    return house


def switch(app: Flask, *, on: bool) -> None:
    house = house_of(app)
    with house.db.transaction() as session:
        house.plugins.switches.switch(session, "example", on=on, by=None, now=NOON)


def pin(app: Flask, title: str) -> None:
    with house_of(app).db.transaction() as session:
        service.pin(session, service_id="mail", title=title, body="Blue paper.", by=None, now=NOON)


def run_jobs_of(house: Portal) -> int:
    done, worker = 0, house.worker(name="test")
    while count := worker.run_due(clock.now()):
        done += count
    return done


@pytest.fixture
def town(app, make_person, tmp_path, run_jobs) -> Town:
    """A town whose portal never had the notice board."""
    (tmp_path / "walk").mkdir()
    return towns.build(app, make_person, tmp_path / "walk", run_jobs)


@pytest.fixture
def instance_with_board(town: Town, tmp_path: Path) -> Path:
    """The same town once more, with the tables of the notice board."""
    town.house.tally.flush()
    town.house.db.close()
    folder = Path(shutil.copytree(town.house.config.instance, tmp_path / "with board"))
    pin_up(folder)
    shutil.rmtree(folder / "backups", ignore_errors=True)
    return folder


@pytest.fixture
def twin(town: Town, instance_with_board: Path, open_example) -> Town:
    """The same town with the notice board, which was used and then switched off."""
    app = open_example(instance_with_board)
    pin(app, "Paper is here")
    run_jobs_of(house_of(app))
    switch(app, on=False)
    return Town(app, house_of(app), town.people, town.markers, town.refs)


def answer(client: FlaskClient, method: str, address: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer, without what differs between any two answers."""
    house_of(client.application).tally.flush()  # some pages show what was read a moment ago
    got = client.open(address, method=method, headers={"X-Request-Id": "same"}, buffered=True)
    headers = {name: NOT_THE_SAME_TWICE.sub("*", value) for name, value in got.headers if name != "Content-Length"}
    return got.status_code, headers, NOT_THE_SAME_TWICE.sub("*", got.get_data().decode(errors="replace"))


def differing(never: Town, off: Town, asked: list[tuple[str, str]]) -> Iterator[str]:
    for viewer in LOOKERS:
        clients = never.client(viewer), off.client(viewer)
        for method, address in asked:
            first, second = (answer(client, method, address) for client in clients)
            if first != second:
                yield f"{viewer}: {method} {address}"


def test_its_addresses_answer_as_if_it_had_never_been_there(town, twin):
    assert list(differing(town, twin, list(OF_THE_PLUGIN))) == []
    for _method, address in OF_THE_PLUGIN:
        assert twin.client("coach").get(address).status_code == 404


HOW_LONG = "/search/figures"
"""How long searches took differs between any two portals."""


def pages_of(town: Town, *, of_each: int = 3) -> list[str]:
    """The addresses of pages that say nothing of plugins, at most *of_each* of one kind."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for address in towns.addresses(town, "GET"):
        endpoint, _values = town.app.url_map.bind("localhost").match(address)
        if not address.startswith((*ABOUT_THE_PLUGIN, HOW_LONG)):
            by_kind[endpoint].append(address)
    return [address for addresses in by_kind.values() for address in addresses[:of_each]]


def test_every_other_page_is_the_same_byte_for_byte(town, twin):
    pages = pages_of(town)
    pages += ["/search?q=paper", "/search?q=blue+paper&service=mail", "/search?q=trouble", "/search?q=xyzzy"]
    pages += ["/desk?q=paper", "/desk?q=trouble", "/static/base.css", "/nowhere"]

    assert len(pages) > 50
    assert list(differing(town, twin, [("GET", page) for page in pages])) == []


def test_the_comparison_sees_a_plugin_that_is_on(town, twin):
    switch(twin.app, on=True)
    asked = [("GET", "/"), ("GET", "/example"), ("POST", "/example/notes"), ("GET", "/search?q=paper")]

    found = set(differing(town, twin, asked))

    assert {f"visitor: {method} {address}" for method, address in asked} <= found


def test_the_list_of_events_does_not_offer_its_events(twin):
    page = twin.client("admin").get("/admin/events").text

    assert '<option value="example.' not in page
    assert "<option>example." not in page
    assert "<option>article.published</option>" in page


def test_nothing_of_it_is_told_or_run(town, twin):
    def publish_and_work(app: Flask) -> tuple[list[str], list[str], int]:
        house = house_of(app)
        with house.db.transaction() as session:
            event = ArticlePublished(article_id=1, ref="KB0101", revision_id=1, significance="large")
            event_id = emit(session, event)
            told = session.scalars(sa.select(Job.listener).where(Job.event_id == event_id).order_by(Job.id)).all()
        house.worker(name="test").run_schedules(clock.now())
        ran = run_jobs_of(house)
        with house.db.reading() as session:
            schedules = session.scalars(sa.select(ScheduleRow.name).order_by(ScheduleRow.name)).all()
        return list(told), list(schedules), ran

    never, off = publish_and_work(town.app), publish_and_work(twin.app)

    assert off == never
    assert [name for name in [*off[0], *off[1]] if name.startswith("example.")] == []


def test_what_waited_when_it_went_off_waits_until_it_is_on_again(twin):
    switch(twin.app, on=True)
    pin(twin.app, "Toner is here")
    switch(twin.app, on=False)
    while_off = run_jobs_of(twin.house)
    left = jobs_of(twin.house)
    switch(twin.app, on=True)
    while_on = run_jobs_of(twin.house)

    waits = ["example.note_pinned", "example.tell_coaches"]
    assert (while_off, left, while_on, jobs_of(twin.house)) == (1, waits, 2, [])


def jobs_of(house: Portal) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(sa.select(Job.listener)))


def test_its_commands_checks_and_steps_are_gone(town, twin):
    def listed(house: Portal) -> tuple[list[str], list[str], int]:
        checks = [check.name for checks in house.plugins.on("checks") for check in checks]
        steps = [steps for hook in ("start_steps", "demo_steps") for steps in house.plugins.on(hook)]
        return sorted(command(house).commands), checks, sum(map(len, steps))

    ran = CliRunner().invoke(command(twin.house), ["example", "list"], obj=twin.house)

    assert listed(twin.house) == listed(town.house)
    assert (ran.exit_code, "No such command 'example'" in ran.output) == (2, True)


def test_off_and_on_again_brings_everything_back(twin):
    visitor = twin.client("visitor")
    seen = []
    for on in (True, False, True):
        switch(twin.app, on=on)
        run_jobs_of(twin.house)
        seen.append(
            (
                visitor.get("/example").status_code,
                "Paper is here" in visitor.get("/").text,
                "/example/notes/N000001" in visitor.get("/search?q=paper").text,
            )
        )

    assert seen == [(200, True, True), (404, False, False), (200, True, True)]


def test_its_rows_stay_while_it_is_off(twin):
    with twin.house.db.reading() as session:
        notes = session.execute(sa.text("SELECT ref, title FROM example_note")).all()
        told = session.scalars(sa.select(EventRow.name).where(EventRow.name.startswith("example."))).all()

    assert (notes, told) == ([("N000001", "Paper is here")], ["example.note_pinned"])


@pytest.mark.parametrize("on", [False, True])
def test_a_switch_in_one_process_is_followed_by_another_within_two_seconds(instance_with_board, open_example, on):
    here, there = open_example(instance_with_board), open_example(instance_with_board)
    switch(here, on=not on)
    browser = there.test_client()
    before = browser.get("/example").status_code
    time.sleep(1.1)  # the other process has just looked; the switch comes right after
    browser.get("/example")

    switch(here, on=on)
    begin = time.monotonic()
    wanted = 200 if on else 404
    while browser.get("/example").status_code != wanted and time.monotonic() - begin < 5:
        time.sleep(0.05)

    assert (before in {200, 404}, time.monotonic() - begin < 2) == (True, True)


def test_an_administrator_switches_it_on_the_page(twin):
    admin = twin.client("admin")
    seen = [status_of(admin)]
    for word in ("yes", "no"):
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', admin.get("/admin/plugins").text)[1]
        said = admin.post("/admin/plugins/example", data={"csrf_token": token, "on": word}, follow_redirects=True)
        seen.append(status_of(admin))
        seen.append("Notice board is on." in said.text)
        seen.append("Notice board is off. Its data stays." in said.text)

    assert seen == [404, 200, True, False, 404, False, True]


def status_of(browser: FlaskClient) -> int:
    return browser.get("/example").status_code


def test_the_worker_of_another_process_stops_telling_it(twin, instance_with_board):
    switch(twin.app, on=True)
    other = build({"instance": str(instance_with_board)}, environ={}, plugins=with_example())
    pin(twin.app, "Toner is here")
    switch(twin.app, on=False)

    told = [listener.key for listener in other.bus.listening("example.note_pinned")]
    other.close()

    assert told == ["search.index_documents"]
