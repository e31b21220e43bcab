"""What can be read of mandates, and by whom? And who speaks for an organisation now?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.programmes.queries import get_programme
from app.award.records.queries import interested
from app.award.representation.lifecycle import MANDATE, MandateStatus
from app.award.representation.models import Mandate
from app.award.representation.rules import MandateKind, MandateUnknown, NoPortalsWord, doubts
from app.award.representation.schemas import (
    ClaimLine,
    ClaimView,
    MandateLine,
    MandateQuery,
    MandateView,
    Paper,
    PaperView,
    RivalView,
)
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation, Person, Portal, RoleGrant
from app.platform.accounts.queries import words_for
from app.platform.accounts.service.joining import APPLICANT
from app.platform.clock import ZONE
from app.platform.db.base import Rows, among
from app.platform.errors import Refusal
from app.platform.files.models import Upload
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging
from app.platform.security.access import Found, fetch, fetch_view, visible_to
from app.platform.security.permission import Asking, Resource
from app.platform.workflow.advance import actions

OTHER, INVITER = aliased(Mandate), aliased(Person)
BEARER, CLAIMED = aliased(Organisation), aliased(Organisation)


def _leads(actor: Asking) -> ColumnElement[bool]:
    """Whether the caller is the administrator of the row's organisation towards its programme."""
    return exists(
        select(OTHER.id).where(
            OTHER.person_id == actor.person_id,
            OTHER.organisation_id == Mandate.organisation_id,
            OTHER.programme_id == Mandate.programme_id,
            OTHER.kind == MandateKind.ADMINISTRATOR,
            OTHER.status == MandateStatus.ACCEPTED,
        )
    )


def _disinterested(actor: Asking) -> ColumnElement[bool]:
    """Whether the caller has no interest in whoever bears the credit code, known or only claimed.
    A conflict of the resource would shut the holders themselves out.
    """
    return ~exists(
        select(BEARER.id).where(
            BEARER.credit_code == Mandate.credit_code,
            interested(actor.person_id, BEARER.id),
        )
    )


MANDATE_RESOURCE = Resource(
    "mandate",
    scopes={"programme": Mandate.programme_id, "organisation": Mandate.organisation_id},
    standings={
        "holder": lambda actor: Mandate.person_id == actor.person_id,
        "leader": lambda actor: (
            (Mandate.person_id == actor.person_id) & (Mandate.kind == MandateKind.ADMINISTRATOR)
        ),
        "administrator": _leads,
        "disinterested": _disinterested,
    },
    missing=MandateUnknown,
)

LINES = (
    select(
        Mandate.id,
        Mandate.programme_id,
        Mandate.organisation_id,
        Organisation.name.label("organisation"),
        Mandate.credit_code,
        Person.name.label("person"),
        Mandate.kind,
        Mandate.status,
        func.coalesce(Portal.name, INVITER.name).label("by"),
        Mandate.valid_until,
        Mandate.reason,
        Mandate.created_at,
        Mandate.decided_at,
    )
    .select_from(Mandate)
    .join(Organisation, Organisation.id == Mandate.organisation_id)
    .join(Person, Person.id == Mandate.person_id)
    .outerjoin(Portal, Portal.id == Mandate.portal_id)
    .outerjoin(INVITER, INVITER.id == Mandate.invited_by)
)
DISPUTED = (
    exists(
        select(OTHER.id).where(
            OTHER.programme_id == Mandate.programme_id,
            OTHER.credit_code == Mandate.credit_code,
            OTHER.status == MandateStatus.CLAIMED,
            OTHER.id != Mandate.id,
        )
    )
    & (Mandate.status == MandateStatus.CLAIMED)
).label("disputed")


def word_of(
    person: Any, organisation: Any, programme: Any, now: Any, wall: Any
) -> list[ColumnElement[Any]]:
    """What a submission asks about who submits: the kind of their mandate at `now` in award time,
    the words of portals that stand for them at `wall` (`level:portal`), whether the office has
    ended such a word, and whether the credit code is known to be another organisation's. All may
    be columns or places; rules.word_obstacle decides.
    """
    theirs = _of(person, organisation, programme)
    return [
        select(Mandate.kind)
        .where(
            theirs,
            Mandate.status == MandateStatus.ACCEPTED,
            or_(
                Mandate.valid_until.is_(None),
                Mandate.valid_until >= cast(func.timezone(ZONE.key, now), Date),
            ),
        )
        .scalar_subquery()
        .label("speaks_as"),
        words_for(person, organisation, wall).label("words"),
        exists(
            select(Mandate.id).where(
                theirs, Mandate.kind == MandateKind.PORTAL, Mandate.status == MandateStatus.ENDED
            )
        ).label("word_ended"),
        exists(
            select(BEARER.id)
            .join(CLAIMED, CLAIMED.credit_code == BEARER.credit_code)
            .where(
                CLAIMED.id == organisation,
                BEARER.id != organisation,
                BEARER.confirmed_at.is_not(None),
            )
        ).label("known_elsewhere"),
    ]


def _of(person: Any, organisation: Any, programme: Any) -> ColumnElement[bool]:
    return and_(
        Mandate.person_id == person,
        Mandate.organisation_id == organisation,
        Mandate.programme_id == programme,
    )


def accepted(person: Any, organisation: Any, programme: Any) -> ColumnElement[bool]:
    """Whether the office of the programme has accepted that they speak for the organisation."""
    theirs = _of(person, organisation, programme)
    return exists(select(Mandate.id).where(theirs, Mandate.status == MandateStatus.ACCEPTED))


def member(person: Any, drafter: Any, organisation: Any, programme: Any) -> ColumnElement[bool]:
    """Whether they speak for the organisation in a matter towards the programme that `drafter`
    began: by a mandate towards just this programme; before anybody administers the organisation
    towards it, who began it does, unless the office has put them out.
    """
    other = and_(
        Mandate.organisation_id == organisation,
        Mandate.programme_id == programme,
        or_(
            and_(
                Mandate.kind == MandateKind.ADMINISTRATOR, Mandate.status == MandateStatus.ACCEPTED
            ),
            and_(Mandate.person_id == person, Mandate.status == MandateStatus.ENDED),
        ),
    )
    own = and_(drafter == person, ~exists(select(Mandate.id).where(other)))
    return or_(accepted(person, organisation, programme), own)


async def speakers_of(
    db: AsyncSession, organisation_id: UUID, programme_id: UUID
) -> Sequence[UUID]:
    """Who is told of what an organisation has going on towards a programme; one statement."""
    return (await speakers_of_each(db, [organisation_id], {programme_id}))[organisation_id]


async def speakers_of_each(
    db: AsyncSession, organisations: Iterable[UUID | None], programmes: Collection[UUID]
) -> dict[UUID | None, list[UUID]]:
    """Who is told of what organisations have going on towards one of these programmes: those whom
    its office has accepted; where it has accepted nobody, all who speak for the organisation. One
    statement.
    """
    led = exists(
        select(Mandate.id).where(
            Mandate.organisation_id == RoleGrant.scope_id,
            Mandate.programme_id.in_(programmes),
            Mandate.status == MandateStatus.ACCEPTED,
        )
    )
    theirs = exists(
        select(Mandate.id).where(
            Mandate.person_id == RoleGrant.person_id,
            Mandate.organisation_id == RoleGrant.scope_id,
            Mandate.programme_id.in_(programmes),
            Mandate.status == MandateStatus.ACCEPTED,
        )
    )
    rows = await db.execute(
        select(RoleGrant.scope_id, RoleGrant.person_id)
        .where(
            RoleGrant.role == APPLICANT,
            among(RoleGrant.scope_id, organisations),
            RoleGrant.ended_at.is_(None),
            or_(theirs, ~led),
        )
        .distinct()
        .order_by(RoleGrant.person_id)
    )
    found: dict[UUID | None, list[UUID]] = defaultdict(list)
    for organisation, person in rows:
        found[organisation].append(person)
    return found


def _line(row: Any) -> MandateLine:
    return MandateLine.of(row, **_unnamed(row))


def _unnamed(row: Any) -> dict[str, str]:
    """Whoever does not join is not made known by having been invited: logins can be guessed."""
    unjoined = row.kind == MandateKind.AGENT and row.status != MandateStatus.ACCEPTED
    return {"person": "—"} if unjoined else {}


def _claim_line(row: Any) -> ClaimLine:
    return ClaimLine.of(row, doubts=doubts(row.credit_code, disputed=row.disputed))


async def get_mandate(call: Call, mandate_id: UUID, *, lock: bool = False) -> Found[Mandate]:
    """The mandate, or MandateUnknown."""
    statement = select(Mandate).where(Mandate.id == mandate_id)
    return await fetch(call.db, call.actor, MANDATE_RESOURCE, statement, lock=lock)


async def mandate_view(call: Call, mandate_id: UUID) -> MandateView:
    """The mandate with the caller's moves; one statement."""
    found = await _found(call, LINES, mandate_id)
    against: list[Refusal] = [] if found.it.kind == MandateKind.PORTAL else [NoPortalsWord()]
    moves = actions(found, MANDATE, MandateStatus(found.it.status), restore=against)
    return MandateView.of(found.it, actions=moves, **_unnamed(found.it))


async def claim_view(call: Call, mandate_id: UUID) -> ClaimView:
    """The claim as the office weighs it, with its papers and its rivals; four statements."""
    statement = LINES.add_columns(
        DISPUTED, Mandate.document, Mandate.letter_id, Mandate.licence_id, _administrator()
    )
    found = await _found(call, statement, mandate_id)
    found.require("mandate:examine")
    row = found.it
    rivals = LINES.where(
        Mandate.programme_id == row.programme_id,
        Mandate.credit_code == row.credit_code,
        Mandate.status == MandateStatus.CLAIMED,
        Mandate.id != row.id,
    ).order_by(Mandate.created_at, Mandate.id)
    return ClaimView(
        **_claim_line(row).model_dump(),
        document=row.document,
        papers=await _papers(call, {Paper.LETTER: row.letter_id, Paper.LICENCE: row.licence_id}),
        rivals=[RivalView.of(one) for one in await call.db.execute(rivals)],
        administrator=row.administrator,
    )


async def own_mandates(call: Call, paging: Paging) -> Page[MandateLine]:
    """The caller's own, and those of organisations they administer, newest first; one statement."""
    mine = visible_to(call.actor, MANDATE_RESOURCE, "mandate:read-own")
    return await _listed(call, LINES.where(mine), paging, _line)


async def mandates_towards(call: Call, programme_id: UUID, query: MandateQuery) -> Page[ClaimLine]:
    """All towards a programme, newest first, but for those the caller has an interest in; two
    statements.
    """
    (await get_programme(call, programme_id)).require("programme:read-mandates")
    statement = LINES.add_columns(DISPUTED).where(
        Mandate.programme_id == programme_id,
        visible_to(call.actor, MANDATE_RESOURCE, "mandate:examine"),
    )
    if query.status is not None:
        statement = statement.where(Mandate.status == query.status)
    if query.credit_code is not None:
        statement = statement.where(Mandate.credit_code == query.credit_code)
    return await _listed(call, statement, query, _claim_line)


async def _listed(call: Call, statement: Rows, paging: Paging, view: Any) -> Page[Any]:
    return await newest_first(
        call.db, statement, paging, at=Mandate.created_at, identity=Mandate.id, view=view
    )


async def _found(call: Call, statement: Rows, mandate_id: UUID) -> Found[Any]:
    return await fetch_view(
        call.db, call.actor, MANDATE_RESOURCE, statement.where(Mandate.id == mandate_id)
    )


def _administrator() -> ColumnElement[Any]:
    """Who administers whoever bears the row's credit code towards its programme."""
    speaker = aliased(Person)
    return (
        select(speaker.name)
        .join(OTHER, OTHER.person_id == speaker.id)
        .where(
            OTHER.programme_id == Mandate.programme_id,
            OTHER.credit_code == Mandate.credit_code,
            OTHER.kind == MandateKind.ADMINISTRATOR,
            OTHER.status == MandateStatus.ACCEPTED,
        )
        .correlate(Mandate)
        .limit(1)
        .scalar_subquery()
        .label("administrator")
    )


async def _papers(call: Call, ids: dict[Paper, UUID | None]) -> list[PaperView]:
    wanted = [one for one in ids.values() if one is not None]
    rows = {
        row.id: row
        for row in await call.db.execute(
            select(Upload.id, Upload.file_name, Upload.size, Upload.sha256).where(
                Upload.id.in_(wanted)
            )
        )
    }
    return [
        PaperView(
            paper=paper,
            file_name=rows[one].file_name,
            size=rows[one].size,
            sha256=rows[one].sha256,
        )
        for paper, one in ids.items()
        if one is not None
    ]
