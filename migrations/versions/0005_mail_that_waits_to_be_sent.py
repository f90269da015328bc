"""Mail that waits to be sent, was sent, or is kept while there is no server.

Safe while the old code runs: it does not know the table. Going down keeps its rows in a table of plain
rows (``kept_0005_mail``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = "kept_0005_mail"


def upgrade():
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(length=120), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("unsubscribe", sa.String(length=500), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_mail_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index("ix_mail_person_id", "mail", ["person_id"], unique=False)
    op.create_index("ix_mail_queued_at", "mail", ["queued_at"], unique=False)
    inspector = sa.inspect(op.get_bind())
    if KEPT in inspector.get_table_names():
        columns = ", ".join(column["name"] for column in inspector.get_columns("mail"))
        op.execute(f"INSERT INTO mail ({columns}) SELECT {columns} FROM {KEPT}")
        op.drop_table(KEPT)


def downgrade():
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM mail")):
        op.execute(f"CREATE TABLE {KEPT} AS SELECT * FROM mail")
    op.drop_index("ix_mail_queued_at", table_name="mail")
    op.drop_index("ix_mail_person_id", table_name="mail")
    op.drop_table("mail")
