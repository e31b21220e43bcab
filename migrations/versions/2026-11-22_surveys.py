"""surveys

Revision: surveys
Follows: scales_of_forms
"""

import sqlalchemy as sa
from alembic import op

revision = 'surveys'
down_revision = 'scales_of_forms'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('survey_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stage_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('scan_sha256', sa.Text(), nullable=True),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_survey_report_entered_by')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_survey_report_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_report')),
    sa.UniqueConstraint('stage_id', 'round', 'number', name=op.f('uq_survey_report_stage_id_round_number')),
    info={'append_only': True}
    )
    op.create_table('survey_confirmation',
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('confirmed_by', sa.Uuid(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['confirmed_by'], ['person.id'], name=op.f('fk_survey_confirmation_confirmed_by')),
    sa.ForeignKeyConstraint(['report_id'], ['survey_report.id'], name=op.f('fk_survey_confirmation_report_id')),
    sa.PrimaryKeyConstraint('report_id', name=op.f('pk_survey_confirmation')),
    info={'append_only': True}
    )


def downgrade() -> None:
    op.drop_table('survey_confirmation')
    op.drop_table('survey_report')
