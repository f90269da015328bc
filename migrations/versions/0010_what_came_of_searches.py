"""What came of searches: marks of who asked, what was opened from the results, and what nobody has written yet.

Safe while the old code runs: it knows neither the columns, which begin empty, nor the tables. Going down keeps the
rows in tables of plain rows (``kept_0010_…``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MARKS = "kept_0010_search_log"
TABLES = ("search_opened", "search_use", "search_gap")
PEOPLE = ("claimed_by", "answered_by", "rejected_by")


def upgrade():
    with op.batch_alter_table("search_log") as table:
        table.add_column(sa.Column("asker", sa.String(32), nullable=False, server_default=""))
        table.add_column(sa.Column("writes", sa.Boolean(), nullable=False, server_default=sa.false()))
    _opened()
    _gaps()
    kept = sa.inspect(op.get_bind()).get_table_names()
    for name in TABLES:
        if f"kept_0010_{name}" in kept:
            columns = ", ".join(each["name"] for each in sa.inspect(op.get_bind()).get_columns(name))
            op.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM kept_0010_{name}")  # noqa: S608 - names of this file
            op.drop_table(f"kept_0010_{name}")
    if MARKS in kept:
        of = f"FROM {MARKS} AS kept WHERE kept.id = search_log.id"
        op.execute(
            f"UPDATE search_log SET asker = (SELECT kept.asker {of}), writes = (SELECT kept.writes {of}) "  # noqa: S608 - the same
            f"WHERE EXISTS (SELECT 1 {of})"
        )
        op.drop_table(MARKS)


def _opened():
    op.create_table(
        "search_opened",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.Column("asker", sa.String(32), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.Column("helped", sa.String(8), nullable=False),
        sa.Column("helped_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_search_opened"),
    )
    op.create_index("ix_search_opened_at", "search_opened", ["at"])
    op.create_index("ix_search_opened_source_ref_at", "search_opened", ["source", "ref", "at"])
    op.create_table(
        "search_use",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.Column("worth", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("source", "ref", name="pk_search_use"),
    )


def _gaps():
    op.create_table(
        "search_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
        sa.Column("stems", Json(), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.Integer()),
        sa.Column("claimed_at", UtcDateTime()),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.Column("answered_by", sa.Integer()),
        sa.Column("answered_at", UtcDateTime()),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("rejected_by", sa.Integer()),
        sa.Column("rejected_at", UtcDateTime()),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        *(sa.ForeignKeyConstraint([each], ["person.id"], name=f"fk_search_gap_{each}_person") for each in PEOPLE),
        sa.PrimaryKeyConstraint("id", name="pk_search_gap"),
    )
    op.create_index("ix_search_gap_state_people", "search_gap", ["state", "people"])
    for each in PEOPLE:
        op.create_index(f"ix_search_gap_{each}", "search_gap", [each])


def downgrade():
    for name in reversed(TABLES):
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {name}")):  # noqa: S608 - names of this file
            op.execute(f"CREATE TABLE kept_0010_{name} AS SELECT * FROM {name}")
        op.drop_table(name)
    marked = "FROM search_log WHERE asker != ''"
    if op.get_bind().scalar(sa.text(f"SELECT count(*) {marked}")):  # noqa: S608 - the same
        op.execute(f"CREATE TABLE {MARKS} AS SELECT id, asker, writes {marked}")
    with op.batch_alter_table("search_log") as table:
        table.drop_column("writes")
        table.drop_column("asker")
