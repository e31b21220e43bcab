"""uploads

Revision: uploads
Follows: money_and_consents
"""

import sqlalchemy as sa
from alembic import op

revision = 'uploads'
down_revision = 'money_and_consents'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('received', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('parts', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('refusal', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('expected', 'checking', 'quarantined', 'stored')", name=op.f('ck_upload_state_known')),
    sa.CheckConstraint("taken_at IS NULL OR state = 'stored'", name=op.f('ck_upload_only_stored_is_taken')),
    sa.CheckConstraint('received BETWEEN 0 AND size', name=op.f('ck_upload_received_within_size')),
    sa.CheckConstraint('size > 0', name=op.f('ck_upload_not_empty')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_upload_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload'))
    )
    op.create_index('ix_upload_person_id', 'upload', ['person_id'], unique=False)
    op.create_index('ix_upload_sha256', 'upload', ['sha256'], unique=False)
    op.add_column('attachment', sa.Column('received', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('attachment', sa.Column('parts', sa.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.add_column('attachment', sa.Column('refusal', sa.Text(), nullable=True))
    op.execute("UPDATE attachment SET received = size WHERE state = 'stored'")
    op.drop_constraint(op.f('ck_attachment_state_known'), 'attachment', type_='check')
    op.create_check_constraint(
        op.f('ck_attachment_state_known'),
        'attachment',
        "state IN ('expected', 'checking', 'quarantined', 'stored')",
    )
    op.create_check_constraint(
        op.f('ck_attachment_received_within_size'), 'attachment', 'received BETWEEN 0 AND size'
    )
    op.create_index('ix_attachment_sha256', 'attachment', ['sha256'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_attachment_sha256', table_name='attachment')
    op.drop_constraint(op.f('ck_attachment_received_within_size'), 'attachment', type_='check')
    op.drop_constraint(op.f('ck_attachment_state_known'), 'attachment', type_='check')
    op.execute("UPDATE attachment SET state = 'expected' WHERE state <> 'stored'")
    op.create_check_constraint(
        op.f('ck_attachment_state_known'), 'attachment', "state IN ('expected', 'stored')"
    )
    op.drop_column('attachment', 'refusal')
    op.drop_column('attachment', 'parts')
    op.drop_column('attachment', 'received')
    op.drop_index('ix_upload_sha256', table_name='upload')
    op.drop_index('ix_upload_person_id', table_name='upload')
    op.drop_table('upload')
