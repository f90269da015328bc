"""A backup in its plainest safe form: a folder with a copy of the database, the files of articles, and their hashes.

The search index is not in it: it is a cache, built again from the database.
The secret key is, so a backup is as confidential as the portal itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from portal import __version__
from portal.core import filestore, jobs, migrate
from portal.core.config import Config
from portal.core.db import Database
from portal.core.errors import Refused

DATABASE = "portal.sqlite"
MANIFEST = "manifest.json"
COPIED = ("secret_key", "portal.toml")
WORKER_LIVES = timedelta(seconds=30)


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: name (``files/ab/…`` for one in a folder), size in bytes and SHA-256 of each file."""

    made_at: str
    version: str
    files: dict[str, dict[str, str | int]]


def make(db: Database, config: Config, to: Path, *, now: datetime) -> Manifest:
    """Write a backup to the new folder *to*; the portal may go on working meanwhile.

    The manifest is written last: a folder without one is no backup.

    Raises:
        Refused: the folder exists and is not empty, or the database is not SQLite.
    """
    if db.path is None:
        raise Refused("Only a SQLite database is backed up here.", hint="Use your database's own tool.")
    if not db.path.exists():
        raise Refused("There is no database yet.", hint="Start the portal once; then there is something to keep.")
    if to.exists() and any(to.iterdir()):
        raise Refused(f"{to} is not empty.", hint="Name a new folder; a backup never writes over another one.")
    to.mkdir(parents=True, exist_ok=True)
    to.chmod(0o700)
    migrate.copy_sqlite(db, to / DATABASE)
    for name in COPIED:
        if (config.instance / name).exists():
            shutil.copy2(config.instance / name, to / name)
    # After the database, so that every row of the copy finds its file: files are only added, or were in no text.
    _copy_files(config.instance, to)
    whole = sorted(path for path in to.rglob("*") if path.is_file())
    files = {path.relative_to(to).as_posix(): _look(path) for path in whole}
    manifest = Manifest(now.isoformat(), __version__, files)
    _write_synced(to / MANIFEST, json.dumps(vars(manifest), indent=2, sort_keys=True))
    return manifest


def verify(folder: Path) -> Manifest:
    """Read a backup and prove that it is whole.

    Raises:
        Refused: no manifest, a file that is missing or differs, or a database that is damaged.
    """
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        files = {name: dict(facts) for name, facts in manifest.files.items()}
    except (OSError, ValueError, TypeError, AttributeError) as fault:
        raise Refused(f"{folder} is no whole backup: its manifest cannot be read.", hint="Try another.") from fault
    for name, facts in files.items():
        path = folder / name
        if not _may_be_in_one(name) or not path.is_file() or _look(path) != facts:
            raise Refused(f"{name} in {folder} is missing or was changed.", hint="Try another backup.")
    if DATABASE not in files:
        raise Refused(f"{folder} holds no database.", hint="Try another backup.")
    with closing(sqlite3.connect(f"{(folder / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as connection:
        state = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if state != "ok":
        raise Refused(f"The database in {folder} is damaged: {state}", hint="Try another backup.")
    return manifest


def restore(db: Database, config: Config, folder: Path, *, now: datetime, force: bool = False) -> Path | None:
    """Put a backup in the place of the present database; return where the present one was kept.

    The search index is thrown away; the next start builds it again.

    Raises:
        Refused: the backup is not whole, or the portal is still running (unless *force*).
    """
    manifest = verify(folder)
    if db.path is None:
        raise Refused("Only a SQLite database is restored here.", hint="Use your database's own tool.")
    target = db.path
    kept = None
    if target.exists():
        if not force:
            _refuse_running(db, now)
            db.close()
            _refuse_open(target)
        kept = config.instance / "backups" / f"before-restore-{now:%Y%m%d-%H%M%S}.sqlite"
        _keep(db, target, kept)
    db.close()
    _copy_files(folder, config.instance)  # those of the present database stay beside them
    # Whole beside the live file first; then one rename, so that a kill leaves the old or the new one.
    fresh = target.with_suffix(".restoring")
    shutil.copyfile(folder / DATABASE, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    for tail in ("-wal", "-shm"):
        Path(f"{target}{tail}").unlink(missing_ok=True)
    fresh.replace(target)
    for name in COPIED:
        if name in manifest.files:
            shutil.copy2(folder / name, config.instance / name)
    shutil.rmtree(config.instance / "search", ignore_errors=True)
    return kept


def _may_be_in_one(name: str) -> bool:
    """Whether a manifest may name this file: a backup that somebody made up must not reach out of its folder."""
    folder, _, rest = name.partition("/")
    inner, _, last = rest.partition("/")
    in_files = folder == filestore.FOLDER and len(inner) == 2 and bool(filestore.NAME.match(last))
    return "/" not in name or (in_files and last.startswith(inner))


def _copy_files(here: Path, there: Path) -> None:
    """Copy the stored files that are not there yet; they never change, so the same name is the same file."""
    source, target = filestore.FileStore(here), filestore.FileStore(there)
    present = target.sizes()
    for name, size in source.sizes().items():
        if present.get(name) != size:
            with suppress(FileNotFoundError):  # in no text, and forgotten a moment ago
                target.write(name, source.read(name))


def _keep(db: Database, target: Path, kept: Path) -> None:
    try:
        migrate.copy_sqlite(db, kept)
    except (sa.exc.DatabaseError, sqlite3.DatabaseError):
        # Too damaged to be read: that is why it is replaced. Its bytes are kept all the same.
        kept.unlink(missing_ok=True)
        shutil.copy2(target, kept)


def _refuse_running(db: Database, now: datetime) -> None:
    with db.reading() as session:
        try:
            seen = jobs.worker_seen_at(session)
        except Exception:  # noqa: BLE001 - a database too damaged to ask is one that wants restoring
            return
    if seen and now - seen < WORKER_LIVES:
        raise Refused(
            "The portal is still running: its worker was seen a moment ago.",
            hint="Stop it first. If it is stopped for certain, repeat with --force.",
        )


def _refuse_open(target: Path) -> None:
    """Refuse while any process has the database open, be it a server without a worker: its next write would be lost.

    Only who is alone with a database can take it out of the mode in which readers and a writer share it.
    """
    with closing(sqlite3.connect(target, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as fault:
            raise Refused(
                "The portal is still running: another process has the database open.",
                hint="Stop it first. If it is stopped for certain, repeat with --force.",
            ) from fault
        except sqlite3.DatabaseError:
            return  # too damaged to ask, so it wants restoring


def _look(path: Path) -> dict[str, str | int]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
