"""Which statuses has a cycle (届), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle


class CycleStatus(StrEnum):
    PLANNED = "planned"
    LAUNCHED = "launched"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


# fmt: off
CYCLE = Lifecycle([
    # move        from                                          to                     permission
    ("launch",   {CycleStatus.PLANNED},                         CycleStatus.LAUNCHED,  "cycle:launch"),
    ("complete", {CycleStatus.LAUNCHED},                        CycleStatus.COMPLETED, "cycle:complete"),
    ("cancel",   {CycleStatus.PLANNED, CycleStatus.LAUNCHED},   CycleStatus.CANCELLED, "cycle:cancel"),
])
# fmt: on
