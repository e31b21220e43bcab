"""Signed statements about a log, at each closing of a stage and once a day."""

from datetime import timedelta
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.checkpoints import REST, checkpoint, logs_at_rest, of_row, read_checkpoint
from app.platform.audit.models import AuditEvent, LogCheckpoint, LogLeaf
from app.platform.audit.sealer import seal
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from app.proof.jws import BadToken, KeyRing, SigningKey, Typ, sign
from tests.clock import MovableClock
from tests.factories import close, make_office, refresh_token
from tests.platform.audit.acts import act

pytestmark = pytest.mark.anyio


async def test_checkpoint_states_what_its_transaction_did_itself(ground: Ground) -> None:
    log = uuid4()
    async with ground.database.writing() as db:
        act(db, log, ground.clock())
        made = await checkpoint(db, str(log), "test", ground.clock(), ground.keys)
    assert made == read_checkpoint(made.token, ground.keys)
    assert (made.log, made.size, made.why, made.prev) == (str(log), 1, "test", None)
    async with ground.database.reading() as db:
        assert await db.scalar(select(LogLeaf.seq).where(LogLeaf.log_key == str(log))) == 0


async def test_each_checkpoint_names_the_one_before(ground: Ground) -> None:
    log, made = uuid4(), []
    for _ in range(2):
        async with ground.database.writing() as db:
            act(db, log, ground.clock())
            made.append(await checkpoint(db, str(log), "test", ground.clock(), ground.keys))
    assert made[1].prev == digest_text(made[0].token)


async def test_log_that_has_not_grown_keeps_its_checkpoint(ground: Ground) -> None:
    log = str(uuid4())
    async with ground.database.writing() as db:
        first = await checkpoint(db, log, "test", ground.clock(), ground.keys)
        again = await checkpoint(db, log, "later", ground.clock(), ground.keys)
    assert again == first


async def test_checkpoint_of_a_transaction_that_fails_leaves_nothing(ground: Ground) -> None:
    log = uuid4()
    async with ground.database.writing(keep=False) as db:
        act(db, log, ground.clock())
        await checkpoint(db, str(log), "test", ground.clock(), ground.keys)
    async with ground.database.reading() as db:
        for table in (LogCheckpoint, LogLeaf):
            assert await db.scalar(select(table).where(table.log_key == str(log))) is None


async def test_checkpoint_without_a_signing_key_is_refused(
    ground: Ground, db: AsyncSession
) -> None:
    with pytest.raises(ValueError, match="key"):
        await checkpoint(db, str(uuid4()), "test", ground.clock(), KeyRing())


async def test_foreign_or_incomplete_checkpoints_are_not_read(ground: Ground) -> None:
    key, foreign = ground.keys.active, SigningKey.generate()
    assert key is not None
    whole = {"log": "x", "size": 1, "root": "0", "at": "2026", "why": "w", "prev": None}
    assert read_checkpoint(sign(whole, typ=Typ.CHECKPOINT, key=key), ground.keys).size == 1
    for claims, typ, signer in [
        (whole, Typ.CHECKPOINT, foreign),
        (whole, Typ.RECEIPT, key),
        (whole | {"size": "1"}, Typ.CHECKPOINT, key),
        (whole | {"more": 1}, Typ.CHECKPOINT, key),
    ]:
        with pytest.raises(BadToken):
            read_checkpoint(sign(claims, typ=typ, key=signer), ground.keys)


async def test_grown_log_gets_a_checkpoint_after_a_day(ground: Ground) -> None:
    log, now = uuid4(), ground.clock()
    async with ground.database.writing() as db:
        act(db, log, now)
        await db.flush()
        await seal(db, log=str(log), limit=10)
        assert str(log) in await logs_at_rest(db, now), "it has none at all"
        await checkpoint(db, str(log), "test", now, ground.keys)
        assert str(log) not in await logs_at_rest(db, now + REST), "it has not grown"
        act(db, log, now)
        await db.flush()
        await seal(db, log=str(log), limit=10)
    async with ground.database.reading() as db:
        assert str(log) not in await logs_at_rest(db, now + REST - timedelta(seconds=1))
        assert str(log) in await logs_at_rest(db, now + REST)


async def test_closing_a_stage_seals_itself_and_shows_the_root(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    office = await make_office(ground)
    opened = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert opened.status_code == 200, opened.text
    clock.move(days=31)
    await refresh_token(ground, office.head)
    closed = await close(client, office, "intake")
    assert closed.status_code == 200, closed.text
    async with ground.database.reading() as db:
        row = (
            await db.scalars(
                select(LogCheckpoint).where(LogCheckpoint.log_key == str(office.cycle_id))
            )
        ).one()
        sealed = await db.scalars(
            select(AuditEvent.act)
            .join(LogLeaf, LogLeaf.event_id == AuditEvent.id)
            .where(AuditEvent.log == office.cycle_id)
        )
        assert "stage:close" in sealed.all()
    assert closed.json()["checkpoint"] == row.root.hex()
    assert row.why == "stage:close/intake"
    assert read_checkpoint(row.token, ground.keys) == of_row(row)
