"""Private answers of applications are kept sealed

Revision: sealed_answers
Follows: letters_of_cures
"""

import sqlalchemy as sa
from alembic import op

revision = 'sealed_answers'
down_revision = 'recommending_bodies'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sealed_answer',
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('commitment', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('masked', sa.Text(), nullable=False),
    sa.Column('unfit', sa.Text(), nullable=True),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_sealed_answer_application_id')),
    sa.PrimaryKeyConstraint('application_id', 'commitment', name=op.f('pk_sealed_answer'))
    )


def downgrade() -> None:
    op.drop_table('sealed_answer')
