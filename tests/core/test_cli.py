"""The `portal` command: what it shows, and how it says what went wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from portal.app import ROOT, build
from portal.cli import command
from portal.core.config import Setting
from portal.core.events import Event, EventRow, Job, On, emit
from portal.core.hooks import Check, hookimpl
from portal.core.jobs import WorkerRow
from portal.core.portal import Plugin
from portal.core.switches import PortalState, raise_generation
from portal.testing import NOON

pytestmark = pytest.mark.usefixtures("frozen_clock")


@dataclass(frozen=True, kw_only=True)
class BellRung(Event):
    """Somebody rang the bell."""

    name: ClassVar[str] = "bell.rung"
    bell_id: int


def answer(session, _event: BellRung) -> None:
    raise_generation(session, "answered")


def oversleep(_session, _event: BellRung) -> None:
    raise OSError("still asleep")


class BellPlugin(Plugin):
    """A bell with two who hear it."""

    name = "bell"
    title = "Bell"
    version = "0.3"
    settings = (Setting("loudness", 3, "How loud, from 1."),)

    @hookimpl
    def events(self) -> list[type[Event]]:
        """One."""
        return [BellRung]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """Two."""
        return [On(BellRung, answer), On(BellRung, oversleep)]

    @hookimpl
    def commands(self) -> list[click.Command]:
        """One."""
        return [click.Command("ring", callback=lambda: click.echo("ding"))]

    @hookimpl
    def checks(self) -> list[Check]:
        """One that cannot look."""
        return [Check("the bell hangs", lambda session: session.execute(sa.text("SELECT * FROM bell_tower")).all())]


@pytest.fixture
def house(instance):
    """A portal with the bell."""
    made = build({"instance": str(instance), "job_tries": 1}, environ={}, plugins=[BellPlugin()])
    yield made
    made.close()


@pytest.fixture
def portal(house):
    """Call it with the words behind `portal`."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(command(house), words, obj=house, catch_exceptions=False)

    return run


def ring(house, times: int = 1) -> None:
    for number in range(times):
        with house.db.transaction() as session:
            emit(session, BellRung(bell_id=number))


def test_a_setting_is_shown_with_its_variable_its_value_and_its_meaning(portal):
    shown = portal("settings").output

    assert "PORTAL_PORT=8000\n    Port that the web server listens at.\n" in shown
    assert "PORTAL_JOB_TRIES=1  (default 6)\n    Tries before a job is parked for a person to look at.\n" in shown
    assert "PORTAL_BELL_LOUDNESS=3\n    How loud, from 1.\n" in shown


def test_events_are_listed_with_who_hears_them(portal):
    assert ("bell.rung  (bell: bell_id)\n    heard by bell.answer, bell.oversleep\n") in portal("events", "list").output


def test_jobs_are_run_listed_and_tried_again(house, portal):
    ring(house)

    ran = portal("jobs", "run").stdout
    listed = portal("jobs", "list").output
    again = portal("jobs", "retry", re.match(r"\d+", listed)[0]).output
    none = portal("jobs", "retry", "999").output

    assert ran == "2 jobs done.\n"
    assert re.sub(r"^\d+", "N", listed) == (
        "N  bell.oversleep  event 1  1 tries: OSError: still asleep\n0 waiting, 1 parked. No worker is running.\n"
    )
    assert (again, none) == ("1 jobs are due again.\n", "0 jobs are due again.\n")


def test_a_worker_that_was_seen_is_told(house, portal):
    with house.db.transaction() as session:
        session.add(WorkerRow(name="worker", started_at=NOON, seen_at=NOON + timedelta(seconds=5)))

    assert portal("jobs", "list").output == "0 waiting, 0 parked. Worker seen: 2026-03-02 12:00:05 UTC\n"


def test_past_events_are_queued_again_for_one_plugin(house, portal):
    ring(house, 3)
    portal("jobs", "run")

    said = portal("events", "replay", "--to", "bell").output
    with house.db.reading() as session:
        queued = session.scalars(sa.select(Job.listener).where(Job.parked_at.is_(None)).order_by(Job.id)).all()
    portal("jobs", "run")

    assert said.endswith("Queued. The worker now tells bell what it missed.\n")
    assert queued == ["bell.answer", "bell.oversleep"] * 3
    with house.db.reading() as session:
        assert session.get(PortalState, "answered").value == 6


def test_plugins_are_listed_and_switched(portal):
    seen = [portal("plugins", "list").output]
    said = portal("plugins", "switch", "bell", "off").output
    seen.append(portal("plugins", "list").output)

    assert seen == ["on   bell 0.3  Bell\n", "off  bell 0.3  Bell\n"]
    assert said == "bell is off. Every process follows within two seconds.\n"


def test_a_portal_without_plugins_says_so(instance):
    house = build({"instance": str(instance)}, environ={}, plugins=[])

    assert CliRunner().invoke(command(house), ["plugins", "list"], obj=house).output == "There are no plugins.\n"
    house.close()


def test_the_commands_of_a_plugin_that_is_off_are_gone_and_come_back(portal):
    rung = [portal("ring")]
    portal("plugins", "switch", "bell", "off")
    rung.append(portal("ring"))
    portal("plugins", "switch", "bell", "on")
    rung.append(portal("ring"))

    assert [(each.exit_code, each.stdout) for each in rung] == [(0, "ding\n"), (2, ""), (0, "ding\n")]
    assert "No such command 'ring'" in rung[1].stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plugins", "switch", "articles", "off"), "There is no plugin articles.\nThe admin page lists them.\n"),
        (("events", "replay", "--to", "nobody"), "There is no plugin nobody.\n"),
        (("db", "downgrade", "nobody", "base"), "Nothing called nobody has migrations.\nThere are: core.\n"),
        (("backup", "."), ". is not empty.\nName a new folder; a backup never writes over another one.\n"),
        (("restore", "."), ". is no whole backup: its manifest cannot be read.\nTry another.\n"),
    ],
)
def test_an_error_is_a_sentence_with_its_remedy_and_ends_with_2(portal, monkeypatch, words, said):
    monkeypatch.chdir(ROOT)
    ran = portal(*words)

    assert (ran.exit_code, ran.stdout, ran.stderr) == (2, "", said)


@pytest.mark.parametrize("words", [("jobs", "list"), ("jobs", "run"), ("events", "replay", "--to", "core")])
def test_a_database_that_was_never_migrated_is_told_with_the_remedy(tmp_path, words):
    house = build({"instance": str(tmp_path / "new")}, environ={}, plugins=[])
    ran = CliRunner().invoke(command(house), words, obj=house)
    house.close()

    first, second = ran.stderr.splitlines()
    assert (ran.exit_code, first[:40]) == (2, "The database could not be used: no such ")
    assert second == "If it is new, run `portal db upgrade` first; `portal doctor` looks for what is wrong."


def test_the_database_is_brought_to_the_present_and_its_standing_shown(portal):
    assert portal("db", "upgrade").exit_code == 0
    assert portal("db", "upgrade").output == "The database is up to date.\n"
    assert re.fullmatch(r"core: (\w+), head (\w+)\n", portal("db", "status").output)


def test_a_backup_is_made_and_put_back(house, portal, tmp_path):
    (house.config.instance / "secret_key").write_bytes(b"k" * 48)
    ring(house)
    made = portal("backup", str(tmp_path / "backup"))
    ring(house)
    restored = portal("restore", str(tmp_path / "backup"))

    assert made.output == f"Backup of 3 files in {tmp_path / 'backup'}. It holds the secret key: keep it private.\n"
    assert restored.output == (
        f"The database from before is kept as {house.config.instance}/backups/before-restore-20260302-120000.sqlite.\n"
        "Restored. The next start migrates it and builds the search index.\n"
    )
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(EventRow.id))) == 1


def test_the_doctor_tells_every_look_and_ends_with_1_when_something_is_wrong(portal):
    ran = portal("doctor")

    lines = ran.output.splitlines()
    assert ran.exit_code == 1
    assert "fault  a worker is running" in lines
    assert lines[lines.index("fault  the bell hangs") + 1].startswith("       could not be looked at: ")
    assert "ok     the database is whole" in lines


def run_really(tmp_path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal.cli", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORTAL_INSTANCE": str(tmp_path / "instance"), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_wrong_setting_stops_the_real_command_with_a_sentence(tmp_path):
    ran = run_really(tmp_path, "settings", PORTAL_PROT="1")

    assert (ran.returncode, ran.stdout, ran.stderr) == (
        2,
        "",
        "There is no setting PORTAL_PROT.\nDid you mean PORTAL_PORT?\n",
    )


def test_the_real_command_knows_its_version(tmp_path):
    ran = run_really(tmp_path, "--version")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "portal, version 1.0.0\n", "")


def test_the_settings_show_no_password_of_the_database(tmp_path):
    address = f"sqlite://somebody:secret-word@/{tmp_path}/portal.sqlite"
    house = build({"instance": str(tmp_path)}, environ={}, plugins=[])
    house.config._values["database_url"] = address

    result = CliRunner().invoke(command(house), ["settings"], obj=house)
    house.close()

    assert result.exit_code == 0
    assert "secret-word" not in result.output
    assert "somebody:***@" in result.output
