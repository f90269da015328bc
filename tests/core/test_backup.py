"""Backup and restore: whole, proven, and never over what cannot be had back."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.core import backup, config
from portal.core.db import Database
from portal.core.errors import Refused
from portal.core.filestore import FileStore
from portal.core.jobs import WorkerRow
from portal.core.switches import PortalState, raise_generation
from portal.testing import NOON


@pytest.fixture
def settings(tmp_path, db):
    """Settings of a portal whose database is ``db``."""
    (tmp_path / "instance").mkdir()
    return config.load(
        root=tmp_path, environ={}, overrides={"instance": str(tmp_path / "instance"), "database_url": str(db.url)}
    )


@pytest.fixture
def kept(db, settings, tmp_path):
    """A backup, made when the number ``edits`` stood at 1."""
    (settings.instance / "secret_key").write_bytes(b"k" * 48)
    (settings.instance / "portal.toml").write_text("port = 8001\n", encoding="utf-8")
    count(db)
    backup.make(db, settings, tmp_path / "backup", now=NOON)
    return tmp_path / "backup"


def count(db: Database) -> None:
    with db.transaction() as session:
        raise_generation(session, "edits")


def edits(db: Database) -> int:
    with db.reading() as session:
        return session.get(PortalState, "edits").value


def refusal(call, *given, **named) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        call(*given, **named)
    return caught.value.message, caught.value.hint


def test_a_backup_holds_database_key_and_settings_with_their_hashes(kept):
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))

    assert (manifest["made_at"], manifest["version"]) == ("2026-03-02T12:00:00+00:00", "1.0.0")
    assert {name: facts["bytes"] for name, facts in manifest["files"].items()} == {
        "portal.sqlite": (kept / "portal.sqlite").stat().st_size,
        "portal.toml": 12,
        "secret_key": 48,
    }
    assert backup.verify(kept).files == manifest["files"]
    assert (oct(kept.stat().st_mode & 0o777), oct((kept / "portal.sqlite").stat().st_mode & 0o777)) == (
        "0o700",
        "0o600",
    )


def test_a_restore_brings_everything_back_and_keeps_what_stood_there(db, settings, kept):
    count(db)
    (settings.instance / "secret_key").write_bytes(b"another key")
    (settings.instance / "search").mkdir()
    (settings.instance / "search" / "index").write_text("old", encoding="utf-8")

    before = backup.restore(db, settings, kept, now=NOON)

    assert (edits(db), (settings.instance / "secret_key").read_bytes()) == (1, b"k" * 48)
    assert (before, (settings.instance / "search").exists()) == (
        settings.instance / "backups" / "before-restore-20260302-120000.sqlite",
        False,
    )
    with closing(sqlite3.connect(before)) as old:
        assert old.execute("SELECT value FROM portal_state").fetchall() == [(2,)]


def test_a_restore_into_an_empty_portal_needs_nothing_there(settings, kept, db):
    db.close()
    db.path.unlink()

    assert (backup.restore(db, settings, kept, now=NOON), edits(db)) == (None, 1)


def test_a_backup_of_a_portal_that_is_written_is_consistent(db, settings, tmp_path):
    count(db)
    begun, stop = threading.Event(), threading.Event()

    def write_pairs() -> None:
        while not stop.is_set():
            with db.transaction() as session:
                raise_generation(session, "left")
                raise_generation(session, "right")
            begun.set()

    writer = threading.Thread(target=write_pairs)
    writer.start()
    try:
        assert begun.wait(10)
        for number in range(5):
            backup.make(db, settings, tmp_path / f"backup {number}", now=NOON)
    finally:
        stop.set()
        writer.join()

    pairs = []
    for number in range(5):
        backup.verify(tmp_path / f"backup {number}")
        with closing(sqlite3.connect(tmp_path / f"backup {number}" / "portal.sqlite")) as copy:
            pairs.append(dict(copy.execute("SELECT key, value FROM portal_state WHERE key != 'edits'").fetchall()))
    assert [pair["left"] for pair in pairs] == [pair["right"] for pair in pairs]
    assert pairs[0]["left"] > 0


def test_a_folder_with_signs_of_an_address_in_its_name_is_fine(db, settings, tmp_path):
    count(db)
    folder = tmp_path / "50% of a?b#c"
    backup.make(db, settings, folder, now=NOON)

    assert list(backup.verify(folder).files) == ["portal.sqlite"]


@pytest.fixture
def two_files(db, settings, tmp_path):
    """A backup with two stored files: the store of the portal, the folder of the backup, and their names."""
    count(db)
    store = FileStore(settings.instance)
    with store.kept(b"a picture", "-4x3.png") as one, store.kept(b"a plan", ".pdf") as other:
        backup.make(db, settings, tmp_path / "backup", now=NOON)
    return store, tmp_path / "backup", one, other


def test_a_backup_holds_the_files_of_articles_and_brings_them_back(db, settings, two_files):
    store, folder, one, other = two_files
    store.remove(one)
    store.path(other).write_bytes(b"half")
    with store.kept(b"added since", ".txt") as since:
        pass

    files = backup.verify(folder).files
    backup.restore(db, settings, folder, now=NOON)

    assert {name: facts["bytes"] for name, facts in files.items() if "/" in name} == {
        f"files/{one[:2]}/{one}": 9,
        f"files/{other[:2]}/{other}": 6,
    }
    assert {name: store.read(name) for name in store.sizes()} == {
        one: b"a picture",
        other: b"a plan",
        since: b"added since",
    }


def test_a_changed_file_of_an_article_is_found(db, settings, two_files):
    store, folder, one, _other = two_files
    (folder / "files" / one[:2] / one).write_bytes(b"a pictur.")
    store.remove(one)

    assert refusal(backup.restore, db, settings, folder, now=NOON)[0] == (
        f"files/{one[:2]}/{one} in {folder} is missing or was changed."
    )
    assert one not in store.sizes()


@pytest.mark.parametrize("name", ["../secret", "files/../portal.toml", "files/ab/../../secret_key", "search/ab/index"])
def test_a_manifest_that_reaches_out_of_its_folder_is_refused(db, settings, kept, name):
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    (kept / name).parent.mkdir(parents=True, exist_ok=True)
    if not (kept / name).exists():
        (kept / name).write_bytes(b"x")
    manifest["files"][name] = backup._look(kept / name)
    (kept / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    assert refusal(backup.restore, db, settings, kept, now=NOON)[0] == f"{name} in {kept} is missing or was changed."


def test_a_backup_never_writes_over_something(db, settings, kept):
    assert refusal(backup.make, db, settings, kept, now=NOON) == (
        f"{kept} is not empty.",
        "Name a new folder; a backup never writes over another one.",
    )


def test_a_portal_without_a_database_has_nothing_to_keep(settings, tmp_path):
    nothing = Database(f"sqlite:///{tmp_path / 'new' / 'portal.sqlite'}")

    assert refusal(backup.make, nothing, settings, tmp_path / "backup", now=NOON) == (
        "There is no database yet.",
        "Start the portal once; then there is something to keep.",
    )
    nothing.close()


def test_a_database_elsewhere_is_left_to_its_own_tools(settings, kept, tmp_path):
    elsewhere = Database("sqlite://")

    assert refusal(backup.make, elsewhere, settings, tmp_path / "new", now=NOON) == (
        "Only a SQLite database is backed up here.",
        "Use your database's own tool.",
    )
    assert refusal(backup.restore, elsewhere, settings, kept, now=NOON) == (
        "Only a SQLite database is restored here.",
        "Use your database's own tool.",
    )


@pytest.mark.parametrize("name", ["portal.sqlite", "secret_key", "portal.toml"])
def test_a_changed_byte_is_found_and_nothing_is_restored(db, settings, kept, name):
    count(db)
    content = bytearray((kept / name).read_bytes())
    content[-1] ^= 1
    (kept / name).write_bytes(content)

    assert refusal(backup.restore, db, settings, kept, now=NOON) == (
        f"{name} in {kept} is missing or was changed.",
        "Try another backup.",
    )
    assert edits(db) == 2


def test_a_missing_file_is_found(db, settings, kept):
    (kept / "secret_key").unlink()

    assert refusal(backup.restore, db, settings, kept, now=NOON)[0] == (
        f"secret_key in {kept} is missing or was changed."
    )


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"made_at": "", "version": "", "files": ["portal.sqlite"]}'])
def test_a_folder_without_a_readable_manifest_is_no_backup(db, settings, kept, text):
    (kept / "manifest.json").unlink()
    if text is not None:
        (kept / "manifest.json").write_text(text, encoding="utf-8")

    assert refusal(backup.restore, db, settings, kept, now=NOON) == (
        f"{kept} is no whole backup: its manifest cannot be read.",
        "Try another.",
    )


def test_a_manifest_cannot_point_out_of_its_folder(db, settings, kept):
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["../instance/secret_key"] = {"bytes": 48, "sha256": "0" * 64}
    (kept / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    assert refusal(backup.verify, kept)[0] == f"../instance/secret_key in {kept} is missing or was changed."


def test_a_manifest_without_a_database_is_refused(kept):
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["portal.sqlite"]
    (kept / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    assert refusal(backup.verify, kept) == (f"{kept} holds no database.", "Try another backup.")


def test_a_file_that_the_manifest_does_not_name_is_not_restored(db, settings, tmp_path):
    count(db)
    backup.make(db, settings, tmp_path / "backup", now=NOON)
    (tmp_path / "backup" / "portal.toml").write_text('host = "0.0.0.0"\n', encoding="utf-8")

    backup.restore(db, settings, tmp_path / "backup", now=NOON)

    assert not (settings.instance / "portal.toml").exists()


def test_a_portal_that_still_works_is_not_replaced_unless_forced(db, settings, kept):
    count(db)
    with db.transaction() as session:
        session.add(WorkerRow(name="worker", started_at=NOON, seen_at=NOON))
    now = NOON + timedelta(seconds=29)

    assert refusal(backup.restore, db, settings, kept, now=now) == (
        "The portal is still running: its worker was seen a moment ago.",
        "Stop it first. If it is stopped for certain, repeat with --force.",
    )
    assert edits(db) == 2
    backup.restore(db, settings, kept, now=now, force=True)
    assert edits(db) == 1


def test_a_database_that_a_server_without_a_worker_has_open_is_not_replaced_unless_forced(db, settings, kept):
    count(db)
    server = Database(db.url)
    edits(server)  # and its connection stays open, at rest

    assert refusal(backup.restore, db, settings, kept, now=NOON) == (
        "The portal is still running: another process has the database open.",
        "Stop it first. If it is stopped for certain, repeat with --force.",
    )

    assert edits(db) == 2
    backup.restore(db, settings, kept, now=NOON, force=True)
    assert edits(db) == 1
    server.close()


def test_a_worker_that_was_seen_half_a_minute_ago_is_gone(db, settings, kept):
    with db.transaction() as session:
        session.add(WorkerRow(name="worker", started_at=NOON, seen_at=NOON))

    backup.restore(db, settings, kept, now=NOON + timedelta(seconds=30))

    with db.reading() as session:
        assert session.scalars(sa.select(WorkerRow)).all() == []


def test_a_damaged_database_can_be_restored_over_and_its_bytes_are_kept(db, settings, kept):
    db.close()
    db.path.write_bytes(b"not a database at all" * 500)

    before = backup.restore(db, settings, kept, now=NOON)

    assert (edits(db), before.read_bytes()) == (1, b"not a database at all" * 500)
    assert oct(db.path.stat().st_mode & 0o777) == "0o600"
