"""Letters that call to cure say what the call says; points of earlier ones stand in their text.

Revision: letters_of_cures
Follows: letters_of_departments
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'letters_of_cures'
down_revision = 'letters_of_departments'
branch_labels = None
depends_on = None


LIVING = "replaces_id IS NULL AND status NOT IN ('withdrawn', 'replaced')"


def upgrade() -> None:
    op.add_column('office_document', sa.Column('cure_id', sa.Uuid(), nullable=True))
    op.create_index('uq_office_document_one_letter_of_cure', 'office_document', ['cure_id'], unique=True, postgresql_where=sa.text(LIVING))
    op.create_foreign_key(op.f('fk_office_document_cure_id'), 'office_document', 'cure', ['cure_id'], ['id'])
    op.create_check_constraint(op.f('ck_office_document_cure_of_its_letter'), 'office_document', "cure_id IS NULL OR kind = 'cure'")
    op.execute("UPDATE office_document SET text = concat_ws(E'\\n', nullif(text, ''), array_to_string(points, E'\\n')) WHERE points <> '{}'")
    op.drop_column('office_document', 'points')


def downgrade() -> None:
    op.add_column('office_document', sa.Column('points', postgresql.ARRAY(sa.TEXT()), nullable=False, server_default='{}'))
    op.alter_column('office_document', 'points', server_default=None)
    op.drop_constraint(op.f('ck_office_document_cure_of_its_letter'), 'office_document', type_='check')
    op.drop_constraint(op.f('fk_office_document_cure_id'), 'office_document', type_='foreignkey')
    op.drop_index('uq_office_document_one_letter_of_cure', table_name='office_document', postgresql_where=sa.text(LIVING))
    op.drop_column('office_document', 'cure_id')
