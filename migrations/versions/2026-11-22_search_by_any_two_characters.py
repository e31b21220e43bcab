"""search by any two characters

What a pair of adjacent characters is, and indexes of the pairs; lists in the order of code and of
receipt.

Revision: bigrams
Follows: reminder_plans
"""

import sqlalchemy as sa
from alembic import op

revision = 'bigrams'
down_revision = 'reminder_plans'
branch_labels = None
depends_on = None

FOLDED = """
CREATE FUNCTION folded(given text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT normalize(regexp_replace(lower(normalize(coalesce(given, ''), NFKC)), '\\s', '', 'g'), NFKC) $$
"""
# The schema is named: the index is made anew where a backup is restored, without a search path.
BIGRAMS = """
CREATE FUNCTION bigrams(one text, other text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT array(
    SELECT DISTINCT substr(plain, place, size)
      FROM unnest(ARRAY[public.folded(one), public.folded(other)]) AS plain,
           generate_series(1, length(plain)) AS place,
           generate_series(1, 2) AS size
     WHERE place + size - 1 <= length(plain)
  )
$$
"""


def upgrade() -> None:
    op.execute(FOLDED)
    op.execute(BIGRAMS)
    op.create_index('ix_application_bigrams', 'application', [sa.text('bigrams(code, awardee)')], unique=False, postgresql_using='gin')
    op.create_index('ix_organisation_bigrams', 'organisation', [sa.text('bigrams(name, credit_code)')], unique=False, postgresql_using='gin')
    op.create_index('ix_application_code', 'application', ['cycle_id', 'code', 'id'], unique=False)
    op.create_index('ix_application_received', 'application', ['cycle_id', 'submitted_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_application_received', table_name='application')
    op.drop_index('ix_application_code', table_name='application')
    op.drop_index('ix_organisation_bigrams', table_name='organisation')
    op.drop_index('ix_application_bigrams', table_name='application')
    op.execute('DROP FUNCTION bigrams(text, text)')
    op.execute('DROP FUNCTION folded(text)')
