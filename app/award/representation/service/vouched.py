"""How does a portal's word come onto the list of a programme's office, and back onto it?"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, literal, select
from sqlalchemy.dialects.postgresql import insert

from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.representation import rules
from app.award.representation.lifecycle import MANDATE, MandateStatus
from app.award.representation.messages import ACCEPTED, tell_holder
from app.award.representation.models import Mandate
from app.award.representation.queries import get_mandate, mandate_view
from app.award.representation.rules import MandateKind
from app.award.representation.schemas import AcceptanceIn, MandateView
from app.award.representation.service.speaking import settle
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.accounts.queries import words_for
from app.platform.audit.record import record
from app.platform.db.prepared import Prepared, first_of
from app.platform.workflow.advance import advancing
from app.rules.regulation.speaking import Speaking
from app.rules.regulation.stages import Intake

PUT = Prepared(
    insert(Mandate)
    .values(
        id=bindparam("id"),
        programme_id=bindparam("programme"),
        organisation_id=bindparam("organisation"),
        credit_code=bindparam("code"),
        person_id=bindparam("person"),
        kind=literal(MandateKind.PORTAL.value),
        status=literal(MandateStatus.ACCEPTED.value),
        portal_id=bindparam("portal"),
        created_at=bindparam("now"),
        decided_at=bindparam("now"),
    )
    .on_conflict_do_nothing()
    .returning(Mandate.id)
)


async def take(call: Call, programme_id: UUID, organisation: Organisation, rule: Speaking) -> None:
    """Whoever begins something by a portal's word stands on the office's list from then on, unless
    they stand there already, or the office has ended that word.
    """
    words = await _words(call, organisation.id)
    word = believed(words, [rule])
    if word is None or await _standing(call, programme_id, organisation.id):
        return
    await put(call, word, programme_id, organisation.id, organisation.credit_code)


async def claim(call: Call, programme_id: UUID, organisation: Organisation) -> MandateView:
    """Stand on the list without having begun anything. Raises WordMissing, WordEnded,
    MandateHeld.
    """
    standing = await _standing(call, programme_id, organisation.id)
    if MandateStatus.ENDED in standing:
        raise rules.WordEnded
    word = believed(await _words(call, organisation.id), await _asked(call, programme_id))
    if word is None:
        raise rules.WordMissing
    made = await put(call, word, programme_id, organisation.id, organisation.credit_code)
    if made is None:
        raise rules.MandateHeld
    return await mandate_view(call, made)


async def restore(call: Call, mandate_id: UUID, body: AcceptanceIn) -> MandateView:
    """Take a portal's word again that the office has ended."""
    found = await get_mandate(call, mandate_id, lock=True)
    one, detail = found.it, {"document": body.document, "person": str(found.it.person_id)}
    with advancing(call.db, found, MANDATE, "restore", now=call.now, detail=detail) as reasons:
        portals = one.kind == MandateKind.PORTAL
        reasons.append(None if portals else rules.NoPortalsWord())
        reasons.append(rules.MandateHeld() if await _holds(call, one) else None)
        one.document, one.reason = body.document, body.reason
        one.decided_by, one.decided_at = call.actor.person_id, call.now
    await settle(call, one.person_id, one.organisation_id)
    await tell_holder(call, one, ACCEPTED)
    return await mandate_view(call, mandate_id)


def believed(words: Iterable[str], asked: Iterable[Speaking]) -> UUID | None:
    """The portal whose word (`level:portal`) one of these rules takes."""
    rules_ = [*asked]
    for word in words:
        level, _, portal = word.rpartition(":")
        if any(rule.believes(level) for rule in rules_):
            return UUID(portal)
    return None


async def put(
    call: Call[Any], portal_id: UUID, programme_id: UUID, organisation_id: UUID, credit_code: str
) -> UUID | None:
    """The caller's mandate by a portal's word; None where they hold one meanwhile."""
    made = await first_of(
        call.db,
        PUT,
        id=uuid4(),
        programme=programme_id,
        organisation=organisation_id,
        code=credit_code,
        person=call.actor.person_id,
        portal=portal_id,
        now=call.now,
    )
    if made is None:
        return None
    detail = {"programme": str(programme_id), "portal": str(portal_id)}
    record(call.db, call.actor, "mandate:vouch", subject=made.id, now=call.now, detail=detail)
    mandate_id: UUID = made.id
    return mandate_id


async def _words(call: Call, organisation_id: UUID) -> list[str]:
    words = words_for(call.actor.person_id, organisation_id, call.wall)
    return await call.db.scalar(select(words)) or []


async def _standing(call: Call, programme_id: UUID, organisation_id: UUID) -> set[str]:
    """The statuses of what the caller holds by a portal's word, or holds otherwise."""
    rows = await call.db.scalars(
        select(Mandate.status).where(
            Mandate.person_id == call.actor.person_id,
            Mandate.organisation_id == organisation_id,
            Mandate.programme_id == programme_id,
            (Mandate.kind == MandateKind.PORTAL) | (Mandate.status == MandateStatus.ACCEPTED),
        )
    )
    return set(rows)


async def _holds(call: Call, one: Mandate) -> bool:
    held = await call.db.scalar(
        select(Mandate.id).where(
            Mandate.person_id == one.person_id,
            Mandate.organisation_id == one.organisation_id,
            Mandate.programme_id == one.programme_id,
            Mandate.status == MandateStatus.ACCEPTED,
            Mandate.id != one.id,
        )
    )
    return held is not None


async def _asked(call: Call, programme_id: UUID) -> list[Speaking]:
    """What the regulation of the programme's newest cycle says of who speaks."""
    newest = (
        select(Cycle.regulation_hash)
        .where(Cycle.programme_id == programme_id)
        .order_by(Cycle.created_at.desc(), Cycle.id)
        .limit(1)
    )
    pinned = await call.db.scalar(newest)
    if pinned is None:
        return []
    regulation = await regulation_of(call.db, pinned)
    return [stage.speaking for stage in regulation.stages if isinstance(stage, Intake)]
