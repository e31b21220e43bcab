"""Which statuses have a sheet (评分表) and a scorebook (合议评分册)? What is locked stays so."""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


class SheetStatus(StrEnum):
    DRAFT = "draft"
    LOCKED = "locked"


class ScorebookStatus(StrEnum):
    OPEN = "open"
    LOCKED = "locked"


# fmt: off
SHEET = Lifecycle([
    # move    from                    to                      permission
    ("lock", {SheetStatus.DRAFT},    SheetStatus.LOCKED,     "sheet:lock"),
], Names(
    statuses={"draft": "草稿", "locked": "已锁定"},
    moves={"lock": "锁定"},
))
SCOREBOOK = Lifecycle([
    ("lock", {ScorebookStatus.OPEN}, ScorebookStatus.LOCKED, "scorebook:lock"),
], Names(
    statuses={"open": "合议中", "locked": "已锁定"},
    moves={"lock": "锁定"},
))
# fmt: on
