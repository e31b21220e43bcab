"""documents of the office

Revision: office_documents
Follows: consultations
"""

import sqlalchemy as sa
from alembic import op

revision = 'office_documents'
down_revision = "consultations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('document_template',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('upload_id', sa.Uuid(), nullable=False),
    sa.Column('put_by', sa.Uuid(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('call', 'acceptance', 'refusal', 'cure', 'recommendations', 'result')", name=op.f('ck_document_template_kind_known')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_document_template_programme_id')),
    sa.ForeignKeyConstraint(['put_by'], ['person.id'], name=op.f('fk_document_template_put_by')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_document_template_upload_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_template')),
    sa.UniqueConstraint('programme_id', 'kind', 'number', name=op.f('uq_document_template_programme_id_kind_number')),
    info={'append_only': True}
    )
    op.create_table('office_document',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=True),
    sa.Column('entry_id', sa.Uuid(), nullable=True),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('points', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('file_number', sa.Integer(), nullable=False),
    sa.Column('replaces_id', sa.Uuid(), nullable=True),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('dated', sa.Date(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('signed_by', sa.Uuid(), nullable=True),
    sa.Column('scan_id', sa.Uuid(), nullable=True),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=True),
    sa.Column('ended_because', sa.Text(), nullable=True),
    sa.CheckConstraint("kind IN ('call', 'acceptance', 'refusal', 'cure', 'recommendations', 'result')", name=op.f('ck_office_document_kind_known')),
    sa.CheckConstraint("status IN ('draft', 'checked', 'signed', 'sent', 'withdrawn', 'replaced')", name=op.f('ck_office_document_status_known')),
    sa.CheckConstraint("status NOT IN ('signed', 'sent', 'replaced') OR number IS NOT NULL", name=op.f('ck_office_document_signed_with_a_number')),
    sa.CheckConstraint('(content IS NULL) = (digest IS NULL)', name=op.f('ck_office_document_content_with_digest')),
    sa.CheckConstraint('(number IS NULL) = (dated IS NULL) AND (number IS NULL) = (year IS NULL) AND (number IS NULL) = (signed_by IS NULL)', name=op.f('ck_office_document_signed_whole')),
    sa.CheckConstraint('checked_by <> author_id', name=op.f('ck_office_document_checked_by_another')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_office_document_author_id')),
    sa.ForeignKeyConstraint(['checked_by'], ['person.id'], name=op.f('fk_office_document_checked_by')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_office_document_cycle_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_office_document_entry_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_office_document_organisation_id')),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], name=op.f('fk_office_document_programme_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['office_document.id'], name=op.f('fk_office_document_replaces_id')),
    sa.ForeignKeyConstraint(['scan_id'], ['upload.id'], name=op.f('fk_office_document_scan_id')),
    sa.ForeignKeyConstraint(['signed_by'], ['person.id'], name=op.f('fk_office_document_signed_by')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_office_document_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_office_document')),
    sa.UniqueConstraint('code', name=op.f('uq_office_document_code')),
    sa.UniqueConstraint('programme_id', 'year', 'number', name=op.f('uq_office_document_programme_id_year_number'))
    )
    op.create_index('ix_office_document_cycle_id', 'office_document', ['cycle_id', 'drafted_at', 'id'], unique=False)
    op.create_index('ix_office_document_organisation_id', 'office_document', ['organisation_id'], unique=False)
    op.create_index('uq_office_document_one_letter', 'office_document', ['entry_id', 'kind'], unique=True, postgresql_where=sa.text("kind <> 'cure' AND replaces_id IS NULL AND status NOT IN ('withdrawn', 'replaced')"))
    op.create_table('document_delivery',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('way', sa.Text(), nullable=False),
    sa.Column('delivered_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("way IN ('inbox', 'hand', 'post', 'office')", name=op.f('ck_document_delivery_way_known')),
    sa.ForeignKeyConstraint(['document_id'], ['office_document.id'], name=op.f('fk_document_delivery_document_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_document_delivery_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_delivery')),
    info={'append_only': True}
    )
    op.create_index('ix_document_delivery_document_id', 'document_delivery', ['document_id'], unique=False)
    op.create_table('document_file',
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("origin IN ('made', 'edited', 'finished')", name=op.f('ck_document_file_origin_known')),
    sa.CheckConstraint('size > 0', name=op.f('ck_document_file_not_empty')),
    sa.ForeignKeyConstraint(['document_id'], ['office_document.id'], name=op.f('fk_document_file_document_id')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_document_file_made_by')),
    sa.PrimaryKeyConstraint('document_id', 'number', name=op.f('pk_document_file')),
    info={'append_only': True}
    )
    op.create_index('ix_document_file_sha256', 'document_file', ['sha256'], unique=False)
    op.create_table('document_reading',
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['office_document.id'], name=op.f('fk_document_reading_document_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_document_reading_person_id')),
    sa.PrimaryKeyConstraint('document_id', 'person_id', name=op.f('pk_document_reading')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('document_reading')
    op.drop_index('ix_document_file_sha256', table_name='document_file')
    op.drop_table('document_file')
    op.drop_index('ix_document_delivery_document_id', table_name='document_delivery')
    op.drop_table('document_delivery')
    op.drop_index('uq_office_document_one_letter', table_name='office_document', postgresql_where=sa.text("kind <> 'cure' AND replaces_id IS NULL AND status NOT IN ('withdrawn', 'replaced')"))
    op.drop_index('ix_office_document_organisation_id', table_name='office_document')
    op.drop_index('ix_office_document_cycle_id', table_name='office_document')
    op.drop_table('office_document')
    op.drop_table('document_template')
