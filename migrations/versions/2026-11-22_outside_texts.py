"""Messages say in the open only what may be said there.

Revision: outside_texts
Follows: keys_of_portals
"""

import sqlalchemy as sa
from alembic import op

revision = 'outside_texts'
down_revision = 'keys_of_portals'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('notification', sa.Column('outside', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('notification', 'outside')
