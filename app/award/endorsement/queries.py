"""What can be read of recommendations, and by whom?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application
from app.award.applications.queries import AWARDEE
from app.award.endorsement import rules
from app.award.endorsement.following import Listed
from app.award.endorsement.models import Letter, ListedBody, Recommendation, Routing
from app.award.endorsement.schemas import (
    DeskLine,
    DeskQuery,
    DirectoryQuery,
    ListedBodyView,
    RoutingQuery,
    RoutingSort,
    RoutingView,
)
from app.award.programmes.models import Authority, Cycle
from app.award.records.queries import conflicted
from app.award.stages.kind import StageAt
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import get_stage, live
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.db.base import Rows, among
from app.platform.db.searching import holds
from app.platform.files.models import Upload
from app.platform.http.pages import Page, page
from app.platform.security.access import Found, visible_to
from app.platform.security.permission import Resource
from app.rules.forms.whole import RECOMMENDING_BODY, REGISTERED_AREA

KIND = "endorsement"

ROUTING_RESOURCE = Resource(
    "routing",
    scopes={
        "authority": Routing.authority_id,
        "programme": Cycle.programme_id,
        "cycle": Cycle.id,
    },
    conflict=lambda actor: conflicted(actor, Entry.organisation_id),
    missing=rules.RoutingUnknown,
)

ROUTED = (
    select(
        Routing.id,
        Routing.entry_id,
        Entry.application_id,
        Stage.cycle_id,
        Stage.key.label("stage"),
        Routing.body,
        Routing.authority_id,
        Application.code,
        Organisation.name.label("organisation"),
        AWARDEE.label("awardee"),
        Entry.track,
        Recommendation.recommended,
    )
    .join(Entry, Entry.id == Routing.entry_id)
    .join(Stage, Stage.id == Entry.stage_id)
    .join(Cycle, Cycle.id == Stage.cycle_id)
    .join(Application, Application.id == Entry.application_id)
    .join(Organisation, Organisation.id == Entry.organisation_id)
    .outerjoin(Recommendation, Recommendation.routing_id == Routing.id)
)

ORDERS: dict[RoutingSort, Any] = {
    RoutingSort.ORGANISATION: Organisation.name,
    RoutingSort.CODE: Application.code,
    RoutingSort.AUTHORITY: Authority.name,
}


async def desk(call: Call, query: DeskQuery) -> Page[DeskLine]:
    """What is routed to the caller's bodies, in order of the organisation's name; one statement."""
    return await page(
        call.db,
        ROUTED.where(visible_to(call.actor, ROUTING_RESOURCE)),
        query,
        by=Organisation.name,
        identity=Routing.id,
        view=DeskLine.of,
    )


def endorsement(found: Found[Stage]) -> Stage:
    """The stage that was found, if it is an endorsement. Raises NotAnEndorsement."""
    if found.it.kind != KIND:
        raise rules.NotAnEndorsement
    return found.it


async def routings(call: Call, cycle_id: UUID, key: str, query: RoutingQuery) -> Page[RoutingView]:
    """The routings of a stage that are asked for, and what was answered; two statements. Entries in
    which the caller has an interest are left out.
    """
    found = await get_stage(call, cycle_id, key)
    found.require("stage:read-recommendations")
    stage = endorsement(found)
    wanted = {
        Routing.authority_id: query.authority,
        Routing.body: query.body,
        Entry.track: query.track,
        Recommendation.recommended: query.recommended,
    }
    statement = _routed_in(call, stage).where(
        *(column == value for column, value in wanted.items() if value is not None)
    )
    if query.answered is not None:
        statement = statement.where(Recommendation.routing_id.is_not(None) == query.answered)
    if query.q is not None:
        named = holds(Organisation.name, Organisation.credit_code)
        statement = statement.where(named).params(q=query.q)
    by = ORDERS[query.sort]
    return await page(call.db, statement, query, by=by, identity=Routing.id, view=RoutingView.of)


async def routings_of(call: Call, stage: Stage, entries: Sequence[UUID]) -> list[RoutingView]:
    """The routings of these entries, by organisation; one statement."""
    rows = await call.db.execute(
        _routed_in(call, stage)
        .where(among(Routing.entry_id, entries))
        .order_by(Organisation.name, Routing.body, Routing.id)
    )
    return [RoutingView.of(row) for row in rows]


def _routed_in(call: Call, stage: Stage) -> Rows:
    return (
        ROUTED.add_columns(
            Routing.fact,
            Authority.name.label("authority"),
            Recommendation.position,
            Recommendation.reason,
            Letter.document,
            Letter.id.label("letter_id"),
            Letter.scan_id.is_not(None).label("scanned"),
        )
        .join(Authority, Authority.id == Routing.authority_id)
        .outerjoin(Letter, Letter.id == Recommendation.letter_id)
        .where(
            Entry.stage_id == stage.id,
            Entry.round == stage.round,
            visible_to(call.actor, ROUTING_RESOURCE),
        )
    )


async def directory(
    call: Call, cycle_id: UUID, key: str, query: DirectoryQuery
) -> Page[ListedBodyView]:
    """The recommending bodies of a stage, by name, for who may see the stage; two statements."""
    stage = endorsement(await get_stage(call, cycle_id, key))
    statement = _listed(stage.id)
    if query.body is not None:
        statement = statement.where(ListedBody.body == query.body)
    if query.q is not None:
        statement = statement.where(Authority.name.contains(query.q, autoescape=True))

    return await page(
        call.db,
        statement,
        query,
        by=Authority.name,
        identity=ListedBody.id,
        view=ListedBodyView.of,
    )


def _listed(stage_id: UUID) -> Rows:
    return (
        select(
            ListedBody.id,
            ListedBody.body,
            ListedBody.authority_id,
            Authority.name.label("authority"),
            ListedBody.areas,
            ListedBody.sectors,
        )
        .join(Authority, Authority.id == ListedBody.authority_id)
        .where(ListedBody.stage_id == stage_id)
    )


async def listed_bodies(db: AsyncSession, stage_id: UUID) -> list[Listed]:
    """The whole directory of a stage; one statement."""
    rows = await db.execute(_listed(stage_id).order_by(Authority.name, ListedBody.id))
    return [
        Listed(row.body, row.authority_id, row.authority, row.areas, row.sectors) for row in rows
    ]


async def saying(db: AsyncSession, stage_id: UUID) -> Sequence[Any]:
    """The live entries of a stage, by organisation, with what each says of where it belongs; one
    statement.
    """
    answers = Application.form["answers"]
    rows = await db.execute(
        select(
            Entry.id,
            Entry.track,
            Application.code,
            Organisation.name.label("organisation"),
            Organisation.credit_code,
            Application.form["industry"].astext.label("industry"),
            answers[REGISTERED_AREA].astext.label("registered_area"),
            answers[RECOMMENDING_BODY].astext.label("chosen"),
        )
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Application, Application.id == Entry.application_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(stage_id))
        .order_by(Organisation.name, Entry.id)
    )
    return rows.all()


async def get_letter(call: Call, letter_id: UUID) -> tuple[UUID, Upload]:
    """The cycle of a letter and its scan, for who reads recommendations and for the body itself;
    to whoever has an interest in an entry it answers for, and to others, there is none.
    """
    row = (
        await call.db.execute(
            select(
                Stage.cycle_id,
                Upload,
                func.bool_and(visible_to(call.actor, ROUTING_RESOURCE)).label("seen"),
            )
            .select_from(Letter)
            .join(Upload, Upload.id == Letter.scan_id)
            .join(Recommendation, Recommendation.letter_id == Letter.id)
            .join(Routing, Routing.id == Recommendation.routing_id)
            .join(Entry, Entry.id == Routing.entry_id)
            .join(Stage, Stage.id == Entry.stage_id)
            .join(Cycle, Cycle.id == Stage.cycle_id)
            .where(Letter.id == letter_id)
            .group_by(Stage.cycle_id, Upload.id)
        )
    ).one_or_none()
    if row is None or not row.seen:
        raise rules.ScanUnknown
    return row.cycle_id, row.Upload


async def routed_to(
    db: AsyncSession, stage_id: UUID, authority_id: UUID, body: str, may: Any
) -> Sequence[Any]:
    """The routings of live entries to an authority as one body, each with whether the caller may
    answer for it; one statement.
    """
    rows = await db.execute(
        select(Routing.id, Routing.entry_id, Entry.track, may.label("may"))
        .join(Entry, Entry.id == Routing.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(stage_id), Routing.authority_id == authority_id, Routing.body == body)
    )
    return rows.all()


async def issued(db: AsyncSession, at: StageAt) -> set[tuple[str, UUID]]:
    """Which authorities have issued their letter, as which body; one statement."""
    letters = select(Letter.body, Letter.authority_id).where(
        Letter.stage_id == at.id, Letter.round == at.round
    )
    return {(row.body, row.authority_id) for row in await db.execute(letters)}


async def answered(db: AsyncSession, stage_id: UUID) -> Sequence[Any]:
    """Every routing of the live entries of a stage, with what was answered; one statement."""
    rows = await db.execute(
        select(
            Routing.id,
            Routing.entry_id,
            Routing.body,
            Routing.authority_id,
            Recommendation.recommended,
            Recommendation.position,
            Recommendation.reason,
        )
        .join(Entry, Entry.id == Routing.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .outerjoin(Recommendation, Recommendation.routing_id == Routing.id)
        .where(live(stage_id))
        .order_by(Routing.entry_id, Routing.body)
    )
    return rows.all()
