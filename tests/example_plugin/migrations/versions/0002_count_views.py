"""Count how often a note was opened.

Safe while the old code runs: the column has a default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("example_note") as table:
        table.add_column(sa.Column("seen_count", sa.Integer(), nullable=False, server_default="0"))


def downgrade():
    with op.batch_alter_table("example_note") as table:
        table.drop_column("seen_count")
