"""One writer of `status`: permission → table → rules → audit → status, and nothing by halves."""

import json
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.lifecycle import ACCOUNT, AccountStatus
from app.platform.accounts.models import Account, Person
from app.platform.accounts.queries import ACCOUNT_RESOURCE
from app.platform.audit.models import AuditEvent
from app.platform.errors import Conflict, NotAllowed, NotFound, SeveralReasons
from app.platform.ground import Ground
from app.platform.security.access import Found, fetch
from app.platform.security.permission import Actor
from app.platform.workflow.advance import actions, advancing
from app.platform.workflow.lifecycle import MoveNotPossible

pytestmark = pytest.mark.anyio


class Rain(Conflict):
    code = "rain"
    zh = "下雨。"
    en = "It rains."


class Snow(Conflict):
    code = "snow"
    zh = "下雪。"
    en = "It snows."


def security(ground: Ground) -> Actor:
    return Actor(
        ground.policy, uuid4(), uuid4(), roles={"security-administrator": frozenset([None])}
    )


async def made(ground: Ground, status: AccountStatus = AccountStatus.ACTIVE) -> UUID:
    async with ground.database.writing() as db:
        person = Person(name="张三", created_at=ground.clock())
        db.add(person)
        await db.flush()
        account = Account(
            person_id=person.id, login=uuid4().hex, status=status, created_at=ground.clock()
        )
        db.add(account)
        await db.flush()
        return account.id


async def found(
    db: AsyncSession, actor: Actor, account_id: UUID, *, lock: bool = True
) -> Found[Account]:
    statement = select(Account).where(Account.id == account_id)
    return await fetch(db, actor, ACCOUNT_RESOURCE, statement, lock=lock)


async def kept(ground: Ground, account_id: UUID) -> tuple[str | None, Sequence[AuditEvent]]:
    """The stored status, and the acts about it."""
    async with ground.database.reading() as db:
        status = await db.scalar(select(Account.status).where(Account.id == account_id))
        acts = await db.scalars(select(AuditEvent).where(AuditEvent.subject == account_id))
        return status, acts.all()


async def test_move_writes_status_and_act_together(ground: Ground) -> None:
    account_id, actor, log = await made(ground), security(ground), uuid4()
    async with ground.database.writing() as db:
        it = await found(db, actor, account_id)
        with advancing(
            db, it, ACCOUNT, "disable", now=ground.clock(), log=log, detail={"why": "离职"}
        ):
            assert it.it.status == AccountStatus.ACTIVE  # nothing moves before the block has ended
    status, acts = await kept(ground, account_id)
    assert status == "disabled"
    assert [(act.act, act.log, act.person_id) for act in acts] == [
        ("account:disable", log, actor.person_id)
    ]
    body = json.loads(acts[0].body)
    assert (body["before"], body["after"]) == ("active", "disabled")
    assert (body["detail"], body["subject"]) == ({"why": "离职"}, str(account_id))


async def test_permission_comes_before_the_table(ground: Ground) -> None:
    account_id = await made(ground, AccountStatus.DISABLED)
    actor = Actor(ground.policy, uuid4())
    async with ground.database.writing(keep=False) as db:
        account = await db.get_one(Account, account_id, with_for_update=True)
        held = Found(account, ACCOUNT_RESOURCE, actor, {}, locked=True)
        with (
            pytest.raises(NotAllowed),
            advancing(db, held, ACCOUNT, "disable", now=ground.clock()),
        ):
            pytest.fail("the rules were asked")


async def test_table_comes_before_the_rules(ground: Ground) -> None:
    account_id = await made(ground, AccountStatus.DISABLED)
    async with ground.database.writing(keep=False) as db:
        it = await found(db, security(ground), account_id)
        with (
            pytest.raises(MoveNotPossible),
            advancing(db, it, ACCOUNT, "disable", now=ground.clock()),
        ):
            pytest.fail("the rules were asked")


@pytest.mark.parametrize("count", [1, 2])
async def test_rules_are_refused_together_and_leave_nothing(ground: Ground, count: int) -> None:
    account_id = await made(ground)
    async with ground.database.writing() as db:
        it = await found(db, security(ground), account_id)
        with (
            pytest.raises((Rain, SeveralReasons)) as refused,
            advancing(db, it, ACCOUNT, "disable", now=ground.clock()) as reasons,
        ):
            reasons.extend([Rain(), None, Snow()][: count + 1])
        codes = [reason.code for reason in refused.value.reasons]
        assert codes == ["rain", "snow"][:count]
        # Even if somebody caught the refusal and went on to commit:
    assert await kept(ground, account_id) == ("active", [])


async def test_row_that_is_not_locked_does_not_move(ground: Ground) -> None:
    account_id = await made(ground)
    async with ground.database.writing() as db:
        it = await found(db, security(ground), account_id, lock=False)
        with (
            pytest.raises(RuntimeError, match="locked"),
            advancing(db, it, ACCOUNT, "disable", now=ground.clock()),
        ):
            pytest.fail("the rules were asked")
    assert await kept(ground, account_id) == ("active", [])


async def test_error_inside_the_block_moves_nothing(ground: Ground) -> None:
    account_id = await made(ground)
    async with ground.database.writing() as db:
        it = await found(db, security(ground), account_id)
        with (
            pytest.raises(ZeroDivisionError),
            advancing(db, it, ACCOUNT, "disable", now=ground.clock()),
        ):
            raise ZeroDivisionError
    assert await kept(ground, account_id) == ("active", [])


async def test_move_that_is_rolled_back_leaves_no_act(ground: Ground) -> None:
    account_id = await made(ground)
    async with ground.database.writing(keep=False) as db:
        it = await found(db, security(ground), account_id)
        with advancing(db, it, ACCOUNT, "disable", now=ground.clock()):
            pass
        await db.flush()
    assert await kept(ground, account_id) == ("active", [])


async def test_what_may_not_be_read_is_not_found(ground: Ground) -> None:
    account_id = await made(ground)
    async with ground.database.reading() as db:
        for actor in (Actor(ground.policy), Actor(ground.policy, uuid4())):
            with pytest.raises(NotFound):
                await found(db, actor, account_id, lock=False)


async def test_two_moves_at_once_take_turns(ground: Ground) -> None:
    account_id, actor = await made(ground), security(ground)
    async with ground.database.writing() as first, ground.database.writing() as second:
        it = await found(first, actor, account_id)
        with advancing(first, it, ACCOUNT, "disable", now=ground.clock()):
            pass
        await first.flush()
        statement = select(Account).where(Account.id == account_id).with_for_update(nowait=True)
        with pytest.raises(Exception, match="could not obtain lock"):
            await second.execute(statement)
        await second.rollback()


async def test_actions_name_what_the_caller_may_and_what_stands_against_it(
    ground: Ground,
) -> None:
    account_id = await made(ground)
    async with ground.database.reading() as db:
        it = await found(db, security(ground), account_id, lock=False)
        listed = {
            one.move: (one.allowed, one.reasons)
            for one in actions(it, ACCOUNT, AccountStatus.ACTIVE, disable=[Rain()])
        }
    assert listed == {
        "activate": (False, ["move-not-possible"]),
        "disable": (False, ["rain"]),
        "enable": (False, ["move-not-possible"]),
        "reinvite": (False, ["move-not-possible"]),
    }
    nobody = Found(it.it, ACCOUNT_RESOURCE, Actor(ground.policy), {})
    assert [one.move for one in actions(nobody, ACCOUNT, AccountStatus.INVITED)] == ["activate"]
