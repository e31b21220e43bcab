"""tier choices

Tiers that a recorded decision gives, where the regulation leaves it to one.

Revision: tier_choices
Follows: groups_and_moves
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'tier_choices'
down_revision = 'groups_and_moves'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tier_choice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('lines', postgresql.JSONB(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_tier_choice_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tier_choice')),
    sa.UniqueConstraint('stage_id', 'round', 'number', name=op.f('uq_tier_choice_stage_id_round_number')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('tier_choice')
