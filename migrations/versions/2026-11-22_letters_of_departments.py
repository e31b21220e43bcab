"""Departments answer by letters of their own, with their scans; each question once.

Revision: letters_of_departments
Follows: scans_of_letters
"""

import sqlalchemy as sa
from alembic import op

revision = 'letters_of_departments'
down_revision = 'scans_of_letters'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('consultation_reply',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consultation_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('scan_id', sa.Uuid(), nullable=True),
    sa.Column('replied_by', sa.Uuid(), nullable=False),
    sa.Column('replied_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_consultation_reply_consultation_id')),
    sa.ForeignKeyConstraint(['replied_by'], ['person.id'], name=op.f('fk_consultation_reply_replied_by')),
    sa.ForeignKeyConstraint(['scan_id'], ['upload.id'], name=op.f('fk_consultation_reply_scan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation_reply')),
    sa.UniqueConstraint('scan_id', name=op.f('uq_consultation_reply_scan_id')),
    info={'append_only': True}
    )
    op.create_index('ix_consultation_reply_consultation_id', 'consultation_reply', ['consultation_id'], unique=False)
    op.add_column('opinion', sa.Column('reply_id', sa.Uuid(), nullable=True))
    op.create_index('ix_opinion_reply_id', 'opinion', ['reply_id'], unique=False)
    op.create_index('uq_opinion_answered_once', 'opinion', ['consultation_id', 'entry_id', 'ground'], unique=True, postgresql_where=sa.text('reply_id IS NOT NULL'), postgresql_nulls_not_distinct=True)
    op.create_foreign_key(op.f('fk_opinion_reply_id'), 'opinion', 'consultation_reply', ['reply_id'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('fk_opinion_reply_id'), 'opinion', type_='foreignkey')
    op.drop_index('uq_opinion_answered_once', table_name='opinion', postgresql_where=sa.text('reply_id IS NOT NULL'), postgresql_nulls_not_distinct=True)
    op.drop_index('ix_opinion_reply_id', table_name='opinion')
    op.drop_column('opinion', 'reply_id')
    op.drop_index('ix_consultation_reply_consultation_id', table_name='consultation_reply')
    op.drop_table('consultation_reply')
