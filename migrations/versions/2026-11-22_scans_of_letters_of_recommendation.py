"""scans of letters of recommendation

Revision: scans_of_letters
Follows: mandates
"""

import sqlalchemy as sa
from alembic import op

revision = 'scans_of_letters'
down_revision = 'mandates'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('recommendation_letter', sa.Column('scan_id', sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f('uq_recommendation_letter_scan_id'), 'recommendation_letter', ['scan_id'])
    op.create_foreign_key(op.f('fk_recommendation_letter_scan_id'), 'recommendation_letter', 'upload', ['scan_id'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('fk_recommendation_letter_scan_id'), 'recommendation_letter', type_='foreignkey')
    op.drop_constraint(op.f('uq_recommendation_letter_scan_id'), 'recommendation_letter', type_='unique')
    op.drop_column('recommendation_letter', 'scan_id')
