"""reminder plans

Revision: reminder_plans
Follows: disqualifications
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'reminder_plans'
down_revision = "disqualifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reminder_plan',
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('leads', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_reminder_plan_programme_id')),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_reminder_plan_set_by')),
    sa.PrimaryKeyConstraint('programme_id', name=op.f('pk_reminder_plan'))
    )


def downgrade() -> None:
    op.drop_table('reminder_plan')
