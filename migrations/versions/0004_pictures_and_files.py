"""Pictures and files of articles, and which texts use them.

Safe while the old code runs: nothing of it reads or writes these tables. Going down keeps the rows in tables of
plain rows (``kept_0004_…``), and going up puts them back; the bytes in the instance folder are not touched.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("attachment", "attachment_use")


def upgrade():
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("extension", sa.String(length=8), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_attachment_uploaded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("name", name=op.f("uq_attachment_name")),
    )
    op.create_index("ix_attachment_uploaded_at", "attachment", ["uploaded_at"])
    op.create_index("ix_attachment_uploaded_by", "attachment", ["uploaded_by"])
    op.create_table(
        "attachment_use",
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name=op.f("fk_attachment_use_attachment_id_attachment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_attachment_use_revision_id_revision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attachment_id", "revision_id", name=op.f("pk_attachment_use")),
    )
    op.create_index("ix_attachment_use_revision_id", "attachment_use", ["revision_id"])
    there = sa.inspect(op.get_bind()).get_table_names()
    for table in TABLES:
        if f"kept_0004_{table}" in there:
            columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(table))
            op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_0004_{table} AS kept {_still(table)}")
            op.drop_table(f"kept_0004_{table}")


def _still(table):
    """What a kept row points at may be gone by now."""
    if table == "attachment_use":
        return "WHERE EXISTS (SELECT 1 FROM revision WHERE revision.id = kept.revision_id)"
    return "WHERE kept.uploaded_by IS NULL OR EXISTS (SELECT 1 FROM person WHERE person.id = kept.uploaded_by)"


def downgrade():
    for table in TABLES:
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):
            op.execute(f"CREATE TABLE kept_0004_{table} AS SELECT * FROM {table}")
    op.drop_table("attachment_use")
    op.drop_table("attachment")
