"""What everybody can check of the log, over HTTP."""

from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient

from app.platform.audit.checkpoints import checkpoint, read_checkpoint
from app.platform.audit.sealer import seal
from app.platform.ground import Ground
from app.proof.merkle import verify_inclusion
from tests.platform.audit.acts import act

pytestmark = pytest.mark.anyio


async def grown(ground: Ground, log: str, sizes: list[int]) -> list[str]:
    """A log with a checkpoint after each growth; gives the leaf hashes of its acts."""
    leaves: list[str] = []
    for size in sizes:
        async with ground.database.writing() as db:
            leaves += [act(db, UUID(log), ground.clock()) for _ in range(size)]
            await checkpoint(db, log, "test", ground.clock(), ground.keys)
    return leaves


async def test_checkpoints_are_read_without_signing_in_page_by_page(
    ground: Ground, client: AsyncClient
) -> None:
    log = str(uuid4())
    await grown(ground, log, [2, 3, 1])
    sizes, query = [], {"log": log, "limit": "2"}
    for _ in range(2):
        answer = (await client.get("/public/log/checkpoints", params=query)).json()
        for item in answer["items"]:
            stated = read_checkpoint(item["token"], ground.keys)
            assert (stated.size, stated.root) == (item["size"], item["root"])
            sizes.append(item["size"])
        query["cursor"] = answer["next"] or ""
    assert sorted(sizes) == [2, 5, 6]
    assert answer["next"] is None


@pytest.mark.parametrize("cursor", ["x", "WyIyMDI2LTAxLTAxIiwgIngiXQ", "WyIwMDAxLTAxLTAxIl0"])
async def test_unreadable_cursor_is_refused(client: AsyncClient, cursor: str) -> None:
    query = {"log": "service", "cursor": cursor}
    answer = await client.get("/public/log/checkpoints", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor-unreadable")


async def test_holder_of_a_leaf_gets_its_place_in_the_oldest_checkpoint(
    ground: Ground, client: AsyncClient
) -> None:
    log = str(uuid4())
    leaves = await grown(ground, log, [5, 8])
    for leaf in leaves:
        proof = (await client.get(f"/public/log/{log}/proof", params={"leaf": leaf})).json()
        assert proof["size"] == (5 if leaf in leaves[:5] else 13)
        stated = read_checkpoint(proof["checkpoint"], ground.keys)
        assert (stated.size, stated.root) == (proof["size"], proof["root"])
        steps = [bytes.fromhex(step) for step in proof["proof"]]
        verify_inclusion(
            bytes.fromhex(leaf), proof["index"], stated.size, steps, bytes.fromhex(stated.root)
        )


async def test_unknown_leaf_and_other_logs_tell_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    log, other = str(uuid4()), str(uuid4())
    (leaf,) = await grown(ground, log, [1])
    for path, name in [(log, "0" * 64), (other, leaf), ("service", leaf)]:
        answer = await client.get(f"/public/log/{path}/proof", params={"leaf": name})
        assert (answer.status_code, answer.json()["code"]) == (404, "leaf-unknown")


async def test_leaf_that_no_checkpoint_covers_yet(ground: Ground, client: AsyncClient) -> None:
    log = uuid4()
    async with ground.database.writing() as db:
        leaf = act(db, log, ground.clock())
        await db.flush()
        await seal(db, log=str(log), limit=10)
    answer = await client.get(f"/public/log/{log}/proof", params={"leaf": leaf})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-in-a-checkpoint")


@pytest.mark.parametrize("leaf", ["", "xyz", "A" * 64, "0" * 65])
async def test_leaf_that_is_no_hash_is_refused(client: AsyncClient, leaf: str) -> None:
    answer = await client.get("/public/log/service/proof", params={"leaf": leaf})
    assert answer.status_code == 422
