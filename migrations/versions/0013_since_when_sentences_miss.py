"""Since when a sentence that has to find an article does not, so that people are told of it once.

Safe while the old code runs: it does not know the table, which fills in a night. Going down keeps the rows in a table
of plain rows (``kept_0013_article_miss``), and going up puts them back.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEPT = "kept_0013_article_miss"
COLUMNS = "article_id, sentence, since"


def upgrade():
    op.create_table(
        "article_miss",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.String(400), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_miss_article_id_article", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "sentence", name="pk_article_miss"),
    )
    if KEPT in sa.inspect(op.get_bind()).get_table_names():
        there = "article_id IN (SELECT id FROM article)"
        op.execute(f"INSERT INTO article_miss ({COLUMNS}) SELECT {COLUMNS} FROM {KEPT} WHERE {there}")  # noqa: S608 - names of this file
        op.drop_table(KEPT)


def downgrade():
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM article_miss")):
        op.execute(f"CREATE TABLE {KEPT} AS SELECT * FROM article_miss")
    op.drop_table("article_miss")
