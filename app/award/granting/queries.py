"""What can be read of approvals and awards, and by whom?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import Application
from app.award.applications.queries import AWARDEE
from app.award.granting.matching import matched_in, matched_view
from app.award.granting.models import Approval, ApprovalDecision, Award, Consent, GrantDecision
from app.award.granting.rules import FUNDED_FACT, CertificateUnknown
from app.award.granting.schemas import (
    ApprovalView,
    BonusLine,
    BonusList,
    CertificateView,
    ConsentView,
    DecisionView,
    ResultQuery,
    ResultView,
    WinnerView,
)
from app.award.programmes.lifecycle import MADE_PUBLIC, CycleStatus
from app.award.programmes.models import Cycle, Programme
from app.award.programmes.queries import get_cycle, regulation_of
from app.award.records.queries import conflicted
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Correction, Entry, Outcome, Stage, TierChoice
from app.award.stages.queries import corrections, live
from app.award.stages.rules import StageUnknown
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.clock import ZONE
from app.platform.db.base import among
from app.platform.http.pages import Page, Paging, page
from app.platform.security.access import fetch_view, visible_to
from app.platform.security.permission import Actor, Resource
from app.rules.exact import text_from_fen

SCOPES = {"programme": Cycle.programme_id, "cycle": Cycle.id}
PUBLISHED = (
    (Stage.status == StageStatus.CLOSED)
    & (Outcome.result == Result.ADVANCED)
    & Cycle.status.in_(MADE_PUBLIC)
)

APPROVAL_RESOURCE = Resource("approval", scopes=SCOPES, missing=StageUnknown)
DECISION_RESOURCE = Resource(
    "approval", scopes=SCOPES, conflict=lambda actor: conflicted(actor, Entry.organisation_id)
)
AWARD_RESOURCE = Resource(
    "award", scopes=SCOPES, phases={"published": PUBLISHED}, missing=CertificateUnknown
)
BONUS_RESOURCE = Resource(
    "cycle", scopes=SCOPES, conflict=lambda actor: conflicted(actor, Entry.organisation_id)
)

WINNERS = (
    select(
        func.coalesce(Award.organisation, Award.awardee).label("organisation"),
        Award.awardee,
        Award.tier,
        Award.tier_name,
        Award.title,
        Award.certificate_number,
        Award.valid_until,
    )
    .join(Entry, Entry.id == Award.entry_id)
    .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
    .join(Cycle, Cycle.id == Stage.cycle_id)
    .outerjoin(Outcome, Outcome.entry_id == Entry.id)
)
RESULTS = (
    WINNERS.join(Programme, Programme.id == Cycle.programme_id)
    .join(GrantDecision, GrantDecision.id == Award.grant_decision_id)
    .add_columns(
        Programme.name.label("programme"),
        Cycle.id.label("cycle_id"),
        Cycle.ordinal,
        Cycle.label,
        GrantDecision.decided_on,
        corrections(Correction.entry_id == Entry.id),
    )
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A live entry of a grant stage, with what its certificate and its bonus need."""

    entry_id: UUID
    application_id: UUID
    track: str
    tier: str | None
    organisation: str
    awardee: str | None
    credit_code: str
    budget_funded: bool
    groups: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


async def approval_view(call: Call, cycle_id: UUID, key: str) -> ApprovalView:
    """The approval of a stage, or the list that waits for it; three statements, and one more where
    the regulation asks for consents.
    """
    head = (
        await fetch_view(
            call.db,
            call.actor,
            APPROVAL_RESOURCE,
            select(
                Stage.id,
                Stage.round,
                Cycle.regulation_hash,
                Approval.id.label("approval_id"),
                Approval.document,
                Approval.meeting,
                Approval.decided_on,
            )
            .join(Cycle, Cycle.id == Stage.cycle_id)
            .outerjoin(Approval, (Approval.stage_id == Stage.id) & (Approval.round == Stage.round))
            .where(Stage.cycle_id == cycle_id, Stage.key == key, Stage.kind == "approval"),
        )
    ).it
    rule: Any = (await regulation_of(call.db, head.regulation_hash)).stage(key)
    rows = await call.db.execute(_decisions(call.actor, head.id))
    return ApprovalView(
        stage=key,
        round=head.round,
        body=rule.body,
        document=head.document,
        meeting=head.meeting,
        decided_on=head.decided_on,
        consents=await _consents(call.db, head.approval_id, rule.with_consent_of),
        decisions=[DecisionView.of(row) for row in rows],
    )


async def _consents(
    db: AsyncSession, approval_id: UUID | None, bodies: Sequence[str]
) -> list[ConsentView]:
    given = await consents_of(db, approval_id) if bodies else {}
    return [
        ConsentView(
            body=body,
            document=given[body].document if body in given else None,
            given_on=given[body].given_on if body in given else None,
        )
        for body in bodies
    ]


async def consents_of(db: AsyncSession, approval_id: UUID | None) -> dict[str, Consent]:
    """The consents to an approval by body; one statement."""
    rows = await db.scalars(
        select(Consent).where(Consent.approval_id == approval_id).order_by(Consent.body)
    )
    return {row.body: row for row in rows}


def _decisions(actor: Actor, stage_id: UUID) -> Select[*tuple[Any, ...]]:
    """What was decided, and what is still to be; never of those the caller has an interest in."""
    return (
        select(
            Entry.id.label("entry"),
            Entry.application_id.label("application"),
            Organisation.name.label("organisation"),
            AWARDEE.label("awardee"),
            Entry.tier,
            ApprovalDecision.approved,
            ApprovalDecision.reason,
        )
        .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .join(Application, Application.id == Entry.application_id)
        .outerjoin(ApprovalDecision, ApprovalDecision.entry_id == Entry.id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(
            Entry.stage_id == stage_id,
            or_(ApprovalDecision.entry_id.is_not(None), Outcome.entry_id.is_(None)),
            visible_to(actor, DECISION_RESOURCE),
        )
        .order_by(Organisation.name, Entry.id)
    )


async def decisions_of(db: AsyncSession, stage_id: UUID, number: int) -> dict[UUID, bool]:
    """Entry → approved, of one round of a stage."""
    rows = await db.execute(
        select(ApprovalDecision.entry_id, ApprovalDecision.approved)
        .join(Approval, Approval.id == ApprovalDecision.approval_id)
        .where(Approval.stage_id == stage_id, Approval.round == number)
    )
    return {row.entry_id: row.approved for row in rows}


async def approval_of(db: AsyncSession, stage_id: UUID, number: int) -> Approval | None:
    """The approval of one round of a stage."""
    return await db.scalar(
        select(Approval).where(Approval.stage_id == stage_id, Approval.round == number)
    )


async def grant_of(db: AsyncSession, stage_id: UUID, number: int) -> GrantDecision | None:
    """The grant of one round of a stage."""
    return await db.scalar(
        select(GrantDecision).where(
            GrantDecision.stage_id == stage_id, GrantDecision.round == number
        )
    )


async def awards_of(db: AsyncSession, stage_id: UUID, number: int) -> Sequence[Award]:
    """The awards of one round of a stage."""
    return (
        await db.scalars(
            select(Award)
            .join(GrantDecision, GrantDecision.id == Award.grant_decision_id)
            .where(GrantDecision.stage_id == stage_id, GrantDecision.round == number)
        )
    ).all()


async def granted_elsewhere(
    db: AsyncSession, programme_id: UUID, codes: Sequence[str]
) -> set[tuple[str, str]]:
    """(credit code, tier) of awards of any cycle granted in stages that are not closed: they are no
    honours yet. Two cycles that grant at once read each other here: PostgreSQL ends one of the two,
    for it to be done anew (SERIALIZABLE).
    """
    rows = await db.execute(
        select(Award.credit_code, Award.tier)
        .join(Entry, Entry.id == Award.entry_id)
        .join(Stage, (Stage.id == Entry.stage_id) & (Stage.round == Entry.round))
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(
            Cycle.programme_id == programme_id,
            Cycle.status != CycleStatus.CANCELLED,
            among(Award.credit_code, codes),
            Outcome.entry_id.is_(None),
        )
    )
    return {(row.credit_code, row.tier) for row in rows}


async def choice_reasoned(db: AsyncSession, cycle_id: UUID) -> bool:
    """Whether a choice of tiers that counts in this cycle gives a reason for going beyond a number;
    one statement.
    """
    last = (
        select(TierChoice.reason)
        .join(Stage, (Stage.id == TierChoice.stage_id) & (Stage.round == TierChoice.round))
        .where(Stage.cycle_id == cycle_id)
        .ext(distinct_on(TierChoice.stage_id))
        .order_by(TierChoice.stage_id, TierChoice.number.desc())
        .subquery()
    )
    return bool(await db.scalar(select(select(last).where(last.c.reason.is_not(None)).exists())))


async def candidates_of(db: AsyncSession, stage_id: UUID) -> list[Candidate]:
    """The live entries of a grant stage, in order of track; one statement."""
    rows = await db.execute(
        select(
            Entry.id.label("entry_id"),
            Entry.application_id,
            Entry.track,
            Entry.tier,
            Entry.groups,
            Entry.closed,
            Organisation.name,
            Organisation.credit_code,
            Application.awardee,
            Application.form["facts"][FUNDED_FACT].astext.label("funded"),
        )
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Application, Application.id == Entry.application_id)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(stage_id))
        .order_by(Entry.track, Entry.id)
    )
    return [
        Candidate(
            entry_id=row.entry_id,
            application_id=row.application_id,
            track=row.track,
            tier=row.tier,
            organisation=row.name,
            awardee=row.awardee,
            credit_code=row.credit_code,
            budget_funded=row.funded == "yes",
            groups=row.groups,
            closed=row.closed,
        )
        for row in rows
    ]


async def list_awards(call: Call, cycle_id: UUID, paging: Paging) -> Page[WinnerView]:
    """The awards of a cycle whose grant is closed, in order of awardee; two statements."""
    await get_cycle(call, cycle_id)
    return await page(
        call.db,
        WINNERS.where(Cycle.id == cycle_id, visible_to(call.actor, AWARD_RESOURCE)),
        paging,
        by=Award.awardee,
        identity=Award.id,
        view=WinnerView.of,
    )


async def list_results(call: Call, query: ResultQuery) -> Page[ResultView]:
    """The awards of all cycles, in order of awardee, expired ones shown as such; one statement."""
    statement = RESULTS.where(visible_to(call.actor, AWARD_RESOURCE))
    if query.cycle is not None:
        statement = statement.where(Cycle.id == query.cycle)
    return await page(
        call.db,
        statement,
        query,
        by=Award.awardee,
        identity=Award.id,
        view=lambda row: ResultView.of(row, expired=_expired(row, call.now)),
    )


async def certificate_view(call: Call, number: str) -> CertificateView:
    """A published certificate by its number, or CertificateUnknown; two statements."""
    statement = RESULTS.add_columns(
        Award.credit_code, Award.certificate, GrantDecision.document, Cycle.regulation_hash
    ).where(Award.certificate_number == number)
    row = (await fetch_view(call.db, call.actor, AWARD_RESOURCE, statement)).it
    regulation = await regulation_of(call.db, row.regulation_hash)
    return CertificateView.of(row, issuer=regulation.issuer, expired=_expired(row, call.now))


def _expired(row: Any, now: datetime) -> bool:
    return row.valid_until is not None and row.valid_until < now.astimezone(ZONE).date()


async def bonus_list(call: Call, cycle_id: UUID) -> BonusList:
    """The money of every award of a cycle, and of awards elsewhere that it matches, once it is
    granted; three statements.

    Awards in whose holder the caller has an interest are neither shown nor counted.
    """
    (await get_cycle(call, cycle_id)).require("cycle:read-bonus")
    rows = (
        await call.db.execute(
            WINNERS.add_columns(Award.credit_code, Award.bonus_fen, Award.bonus_reason)
            .where(
                Cycle.id == cycle_id,
                or_(Outcome.result.is_(None), Outcome.result == Result.ADVANCED),
                visible_to(call.actor, BONUS_RESOURCE, "cycle:read-bonus"),
            )
            .order_by(Award.awardee, Award.id)
        )
    ).all()
    matched = await matched_in(call.db, call.actor, cycle_id)
    fen = [row.bonus_fen for row in rows] + [one.amount_fen for one in matched]
    return BonusList(
        matched=[matched_view(one) for one in matched],
        items=[
            BonusLine(
                organisation=row.organisation,
                awardee=row.awardee,
                credit_code=row.credit_code,
                tier=row.tier,
                gross=text_from_fen(row.bonus_fen),
                reason=row.bonus_reason,
            )
            for row in rows
        ],
        total=text_from_fen(sum(fen)),
    )
