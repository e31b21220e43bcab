"""Which statuses has a motion (议案), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


class MotionStatus(StrEnum):
    OPEN = "open"
    RECORDED = "recorded"
    CONFIRMED = "confirmed"


# fmt: off
MOTION = Lifecycle([
    # move       from                                            to                      permission
    ("record",  {MotionStatus.OPEN},                             MotionStatus.RECORDED,  "motion:record"),
    ("confirm", {MotionStatus.RECORDED},                         MotionStatus.CONFIRMED, "motion:confirm"),
    ("return",  {MotionStatus.RECORDED, MotionStatus.CONFIRMED}, MotionStatus.OPEN,      "motion:confirm"),
], Names(
    statuses={"open": "待表决", "recorded": "已记录", "confirmed": "已确认"},
    moves={"record": "记录", "confirm": "确认", "return": "退回"},
))
# fmt: on
