"""Which place the article of a sentence had when it was asked last, and what stood before it.

Safe while the old code runs: it does not know the columns, which begin empty and are filled in a night. Going down
keeps what was found in a table of plain rows (``kept_0012_article_find``), and going up puts it back.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


KEPT = "kept_0012_article_find"
FOUND = ("place", "before", "asked_at")


def upgrade():
    with op.batch_alter_table("article_find") as table:
        table.add_column(sa.Column("place", sa.Integer()))
        table.add_column(sa.Column("before", Json(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("asked_at", UtcDateTime()))
    if KEPT in sa.inspect(op.get_bind()).get_table_names():
        of = f"FROM {KEPT} AS kept WHERE kept.article_id = article_find.article_id AND kept.position = article_find.position"
        for name in FOUND:
            op.execute(f"UPDATE article_find SET {name} = (SELECT kept.{name} {of}) WHERE EXISTS (SELECT 1 {of})")  # noqa: S608 - names of this file
        op.drop_table(KEPT)


def downgrade():
    asked = "FROM article_find WHERE asked_at IS NOT NULL"
    if op.get_bind().scalar(sa.text(f"SELECT count(*) {asked}")):  # noqa: S608 - names of this file
        op.execute(f"CREATE TABLE {KEPT} AS SELECT article_id, position, {', '.join(FOUND)} {asked}")
    with op.batch_alter_table("article_find") as table:
        table.drop_column("asked_at")
        table.drop_column("before")
        table.drop_column("place")
