"""Which awards elsewhere are matched with money (配套奖励), and which have been?"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.granting.models import GrantDecision, Matched
from app.award.granting.rules import HonourWithoutBonus, matched_fen, matching_rule
from app.award.granting.schemas import MatchedView
from app.award.programmes.models import Cycle
from app.award.records.models import Record
from app.award.records.queries import conflicted, interested
from app.award.stages.kind import StageAt
from app.award.stages.models import Stage
from app.award.stages.rules import RecusalNeeded
from app.platform.accounts.models import Organisation
from app.platform.accounts.queries import known_under
from app.platform.errors import Refusal
from app.platform.security.permission import Actor
from app.rules.exact import text_from_fen
from app.rules.facts import RecordKind


async def to_match(
    db: AsyncSession, actor: Actor, at: StageAt
) -> tuple[list[Matched], list[Refusal]]:
    """The honours that this grant pays for, and what stands against it; one statement, and none
    where the regulation matches nothing. Honours taken back, or matched before, are left out.

    Raises RecusalNeeded if the caller has an interest in one of the organisations.
    """
    if not at.regulation.matching:
        return [], []
    rows = (await db.execute(_honours(at, actor))).all()
    taken = [row.Record for row in rows if row.Record.kind == RecordKind.REVOCATION]
    lines: dict[tuple[str, str, Any], Matched] = {}
    found: dict[tuple[str, str, Any], Refusal] = {}
    for row in rows:
        honour, rule = row.Record, None
        if honour.kind == RecordKind.HONOUR_ELSEWHERE and not _revoked(honour, taken):
            rule = matching_rule(at.regulation.matching, honour.award, honour.grade)
        if rule is None or rule.key in (row.paid or ()):
            continue
        if row.interested:
            raise RecusalNeeded
        one = (honour.credit_code, rule.key, honour.on)
        fen, payee = matched_fen(rule, honour.bonus_fen), row.name or honour.credit_code
        if fen is not None:
            # Entered once more, the later record tells: it is how a bonus is put right.
            lines[one] = Matched(
                record_id=honour.id,
                programme_id=at.programme_id,
                credit_code=honour.credit_code,
                payee=payee,
                key=rule.key,
                honour=f"{honour.award}{honour.grade or ''}",
                won_on=honour.on,
                amount_fen=fen,
            )
        else:
            found[one] = HonourWithoutBonus(organisation=payee, honour=honour.award)
    return list(lines.values()), [found[one] for one in found if one not in lines]


def _honours(at: StageAt, actor: Actor) -> Select[*tuple[Any, ...]]:
    """Honours of the period of this cycle, or of an earlier one under the same edition
    that were entered too late for it; and revocations. In the order in which they were entered.
    """
    mine = select(Cycle.period_to).where(Cycle.id == at.cycle_id).scalar_subquery()
    first = (
        select(func.min(Cycle.period_from))
        .where(Cycle.programme_id == at.programme_id, Cycle.regulation_hash == at.regulation_hash)
        .scalar_subquery()
    )
    paid = (
        select(func.array_agg(Matched.key))
        .where(
            Matched.programme_id == Record.programme_id,
            Matched.credit_code == Record.credit_code,
            Matched.won_on == Record.on,
        )
        .scalar_subquery()
    )
    elsewhere = Record.kind == RecordKind.HONOUR_ELSEWHERE
    return (
        select(
            Record,
            Organisation.name,
            interested(actor.person_id, Organisation.id).label("interested"),
            paid.label("paid"),
        )
        .outerjoin(Organisation, known_under(Record.credit_code))
        .where(
            Record.programme_id == at.programme_id,
            (elsewhere & Record.on.between(first, mine)) | (Record.kind == RecordKind.REVOCATION),
        )
        .order_by(Record.entered_at, Record.id)
    )


def _revoked(honour: Record, taken: Iterable[Record]) -> bool:
    """Whether a revocation names this award, and its tier or none, on its day or later."""
    return any(
        each.credit_code == honour.credit_code
        and each.award == honour.award
        and each.grade in {None, honour.grade}
        and each.on >= honour.on
        for each in taken
    )


async def matched_by(db: AsyncSession, stage_id: UUID, number: int) -> list[MatchedView]:
    """What one round of a stage has matched; one statement."""
    rows = await db.scalars(
        select(Matched)
        .join(GrantDecision, GrantDecision.id == Matched.grant_decision_id)
        .where(GrantDecision.stage_id == stage_id, GrantDecision.round == number)
        .order_by(Matched.credit_code, Matched.won_on, Matched.key)
    )
    return [matched_view(row) for row in rows]


async def matched_in(db: AsyncSession, actor: Actor, cycle_id: UUID) -> list[Matched]:
    """What a cycle has matched, but for organisations the caller has an interest in; one statement.

    A round whose stage was opened anew has been granted all the same.
    """
    rows = await db.scalars(
        select(Matched)
        .join(GrantDecision, GrantDecision.id == Matched.grant_decision_id)
        .join(Stage, Stage.id == GrantDecision.stage_id)
        .outerjoin(Organisation, known_under(Matched.credit_code))
        .where(Stage.cycle_id == cycle_id, ~conflicted(actor, Organisation.id))
        .order_by(Matched.credit_code, Matched.won_on, Matched.key)
    )
    return list(rows)


def matched_view(one: Matched) -> MatchedView:
    """As the bonus list shows it."""
    return MatchedView(
        organisation=one.payee,
        credit_code=one.credit_code,
        key=one.key,
        honour=one.honour,
        won_on=one.won_on,
        gross=text_from_fen(one.amount_fen),
    )
