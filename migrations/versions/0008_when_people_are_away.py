"""When people are away: first and last day, and no reason.

Safe while the old code runs: it does not know the table. Going down keeps its rows in a table of plain rows
(``kept_0008_absence``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEPT = "kept_0008_absence"


def upgrade():
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name="ck_absence_order"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_absence_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_person_id", "absence", ["person_id", "last_on"])
    if KEPT in sa.inspect(op.get_bind()).get_table_names():
        columns = "id, person_id, first_on, last_on"
        op.execute(f"INSERT INTO absence ({columns}) SELECT {columns} FROM {KEPT}")  # noqa: S608 - names of this file
        op.drop_table(KEPT)


def downgrade():
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM absence")):
        op.execute(f"CREATE TABLE {KEPT} AS SELECT * FROM absence")
    op.drop_table("absence")
