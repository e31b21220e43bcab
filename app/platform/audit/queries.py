"""What may everybody read of the sealed logs? Checkpoints, and the place of a leaf they hold."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.models import LogCheckpoint, LogLeaf
from app.platform.audit.schemas import CheckpointView, ProofView
from app.platform.audit.tree import Range, proof_ranges, range_root, rows_needed
from app.platform.errors import Conflict, NotFound
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging


class LeafUnknown(NotFound):
    code = "leaf-unknown"
    zh = "此日志中没有这个封存值。"
    en = "There is no such leaf in this log."


class NotInCheckpoint(Conflict):
    code = "not-in-a-checkpoint"
    zh = "记录已经封存，但还没有包含它的检查点，请稍后再查。"
    en = "The act is sealed, but no checkpoint covers it yet; ask again later."


async def list_checkpoints(db: AsyncSession, log: str, paging: Paging) -> Page[CheckpointView]:
    """The checkpoints of a log, newest first; one statement."""
    statement = select(
        LogCheckpoint.log_key.label("log"),
        LogCheckpoint.size,
        LogCheckpoint.root,
        LogCheckpoint.at,
        LogCheckpoint.why,
        LogCheckpoint.token,
    ).where(LogCheckpoint.log_key == log)

    def view(row: Any) -> CheckpointView:
        return CheckpointView.of(row, root=row.root.hex())

    return await newest_first(
        db, statement, paging, at=LogCheckpoint.at, identity=LogCheckpoint.id, view=view
    )


async def prove(db: AsyncSession, log: str, leaf: bytes) -> ProofView:
    """Where a leaf stands in the oldest checkpoint that covers it; three statements, and some
    log2(n)² rows. Raises LeafUnknown, NotInCheckpoint.
    """
    index = await db.scalar(
        select(LogLeaf.seq)
        .where(LogLeaf.log_key == log, LogLeaf.leaf_hash == leaf)
        .order_by(LogLeaf.seq)
        .limit(1)
    )
    if index is None:
        raise LeafUnknown
    point = await db.scalar(
        select(LogCheckpoint)
        .where(LogCheckpoint.log_key == log, LogCheckpoint.size > index)
        .order_by(LogCheckpoint.size)
        .limit(1)
    )
    if point is None:
        raise NotInCheckpoint
    roots = await _roots(db, log, proof_ranges(index, point.size))
    return ProofView(
        log=log,
        leaf=leaf.hex(),
        index=index,
        size=point.size,
        root=point.root.hex(),
        proof=[root.hex() for root in roots],
        checkpoint=point.token,
    )


async def _roots(db: AsyncSession, log: str, ranges: list[Range]) -> list[bytes]:
    needed = {place for wanted in ranges for place in rows_needed(wanted)}
    rows = (
        await db.execute(
            select(LogLeaf.seq, LogLeaf.leaf_hash, LogLeaf.peak).where(
                LogLeaf.log_key == log, LogLeaf.seq.in_(needed)
            )
        )
    ).all()
    leaves = {row.seq: row.leaf_hash for row in rows}
    peaks = {row.seq: row.peak for row in rows}
    return [range_root(wanted, leaves, peaks) for wanted in ranges]
