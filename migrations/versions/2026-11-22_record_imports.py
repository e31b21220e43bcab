"""Records are imported from spreadsheets.

Revision: record_imports
Follows: bigrams
"""

import sqlalchemy as sa
from alembic import op

revision = 'record_imports'
down_revision = "bigrams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('record_import',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('imported_by', sa.Uuid(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['imported_by'], ['person.id'], name=op.f('fk_record_import_imported_by')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_record_import_programme_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_import')),
    info={'append_only': True}
    )
    op.create_index('ix_record_import_programme_id', 'record_import', ['programme_id'], unique=False)
    op.add_column('record', sa.Column('import_id', sa.Uuid(), nullable=True))
    op.add_column('record', sa.Column('row', sa.Integer(), nullable=True))
    op.create_foreign_key(op.f('fk_record_import_id'), 'record', 'record_import', ['import_id'], ['id'])

    op.create_check_constraint(
        op.f("ck_record_imported_from_a_row"), "record", "(import_id IS NULL) = (row IS NULL)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_record_imported_from_a_row"), "record", type_="check")
    op.drop_constraint(op.f('fk_record_import_id'), 'record', type_='foreignkey')
    op.drop_column('record', 'row')
    op.drop_column('record', 'import_id')
    op.drop_index('ix_record_import_programme_id', table_name='record_import')
    op.drop_table('record_import')
