"""How do many documents go on at once? All or none, with everything that stands against it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.documents import many_queries, rules
from app.award.documents.lifecycle import DOCUMENT, DocumentStatus
from app.award.documents.making import FINISH
from app.award.documents.models import DocumentDelivery, OfficeDocument, Way
from app.award.documents.schemas import (
    ChecksIn,
    DeliveriesIn,
    DocumentsView,
    NamedDocument,
    SignaturesIn,
)
from app.award.documents.service.delivering import tell
from app.award.programmes.queries import get_cycle
from app.award.representation.queries import speakers_of_each
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import NotAllowed, Refusal, ensure
from app.platform.jobs.queue import Asked, enqueue_all
from app.platform.security.access import Found
from app.platform.workflow.advance import advancing
from app.rules.calendar import local_date

Held = Mapping[int, Found[OfficeDocument]]
"""The documents of a list that can go on, by their place in it."""


async def check_many(call: Call, cycle_id: UUID, body: ChecksIn) -> DocumentsView:
    """Somebody other than the authors finds the newest files in order; nine statements at most."""
    held, against = await _held(call, cycle_id, body.documents, "check")
    digests = await many_queries.newest_digests(call.db, [one.it.id for one in held.values()])
    against += [
        rules.FileNotFinished(pointer=_at(place))
        for place, found in held.items()
        if found.it.id not in digests
    ]
    ensure(against)
    for found in held.values():
        _move(call, found, "check", {"sha256": digests[found.it.id]})
        found.it.checked_by = call.actor.person_id
    return await _kept(call, held)


async def sign_many(call: Call, cycle_id: UUID, body: SignaturesIn) -> DocumentsView:
    """Sign them with one day, each with its number; what they replace is over from then on."""
    held, against = await _held(call, cycle_id, body.documents, "sign")
    numbers, unfit = await _numbers(call, held, body)
    replaced, gone = await _replaced(call, held)
    ensure([*against, rules.dated_obstacle(body.dated, local_date(call.now)), *unfit, *gone])
    digests = await many_queries.newest_digests(call.db, [one.it.id for one in held.values()])
    for place, found in held.items():
        one, number = found.it, numbers[place]
        written = {"number": number, "dated": body.dated.isoformat()}
        _move(call, found, "sign", {"sha256": digests[one.id]} | written)
        one.number, one.dated = number, body.dated
        one.year, one.signed_by = body.dated.year, call.actor.person_id
    try:
        await call.db.flush()
    except IntegrityError as taken:
        told = "、".join(numbers.values())
        raise rules.NumberTaken(number=told, year=body.dated.year) from taken
    for found in held.values():
        if found.it.replaces_id is not None:
            old, by = replaced[found.it.replaces_id], found.it
            _move(call, old, "replace", {"by": by.code, "number": by.number})
            old.it.ended_because = f"由{by.number}替换"
    ids = [str(found.it.id) for found in held.values()]
    finish = [Asked(FINISH, {"document": each}, f"{FINISH}:{each}") for each in ids]
    await enqueue_all(call.db, finish, now=call.wall)
    return await _kept(call, held)


async def deliver_many(call: Call, cycle_id: UUID, body: DeliveriesIn) -> DocumentsView:
    """Send them, or enter how they went; into inboxes they are put here and now."""
    held, against = await _held(call, cycle_id, body.documents, "send")
    inbox = body.way is Way.INBOX
    to = {found.it.organisation_id for found in held.values()} - {None}
    towards = {found.it.programme_id for found in held.values()}  # one: that of the cycle
    people = await speakers_of_each(call.db, to if inbox else (), towards)
    against.append(rules.dated_obstacle(body.delivered_on, local_date(call.now), "/delivered_on"))
    told: list[tuple[OfficeDocument, list[UUID]]] = []
    for place, found in held.items():
        speakers = people[found.it.organisation_id] if inbox else []
        letter = found.it.organisation_id is not None
        told.append((found.it, speakers))
        against += _pointed(
            place,
            [
                None if found.it.content else rules.FileNotFinished(),
                rules.early_obstacle(body.delivered_on, found.it.dated),
                rules.inbox_obstacle(body.way, letter, bool(speakers)),
            ],
        )
    ensure(against)
    how = body.model_dump(exclude={"documents"})
    for found in held.values():
        detail = body.model_dump(mode="json", exclude={"documents"}) | {"digest": found.it.digest}
        _send(call, found, detail)
        call.db.add(_delivery(call, found.it.id, how))
    await call.db.flush()
    await tell(call, told)
    return await _kept(call, held)


async def _held(
    call: Call, cycle_id: UUID, wanted: Sequence[NamedDocument | UUID], move: str
) -> tuple[Held, list[Refusal | None]]:
    """The documents that the caller may move so and that stand so, locked; and what stands against
    the others. A document that was sent may be sent again.
    """
    await get_cycle(call, cycle_id)
    named = [each if isinstance(each, UUID) else each.id for each in wanted]
    seen = await many_queries.get_documents(call, cycle_id, named)
    held: dict[int, Found[OfficeDocument]] = {}
    against: list[Refusal | None] = []
    for place, each in enumerate(wanted):
        found = seen.get(named[place])
        reasons = _reasons(found, each, move, twice=named[place] in named[:place])
        against += _pointed(place, reasons)
        if found is not None and not any(reasons):
            held[place] = found
    return held, against


def _reasons(
    found: Found[OfficeDocument] | None, asked: NamedDocument | UUID, move: str, *, twice: bool
) -> list[Refusal | None]:
    if found is None:
        return [rules.DocumentUnknown()]
    if not found.may(DOCUMENT[move].permission):
        return [NotAllowed()]
    status = DocumentStatus(found.it.status)
    again = move == "send" and status is DocumentStatus.SENT
    stale = isinstance(asked, NamedDocument) and asked.version != found.it.version
    return [
        rules.DocumentTwice() if twice else None,
        rules.DocumentChanged() if stale else None,
        None if again else DOCUMENT[move].obstacle(status),
    ]


async def _numbers(
    call: Call, held: Held, body: SignaturesIn
) -> tuple[dict[int, str], list[Refusal | None]]:
    """The number of each, in the order of the list, and those that are taken or cannot be given."""
    documents = [found.it for found in held.values()]
    told = await many_queries.numbers_of_cures(
        call.db, [one for one in documents if one.replaces_id is None]
    )
    given = rules.numbers_given([told.get(one.id) for one in documents], body.series)
    numbers = {place: number for place, number in zip(held, given, strict=True) if number}
    against: list[Refusal | None] = []
    if len(numbers) < len(held):
        against.append(rules.SeriesMissing(pointer="/series"))
    taken: set[str] = set()
    if documents:
        programme, year = documents[0].programme_id, body.dated.year
        taken = await many_queries.numbers_taken(call.db, programme, year, numbers.values())
    for place, number in numbers.items():
        if number in taken:
            against.append(
                rules.NumberTaken(pointer=_at(place), number=number, year=body.dated.year)
            )
        taken.add(number)
    return numbers, against


async def _replaced(
    call: Call, held: Held
) -> tuple[dict[UUID, Found[OfficeDocument]], list[Refusal | None]]:
    """What these documents take the place of, locked, and what stands against that."""
    wanted = {place: found.it.replaces_id for place, found in held.items() if found.it.replaces_id}
    if not wanted:
        return {}, []
    seen = await many_queries.get_documents(call, None, wanted.values())
    against: list[Refusal | None] = []
    for place, old in wanted.items():
        found = seen.get(old)
        reason = (
            DOCUMENT["replace"].obstacle(DocumentStatus(found.it.status))
            if found
            else rules.DocumentUnknown()
        )
        against += _pointed(place, [reason])
    return seen, against


def _move(call: Call, found: Found[OfficeDocument], name: str, detail: dict[str, Any]) -> None:
    log = found.it.cycle_id
    with advancing(call.db, found, DOCUMENT, name, now=call.now, log=log, detail=detail):
        found.it.version += 1


def _send(call: Call, found: Found[OfficeDocument], detail: dict[str, Any]) -> None:
    if found.it.status != DocumentStatus.SENT:
        return _move(call, found, "send", detail)
    record(
        call.db,
        call.actor,
        "document:deliver",
        subject=found.it.id,
        now=call.now,
        log=found.it.cycle_id,
        detail={"code": found.it.code} | detail,
    )
    return None


def _delivery(call: Call, document_id: UUID, how: dict[str, Any]) -> DocumentDelivery:
    return DocumentDelivery(
        document_id=document_id,
        recorded_by=call.actor.person_id,
        recorded_at=call.now,
        **how,
    )


def _at(place: int) -> str:
    return f"/documents/{place}"


def _pointed(place: int, reasons: Iterable[Refusal | None]) -> list[Refusal | None]:
    """The same reasons, each saying of which document of the list it speaks."""
    found = [reason for reason in reasons if reason is not None]
    for reason in found:
        reason.pointer = _at(place)
    return [*found]


async def _kept(call: Call, held: Held) -> DocumentsView:
    await call.db.flush()
    ids = [found.it.id for found in held.values()]
    return DocumentsView(items=await many_queries.lines_of(call.db, ids))
