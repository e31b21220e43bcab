"""How does the public check the log? Without an account: evidence is for everybody."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query

from app.platform.accounts.callers import PublicReading
from app.platform.audit import queries
from app.platform.audit.schemas import HEX, CheckpointView, ProofView
from app.platform.http.pages import CursorUnreadable, Page, Paging
from app.platform.http.problems import answers

routes = APIRouter(prefix="/public/log", tags=["evidence"])

Log = UUID | Literal["service"]


class CheckpointQuery(Paging):
    """Of which log."""

    log: Log


@routes.get(
    "/checkpoints",
    operation_id="list_checkpoints",
    summary="The signed checkpoints of a log",
    responses=answers(CursorUnreadable),
)
async def list_checkpoints(
    call: PublicReading, query: Annotated[CheckpointQuery, Query()]
) -> Page[CheckpointView]:
    """Newest first: one at each closing of a stage, and one a day while the log grows."""
    return await queries.list_checkpoints(call.db, str(query.log), query)


@routes.get(
    "/{log}/proof",
    operation_id="prove_leaf",
    summary="That an act stands in the log",
    responses=answers(queries.LeafUnknown, queries.NotInCheckpoint),
)
async def prove_leaf(
    call: PublicReading,
    log: Annotated[Log, Path()],
    leaf: Annotated[
        str,
        Query(
            pattern="^[0-9a-f]{64}$",
            description="A leaf hash in hex, as a receipt names it.",
            examples=[HEX],
        ),
    ],
) -> ProofView:
    """For the holder of a receipt: nothing is told but where this very leaf stands."""
    return await queries.prove(call.db, str(log), bytes.fromhex(leaf))
