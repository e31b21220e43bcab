"""forms as data

Revision: forms_as_data
Follows: messages_by_every_way
"""

import sqlalchemy as sa
from alembic import op

revision = 'forms_as_data'
down_revision = 'messages_by_every_way'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('form_set',
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_form_set')),
    info={'append_only': True}
    )
    op.create_index(op.f('ix_form_set_code'), 'form_set', ['code'], unique=False)
    op.create_table('cycle_form',
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('track', sa.Text(), nullable=False),
    sa.Column('form_hash', sa.Text(), nullable=False),
    sa.Column('assumed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_cycle_form_cycle_id')),
    sa.ForeignKeyConstraint(['form_hash'], ['form_set.hash'], name=op.f('fk_cycle_form_form_hash')),
    sa.PrimaryKeyConstraint('cycle_id', 'track', name=op.f('pk_cycle_form')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('cycle_form')
    op.drop_index(op.f('ix_form_set_code'), table_name='form_set')
    op.drop_table('form_set')
