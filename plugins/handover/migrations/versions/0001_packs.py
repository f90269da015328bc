"""Changes, the packs that hand them over, and what people say of them: signatures, questions, readings, exceptions.

New tables; the old code does not know them. Going down removes their rows.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TABLES = (
    "handover_change",
    "handover_change_service",
    "handover_change_unit",
    "handover_pack",
    "handover_confidence",
    "handover_contact",
    "handover_daily_note",
    "handover_edit",
    "handover_exception",
    "handover_exit_tick",
    "handover_gate",
    "handover_item",
    "handover_pack_party",
    "handover_question",
    "handover_quiz_question",
    "handover_reading",
    "handover_section",
    "handover_sign_link",
    "handover_sign_off",
    "handover_stale_check",
    "handover_step",
    "handover_tool",
    "handover_version",
    "handover_vouch",
    "handover_debt",
    "handover_live_day",
    "handover_kept_draft",
)


def upgrade():
    _change()
    _change_service()
    _change_unit()
    _pack()
    _confidence()
    _contact()
    _daily_note()
    _edit()
    _exception()
    _exit_tick()
    _gate()
    _item()
    _pack_party()
    _question()
    _quiz_question()
    _reading()
    _section()
    _sign_link()
    _sign_off()
    _stale_check()
    _step()
    _tool()
    _version()
    _vouch()
    _debt()
    _live_day()
    _kept_draft()


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)


def _change():
    op.create_table('handover_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(60), nullable=False),
    sa.Column('title', sa.String(200), nullable=False),
    sa.Column('kind', sa.String(20), nullable=False),
    sa.Column('go_live_at', UtcDateTime(), nullable=False),
    sa.Column('window_until', UtcDateTime(), nullable=True),
    sa.Column('people_affected', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('project', sa.String(120), nullable=False),
    sa.Column('risk', sa.Text(), nullable=False),
    sa.Column('is_quickly_back', sa.Boolean(), nullable=False),
    sa.Column('is_sensitive', sa.Boolean(), nullable=False),
    sa.Column('campaign', sa.String(120), nullable=False),
    sa.Column('source', sa.String(10), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_handover_change_owner_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_change')),
    sa.UniqueConstraint('ref', name=op.f('uq_handover_change_ref'))
    )
    op.create_index(op.f('ix_handover_change_go_live_at'), 'handover_change', ['go_live_at'], unique=False)
    op.create_index(op.f('ix_handover_change_owner_id'), 'handover_change', ['owner_id'], unique=False)


def _change_service():
    op.create_table('handover_change_service',
    sa.Column('change_id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.String(60), nullable=False),
    sa.ForeignKeyConstraint(['change_id'], ['handover_change.id'], name=op.f('fk_handover_change_service_change_id_handover_change'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_handover_change_service_service_id_service'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('change_id', 'service_id', name=op.f('pk_handover_change_service'))
    )
    op.create_index('ix_handover_change_service_service_id', 'handover_change_service', ['service_id'], unique=False)


def _change_unit():
    op.create_table('handover_change_unit',
    sa.Column('change_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.String(60), nullable=False),
    sa.ForeignKeyConstraint(['change_id'], ['handover_change.id'], name=op.f('fk_handover_change_unit_change_id_handover_change'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_handover_change_unit_unit_id_unit'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('change_id', 'unit_id', name=op.f('pk_handover_change_unit'))
    )
    op.create_index('ix_handover_change_unit_unit_id', 'handover_change_unit', ['unit_id'], unique=False)


def _pack():
    op.create_table('handover_pack',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('change_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(12), nullable=False),
    sa.Column('state_since', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('size', sa.String(1), nullable=False),
    sa.Column('size_proposed', sa.String(1), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('copied_from', sa.Integer(), nullable=True),
    sa.Column('reusable_until', sa.Date(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('submitted_at', UtcDateTime(), nullable=True),
    sa.Column('signed_at', UtcDateTime(), nullable=True),
    sa.Column('live_at', UtcDateTime(), nullable=True),
    sa.Column('early_life_until', UtcDateTime(), nullable=True),
    sa.Column('extended', sa.Integer(), nullable=False),
    sa.Column('send_backs', sa.Integer(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('landing', sa.String(6), nullable=False),
    sa.ForeignKeyConstraint(['change_id'], ['handover_change.id'], name=op.f('fk_handover_pack_change_id_handover_change'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['copied_from'], ['handover_pack.id'], name=op.f('fk_handover_pack_copied_from_handover_pack')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_handover_pack_owner_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_pack')),
    sa.UniqueConstraint('change_id', name=op.f('uq_handover_pack_change_id'))
    )
    op.create_index(op.f('ix_handover_pack_copied_from'), 'handover_pack', ['copied_from'], unique=False)
    op.create_index(op.f('ix_handover_pack_owner_id'), 'handover_pack', ['owner_id'], unique=False)
    op.create_index('ix_handover_pack_state_state_since', 'handover_pack', ['state', 'state_since'], unique=False)


def _confidence():
    op.create_table('handover_confidence',
    sa.Column('invitation_id', sa.String(60), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_confidence_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('invitation_id', name=op.f('pk_handover_confidence'))
    )
    op.create_index(op.f('ix_handover_confidence_pack_id'), 'handover_confidence', ['pack_id'], unique=False)


def _contact():
    op.create_table('handover_contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('name', sa.String(120), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('reached', sa.String(200), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_contact_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_contact_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_contact'))
    )
    op.create_index('ix_handover_contact_pack_id_starts_at', 'handover_contact', ['pack_id', 'starts_at'], unique=False)
    op.create_index(op.f('ix_handover_contact_person_id'), 'handover_contact', ['person_id'], unique=False)


def _daily_note():
    op.create_table('handover_daily_note',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('contacts', sa.Integer(), nullable=True),
    sa.Column('written_by', sa.Integer(), nullable=True),
    sa.Column('written_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_daily_note_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by'], ['person.id'], name=op.f('fk_handover_daily_note_written_by_person')),
    sa.PrimaryKeyConstraint('pack_id', 'day', name=op.f('pk_handover_daily_note'))
    )
    op.create_index(op.f('ix_handover_daily_note_written_by'), 'handover_daily_note', ['written_by'], unique=False)


def _edit():
    op.create_table('handover_edit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(40), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.Column('is_wording', sa.Boolean(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('contestable_until', UtcDateTime(), nullable=True),
    sa.Column('contested_at', UtcDateTime(), nullable=True),
    sa.Column('contested_by', sa.Integer(), nullable=True),
    sa.Column('contested_party', sa.String(60), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['person.id'], name=op.f('fk_handover_edit_by_person')),
    sa.ForeignKeyConstraint(['contested_by'], ['person.id'], name=op.f('fk_handover_edit_contested_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_edit_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_edit'))
    )
    op.create_index(op.f('ix_handover_edit_by'), 'handover_edit', ['by'], unique=False)
    op.create_index(op.f('ix_handover_edit_contested_by'), 'handover_edit', ['contested_by'], unique=False)
    op.create_index('ix_handover_edit_pack_id_at', 'handover_edit', ['pack_id', 'at'], unique=False)


def _exception():
    op.create_table('handover_exception',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('risk', sa.Text(), nullable=False),
    sa.Column('skipped', Json(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('accepted_by', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['accepted_by'], ['person.id'], name=op.f('fk_handover_exception_accepted_by_person')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_handover_exception_made_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_exception_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_exception'))
    )
    op.create_index(op.f('ix_handover_exception_accepted_by'), 'handover_exception', ['accepted_by'], unique=False)
    op.create_index(op.f('ix_handover_exception_made_by'), 'handover_exception', ['made_by'], unique=False)
    op.create_index(op.f('ix_handover_exception_pack_id'), 'handover_exception', ['pack_id'], unique=False)


def _exit_tick():
    op.create_table('handover_exit_tick',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('criterion', sa.String(20), nullable=False),
    sa.Column('is_met', sa.Boolean(), nullable=False),
    sa.Column('sentence', sa.String(500), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['person.id'], name=op.f('fk_handover_exit_tick_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_exit_tick_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'criterion', name=op.f('pk_handover_exit_tick'))
    )
    op.create_index(op.f('ix_handover_exit_tick_by'), 'handover_exit_tick', ['by'], unique=False)


def _gate():
    op.create_table('handover_gate',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('condition', sa.String(4), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('colour', sa.String(8), nullable=False),
    sa.Column('facts', Json(), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_gate_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'condition', name=op.f('pk_handover_gate'))
    )


def _item():
    op.create_table('handover_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('title', sa.String(200), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', sa.String(10), nullable=False),
    sa.Column('reason', sa.String(500), nullable=False),
    sa.Column('link', sa.String(500), nullable=False),
    sa.Column('article_ref', sa.String(20), nullable=False),
    sa.Column('is_asked', sa.Boolean(), nullable=False),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_handover_item_owner_id_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_item_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_item'))
    )
    op.create_index(op.f('ix_handover_item_owner_id'), 'handover_item', ['owner_id'], unique=False)
    op.create_index('ix_handover_item_pack_id_kind', 'handover_item', ['pack_id', 'kind'], unique=False)


def _pack_party():
    op.create_table('handover_pack_party',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(60), nullable=False),
    sa.Column('sign_by_mail', sa.String(200), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=True),
    sa.Column('reminded', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_pack_party_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_handover_pack_party_party_id_party'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'party_id', name=op.f('pk_handover_pack_party'))
    )
    op.create_index('ix_handover_pack_party_party_id', 'handover_pack_party', ['party_id'], unique=False)


def _question():
    op.create_table('handover_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(40), nullable=False),
    sa.Column('party_id', sa.String(60), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=True),
    sa.Column('asked_as', sa.String(120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_blocking', sa.Boolean(), nullable=False),
    sa.Column('is_help', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(10), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.Column('changed_pack', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_handover_question_answered_by_person')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_handover_question_asked_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_question_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_question'))
    )
    op.create_index(op.f('ix_handover_question_answered_by'), 'handover_question', ['answered_by'], unique=False)
    op.create_index(op.f('ix_handover_question_asked_by'), 'handover_question', ['asked_by'], unique=False)
    op.create_index('ix_handover_question_pack_id_state', 'handover_question', ['pack_id', 'state'], unique=False)


def _quiz_question():
    op.create_table('handover_quiz_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(500), nullable=False),
    sa.Column('choices', Json(), nullable=False),
    sa.Column('right', sa.Integer(), nullable=False),
    sa.Column('because', sa.String(500), nullable=False),
    sa.Column('written_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_quiz_question_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by'], ['person.id'], name=op.f('fk_handover_quiz_question_written_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_quiz_question')),
    sa.UniqueConstraint('pack_id', 'position', name=op.f('uq_handover_quiz_question_pack_id_position'))
    )
    op.create_index(op.f('ix_handover_quiz_question_written_by'), 'handover_quiz_question', ['written_by'], unique=False)


def _reading():
    op.create_table('handover_reading',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(60), nullable=False),
    sa.Column('state', sa.String(12), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', UtcDateTime(), nullable=True),
    sa.Column('quiz_passed_at', UtcDateTime(), nullable=True),
    sa.Column('reminded', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_reading_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_reading_person_id_person')),
    sa.PrimaryKeyConstraint('pack_id', 'person_id', name=op.f('pk_handover_reading'))
    )
    op.create_index('ix_handover_reading_person_id_state', 'handover_reading', ['person_id', 'state'], unique=False)


def _section():
    op.create_table('handover_section',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('rows', Json(), nullable=False),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by'], ['person.id'], name=op.f('fk_handover_section_changed_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_section_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'key', name=op.f('pk_handover_section'))
    )
    op.create_index(op.f('ix_handover_section_changed_by'), 'handover_section', ['changed_by'], unique=False)


def _sign_link():
    op.create_table('handover_sign_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(60), nullable=False),
    sa.Column('address', sa.String(200), nullable=False),
    sa.Column('secret_hash', sa.String(64), nullable=False),
    sa.Column('sent_by', sa.Integer(), nullable=True),
    sa.Column('sent_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_sign_link_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sent_by'], ['person.id'], name=op.f('fk_handover_sign_link_sent_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_sign_link')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_handover_sign_link_secret_hash'))
    )
    op.create_index(op.f('ix_handover_sign_link_pack_id'), 'handover_sign_link', ['pack_id'], unique=False)
    op.create_index(op.f('ix_handover_sign_link_sent_by'), 'handover_sign_link', ['sent_by'], unique=False)


def _sign_off():
    op.create_table('handover_sign_off',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(60), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('signed_as', sa.String(120), nullable=False),
    sa.Column('note', sa.String(500), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('asked_again_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_sign_off_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_sign_off_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_sign_off'))
    )
    op.create_index(op.f('ix_handover_sign_off_person_id'), 'handover_sign_off', ['person_id'], unique=False)
    op.create_index('uq_handover_sign_off_stands', 'handover_sign_off', ['pack_id', 'version', 'party_id'], unique=True, sqlite_where=sa.text('asked_again_at IS NULL'), postgresql_where=sa.text('asked_again_at IS NULL'))


def _stale_check():
    op.create_table('handover_stale_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_ref', sa.String(20), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=True),
    sa.Column('because', Json(), nullable=False),
    sa.Column('opened_at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('answer', sa.String(12), nullable=False),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_handover_stale_check_answered_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_stale_check_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_stale_check'))
    )
    op.create_index(op.f('ix_handover_stale_check_answered_by'), 'handover_stale_check', ['answered_by'], unique=False)
    op.create_index(op.f('ix_handover_stale_check_article_ref'), 'handover_stale_check', ['article_ref'], unique=False)
    op.create_index(op.f('ix_handover_stale_check_pack_id'), 'handover_stale_check', ['pack_id'], unique=False)


def _step():
    op.create_table('handover_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(12), nullable=False),
    sa.Column('to', sa.String(12), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['person.id'], name=op.f('fk_handover_step_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_step_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_step'))
    )
    op.create_index(op.f('ix_handover_step_by'), 'handover_step', ['by'], unique=False)
    op.create_index('ix_handover_step_pack_id_at', 'handover_step', ['pack_id', 'at'], unique=False)


def _tool():
    op.create_table('handover_tool',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(60), nullable=False),
    sa.Column('name', sa.String(120), nullable=False),
    sa.Column('has_it', sa.Boolean(), nullable=False),
    sa.Column('why_not', sa.String(500), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_tool_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'party_id', 'name', name=op.f('pk_handover_tool'))
    )


def _version():
    op.create_table('handover_version',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('said', Json(), nullable=False),
    sa.Column('go_live_at', UtcDateTime(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_handover_version_made_by_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_version_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'version', name=op.f('pk_handover_version'))
    )
    op.create_index(op.f('ix_handover_version_made_by'), 'handover_version', ['made_by'], unique=False)


def _vouch():
    op.create_table('handover_vouch',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(160), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(500), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_vouch_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_vouch_person_id_person')),
    sa.PrimaryKeyConstraint('pack_id', 'version', 'what', name=op.f('pk_handover_vouch'))
    )
    op.create_index(op.f('ix_handover_vouch_person_id'), 'handover_vouch', ['person_id'], unique=False)


def _debt():
    op.create_table('handover_debt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exception_id', sa.Integer(), nullable=False),
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(4), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(500), nullable=False),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.Column('settled_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['exception_id'], ['handover_exception.id'], name=op.f('fk_handover_debt_exception_id_handover_exception'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_handover_debt_owner_id_person')),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_debt_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['settled_by'], ['person.id'], name=op.f('fk_handover_debt_settled_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_debt'))
    )
    op.create_index(op.f('ix_handover_debt_exception_id'), 'handover_debt', ['exception_id'], unique=False)
    op.create_index(op.f('ix_handover_debt_owner_id'), 'handover_debt', ['owner_id'], unique=False)
    op.create_index(op.f('ix_handover_debt_pack_id'), 'handover_debt', ['pack_id'], unique=False)
    op.create_index('ix_handover_debt_settled_at_due_on', 'handover_debt', ['settled_at', 'due_on'], unique=False)
    op.create_index(op.f('ix_handover_debt_settled_by'), 'handover_debt', ['settled_by'], unique=False)


def _live_day():
    op.create_table('handover_live_day',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('told_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_live_day_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'day', name=op.f('pk_handover_live_day'))
    )


def _kept_draft():
    op.create_table('handover_kept_draft',
    sa.Column('pack_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(20), nullable=False),
    sa.Column('article_ref', sa.String(20), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['pack_id'], ['handover_pack.id'], name=op.f('fk_handover_kept_draft_pack_id_handover_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('pack_id', 'what', name=op.f('pk_handover_kept_draft'))
    )
