"""How is a cycle planned and launched?"""

from app.catalogue import loader
from app.rehearsal import facts
from app.rehearsal.clock import CUT_OFF, START, Slot
from app.rehearsal.year import Year
from app.rules.quota import places
from app.rules.regulation import Regulation

APPLICANTS_A_PLACE = 4


def places_of(regulation: Regulation, applicants: int) -> int:
    """How many places this year: one for every four applicants, as far as the quotas go."""
    wanted = max(applicants // APPLICANTS_A_PLACE, 1)
    least = sum(quota.at_least or 0 for quota in regulation.quotas)
    tracks = [track.key for track in regulation.tracks]
    most = places(regulation.quotas, tracks, regulation.tiers)
    return min(max(wanted, least), most or wanted + least)


def _approver(regulation: Regulation) -> str:
    """Who approves the opening of a cycle: whom the regulation names, else its issuer."""
    return regulation.launch.approved_by if regulation.launch else regulation.issuer


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
        {
            "body": _approver(regulation),
            "document": "区政府办发文〔2026〕2号",
            "places": year.places,
        },
    )
    pinned = await year.public.get(year.path("/criteria"))
    year.checks.holds(
        "本届评审使用的准则与目录一致",
        all(loader.criteria(one["code"]).name == one["name"] for one in pinned),
    )


async def remember(year: Year) -> None:
    """Enter what is on record about the applicants: honours, certificates, incidents."""
    place = f"/programmes/{year.office.programme}/records"
    for applicant in year.applicants:
        for record in facts.of(year.regulation, year.cast, applicant.number).records:
            body = {
                "credit_code": applicant.credit_code,
                "kind": record.kind,
                "what": record.what,
                "on": str(record.on),
                "evidence": record.ref,
            }
            await year.office.clerk.post(
                place, body | ({"award": record.name} if record.name else {})
            )


def _timetable(slots: dict[str, Slot]) -> dict[str, object]:
    return {
        "slots": [
            {"stage": key, "opens_at": slot.opens.isoformat(), "closes_at": slot.closes.isoformat()}
            for key, slot in slots.items()
        ]
    }
