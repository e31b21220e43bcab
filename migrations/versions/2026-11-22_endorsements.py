"""endorsements

Revision: endorsements
Follows: tier_choices
"""

import sqlalchemy as sa
from alembic import op

revision = 'endorsements'
down_revision = 'tier_choices'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recommendation_letter',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('scan_sha256', sa.Text(), nullable=True),
    sa.Column('notice_from', sa.Date(), nullable=True),
    sa.Column('notice_to', sa.Date(), nullable=True),
    sa.Column('issued_by', sa.Uuid(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(notice_from IS NULL) = (notice_to IS NULL)', name=op.f('ck_recommendation_letter_notice_has_both_days')),
    sa.ForeignKeyConstraint(['authority_id'], ['authority.id'], name=op.f('fk_recommendation_letter_authority_id')),
    sa.ForeignKeyConstraint(['issued_by'], ['person.id'], name=op.f('fk_recommendation_letter_issued_by')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_recommendation_letter_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_letter')),
    sa.UniqueConstraint('stage_id', 'round', 'authority_id', 'body', name=op.f('uq_recommendation_letter_stage_id_round_authority_id_body')),
    info={'append_only': True}
    )
    op.create_table('routing',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=False),
    sa.Column('routed_by', sa.Uuid(), nullable=False),
    sa.Column('routed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['authority.id'], name=op.f('fk_routing_authority_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_routing_entry_id')),
    sa.ForeignKeyConstraint(['routed_by'], ['person.id'], name=op.f('fk_routing_routed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routing')),
    sa.UniqueConstraint('entry_id', 'body', name=op.f('uq_routing_entry_id_body'))
    )
    op.create_index('ix_routing_authority_id', 'routing', ['authority_id'], unique=False)
    op.create_table('recommendation',
    sa.Column('routing_id', sa.Uuid(), nullable=False),
    sa.Column('letter_id', sa.Uuid(), nullable=False),
    sa.Column('recommended', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint('recommended = (reason IS NULL)', name=op.f('ck_recommendation_refused_with_a_reason')),
    sa.CheckConstraint('recommended OR position IS NULL', name=op.f('ck_recommendation_only_recommended_are_placed')),
    sa.ForeignKeyConstraint(['letter_id'], ['recommendation_letter.id'], name=op.f('fk_recommendation_letter_id')),
    sa.ForeignKeyConstraint(['routing_id'], ['routing.id'], name=op.f('fk_recommendation_routing_id')),
    sa.PrimaryKeyConstraint('routing_id', name=op.f('pk_recommendation')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('recommendation')
    op.drop_index('ix_routing_authority_id', table_name='routing')
    op.drop_table('routing')
    op.drop_table('recommendation_letter')
