"""Where people stood over time, and who looked at what is kept about them.

Safe while the old code runs: it does not know the tables, and whoever it moves meanwhile stands where they stood
until their next change. Each person begins with where they stand now. Going down keeps the rows in tables of plain
rows (``kept_0009_…``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = {
    "person_then": "person_id, since, unit_id, party_id, roles",
    "personal_look": "id, person_id, looker_id, what, day, at",
}
NOW = """
    INSERT INTO person_then (person_id, since, unit_id, party_id, roles)
    SELECT id, created_at, unit_id, party_id, '[]' FROM person
"""
ROLES = "SELECT person_id, role FROM person_role ORDER BY person_id, role"


def upgrade():
    op.create_table(
        "person_then",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("unit_id", sa.String(60)),
        sa.Column("party_id", sa.String(60)),
        sa.Column("roles", Json(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_then_person_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_person_then_unit_id_unit"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_person_then_party_id_party"),
        sa.PrimaryKeyConstraint("person_id", "since", name="pk_person_then"),
    )
    op.create_index("ix_person_then_unit_id", "person_then", ["unit_id"])
    op.create_index("ix_person_then_party_id", "person_then", ["party_id"])
    op.create_table(
        "personal_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("looker_id", sa.Integer()),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_personal_look_person_id_person"),
        sa.ForeignKeyConstraint(["looker_id"], ["person.id"], name="fk_personal_look_looker_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_personal_look"),
        sa.UniqueConstraint("person_id", "looker_id", "what", "day", name="uq_personal_look_person_id_looker_id_what_day"),
    )
    op.create_index("ix_personal_look_looker_id", "personal_look", ["looker_id"])
    op.create_index("ix_personal_look_person_id", "personal_look", ["person_id", "at"])
    _fill()


def _fill():
    kept = sa.inspect(op.get_bind()).get_table_names()
    for table, columns in COLUMNS.items():
        if f"kept_0009_{table}" in kept:
            op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_0009_{table}")  # noqa: S608 - names of this file
            op.drop_table(f"kept_0009_{table}")
        elif table == "person_then":
            _begin()


def _begin():
    """Where everybody stands now, from their first day."""
    op.execute(NOW)
    held = {}
    for person_id, role in op.get_bind().execute(sa.text(ROLES)):
        held.setdefault(person_id, []).append(role)
    then = sa.table("person_then", sa.column("person_id"), sa.column("roles", Json()))
    for person_id, roles in held.items():
        op.execute(sa.update(then).where(then.c.person_id == person_id).values(roles=roles))


def downgrade():
    for table in reversed(COLUMNS):
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):  # noqa: S608 - names of this file
            op.execute(f"CREATE TABLE kept_0009_{table} AS SELECT * FROM {table}")
        op.drop_table(table)
