"""Bringing the database to the present: Alembic, one version table for each owner, a backup first.

The core (all rooms) has one line of history in ``migrations/``; each plugin
has its own folder and its own version table. With one shared table, removing
a plugin would break the core's next upgrade.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal.core.db import Database, Model
from portal.core.errors import ConfigError
from portal.core.plugins import Plugin, Room, tables_of
from portal.core.portal import Plugins

CORE = "core"


@dataclass(frozen=True)
class Owner:
    """Whose tables a line of history describes, and where its scripts stand."""

    name: str
    folder: Path
    tables: frozenset[str]

    @property
    def version_table(self) -> str:
        """Name of the table that holds the present revision."""
        return "alembic_version" if self.name == CORE else f"alembic_version_{self.name}"


@dataclass(frozen=True)
class Standing:
    """Where one owner's tables are, and where they should be."""

    owner: str
    present: str | None
    head: str | None
    known: bool = True

    @property
    def is_current(self) -> bool:
        """Nothing to do."""
        return self.present == self.head


def owners(root: Path, plugins: Plugins | Sequence[Plugin]) -> list[Owner]:
    """The core and each plugin with a folder of migrations."""
    members = list(plugins)
    with_tables = [m for m in members if not isinstance(m, Room) and (m.folder / "migrations").is_dir()]
    theirs = {member.name: frozenset(table.name for table in tables_of(member)) for member in members}
    foreign = frozenset[str]().union(*(theirs[m.name] for m in members if not isinstance(m, Room)))
    in_core = frozenset(
        mapper.local_table.name
        for mapper in Model.registry.mappers
        if isinstance(mapper.local_table, sa.Table) and mapper.class_.__module__.startswith("portal.")
    )
    return [
        Owner(CORE, root / "migrations", in_core - foreign),
        *(Owner(member.name, member.folder / "migrations", theirs[member.name]) for member in with_tables),
    ]


def standing(db: Database, owner: Owner) -> Standing:
    """Compare the database with the scripts of one owner."""
    scripts = ScriptDirectory.from_config(_config(db, owner))
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": owner.version_table})
        present = context.get_current_revision()
    known = present is None or present in {script.revision for script in scripts.walk_revisions()}
    return Standing(owner.name, present, scripts.get_current_head(), known)


def upgrade(db: Database, owners_: Sequence[Owner], *, backup_to: Path | None, now: datetime) -> list[str]:
    """Bring all owners to their head; return a sentence for each that moved.

    A database that holds something is copied to *backup_to* first (SQLite).

    Raises:
        ConfigError: the database was made by a newer portal.
    """
    behind = []
    for owner in owners_:
        where = standing(db, owner)
        if not where.known:
            raise ConfigError(
                f"The database is newer than this portal: {owner.name} stands at {where.present}.",
                hint="Start the newer portal again, or restore a backup that this one made.",
            )
        if not where.is_current:
            behind.append((owner, where))
    if behind and backup_to is not None and any(where.present for _, where in behind):
        copy_sqlite(db, backup_to / f"before-upgrade-{now:%Y%m%d-%H%M%S}.sqlite")
    for owner, _ in behind:
        command.upgrade(_config(db, owner), "head")
    return [f"{owner.name}: {where.present or 'empty'} to {where.head}" for owner, where in behind]


def downgrade(db: Database, owner: Owner, revision: str) -> None:
    """Take one owner back to *revision* (``base`` for nothing)."""
    command.downgrade(_config(db, owner), revision)


def copy_sqlite(db: Database, to: Path) -> None:
    """Write a whole, consistent copy of a SQLite database to *to*; other databases are their operator's care."""
    if db.path is None:
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    need = db.path.stat().st_size * 2
    if shutil.disk_usage(to.parent).free < need:
        raise ConfigError(f"There is not enough room for a copy of the database in {to.parent}.", hint="Free some.")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = connection.connection.driver_connection
        assert raw is not None  # noqa: S101 - a connection that is open has a driver's
        raw.execute("VACUUM INTO ?", (str(to),))
    to.chmod(0o600)


def _config(db: Database, owner: Owner) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(owner.folder).replace("%", "%%"))
    config.attributes.update(db=db, owner=owner)
    return config
