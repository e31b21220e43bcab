"""sections and scope

Revision: sections_and_scope
Follows: forms_as_data
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'sections_and_scope'
down_revision = 'forms_as_data'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('scope_claim',
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('credit_code', sa.Text(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_scope_claim_cycle_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_scope_claim_organisation_id')),
    sa.PrimaryKeyConstraint('cycle_id', 'credit_code', name=op.f('pk_scope_claim'))
    )
    op.create_table('form_part',
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('section', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('form_version', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen', sa.Boolean(), nullable=False),
    sa.Column('restored_from', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_form_part_application_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_form_part_person_id')),
    sa.PrimaryKeyConstraint('application_id', 'section', name=op.f('pk_form_part'))
    )
    op.create_table('form_revision',
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('section', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('restored_from', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_form_revision_application_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_form_revision_person_id')),
    sa.PrimaryKeyConstraint('application_id', 'section', 'revision', name=op.f('pk_form_revision')),
    info={'append_only': True}
    )
    op.add_column('application', sa.Column('secrets', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False))
    op.add_column('application', sa.Column('scope', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False))
    # What was submitted before speaks for its own organisation alone.
    op.execute(
        "UPDATE application SET scope = ARRAY[organisation.credit_code] FROM organisation "
        "WHERE organisation.id = application.organisation_id AND application.status = 'submitted'"
    )
    op.execute(
        "INSERT INTO scope_claim (cycle_id, credit_code, organisation_id) "
        "SELECT DISTINCT cycle_id, scope[1], organisation_id FROM application "
        "WHERE status = 'submitted'"
    )


def downgrade() -> None:
    op.drop_column('application', 'scope')
    op.drop_column('application', 'secrets')
    op.drop_table('form_revision')
    op.drop_table('form_part')
    op.drop_table('scope_claim')
