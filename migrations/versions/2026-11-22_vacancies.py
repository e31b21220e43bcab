"""vacancies

The decision by which places stay empty that a number of the regulation wants filled.

Revision: vacancies
Follows: office_documents
"""

import sqlalchemy as sa
from alembic import op

revision = "vacancies"
down_revision = "office_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("vacancy_document", "vacancy_reason"):
        op.add_column("grant_decision", sa.Column(name, sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_grant_decision_vacancy_has_its_reason"),
        "grant_decision",
        "(vacancy_document IS NULL) = (vacancy_reason IS NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_grant_decision_vacancy_has_its_reason"), "grant_decision")
    for name in ("vacancy_reason", "vacancy_document"):
        op.drop_column("grant_decision", name)
