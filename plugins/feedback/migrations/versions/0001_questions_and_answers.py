"""What is asked, of whom, and what was answered.

New tables; the old code does not know them. Going down removes their rows.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    _season()
    _snapshot()
    _closures()
    _outage()
    _round()
    _template()
    _wording()
    _invitation()
    _answer()
    _verbatim()


def downgrade():
    for table in (
        "feedback_verbatim",
        "feedback_answer",
        "feedback_invitation",
        "feedback_wording",
        "feedback_template",
        "feedback_round",
        "feedback_outage",
        "feedback_closures",
        "feedback_snapshot",
        "feedback_season",
    ):
        op.drop_table(table)


def _season():
    op.create_table('feedback_season',
    sa.Column('name', sa.String(12), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_feedback_season'))
    )


def _snapshot():
    op.create_table('feedback_snapshot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('monday', sa.Date(), nullable=False),
    sa.Column('scope', sa.String(8), nullable=False),
    sa.Column('scope_id', sa.String(60), nullable=False),
    sa.Column('content', Json, nullable=False),
    sa.Column('made_at', UtcDateTime, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_snapshot')),
    sa.UniqueConstraint('scope', 'scope_id', 'monday', name=op.f('uq_feedback_snapshot_scope_scope_id_monday'))
    )


def _closures():
    op.create_table('feedback_closures',
    sa.Column('unit_id', sa.String(60), nullable=False),
    sa.Column('monday', sa.Date(), nullable=False),
    sa.Column('closed', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', 'monday', name=op.f('pk_feedback_closures'))
    )


def _outage():
    op.create_table('feedback_outage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outage_id', sa.String(40), nullable=False),
    sa.Column('unit_id', sa.String(60), nullable=False),
    sa.Column('began_at', UtcDateTime, nullable=False),
    sa.Column('ended_at', UtcDateTime, nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_feedback_outage_unit_id_unit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_outage')),
    sa.UniqueConstraint('outage_id', 'unit_id', name=op.f('uq_feedback_outage_outage_id_unit_id'))
    )
    op.create_index(op.f('ix_feedback_outage_unit_id'), 'feedback_outage', ['unit_id'])


def _round():
    op.create_table('feedback_round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('template', sa.String(20), nullable=False),
    sa.Column('state', sa.String(10), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=True),
    sa.Column('form', Json, nullable=False),
    sa.Column('opens_at', UtcDateTime, nullable=False),
    sa.Column('closes_at', UtcDateTime, nullable=False),
    sa.Column('closed_at', UtcDateTime, nullable=True),
    sa.Column('published_at', UtcDateTime, nullable=True),
    sa.Column('invited', sa.Integer(), nullable=False),
    sa.Column('answered', sa.Integer(), nullable=True),
    sa.Column('override', sa.Text(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('made_at', UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_feedback_round_made_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_round'))
    )
    op.create_index(op.f('ix_feedback_round_made_by'), 'feedback_round', ['made_by'])
    op.create_index(op.f('ix_feedback_round_template'), 'feedback_round', ['template'])


def _template():
    op.create_table('feedback_template',
    sa.Column('key', sa.String(20), nullable=False),
    sa.Column('state', sa.String(10), nullable=False),
    sa.Column('question_ids', Json, nullable=False),
    sa.Column('most_shown', sa.Integer(), nullable=False),
    sa.Column('changed_at', UtcDateTime, nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by'], ['person.id'], name=op.f('fk_feedback_template_changed_by_person')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_feedback_template'))
    )
    op.create_index(op.f('ix_feedback_template_changed_by'), 'feedback_template', ['changed_by'])


def _wording():
    op.create_table('feedback_wording',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.String(8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', Json, nullable=False),
    sa.Column('is_shipped', sa.Boolean(), nullable=False),
    sa.Column('made_at', UtcDateTime, nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_feedback_wording_made_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_wording')),
    sa.UniqueConstraint('question_id', 'version', name=op.f('uq_feedback_wording_question_id_version'))
    )
    op.create_index(op.f('ix_feedback_wording_made_by'), 'feedback_wording', ['made_by'])


def _invitation():
    op.create_table('feedback_invitation',
    sa.Column('id', sa.String(43), nullable=False),
    sa.Column('template', sa.String(20), nullable=False),
    sa.Column('mode', sa.String(12), nullable=False),
    sa.Column('channel', sa.String(8), nullable=False),
    sa.Column('state', sa.String(12), nullable=False),
    sa.Column('reason', sa.String(20), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('about', sa.String(20), nullable=False),
    sa.Column('about_id', sa.String(80), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('revision_id', sa.Integer(), nullable=True),
    sa.Column('service_id', sa.String(60), nullable=True),
    sa.Column('unit_id', sa.String(60), nullable=True),
    sa.Column('words', sa.String(400), nullable=True),
    sa.Column('form', Json, nullable=False),
    sa.Column('known', Json, nullable=False),
    sa.Column('seed', sa.String(80), nullable=False),
    sa.Column('share', sa.Double(), nullable=True),
    sa.Column('created_at', UtcDateTime, nullable=False),
    sa.Column('due_at', UtcDateTime, nullable=True),
    sa.Column('sent_at', UtcDateTime, nullable=True),
    sa.Column('reminder_at', UtcDateTime, nullable=True),
    sa.Column('reminded_at', UtcDateTime, nullable=True),
    sa.Column('expires_at', UtcDateTime, nullable=True),
    sa.Column('opened_at', UtcDateTime, nullable=True),
    sa.Column('answered_at', UtcDateTime, nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_feedback_invitation_article_id_article'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_feedback_invitation_person_id_person')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_feedback_invitation_revision_id_revision'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_invitation_round_id_feedback_round')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_feedback_invitation_service_id_service')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_feedback_invitation_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_invitation')),
    sa.UniqueConstraint('template', 'about', 'about_id', 'person_id', name=op.f('uq_feedback_invitation_template_about_about_id_person_id'))
    )
    op.create_index('ix_feedback_invitation_article', 'feedback_invitation', ['article_id', 'template', 'answered_at'])
    op.create_index('ix_feedback_invitation_created', 'feedback_invitation', ['channel', 'created_at'])
    op.create_index(op.f('ix_feedback_invitation_due_at'), 'feedback_invitation', ['due_at'])
    op.create_index('ix_feedback_invitation_open', 'feedback_invitation', ['state', 'due_at'])
    op.create_index(op.f('ix_feedback_invitation_person_id'), 'feedback_invitation', ['person_id'])
    op.create_index(op.f('ix_feedback_invitation_revision_id'), 'feedback_invitation', ['revision_id'])
    op.create_index(op.f('ix_feedback_invitation_round_id'), 'feedback_invitation', ['round_id'])
    op.create_index(op.f('ix_feedback_invitation_service_id'), 'feedback_invitation', ['service_id'])
    op.create_index(op.f('ix_feedback_invitation_template'), 'feedback_invitation', ['template'])
    op.create_index(op.f('ix_feedback_invitation_unit_id'), 'feedback_invitation', ['unit_id'])


def _answer():
    op.create_table('feedback_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.String(43), nullable=False),
    sa.Column('question_id', sa.String(8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('value', sa.String(80), nullable=False),
    sa.Column('low', sa.Integer(), nullable=True),
    sa.Column('mid', sa.Integer(), nullable=True),
    sa.Column('high', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('revision_id', sa.Integer(), nullable=True),
    sa.Column('service_id', sa.String(60), nullable=True),
    sa.Column('unit_id', sa.String(60), nullable=True),
    sa.Column('answered_at', UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_feedback_answer_article_id_article'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['invitation_id'], ['feedback_invitation.id'], name=op.f('fk_feedback_answer_invitation_id_feedback_invitation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_feedback_answer_person_id_person')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_feedback_answer_revision_id_revision'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_feedback_answer_service_id_service')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_feedback_answer_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_answer')),
    sa.UniqueConstraint('invitation_id', 'question_id', name=op.f('uq_feedback_answer_invitation_id_question_id'))
    )
    op.create_index('ix_feedback_answer_article', 'feedback_answer', ['article_id', 'question_id', 'answered_at'])
    op.create_index('ix_feedback_answer_lately', 'feedback_answer', ['answered_at'])
    op.create_index(op.f('ix_feedback_answer_invitation_id'), 'feedback_answer', ['invitation_id'])
    op.create_index(op.f('ix_feedback_answer_person_id'), 'feedback_answer', ['person_id'])
    op.create_index(op.f('ix_feedback_answer_revision_id'), 'feedback_answer', ['revision_id'])
    op.create_index('ix_feedback_answer_service', 'feedback_answer', ['service_id', 'question_id', 'answered_at'])
    op.create_index('ix_feedback_answer_unit', 'feedback_answer', ['unit_id', 'question_id', 'answered_at'])


def _verbatim():
    op.create_table('feedback_verbatim',
    sa.Column('id', sa.String(43), nullable=False),
    sa.Column('question_id', sa.String(8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.String(43), nullable=True),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('revision_id', sa.Integer(), nullable=True),
    sa.Column('service_id', sa.String(60), nullable=True),
    sa.Column('unit_id', sa.String(60), nullable=True),
    sa.Column('language', sa.String(10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('own_text', sa.Text(), nullable=True),
    sa.Column('redactions', Json, nullable=False),
    sa.Column('suggested', Json, nullable=False),
    sa.Column('tags', Json, nullable=False),
    sa.Column('state', sa.String(10), nullable=False),
    sa.Column('sentiment', sa.String(10), nullable=False),
    sa.Column('tagged_by', sa.Integer(), nullable=True),
    sa.Column('tagged_at', UtcDateTime, nullable=True),
    sa.Column('written_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_feedback_verbatim_article_id_article'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['invitation_id'], ['feedback_invitation.id'], name=op.f('fk_feedback_verbatim_invitation_id_feedback_invitation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_feedback_verbatim_person_id_person')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_feedback_verbatim_revision_id_revision'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['round_id'], ['feedback_round.id'], name=op.f('fk_feedback_verbatim_round_id_feedback_round')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_feedback_verbatim_service_id_service')),
    sa.ForeignKeyConstraint(['tagged_by'], ['person.id'], name=op.f('fk_feedback_verbatim_tagged_by_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_feedback_verbatim_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_verbatim')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_feedback_verbatim_article_id'), 'feedback_verbatim', ['article_id'])
    op.create_index(op.f('ix_feedback_verbatim_invitation_id'), 'feedback_verbatim', ['invitation_id'])
    op.create_index(op.f('ix_feedback_verbatim_person_id'), 'feedback_verbatim', ['person_id'])
    op.create_index(op.f('ix_feedback_verbatim_revision_id'), 'feedback_verbatim', ['revision_id'])
    op.create_index(op.f('ix_feedback_verbatim_round_id'), 'feedback_verbatim', ['round_id'])
    op.create_index(op.f('ix_feedback_verbatim_service_id'), 'feedback_verbatim', ['service_id'])
    op.create_index(op.f('ix_feedback_verbatim_tagged_by'), 'feedback_verbatim', ['tagged_by'])
    op.create_index(op.f('ix_feedback_verbatim_unit_id'), 'feedback_verbatim', ['unit_id'])
