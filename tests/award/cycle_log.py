"""What does the log of a cycle say?"""

from sqlalchemy import select

from app.platform.audit.models import AuditEvent
from tests.factories import Office


async def cycle_log(office: Office) -> list[str]:
    """The acts in the log of the office's cycle, in order."""
    async with office.ground.database.reading() as db:
        rows = await db.scalars(
            select(AuditEvent.act)
            .where(AuditEvent.log == office.cycle_id)
            .order_by(AuditEvent.at, AuditEvent.act)
        )
        return list(rows)
