"""the first road

Revision: the_first_road
Follows: 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'the_first_road'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('log', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('subject', sa.Uuid(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event')),
    info={'append_only': True, 'after_insert': "INSERT INTO unsealed_event (log_key, event_id)\nVALUES (coalesce(CAST(NEW.log AS text), 'service'), NEW.id)"}
    )
    op.create_index('ix_audit_event_act_at', 'audit_event', ['act', 'at'], unique=False)
    op.create_index('ix_audit_event_log_at', 'audit_event', ['log', 'at'], unique=False)
    op.create_index(op.f('ix_audit_event_subject'), 'audit_event', ['subject'], unique=False)
    op.create_table('authority',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authority')),
    sa.UniqueConstraint('name', name=op.f('uq_authority_name'))
    )
    op.create_table('bootstrap_token',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_bootstrap_token'))
    )
    op.create_table('criteria_set',
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_criteria_set')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_criteria_set_code'), 'criteria_set', ['code'], unique=False)
    op.create_table('installation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('clock_shift', sa.Interval(), nullable=False),
    sa.CheckConstraint("purpose = 'rehearsal' OR clock_shift = interval '0'", name=op.f('ck_installation_award_time_is_wall_time')),
    sa.CheckConstraint("purpose IN ('award', 'rehearsal')", name=op.f('ck_installation_purpose_known')),
    sa.CheckConstraint('id = 1', name=op.f('ck_installation_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_installation'))
    )
    op.create_table('job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('key', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('run_after', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease_by', sa.Uuid(), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL AND lease_by IS NOT NULL)", name=op.f('ck_job_leased_has_a_lease')),
    sa.CheckConstraint("state IN ('waiting', 'leased', 'done', 'failed')", name=op.f('ck_job_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('key', name=op.f('uq_job_key'))
    )
    op.create_index('ix_job_leased', 'job', ['lease_until'], unique=False, postgresql_where=sa.text("state = 'leased'"))
    op.create_index('ix_job_waiting', 'job', ['run_after'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('log_checkpoint',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('log_key', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('root', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('prev', sa.Text(), nullable=True),
    sa.Column('token', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_checkpoint')),
    sa.UniqueConstraint('log_key', 'size', name=op.f('uq_log_checkpoint_log_key_size')),
    info={'append_only': True}
    )
    op.create_table('log_head',
    sa.Column('log_key', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('peaks', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('log_key', name=op.f('pk_log_head'))
    )
    op.create_table('once',
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('request', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('headers', sa.Text(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('owner', 'key', name=op.f('pk_once'))
    )
    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('identity_hash', sa.LargeBinary(), nullable=True),
    sa.Column('identity_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('identity_hash', name=op.f('uq_person_identity_hash'))
    )
    op.create_table('public_request',
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('minute', sa.DateTime(timezone=True), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('operation', 'network', name=op.f('pk_public_request'))
    )
    op.create_index(op.f('ix_public_request_minute'), 'public_request', ['minute'], unique=False)
    op.create_table('regulation',
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_regulation')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_regulation_code'), 'regulation', ['code'], unique=False)
    op.create_table('security_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('network', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_security_event')),
    info={'append_only': True}
    )
    op.create_table('sign_in_attempt',
    sa.Column('login', sa.LargeBinary(), nullable=False),
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('refused_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('succeeded_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('login', 'network', name=op.f('pk_sign_in_attempt'))
    )
    op.create_index(op.f('ix_sign_in_attempt_tried_at'), 'sign_in_attempt', ['tried_at'], unique=False)
    op.create_table('unsealed_event',
    sa.Column('log_key', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('log_key', 'event_id', name=op.f('pk_unsealed_event'))
    )
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('activation_digest', sa.LargeBinary(), nullable=True),
    sa.Column('activation_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reset_digest', sa.LargeBinary(), nullable=True),
    sa.Column('reset_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('invited', 'active', 'disabled')", name=op.f('ck_account_status_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_account_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('activation_digest', name=op.f('uq_account_activation_digest')),
    sa.UniqueConstraint('login', name=op.f('uq_account_login')),
    sa.UniqueConstraint('reset_digest', name=op.f('uq_account_reset_digest'))
    )
    op.create_index(op.f('ix_account_person_id'), 'account', ['person_id'], unique=False)
    op.create_table('log_leaf',
    sa.Column('log_key', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('leaf_hash', sa.LargeBinary(), nullable=False),
    sa.Column('peak', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['audit_event.id'], name=op.f('fk_log_leaf_event_id')),
    sa.PrimaryKeyConstraint('log_key', 'seq', name=op.f('pk_log_leaf')),
    sa.UniqueConstraint('event_id', name=op.f('uq_log_leaf_event_id')),
    info={'append_only': True}
    )
    op.create_index('ix_log_leaf_leaf_hash', 'log_leaf', ['leaf_hash'], unique=False)
    op.create_table('mail_address',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_address_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_mail_address'))
    )
    op.create_table('notification',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mailed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notification_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification'))
    )
    op.create_index('ix_notification_inbox', 'notification', ['person_id', 'created_at', 'id'], unique=False)
    op.create_table('organisation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('credit_code', sa.Text(), nullable=False),
    sa.Column('registered_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['registered_by'], ['person.id'], name=op.f('fk_organisation_registered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('credit_code', name=op.f('uq_organisation_credit_code'))
    )
    op.create_table('programme',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['authority.id'], name=op.f('fk_programme_authority_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme')),
    sa.UniqueConstraint('authority_id', 'name', name=op.f('uq_programme_authority_id_name'))
    )
    op.create_table('role_grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('scope_id', sa.Uuid(), nullable=True),
    sa.Column('granted_by', sa.Uuid(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['granted_by'], ['person.id'], name=op.f('fk_role_grant_granted_by')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_role_grant_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    op.create_index(op.f('ix_role_grant_scope_id'), 'role_grant', ['scope_id'], unique=False)
    op.create_index('uq_role_grant_held_once', 'role_grant', ['person_id', 'role', 'scope_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), postgresql_nulls_not_distinct=True)
    op.create_table('adoption',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('regulation_hash', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('adopted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_adoption_programme_id')),
    sa.ForeignKeyConstraint(['regulation_hash'], ['regulation.hash'], name=op.f('fk_adoption_regulation_hash')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adoption')),
    sa.UniqueConstraint('programme_id', 'regulation_hash', name=op.f('uq_adoption_programme_id_regulation_hash')),
    info={'append_only': True}
    )
    op.create_table('conflict',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('interest', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('declared_by', sa.Uuid(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("interest IN ('employed', 'owner', 'consultant', 'relative', 'competitor', 'other')", name=op.f('ck_conflict_interest_known')),
    sa.ForeignKeyConstraint(['declared_by'], ['person.id'], name=op.f('fk_conflict_declared_by')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_conflict_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_conflict_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conflict')),
    sa.UniqueConstraint('person_id', 'organisation_id', name=op.f('uq_conflict_person_id_organisation_id')),
    info={'append_only': True}
    )
    op.create_table('cycle',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('regulation_hash', sa.Text(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('period_from', sa.Date(), nullable=False),
    sa.Column('period_to', sa.Date(), nullable=False),
    sa.Column('cut_off', sa.Date(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('places', sa.Integer(), nullable=True),
    sa.Column('launch_body', sa.Text(), nullable=True),
    sa.Column('launch_document', sa.Text(), nullable=True),
    sa.Column('launched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(status = 'planned' OR status = 'cancelled') OR places IS NOT NULL", name=op.f('ck_cycle_launched_with_places')),
    sa.CheckConstraint("status IN ('planned', 'launched', 'completed', 'cancelled')", name=op.f('ck_cycle_status_known')),
    sa.CheckConstraint('ordinal >= 1', name=op.f('ck_cycle_ordinal_counts')),
    sa.CheckConstraint('period_from <= period_to', name=op.f('ck_cycle_period_in_order')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_cycle_programme_id')),
    sa.ForeignKeyConstraint(['regulation_hash'], ['regulation.hash'], name=op.f('fk_cycle_regulation_hash')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cycle')),
    sa.UniqueConstraint('programme_id', 'ordinal', name=op.f('uq_cycle_programme_id_ordinal'))
    )
    op.create_table('expert',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('industries', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('qualification', sa.Text(), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_expert_person_id')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_expert_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_expert')),
    sa.UniqueConstraint('programme_id', 'person_id', name=op.f('uq_expert_programme_id_person_id'))
    )
    op.create_index(op.f('ix_expert_person_id'), 'expert', ['person_id'], unique=False)
    op.create_table('record',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('credit_code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('honour', 'incident', 'certificate', 'revocation')", name=op.f('ck_record_kind_known')),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_record_entered_by')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_record_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record')),
    info={'append_only': True}
    )
    op.create_index('ix_record_programme_credit_code', 'record', ['programme_id', 'credit_code'], unique=False)
    op.create_table('session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('network', sa.Text(), nullable=True),
    sa.Column('generation', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_session_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session'))
    )
    op.create_index(op.f('ix_session_account_id'), 'session', ['account_id'], unique=False)
    op.create_table('application',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('track', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('form', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('entry_key', sa.Text(), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=True),
    sa.Column('receipt', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('draft', 'submitted', 'withdrawn')", name=op.f('ck_application_status_known')),
    sa.CheckConstraint('(submitted_at IS NULL) = (content IS NULL) AND (content IS NULL) = (receipt IS NULL)', name=op.f('ck_application_frozen_when_submitted')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_application_cycle_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_application_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application')),
    sa.UniqueConstraint('code', name=op.f('uq_application_code'))
    )
    op.create_index('ix_application_organisation_id', 'application', ['organisation_id'], unique=False)
    op.create_index('uq_application_one_entry', 'application', ['cycle_id', 'entry_key'], unique=True, postgresql_where=sa.text("status = 'submitted'"))
    op.create_table('cycle_criteria',
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('criteria_hash', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['criteria_hash'], ['criteria_set.hash'], name=op.f('fk_cycle_criteria_criteria_hash')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_cycle_criteria_cycle_id')),
    sa.PrimaryKeyConstraint('cycle_id', 'code', name=op.f('pk_cycle_criteria')),
    info={'append_only': True}
    )
    op.create_table('refresh_token',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_refresh_token_session_id')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_refresh_token'))
    )
    op.create_index(op.f('ix_refresh_token_session_id'), 'refresh_token', ['session_id'], unique=False)
    op.create_table('seat',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('post', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('seated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_seat_cycle_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_seat_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat')),
    sa.UniqueConstraint('cycle_id', 'person_id', name=op.f('uq_seat_cycle_id_person_id')),
    info={'append_only': True}
    )
    op.create_table('slot',
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('stage_key', sa.Text(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('opens_at < closes_at', name=op.f('ck_slot_opens_before_it_closes')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_slot_cycle_id')),
    sa.PrimaryKeyConstraint('cycle_id', 'stage_key', name=op.f('pk_slot'))
    )
    op.create_table('stage',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('waiting', 'open', 'closed')", name=op.f('ck_stage_status_known')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_stage_cycle_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage')),
    sa.UniqueConstraint('cycle_id', 'key', name=op.f('uq_stage_cycle_id_key'))
    )
    op.create_table('undertaking',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('expert_id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_undertaking_cycle_id')),
    sa.ForeignKeyConstraint(['expert_id'], ['expert.id'], name=op.f('fk_undertaking_expert_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_undertaking')),
    sa.UniqueConstraint('expert_id', 'cycle_id', name=op.f('uq_undertaking_expert_id_cycle_id')),
    info={'append_only': True}
    )
    op.create_table('approval',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('meeting', sa.Text(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_approval_entered_by')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_approval_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval')),
    sa.UniqueConstraint('stage_id', 'round', name=op.f('uq_approval_stage_id_round')),
    info={'append_only': True}
    )
    op.create_table('attachment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('expected', 'stored')", name=op.f('ck_attachment_state_known')),
    sa.CheckConstraint('size > 0', name=op.f('ck_attachment_not_empty')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_attachment_application_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sa.UniqueConstraint('application_id', 'document', 'sha256', name=op.f('uq_attachment_application_id_document_sha256'))
    )
    op.create_table('entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('track', sa.Text(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=True),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_entry_application_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_entry_organisation_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_entry_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry')),
    sa.UniqueConstraint('stage_id', 'application_id', 'round', name=op.f('uq_entry_stage_id_application_id_round'))
    )
    op.create_index('ix_entry_application_id', 'entry', ['application_id'], unique=False)
    op.create_table('grant_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_grant_decision_entered_by')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_grant_decision_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grant_decision')),
    sa.UniqueConstraint('stage_id', 'round', name=op.f('uq_grant_decision_stage_id_round')),
    info={'append_only': True}
    )
    op.create_table('motion',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('sitting', sa.Integer(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.Column('return_reason', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status = 'open' OR (recorded_by IS NOT NULL AND sitting > 0)", name=op.f('ck_motion_recorded_by_somebody')),
    sa.CheckConstraint("status IN ('open', 'recorded', 'confirmed')", name=op.f('ck_motion_status_known')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_motion_recorded_by')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_motion_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_motion')),
    sa.UniqueConstraint('stage_id', 'round', name=op.f('uq_motion_stage_id_round'))
    )
    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('contact_name', sa.Text(), nullable=False),
    sa.Column('contact_phone', sa.Text(), nullable=False),
    sa.Column('contact_address', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('provisional', sa.Boolean(), nullable=True),
    sa.CheckConstraint("(status = 'posted') = (content IS NOT NULL AND digest IS NOT NULL AND channel IS NOT NULL AND url IS NOT NULL AND posted_at IS NOT NULL AND first_day IS NOT NULL AND last_day IS NOT NULL AND ends_at IS NOT NULL AND provisional IS NOT NULL)", name=op.f('ck_notice_posted_whole')),
    sa.CheckConstraint("status IN ('draft', 'posted')", name=op.f('ck_notice_status_known')),
    sa.CheckConstraint('first_day <= last_day', name=op.f('ck_notice_period_in_order')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_notice_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('code', name=op.f('uq_notice_code')),
    sa.UniqueConstraint('stage_id', 'round', name=op.f('uq_notice_stage_id_round'))
    )
    op.create_table('panel',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('formed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_panel_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_panel')),
    sa.UniqueConstraint('stage_id', 'name', name=op.f('uq_panel_stage_id_name'))
    )
    op.create_table('snapshot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_snapshot_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot')),
    sa.UniqueConstraint('stage_id', 'round', name=op.f('uq_snapshot_stage_id_round')),
    info={'append_only': True}
    )
    op.create_table('tie_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('order', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_tie_decision_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tie_decision')),
    info={'append_only': True}
    )
    op.create_index('ix_tie_decision_stage_id_round', 'tie_decision', ['stage_id', 'round'], unique=False)
    op.create_table('withdrawal',
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_withdrawal_application_id')),
    sa.PrimaryKeyConstraint('application_id', name=op.f('pk_withdrawal')),
    info={'append_only': True}
    )
    op.create_table('approval_decision',
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('approval_id', sa.Uuid(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint('approved OR reason IS NOT NULL', name=op.f('ck_approval_decision_refused_with_reason')),
    sa.ForeignKeyConstraint(['approval_id'], ['approval.id'], name=op.f('fk_approval_decision_approval_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_approval_decision_entry_id')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_approval_decision')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_approval_decision_approval_id'), 'approval_decision', ['approval_id'], unique=False)
    op.create_table('assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('expert_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_assignment_entry_id')),
    sa.ForeignKeyConstraint(['expert_id'], ['expert.id'], name=op.f('fk_assignment_expert_id')),
    sa.ForeignKeyConstraint(['panel_id'], ['panel.id'], name=op.f('fk_assignment_panel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment')),
    sa.UniqueConstraint('entry_id', 'expert_id', name=op.f('uq_assignment_entry_id_expert_id'))
    )
    op.create_index('ix_assignment_expert_id', 'assignment', ['expert_id'], unique=False)
    op.create_index('ix_assignment_panel_id', 'assignment', ['panel_id'], unique=False)
    op.create_table('award',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('grant_decision_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('certificate_number', sa.Text(), nullable=False),
    sa.Column('awardee', sa.Text(), nullable=False),
    sa.Column('credit_code', sa.Text(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=False),
    sa.Column('tier_name', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('certificate', sa.Text(), nullable=False),
    sa.Column('won_before', sa.Boolean(), nullable=False),
    sa.Column('budget_funded', sa.Boolean(), nullable=False),
    sa.Column('bonus_fen', sa.BigInteger(), nullable=False),
    sa.Column('bonus_reason', sa.Text(), nullable=True),
    sa.CheckConstraint('(bonus_fen = 0) = (bonus_reason IS NOT NULL)', name=op.f('ck_award_no_bonus_has_its_reason')),
    sa.CheckConstraint('bonus_fen >= 0', name=op.f('ck_award_bonus_not_negative')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_award_entry_id')),
    sa.ForeignKeyConstraint(['grant_decision_id'], ['grant_decision.id'], name=op.f('fk_award_grant_decision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award')),
    sa.UniqueConstraint('certificate_number', name=op.f('uq_award_certificate_number')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_award_entry_id')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_award_grant_decision_id'), 'award', ['grant_decision_id'], unique=False)
    op.create_table('minutes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('motion_id', sa.Uuid(), nullable=False),
    sa.Column('sitting', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['motion_id'], ['motion.id'], name=op.f('fk_minutes_motion_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_minutes_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes')),
    sa.UniqueConstraint('motion_id', 'sitting', name=op.f('uq_minutes_motion_id_sitting')),
    info={'append_only': True}
    )
    op.create_table('notice_line',
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('application_code', sa.Text(), nullable=False),
    sa.Column('organisation', sa.Text(), nullable=False),
    sa.Column('track', sa.Text(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_notice_line_entry_id')),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_line_notice_id')),
    sa.PrimaryKeyConstraint('notice_id', 'entry_id', name=op.f('pk_notice_line')),
    sa.UniqueConstraint('notice_id', 'application_code', name=op.f('uq_notice_line_notice_id_application_code')),
    info={'append_only': True}
    )
    op.create_table('objection',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('identity_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contact_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ruling', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('ruled_by', sa.Uuid(), nullable=True),
    sa.Column('ruled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'ruled') = (ruling IS NOT NULL AND reason IS NOT NULL AND document IS NOT NULL AND ruled_at IS NOT NULL)", name=op.f('ck_objection_ruled_whole')),
    sa.CheckConstraint("ruling IN ('dismissed', 'upheld')", name=op.f('ck_objection_ruling_known')),
    sa.CheckConstraint("status IN ('received', 'ruled')", name=op.f('ck_objection_status_known')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_objection_entry_id')),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_objection_notice_id')),
    sa.ForeignKeyConstraint(['ruled_by'], ['person.id'], name=op.f('fk_objection_ruled_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_objection')),
    sa.UniqueConstraint('code', name=op.f('uq_objection_code'))
    )
    op.create_index('ix_objection_entry_id', 'objection', ['entry_id'], unique=False)
    op.create_index('ix_objection_notice_id', 'objection', ['notice_id'], unique=False)
    op.create_table('outcome',
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('units', sa.BigInteger(), nullable=True),
    sa.Column('exact', sa.Text(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('tier', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("result IN ('advanced', 'eliminated', 'withdrawn', 'disqualified')", name=op.f('ck_outcome_result_known')),
    sa.CheckConstraint('rank IS NULL OR rank >= 1', name=op.f('ck_outcome_rank_counts')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_outcome_entry_id')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_outcome')),
    info={'append_only': True}
    )
    op.create_table('panel_entry',
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_panel_entry_entry_id')),
    sa.ForeignKeyConstraint(['panel_id'], ['panel.id'], name=op.f('fk_panel_entry_panel_id')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_panel_entry'))
    )
    op.create_index(op.f('ix_panel_entry_panel_id'), 'panel_entry', ['panel_id'], unique=False)
    op.create_table('panel_member',
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('expert_id', sa.Uuid(), nullable=False),
    sa.Column('leader', sa.Boolean(), nullable=False),
    sa.Column('categories', sa.ARRAY(sa.Text()), nullable=True),
    sa.ForeignKeyConstraint(['expert_id'], ['expert.id'], name=op.f('fk_panel_member_expert_id')),
    sa.ForeignKeyConstraint(['panel_id'], ['panel.id'], name=op.f('fk_panel_member_panel_id')),
    sa.PrimaryKeyConstraint('panel_id', 'expert_id', name=op.f('pk_panel_member'))
    )
    op.create_index('ix_panel_member_expert_id', 'panel_member', ['expert_id'], unique=False)
    op.create_index('uq_panel_member_one_leader', 'panel_member', ['panel_id'], unique=True, postgresql_where=sa.text('leader'))
    op.create_table('scorebook',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('panel_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=True),
    sa.Column('receipt', sa.Text(), nullable=True),
    sa.Column('total', sa.Text(), nullable=True),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'locked') = (content IS NOT NULL) AND (content IS NULL) = (digest IS NULL) AND (content IS NULL) = (receipt IS NULL) AND (content IS NULL) = (locked_at IS NULL)", name=op.f('ck_scorebook_frozen_when_locked')),
    sa.CheckConstraint("status IN ('open', 'locked')", name=op.f('ck_scorebook_status_known')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_scorebook_entry_id')),
    sa.ForeignKeyConstraint(['panel_id'], ['panel.id'], name=op.f('fk_scorebook_panel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scorebook')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_scorebook_entry_id'))
    )
    op.create_index(op.f('ix_scorebook_panel_id'), 'scorebook', ['panel_id'], unique=False)
    op.create_table('screening',
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("decision IN ('eligible', 'ineligible')", name=op.f('ck_screening_decision_known')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_screening_decided_by')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_screening_entry_id')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_screening')),
    info={'append_only': True}
    )
    op.create_table('agreement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('scorebook_id', sa.Uuid(), nullable=False),
    sa.Column('expert_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('agrees', sa.Boolean(), nullable=False),
    sa.Column('dissent', sa.Text(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['expert_id'], ['expert.id'], name=op.f('fk_agreement_expert_id')),
    sa.ForeignKeyConstraint(['scorebook_id'], ['scorebook.id'], name=op.f('fk_agreement_scorebook_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement')),
    sa.UniqueConstraint('scorebook_id', 'expert_id', 'version', name=op.f('uq_agreement_scorebook_id_expert_id_version')),
    info={'append_only': True}
    )
    op.create_table('scorebook_item',
    sa.Column('scorebook_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('units', sa.BigInteger(), nullable=False),
    sa.Column('starting', sa.Integer(), nullable=True),
    sa.Column('percentage', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(version = 0) = (percentage IS NULL)', name=op.f('ck_scorebook_item_untouched_is_empty')),
    sa.CheckConstraint('percentage BETWEEN 0 AND 100 AND percentage % 5 = 0', name=op.f('ck_scorebook_item_percentage_a_step')),
    sa.ForeignKeyConstraint(['scorebook_id'], ['scorebook.id'], name=op.f('fk_scorebook_item_scorebook_id')),
    sa.PrimaryKeyConstraint('scorebook_id', 'code', name=op.f('pk_scorebook_item'))
    )
    op.create_table('scorebook_revision',
    sa.Column('scorebook_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('percentage', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['scorebook_id'], ['scorebook.id'], name=op.f('fk_scorebook_revision_scorebook_id')),
    sa.PrimaryKeyConstraint('scorebook_id', 'code', 'version', name=op.f('pk_scorebook_revision')),
    info={'append_only': True}
    )
    op.create_table('screened_ground',
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('found', sa.Text(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.CheckConstraint("answer IN ('met', 'not_met')", name=op.f('ck_screened_ground_answer_known')),
    sa.CheckConstraint("found IN ('met', 'not_met', 'needs_a_person')", name=op.f('ck_screened_ground_found_known')),
    sa.ForeignKeyConstraint(['entry_id'], ['screening.entry_id'], name=op.f('fk_screened_ground_entry_id')),
    sa.PrimaryKeyConstraint('entry_id', 'key', name=op.f('pk_screened_ground')),
    info={'append_only': True}
    )
    op.create_table('sheet',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=True),
    sa.Column('receipt', sa.Text(), nullable=True),
    sa.Column('total', sa.Text(), nullable=True),
    sa.Column('locked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'locked') = (content IS NOT NULL) AND (content IS NULL) = (digest IS NULL) AND (content IS NULL) = (receipt IS NULL) AND (content IS NULL) = (locked_at IS NULL)", name=op.f('ck_sheet_frozen_when_locked')),
    sa.CheckConstraint("status IN ('draft', 'locked')", name=op.f('ck_sheet_status_known')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_sheet_assignment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet')),
    sa.UniqueConstraint('assignment_id', name=op.f('uq_sheet_assignment_id'))
    )
    op.create_table('sheet_item',
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('units', sa.BigInteger(), nullable=False),
    sa.Column('starting', sa.Integer(), nullable=True),
    sa.Column('percentage', sa.Integer(), nullable=True),
    sa.Column('comments', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(version = 0) = (percentage IS NULL)', name=op.f('ck_sheet_item_untouched_is_empty')),
    sa.CheckConstraint('percentage BETWEEN 0 AND 100 AND percentage % 5 = 0', name=op.f('ck_sheet_item_percentage_a_step')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheet.id'], name=op.f('fk_sheet_item_sheet_id')),
    sa.PrimaryKeyConstraint('sheet_id', 'code', name=op.f('pk_sheet_item'))
    )
    op.create_table('sheet_revision',
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('percentage', sa.Integer(), nullable=False),
    sa.Column('comments', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheet.id'], name=op.f('fk_sheet_revision_sheet_id')),
    sa.PrimaryKeyConstraint('sheet_id', 'code', 'version', name=op.f('pk_sheet_revision')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('sheet_revision')
    op.drop_table('sheet_item')
    op.drop_table('sheet')
    op.drop_table('screened_ground')
    op.drop_table('scorebook_revision')
    op.drop_table('scorebook_item')
    op.drop_table('agreement')
    op.drop_table('screening')
    op.drop_index(op.f('ix_scorebook_panel_id'), table_name='scorebook')
    op.drop_table('scorebook')
    op.drop_index('uq_panel_member_one_leader', table_name='panel_member', postgresql_where=sa.text('leader'))
    op.drop_index('ix_panel_member_expert_id', table_name='panel_member')
    op.drop_table('panel_member')
    op.drop_index(op.f('ix_panel_entry_panel_id'), table_name='panel_entry')
    op.drop_table('panel_entry')
    op.drop_table('outcome')
    op.drop_index('ix_objection_notice_id', table_name='objection')
    op.drop_index('ix_objection_entry_id', table_name='objection')
    op.drop_table('objection')
    op.drop_table('notice_line')
    op.drop_table('minutes')
    op.drop_index(op.f('ix_award_grant_decision_id'), table_name='award')
    op.drop_table('award')
    op.drop_index('ix_assignment_panel_id', table_name='assignment')
    op.drop_index('ix_assignment_expert_id', table_name='assignment')
    op.drop_table('assignment')
    op.drop_index(op.f('ix_approval_decision_approval_id'), table_name='approval_decision')
    op.drop_table('approval_decision')
    op.drop_table('withdrawal')
    op.drop_index('ix_tie_decision_stage_id_round', table_name='tie_decision')
    op.drop_table('tie_decision')
    op.drop_table('snapshot')
    op.drop_table('panel')
    op.drop_table('notice')
    op.drop_table('motion')
    op.drop_table('grant_decision')
    op.drop_index('ix_entry_application_id', table_name='entry')
    op.drop_table('entry')
    op.drop_table('attachment')
    op.drop_table('approval')
    op.drop_table('undertaking')
    op.drop_table('stage')
    op.drop_table('slot')
    op.drop_table('seat')
    op.drop_index(op.f('ix_refresh_token_session_id'), table_name='refresh_token')
    op.drop_table('refresh_token')
    op.drop_table('cycle_criteria')
    op.drop_index('uq_application_one_entry', table_name='application', postgresql_where=sa.text("status = 'submitted'"))
    op.drop_index('ix_application_organisation_id', table_name='application')
    op.drop_table('application')
    op.drop_index(op.f('ix_session_account_id'), table_name='session')
    op.drop_table('session')
    op.drop_index('ix_record_programme_credit_code', table_name='record')
    op.drop_table('record')
    op.drop_index(op.f('ix_expert_person_id'), table_name='expert')
    op.drop_table('expert')
    op.drop_table('cycle')
    op.drop_table('conflict')
    op.drop_table('adoption')
    op.drop_index('uq_role_grant_held_once', table_name='role_grant', postgresql_where=sa.text('ended_at IS NULL'), postgresql_nulls_not_distinct=True)
    op.drop_index(op.f('ix_role_grant_scope_id'), table_name='role_grant')
    op.drop_table('role_grant')
    op.drop_table('programme')
    op.drop_table('organisation')
    op.drop_index('ix_notification_inbox', table_name='notification')
    op.drop_table('notification')
    op.drop_table('mail_address')
    op.drop_index('ix_log_leaf_leaf_hash', table_name='log_leaf')
    op.drop_table('log_leaf')
    op.drop_index(op.f('ix_account_person_id'), table_name='account')
    op.drop_table('account')
    op.drop_table('unsealed_event')
    op.drop_index(op.f('ix_sign_in_attempt_tried_at'), table_name='sign_in_attempt')
    op.drop_table('sign_in_attempt')
    op.drop_table('security_event')
    op.drop_index(op.f('ix_regulation_code'), table_name='regulation')
    op.drop_table('regulation')
    op.drop_index(op.f('ix_public_request_minute'), table_name='public_request')
    op.drop_table('public_request')
    op.drop_table('person')
    op.drop_table('once')
    op.drop_table('log_head')
    op.drop_table('log_checkpoint')
    op.drop_index('ix_job_waiting', table_name='job', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index('ix_job_leased', table_name='job', postgresql_where=sa.text("state = 'leased'"))
    op.drop_table('job')
    op.drop_table('installation')
    op.drop_index(op.f('ix_criteria_set_code'), table_name='criteria_set')
    op.drop_table('criteria_set')
    op.drop_table('bootstrap_token')
    op.drop_table('authority')
    op.drop_index(op.f('ix_audit_event_subject'), table_name='audit_event')
    op.drop_index('ix_audit_event_log_at', table_name='audit_event')
    op.drop_index('ix_audit_event_act_at', table_name='audit_event')
    op.drop_table('audit_event')
