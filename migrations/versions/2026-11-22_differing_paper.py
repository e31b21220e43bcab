"""Paper that is not what was submitted is a fact on its application, for the screening to decide.

Revision: differing_paper
Follows: sealed_answers
"""

import sqlalchemy as sa
from alembic import op

revision = 'differing_paper'
down_revision = 'sealed_answers'
branch_labels = None
depends_on = None


LAST = """
    UPDATE application SET differing_paper = last.printed_digest
    FROM (
        SELECT DISTINCT ON (application_id) application_id, printed_digest, matches
        FROM paper_copy ORDER BY application_id, number DESC
    ) AS last
    WHERE last.application_id = application.id AND NOT last.matches
"""


def upgrade() -> None:
    op.add_column('application', sa.Column('differing_paper', sa.Text(), nullable=True))
    op.execute(LAST)


def downgrade() -> None:
    op.drop_column('application', 'differing_paper')
