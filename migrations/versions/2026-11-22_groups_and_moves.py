"""groups and moves

Entries carry groups, closed tiers and consolations; a cycle is suspended, held out of turn, granted
places of single tiers, and corrected.

Revision: groups_and_moves
Follows: surveys
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'groups_and_moves'
down_revision = 'surveys'
branch_labels = None
depends_on = None

KEYS = postgresql.ARRAY(sa.Text())
BEFORE = ('planned', 'launched', 'completed', 'cancelled')
AFTER = ('planned', 'launched', 'suspended', 'completed', 'cancelled')


def upgrade() -> None:
    for name in ('groups', 'closed'):
        op.add_column('entry', sa.Column(name, KEYS, server_default='{}', nullable=False))
        op.add_column('outcome', sa.Column(name, KEYS, nullable=True))
    for table in ('entry', 'outcome'):
        settled = sa.Column('settled', sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column(table, settled)
    op.create_check_constraint(
        op.f('ck_outcome_settled_with_a_tier'),
        'outcome',
        "NOT settled OR (result = 'advanced' AND tier IS NOT NULL)",
    )
    op.add_column('cycle', sa.Column('special_document', sa.Text(), nullable=True))
    places = sa.Column('places_of', postgresql.JSONB(), server_default='{}', nullable=False)
    op.add_column('cycle', places)
    _statuses(AFTER)
    op.create_table('correction',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=True),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('old', sa.Text(), nullable=False),
    sa.Column('new', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('corrected_by', sa.Uuid(), nullable=False),
    sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('old <> new', name=op.f('ck_correction_something_corrected')),
    sa.CheckConstraint("what IN ('name', 'title', 'document', 'date', 'text')", name=op.f('ck_correction_what_known')),
    sa.ForeignKeyConstraint(['corrected_by'], ['person.id'], name=op.f('fk_correction_corrected_by')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_correction_entry_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_correction_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction')),
    info={'append_only': True}
    )
    op.create_index('ix_correction_entry_id', 'correction', ['entry_id'], unique=False)
    op.create_index('ix_correction_stage_id', 'correction', ['stage_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_correction_stage_id', table_name='correction')
    op.drop_index('ix_correction_entry_id', table_name='correction')
    op.drop_table('correction')
    op.execute("UPDATE cycle SET status = 'launched' WHERE status = 'suspended'")
    _statuses(BEFORE)
    op.drop_column('cycle', 'places_of')
    op.drop_column('cycle', 'special_document')
    op.drop_constraint(op.f('ck_outcome_settled_with_a_tier'), 'outcome')
    for table in ('outcome', 'entry'):
        for name in ('settled', 'closed', 'groups'):
            op.drop_column(table, name)


def _statuses(known: tuple[str, ...]) -> None:
    op.drop_constraint(op.f('ck_cycle_status_known'), 'cycle')
    values = ', '.join(f"'{status}'" for status in known)
    op.create_check_constraint(op.f('ck_cycle_status_known'), 'cycle', f'status IN ({values})')
