"""What can be read of applications, and by whom?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ScalarSelect, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.applications.lifecycle import APPLICATION, ApplicationStatus
from app.award.applications.models import Application, Attachment, PageCount, Supplement, Validity
from app.award.applications.naming import intake_of
from app.award.applications.rules import ApplicationUnknown, AttachmentUnknown, window_obstacle
from app.award.applications.schemas import (
    ApplicationLine,
    ApplicationView,
    AttachmentView,
    Form,
    ProgressView,
    Secrets,
    SupplementView,
)
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.records.queries import conflicted
from app.award.representation.queries import member, word_of
from app.award.representation.rules import word_obstacle
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import among
from app.platform.db.prepared import Connected, Direct, Prepared, all_of
from app.platform.errors import Refusal
from app.platform.security.access import Found, fetch, fetch_prepared, fetch_view
from app.platform.security.permission import AnyCaller, Resource
from app.platform.workflow.advance import actions
from app.rules.regulation.speaking import Speaking

APPLICATION_RESOURCE = Resource(
    "application",
    scopes={
        "organisation": Application.organisation_id,
        "programme": Cycle.programme_id,
        "cycle": Cycle.id,
    },
    standings={
        "member": lambda actor: member(
            actor.person_id,
            Application.drafted_by,
            Application.organisation_id,
            Cycle.programme_id,
        )
    },
    phases={
        "draft": Application.status == ApplicationStatus.DRAFT,
        "received": Application.submitted_at.is_not(None),
    },
    conflict=lambda actor: conflicted(actor, Application.organisation_id),
    missing=ApplicationUnknown,
)

AWARDEE = func.coalesce(Application.awardee, Organisation.name)
"""The name that is printed where an award is announced."""

LINES = (
    select(
        Application.id,
        Application.code,
        Application.cycle_id,
        Application.organisation_id,
        Organisation.name.label("organisation"),
        AWARDEE.label("awardee"),
        Application.track,
        Application.tier,
        Application.status,
        Application.submitted_at,
    )
    .join(Organisation, Organisation.id == Application.organisation_id)
    .join(Cycle, Cycle.id == Application.cycle_id)
)


def line_fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ApplicationLine.model_fields}


async def get_application(
    call: Call, application_id: UUID, *, lock: bool = False
) -> Found[Application]:
    """The application, or ApplicationUnknown."""
    statement = (
        select(Application)
        .join(Cycle, Cycle.id == Application.cycle_id)
        .where(Application.id == application_id)
    )
    return await fetch(call.db, call.actor, APPLICATION_RESOURCE, statement, lock=lock)


_OTHER = aliased(Application)
_ENTERED = func.array(
    select(_OTHER.entry_key)
    .where(
        _OTHER.cycle_id == Application.cycle_id,
        _OTHER.organisation_id == Application.organisation_id,
        _OTHER.status == ApplicationStatus.SUBMITTED,
        _OTHER.id != Application.id,
    )
    .scalar_subquery()
)
_SUBMITTING = (
    select(
        Application.id,
        Application.code,
        Application.cycle_id,
        Application.organisation_id,
        Application.track,
        Application.status,
        Application.version,
        Application.form,
        Application.secrets,
        Application.scope,
        Application.awardee,
        Application.tier,
        Application.entry_key,
        Organisation.name.label("organisation"),
        Organisation.credit_code,
        Cycle.regulation_hash,
        _ENTERED.label("entered"),
        Cycle.programme_id,
        Organisation.confirmed_at,
        *word_of(
            AnyCaller().person_id,
            Application.organisation_id,
            Cycle.programme_id,
            bindparam("now", type_=DateTime(timezone=True)),
            bindparam("wall", type_=DateTime(timezone=True)),
        ),
        *APPLICATION_RESOURCE.facts(AnyCaller()),
    )
    .join(Cycle, Cycle.id == Application.cycle_id)
    .join(Organisation, Organisation.id == Application.organisation_id)
    .where(Application.id == bindparam("application"))
)
DRAFT = Prepared(_SUBMITTING)
SUBMITTING = Prepared(_SUBMITTING.with_for_update(of=Application))
"""An application on its way into the award, locked: who applies, under which regulation, and what
of the organisation's has been submitted already (`entry_key`s), and by what the caller speaks for
it towards the programme.
"""


async def get_submitting(call: Call[Direct], application_id: UUID) -> Found[Any]:
    """The application, locked, with all that its submission asks; one statement."""
    return await fetch_prepared(
        call.db,
        call.actor,
        APPLICATION_RESOURCE,
        SUBMITTING,
        application=application_id,
        now=call.now,
        wall=call.wall,
    )


async def get_draft(call: Call[Direct], application_id: UUID) -> Found[Any]:
    """The same, not locked."""
    return await fetch_prepared(
        call.db,
        call.actor,
        APPLICATION_RESOURCE,
        DRAFT,
        application=application_id,
        now=call.now,
        wall=call.wall,
    )


INTAKE_WINDOW = Prepared(
    select(Stage.opens_at, Stage.closes_at).where(
        Stage.cycle_id == bindparam("cycle"), Stage.key == bindparam("key")
    )
)


_WINDOWS = [
    func.array(
        select(column)
        .where(Stage.cycle_id == Application.cycle_id, Stage.kind == "intake")
        .order_by(Stage.position)
        .scalar_subquery()
    ).label(name)
    for name, column in {
        "intakes": Stage.key,
        "opening": Stage.opens_at,
        "closing": Stage.closes_at,
    }.items()
]
"""Every intake of the cycle, and from when until when it takes anything in."""


async def application_view(call: Call, application_id: UUID) -> tuple[ApplicationView, int]:
    """The application as the caller may see it, and its version; four statements."""
    statement = LINES.add_columns(
        Organisation.credit_code,
        Application.form,
        Application.secrets,
        Application.digest,
        Application.version,
        Cycle.regulation_hash,
        *_WINDOWS,
        *word_of(
            call.actor.person_id,
            Application.organisation_id,
            Cycle.programme_id,
            call.now,
            call.wall,
        ),
    ).where(Application.id == application_id)
    found = await fetch_view(call.db, call.actor, APPLICATION_RESOURCE, statement)
    row = found.it
    rule = intake_of(await regulation_of(call.db, row.regulation_hash), row.track)
    against = [speaking_obstacle(rule.speaking, row), _window_obstacle(rule.key, row, call.now)]
    view = ApplicationView(
        **line_fields(row),
        credit_code=row.credit_code,
        form=Form.model_validate(row.form),
        secrets=Secrets.model_validate(row.secrets),
        attachments=[
            attachment_view(one)
            for one in await attachments_of(call.db, application_id)
            if one.validity != Validity.PENDING
        ],
        supplements=await supplements_of(call.db, application_id),
        progress=await progress_of(call.db, application_id),
        digest=row.digest,
        actions=actions(
            found, APPLICATION, ApplicationStatus(row.status), submit=[*filter(None, against)]
        ),
    )
    return view, row.version


def _window_obstacle(intake: str, row: Any, now: datetime) -> Refusal | None:
    """Why a draft cannot be submitted now, whatever is in it."""
    if row.status != ApplicationStatus.DRAFT:
        return None
    place = row.intakes.index(intake)
    return window_obstacle(row.opening[place], row.closing[place], now)


def speaking_obstacle(rule: Speaking, row: Any) -> Refusal | None:
    """Why whoever a row of `word_of` is about may not submit."""
    levels = [word.rpartition(":")[0] for word in row.words]
    return word_obstacle(
        rule, row.speaks_as, levels, ended=row.word_ended, known_elsewhere=row.known_elsewhere
    )


@dataclass(frozen=True, slots=True)
class Attached:
    """How many files are attached or announced, their bytes, and how many of one document; and,
    where the organisation is not confirmed, the bytes of all of that kind that its registrant has.
    """

    files: int
    bytes: int
    of_this: int
    unconfirmed: int


async def attached_so_far(db: AsyncSession, application_id: UUID, document: str) -> Attached:
    """What an application has already; one statement."""
    count = select(
        func.count(),
        func.coalesce(func.sum(Attachment.size), 0),
        func.count().filter(Attachment.document == document),
        _unconfirmed_bytes(application_id),
    )
    found = (await db.execute(count.where(Attachment.application_id == application_id))).one()
    return Attached(found[0], int(found[1]), found[2], int(found[3]))


def _unconfirmed_bytes(application_id: UUID) -> ScalarSelect[Any]:
    """Of everything that whoever registered the application's organisation has attached for
    organisations that nobody has confirmed.
    """
    file, other, claimed = aliased(Attachment), aliased(Application), aliased(Organisation)
    registrant = (
        select(Organisation.registered_by)
        .join(Application, Application.organisation_id == Organisation.id)
        .where(Application.id == application_id, Organisation.confirmed_at.is_(None))
    )
    return (
        select(func.coalesce(func.sum(file.size), 0))
        .join(other, other.id == file.application_id)
        .join(claimed, claimed.id == other.organisation_id)
        .where(
            claimed.confirmed_at.is_(None),
            claimed.registered_by == registrant.scalar_subquery(),
        )
        .scalar_subquery()
    )


def attachment_view(row: Any) -> AttachmentView:
    """An attachment and how far its upload has come."""
    return AttachmentView.of(row)


ATTACHED = Prepared(
    select(
        Attachment.id,
        Attachment.document,
        Attachment.file_name,
        Attachment.media_type,
        Attachment.size,
        Attachment.sha256,
        Attachment.state,
        Attachment.received,
        Attachment.refusal,
        Attachment.validity,
        PageCount.pages,
    )
    .outerjoin(PageCount, PageCount.sha256 == Attachment.sha256)
    .where(Attachment.application_id == bindparam("application"))
    .order_by(Attachment.document, Attachment.file_name, Attachment.id)
)


async def attachments_of(db: Connected, application_id: UUID) -> Sequence[Any]:
    """The attachments, in order of document and file name; also those not in force."""
    return await all_of(db, ATTACHED, application=application_id)


async def supplements_of(db: AsyncSession, application_id: UUID) -> list[SupplementView]:
    """What cured a submission, in the order it came; one statement."""
    columns = [getattr(Supplement, name) for name in SupplementView.model_fields]
    rows = await db.execute(
        select(*columns)
        .where(Supplement.application_id == application_id)
        .order_by(Supplement.received_at, Supplement.id)
    )
    return [SupplementView(**row._asdict()) for row in rows]


async def progress_of(db: AsyncSession, application_id: UUID) -> list[ProgressView]:
    """What closed stages have left on an application, in the order of the regulation."""
    rows = await db.execute(
        select(Stage.key.label("stage"), Stage.name, Outcome.result, Outcome.reason)
        .join(Entry, (Entry.stage_id == Stage.id) & (Entry.round == Stage.round))
        .join(Outcome, Outcome.entry_id == Entry.id)
        .where(Entry.application_id == application_id, Stage.status == StageStatus.CLOSED)
        .order_by(Stage.position)
    )
    return [
        ProgressView(stage=row.stage, name=row.name, result=row.result, reason=row.reason)
        for row in rows
    ]


async def get_attachment(
    call: Call, attachment_id: UUID, *, lock: bool = False
) -> tuple[Attachment, Found[Application]]:
    """An attachment with its application, or AttachmentUnknown."""
    attachment = await call.db.get(
        Attachment, attachment_id, with_for_update=lock, populate_existing=lock
    )
    if attachment is None:
        raise AttachmentUnknown
    try:
        return attachment, await get_application(call, attachment.application_id)
    except ApplicationUnknown:
        raise AttachmentUnknown from None


async def names_of(
    db: AsyncSession, applications: Sequence[UUID]
) -> dict[UUID, tuple[str, str, str]]:
    """Code, organisation's name and credit code of applications; one statement."""
    rows = await db.execute(
        select(Application.id, Application.code, Organisation.name, Organisation.credit_code)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(among(Application.id, applications))
    )
    return {row.id: (row.code, row.name, row.credit_code) for row in rows}


async def tiers_of(db: AsyncSession, applications: Sequence[UUID]) -> dict[UUID, str | None]:
    """The tier that each application is made for; one statement."""
    rows = await db.execute(
        select(Application.id, Application.tier).where(among(Application.id, applications))
    )
    return {row.id: row.tier for row in rows}
