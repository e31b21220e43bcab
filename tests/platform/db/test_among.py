"""A list of any length is one parameter."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.platform.accounts.models import Organisation
from app.platform.db.base import among
from app.platform.ground import Ground
from tests.factories import make_firm

pytestmark = pytest.mark.anyio


async def found(ground: Ground, ids: list[UUID]) -> int:
    async with ground.database.reading() as db:
        asked = select(func.count()).select_from(Organisation).where(among(Organisation.id, ids))
        return await db.scalar(asked) or 0


async def test_more_values_than_a_statement_takes_parameters(ground: Ground) -> None:
    firm = await make_firm(ground)
    assert await found(ground, [firm.id, *(uuid4() for _ in range(40_000))]) == 1


async def test_no_values_name_no_row(ground: Ground) -> None:
    await make_firm(ground)
    assert await found(ground, []) == 0
