"""keys of portals

Revision: keys_of_portals
Follows: words_of_portals
"""

import sqlalchemy as sa
from alembic import op

revision = "keys_of_portals"
down_revision = "words_of_portals"
branch_labels = None
depends_on = None


FIRST_KEYS = """
INSERT INTO portal_signature (portal_id, kid, public_key, since, added_by, added_at)
SELECT id, public_key::json ->> 'kid', public_key, created_at, registered_by, created_at
  FROM portal
"""
LATEST_KEYS = """
UPDATE portal SET public_key = (
    SELECT k.public_key FROM portal_signature k WHERE k.portal_id = portal.id
     ORDER BY k.until IS NULL DESC, k.added_at DESC LIMIT 1)
"""


def upgrade() -> None:
    op.create_table(
        "portal_signature",
        sa.Column("portal_id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["person.id"], name=op.f("fk_portal_signature_added_by")
        ),
        sa.ForeignKeyConstraint(
            ["portal_id"], ["portal.id"], name=op.f("fk_portal_signature_portal_id")
        ),
        sa.PrimaryKeyConstraint("portal_id", "kid", name=op.f("pk_portal_signature")),
    )
    op.execute(FIRST_KEYS)
    op.drop_column("portal", "public_key")


def downgrade() -> None:
    """A portal had one key: the latest that is not retired."""
    op.add_column("portal", sa.Column("public_key", sa.Text(), nullable=True))
    op.execute(LATEST_KEYS)
    op.alter_column("portal", "public_key", nullable=False)
    op.drop_table("portal_signature")
