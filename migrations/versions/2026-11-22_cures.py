"""Calls to cure and supplements; grounds are kept with their clauses.

Revision: cures
Follows: sealed_copies
"""

import sqlalchemy as sa
from alembic import op

revision = 'cures'
down_revision = "sealed_copies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cure',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by', sa.Uuid(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number >= 1', name=op.f('ck_cure_number_counts')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_cure_entry_id')),
    sa.ForeignKeyConstraint(['issued_by'], ['person.id'], name=op.f('fk_cure_issued_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cure')),
    sa.UniqueConstraint('entry_id', 'number', name=op.f('uq_cure_entry_id_number')),
    info={'append_only': True}
    )
    op.create_index('ix_cure_ends_at', 'cure', ['ends_at'], unique=False)
    op.create_table('defect',
    sa.Column('cure_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('pointer', sa.Text(), nullable=False),
    sa.Column('wrong', sa.Text(), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['cure_id'], ['cure.id'], name=op.f('fk_defect_cure_id')),
    sa.PrimaryKeyConstraint('cure_id', 'position', name=op.f('pk_defect')),
    sa.UniqueConstraint('cure_id', 'pointer', name=op.f('uq_defect_cure_id_pointer')),
    info={'append_only': True}
    )
    op.create_table('supplement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('cure_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('receipt', sa.Text(), nullable=False),
    sa.Column('supplied_by', sa.Uuid(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_supplement_application_id')),
    sa.ForeignKeyConstraint(['cure_id'], ['cure.id'], name=op.f('fk_supplement_cure_id')),
    sa.ForeignKeyConstraint(['supplied_by'], ['person.id'], name=op.f('fk_supplement_supplied_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplement')),
    sa.UniqueConstraint('cure_id', name=op.f('uq_supplement_cure_id')),
    info={'append_only': True}
    )
    op.create_index('ix_supplement_application_id', 'supplement', ['application_id'], unique=False)
    op.add_column('attachment', sa.Column('cure_id', sa.Uuid(), nullable=True))
    op.add_column('attachment', sa.Column('validity', sa.Text(), server_default='in_force', nullable=False))
    op.create_check_constraint(
        op.f("ck_attachment_validity_known"),
        "attachment",
        "validity IN ('in_force', 'pending', 'replaced')",
    )
    op.drop_constraint(op.f('uq_attachment_application_id_document_sha256'), 'attachment', type_='unique')
    op.create_unique_constraint(op.f('uq_attachment_application_id_document_sha256_cure_id'), 'attachment', ['application_id', 'document', 'sha256', 'cure_id'], postgresql_nulls_not_distinct=True)
    op.create_foreign_key(op.f('fk_attachment_cure_id'), 'attachment', 'cure', ['cure_id'], ['id'])
    op.add_column('screened_ground', sa.Column('clause', sa.Text(), nullable=True))
    op.add_column('screened_group', sa.Column('clause', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('screened_group', 'clause')
    op.drop_column('screened_ground', 'clause')
    op.drop_constraint(op.f("ck_attachment_validity_known"), "attachment", type_="check")
    # The files of a supplement go with it.
    op.execute("DELETE FROM attachment WHERE cure_id IS NOT NULL")
    op.drop_constraint(op.f('fk_attachment_cure_id'), 'attachment', type_='foreignkey')
    op.drop_constraint(op.f('uq_attachment_application_id_document_sha256_cure_id'), 'attachment', type_='unique')
    op.create_unique_constraint(op.f('uq_attachment_application_id_document_sha256'), 'attachment', ['application_id', 'document', 'sha256'], postgresql_nulls_not_distinct=False)
    op.drop_column('attachment', 'validity')
    op.drop_column('attachment', 'cure_id')
    op.drop_index('ix_supplement_application_id', table_name='supplement')
    op.drop_table('supplement')
    op.drop_table('defect')
    op.drop_index('ix_cure_ends_at', table_name='cure')
    op.drop_table('cure')
