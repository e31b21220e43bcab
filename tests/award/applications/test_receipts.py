"""A receipt leads its holder into the sealed log."""

import json
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.platform.audit.checkpoints import checkpoint, read_checkpoint
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from app.proof.jws import Typ, verify
from app.proof.merkle import leaf_hash, verify_inclusion
from tests.platform.http.test_once import complete_draft

pytestmark = pytest.mark.anyio


async def test_receipt_of_a_submission_names_the_leaf_of_its_act(
    ground: Ground, client: AsyncClient
) -> None:
    office, speaker, application = await complete_draft(ground, client)
    named = speaker.with_headers(Idempotency_Key=uuid4().hex)
    said = (await client.post(f"/applications/{application}/submission", **named)).json()
    stated = verify(said["receipt"], typ=Typ.RECEIPT, ring=ground.keys)
    assert stated["log"] == str(office.cycle_id)
    async with ground.database.reading() as db:
        act = await db.scalar(
            select(AuditEvent).where(
                AuditEvent.act == "application:submit", AuditEvent.subject == UUID(application)
            )
        )
    assert act is not None
    assert leaf_hash(act.body.encode(), act.salt).hex() == stated["leaf"]
    assert json.loads(act.body)["detail"] == {"digest": said["digest"]}


async def test_holder_of_a_receipt_proves_that_it_stands_in_a_signed_checkpoint(
    ground: Ground, client: AsyncClient
) -> None:
    _, speaker, application = await complete_draft(ground, client)
    named = speaker.with_headers(Idempotency_Key=uuid4().hex)
    said = (await client.post(f"/applications/{application}/submission", **named)).json()
    stated = verify(said["receipt"], typ=Typ.RECEIPT, ring=ground.keys)
    asked = {"url": f"/public/log/{stated['log']}/proof", "params": {"leaf": str(stated["leaf"])}}
    early = await client.get(**asked)
    assert (early.status_code, early.json()["code"]) == (404, "leaf-unknown")
    async with ground.database.writing() as db:
        await checkpoint(db, str(stated["log"]), "test", ground.clock(), ground.keys)
    proof = (await client.get(**asked)).json()
    point = read_checkpoint(proof["checkpoint"], ground.keys)
    steps = [bytes.fromhex(step) for step in proof["proof"]]
    leaf, root = bytes.fromhex(str(stated["leaf"])), bytes.fromhex(point.root)
    verify_inclusion(leaf, proof["index"], point.size, steps, root)


async def test_refused_submission_leaves_no_receipt(ground: Ground, client: AsyncClient) -> None:
    _, speaker, application = await complete_draft(ground, client)
    files = (await client.get(f"/applications/{application}", **speaker.auth)).json()["attachments"]
    await client.delete(f"/attachments/{files[0]['id']}", **speaker.auth)
    named = speaker.with_headers(Idempotency_Key=uuid4().hex)
    refused = await client.post(f"/applications/{application}/submission", **named)
    assert (refused.status_code, refused.json()["code"]) == (409, "document-missing")
    view = (await client.get(f"/applications/{application}", **speaker.auth)).json()
    assert (view["status"], view["digest"]) == ("draft", None)
    receipt = await client.get(f"/applications/{application}/receipt", **speaker.auth)
    assert receipt.status_code == 404
