"""words of portals

Revision: words_of_portals
Follows: differing_paper
"""

import sqlalchemy as sa
from alembic import op

revision = 'words_of_portals'
down_revision = "differing_paper"
branch_labels = None
depends_on = None


DRAFTED_BY = """
UPDATE application SET drafted_by = e.person_id
  FROM audit_event e WHERE e.act = 'application:draft' AND e.subject = application.id
"""
KINDS = "ck_mandate_kind_known"


def upgrade() -> None:
    """Who began an application is in the log. Whom a portal stands for comes onto the list with
    their next submission or claim: such a word lasts twelve hours.
    """
    op.add_column("application", sa.Column("drafted_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_application_drafted_by"), "application", "person", ["drafted_by"], ["id"]
    )
    op.execute(DRAFTED_BY)
    op.add_column("mandate", sa.Column("portal_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_mandate_portal_id"), "mandate", "portal", ["portal_id"], ["id"])
    op.drop_constraint(op.f(KINDS), "mandate", type_="check")
    op.create_check_constraint(
        op.f(KINDS), "mandate", "kind IN ('administrator', 'agent', 'portal')"
    )
    op.create_check_constraint(
        op.f("ck_mandate_portal_named"), "mandate", "(kind = 'portal') = (portal_id IS NOT NULL)"
    )


def downgrade() -> None:
    """Whom a portal stands for speaks again by that word alone, which needs no row."""
    op.execute("DELETE FROM mandate WHERE kind = 'portal'")
    op.drop_constraint(op.f("ck_mandate_portal_named"), "mandate", type_="check")
    op.drop_constraint(op.f(KINDS), "mandate", type_="check")
    op.create_check_constraint(op.f(KINDS), "mandate", "kind IN ('administrator', 'agent')")
    op.drop_constraint(op.f("fk_mandate_portal_id"), "mandate", type_="foreignkey")
    op.drop_column("mandate", "portal_id")
    op.drop_constraint(op.f("fk_application_drafted_by"), "application", type_="foreignkey")
    op.drop_column("application", "drafted_by")
