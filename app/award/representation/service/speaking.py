"""How does the role of speaking for an organisation follow from the mandates?"""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from app.award.representation.lifecycle import MandateStatus
from app.award.representation.models import Mandate
from app.platform.accounts.callers import Call
from app.platform.accounts.service import representing
from app.platform.clock import ZONE
from app.rules.calendar import local_date


async def settle(call: Call, person_id: UUID, organisation_id: UUID) -> None:
    """Whoever has a mandate that counts speaks for the organisation, to the end of the last day of
    the longest; who has none does not.
    """
    await call.db.flush()
    days = await call.db.scalars(
        select(Mandate.valid_until).where(
            Mandate.person_id == person_id,
            Mandate.organisation_id == organisation_id,
            Mandate.status == MandateStatus.ACCEPTED,
        )
    )
    today = local_date(call.now)
    counting = [day for day in days.all() if day is None or day >= today]
    if not counting:
        await representing.silence(call, person_id, organisation_id)
        return
    last = max((day for day in counting if day is not None), default=None)
    until = None
    if last is not None and None not in counting:
        over = datetime.combine(last + timedelta(days=1), time.min, ZONE)
        until = over - (call.now - call.wall)  # roles are held in wall time
    await representing.let_speak(call, person_id, organisation_id, until)
