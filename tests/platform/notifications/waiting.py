"""What other tests have left to be sent must not come between."""

from sqlalchemy import delete

from app.platform.ground import Ground
from app.platform.jobs.models import Job, JobState


async def nothing_waits(ground: Ground) -> None:
    """Forget every job that waits."""
    async with ground.database.writing() as db:
        await db.execute(delete(Job).where(Job.state == JobState.WAITING))
