"""Which statuses has a cycle (届), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle


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
])
# fmt: on
