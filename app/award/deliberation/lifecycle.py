"""Which statuses has a motion (议案), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle


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
])
# fmt: on
