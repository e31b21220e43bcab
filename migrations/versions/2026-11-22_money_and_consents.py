"""money and consents

Matching money, consents to an approval, and how long an award may be borne.

Revision: money_and_consents
Follows: awardees
"""

import sqlalchemy as sa
from alembic import op

revision = "money_and_consents"
down_revision = "awardees"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("award", sa.Column("valid_until", sa.Date(), nullable=True))
    op.create_table(
        "consent",
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_consent_approval_id")
        ),
        sa.PrimaryKeyConstraint("approval_id", "body", name=op.f("pk_consent")),
        info={"append_only": True},
    )
    op.create_table(
        "matched",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("grant_decision_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("honour", sa.Text(), nullable=False),
        sa.Column("won_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_matched_amount_not_negative")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_matched_record_id")),
        sa.ForeignKeyConstraint(
            ["grant_decision_id"], ["grant_decision.id"], name=op.f("fk_matched_grant_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_matched_programme_id")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_matched")),
        sa.UniqueConstraint(
            "programme_id",
            "credit_code",
            "key",
            "won_on",
            name=op.f("uq_matched_programme_id_credit_code_key_won_on"),
        ),
        info={"append_only": True},
    )
    op.create_index("ix_matched_grant_decision_id", "matched", ["grant_decision_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_matched_grant_decision_id", table_name="matched")
    op.drop_table("matched")
    op.drop_table("consent")
    op.drop_column("award", "valid_until")
