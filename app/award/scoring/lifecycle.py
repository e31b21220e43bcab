"""Which statuses have a sheet (评分表) and a scorebook (合议评分册)? What is locked stays so."""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle


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
])
SCOREBOOK = Lifecycle([
    ("lock", {ScorebookStatus.OPEN}, ScorebookStatus.LOCKED, "scorebook:lock"),
])
# fmt: on
