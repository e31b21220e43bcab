"""What can be read of notices and objections, and by whom?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application
from app.award.applications.queries import AWARDEE
from app.award.programmes.models import Cycle
from app.award.programmes.queries import get_cycle
from app.award.publicity.lifecycle import NOTICE, OBJECTION, NoticeStatus, ObjectionStatus
from app.award.publicity.models import Notice, NoticeLine, Objection
from app.award.publicity.rules import NoticeUnknown, ObjectionUnknown
from app.award.publicity.schemas import (
    AwardeeView,
    Contact,
    NoticeQuery,
    NoticeView,
    ObjectionView,
    PublicNoticeLine,
    PublicNoticeView,
)
from app.award.records.queries import conflicted
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import concerned
from app.award.stages.rules import RecusalNeeded
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import Rows
from app.platform.errors import Refusal
from app.platform.http.pages import Page, Paging, page
from app.platform.security.access import Found, fetch, fetch_view, visible_to
from app.platform.security.permission import Actor, Resource
from app.platform.workflow.advance import actions

NOTICE_RESOURCE = Resource(
    "notice",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    phases={"posted": Notice.status == NoticeStatus.POSTED},
    missing=NoticeUnknown,
)
OBJECTION_RESOURCE = Resource(
    "objection",
    scopes={"programme": Cycle.programme_id, "cycle": Cycle.id},
    conflict=lambda actor: conflicted(actor, Entry.organisation_id),
    missing=ObjectionUnknown,
)

PUBLIC_LINES = (
    select(
        Notice.code,
        Stage.cycle_id,
        Stage.key.label("stage"),
        Notice.title,
        Notice.channel,
        Notice.url,
        Notice.posted_at,
        Notice.digest,
        Notice.first_day,
        Notice.last_day,
        Notice.ends_at,
        Notice.provisional,
    )
    .join(Stage, Stage.id == Notice.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
)
CONTACT = (Notice.contact_name, Notice.contact_phone, Notice.contact_address)
NOTICES = PUBLIC_LINES.add_columns(
    Notice.id, Notice.round, Notice.status, Notice.version, Notice.text, *CONTACT
)
POSTED_AWARDEE = func.coalesce(NoticeLine.awardee, NoticeLine.organisation)
OBJECTIONS = (
    select(
        Objection.id,
        Objection.code,
        Notice.code.label("notice_code"),
        Objection.entry_id,
        NoticeLine.application_code,
        NoticeLine.organisation,
        POSTED_AWARDEE.label("awardee"),
        Objection.status,
        Objection.statement,
        Objection.evidence,
        Objection.received_at,
        Objection.ruling,
        Objection.reason,
        Objection.document,
        Objection.ruled_at,
    )
    .join(Notice, Notice.id == Objection.notice_id)
    .join(
        NoticeLine,
        (NoticeLine.notice_id == Objection.notice_id) & (NoticeLine.entry_id == Objection.entry_id),
    )
    .join(Entry, Entry.id == Objection.entry_id)
    .join(Stage, Stage.id == Entry.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
)


def _objections(actor: Actor) -> Rows:
    return OBJECTIONS.add_columns(concerned(actor, Stage.id).label("concerned"))


async def list_public(call: Call, query: NoticeQuery) -> Page[PublicNoticeLine]:
    """Posted notices, in order of code; one statement."""
    statement = PUBLIC_LINES.where(visible_to(call.actor, NOTICE_RESOURCE))
    if query.cycle is not None:
        statement = statement.where(Stage.cycle_id == query.cycle)
    return await page(
        call.db,
        statement,
        query,
        by=Notice.code,
        identity=Notice.id,
        view=PublicNoticeLine.of,
    )


async def public_view(call: Call, code: str) -> PublicNoticeView:
    """A posted notice by its code, or NoticeUnknown; two statements."""
    statement = PUBLIC_LINES.add_columns(Notice.id, Notice.text, Notice.content, *CONTACT)
    found = await fetch_view(
        call.db, call.actor, NOTICE_RESOURCE, statement.where(Notice.code == code)
    )
    row = found.it
    return PublicNoticeView.of(
        row,
        contact=_contact(row),
        awardees=(await _posted_lines(call.db, [row.id])).get(row.id, []),
    )


async def list_notices(call: Call, cycle_id: UUID) -> list[NoticeView]:
    """The notices of a cycle that the caller may see, drafts included; four statements."""
    await get_cycle(call, cycle_id)
    return await _views(call, NOTICES.where(Stage.cycle_id == cycle_id).order_by(Notice.created_at))


async def notice_view(call: Call, notice_id: UUID) -> NoticeView:
    """A notice as the office sees it, or NoticeUnknown; at most three statements."""
    views = await _views(call, NOTICES.where(Notice.id == notice_id))
    if not views:
        raise NoticeUnknown
    return views[0]


async def get_notice(call: Call, notice_id: UUID) -> Found[Notice]:
    """The notice under a lock, or NoticeUnknown."""
    statement = (
        select(Notice)
        .join(Stage, Stage.id == Notice.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Notice.id == notice_id)
    )
    return await fetch(call.db, call.actor, NOTICE_RESOURCE, statement, lock=True)


async def get_posted(call: Call, code: str) -> Found[Notice]:
    """The notice of that code, if the caller may see it; without a lock."""
    statement = (
        select(Notice)
        .join(Stage, Stage.id == Notice.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Notice.code == code)
    )
    return await fetch(call.db, call.actor, NOTICE_RESOURCE, statement)


async def list_objections(call: Call, cycle_id: UUID, paging: Paging) -> Page[ObjectionView]:
    """The objections of a cycle that the caller may see, in order of code; two statements."""
    await get_cycle(call, cycle_id)
    return await page(
        call.db,
        _objections(call.actor)
        .add_columns(*OBJECTION_RESOURCE.facts(call.actor))
        .where(Stage.cycle_id == cycle_id, visible_to(call.actor, OBJECTION_RESOURCE)),
        paging,
        by=Objection.code,
        identity=Objection.id,
        view=lambda row: _objection_view(call, row),
    )


async def objection_view(call: Call, objection_id: UUID) -> ObjectionView:
    """An objection as the office sees it, or ObjectionUnknown; one statement."""
    statement = _objections(call.actor).where(Objection.id == objection_id)
    found = await fetch_view(call.db, call.actor, OBJECTION_RESOURCE, statement)
    return _objection_view(call, found.it)


async def get_objection(
    call: Call, objection_id: UUID, *, lock: bool = False
) -> tuple[Found[Objection], Stage]:
    """The objection with the stage it was raised in, or ObjectionUnknown."""
    statement = (
        select(Objection)
        .join(Entry, Entry.id == Objection.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .where(Objection.id == objection_id)
    )
    found = await fetch(call.db, call.actor, OBJECTION_RESOURCE, statement, lock=lock)
    entry = await call.db.get_one(Entry, found.it.entry_id)
    return found, await call.db.get_one(Stage, entry.stage_id)


async def notice_of(db: AsyncSession, stage_id: UUID, round_: int) -> Notice | None:
    """The notice of one round of a stage; one statement."""
    return await db.scalar(
        select(Notice).where(Notice.stage_id == stage_id, Notice.round == round_)
    )


async def unruled(db: AsyncSession, stage_id: UUID, round_: int) -> int:
    """How many objections of one round wait for their ruling; one statement."""
    count = await db.scalar(
        select(func.count())
        .select_from(Objection)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(
            Notice.stage_id == stage_id,
            Notice.round == round_,
            Objection.status == ObjectionStatus.RECEIVED,
        )
    )
    return count or 0


async def rulings(db: AsyncSession, notice_id: UUID) -> Sequence[Any]:
    """The objections under a notice, without who objects; one statement."""
    rows = await db.execute(
        select(
            Objection.code,
            Objection.entry_id,
            Objection.received_at,
            Objection.ruling,
            Objection.document,
        )
        .where(Objection.notice_id == notice_id)
        .order_by(Objection.code)
    )
    return rows.all()


async def lines_now(call: Call, notices: Sequence[UUID]) -> Sequence[Any]:
    """Whom these notices would name now: the live entries of their stages; one statement. What the
    caller has an interest in is marked `hidden`.
    """
    rows = await call.db.execute(
        select(
            Notice.id.label("notice_id"),
            Entry.id.label("entry_id"),
            Application.code.label("application_code"),
            Organisation.name.label("organisation"),
            Organisation.credit_code,
            Application.awardee.label("named"),
            AWARDEE.label("awardee"),
            Entry.track,
            Entry.tier,
            conflicted(call.actor, Entry.organisation_id).label("hidden"),
        )
        .join(Entry, (Entry.stage_id == Notice.stage_id) & (Entry.round == Notice.round))
        .join(Application, Application.id == Entry.application_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(Notice.id.in_(notices), Outcome.entry_id.is_(None))
        .order_by(Application.code)
    )
    return rows.all()


async def _views(call: Call, statement: Select[*tuple[Any, ...]]) -> list[NoticeView]:
    rows = (
        await call.db.execute(
            statement.where(visible_to(call.actor, NOTICE_RESOURCE)).add_columns(
                *NOTICE_RESOURCE.facts(call.actor)
            )
        )
    ).all()
    posted = [row.id for row in rows if row.status == NoticeStatus.POSTED]
    drafts = [row.id for row in rows if row.status == NoticeStatus.DRAFT]
    now = await lines_now(call, drafts)
    hidden = Counter(line.notice_id for line in now if line.hidden)
    shown = _by_notice(line for line in now if not line.hidden)
    lines = await _posted_lines(call.db, posted) | shown
    return [_notice_view(call, row, lines.get(row.id, []), hidden[row.id]) for row in rows]


def _notice_view(call: Call, row: Any, awardees: list[AwardeeView], hidden: int) -> NoticeView:
    found = Found(row, NOTICE_RESOURCE, call.actor, _named(row))
    recusal: list[Refusal] = [RecusalNeeded()] if hidden else []
    return NoticeView.of(
        row,
        contact=_contact(row),
        awardees=awardees,
        hidden=hidden,
        actions=actions(found, NOTICE, NoticeStatus(row.status), post=recusal),
    )


def _objection_view(call: Call, row: Any) -> ObjectionView:
    found = Found(row, OBJECTION_RESOURCE, call.actor, _named(row))
    recusal: list[Refusal] = [RecusalNeeded()] if row.concerned else []
    moves = actions(found, OBJECTION, ObjectionStatus(row.status), rule=recusal)
    return ObjectionView.of(row, actions=moves)


async def _posted_lines(db: AsyncSession, notices: Sequence[UUID]) -> dict[UUID, list[AwardeeView]]:
    rows = await db.execute(
        select(
            NoticeLine.notice_id,
            NoticeLine.application_code,
            NoticeLine.organisation,
            POSTED_AWARDEE.label("awardee"),
            NoticeLine.track,
            NoticeLine.tier,
        )
        .where(NoticeLine.notice_id.in_(notices))
        .order_by(NoticeLine.application_code)
    )
    return _by_notice(rows)


def _by_notice(rows: Iterable[Any]) -> dict[UUID, list[AwardeeView]]:
    found: dict[UUID, list[AwardeeView]] = {}
    for row in rows:
        found.setdefault(row.notice_id, []).append(AwardeeView.of(row))
    return found


def _contact(row: Any) -> Contact:
    return Contact(name=row.contact_name, phone=row.contact_phone, address=row.contact_address)


def _named(row: Any) -> dict[str, Any]:
    return {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001  public
