"""What is done about recommendations: the office routes, a body answers in one letter."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.award.endorsement import queries, rules
from app.award.endorsement.models import Letter, Recommendation, Routing
from app.award.endorsement.schemas import (
    LetterIn,
    LetterView,
    RoutingsIn,
    RoutingView,
)
from app.award.programmes.models import Authority
from app.award.stages.kind import StageAt
from app.award.stages.queries import (
    ensure_disinterested,
    get_stage,
    live_entries,
    open_stage,
    stage_at,
)
from app.award.stages.rules import RecusalNeeded
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.errors import ensure
from app.platform.files.models import Upload
from app.platform.security.access import visible_to
from app.platform.uploads.service import take
from app.rules.calendar import local_date

SCAN = "endorsement-letter"


async def route(call: Call, cycle_id: UUID, key: str, body: RoutingsIn) -> list[RoutingView]:
    """Route entries to the authorities whose word they need; before an answer, elsewhere too."""
    found = await get_stage(call, cycle_id, key, lock=True)
    found.require("stage:route")
    stage = await open_stage(call.db, queries.endorsement(found).id)
    await ensure_disinterested(call, stage.id)
    at = await stage_at(call.db, stage)
    tracks = {entry.id: entry.track for entry in await live_entries(call.db, stage.id)}
    wanted = [(each.entry, each.body, each.authority_id) for each in body.items]
    authorities = set(
        await call.db.scalars(
            select(Authority.id).where(among(Authority.id, [item[2] for item in wanted]))
        )
    )
    ensure(rules.routing_obstacles(at.rule, tracks, wanted, authorities))
    ensure(rules.issued_obstacles(wanted, await queries.issued(call.db, at)))
    await _replace(call, stage.id, wanted)
    record(
        call.db,
        call.actor,
        "stage:route",
        subject=stage.id,
        now=call.now,
        log=cycle_id,
        detail={
            "stage": key,
            "routed": [[str(entry), name, str(authority)] for entry, name, authority in wanted],
        },
    )
    await call.db.flush()
    return await queries.routings_of(call, stage, [each.entry for each in body.items])


async def _replace(call: Call, stage_id: UUID, wanted: list[tuple[UUID, str, UUID]]) -> None:
    pairs = {(entry, name) for entry, name, _ in wanted}
    before = [
        row
        for row in await queries.answered(call.db, stage_id)
        if (row.entry_id, row.body) in pairs
    ]
    if any(row.recommended is not None for row in before):
        raise rules.AnsweredAlready
    await call.db.execute(delete(Routing).where(among(Routing.id, [row.id for row in before])))
    call.db.add_all(
        Routing(
            entry_id=entry,
            body=name,
            authority_id=authority,
            routed_by=call.actor.person_id,
            routed_at=call.now,
        )
        for entry, name, authority in wanted
    )


async def issue(call: Call, cycle_id: UUID, key: str, body: LetterIn) -> LetterView:
    """A body's letter: it answers at once for everything that is routed to it."""
    found = await get_stage(call, cycle_id, key, lock=True)
    stage = found.it
    may = visible_to(call.actor, queries.ROUTING_RESOURCE, "routing:answer")
    routed = await queries.routed_to(call.db, stage.id, body.authority_id, body.body, may)
    if not any(row.may for row in routed):
        raise rules.RoutingUnknown
    if not all(row.may for row in routed):
        raise RecusalNeeded
    await open_stage(call.db, stage.id)
    at = await stage_at(call.db, stage)
    if call.now >= at.closes_at:
        raise rules.LetterLate
    ensure(_obstacles(at, body, routed, local_date(call.now)))
    scan = None if body.scan_id is None else await _scanned(call, body.scan_id, body.scan_sha256)
    letter = await _issue(call, at, body, scan, {row.entry_id: row.id for row in routed})
    recommended = sum(answer.recommended for answer in body.answers)
    record(
        call.db,
        call.actor,
        "routing:answer",
        subject=letter.id,
        now=call.now,
        log=cycle_id,
        detail={
            "stage": key,
            "body": body.body,
            "document": body.document,
            "scan": letter.scan_sha256,
            "answers": {str(each.entry): each.recommended for each in body.answers},
        },
    )
    return LetterView(
        **{
            name: getattr(letter, name) for name in LetterView.model_fields if hasattr(letter, name)
        },
        recommended=recommended,
        refused=len(body.answers) - recommended,
    )


async def _scanned(call: Call, upload_id: UUID, digest: str | None) -> Upload:
    """The scan that was uploaded; a digest named beside it must be its own."""
    scan = await take(call, upload_id, SCAN, pointer="/scan_id")
    if digest not in (None, scan.sha256):
        raise rules.ScanDiffers(pointer="/scan_sha256")
    return scan


async def open_scan(call: Call, letter_id: UUID) -> Upload:
    """Open the scan of a letter: an audited read."""
    cycle_id, scan = await queries.get_letter(call, letter_id)
    record(call.db, call.actor, "routing:open-scan", subject=letter_id, now=call.now, log=cycle_id)
    return scan


def _obstacles(at: StageAt, body: LetterIn, routed: Any, today: date) -> list[Any]:
    named = next(each for each in at.rule.bodies if each.key == body.body)
    letter = rules.LetterOf(
        body.issued_on,
        body.notice_from,
        body.notice_to,
        [rules.Answer(a.entry, a.recommended, a.position, a.reason) for a in body.answers],
    )
    return rules.letter_obstacles(
        at.rule, named, letter, {row.entry_id: row.track for row in routed}, today
    )


async def _issue(
    call: Call, at: StageAt, body: LetterIn, scan: Upload | None, routings: dict[UUID, UUID]
) -> Letter:
    given = body.model_dump(exclude={"answers"})
    letter = Letter(
        stage_id=at.id,
        round=at.round,
        issued_by=call.actor.person_id,
        issued_at=call.now,
        **given | ({} if scan is None else {"scan_sha256": scan.sha256}),
    )
    try:
        async with call.db.begin_nested():
            call.db.add(letter)
    except IntegrityError as twice:
        raise rules.LetterIssued from twice
    call.db.add_all(
        Recommendation(
            routing_id=routings[each.entry],
            letter_id=letter.id,
            recommended=each.recommended,
            position=each.position,
            reason=each.reason,
        )
        for each in body.answers
    )
    return letter
