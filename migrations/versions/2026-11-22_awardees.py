"""awardees

Revision: awardees
Follows: grounds_of_every_kind
"""

import sqlalchemy as sa
from alembic import op

revision = "awardees"
down_revision = "grounds_of_every_kind"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("awardee", sa.Text(), nullable=True))
    op.add_column("application", sa.Column("tier", sa.Text(), nullable=True))
    op.add_column("notice_line", sa.Column("awardee", sa.Text(), nullable=True))
    op.add_column("award", sa.Column("organisation", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("award", "organisation")
    op.drop_column("notice_line", "awardee")
    op.drop_column("application", "tier")
    op.drop_column("application", "awardee")
