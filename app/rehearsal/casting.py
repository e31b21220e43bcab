"""Whom does a regulation need for a rehearsal: how many judges, seats, and which bodies?"""

from typing import Final

from app.rehearsal.cast import POSTS
from app.rules.regulation import Regulation
from app.rules.regulation.stages import Panel

LEAD_AND_BACKUP: Final = 2
COMMITTEE: Final = 9
"""Seats of a committee of which the regulation says nothing."""


def panel_size(regulation: Regulation, rule: Panel) -> int:
    """How many judges a panel of this stage has: as few as the regulation allows. Where the work is
    divided every category has a lead and a backup.
    """
    trimmed = rule.method.trimmed_mean
    divided = LEAD_AND_BACKUP if rule.division == "by_category" else 0
    return max(regulation.judges_of(rule).at_least, trimmed.at_least if trimmed else 0, divided)


def of_committee(regulation: Regulation, rule: Panel) -> bool:
    """Whether those who hold the committee's seats judge here."""
    return regulation.judges_of(rule).seated == "committee"


def judges_needed(regulation: Regulation) -> int:
    """The fewest experts with whom every panel can sit."""
    own = _forming(regulation)
    return max(
        (panel_size(regulation, s) for s in own if not of_committee(regulation, s)), default=1
    )


def seats_needed(regulation: Regulation) -> int:
    """How many seats the committee is played with."""
    rule = regulation.committee
    sitting = [
        panel_size(regulation, s) for s in _forming(regulation) if of_committee(regulation, s)
    ]
    seats = max(COMMITTEE, *sitting, 0)
    if rule is not None:
        seats = max(min(seats, rule.at_most or seats), rule.at_least or 0)
        if rule.odd and seats % 2 == 0:
            seats += 1 if seats + 1 <= (rule.at_most or seats + 1) else -1
    return seats


def posts(seats: int) -> list[str]:
    """The posts of a committee of so many seats."""
    return [POSTS[n] if n < len(POSTS) else f"委员{n + 1}" for n in range(seats)]


def accounts_needed(regulation: Regulation) -> int:
    """How many holders of seats need accounts: those who judge, at least one."""
    forming = [s for s in _forming(regulation) if of_committee(regulation, s)]
    return max((panel_size(regulation, s) for s in forming), default=1)


def _forming(regulation: Regulation) -> list[Panel]:
    return [s for s in regulation.stages if isinstance(s, Panel) and s.panel_of is None]
