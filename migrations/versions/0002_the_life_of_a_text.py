"""The life of a text: who may decide on it, each of its moves, remarks, the checklist, and the last own number.

Safe while the old code runs: what is new has a default, and the old code writes live texts alone. What
decides who reads an old revision is read from its front matter. Going down keeps what the old code does not
know in tables of plain rows (``kept_0002_…``), and going up puts it back.
"""
# ruff: noqa: S608 - the names of tables and columns stand in this file

import json

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW = ("is_suggestion", "saves", "seen_level", "origin_id", "service_id", "audience", "reach", "needs", "readers")
TABLES = ("revision_move", "revision_remark", "revision_answer", "article_number")
OPEN = sa.text("state IN ('draft', 'submitted', 'sent_back')")
DRAFT = sa.text("state = 'draft'")


def upgrade():
    _take_up_revisions()
    _make_tables()
    for table in TABLES:
        if _exists(f"kept_0002_{table}"):
            columns = ", ".join(column["name"] for column in _inspector().get_columns(table))
            op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_0002_{table}")
            op.drop_table(f"kept_0002_{table}")


def downgrade():
    for table in reversed(TABLES):
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):
            op.execute(f"CREATE TABLE kept_0002_{table} AS SELECT * FROM {table}")
        op.drop_table(table)
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM revision")):
        op.execute(f"CREATE TABLE kept_0002_revision AS SELECT id, state, {', '.join(NEW)} FROM revision")
        # The old code has one draft of a writer, and no word for what became of the others.
        op.execute("UPDATE revision SET state = 'superseded' WHERE state IN ('declined', 'discarded', 'adapted')")
    op.drop_index("uq_revision_open", table_name="revision")
    with op.batch_alter_table("revision") as table:
        table.drop_constraint("fk_revision_origin_id_revision", type_="foreignkey")
        table.drop_index("ix_revision_origin_id")
        for name in NEW:
            table.drop_column(name)
    op.create_index(
        "uq_revision_draft",
        "revision",
        ["article_id", "author_id"],
        unique=True,
        sqlite_where=DRAFT,
        postgresql_where=DRAFT,
    )


def _take_up_revisions():
    op.drop_index("uq_revision_draft", table_name="revision")
    with op.batch_alter_table("revision") as table:
        table.add_column(sa.Column("is_suggestion", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("saves", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("seen_level", sa.Integer(), nullable=False, server_default="2"))
        table.add_column(sa.Column("origin_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("service_id", sa.String(length=60), nullable=True))
        table.add_column(sa.Column("audience", sa.Integer(), nullable=False, server_default="2"))
        table.add_column(sa.Column("reach", sa.Integer(), nullable=False, server_default="2"))
        table.add_column(sa.Column("needs", sa.String(length=12), nullable=False, server_default="publisher"))
        table.add_column(sa.Column("readers", sa.Text(), nullable=False, server_default=""))
        table.create_foreign_key("fk_revision_origin_id_revision", "revision", ["origin_id"], ["id"])
        table.create_index("ix_revision_origin_id", ["origin_id"])
    op.create_index(
        "uq_revision_open",
        "revision",
        ["article_id", "author_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    _read_front_matter()
    if _exists("kept_0002_revision"):
        for name in ("state", *NEW):
            kept = "FROM kept_0002_revision AS kept WHERE kept.id = revision.id"
            op.execute(f"UPDATE revision SET {name} = (SELECT kept.{name} {kept}) WHERE EXISTS (SELECT 1 {kept})")
        op.drop_table("kept_0002_revision")


def _read_front_matter():
    """Say of each old text who may read it; the highest level of its parts is that of its stored HTML."""
    connection = op.get_bind()
    highest = "SELECT max(level) FROM rendering WHERE rendering.revision_id = revision.id"
    rows = connection.execute(sa.text(f"SELECT id, front, ({highest}) AS reach FROM revision")).all()
    change = sa.text(
        "UPDATE revision SET service_id = :service_id, audience = :audience, reach = :reach, needs = :needs, "
        "readers = :readers WHERE id = :id"
    )
    for row in rows:
        front = json.loads(row.front)
        if not {"service", "audience", "governance"} <= front.keys():
            continue
        readers = front.get("readers") or ()
        alone = front["audience"] > 0 and front["governance"] == "experience"
        values = {
            "id": row.id,
            "service_id": front["service"],
            "audience": front["audience"],
            "reach": 2 if row.reach is None else max(row.reach, front["audience"]),
            "needs": "contributor" if alone else "publisher",
            "readers": f"|{'|'.join(readers)}|" if readers else "",
        }
        connection.execute(change, values)


def _make_tables():
    op.create_table(
        "revision_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=True),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        _foreign("revision_move", "article_id", "article", ondelete="CASCADE"),
        _foreign("revision_move", "revision_id", "revision", ondelete="CASCADE"),
        _foreign("revision_move", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_revision_move"),
    )
    op.create_table(
        "revision_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        _foreign("revision_remark", "revision_id", "revision", ondelete="CASCADE"),
        _foreign("revision_remark", "author_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_revision_remark"),
    )
    op.create_table(
        "revision_answer",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        _foreign("revision_answer", "revision_id", "revision", ondelete="CASCADE"),
        _foreign("revision_answer", "answered_by", "person"),
        sa.PrimaryKeyConstraint("revision_id", "point", name="pk_revision_answer"),
    )
    op.create_table(
        "article_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_article_number"),
    )
    indexed = {
        "revision_move": ("article_id", "revision_id", "person_id"),
        "revision_remark": ("revision_id", "author_id"),
        "revision_answer": ("answered_by",),
    }
    for table, columns in indexed.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


def _foreign(table, column, target, **options):
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", **options)


def _inspector():
    return sa.inspect(op.get_bind())


def _exists(table):
    return table in _inspector().get_table_names()
