"""What people do at the end: record the government's decision, and grant the awards."""

from collections.abc import Iterable
from datetime import date, datetime
from secrets import choice
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.granting import queries, rules
from app.award.granting.models import Approval, ApprovalDecision, Award, GrantDecision
from app.award.granting.queries import Candidate
from app.award.granting.schemas import (
    ApprovalIn,
    ApprovalView,
    AwardView,
    GrantIn,
    GrantView,
)
from app.award.programmes.models import Cycle, Programme
from app.award.records.queries import records_of
from app.award.stages import queries as stages
from app.award.stages.kind import StageAt
from app.award.stages.rules import StageUnknown
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.clock import ZONE
from app.platform.errors import Conflict, ensure
from app.proof.jws import Typ
from app.rules.exact import text_from_fen
from app.rules.facts import RecordKind
from app.rules.quota import Award as Awarded

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


async def approve(call: Call, cycle_id: UUID, key: str, body: ApprovalIn) -> ApprovalView:
    """Record what the approving body decided on every entry of the stage; it is final."""
    at = await _held(call, cycle_id, key, kind="approval", verb="stage:approve")
    here = {entry.id for entry in await stages.live_entries(call.db, at.id)}
    ensure(
        [
            rules.date_obstacle(body.decided_on, _today(call.now)),
            *rules.decision_obstacles(
                [(d.entry, d.approved, d.reason) for d in body.decisions], here
            ),
        ]
    )
    approval = Approval(
        stage_id=at.id,
        round=at.round,
        document=body.document,
        meeting=body.meeting,
        decided_on=body.decided_on,
        entered_by=call.actor.person_id,
        entered_at=call.now,
    )
    await _once(call, approval, rules.AlreadyApproved())
    call.db.add_all(
        ApprovalDecision(
            entry_id=decision.entry,
            approval_id=approval.id,
            approved=decision.approved,
            reason=decision.reason,
        )
        for decision in body.decisions
    )
    _log(call, "stage:approve", at, body.model_dump(mode="json"))
    await call.db.flush()
    return await queries.approval_view(call, cycle_id, key)


async def grant(call: Call, cycle_id: UUID, key: str, body: GrantIn) -> GrantView:
    """Grant the awards: certificate and bonus for every entry with a tier; it is final."""
    at = await _held(call, cycle_id, key, kind="grant", verb="stage:grant")
    winners = [one for one in await queries.candidates_of(call.db, at.id) if one.tier]
    ensure(
        [
            rules.date_obstacle(body.decided_on, _today(call.now)),
            *rules.award_obstacles(
                [Awarded(str(one.entry_id), one.track, one.tier or "") for one in winners],
                at.regulation.quotas,
                at.places,
                at.places_of,
            ),
        ]
    )
    decision = GrantDecision(
        stage_id=at.id,
        round=at.round,
        document=body.document,
        decided_on=body.decided_on,
        entered_by=call.actor.person_id,
        entered_at=call.now,
    )
    await _once(call, decision, rules.AlreadyGranted())
    awards = await _awards(call, at, decision, winners)
    call.db.add_all(awards)
    detail = {
        "document": body.document,
        "decided_on": body.decided_on.isoformat(),
        "certificates": {str(award.entry_id): award.certificate_number for award in awards},
    }
    _log(call, "stage:grant", at, detail)
    applications = {one.entry_id: one.application_id for one in winners}
    return GrantView(
        stage=key,
        round=at.round,
        document=body.document,
        decided_on=body.decided_on,
        awards=[_award_view(award, applications[award.entry_id]) for award in awards],
    )


async def _held(call: Call, cycle_id: UUID, key: str, *, kind: str, verb: str) -> StageAt:
    """A stage of that kind, held open; the caller may act on it, and has no interest in anybody."""
    found = await stages.get_stage(call, cycle_id, key)
    if found.it.kind != kind:
        raise StageUnknown
    found.require(verb)
    stage = await stages.open_stage(call.db, found.it.id)
    await stages.ensure_disinterested(call, stage.id)
    return await stages.stage_at(call.db, stage)


def _log(call: Call, act: str, at: StageAt, detail: dict[str, Any]) -> None:
    record(call.db, call.actor, act, subject=at.id, now=call.now, log=at.cycle_id, detail=detail)


async def _once(call: Call, decision: object, already: Conflict) -> None:
    try:
        async with call.db.begin_nested():
            call.db.add(decision)
    except IntegrityError as twice:
        raise already from twice


async def _awards(
    call: Call, at: StageAt, decision: GrantDecision, winners: Iterable[Candidate]
) -> list[Award]:
    codes = [one.credit_code for one in winners]
    held = {
        (one.credit_code, one.what)
        for one in await records_of(call.db, at.programme_id, codes)
        if one.kind == RecordKind.HONOUR
    } | await queries.granted_elsewhere(call.db, at.cycle_id)
    programme = await call.db.get_one(Programme, at.programme_id)
    cycle = await call.db.get_one(Cycle, at.cycle_id)
    awards: list[Award] = []
    for one in winners:
        won = (one.credit_code, one.tier or "")
        award = _award(at, one, won_before=won in held)
        # Awarded in two tracks at once: the second is no first win.
        held.add(won)
        award.grant_decision_id = decision.id
        award.certificate = _signed(call, at, programme, cycle, decision, award)
        awards.append(award)
    return awards


def _award(at: StageAt, one: Candidate, *, won_before: bool) -> Award:
    tier = next(tier for tier in at.regulation.tiers if tier.key == one.tier)
    money = rules.bonus_of(
        at.regulation.bonus,
        one.track,
        tier.key,
        won_before=won_before,
        budget_funded=one.budget_funded,
    )
    return Award(
        entry_id=one.entry_id,
        certificate_number="ZS-" + "".join(choice(ALPHABET) for _ in range(8)),
        awardee=one.awardee or one.organisation,
        organisation=one.organisation if one.awardee else None,
        credit_code=one.credit_code,
        tier=tier.key,
        tier_name=tier.name,
        title=at.rule.title or tier.name,
        won_before=won_before,
        budget_funded=one.budget_funded,
        bonus_fen=money.fen,
        bonus_reason=money.reason,
    )


def _signed(
    call: Call,
    at: StageAt,
    programme: Programme,
    cycle: Cycle,
    decision: GrantDecision,
    award: Award,
) -> str:
    """The certificate's words, signed: anyone can check them against the published keys."""
    words: dict[str, Any] = {
        "what": "award",
        "number": award.certificate_number,
        "awardee": {"name": award.awardee, **_holder(award)},
        "title": award.title,
        "tier": {"key": award.tier, "name": award.tier_name},
        "programme": programme.name,
        "cycle": {"id": str(cycle.id), "ordinal": cycle.ordinal, "label": cycle.label},
        "issuer": at.regulation.issuer,
        "document": decision.document,
        "decided_on": decision.decided_on.isoformat(),
        "regulation": at.regulation_hash,
    }
    return call.signed(Typ.CERTIFICATE, words)


def _holder(award: Award) -> dict[str, str]:
    """The organisation that stands beside the awardee's name, or is the awardee."""
    if award.organisation is None:
        return {"credit_code": award.credit_code}
    return {"organisation": award.organisation, "credit_code": award.credit_code}


def _award_view(award: Award, application_id: UUID) -> AwardView:
    return AwardView(
        entry=award.entry_id,
        application=application_id,
        organisation=award.organisation or award.awardee,
        awardee=award.awardee,
        credit_code=award.credit_code,
        tier=award.tier,
        tier_name=award.tier_name,
        title=award.title,
        certificate_number=award.certificate_number,
        certificate=award.certificate,
        bonus=text_from_fen(award.bonus_fen),
        bonus_reason=None if award.bonus_reason is None else rules.NoBonus(award.bonus_reason),
    )


def _today(now: datetime) -> date:
    return now.astimezone(ZONE).date()
