"""How does somebody see how far their work is?"""

from uuid import UUID

from fastapi import APIRouter

from app.platform.accounts.callers import Reading, SignInNeeded
from app.platform.http.problems import answers
from app.platform.progress import queries
from app.platform.progress.schemas import JobView

routes = APIRouter(prefix="/jobs", tags=["jobs"])


@routes.get(
    "/{job_id}",
    operation_id="read_job",
    summary="How far a piece of work is",
    responses=answers(SignInNeeded, queries.JobUnknown),
)
async def read_job(call: Reading, job_id: UUID) -> JobView:
    """The address stands in `Location` of the answer 202 to whoever asked for the work."""
    return await queries.job_view(call, job_id)
