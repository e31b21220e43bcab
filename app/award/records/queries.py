"""What can be read of records, and who has an interest in whom?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.records.models import Conflict, Record
from app.platform.accounts.queries import member_of
from app.platform.db.base import among
from app.platform.security.permission import Asking


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
