"""Words that people use for other words, kept by editors.

Safe while the old code runs: it knows neither the table nor the count. Going down keeps the rows in a table of plain
rows (``kept_0011_search_synonym``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEPT = "kept_0011_search_synonym"
COLUMNS = "id, typed, meant, both, service, changed_at, changed_by"


def upgrade():
    with op.batch_alter_table("search_index") as table:
        table.add_column(sa.Column("synonyms", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "search_synonym",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("typed", Json(), nullable=False),
        sa.Column("meant", Json(), nullable=False),
        sa.Column("both", sa.Boolean(), nullable=False),
        sa.Column("service", sa.String(80), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Integer()),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name="fk_search_synonym_changed_by_person"),
        sa.PrimaryKeyConstraint("id", name="pk_search_synonym"),
    )
    op.create_index("ix_search_synonym_changed_by", "search_synonym", ["changed_by"])
    if KEPT in sa.inspect(op.get_bind()).get_table_names():
        op.execute(f"INSERT INTO search_synonym ({COLUMNS}) SELECT {COLUMNS} FROM {KEPT}")  # noqa: S608 - names of this file
        op.drop_table(KEPT)
        op.execute("UPDATE search_index SET synonyms = 1")


def downgrade():
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM search_synonym")):
        op.execute(f"CREATE TABLE {KEPT} AS SELECT * FROM search_synonym")
    op.drop_table("search_synonym")
    with op.batch_alter_table("search_index") as table:
        table.drop_column("synonyms")
