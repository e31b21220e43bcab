"""Departments are consulted by letter and answer themselves.

Revision: consultations
Follows: calls
"""

import sqlalchemy as sa
from alembic import op

revision = 'consultations'
down_revision = 'calls'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('consultation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(last_day IS NULL) = (ends_at IS NULL)', name=op.f('ck_consultation_ends_on_a_day')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_consultation_asked_by')),
    sa.ForeignKeyConstraint(['authority_id'], ['authority.id'], name=op.f('fk_consultation_authority_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_consultation_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
    sa.UniqueConstraint('stage_id', 'round', 'department', name=op.f('uq_consultation_stage_id_round_department')),
    info={'append_only': True}
    )
    op.create_index('ix_consultation_authority_id', 'consultation', ['authority_id'], unique=False)
    op.add_column('opinion', sa.Column('consultation_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_opinion_consultation_id'), 'opinion', 'consultation', ['consultation_id'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('fk_opinion_consultation_id'), 'opinion', type_='foreignkey')
    op.drop_column('opinion', 'consultation_id')
    op.drop_index('ix_consultation_authority_id', table_name='consultation')
    op.drop_table('consultation')
