"""calls

Revision: calls
Follows: page_counts
"""

import sqlalchemy as sa
from alembic import op

revision = 'calls'
down_revision = "page_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('call_edition',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('published_by', sa.Uuid(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(edition = 1) = (reason IS NULL)', name=op.f('ck_call_edition_corrected_with_a_reason')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_call_edition_cycle_id')),
    sa.ForeignKeyConstraint(['published_by'], ['person.id'], name=op.f('fk_call_edition_published_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_edition')),
    sa.UniqueConstraint('cycle_id', 'edition', name=op.f('uq_call_edition_cycle_id_edition')),
    info={'append_only': True}
    )
    op.create_table('call_file',
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('upload_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['call_edition.id'], name=op.f('fk_call_file_call_id')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_call_file_upload_id')),
    sa.PrimaryKeyConstraint('call_id', 'key', name=op.f('pk_call_file')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('call_file')
    op.drop_table('call_edition')
