"""Make the board: notes, and what the listeners heard.

New tables; the old code does not know them.
"""

import sqlalchemy as sa
from alembic import op

import portal.core.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "example_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(20), nullable=False),
        sa.Column("service_id", sa.String(60), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("pinned_at", portal.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example_note")),
        sa.UniqueConstraint("ref", name=op.f("uq_example_note_ref")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_example_note_service_id_service"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_example_note_author_id_person"), ondelete="SET NULL"
        ),
    )
    op.create_index(op.f("ix_example_note_service_id"), "example_note", ["service_id"])
    op.create_index(op.f("ix_example_note_author_id"), "example_note", ["author_id"])
    op.create_table(
        "example_heard",
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("detail", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_example_heard")),
    )


def downgrade():
    op.drop_table("example_heard")
    op.drop_table("example_note")
