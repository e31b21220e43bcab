"""Which tiers of this award has somebody held before?"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.granting.queries import granted_elsewhere
from app.award.records.queries import fact_of, records_of
from app.rules.facts import RecordKind
from app.rules.honours import of_tiers
from app.rules.regulation.model import Regulation


async def wins_of(
    db: AsyncSession, programme_id: UUID, regulation: Regulation, codes: Sequence[str]
) -> dict[str, set[str | None]]:
    """The tiers each of these organisations has held, under earlier names of the award too, or has
    been granted in a cycle that is not closed; None for one that is not on record. Two statements.
    """
    won: dict[str, set[str | None]] = {code: set() for code in codes}
    for row in await records_of(db, programme_id, codes):
        if row.kind == RecordKind.HONOUR:
            won[row.credit_code].add(row.what)
        elif row.kind == RecordKind.HONOUR_ELSEWHERE and row.award in regulation.formerly:
            fact, tiers = fact_of(row), regulation.tiers
            known = [tier.key for tier in tiers if of_tiers(fact, [tier.key], regulation)]
            won[row.credit_code].update(known or [None])
    for code, tier in await granted_elsewhere(db, programme_id, codes):
        won[code].add(tier)
    return won
