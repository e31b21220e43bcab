"""page counts

Revision: page_counts
Follows: record_imports
"""

import sqlalchemy as sa
from alembic import op

revision = 'page_counts'
down_revision = "record_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('page_count',
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.CheckConstraint('pages > 0', name=op.f('ck_page_count_has_pages')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_page_count')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('page_count')
