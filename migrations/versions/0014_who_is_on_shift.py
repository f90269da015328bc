"""Who of a support party is on shift when: moments in UTC, and which calendar said so.

Safe while the old code runs: it does not know the table. Going down keeps its rows in a table of plain rows
(``kept_0014_shift``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEPT = "kept_0014_shift"
COLUMNS = "id, person_id, party_id, starts_at, ends_at, uid, occurrence, note"


def upgrade():
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.String(60), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("uid", sa.String(200), nullable=False),
        sa.Column("occurrence", sa.String(40), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_shift_order"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_shift_person_id_person"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_shift_party_id_party"),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
        sa.UniqueConstraint(
            "party_id", "uid", "occurrence", "person_id", name="uq_shift_party_id_uid_occurrence_person_id"
        ),
    )
    op.create_index("ix_shift_party_id", "shift", ["party_id", "ends_at"])
    op.create_index("ix_shift_person_id", "shift", ["person_id", "ends_at"])
    op.create_index("ix_shift_ends_at", "shift", ["ends_at"])
    if KEPT in sa.inspect(op.get_bind()).get_table_names():
        there = "person_id IN (SELECT id FROM person) AND party_id IN (SELECT id FROM party)"
        op.execute(f"INSERT INTO shift ({COLUMNS}) SELECT {COLUMNS} FROM {KEPT} WHERE {there}")  # noqa: S608 - names of this file
        op.drop_table(KEPT)


def downgrade():
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM shift")):
        op.execute(f"CREATE TABLE {KEPT} AS SELECT * FROM shift")
    op.drop_table("shift")
