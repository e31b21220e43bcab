"""Whom does an application of the rehearsal name, and for which tier?"""

from typing import Any

from app.rehearsal.cast import person_name
from app.rehearsal.clock import CUT_OFF
from app.rehearsal.year import Applicant, Year
from app.rules.regulation.stages import Intake

ITSELF = {"organisation", "small_organisation"}
PEOPLE = {"individual": 1, "joint": 2}
"""How many people are named where people are awarded."""


def named(year: Year, stage: Intake, applicant: Applicant) -> dict[str, Any]:
    """The parts of the form that stand there only where the regulation asks for them."""
    track = next(t for t in year.regulation.tracks if t.key == applicant.track)
    found: dict[str, Any] = {}
    if track.awardee not in ITSELF:
        people = min(PEOPLE.get(track.awardee, 0), track.members or 2)
        names = [person_name(year.cast.dice("awardee", applicant.number, n)) for n in range(people)]
        found["awardee"] = {
            "name": None if names else f"{year.firm(applicant.number)}{track.name}",
            "people": [{"name": name} for name in names],
        }
    if track.honours != "awardee":
        found["subject"] = f"{track.name}{applicant.number + 1}"
    if stage.names_tier:
        tiers = year.regulation.tiers_of(applicant.track)
        found["tier"] = tiers[applicant.number // len(year.regulation.tracks) % len(tiers)]
    if stage.internal_notice is not None:
        found["internal_notice"] = {
            "first_day": CUT_OFF.replace(month=11, day=3).isoformat(),
            "last_day": CUT_OFF.isoformat(),
        }
    return found
