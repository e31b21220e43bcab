"""who speaks for an organisation

Revision: mandates
Follows: vacancies
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'mandates'
down_revision = "vacancies"
branch_labels = None
depends_on = None


CARRIED_OVER = """
INSERT INTO mandate (id, programme_id, organisation_id, credit_code, person_id, kind, status,
                     decided_at, created_at, reason)
SELECT gen_random_uuid(), c.programme_id, o.id, o.credit_code, g.person_id,
       CASE WHEN g.person_id = o.registered_by THEN 'administrator' ELSE 'agent' END,
       'accepted', now(), now(), '沿用原有登记'
  FROM role_grant g
  JOIN organisation o ON o.id = g.scope_id
  JOIN application a ON a.organisation_id = o.id
  JOIN cycle c ON c.id = a.cycle_id
 WHERE g.role = 'applicant' AND g.ended_at IS NULL
 GROUP BY c.programme_id, o.id, g.person_id
"""


def upgrade() -> None:
    op.create_table('portal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('proving', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('registered_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['registered_by'], ['person.id'], name=op.f('fk_portal_registered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portal')),
    sa.UniqueConstraint('name', name=op.f('uq_portal_name'))
    )
    op.create_table('mandate',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('credit_code', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('letter_id', sa.Uuid(), nullable=True),
    sa.Column('licence_id', sa.Uuid(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('invited_by', sa.Uuid(), nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind = 'administrator' OR status <> 'claimed'", name=op.f('ck_mandate_agents_are_invited')),
    sa.CheckConstraint("kind IN ('administrator', 'agent')", name=op.f('ck_mandate_kind_known')),
    sa.CheckConstraint("status IN ('claimed', 'invited', 'accepted', 'refused', 'declined', 'withdrawn', 'ended')", name=op.f('ck_mandate_status_known')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_mandate_decided_by')),
    sa.ForeignKeyConstraint(['invited_by'], ['person.id'], name=op.f('fk_mandate_invited_by')),
    sa.ForeignKeyConstraint(['letter_id'], ['upload.id'], name=op.f('fk_mandate_letter_id')),
    sa.ForeignKeyConstraint(['licence_id'], ['upload.id'], name=op.f('fk_mandate_licence_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_mandate_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mandate_person_id')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_mandate_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate'))
    )
    op.create_index('ix_mandate_organisation_id', 'mandate', ['organisation_id'], unique=False)
    op.create_index('ix_mandate_programme_credit_code', 'mandate', ['programme_id', 'credit_code'], unique=False)
    op.create_index('uq_mandate_administrator', 'mandate', ['organisation_id', 'programme_id'], unique=True, postgresql_where=sa.text("kind = 'administrator' AND status = 'accepted'"))
    op.create_index('uq_mandate_held', 'mandate', ['person_id', 'organisation_id', 'programme_id'], unique=True, postgresql_where=sa.text("status = 'accepted'"))
    op.create_index('uq_mandate_waiting', 'mandate', ['person_id', 'organisation_id', 'programme_id'], unique=True, postgresql_where=sa.text("status IN ('claimed', 'invited')"))
    op.create_table('portal_person',
    sa.Column('portal_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_portal_person_account_id')),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_portal_person_portal_id')),
    sa.PrimaryKeyConstraint('portal_id', 'subject', name=op.f('pk_portal_person'))
    )
    op.create_table('spent_assertion',
    sa.Column('portal_id', sa.Uuid(), nullable=False),
    sa.Column('jti', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_spent_assertion_portal_id')),
    sa.PrimaryKeyConstraint('portal_id', 'jti', name=op.f('pk_spent_assertion'))
    )
    op.create_index(op.f('ix_spent_assertion_expires_at'), 'spent_assertion', ['expires_at'], unique=False)
    op.create_table('vouching',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('portal_id', sa.Uuid(), nullable=False),
    sa.Column('assurance', sa.Text(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_vouching_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_vouching_person_id')),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_vouching_portal_id')),
    sa.PrimaryKeyConstraint('person_id', 'organisation_id', 'portal_id', name=op.f('pk_vouching'))
    )
    op.add_column('organisation', sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
    # Whoever registered an organisation spoke for it so far, and goes on to where they applied.
    op.execute("UPDATE organisation SET confirmed_at = created_at")
    op.execute(CARRIED_OVER)
    op.drop_constraint(op.f('uq_organisation_credit_code'), 'organisation', type_='unique')
    op.create_index('ix_organisation_credit_code', 'organisation', ['credit_code'], unique=False)
    op.create_index('uq_organisation_confirmed', 'organisation', ['credit_code'], unique=True, postgresql_where=sa.text('confirmed_at IS NOT NULL'))
    op.create_unique_constraint(op.f('uq_organisation_registered_by_credit_code'), 'organisation', ['registered_by', 'credit_code'])
    op.add_column('role_grant', sa.Column('until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('session', sa.Column('portal_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_session_portal_id'), 'session', ['portal_id'], unique=False)
    op.create_foreign_key(op.f('fk_session_portal_id'), 'session', 'portal', ['portal_id'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('fk_session_portal_id'), 'session', type_='foreignkey')
    op.drop_index(op.f('ix_session_portal_id'), table_name='session')
    op.drop_column('session', 'portal_id')
    # Where two have claimed one credit code there is no way back: no row is thrown away for it.
    op.drop_column('role_grant', 'until')
    op.drop_constraint(op.f('uq_organisation_registered_by_credit_code'), 'organisation', type_='unique')
    op.drop_index('uq_organisation_confirmed', table_name='organisation', postgresql_where=sa.text('confirmed_at IS NOT NULL'))
    op.drop_index('ix_organisation_credit_code', table_name='organisation')
    op.create_unique_constraint(op.f('uq_organisation_credit_code'), 'organisation', ['credit_code'], postgresql_nulls_not_distinct=False)
    op.drop_column('organisation', 'confirmed_at')
    op.drop_table('vouching')
    op.drop_index(op.f('ix_spent_assertion_expires_at'), table_name='spent_assertion')
    op.drop_table('spent_assertion')
    op.drop_table('portal_person')
    op.drop_index('uq_mandate_waiting', table_name='mandate', postgresql_where=sa.text("status IN ('claimed', 'invited')"))
    op.drop_index('uq_mandate_held', table_name='mandate', postgresql_where=sa.text("status = 'accepted'"))
    op.drop_index('uq_mandate_administrator', table_name='mandate', postgresql_where=sa.text("kind = 'administrator' AND status = 'accepted'"))
    op.drop_index('ix_mandate_programme_credit_code', table_name='mandate')
    op.drop_index('ix_mandate_organisation_id', table_name='mandate')
    op.drop_table('mandate')
    op.drop_table('portal')
