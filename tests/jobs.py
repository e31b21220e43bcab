"""Jobs that are due, done here and now as the work process would do them."""

from uuid import uuid4

from app.platform.ground import Ground
from app.platform.jobs.work import Tasks, do_jobs


async def work_off(ground: Ground, tasks: Tasks) -> None:
    """Until nothing of these kinds is due any more."""
    while await do_jobs(ground, tasks, uuid4()):
        pass
