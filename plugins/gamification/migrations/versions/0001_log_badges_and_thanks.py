"""The log of what helped somebody, the badges earned by it, thanks, and what people chose.

New tables; the old code does not know them. Going down removes their rows: all but choices, thanks and decisions of
coaches come back with `portal events replay --to gamification`.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TABLES = (
    "gamification_badge_file",
    "gamification_replay",
    "gamification_waiting",
    "gamification_award",
    "gamification_award_notice",
    "gamification_badge_definition",
    "gamification_choice",
    "gamification_event",
    "gamification_review",
    "gamification_same_person",
    "gamification_thanks",
    "gamification_edit",
)


def upgrade():
    _badge_file()
    _replay()
    _waiting()
    _award()
    _award_notice()
    _badge_definition()
    _choice()
    _event()
    _review()
    _same_person()
    _thanks()
    _edit()


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)


def _badge_file():
    op.create_table('gamification_badge_file',
    sa.Column('name', sa.String(120), nullable=False),
    sa.Column('sha256', sa.String(64), nullable=False),
    sa.Column('read_at', UtcDateTime(), nullable=False),
    sa.Column('problems', Json(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_gamification_badge_file'))
    )


def _replay():
    op.create_table('gamification_replay',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('began_at', UtcDateTime(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('because', sa.String(12), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('different', sa.Integer(), nullable=False),
    sa.Column('differences', Json(), nullable=False),
    sa.Column('is_written', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gamification_replay'))
    )
    op.create_index(op.f('ix_gamification_replay_began_at'), 'gamification_replay', ['began_at'], unique=False)


def _waiting():
    op.create_table('gamification_waiting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('key', sa.String(200), nullable=False),
    sa.Column('subject_id', sa.String(40), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_gamification_waiting_actor_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gamification_waiting')),
    sa.UniqueConstraint('key', name=op.f('uq_gamification_waiting_key'))
    )
    op.create_index(op.f('ix_gamification_waiting_actor_id'), 'gamification_waiting', ['actor_id'], unique=False)
    op.create_index('ix_gamification_waiting_subject', 'gamification_waiting', ['kind', 'subject_id'], unique=False)
    op.create_index(op.f('ix_gamification_waiting_due_at'), 'gamification_waiting', ['due_at'], unique=False)
    op.create_index(op.f('ix_gamification_waiting_settled_at'), 'gamification_waiting', ['settled_at'], unique=False)


def _award():
    op.create_table('gamification_award',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('badge_id', sa.String(60), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(60), nullable=False),
    sa.Column('granted_at', UtcDateTime(), nullable=False),
    sa.Column('evidence', Json(), nullable=False),
    sa.Column('definition_version', sa.Integer(), nullable=False),
    sa.Column('revoked_at', UtcDateTime(), nullable=True),
    sa.Column('revoke_reason', sa.String(1000), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_gamification_award_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gamification_award')),
    sa.UniqueConstraint('badge_id', 'person_id', 'key', name=op.f('uq_gamification_award_badge_id_person_id_key'))
    )
    op.create_index('ix_gamification_award_person', 'gamification_award', ['person_id', 'granted_at'], unique=False)


def _award_notice():
    op.create_table('gamification_award_notice',
    sa.Column('badge_id', sa.String(60), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(60), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_gamification_award_notice_person_id_person')),
    sa.PrimaryKeyConstraint('badge_id', 'person_id', 'key', name=op.f('pk_gamification_award_notice'))
    )
    op.create_index('ix_gamification_award_notice_person_id', 'gamification_award_notice', ['person_id'], unique=False)


def _badge_definition():
    op.create_table('gamification_badge_definition',
    sa.Column('id', sa.String(60), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(64), nullable=False),
    sa.Column('toml', sa.Text(), nullable=False),
    sa.Column('source', sa.String(10), nullable=False),
    sa.Column('is_gone', sa.Boolean(), nullable=False),
    sa.Column('active_from', UtcDateTime(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_gamification_badge_definition_made_by_person')),
    sa.PrimaryKeyConstraint('id', 'version', name=op.f('pk_gamification_badge_definition'))
    )
    op.create_index(op.f('ix_gamification_badge_definition_made_by'), 'gamification_badge_definition', ['made_by'], unique=False)


def _choice():
    op.create_table('gamification_choice',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('shown_to', sa.String(10), nullable=False),
    sa.Column('on_boards', sa.Boolean(), nullable=False),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_gamification_choice_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_gamification_choice'))
    )


def _event():
    op.create_table('gamification_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('occurred_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('credit_id', sa.Integer(), nullable=False),
    sa.Column('subject_type', sa.String(20), nullable=False),
    sa.Column('subject_id', sa.String(40), nullable=False),
    sa.Column('actor_unit_id', sa.String(60), nullable=True),
    sa.Column('credit_role', sa.String(20), nullable=False),
    sa.Column('credit_team_id', sa.String(60), nullable=True),
    sa.Column('attrs', Json(), nullable=False),
    sa.Column('dedupe_key', sa.String(200), nullable=False),
    sa.Column('retracts', sa.String(200), nullable=True),
    sa.Column('retract_mode', sa.String(8), nullable=False),
    sa.Column('reason', sa.String(1000), nullable=False),
    sa.Column('source', sa.String(20), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_gamification_event_actor_id_person')),
    sa.ForeignKeyConstraint(['credit_id'], ['person.id'], name=op.f('fk_gamification_event_credit_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gamification_event')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_gamification_event_dedupe_key'))
    )
    op.create_index('ix_gamification_event_credit', 'gamification_event', ['credit_id', 'kind', 'occurred_at'], unique=False)
    op.create_index('ix_gamification_event_pair', 'gamification_event', ['actor_id', 'credit_id', 'kind', 'occurred_at'], unique=False)
    op.create_index(op.f('ix_gamification_event_retracts'), 'gamification_event', ['retracts'], unique=False)
    op.create_index('ix_gamification_event_subject', 'gamification_event', ['subject_type', 'subject_id', 'kind'], unique=False)


def _review():
    op.create_table('gamification_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('retraction_key', sa.String(200), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('voided_by', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(1000), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('outcome', sa.String(10), nullable=False),
    sa.Column('answer', sa.String(1000), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_gamification_review_decided_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_gamification_review_person_id_person')),
    sa.ForeignKeyConstraint(['voided_by'], ['person.id'], name=op.f('fk_gamification_review_voided_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gamification_review')),
    sa.UniqueConstraint('retraction_key', name=op.f('uq_gamification_review_retraction_key'))
    )
    op.create_index(op.f('ix_gamification_review_decided_by'), 'gamification_review', ['decided_by'], unique=False)
    op.create_index(op.f('ix_gamification_review_outcome'), 'gamification_review', ['outcome'], unique=False)
    op.create_index(op.f('ix_gamification_review_person_id'), 'gamification_review', ['person_id'], unique=False)
    op.create_index(op.f('ix_gamification_review_voided_by'), 'gamification_review', ['voided_by'], unique=False)


def _same_person():
    op.create_table('gamification_same_person',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('is_now', sa.Integer(), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['is_now'], ['person.id'], name=op.f('fk_gamification_same_person_is_now_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_gamification_same_person_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_gamification_same_person'))
    )
    op.create_index(op.f('ix_gamification_same_person_is_now'), 'gamification_same_person', ['is_now'], unique=False)


def _thanks():
    op.create_table('gamification_thanks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('giver_id', sa.Integer(), nullable=True),
    sa.Column('receiver_id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(1000), nullable=False),
    sa.Column('said_at', UtcDateTime(), nullable=False),
    sa.Column('hidden_at', UtcDateTime(), nullable=True),
    sa.Column('hidden_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_gamification_thanks_article_id_article'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['giver_id'], ['person.id'], name=op.f('fk_gamification_thanks_giver_id_person')),
    sa.ForeignKeyConstraint(['hidden_by'], ['person.id'], name=op.f('fk_gamification_thanks_hidden_by_person')),
    sa.ForeignKeyConstraint(['receiver_id'], ['person.id'], name=op.f('fk_gamification_thanks_receiver_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gamification_thanks'))
    )
    op.create_index(op.f('ix_gamification_thanks_article_id'), 'gamification_thanks', ['article_id'], unique=False)
    op.create_index('ix_gamification_thanks_giver', 'gamification_thanks', ['giver_id', 'said_at'], unique=False)
    op.create_index(op.f('ix_gamification_thanks_hidden_by'), 'gamification_thanks', ['hidden_by'], unique=False)
    op.create_index('ix_gamification_thanks_receiver', 'gamification_thanks', ['receiver_id', 'said_at'], unique=False)
    op.create_index(op.f('ix_gamification_thanks_said_at'), 'gamification_thanks', ['said_at'], unique=False)


def _edit():
    op.create_table('gamification_edit',
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('editor_id', sa.Integer(), nullable=True),
    sa.Column('live_at', UtcDateTime(), nullable=False),
    sa.Column('words', sa.Integer(), nullable=False),
    sa.Column('is_first', sa.Boolean(), nullable=False),
    sa.Column('is_substantive', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_gamification_edit_article_id_article'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['editor_id'], ['person.id'], name=op.f('fk_gamification_edit_editor_id_person')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_gamification_edit_revision_id_revision'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('revision_id', name=op.f('pk_gamification_edit'))
    )
    op.create_index('ix_gamification_edit_article', 'gamification_edit', ['article_id', 'live_at'], unique=False)
    op.create_index(op.f('ix_gamification_edit_editor_id'), 'gamification_edit', ['editor_id'], unique=False)

