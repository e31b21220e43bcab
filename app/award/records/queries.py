"""What can be read of records, and who has an interest in whom?"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.records.models import Conflict, Record
from app.award.records.rules import InterestInRecord
from app.platform.accounts.models import Organisation
from app.platform.accounts.queries import member_of
from app.platform.db.base import among
from app.platform.security.permission import Asking
from app.rules import facts


def interested(person: Any, organisation: Any) -> ColumnElement[bool]:
    """Whether a person has a conflict of interest with an organisation: declared, or working there.

    Both may be columns or ids. The one expression that every policy decision on conflict uses.
    """
    return or_(
        exists(
            select(Conflict.id).where(
                Conflict.person_id == person, Conflict.organisation_id == organisation
            )
        ),
        member_of(person, organisation),
    )


def conflicted(actor: Asking, organisation: Any) -> ColumnElement[bool]:
    """Whether the caller has a conflict of interest with the organisation of a row."""
    return interested(actor.person_id, organisation)


def of_interest(actor: Asking, credit_code: Any) -> ColumnElement[bool]:
    """Whether the caller has an interest in the organisation of this credit code, if it is known;
    the code may be a column.
    """
    return exists(
        select(Organisation.id).where(
            Organisation.credit_code == credit_code, conflicted(actor, Organisation.id)
        )
    )


async def ensure_no_interest(
    db: AsyncSession, actor: Asking, credit_codes: Iterable[str | None]
) -> None:
    """InterestInRecord where the caller has an interest in one of them; one statement."""
    codes = sorted({code for code in credit_codes if code is not None})
    concerned = select(Organisation.id).where(
        among(Organisation.credit_code, codes), conflicted(actor, Organisation.id)
    )
    if await db.scalar(select(exists(concerned))):
        raise InterestInRecord


async def records_of(
    db: AsyncSession, programme_id: UUID, credit_codes: Sequence[str]
) -> Sequence[Record]:
    """What a programme knows of these organisations; one statement for all of them."""
    return (
        await db.scalars(
            select(Record)
            .where(Record.programme_id == programme_id, among(Record.credit_code, credit_codes))
            .order_by(Record.on, Record.id)
        )
    ).all()


async def history_of(db: AsyncSession, programme_id: UUID, credit_code: str) -> list[facts.Record]:
    """What a programme knows of an organisation and of those it succeeds, theirs marked as
    inherited; in order of the day, one statement.
    """
    return (await histories_of(db, programme_id, [credit_code]))[credit_code]


async def histories_of(
    db: AsyncSession, programme_id: UUID, credit_codes: Iterable[str]
) -> dict[str, list[facts.Record]]:
    """The same of many organisations, by credit code; one statement for all of them."""
    found: dict[str, list[facts.Record]] = {code: [] for code in credit_codes}
    heir = func.unnest(literal([*found], ARRAY(String()))).column_valued("heir")
    line = select(heir.label("heir"), heir.label("code")).cte("line", recursive=True)
    line = line.union(
        select(line.c.heir, Record.predecessor).where(
            Record.programme_id == programme_id,
            Record.credit_code == line.c.code,
            Record.kind == facts.RecordKind.SUCCESSION,
        )
    )
    rows = await db.execute(
        select(Record, line.c.heir)
        .join(line, line.c.code == Record.credit_code)
        .where(Record.programme_id == programme_id)
        .order_by(Record.on, Record.id)
    )
    for row, code in rows:
        found[code].append(fact_of(row, inherited=row.credit_code != code))
    return found


def fact_of(row: Record, *, inherited: bool = False) -> facts.Record:
    """A record in the words that grounds and bars use."""
    return facts.Record(
        facts.RecordKind(row.kind),
        row.what,
        row.on,
        row.evidence,
        until=row.until,
        name=row.award,
        grade=row.grade,
        cycle=row.cycle_ordinal,
        inherited=inherited,
    )
