"""The office's directory of recommending bodies, and from which fact a routing follows.

Revision: recommending_bodies
Follows: letters_of_cures
"""

import sqlalchemy as sa
from alembic import op

revision = 'recommending_bodies'
down_revision = 'letters_of_cures'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('listed_body',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=False),
    sa.Column('areas', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('sectors', sa.ARRAY(sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['authority.id'], name=op.f('fk_listed_body_authority_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_listed_body_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listed_body')),
    sa.UniqueConstraint('stage_id', 'body', 'authority_id', name=op.f('uq_listed_body_stage_id_body_authority_id'))
    )
    op.add_column('routing', sa.Column('fact', sa.Text(), nullable=True))
    op.create_check_constraint(op.f('ck_routing_fact_known'), 'routing', "fact IN ('registered_area', 'district', 'industry', 'recommending_body')")


def downgrade() -> None:
    op.drop_constraint(op.f('ck_routing_fact_known'), 'routing', type_='check')
    op.drop_column('routing', 'fact')
    op.drop_table('listed_body')
