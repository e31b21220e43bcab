"""Which statuses has a cycle (届), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


class CycleStatus(StrEnum):
    PLANNED = "planned"
    LAUNCHED = "launched"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


PLANNED, LAUNCHED, SUSPENDED = CycleStatus.PLANNED, CycleStatus.LAUNCHED, CycleStatus.SUSPENDED
COMPLETED, CANCELLED = CycleStatus.COMPLETED, CycleStatus.CANCELLED

MADE_PUBLIC = (LAUNCHED, SUSPENDED, COMPLETED)
"""While a cycle is in one of these, everybody can read of it."""

# fmt: off
CYCLE = Lifecycle([
    # move        from                             to          permission
    ("launch",   {PLANNED},                        LAUNCHED,   "cycle:launch"),
    ("extend",   {LAUNCHED, SUSPENDED},            None,       "cycle:extend"),
    ("postpone", {LAUNCHED, SUSPENDED},            None,       "cycle:postpone"),
    ("suspend",  {LAUNCHED},                       SUSPENDED,  "cycle:suspend"),
    ("resume",   {SUSPENDED},                      LAUNCHED,   "cycle:resume"),
    ("correct",  {LAUNCHED, SUSPENDED, COMPLETED}, None,       "cycle:correct"),
    ("complete", {LAUNCHED},                       COMPLETED,  "cycle:complete"),
    ("cancel",   {PLANNED, LAUNCHED, SUSPENDED},   CANCELLED,  "cycle:cancel"),
], Names(
    statuses={"planned": "筹备中", "launched": "进行中", "suspended": "已中止",
              "completed": "已完成", "cancelled": "已取消"},
    moves={"launch": "启动", "extend": "延长申报", "postpone": "推迟环节", "suspend": "中止",
           "resume": "恢复", "correct": "更正", "complete": "完成", "cancel": "取消"},
))
# fmt: on
