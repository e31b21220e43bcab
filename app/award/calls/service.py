"""What does the head do about a call? Publish it, and correct it by a new edition."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.calls import rules
from app.award.calls.models import CallEdition, CallFile
from app.award.calls.queries import call_view, texts_of
from app.award.calls.schemas import CallIn, CallView
from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import Cycle, Programme
from app.award.programmes.queries import get_cycle, slots_of
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import Refusal, ensure
from app.platform.files.models import Upload
from app.platform.uploads.service import take
from app.proof.canonical import canonical, digest_text

PURPOSE = "call"
"""What the files beside a call are uploaded for."""
RUNNING = (CycleStatus.LAUNCHED, CycleStatus.SUSPENDED)


async def publish(call: Call, cycle_id: UUID, body: CallIn) -> CallView:
    """Publish the call of a cycle, or a corrected edition of it; from then on it never changes."""
    found = await get_cycle(call, cycle_id, lock=True)
    found.require("cycle:publish-call")
    cycle = found.it
    last = await call.db.scalar(
        select(func.max(CallEdition.edition)).where(CallEdition.cycle_id == cycle_id)
    )
    ensure(_obstacles(cycle, body, last))
    uploads = [
        await take(call, upload, PURPOSE, pointer=f"/files/{place}")
        for place, upload in enumerate(body.files)
    ]
    content = await _content(call, cycle, body, (last or 0) + 1, uploads)
    edition = CallEdition(
        id=uuid4(),
        cycle_id=cycle_id,
        edition=(last or 0) + 1,
        **body.model_dump(exclude={"files"}),
        content=content,
        digest=digest_text(content),
        published_by=call.actor.person_id,
        published_at=call.now,
    )
    call.db.add(edition)
    await call.db.flush()
    call.db.add_all(
        CallFile(call_id=edition.id, key=_key(place), upload_id=upload.id)
        for place, upload in enumerate(uploads)
    )
    await call.db.flush()
    _recorded(call, edition)
    return await call_view(call, CallEdition.id == edition.id)


def _obstacles(cycle: Cycle, body: CallIn, last: int | None) -> list[Refusal | None]:
    early = cycle.status not in RUNNING
    twice = len(set(body.files)) != len(body.files)
    return [
        rules.CallTooEarly() if early else None,
        rules.CallReasonMissing(pointer="/reason") if last and body.reason is None else None,
        rules.NothingToCorrect(pointer="/reason") if not last and body.reason else None,
        rules.FileTwice(pointer="/files") if twice else None,
    ]


def _recorded(call: Call, edition: CallEdition) -> None:
    told = {"edition": edition.edition, "digest": edition.digest, "document": edition.document}
    record(
        call.db,
        call.actor,
        "cycle:publish-call",
        subject=edition.id,
        now=call.now,
        log=edition.cycle_id,
        detail=told,
    )


def _key(place: int) -> str:
    return f"file-{place + 1}"


async def _content(
    call: Call, cycle: Cycle, body: CallIn, edition: int, uploads: Sequence[Upload]
) -> str:
    """All that is published, as canonical text; its downloads by their digests."""
    texts = await texts_of(call.db, cycle.id)
    downloads = [_download(key, *text) for key, text in texts.items()]
    downloads += [
        {"key": _key(place), "name": each.file_name, **_bytes_of(each)}
        for place, each in enumerate(uploads)
    ]
    return canonical(
        {
            "schema": "call/1",
            "programme": await _name_of(call.db, cycle.programme_id),
            "cycle": {"id": str(cycle.id), "label": cycle.label, "ordinal": cycle.ordinal},
            "edition": edition,
            "title": body.title,
            "text": body.text,
            "document": body.document,
            "reason": body.reason,
            "regulation": cycle.regulation_hash,
            "timetable": [
                {
                    "stage": slot.stage_key,
                    "opens_at": slot.opens_at.isoformat(),
                    "closes_at": slot.closes_at.isoformat(),
                }
                for slot in await slots_of(call.db, cycle.id)
            ],
            "downloads": downloads,
            "published_at": call.now.isoformat(),
        }
    )


async def _name_of(db: AsyncSession, programme_id: UUID) -> str:
    return (await db.get_one(Programme, programme_id)).name


def _bytes_of(upload: Upload) -> dict[str, Any]:
    return {"media_type": upload.media_type, "size": upload.size, "sha256": upload.sha256}


def _download(key: str, name: str, media_type: str, text: str) -> dict[str, Any]:
    octets = text.encode()
    return {
        "key": key,
        "name": name,
        "media_type": media_type,
        "size": len(octets),
        "sha256": sha256(octets).hexdigest(),
    }
