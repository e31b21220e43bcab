"""messages by every way

Deliveries take the place of `mailed_at`; telephones, languages, and the words of offices.

Revision: messages_by_every_way
Follows: uploads
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = 'messages_by_every_way'
down_revision = 'uploads'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('language_choice',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("language IN ('zh', 'en')", name=op.f('ck_language_choice_language_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_language_choice_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_language_choice'))
    )
    op.create_table('phone_number',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('number_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('masked', sa.Text(), nullable=False),
    sa.Column('least', sa.Text(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("least IN ('ordinary', 'urgent')", name=op.f('ck_phone_number_least_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_phone_number_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_phone_number'))
    )
    op.create_table('wording',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('scope_id', sa.Uuid(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("language IN ('zh', 'en')", name=op.f('ck_wording_language_known')),
    sa.CheckConstraint('(title IS NULL) = (text IS NULL)', name=op.f('ck_wording_title_with_text')),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_wording_set_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wording')),
    sa.UniqueConstraint('scope_id', 'template', 'language', 'version', name=op.f('uq_wording_scope_id_template_language_version')),
    info={'append_only': True}
    )
    op.create_table('delivery',
    sa.Column('notification_id', sa.Uuid(), nullable=False),
    sa.Column('way', sa.Text(), nullable=False),
    sa.Column('job_key', sa.Text(), nullable=False),
    sa.Column('masked', sa.Text(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("way IN ('mail', 'sms')", name=op.f('ck_delivery_way_known')),
    sa.CheckConstraint('times >= 1', name=op.f('ck_delivery_asked_for')),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_delivery_notification_id')),
    sa.PrimaryKeyConstraint('notification_id', 'way', name=op.f('pk_delivery')),
    sa.UniqueConstraint('job_key', name=op.f('uq_delivery_job_key'))
    )
    op.add_column('mail_address', sa.Column('masked', sa.Text(), server_default='***', nullable=False))
    op.add_column('mail_address', sa.Column('least', sa.Text(), server_default='ordinary', nullable=False))
    op.create_check_constraint(op.f('ck_mail_address_least_known'), 'mail_address', "least IN ('ordinary', 'urgent')")
    op.add_column('notification', sa.Column('about', sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE notification SET about = (params->>'about')::uuid, params = params - 'about'"
        " WHERE params ? 'about'"
    )
    op.create_index('ix_notification_about', 'notification', ['about', 'created_at', 'id'], unique=False)
    # What was mailed, or is to be, was asked for when it was told.
    op.execute(
        "INSERT INTO delivery (notification_id, way, job_key, masked, times, asked_at, taken_at)"
        " SELECT n.id, 'mail', 'mail:' || n.id, '***', 1, n.created_at, n.mailed_at"
        "   FROM notification n LEFT JOIN job j ON j.key = 'mail:' || n.id"
        "  WHERE n.mailed_at IS NOT NULL OR j.id IS NOT NULL"
    )
    op.drop_column('notification', 'mailed_at')


def downgrade() -> None:
    op.add_column('notification', sa.Column('mailed_at', postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=True))
    op.execute(
        "UPDATE notification SET mailed_at = d.taken_at FROM delivery d"
        " WHERE d.notification_id = notification.id AND d.way = 'mail'"
    )
    # On the way down it is kept among the parameters, where the way up finds it.
    op.execute(
        "UPDATE notification SET params = params || jsonb_build_object('about', about)"
        " WHERE about IS NOT NULL"
    )
    op.drop_index('ix_notification_about', table_name='notification')
    op.drop_column('notification', 'about')
    op.drop_constraint(op.f('ck_mail_address_least_known'), 'mail_address')
    op.drop_column('mail_address', 'least')
    op.drop_column('mail_address', 'masked')
    op.drop_table('delivery')
    op.drop_table('wording')
    op.drop_table('phone_number')
    op.drop_table('language_choice')
