"""Migrations: up and down with rows, one version table for each owner, a copy first."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core import migrate
from portal.core.db import Database
from portal.core.errors import ConfigError
from portal.core.migrate import Owner, Standing
from portal.testing import NOON

ENV = (Path(__file__).parents[2] / "migrations" / "env.py").read_text(encoding="utf-8")
FAMILY = frozenset({"parent", "child", "note"})

FIRST = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

def upgrade():
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(80)))
    op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE"), nullable=False))

def downgrade():
    op.drop_table("child")
    op.drop_table("parent")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

def upgrade():
    with op.batch_alter_table("parent", recreate="always") as table:
        table.add_column(sa.Column("born_on", sa.Date))

def downgrade():
    with op.batch_alter_table("parent", recreate="always") as table:
        table.drop_column("born_on")
"""
BREAKS_ROWS = """
from alembic import op

revision, down_revision = "0003", "0002"

def upgrade():
    op.execute("DELETE FROM parent WHERE id = 1")

def downgrade():
    pass
"""
OF_A_PLUGIN = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

def upgrade():
    op.create_table("diary_note", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id")))

def downgrade():
    op.drop_table("diary_note")
"""


@pytest.fixture
def line(tmp_path):
    """A folder of migrations: ``line("core", FIRST, SECOND)`` is the owner of it."""

    def write(name: str, *scripts: str, tables: frozenset[str] = FAMILY) -> Owner:
        folder = tmp_path / "lines" / name
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "versions").mkdir(parents=True)
        (folder / "env.py").write_text(ENV, encoding="utf-8")
        for number, script in enumerate(scripts, 1):
            (folder / "versions" / f"{number:04}_step.py").write_text(script, encoding="utf-8")
        return Owner(name, folder, tables)

    return write


@pytest.fixture
def empty(tmp_path):
    """A database without any table."""
    database = Database(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    yield database
    database.close()


@pytest.fixture
def copies(tmp_path):
    """Where the copies before an upgrade go."""
    return tmp_path / "backups"


def fill(db: Database) -> None:
    with db.transaction() as session:
        session.execute(sa.text("INSERT INTO parent (id, name) VALUES (1, 'Ada'), (2, 'Bo')"))
        session.execute(sa.text("INSERT INTO child (id, parent_id) VALUES (1, 1), (2, 1), (3, 2)"))


def rows(db: Database, table: str) -> list[tuple]:
    with db.reading() as session:
        return [tuple(row) for row in session.execute(sa.text(f"SELECT * FROM {table} ORDER BY id"))]


def test_an_empty_database_comes_to_the_head_without_a_copy(empty, line, copies):
    core = line("core", FIRST, SECOND)

    assert migrate.upgrade(empty, [core], backup_to=copies, now=NOON) == ["core: empty to 0002"]
    assert migrate.upgrade(empty, [core], backup_to=copies, now=NOON) == []
    assert (migrate.standing(empty, core), copies.exists()) == (Standing("core", "0002", "0002"), False)


def test_rows_and_rows_that_point_at_them_survive_both_ways(empty, line, copies):
    migrate.upgrade(empty, [line("core", FIRST)], backup_to=copies, now=NOON)
    fill(empty)
    core = line("core", FIRST, SECOND)
    children = [(1, 1), (2, 1), (3, 2)]

    assert migrate.upgrade(empty, [core], backup_to=copies, now=NOON) == ["core: 0001 to 0002"]
    assert (rows(empty, "parent"), rows(empty, "child")) == ([(1, "Ada", None), (2, "Bo", None)], children)

    migrate.downgrade(empty, core, "0001")
    assert (rows(empty, "parent"), rows(empty, "child")) == ([(1, "Ada"), (2, "Bo")], children)

    migrate.downgrade(empty, core, "base")
    assert sa.inspect(empty.engine).get_table_names() == ["alembic_version"]


def test_a_database_with_rows_is_copied_before_it_moves(empty, line, copies):
    migrate.upgrade(empty, [line("core", FIRST)], backup_to=copies, now=NOON)
    fill(empty)
    migrate.upgrade(empty, [line("core", FIRST, SECOND)], backup_to=copies, now=NOON)

    (copy,) = copies.iterdir()
    with closing(sqlite3.connect(copy)) as old:
        kept = old.execute("SELECT * FROM parent").fetchall()
    assert (copy.name, kept) == ("before-upgrade-20260302-120000.sqlite", [(1, "Ada"), (2, "Bo")])
    assert oct(copy.stat().st_mode & 0o777) == "0o600"


def test_a_migration_waits_for_somebody_who_writes(empty, line, copies):
    migrate.upgrade(empty, [line("core", FIRST)], backup_to=copies, now=NOON)
    writes, other = threading.Event(), Database(empty.url)

    def write() -> None:
        with other.transaction() as session:
            session.execute(sa.text("INSERT INTO parent (id, name) VALUES (7, 'Seven')"))
            writes.set()
            time.sleep(0.3)

    writer = threading.Thread(target=write)
    writer.start()
    assert writes.wait(10)

    moved = migrate.upgrade(empty, [line("core", FIRST, SECOND)], backup_to=None, now=NOON)

    writer.join()
    other.close()
    assert (moved, rows(empty, "parent")) == (["core: 0001 to 0002"], [(7, "Seven", None)])


def test_foreign_keys_hold_again_after_a_migration(empty, line, copies):
    migrate.upgrade(empty, [line("core", FIRST, SECOND)], backup_to=copies, now=NOON)

    with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY"), empty.transaction() as session:
        session.execute(sa.text("INSERT INTO child (id, parent_id) VALUES (1, 99)"))


def test_a_migration_that_would_leave_rows_pointing_at_nothing_changes_nothing(empty, line, copies):
    migrate.upgrade(empty, [line("core", FIRST, SECOND)], backup_to=copies, now=NOON)
    fill(empty)
    core = line("core", FIRST, SECOND, BREAKS_ROWS)

    with pytest.raises(ConfigError) as caught:
        migrate.upgrade(empty, [core], backup_to=copies, now=NOON)

    assert (caught.value.message, caught.value.hint) == (
        "The migration would leave 2 rows that point at nothing, the first in child. Nothing was changed.",
        "Please report this; the database stands as it was.",
    )
    assert migrate.standing(empty, core) == Standing("core", "0002", "0003")
    assert rows(empty, "parent") == [(1, "Ada", None), (2, "Bo", None)]


def test_a_database_of_a_newer_portal_is_refused_and_left_alone(empty, line, copies):
    migrate.upgrade(empty, [line("core", FIRST, SECOND)], backup_to=copies, now=NOON)
    fill(empty)
    older = line("core", FIRST)

    with pytest.raises(ConfigError) as caught:
        migrate.upgrade(empty, [older], backup_to=copies, now=NOON)

    assert (caught.value.message, caught.value.hint) == (
        "The database is newer than this portal: core stands at 0002.",
        "Start the newer portal again, or restore a backup that this one made.",
    )
    assert migrate.standing(empty, older) == Standing("core", "0002", "0001", known=False)
    assert (len(rows(empty, "parent")), copies.exists()) == (2, False)


def test_each_owner_has_a_version_table_of_its_own(empty, line, copies):
    core = line("core", FIRST)
    diary = line("diary", OF_A_PLUGIN, tables=frozenset({"diary_note"}))

    moved = migrate.upgrade(empty, [core, diary], backup_to=copies, now=NOON)

    assert moved == ["core: empty to 0001", "diary: empty to 0001"]
    assert {"alembic_version", "alembic_version_diary"} <= set(sa.inspect(empty.engine).get_table_names())
    migrate.downgrade(empty, diary, "base")
    assert [migrate.standing(empty, owner).present for owner in (core, diary)] == ["0001", None]


def test_the_core_moves_on_after_a_plugin_was_removed_and_its_rows_stay(empty, line, copies):
    diary = line("diary", OF_A_PLUGIN, tables=frozenset({"diary_note"}))
    migrate.upgrade(empty, [line("core", FIRST), diary], backup_to=copies, now=NOON)
    fill(empty)
    with empty.transaction() as session:
        session.execute(sa.text("INSERT INTO diary_note (id, parent_id) VALUES (5, 1)"))

    moved = migrate.upgrade(empty, [line("core", FIRST, SECOND)], backup_to=copies, now=NOON)

    assert (moved, rows(empty, "diary_note")) == (["core: 0001 to 0002"], [(5, 1)])


def test_a_copy_that_would_not_fit_is_refused(empty, line, copies, tmp_path):
    migrate.upgrade(empty, [line("core", FIRST)], backup_to=copies, now=NOON)
    free = shutil.disk_usage(tmp_path).free
    empty.close()
    with empty.path.open("r+b") as file:
        file.truncate(free)  # a file with a hole: large, and on the disk hardly anything

    with pytest.raises(ConfigError) as caught:
        migrate.copy_sqlite(empty, tmp_path / "copy.sqlite")

    assert (caught.value.message, caught.value.hint) == (
        f"There is not enough room for a copy of the database in {tmp_path}.",
        "Free some.",
    )
