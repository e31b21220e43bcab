"""How does the role of speaking for an organisation follow from the mandates?"""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.award.representation.lifecycle import MandateStatus
from app.award.representation.models import Mandate
from app.award.representation.rules import MandateHeld, MandateKind
from app.platform.accounts.callers import Call
from app.platform.accounts.queries import vouched_until
from app.platform.accounts.service import representing
from app.platform.clock import ZONE
from app.rules.calendar import local_date


async def keep(call: Call, mandate: Mandate) -> None:
    """Store a new one. Raises MandateHeld where one is held, or waits."""
    try:
        async with call.db.begin_nested():
            call.db.add(mandate)
    except IntegrityError as waiting:
        raise MandateHeld from waiting


async def settle(call: Call, person_id: UUID, organisation_id: UUID) -> None:
    """Whoever has a mandate that counts speaks for the organisation, to the end of the last day of
    the longest; who has none does as long as a portal stands for them.
    """
    await call.db.flush()
    days = await call.db.scalars(
        select(Mandate.valid_until).where(
            Mandate.person_id == person_id,
            Mandate.organisation_id == organisation_id,
            Mandate.status == MandateStatus.ACCEPTED,
            Mandate.kind != MandateKind.PORTAL,
        )
    )
    today = local_date(call.now)
    counting = [day for day in days.all() if day is None or day >= today]
    if not counting:
        vouched = await vouched_until(call.db, person_id, organisation_id, call.wall)
        if vouched is None:
            await representing.silence(call, person_id, organisation_id)
        else:
            await representing.let_speak(call, person_id, organisation_id, vouched)
        return
    last = max((day for day in counting if day is not None), default=None)
    until = None
    if last is not None and None not in counting:
        over = datetime.combine(last + timedelta(days=1), time.min, ZONE)
        until = over - (call.now - call.wall)  # roles are held in wall time
    await representing.let_speak(call, person_id, organisation_id, until)
