"""The end of an article: who archived, merged or brought it back; what happens at a set time; since when old
instructions are wrong.

Safe while the old code runs: what is new is empty or has a default. Going down keeps the rows and the columns
that the old code does not know in tables of plain rows (``kept_0006_…``), and going up puts them back.
"""
# ruff: noqa: S608 - the names of tables and columns stand in this file

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("article_move", "article_timing")
NEW = ("is_merged", "wrong_before", "wrong_revision_id")


def upgrade():
    with op.batch_alter_table("article") as table:
        table.add_column(sa.Column("is_merged", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("wrong_before", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("wrong_revision_id", sa.Integer(), nullable=True))
    _make_moves()
    _make_timings()
    for table in TABLES:
        if _exists(f"kept_0006_{table}"):
            columns = ", ".join(column["name"] for column in _inspector().get_columns(table))
            op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_0006_{table}")
            op.drop_table(f"kept_0006_{table}")
    if _exists("kept_0006_article"):
        values = ", ".join(f"{name} = (SELECT {name} FROM kept_0006_article k WHERE k.id = article.id)" for name in NEW)
        op.execute(f"UPDATE article SET {values} WHERE id IN (SELECT id FROM kept_0006_article)")
        op.drop_table("kept_0006_article")


def downgrade():
    for table in reversed(TABLES):
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):
            op.execute(f"CREATE TABLE kept_0006_{table} AS SELECT * FROM {table}")
        op.drop_table(table)
    told = "is_merged OR wrong_before IS NOT NULL OR wrong_revision_id IS NOT NULL"
    if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM article WHERE {told}")):
        op.execute(f"CREATE TABLE kept_0006_article AS SELECT id, {', '.join(NEW)} FROM article WHERE {told}")
    with op.batch_alter_table("article") as table:
        for name in NEW:
            table.drop_column(name)


def _make_moves():
    op.create_table(
        "article_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(length=20), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_move_article_id_article", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name="fk_article_move_other_id_article"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_article_move_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_article_move"),
    )
    for column in ("article_id", "other_id", "person_id"):
        op.create_index(f"ix_article_move_{column}", "article_move", [column])


def _make_timings():
    op.create_table(
        "article_timing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=True),
        sa.Column("significance", sa.String(length=16), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("came_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_timing_article_id_article", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name="fk_article_timing_revision_id_revision", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["successor_id"], ["article.id"], name="fk_article_timing_successor_id_article"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_article_timing_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_article_timing"),
    )
    for column in ("article_id", "revision_id", "successor_id", "person_id"):
        op.create_index(f"ix_article_timing_{column}", "article_timing", [column])
    op.create_index("ix_article_timing_due", "article_timing", ["state", "at"])
    op.create_index(
        "uq_article_timing_waiting",
        "article_timing",
        ["article_id", "act"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _inspector():
    return sa.inspect(op.get_bind())


def _exists(name):
    return name in _inspector().get_table_names()
