"""grounds of every kind

Revision: grounds_of_every_kind
Follows: endorsements
"""

import sqlalchemy as sa
from alembic import op

revision = "grounds_of_every_kind"
down_revision = "endorsements"
branch_labels = None
depends_on = None

EARLIER = "'honour', 'incident', 'certificate', 'revocation'"
KINDS = (
    "'honour', 'honour_elsewhere', 'incident', 'certificate', 'grade', 'revocation', "
    "'disqualification', 'succession'"
)


def upgrade() -> None:
    for name, kind in (
        ("award", sa.Text()),
        ("grade", sa.Text()),
        ("cycle_ordinal", sa.Integer()),
        ("bonus_fen", sa.BigInteger()),
        ("predecessor", sa.Text()),
    ):
        op.add_column("record", sa.Column(name, kind, nullable=True))
    _check("record", "kind_known", f"kind IN ({KINDS})")
    op.create_check_constraint(
        op.f("ck_record_award_named"), "record", "kind <> 'honour_elsewhere' OR award IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_record_grade_given"), "record", "kind <> 'grade' OR grade IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_record_succession_of_somebody"),
        "record",
        "(kind = 'succession') = (predecessor IS NOT NULL)",
    )
    op.create_check_constraint(op.f("ck_record_cycle_counts"), "record", "cycle_ordinal >= 1")
    op.create_check_constraint(op.f("ck_record_bonus_not_negative"), "record", "bonus_fen >= 0")

    op.add_column("screening", sa.Column("disqualified_for", sa.Text(), nullable=True))
    op.add_column("screening", sa.Column("document", sa.Text(), nullable=True))
    _check("screening", "decision_known", "decision IN ('eligible', 'ineligible', 'disqualified')")
    op.create_check_constraint(
        op.f("ck_screening_disqualified_on_a_ground"),
        "screening",
        "(decision = 'disqualified') = (disqualified_for IS NOT NULL)"
        " AND (disqualified_for IS NULL) = (document IS NULL)",
    )
    op.add_column("screened_ground", sa.Column("closes", sa.ARRAY(sa.Text()), nullable=True))
    op.create_table(
        "screened_group",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('met', 'not_met')", name=op.f("ck_screened_group_answer_known")
        ),
        sa.CheckConstraint(
            "found IN ('met', 'not_met', 'needs_a_person')",
            name=op.f("ck_screened_group_found_known"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["screening.entry_id"], name=op.f("fk_screened_group_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "key", name=op.f("pk_screened_group")),
        info={"append_only": True},
    )
    op.create_table(
        "opinion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "said IN ('no_objection', 'objection', 'silent')", name=op.f("ck_opinion_said_known")
        ),
        sa.CheckConstraint(
            "(said = 'silent') = (document IS NULL)",
            name=op.f("ck_opinion_silence_has_no_document"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_opinion_entry_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_opinion_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        info={"append_only": True},
    )
    op.create_index("ix_opinion_entry_id", "opinion", ["entry_id"], unique=False)


def downgrade() -> None:
    """Fails where records or decisions of the new kinds are on file: they are never removed."""
    op.drop_index("ix_opinion_entry_id", table_name="opinion")
    op.drop_table("opinion")
    op.drop_table("screened_group")
    op.drop_column("screened_ground", "closes")
    op.drop_constraint(op.f("ck_screening_disqualified_on_a_ground"), "screening")
    _check("screening", "decision_known", "decision IN ('eligible', 'ineligible')")
    op.drop_column("screening", "document")
    op.drop_column("screening", "disqualified_for")
    for name in (
        "bonus_not_negative",
        "cycle_counts",
        "succession_of_somebody",
        "grade_given",
        "award_named",
    ):
        op.drop_constraint(op.f(f"ck_record_{name}"), "record")
    _check("record", "kind_known", f"kind IN ({EARLIER})")
    for name in ("predecessor", "bonus_fen", "cycle_ordinal", "grade", "award"):
        op.drop_column("record", name)


def _check(table: str, name: str, condition: str) -> None:
    """Lay a check constraint anew."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
