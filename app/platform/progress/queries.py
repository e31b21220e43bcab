"""What can be read of a job, and by whom? By whoever asked for it."""

from uuid import UUID

from sqlalchemy import select

from app.platform.accounts.callers import Call
from app.platform.errors import NotFound
from app.platform.jobs.models import Job, JobState
from app.platform.progress.schemas import Failure, JobView
from app.platform.security.access import fetch_view
from app.platform.security.permission import Resource


class JobUnknown(NotFound):
    code = "job-not-found"
    zh = "没有这项任务，或不是您提出的。"
    en = "There is no such job, or it is not yours."


JOB_RESOURCE = Resource(
    "job",
    standings={
        "asker": lambda actor: Job.owner_id.is_not(None) & (Job.owner_id == actor.person_id)
    },
    missing=JobUnknown,
)


async def job_view(call: Call, job_id: UUID) -> JobView:
    """The job as whoever asked for it sees it, or JobUnknown; one statement."""
    statement = select(Job.id, Job.kind, Job.state, Job.created_at, Job.result, Job.refusal).where(
        Job.id == job_id
    )
    row = (await fetch_view(call.db, call.actor, JOB_RESOURCE, statement)).it
    return JobView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        created_at=row.created_at,
        result=row.result if row.state == JobState.DONE else None,
        failure=None if row.refusal is None else Failure(**row.refusal),
    )
