"""The command `portal organisation`, the step of `portal start`, and the looks of `portal doctor`."""

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal.cli import command
from portal.organisation import cli, doctor
from portal.organisation.models import Organisation


@pytest.fixture
def run(house):
    def run(*words):
        result = CliRunner().invoke(command(house), ["organisation", *words], obj=house)
        return result.exit_code, result.output

    return run


def looks(house):
    with house.db.reading() as session:
        return {check.name: list(check.run(session)) for check in doctor.checks()}


def test_load_brings_what_is_shipped(run):
    assert run("load") == (0, "Organisation: 29 added, 0 brought up to date, 0 were so already.\n")
    assert run("load", "--samples") == (0, "Organisation: 1 added, 0 brought up to date, 29 were so already.\n")


def test_load_takes_a_file_of_ones_own_and_tells_its_faults(run, house, tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('schema = 1\n[organisation]\nname = "Ours"\ntimezone = "UTC"\n', encoding="utf-8")

    code, output = run("load", str(path))

    assert code == 2
    assert output.splitlines() == [
        f"{path} does not fit, so nothing was loaded.",
        "organisation: timezone: nothing of this name is known here. Did you mean time_zone?",
        "organisation: time_zone: This is needed.",
    ]
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 0


def test_the_first_start_loads_and_the_second_does_nothing(house):
    assert cli.load_when_empty(house) == "Organisation: 29 added, 0 brought up to date, 0 were so already."
    assert cli.load_when_empty(house) == ""


def test_the_doctor_finds_nothing_wrong_with_what_is_shipped(loaded):
    assert looks(loaded) == {
        "the organisation is loaded": [],
        "hours, time zones and holidays can be read": [],
        "every service has a party": [],
        "no unit stands below itself": [],
    }


def test_the_doctor_says_what_is_missing(house):
    assert looks(house)["the organisation is loaded"] == ["Nothing is there yet. Run `portal organisation load`."]


def test_the_doctor_finds_what_was_written_past_the_pages(loaded):
    with closing(sqlite3.connect(loaded.db.path)) as past_the_rules:  # where SQLite looks at no foreign key
        past_the_rules.execute("UPDATE organisation SET time_zone = 'Bonn'")
        past_the_rules.execute("UPDATE service SET party_id = 'gone', icon = 'unicorn' WHERE id = 'mail'")
        past_the_rules.execute("UPDATE unit SET parent_id = 'company'")
        past_the_rules.commit()

    assert looks(loaded) == {
        "the organisation is loaded": [],
        "hours, time zones and holidays can be read": [
            "organisation organisation, time_zone: There is no time zone “Bonn”. Names are like Europe/Berlin or UTC.",
            "service mail, icon: There is no icon “unicorn”.",
        ],
        "every service has a party": ["Nobody looks after the service mail."],
        "no unit stands below itself": ["These units stand below each other in a circle: company."],
    }
