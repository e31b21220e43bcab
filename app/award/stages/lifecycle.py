"""Which statuses has a stage (环节), how do they change, and what can become of an entry?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


class StageStatus(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


# fmt: off
STAGE = Lifecycle([
    # move     from                   to                  permission
    ("open",  {StageStatus.WAITING}, StageStatus.OPEN,   "stage:open"),
    ("close", {StageStatus.OPEN},    StageStatus.CLOSED, "stage:close"),
], Names(
    statuses={"waiting": "未开始", "open": "进行中", "closed": "已结束"},
    moves={"open": "开始", "close": "结束"},
))
# fmt: on


class Result(StrEnum):
    """What a stage leaves on an entry."""

    ADVANCED = "advanced"
    ELIMINATED = "eliminated"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


class Clerical(StrEnum):
    """What a clerical error can be in: never in a score, a rank or a result."""

    NAME = "name"
    TITLE = "title"
    DOCUMENT = "document"
    DATE = "date"
    TEXT = "text"
