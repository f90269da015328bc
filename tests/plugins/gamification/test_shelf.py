"""The badges stand in the database: shipped, of a file, or written here; what is broken changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import definitions, shelf
from plugins.gamification.definitions import Problem
from plugins.gamification.models import BadgeVersion
from portal.core.events import EventRow
from portal.organisation import queries as organisation
from portal.testing import NOON

DAY = timedelta(days=1)
OWN = """schema = 1

# something of ours
[[badge]]
id = "tidy-desk"
name = "Tidy Desk"
tier = "bronze"
track = "care"
text = "You were thanked twice."
[badge.when]
event = "thanks.received"
count = 2
"""


@pytest.fixture
def log(organised):
    with organised.db.transaction() as session:
        yield session


def versions(session):
    rows = session.execute(sa.select(BadgeVersion.id, BadgeVersion.version, BadgeVersion.source, BadgeVersion.is_gone))
    return {tuple(row) for row in rows}


def told(session):
    return session.scalars(sa.select(EventRow.payload).where(EventRow.name == "gamification.rules_changed")).all()


def test_what_ships_is_awarded_before_anything_was_kept_and_just_so_afterwards(log):
    before = shelf.active(log)
    kept = shelf.keep(log, now=NOON)

    assert {id_: badge for id_, (badge, _version) in before.items()} == {
        badge.id: badge for badge in definitions.load().badges
    }
    assert (sorted(kept), shelf.active(log)) == (sorted(before), before)
    assert (shelf.keep(log, now=NOON + DAY), told(log)) == ([], [])


def test_a_file_of_the_instance_adds_and_takes_the_place_and_goes_again(log, tmp_path):
    shelf.keep(log, now=NOON)
    path = tmp_path / "ours.toml"
    another = OWN.replace("schema = 1", "").replace("tidy-desk", "thanked")
    path.write_text(OWN + another, encoding="utf-8")
    changed = shelf.keep(log, path, now=NOON + DAY)
    assert changed == ["thanked", "tidy-desk"]
    assert [shelf.active(log)[id_][0].name for id_ in changed] == ["Tidy Desk", "Tidy Desk"]

    assert shelf.keep(log, None, now=NOON + 2 * DAY) == ["thanked", "tidy-desk"]
    assert ("tidy-desk" in shelf.active(log), shelf.active(log)["thanked"][1]) == (False, 3)
    assert {row for row in versions(log) if row[0] in changed} == {
        ("thanked", 1, "shipped", False), ("thanked", 2, "file", False), ("thanked", 3, "shipped", False),
        ("tidy-desk", 1, "file", False), ("tidy-desk", 2, "file", True),
    }  # fmt: skip
    assert told(log) == [{"badge_ids": ["thanked", "tidy-desk"]}] * 2


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (OWN + "][", Problem("ours.toml", "", "", "This is not TOML: ")),
        (OWN.replace("thanks.received", "thanks.sent"), Problem("ours.toml", "tidy-desk", "when.event", "There is no")),
        (None, Problem("ours.toml", "", "", "The file cannot be read")),
        (b"\xff\xfe", Problem("ours.toml", "", "", "The file cannot be read")),
        (OWN.replace("[[badge]]", "[[ badge ]]"), Problem("ours.toml", "", "badge", "Write each badge")),
    ],
)
def test_a_broken_file_leaves_what_was_there_and_says_why(log, tmp_path, broken, said):
    path = tmp_path / "ours.toml"
    path.write_text(OWN, encoding="utf-8")
    shelf.keep(log, path, now=NOON)
    before = shelf.active(log)
    if broken is None:
        path.unlink()
    else:
        path.write_bytes(broken if isinstance(broken, bytes) else broken.encode())

    assert shelf.keep(log, path, now=NOON + DAY) == []
    assert shelf.active(log) == before
    (problem,) = shelf.problems(log)
    assert (problem.file, problem.badge, problem.field) == (said.file, said.badge, said.field)
    assert problem.sentence.startswith(said.sentence)

    path.write_text(OWN, encoding="utf-8")
    shelf.keep(log, path, now=NOON + DAY)
    assert shelf.problems(log) == []


def test_what_an_administrator_wrote_is_never_replaced(log, tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(OWN, encoding="utf-8")
    shelf.keep(log, path, now=NOON)
    shelf.add_version(log, "tidy-desk", OWN.replace("Tidy", "Neat"), source=shelf.ADMIN, now=NOON)
    path.write_text(OWN.replace("Tidy", "Clean"), encoding="utf-8")

    assert (shelf.keep(log, path, now=NOON + DAY), shelf.keep(log, now=NOON + DAY)) == ([], [])
    badge, version = shelf.active(log)["tidy-desk"]
    assert (badge.name, version) == ("Neat Desk", 2)


def test_another_time_zone_is_another_version_of_every_rule(log):
    shelf.keep(log, now=NOON)
    about = organisation.organisation(log)
    about.time_zone = "Asia/Tokyo"
    log.flush()
    assert len(shelf.keep(log, now=NOON + DAY)) == 51
    assert {version for _badge, version in shelf.active(log).values()} == {2}


def test_the_badges_are_read_with_one_query_and_only_once(log):
    shelf.keep(log, now=NOON)
    assert shelf.on(log) is shelf.on(log)
