"""sealed copies and jobs that are waited for

Revision: sealed_copies
Follows: sections_and_scope
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'sealed_copies'
down_revision = "sections_and_scope"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('paper_copy',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('copies', sa.Integer(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('printed_digest', sa.Text(), nullable=False),
    sa.Column('matches', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('received_by', sa.Uuid(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('copies > 0', name=op.f('ck_paper_copy_some_copies')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_paper_copy_application_id')),
    sa.ForeignKeyConstraint(['received_by'], ['person.id'], name=op.f('fk_paper_copy_received_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_copy')),
    sa.UniqueConstraint('application_id', 'number', name=op.f('uq_paper_copy_application_id_number')),
    info={'append_only': True}
    )
    op.create_table('printed_copy',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('draft', sa.Boolean(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('printed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_printed_copy_not_empty')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_printed_copy_application_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_printed_copy')),
    sa.UniqueConstraint('application_id', 'digest', 'draft', name=op.f('uq_printed_copy_application_id_digest_draft')),
    info={'append_only': True}
    )
    op.create_table('sealed_scan',
    sa.Column('upload_id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_sealed_scan_application_id')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_sealed_scan_upload_id')),
    sa.PrimaryKeyConstraint('upload_id', name=op.f('pk_sealed_scan')),
    sa.UniqueConstraint('application_id', 'number', name=op.f('uq_sealed_scan_application_id_number')),
    info={'append_only': True}
    )
    op.create_index('ix_printed_copy_sha256', 'printed_copy', ['sha256'], unique=False)
    op.add_column('job', sa.Column('owner_id', sa.Uuid(), nullable=True))
    op.add_column('job', sa.Column('result', sa.Text(), nullable=True))
    op.add_column('job', sa.Column('refusal', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_foreign_key(op.f('fk_job_owner_id'), 'job', 'person', ['owner_id'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('fk_job_owner_id'), 'job', type_='foreignkey')
    op.drop_column('job', 'refusal')
    op.drop_column('job', 'result')
    op.drop_column('job', 'owner_id')
    op.drop_index('ix_printed_copy_sha256', table_name='printed_copy')
    op.drop_table('sealed_scan')
    op.drop_table('printed_copy')
    op.drop_table('paper_copy')
