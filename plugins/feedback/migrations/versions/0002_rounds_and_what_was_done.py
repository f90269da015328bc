"""Answers of anonymous rounds, call-backs, and improvements made from answers.

New tables; the old code does not know them. Going down keeps their rows in tables of plain rows
(``kept_0002_feedback_…``) in the order of their ids, which is chance where it must not tell anything, and
going up puts them back.
"""

# ruff: noqa: S608 - the names of tables and columns stand in this file

import sqlalchemy as sa
from alembic import op

from portal.core.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


TABLES = (
    "feedback_improvement",
    "feedback_invited",
    "feedback_nameless_answer",
    "feedback_round_unit",
    "feedback_sealed",
    "feedback_used_token",
    "feedback_callback",
    "feedback_improvement_source",
)


def upgrade():
    for make in (
        _improvement,
        _invited,
        _nameless_answer,
        _round_unit,
        _sealed,
        _used_token,
        _callback,
        _improvement_source,
    ):
        make()
    inspector = sa.inspect(op.get_bind())
    for table in TABLES:
        kept = f"kept_0002_{table}"
        if kept in inspector.get_table_names():
            columns = ", ".join(column["name"] for column in inspector.get_columns(kept))
            op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {kept} ORDER BY 1")
            op.drop_table(kept)


def downgrade():
    for table in reversed(TABLES):
        if op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table}")):
            op.execute(f"CREATE TABLE kept_0002_{table} AS SELECT * FROM {table} ORDER BY 1")
        op.drop_table(table)


def _improvement():
    op.create_table('feedback_improvement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(120), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('done', sa.Text(), nullable=False),
    sa.Column('effect', sa.Text(), nullable=False),
    sa.Column('state', sa.String(10), nullable=False),
    sa.Column('declined_because', sa.Text(), nullable=False),
    sa.Column('proposer_id', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('service_id', sa.String(60), nullable=True),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('useful_until', sa.Date(), nullable=True),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('saves', sa.Integer(), nullable=False),
    sa.Column('made_at', UtcDateTime, nullable=False),
    sa.Column('delivered_at', UtcDateTime, nullable=True),
    sa.Column('told_at', UtcDateTime, nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_feedback_improvement_article_id_article'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_feedback_improvement_owner_id_person')),
    sa.ForeignKeyConstraint(['proposer_id'], ['person.id'], name=op.f('fk_feedback_improvement_proposer_id_person')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_feedback_improvement_service_id_service')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_improvement'))
    )
    op.create_index(op.f('ix_feedback_improvement_article_id'), 'feedback_improvement', ['article_id'])
    op.create_index(op.f('ix_feedback_improvement_delivered_at'), 'feedback_improvement', ['delivered_at'])
    op.create_index(op.f('ix_feedback_improvement_owner_id'), 'feedback_improvement', ['owner_id'])
    op.create_index(op.f('ix_feedback_improvement_proposer_id'), 'feedback_improvement', ['proposer_id'])
    op.create_index(op.f('ix_feedback_improvement_service_id'), 'feedback_improvement', ['service_id'])
    op.create_index(op.f('ix_feedback_improvement_state'), 'feedback_improvement', ['state'])


def _invited():
    op.create_table('feedback_invited',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.String(60), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_feedback_invited_person_id_person')),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_invited_round_id_feedback_round'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_feedback_invited_unit_id_unit')),
    sa.PrimaryKeyConstraint('round_id', 'person_id', name=op.f('pk_feedback_invited'))
    )
    op.create_index(op.f('ix_feedback_invited_person_id'), 'feedback_invited', ['person_id'])
    op.create_index(op.f('ix_feedback_invited_unit_id'), 'feedback_invited', ['unit_id'])


def _nameless_answer():
    op.create_table('feedback_nameless_answer',
    sa.Column('id', sa.String(43), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.String(60), nullable=True),
    sa.Column('question_id', sa.String(8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('value', sa.String(80), nullable=False),
    sa.Column('low', sa.Integer(), nullable=True),
    sa.Column('mid', sa.Integer(), nullable=True),
    sa.Column('high', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_nameless_answer_round_id_feedback_round'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_feedback_nameless_answer_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_nameless_answer')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_feedback_nameless_answer_round_id'), 'feedback_nameless_answer', ['round_id'])
    op.create_index('ix_feedback_nameless_answer_unit', 'feedback_nameless_answer', ['unit_id', 'question_id'])


def _round_unit():
    op.create_table('feedback_round_unit',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.String(60), nullable=False),
    sa.Column('invited', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_round_unit_round_id_feedback_round'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_feedback_round_unit_unit_id_unit')),
    sa.PrimaryKeyConstraint('round_id', 'unit_id', name=op.f('pk_feedback_round_unit'))
    )
    op.create_index(op.f('ix_feedback_round_unit_unit_id'), 'feedback_round_unit', ['unit_id'])


def _sealed():
    op.create_table('feedback_sealed',
    sa.Column('id', sa.String(43), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('box', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_sealed_round_id_feedback_round'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_sealed')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_feedback_sealed_round_id'), 'feedback_sealed', ['round_id'])


def _used_token():
    op.create_table('feedback_used_token',
    sa.Column('mark', sa.String(64), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_used_token_round_id_feedback_round'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mark', name=op.f('pk_feedback_used_token')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_feedback_used_token_round_id'), 'feedback_used_token', ['round_id'])


def _callback():
    op.create_table('feedback_callback',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.String(43), nullable=False),
    sa.Column('question_id', sa.String(8), nullable=False),
    sa.Column('verbatim_id', sa.String(43), nullable=True),
    sa.Column('reason', sa.String(20), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(12), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('settled', sa.String(8), nullable=False),
    sa.Column('token', sa.String(43), nullable=False),
    sa.Column('opened_at', UtcDateTime, nullable=False),
    sa.Column('opened_by', sa.Integer(), nullable=True),
    sa.Column('due_at', UtcDateTime, nullable=False),
    sa.Column('last_try_at', UtcDateTime, nullable=True),
    sa.Column('kept_at', UtcDateTime, nullable=True),
    sa.Column('closed_at', UtcDateTime, nullable=True),
    sa.ForeignKeyConstraint(['invitation_id'], ['feedback_invitation.id'], name=op.f('fk_feedback_callback_invitation_id_feedback_invitation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['opened_by'], ['person.id'], name=op.f('fk_feedback_callback_opened_by_person')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_feedback_callback_owner_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_feedback_callback_person_id_person')),
    sa.ForeignKeyConstraint(['verbatim_id'], ['feedback_verbatim.id'], name=op.f('fk_feedback_callback_verbatim_id_feedback_verbatim'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_callback')),
    sa.UniqueConstraint('invitation_id', 'question_id', name=op.f('uq_feedback_callback_invitation_id_question_id')),
    sa.UniqueConstraint('token', name=op.f('uq_feedback_callback_token'))
    )
    op.create_index(op.f('ix_feedback_callback_due_at'), 'feedback_callback', ['due_at'])
    op.create_index(op.f('ix_feedback_callback_opened_by'), 'feedback_callback', ['opened_by'])
    op.create_index(op.f('ix_feedback_callback_owner_id'), 'feedback_callback', ['owner_id'])
    op.create_index(op.f('ix_feedback_callback_person_id'), 'feedback_callback', ['person_id'])
    op.create_index(op.f('ix_feedback_callback_state'), 'feedback_callback', ['state'])
    op.create_index(op.f('ix_feedback_callback_verbatim_id'), 'feedback_callback', ['verbatim_id'])


def _improvement_source():
    op.create_table('feedback_improvement_source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('improvement_id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.String(43), nullable=True),
    sa.Column('verbatim_id', sa.String(43), nullable=True),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('confirmed', sa.String(8), nullable=False),
    sa.ForeignKeyConstraint(['improvement_id'], ['feedback_improvement.id'], name=op.f('fk_feedback_improvement_source_improvement_id_feedback_improvement'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['invitation_id'], ['feedback_invitation.id'], name=op.f('fk_feedback_improvement_source_invitation_id_feedback_invitation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_improvement_source_round_id_feedback_round'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['verbatim_id'], ['feedback_verbatim.id'], name=op.f('fk_feedback_improvement_source_verbatim_id_feedback_verbatim'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_improvement_source')),
    sa.UniqueConstraint('improvement_id', 'invitation_id', 'verbatim_id', 'round_id', name=op.f('uq_feedback_improvement_source_improvement_id_invitation_id_verbatim_id_round_id'))
    )
    op.create_index(op.f('ix_feedback_improvement_source_invitation_id'), 'feedback_improvement_source', ['invitation_id'])
    op.create_index(op.f('ix_feedback_improvement_source_round_id'), 'feedback_improvement_source', ['round_id'])
    op.create_index(op.f('ix_feedback_improvement_source_verbatim_id'), 'feedback_improvement_source', ['verbatim_id'])
