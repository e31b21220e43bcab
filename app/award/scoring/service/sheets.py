"""What a judge does with a sheet: score an item, lock the whole."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from app.award.judging.models import Assignment
from app.award.programmes.models import Cycle
from app.award.programmes.queries import regulation_of
from app.award.scoring import queries, rules
from app.award.scoring.lifecycle import SHEET, SheetStatus
from app.award.scoring.models import Sheet, SheetItem, SheetRevision
from app.award.scoring.schemas import ItemIn, LockView, SheetItemView
from app.award.scoring.service.freezing import freeze, sign_receipt
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import hold_open, open_stage
from app.award.stages.rules import EntryEnded
from app.platform.accounts.callers import Call
from app.platform.db.prepared import Direct, Prepared
from app.platform.errors import Stale, ensure
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.security.access import fetch_prepared
from app.platform.security.permission import AnyCaller
from app.platform.workflow.advance import advancing
from app.proof.canonical import digest
from app.rules.regulation.stages import Panel

HELD = Prepared(
    queries.sheets(
        Sheet.status,
        Sheet.scale,
        Entry.stage_id,
        Outcome.result,
        SheetItem.version,
        *queries.SHEET_RESOURCE.facts(AnyCaller()),
    )
    .outerjoin(Outcome, Outcome.entry_id == Entry.id)
    .outerjoin(SheetItem, (SheetItem.sheet_id == Sheet.id) & (SheetItem.code == bindparam("code")))
    .where(Sheet.id == bindparam("sheet"))
    .with_for_update(read=True, key_share=True, of=Sheet)
)
"""A sheet with one of its items, held against a lock until the end of the transaction."""
SAVED = Prepared(
    update(SheetItem)
    .where(
        SheetItem.sheet_id == bindparam("sheet"),
        SheetItem.code == bindparam("item"),
        SheetItem.version == bindparam("seen"),
    )
    .values(
        percentage=bindparam("given"),
        comments=bindparam("said"),
        version=SheetItem.version + 1,
    )
    .returning(*queries.ITEM_COLUMNS)
)
KEPT = Prepared(
    insert(SheetRevision).values(
        sheet_id=bindparam("sheet"),
        code=bindparam("item"),
        version=bindparam("made"),
        percentage=bindparam("given"),
        comments=bindparam("said"),
        saved_at=bindparam("now"),
    )
)


async def score(
    call: Call[Direct], sheet_id: UUID, code: str, body: ItemIn, if_match: str
) -> SheetItemView:
    """Save one item: four statements. Only the item's own row is written and only a lock of the
    sheet has to wait, so that two items of a sheet are saved at the same time.
    """
    found = await fetch_prepared(
        call.db, call.actor, queries.SHEET_RESOURCE, HELD, sheet=sheet_id, code=code
    )
    found.require("sheet:score")
    row = found.it
    if row.version is None:
        raise rules.ItemUnknown(item=code)
    ensure([rules.percentage_obstacle(body.percentage, rules.scale_of(row.scale).step)])
    if row.status != SheetStatus.DRAFT:
        raise rules.AlreadyLocked
    await hold_open(call.db, row.stage_id)
    if row.result is not None:
        raise EntryEnded
    ensure_fresh(if_match, version_tag(row.version))
    return await _saved(call, sheet_id, code, body, row.version)


async def lock(call: Call, sheet_id: UUID, if_match: str) -> LockView:
    """Lock a sheet as it was seen; everything still missing is told at once."""
    found = await queries.get_sheet(call, sheet_id, lock=True)
    about = await _about(call, sheet_id)
    detail: dict[str, Any] = {}
    with advancing(
        call.db, found, SHEET, "lock", now=call.now, log=about.cycle_id, detail=detail
    ) as reasons:
        await open_stage(call.db, about.stage_id)
        reasons.append(None if about.result is None else EntryEnded())
        items = await queries.items_of(call.db, sheet_id)
        ensure_fresh(if_match, queries.sheet_tag(items, SheetStatus.DRAFT))
        rule = (await regulation_of(call.db, about.regulation_hash)).stage(about.key)
        needed = rule.comments_per_item.at_least if isinstance(rule, Panel) else 0
        reasons.extend(
            rules.completeness_obstacles(
                [(item.code, item.percentage, len(item.comments)) for item in items], needed
            )
        )
        total = queries.total_text(items)
        if total is not None:
            freeze(call, found.it, await _content(call, about, sheet_id, items), total)
            detail["digest"] = found.it.digest
    sign_receipt(call, found.it, about.cycle_id, reasons.leaf)
    await call.db.flush()
    return queries.lock_view(found.it)


async def _saved(
    call: Call[Direct], sheet_id: UUID, code: str, body: ItemIn, seen: int
) -> SheetItemView:
    """Write the item unless somebody was faster, and keep the revision."""
    what = {
        "sheet": sheet_id,
        "item": code,
        "given": body.percentage,
        "said": [comment.model_dump(mode="json") for comment in body.comments],
    }
    saved = await call.db.first(SAVED, seen=seen, **what)
    if saved is None:
        raise Stale
    await call.db.all(KEPT, made=saved.version, now=call.now, **what)
    return queries.item_view(saved)


async def _about(call: Call, sheet_id: UUID) -> Any:
    return (
        await call.db.execute(
            select(
                Assignment.entry_id,
                Assignment.expert_id,
                Entry.application_id,
                Entry.stage_id,
                Stage.cycle_id,
                Stage.key,
                Cycle.regulation_hash,
                Outcome.result,
            )
            .join(Sheet, Sheet.assignment_id == Assignment.id)
            .join(Entry, Entry.id == Assignment.entry_id)
            .join(Stage, Stage.id == Entry.stage_id)
            .join(Cycle, Cycle.id == Stage.cycle_id)
            .outerjoin(Outcome, Outcome.entry_id == Entry.id)
            .where(Sheet.id == sheet_id)
        )
    ).one()


async def _content(call: Call, about: Any, sheet_id: UUID, items: Any) -> dict[str, Any]:
    """What is frozen: the items as they stand, and the digest of every revision before."""
    revisions = await call.db.execute(
        select(
            SheetRevision.code,
            SheetRevision.version,
            SheetRevision.percentage,
            SheetRevision.comments,
            SheetRevision.saved_at,
        )
        .where(SheetRevision.sheet_id == sheet_id)
        .order_by(SheetRevision.code, SheetRevision.version)
    )
    return {
        "schema": "award-sheet/1",
        "sheet": str(sheet_id),
        "cycle": str(about.cycle_id),
        "stage": about.key,
        "regulation": about.regulation_hash,
        "application": str(about.application_id),
        "entry": str(about.entry_id),
        "expert": str(about.expert_id),
        "items": [
            {
                "code": item.code,
                "points": queries.points_text(item.units),
                "percentage": item.percentage,
                "comments": item.comments,
            }
            for item in items
        ],
        "revisions": digest(
            [
                [row.code, row.version, row.percentage, row.comments, row.saved_at.isoformat()]
                for row in revisions
            ]
        ),
    }
