"""scales of forms

Forms of criteria that are scored in other steps and bands than the usual ones carry their own.

Revision: scales_of_forms
Follows: the_first_road
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'scales_of_forms'
down_revision = 'the_first_road'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for form in ('sheet', 'scorebook'):
        op.add_column(form, sa.Column('scale', postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    for form in ('scorebook', 'sheet'):
        op.drop_column(form, 'scale')
