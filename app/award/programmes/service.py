"""What people do about programmes and cycles, up to the launch."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.award.programmes import queries, rules
from app.award.programmes.lifecycle import CYCLE, CycleStatus
from app.award.programmes.models import (
    Adoption,
    Authority,
    CriteriaEdition,
    Cycle,
    CycleCriteria,
    CycleForm,
    FormEdition,
    Programme,
    RegulationEdition,
    Slot,
)
from app.award.programmes.schemas import (
    AdoptionIn,
    AuthorityIn,
    AuthorityView,
    CheckView,
    CycleIn,
    CycleView,
    FaultView,
    LaunchIn,
    ProgrammeIn,
    ProgrammeView,
    RegulationView,
    TimetableIn,
)
from app.catalogue import loader
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.db.base import Model
from app.platform.errors import Conflict, NotFound, SeveralInvalid, ensure
from app.platform.security.access import Found, require
from app.platform.workflow.advance import advancing
from app.proof.canonical import digest_text
from app.rules.quota import places
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, RegulationErrors, place_of
from app.rules.regulation.quotas import Tier
from app.rules.regulation.read import digest, read
from app.rules.regulation.stages import Panel

Unfit = Callable[[Regulation], list[Problem]]
"""What a sound regulation asks for that the service cannot do; `wiring.py` knows."""

UNLIMITED = 1000
"""Where the regulation names no quota: as many places as a launch approval may grant at all."""


async def create_authority(call: Call, body: AuthorityIn) -> AuthorityView:
    """Set up a body that runs awards."""
    require(call.actor, "authority:create")
    authority = Authority(name=body.name, created_at=call.now)
    await _insert(call, authority, rules.NameTaken(name=body.name, pointer="/name"))
    record(call.db, call.actor, "authority:create", subject=authority.id, now=call.now)
    return AuthorityView(id=authority.id, name=body.name)


async def create_programme(call: Call, body: ProgrammeIn) -> ProgrammeView:
    """Set up an award as an institution."""
    require(call.actor, "programme:create")
    if await call.db.get(Authority, body.authority_id) is None:
        raise NotFound(pointer="/authority_id")
    programme = Programme(authority_id=body.authority_id, name=body.name, created_at=call.now)
    await _insert(call, programme, rules.NameTaken(name=body.name, pointer="/name"))
    record(call.db, call.actor, "programme:create", subject=programme.id, now=call.now)
    return ProgrammeView(id=programme.id, authority_id=body.authority_id, name=body.name)


def check_regulation(text: str, unfit: Unfit) -> CheckView:
    """Every fault of a regulation file, with its place and what would mend it; of a sound one,
    what keeps it from being run here.
    """
    try:
        found = unfit(read(text))
    except RegulationErrors as errors:
        found = errors.problems
    faults = [_fault_view(text, problem) for problem in found]
    return CheckView(sound=not faults, hash=None if faults else digest(text), faults=faults)


def _fault_view(text: str, problem: Problem) -> FaultView:
    line, column = place_of(text, problem.path)
    return FaultView.of(problem, line=line, column=column)


async def adopt(call: Call, programme_id: UUID, body: AdoptionIn, unfit: Unfit) -> RegulationView:
    """The programme adopts an edition; the same text has the same digest everywhere."""
    found = await queries.get_programme(call, programme_id)
    found.require("programme:adopt")
    faults = check_regulation(body.text, unfit).faults
    if faults:
        raise SeveralInvalid(
            rules.RegulationFaulty(pointer=f"/text#{f.path}", zh=f"{f.zh}{f.mend}", en=f.en)
            for f in faults
        )
    regulation, name = read(body.text), digest(body.text)
    edition = {"hash": name, "code": regulation.code, "title": regulation.title}
    await _keep(call, RegulationEdition, text=body.text, created_at=call.now, **edition)
    adopted = {"regulation_hash": name, "document": body.document, "adopted_at": call.now}
    await _keep(call, Adoption, programme_id=programme_id, **adopted)
    record(
        call.db,
        call.actor,
        "programme:adopt",
        subject=programme_id,
        now=call.now,
        detail={"regulation": name, "document": body.document},
    )
    return RegulationView(**edition)


async def open_cycle(call: Call, programme_id: UUID, body: CycleIn) -> CycleView:
    """Plan a cycle under an adopted edition; it keeps that edition, its criteria and its forms."""
    # Of two at once the second sees the first: each may be out of turn beside the other.
    found = await queries.get_programme(call, programme_id, lock=True)
    found.require("programme:open-cycle")
    ensure([rules.PeriodWrong(pointer="/period_to") if body.period_to < body.period_from else None])
    adopted = await call.db.scalar(
        select(Adoption.id).where(
            Adoption.programme_id == programme_id,
            Adoption.regulation_hash == body.regulation_hash,
        )
    )
    if adopted is None:
        raise rules.NotAdopted(pointer="/regulation_hash")
    regulation = await queries.regulation_of(call.db, body.regulation_hash)
    held = await queries.regular_cycles(call.db, programme_id)
    document = body.special_document
    ensure([rules.turn_obstacle(regulation.cycle, body.cut_off, held, document)])
    cycle = Cycle(programme_id=programme_id, created_at=call.now, **body.model_dump())
    await _insert(call, cycle, rules.OrdinalTaken(ordinal=body.ordinal, pointer="/ordinal"))
    await _pin_criteria(call, cycle.id, regulation)
    await _pin_forms(call, cycle.id, regulation)
    detail = {"special_document": document} if document else None
    record(
        call.db,
        call.actor,
        "cycle:open",
        subject=cycle.id,
        now=call.now,
        log=cycle.id,
        detail=detail,
    )
    return CycleView.of(cycle)


async def plan(call: Call, cycle_id: UUID, body: TimetableIn) -> None:
    """Set the timetable of a cycle that is still planned."""
    found = await queries.get_cycle(call, cycle_id, lock=True)
    found.require("cycle:plan")
    ensure([CYCLE["launch"].obstacle(CycleStatus(found.it.status))])
    regulation = await queries.regulation_of(call.db, found.it.regulation_hash)
    slots = [(slot.stage, slot.opens_at, slot.closes_at) for slot in body.slots]
    ensure(rules.slot_obstacles(regulation, slots))
    await call.db.execute(delete(Slot).where(Slot.cycle_id == cycle_id))
    call.db.add_all(
        Slot(cycle_id=cycle_id, stage_key=key, opens_at=opens, closes_at=closes)
        for key, opens, closes in slots
    )
    record(
        call.db,
        call.actor,
        "cycle:plan",
        subject=cycle_id,
        now=call.now,
        log=cycle_id,
        detail={key: [opens.isoformat(), closes.isoformat()] for key, opens, closes in slots},
    )


async def launch(call: Call, cycle_id: UUID, body: LaunchIn) -> Found[Cycle]:
    """Launch a planned cycle with its approval; the places are never above the regulation's."""
    found = await queries.get_cycle(call, cycle_id, lock=True)
    cycle = found.it
    regulation = await queries.regulation_of(call.db, cycle.regulation_hash)
    slots = {slot.stage_key: slot for slot in await queries.slots_of(call.db, cycle_id)}
    with advancing(
        call.db,
        found,
        CYCLE,
        "launch",
        now=call.now,
        log=cycle_id,
        detail=body.model_dump(),
    ) as reasons:
        reasons.extend(
            rules.launch_obstacles(
                regulation, slots, body.body, body.places, most_places(regulation)
            )
        )
        most = {tier.key: places_of(regulation, tier) for tier in regulation.tiers}
        reasons.extend(rules.tier_obstacles(body.places_of, most, body.places))
    cycle.places, cycle.places_of = body.places, body.places_of
    cycle.launch_body, cycle.launch_document = body.body, body.document
    cycle.launched_at = call.now
    return found


def most_places(regulation: Regulation) -> int:
    """The most places that the quotas leave, over all tracks and tiers."""
    return places_of(regulation, *regulation.tiers) or UNLIMITED


def places_of(regulation: Regulation, *tiers: Tier) -> int | None:
    """The most places that the quotas leave in these tiers together; None where they do not say."""
    return places(regulation.quotas, [track.key for track in regulation.tracks], tiers)


async def _pin_criteria(call: Call, cycle_id: UUID, regulation: Regulation) -> None:
    rubrics = {s.rubric for s in regulation.stages if isinstance(s, Panel) and s.rubric}
    named = {track.criteria for track in regulation.tracks if track.criteria}
    for code in sorted(named | rubrics):
        try:
            text = loader.criteria_text(code)
        except loader.NotInCatalogueError as absent:
            raise rules.CriteriaUnknown from absent
        name = digest_text(text)
        edition = {"hash": name, "code": code, "name": loader.criteria(code).name, "text": text}
        await _keep(call, CriteriaEdition, created_at=call.now, **edition)
        call.db.add(CycleCriteria(cycle_id=cycle_id, code=code, criteria_hash=name))


async def _pin_forms(call: Call, cycle_id: UUID, regulation: Regulation) -> None:
    """Each track's form: the one that the regulation names, else ours for its kind of awardee."""
    for track in regulation.tracks:
        code = track.form or loader.default_form(track.awardee)
        try:
            text = loader.form_text(code)
        except loader.NotInCatalogueError as absent:
            raise rules.FormUnknown from absent
        name = digest_text(text)
        edition = {"hash": name, "code": code, "name": loader.form_set(code).name, "text": text}
        await _keep(call, FormEdition, created_at=call.now, **edition)
        assumed = track.form is None or track.assumes("form")
        pinned = {"track": track.key, "form_hash": name, "assumed": assumed}
        call.db.add(CycleForm(cycle_id=cycle_id, **pinned))


async def _keep(call: Call, edition: type[Model], **values: object) -> None:
    """Insert what is the same for everybody, unless it is there."""
    await call.db.execute(insert(edition).values(values).on_conflict_do_nothing())


async def _insert(call: Call, row: object, taken: Conflict) -> None:
    try:
        async with call.db.begin_nested():
            call.db.add(row)
    except IntegrityError as duplicate:
        raise taken from duplicate
