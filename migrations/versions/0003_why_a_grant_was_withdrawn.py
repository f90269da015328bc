"""Say why a proficiency was withdrawn, and let one of a person stand.

Safe while the old code runs: nothing of it writes this table. Where two grants of a person stand, the older one
was replaced when the newer was given. Going down keeps the reasons in a table of plain rows
(``kept_0003_proficiency``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIVE = sa.text("withdrawn_at IS NULL")
KEPT = "kept_0003_proficiency"


def upgrade():
    with op.batch_alter_table("proficiency") as table:
        table.add_column(sa.Column("withdrawn_reason", sa.String(length=500), nullable=False, server_default=""))
    newer = "FROM proficiency AS newer WHERE newer.person_id = proficiency.person_id AND newer.id > proficiency.id"
    op.execute(
        f"UPDATE proficiency SET withdrawn_at = (SELECT min(newer.granted_at) {newer}), withdrawn_by = "
        f"(SELECT newer.granted_by {newer} ORDER BY newer.id LIMIT 1) "
        f"WHERE withdrawn_at IS NULL AND EXISTS (SELECT 1 {newer} AND newer.withdrawn_at IS NULL)"
    )
    op.create_index(
        "uq_proficiency_live", "proficiency", ["person_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )
    if KEPT in sa.inspect(op.get_bind()).get_table_names():
        kept = f"FROM {KEPT} AS kept WHERE kept.id = proficiency.id"
        op.execute(
            f"UPDATE proficiency SET withdrawn_reason = (SELECT kept.withdrawn_reason {kept}) "
            f"WHERE EXISTS (SELECT 1 {kept})"
        )
        op.drop_table(KEPT)


def downgrade():
    reasons = "FROM proficiency WHERE withdrawn_reason != ''"
    if op.get_bind().scalar(sa.text(f"SELECT count(*) {reasons}")):
        op.execute(f"CREATE TABLE {KEPT} AS SELECT id, withdrawn_reason {reasons}")
    op.drop_index("uq_proficiency_live", table_name="proficiency", sqlite_where=LIVE, postgresql_where=LIVE)
    with op.batch_alter_table("proficiency") as table:
        table.drop_column("withdrawn_reason")
