"""What each department is asked is kept with its letter.

Revision: consulted_grounds
Follows: outside_texts
"""

import sqlalchemy as sa
from alembic import op

revision = 'consulted_grounds'
down_revision = 'outside_texts'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('consulted_ground',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consultation_id', sa.Uuid(), nullable=False),
    sa.Column('track', sa.Text(), nullable=False),
    sa.Column('ground', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_consulted_ground_consultation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consulted_ground')),
    sa.UniqueConstraint('consultation_id', 'track', 'ground', name=op.f('uq_consulted_ground_consultation_id_track_ground'), postgresql_nulls_not_distinct=True),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('consulted_ground')
