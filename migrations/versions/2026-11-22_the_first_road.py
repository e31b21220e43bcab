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
    info={'append_only': True}
    )
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
    op.create_table('person',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('identity_hash', sa.LargeBinary(), nullable=True),
    sa.Column('identity_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('identity_hash', name=op.f('uq_person_identity_hash'))
    )
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
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('activation_digest', sa.LargeBinary(), nullable=True),
    sa.Column('activation_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('invited', 'active', 'disabled')", name=op.f('ck_account_status_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_account_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('activation_digest', name=op.f('uq_account_activation_digest')),
    sa.UniqueConstraint('login', name=op.f('uq_account_login'))
    )
    op.create_index(op.f('ix_account_person_id'), 'account', ['person_id'], unique=False)
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
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_refresh_token_session_id')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_refresh_token'))
    )
    op.create_index(op.f('ix_refresh_token_session_id'), 'refresh_token', ['session_id'], unique=False)
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
    sa.UniqueConstraint('stage_id', 'round', name=op.f('uq_tie_decision_stage_id_round')),
    info={'append_only': True}
    )
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


def downgrade() -> None:
    op.drop_table('outcome')
    op.drop_table('tie_decision')
    op.drop_table('snapshot')
    op.drop_index('ix_entry_application_id', table_name='entry')
    op.drop_table('entry')
    op.drop_table('attachment')
    op.drop_table('stage')
    op.drop_table('slot')
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
    op.drop_table('cycle')
    op.drop_table('conflict')
    op.drop_table('adoption')
    op.drop_index('uq_role_grant_held_once', table_name='role_grant', postgresql_where=sa.text('ended_at IS NULL'), postgresql_nulls_not_distinct=True)
    op.drop_index(op.f('ix_role_grant_scope_id'), table_name='role_grant')
    op.drop_table('role_grant')
    op.drop_table('programme')
    op.drop_table('organisation')
    op.drop_index(op.f('ix_account_person_id'), table_name='account')
    op.drop_table('account')
    op.drop_table('security_event')
    op.drop_index(op.f('ix_regulation_code'), table_name='regulation')
    op.drop_table('regulation')
    op.drop_table('person')
    op.drop_table('installation')
    op.drop_index(op.f('ix_criteria_set_code'), table_name='criteria_set')
    op.drop_table('criteria_set')
    op.drop_table('bootstrap_token')
    op.drop_table('authority')
    op.drop_index(op.f('ix_audit_event_subject'), table_name='audit_event')
    op.drop_index('ix_audit_event_log_at', table_name='audit_event')
    op.drop_table('audit_event')
