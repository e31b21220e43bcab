"""How is a cycle planned and launched?"""

from app.catalogue import loader
from app.rehearsal.clock import CUT_OFF, START, Slot
from app.rehearsal.year import Year
from app.rules.regulation import Regulation

APPLICANTS_A_PLACE = 4
YEARS_AGO = 20
"""Longer than any bar known."""


def places_of(regulation: Regulation, applicants: int) -> int:
    """How many places this year: one for every four applicants, as far as the quotas go."""
    caps = [quota.at_most for quota in regulation.quotas if quota.at_most is not None]
    wanted = max(applicants // APPLICANTS_A_PLACE, 1)
    return min(wanted, sum(caps)) if caps else wanted


async def plan(year: Year) -> None:
    """Adopt the regulation, open the cycle, set the timetable, launch."""
    office, regulation = year.office, year.regulation
    adopted = await office.head.post(
        f"/programmes/{office.programme}/regulations",
        {"text": year.text, "document": "区政府发文〔2026〕1号"},
    )
    year.hash = adopted["hash"]
    cycle = await office.head.post(
        f"/programmes/{office.programme}/cycles",
        {
            "regulation_hash": year.hash,
            "ordinal": 1,
            "label": f"{START.year}年度",
            "period_from": CUT_OFF.replace(month=1, day=1).isoformat(),
            "period_to": CUT_OFF.isoformat(),
            "cut_off": CUT_OFF.isoformat(),
        },
    )
    year.cycle = cycle["id"]
    await office.clerk.ask("PUT", year.path("/timetable"), json=_timetable(year.slots))
    await office.head.post(
        year.path("/launch"),
        {"body": regulation.issuer, "document": "区政府办发文〔2026〕2号", "places": year.places},
    )
    pinned = await year.public.get(year.path("/criteria"))
    year.checks.holds(
        "本届评审使用的准则与目录一致",
        all(loader.criteria(one["code"]).name == one["name"] for one in pinned),
    )


async def remember(year: Year) -> None:
    """Enter an honour of long ago, so that a bonus for first wins only has something to look at."""
    tier = year.regulation.tiers[0]
    await year.office.clerk.post(
        f"/programmes/{year.office.programme}/records",
        {
            "credit_code": year.applicants[year.cast.honoured].credit_code,
            "kind": "honour",
            "what": tier.key,
            "on": f"{START.year - YEARS_AGO}-11-20",
            "evidence": f"区政府发文〔{START.year - YEARS_AGO}〕31号",
        },
    )


def _timetable(slots: dict[str, Slot]) -> dict[str, object]:
    return {
        "slots": [
            {"stage": key, "opens_at": slot.opens.isoformat(), "closes_at": slot.closes.isoformat()}
            for key, slot in slots.items()
        ]
    }
