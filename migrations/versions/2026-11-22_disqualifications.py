"""disqualifications

Revision: disqualifications
Follows: cures
"""

import sqlalchemy as sa
from alembic import op

revision = 'disqualifications'
down_revision = 'cures'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('disqualification',
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_disqualification_application_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_disqualification_decided_by')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_disqualification_entry_id')),
    sa.PrimaryKeyConstraint('application_id', name=op.f('pk_disqualification')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('disqualification')
