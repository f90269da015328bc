"""The tables are made by migrations alone: head equals the models, every step goes both ways and keeps the rows."""

from __future__ import annotations

import lzma
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal.accounts.models import Person
from portal.app import build
from portal.articles.attachment_models import Attachment, AttachmentUse
from portal.articles.models import ArticleFind, ArticleMiss, Revision
from portal.core import mail, migrate
from portal.core.db import Model
from portal.core.migrate import Owner
from portal.core.portal import Portal
from portal.testing import NOON

SNAPSHOTS = sorted((Path(__file__).parents[1] / "schemas").glob("*.sqlite.xz"))
Rows = dict[str, list[tuple[object, ...]]]


def _house(instance: Path) -> Portal:
    return build({"instance": str(instance)}, environ={})


def _rows(house: Portal, *, without: frozenset[str] = frozenset()) -> Rows:
    with house.db.engine.connect() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name not in without]
        return {
            name: sorted(map(tuple, connection.execute(sa.text(f'SELECT * FROM "{name}"'))), key=repr) for name in names
        }


def _differences(house: Portal, owner: Owner) -> list[object]:
    with house.db.engine.connect() as connection:
        options = {"version_table": owner.version_table, "compare_type": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Model.metadata)
    return [each for each in found if _table_of(each) in owner.tables]


def _table_of(difference: object) -> str:
    thing = difference[0] if isinstance(difference, list) else difference
    if str(thing[0]).startswith("modify"):
        return str(thing[2])
    return str(thing[-1].name if isinstance(thing[-1], sa.Table) else thing[-1].table.name)


def test_the_migrations_make_exactly_the_tables_of_the_models(migrated: Path):
    house = _house(migrated)

    found = {owner.name: _differences(house, owner) for owner in migrate.owners(house.root, house.plugins)}
    house.close()

    assert found["core"] == []
    assert not any(found.values())


def test_a_difference_would_be_seen(migrated: Path, tmp_path: Path):
    house = _house(Path(shutil.copytree(migrated, tmp_path / "instance")))
    owner = migrate.owners(house.root, house.plugins)[0]
    with house.db.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE site DROP COLUMN address"))

    found = _differences(house, owner)
    house.close()

    assert len(found) == 1


def test_each_step_goes_down_and_up_on_the_demo_with_every_row_equal(demo_instance: Path, tmp_path: Path):
    house = _house(Path(shutil.copytree(demo_instance, tmp_path / "instance")))
    with house.db.transaction() as session:
        mail.queue(session, "robin@example.org", "News", "Something is new.", "<p>New.</p>", kind="tests", key="once")
        asked = session.scalars(sa.select(ArticleFind).order_by(ArticleFind.article_id)).first()
        asked.place, asked.before, asked.asked_at = 4, ["KB0001"], NOON
        session.add(ArticleMiss(article_id=asked.article_id, sentence=asked.sentence, since=NOON))
    before = _rows(house)

    for owner in migrate.owners(house.root, house.plugins):
        scripts = ScriptDirectory.from_config(migrate._config(house.db, owner))
        for script in scripts.walk_revisions():
            if script.down_revision:  # the first makes the tables; without them there are no rows to keep
                migrate.downgrade(house.db, owner, str(script.down_revision))
        migrate.upgrade(house.db, [owner], backup_to=None, now=NOON)
    after = _rows(house)
    house.close()

    assert sum(map(len, before.values())) > 500
    assert after == before


def test_pictures_and_files_are_kept_while_their_step_is_taken_back(demo_instance: Path, tmp_path: Path):
    house = _house(Path(shutil.copytree(demo_instance, tmp_path / "instance")))
    owner = migrate.owners(house.root, house.plugins)[0]
    with house.db.transaction() as session:
        live = session.scalars(sa.select(Revision.id).order_by(Revision.id).limit(2)).all()
        person = session.scalars(sa.select(Person.id).limit(1)).one()
        plans = [
            Attachment(
                name=f"{number:032}.pdf", extension="pdf", media_type="application/pdf", title="Plan",
                bytes=1, sha256="0" * 64, uploaded_by=uploaded_by, uploaded_at=NOON,
            )
            for number, uploaded_by in enumerate((person, None), start=1)
        ]  # fmt: skip
        session.add_all(plans)
        session.flush()
        session.add_all(AttachmentUse(attachment_id=plans[0].id, revision_id=each, level=1) for each in live)
    before = _rows(house)

    migrate.downgrade(house.db, owner, "0003")
    taken_back = set(_rows(house))
    migrate.upgrade(house.db, [owner], backup_to=None, now=NOON)
    after = _rows(house)
    house.close()

    assert (len(before["attachment"]), len(before["attachment_use"])) == (3, 2)  # the demo has a picture of its own
    assert {"attachment", "attachment_use"} & taken_back == set()
    assert after == before


def test_the_first_step_goes_down_to_nothing_and_up_again(migrated: Path, tmp_path: Path):
    house = _house(Path(shutil.copytree(migrated, tmp_path / "instance")))
    owner = migrate.owners(house.root, house.plugins)[0]
    full = set(_rows(house))

    migrate.downgrade(house.db, owner, "base")
    left = set(_rows(house)) & {*owner.tables, owner.version_table}
    migrate.upgrade(house.db, [owner], backup_to=None, now=NOON)
    again = set(_rows(house))
    house.close()

    assert left == {"alembic_version"}
    assert again == full


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.name)
def test_every_database_that_was_ever_in_use_is_brought_to_the_present(snapshot: Path, tmp_path: Path):
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "portal.sqlite").write_bytes(lzma.decompress(snapshot.read_bytes()))
    with sqlite3.connect(instance / "portal.sqlite") as connection:
        articles = connection.execute("SELECT ref, title FROM article ORDER BY ref").fetchall()
        people = connection.execute("SELECT count(*) FROM person").fetchone()
    connection.close()
    house = _house(instance)

    migrate.upgrade(house.db, migrate.owners(house.root, house.plugins), backup_to=None, now=NOON)
    stands = [migrate.standing(house.db, owner) for owner in migrate.owners(house.root, house.plugins)]
    with house.db.engine.connect() as connection_:
        kept = [tuple(row) for row in connection_.execute(sa.text("SELECT ref, title FROM article ORDER BY ref"))]
        still = connection_.execute(sa.text("SELECT count(*) FROM person")).one()
        broken = connection_.execute(sa.text("PRAGMA foreign_key_check")).all()
    house.close()

    assert all(where.is_current for where in stands)
    assert kept == articles
    assert tuple(still) == people
    assert broken == []


def test_there_is_a_snapshot_for_every_step_that_closed():
    assert [path.name for path in SNAPSHOTS][:1] == ["02.sqlite.xz"]
