"""Which things have a lifecycle, and what are its moves?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.award.applications.lifecycle import APPLICATION
from app.award.deliberation.lifecycle import MOTION
from app.award.documents.lifecycle import DOCUMENT
from app.award.programmes.lifecycle import CYCLE
from app.award.publicity.lifecycle import NOTICE, OBJECTION
from app.award.representation.lifecycle import MANDATE
from app.award.scoring.lifecycle import SCOREBOOK, SHEET
from app.award.stages.lifecycle import STAGE
from app.platform.accounts.lifecycle import ACCOUNT
from app.platform.workflow.lifecycle import Lifecycle, Move
from app.reference.schemas import LifecycleView, MoveView

TABLES: Mapping[str, Lifecycle[Any]] = {
    "account": ACCOUNT,
    "mandate": MANDATE,
    "cycle": CYCLE,
    "document": DOCUMENT,
    "stage": STAGE,
    "application": APPLICATION,
    "sheet": SHEET,
    "scorebook": SCOREBOOK,
    "motion": MOTION,
    "notice": NOTICE,
    "objection": OBJECTION,
}
"""In the order of the year."""


def lifecycle_view(thing: str) -> LifecycleView:
    """A table as it is told to clients."""
    statuses, zh = TABLES[thing].statuses, TABLES[thing].zh
    return LifecycleView(
        thing=thing,
        statuses=[status.value for status in statuses],
        names=dict(zh.statuses),
        moves=[
            MoveView(
                move=move.name,
                name=zh.moves[move.name],
                sources=[one.value for one in sources],
                target=move.leads_to(sources[0]).value,
                permission=move.permission,
            )
            for move in TABLES[thing]
            for sources in _together(move, statuses)
        ],
    )


def _together(move: Move[Any], statuses: type[StrEnum]) -> list[list[StrEnum]]:
    """The statuses from which a move is possible, those together that lead to the same one."""
    sources = [one for one in statuses if one in move.sources]
    return [[one] for one in sources] if move.target is None else [sources]


def moves() -> list[str]:
    """Every move there is, sorted."""
    return sorted({move.name for table in TABLES.values() for move in table})
