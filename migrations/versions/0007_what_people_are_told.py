"""What people are told, what they want to be told, and what they watch.

Safe while the old code runs: it does not know the tables. Going down keeps their rows in tables of plain
rows (``kept_0007_…``), and going up puts them back.
"""
# ruff: noqa: S608 - the names of tables and columns stand in this file

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("notice", "notice_choice", "article_watch")


def upgrade():
    _make_notices()
    _make_watches()
    inspector = sa.inspect(op.get_bind())
    for table in TABLES:
        kept = f"kept_0007_{table}"
        if kept in inspector.get_table_names():
            columns = ", ".join(column["name"] for column in inspector.get_columns(kept))
            op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {kept}")
            op.drop_table(kept)


def downgrade():
    for table in reversed(TABLES):
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):
            op.execute(f"CREATE TABLE kept_0007_{table} AS SELECT * FROM {table}")
        op.drop_table(table)


def _make_notices():
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("to_mail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("person_id", "key", name="uq_notice_person_id_key"),
    )
    op.create_index("ix_notice_at", "notice", ["at"])
    op.create_index("ix_notice_person_id", "notice", ["person_id", "id"])
    for name, which in (("unread", "read_at IS NULL"), ("to_mail", "read_at IS NULL AND to_mail")):
        where = sa.text(which)
        op.create_index(f"ix_notice_{name}", "notice", ["person_id"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_choice_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_notice_choice"),
    )


def _make_watches():
    op.create_table(
        "article_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.String(length=60), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(article_id IS NULL) <> (service_id IS NULL)", name="ck_article_watch_what"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_article_watch_person_id_person"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_watch_article_id_article", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_article_watch_service_id_service", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_watch"),
        sa.UniqueConstraint("person_id", "article_id", name="uq_article_watch_person_id_article_id"),
        sa.UniqueConstraint("person_id", "service_id", name="uq_article_watch_person_id_service_id"),
    )
    op.create_index("ix_article_watch_article_id", "article_watch", ["article_id"])
    op.create_index("ix_article_watch_service_id", "article_watch", ["service_id"])
