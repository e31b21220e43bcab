"""What people do at the end: record the government's decision, and grant the awards."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from fractions import Fraction
from secrets import choice
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.granting import queries, rules
from app.award.granting.matching import matched_view, to_match
from app.award.granting.models import Approval, ApprovalDecision, Award, Consent, GrantDecision
from app.award.granting.queries import Candidate
from app.award.granting.schemas import (
    ApprovalIn,
    ApprovalView,
    AwardView,
    GrantIn,
    GrantView,
    VacancyView,
)
from app.award.granting.wins import wins_of
from app.award.programmes.models import Cycle, Programme
from app.award.stages import queries as stages
from app.award.stages.kind import StageAt
from app.award.stages.rules import StageUnknown
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.clock import ZONE
from app.platform.errors import Conflict, Refusal, ensure
from app.proof.jws import Typ
from app.rules.exact import text_from_fen
from app.rules.quota import Award as Awarded
from app.rules.quota import RankedEntry
from app.rules.regulation.quotas import Quota, Tier

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


async def approve(call: Call, cycle_id: UUID, key: str, body: ApprovalIn) -> ApprovalView:
    """Record what the approving body decided on every entry of the stage; it is final."""
    at = await _held(call, cycle_id, key, kind="approval", verb="stage:approve")
    here = {entry.id for entry in await stages.live_entries(call.db, at.id)}
    ensure(_approval_obstacles(at, body, here, _today(call.now)))
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
        Consent(approval_id=approval.id, **consent.model_dump()) for consent in body.consents
    )
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


def _approval_obstacles(
    at: StageAt, body: ApprovalIn, here: set[UUID], today: date
) -> list[Refusal | None]:
    decisions = [(one.entry, one.approved, one.reason) for one in body.decisions]
    consents = [(one.body, one.given_on) for one in body.consents]
    return [
        rules.date_obstacle(body.decided_on, today),
        *rules.decision_obstacles(decisions, here),
        *rules.consent_obstacles(consents, at.rule.with_consent_of, today),
    ]


async def grant(call: Call, cycle_id: UUID, key: str, body: GrantIn) -> GrantView:
    """Grant the awards: certificate and bonus for every entry with a tier; it is final."""
    at = await _held(call, cycle_id, key, kind="grant", verb="stage:grant")
    candidates = await queries.candidates_of(call.db, at.id)
    matched, unpaid = await to_match(call.db, call.actor, at)
    ensure(
        [
            rules.date_obstacle(body.decided_on, _today(call.now)),
            *await _quota_obstacles(call, at, candidates, vacant=body.vacancy is not None),
            *unpaid,
        ]
    )
    winners = [one for one in candidates if one.tier]
    decision = GrantDecision(
        stage_id=at.id,
        round=at.round,
        entered_by=call.actor.person_id,
        entered_at=call.now,
        vacancy_document=body.vacancy and body.vacancy.document,
        vacancy_reason=body.vacancy and body.vacancy.reason,
        **body.model_dump(exclude={"vacancy"}),
    )
    await _once(call, decision, rules.AlreadyGranted())
    awards = await _awards(call, at, decision, winners)
    for one in matched:
        one.grant_decision_id = decision.id
    call.db.add_all([*awards, *matched])
    await call.db.flush()
    certificates = {str(award.entry_id): award.certificate_number for award in awards}
    _log(call, "stage:grant", at, body.model_dump(mode="json") | {"certificates": certificates})
    applications = {one.entry_id: one.application_id for one in winners}
    return GrantView(
        stage=key,
        round=at.round,
        document=body.document,
        decided_on=body.decided_on,
        vacancy=body.vacancy and VacancyView(**body.vacancy.model_dump()),
        awards=[_award_view(award, applications[award.entry_id]) for award in awards],
        matched=[matched_view(one) for one in matched],
    )


async def _quota_obstacles(
    call: Call, at: StageAt, candidates: list[Candidate], *, vacant: bool
) -> list[Refusal]:
    def bends(quota: Quota) -> bool:
        return quota.in_principle or quota.at_least is not None

    reasoned = any(map(bends, at.regulation.quotas)) and await queries.choice_reasoned(
        call.db, at.cycle_id
    )
    return rules.award_obstacles(
        [
            Awarded(str(one.entry_id), one.track, one.tier, frozenset(one.groups))
            for one in candidates
            if one.tier
        ],
        [
            RankedEntry(
                str(one.entry_id),
                one.track,
                1,
                Fraction(0),
                frozenset(one.groups),
                frozenset(one.closed),
            )
            for one in candidates
            if not one.tier
        ],
        at.regulation,
        rules.Allotted(at.places, at.places_of, reasoned=reasoned, vacant=vacant),
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
    held = await wins_of(
        call.db, at.programme_id, at.regulation, [one.credit_code for one in winners]
    )
    programme = await call.db.get_one(Programme, at.programme_id)
    cycle = await call.db.get_one(Cycle, at.cycle_id)
    awards: list[Award] = []
    for one in winners:
        award = _award(at, one, held[one.credit_code], decision.decided_on)
        # Awarded in two tracks at once: the second is no first win.
        held[one.credit_code].add(one.tier)
        award.grant_decision_id = decision.id
        award.certificate = _signed(call, at, programme, cycle, decision, award)
        awards.append(award)
    return awards


def _award(at: StageAt, one: Candidate, won: Collection[str | None], decided_on: date) -> Award:
    tier = next(tier for tier in at.regulation.tiers if tier.key == one.tier)
    rule = rules.bonus_rule(at.regulation.bonus, one.track, tier.key)
    won_before = rules.has_won(rule, tier.key, won)
    money = rules.bonus_of(
        rule, won_before=won_before, budget_funded=one.budget_funded, groups=one.groups
    )
    return Award(
        entry_id=one.entry_id,
        certificate_number="ZS-" + "".join(choice(ALPHABET) for _ in range(8)),
        awardee=one.awardee or one.organisation,
        organisation=one.organisation if one.awardee else None,
        credit_code=one.credit_code,
        tier=tier.key,
        tier_name=tier.name,
        title=_title(at, tier),
        valid_until=rules.valid_until(tier, decided_on),
        won_before=won_before,
        budget_funded=one.budget_funded,
        bonus_fen=money.fen,
        bonus_reason=money.reason,
    )


def _title(at: StageAt, tier: Tier) -> str:
    """The regulation's title is that of the award itself; the tiers below it go by their names."""
    return at.rule.title if at.rule.title and tier == at.regulation.tiers[0] else tier.name


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
        "valid_until": award.valid_until.isoformat() if award.valid_until else None,
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
        valid_until=award.valid_until,
        certificate=award.certificate,
        bonus=text_from_fen(award.bonus_fen),
        bonus_reason=None if award.bonus_reason is None else rules.NoBonus(award.bonus_reason),
    )


def _today(now: datetime) -> date:
    return now.astimezone(ZONE).date()
