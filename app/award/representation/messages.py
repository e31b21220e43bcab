"""What is a person told about who speaks for an organisation, and in which words?"""

from uuid import UUID

from sqlalchemy import select

from app.award.programmes.models import Programme
from app.award.representation.models import Mandate
from app.award.roles import Role
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, Person, RoleGrant
from app.platform.notifications.service import Template, notify, notify_all
from app.platform.notifications.templates import Words

CLAIMED = Template(
    "mandate-claimed",
    "有新的代表授权待核验",
    "{person}申请代表“{organisation}”参加{programme}，请核验授权书和营业执照。",
    Words(
        "{organisation}: a claim to speak for it",
        "{person} claims to speak for {organisation} in {programme}; examine letter and licence.",
    ),
)
ACCEPTED = Template(
    "mandate-accepted",
    "您代表“{organisation}”的授权已通过核验",
    "{programme}评审办已确认您代表“{organisation}”申报。依据：{document}。",
    Words(
        "Your mandate for {organisation} is accepted",
        "The office of {programme} accepts that you apply for {organisation}, by {document}.",
    ),
)
REFUSED = Template(
    "mandate-refused",
    "您代表“{organisation}”的授权未通过核验",
    "{programme}评审办未确认您代表“{organisation}”申报。依据：{document}。原因：{reason}",
    Words(
        "Your mandate for {organisation} is refused",
        "The office of {programme} does not accept that you apply for {organisation}, "
        "by {document}: {reason}",
    ),
)
ENDED = Template(
    "mandate-ended",
    "您代表“{organisation}”的授权已结束",
    "您在{programme}中代表“{organisation}”的授权已结束。原因：{reason} 如有异议，请联系评审办。",
    Words(
        "Your mandate for {organisation} has ended",
        "You no longer speak for {organisation} in {programme}: {reason} "
        "If you object, ask the office.",
    ),
)
INVITED = Template(
    "mandate-invited",
    "您受邀担任“{organisation}”的经办人",
    "{person}邀请您担任“{organisation}”在{programme}中的经办人，请在系统中接受或谢绝。",
    Words(
        "You are invited to act for {organisation}",
        "{person} invites you to act for {organisation} in {programme}; accept or decline.",
    ),
)
HANDED_OVER = Template(
    "mandate-handed-over",
    "您现为“{organisation}”的管理员",
    "{person}已将“{organisation}”在{programme}中的管理员权限交接给您。",
    Words(
        "You now administer {organisation}",
        "{person} has handed the administration of {organisation} in {programme} over to you.",
    ),
)
HANDED_ON = Template(
    "mandate-handed-on",
    "“{organisation}”的管理员已更换",
    "{person}已将“{organisation}”在{programme}中的管理员权限交接给一名经办人。"
    "已核验的授权书载明的是{person}，必要时请要求补交或结束该授权。",
    Words(
        "{organisation}: another administrator",
        "{person} has handed the administration of {organisation} in {programme} over to an agent. "
        "The letter you accepted names {person}: ask for another, or end the mandate.",
    ),
)
TEMPLATES = (CLAIMED, ACCEPTED, REFUSED, ENDED, INVITED, HANDED_OVER, HANDED_ON)


async def tell_holder(call: Call, mandate: Mandate, template: Template) -> None:
    """Tell whoever holds the mandate what has become of it."""
    words = await _words(call, mandate)
    await notify(call.db, mandate.person_id, template, words, call.wall)


async def tell_office(call: Call, mandate: Mandate, template: Template) -> None:
    """Tell the secretariat that a claim waits, or that somebody else administers."""
    office = await call.db.scalars(
        select(RoleGrant.person_id)
        .where(
            RoleGrant.scope_id == mandate.programme_id,
            RoleGrant.role == Role.CLERK,
            RoleGrant.ended_at.is_(None),
        )
        .order_by(RoleGrant.person_id)
    )
    words = await _words(call, mandate)
    await notify_all(call.db, office.all(), template, words, call.wall, occasion=mandate.id)


async def _words(call: Call, mandate: Mandate) -> dict[str, str | int]:
    actor: UUID | None = call.actor.person_id
    row = (
        await call.db.execute(
            select(Organisation.name, Programme.name.label("programme"), Person.name.label("by"))
            .select_from(Organisation)
            .join(Programme, Programme.id == mandate.programme_id)
            .join(Person, Person.id == actor)
            .where(Organisation.id == mandate.organisation_id)
        )
    ).one()
    return {
        "organisation": row.name,
        "programme": row.programme,
        "person": row.by,
        "document": mandate.document or "—",
        "reason": mandate.reason or "—",
    }
