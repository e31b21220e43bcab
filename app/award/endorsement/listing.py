"""What does the office do with its directory: keep it, and let routings follow from it?"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app.award.endorsement import queries, rules
from app.award.endorsement.following import Follows, Listed, Said, Undecided, follow
from app.award.endorsement.models import ListedBody, Routing
from app.award.endorsement.schemas import (
    DirectoryIn,
    DirectoryView,
    FollowingIn,
    FollowingLine,
    FollowingView,
)
from app.award.programmes.models import Authority
from app.award.stages.lifecycle import StageStatus
from app.award.stages.queries import ensure_disinterested, get_stage, open_stage, stage_at
from app.award.stages.rules import StageNotOpen
from app.award.stages.schemas import WhyView
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.errors import ensure
from app.rules.regulation.stages import Endorsement

Found = tuple[Any, Follows | Undecided]
"""An entry, and a body that follows or why none does."""


async def keep(call: Call, cycle_id: UUID, key: str, body: DirectoryIn) -> DirectoryView:
    """Put a directory in the place of the one before, until the stage is closed; what is routed
    already stays as it is.
    """
    found = await get_stage(call, cycle_id, key, lock=True)
    found.require("stage:route")
    stage = queries.endorsement(found)
    if stage.status == StageStatus.CLOSED:
        raise StageNotOpen(name=stage.name)
    at = await stage_at(call.db, stage)
    lines = [(each.body, each.authority_id) for each in body.items]
    named = select(Authority.id).where(among(Authority.id, [line[1] for line in lines]))
    authorities = set(await call.db.scalars(named))
    ensure([*rules.directory_obstacles(at.rule, lines, authorities)])
    await call.db.execute(delete(ListedBody).where(ListedBody.stage_id == stage.id))
    call.db.add_all(ListedBody(stage_id=stage.id, **each.model_dump()) for each in body.items)
    record(
        call.db,
        call.actor,
        "stage:list-bodies",
        subject=stage.id,
        now=call.now,
        log=cycle_id,
        detail={"stage": key, "bodies": body.model_dump(mode="json")["items"]},
    )
    await call.db.flush()
    return DirectoryView(bodies=len(lines))


async def let_follow(call: Call, cycle_id: UUID, key: str, body: FollowingIn) -> FollowingView:
    """Route the entries whose bodies follow from what they say; the others are listed with why a
    person must decide, and stay.
    """
    asked = await get_stage(call, cycle_id, key, lock=True)
    asked.require("stage:route")
    stage = await open_stage(call.db, queries.endorsement(asked).id)
    await ensure_disinterested(call, stage.id)
    at = await stage_at(call.db, stage)
    entries = await queries.saying(call.db, stage.id)
    known = {entry.id for entry in entries}
    ensure(
        [
            rules.RoutedEntryUnknown(pointer=f"/entries/{place}")
            for place, entry in enumerate(body.entries or ())
            if entry not in known
        ]
    )
    wanted = known if body.entries is None else set(body.entries)
    routed: dict[UUID, dict[str, UUID]] = {}
    for row in await queries.answered(call.db, stage.id):
        routed.setdefault(row.entry_id, {})[row.body] = row.authority_id
    listed = await queries.listed_bodies(call.db, stage.id)
    chosen = [entry for entry in entries if entry.id in wanted]
    written = await queries.issued(call.db, at)
    found = [each for one in chosen for each in _found(at.rule, listed, one, routed, written)]
    if body.entries is not None:
        done = {entry.id for entry, _ in found}
        before = Undecided(None, rules.RoutedBefore())
        found += [(entry, before) for entry in chosen if entry.id not in done]
    _route(call, stage.id, cycle_id, key, found)
    await call.db.flush()
    return _view(listed, found)


def _found(
    rule: Endorsement,
    listed: Sequence[Listed],
    entry: Any,
    routed: dict[UUID, dict[str, UUID]],
    written: Collection[tuple[str, UUID]],
) -> list[Found]:
    """What follows for one entry; whoever has `written` its letter is asked about nobody else."""
    said = Said(entry.track, entry.registered_area, entry.credit_code, entry.industry, entry.chosen)
    return [
        (entry, Undecided(each.body, rules.LetterIssued()))
        if isinstance(each, Follows) and (each.body, each.authority) in written
        else (entry, each)
        for each in follow(rule, listed, said, routed.get(entry.id, {}))
    ]


def _route(call: Call, stage_id: UUID, cycle_id: UUID, key: str, found: Sequence[Found]) -> None:
    made = [(entry, each) for entry, each in found if isinstance(each, Follows)]
    if not made:
        return
    call.db.add_all(
        Routing(
            entry_id=entry.id,
            body=each.body,
            authority_id=each.authority,
            fact=each.fact,
            routed_by=call.actor.person_id,
            routed_at=call.now,
        )
        for entry, each in made
    )
    record(
        call.db,
        call.actor,
        "stage:route",
        subject=stage_id,
        now=call.now,
        log=cycle_id,
        detail={
            "stage": key,
            "routed": [[str(entry.id), each.body, str(each.authority)] for entry, each in made],
            "by": [[each.fact and each.fact.value, each.value] for _, each in made],
        },
    )


def _view(listed: Sequence[Listed], found: Sequence[Found]) -> FollowingView:
    names = {line.authority: line.name for line in listed}
    items = [_line(entry, each, names) for entry, each in found]
    routed = sum(line.reason is None for line in items)
    return FollowingView(routed=routed, needing_a_person=len(items) - routed, items=items)


def _line(entry: Any, found: Follows | Undecided, names: dict[UUID, str]) -> FollowingLine:
    about = {
        "entry_id": entry.id,
        "code": entry.code,
        "organisation": entry.organisation,
        "body": found.body,
    }
    if isinstance(found, Follows):
        return FollowingLine(
            **about,
            authority_id=found.authority,
            authority=names[found.authority],
            fact=found.fact,
            value=found.value,
            reason=None,
        )
    nobody = dict.fromkeys(("authority_id", "authority", "fact", "value"))
    return FollowingLine(**about, **nobody, reason=WhyView.told(found.why))
