"""Which regulations could there be? Sound ones by chance: whom, for what, how many, on what terms.

Everything is drawn, so that a failure shrinks to a small regulation; the course of the stages
stands in `invented_course.py`.
"""

import json
from random import Random
from typing import Any

from hypothesis import strategies as st

from app.catalogue import loader
from tests.rehearsal.invented_course import Course, Draw, Rules, some

SMALL = ("individual-100", "team-100", "project-100", "model-100", "government-100")
LARGE = ("own-points-1000", "provincial-hunan")
AWARDEES = ("organisation", "small_organisation", "individual", "team", "project", "unit")
COUNTS = st.integers(1, 3)
WITHOUT_ORDER = {"quotas", "bonus", "bars", "of", "floors", "after", "tier", "track", "granted"}


def text_of(rules: Rules) -> str:
    """A regulation's file: every JSON text is a YAML text, with quotes where they are needed."""
    return json.dumps(rules, ensure_ascii=False, indent=1)


@st.composite
def regulations(draw: Draw) -> Rules:
    """A regulation as plain values, sound by the way it is made."""
    tracks = _tracks(draw)
    keys = [track["key"] for track in tracks]
    groups = _groups(draw)
    tiers = _tiers(draw, keys, [group["key"] for group in groups])
    rules: Rules = {
        "schema": "award-regulation/1",
        "code": "invented",
        "title": "某市质量奖管理办法",
        "issuer": "某市人民政府",
        "issued_on": "2025-01-01",
        "tracks": tracks,
        "tiers": tiers,
        "groups": groups,
        "quotas": _quotas(draw, keys, tiers, groups),
        "eligibility": _eligibility(draw, keys, tiers, groups),
    }
    sets = {track["key"]: loader.criteria(track["criteria"]) for track in tracks}
    capped = all(_capped(rules["quotas"], tier["key"], track) for tier in tiers for track in keys)
    rules["stages"] = Course(draw, sets, tiers, rules["eligibility"], capped).run()
    return rules | _afterwards(draw, keys, tiers, groups)


def permuted(rules: Rules, seed: int) -> Rules:
    """The same regulation, its lists written in another order wherever order has no meaning."""
    dice = Random(seed)

    def mixed(part: Any, name: str = "") -> Any:
        if isinstance(part, dict):
            return {key: mixed(value, key) for key, value in part.items()}
        if isinstance(part, list):
            parts = [mixed(each) for each in part]
            return dice.sample(parts, len(parts)) if name in WITHOUT_ORDER else parts
        return part

    found: Rules = mixed(rules)
    # In a condition `of` may stand for the first of several; of a composite it has no order.
    return found | {name: rules[name] for name in ("groups", "eligibility")}


def _tracks(draw: Draw) -> list[Rules]:
    awardees = draw(st.lists(st.sampled_from(AWARDEES), min_size=1, max_size=3, unique=True))
    alike = draw(st.booleans())
    first = draw(st.sampled_from((*SMALL, *LARGE)))
    return [
        {
            "key": f"track-{place}",
            "name": f"类别{place}",
            "awardee": awardee,
            "criteria": first if alike or not place else draw(st.sampled_from(SMALL)),
            "honours": draw(st.sampled_from(("awardee", "awardee", "achievement"))),
        }
        for place, awardee in enumerate(awardees)
    ]


def _groups(draw: Draw) -> list[Rules]:
    """Some are told by a fact, some by another group; most applicants are not sorted by a clerk."""
    found: list[Rules] = []
    for place in range(draw(st.integers(0, 2))):
        when = draw(st.sampled_from(("declared", "figure", "award_held", "judged", "in_group")))
        condition = {"key": f"is-group-{place}", "name": "属于该类"} | {
            "declared": {"kind": "declared", "fact": f"size-{place}", "one_of": ["小型", "微型"]},
            "figure": {"kind": "declared", "fact": f"staff-{place}", "at_most": "300"},
            "award_held": {"kind": "award_held", "honours": ["某省质量奖"]},
            "judged": {"kind": "judged", "question": "是否属于该类"},
            "in_group": {"kind": "in_group", "of": "group-0"}
            if place
            else {"kind": "declared", "fact": "sector", "equals": "制造"},
        }[when]
        found.append({"key": f"group-{place}", "name": f"某类{place}", "when": condition})
    return found


def _tiers(draw: Draw, tracks: list[str], groups: list[str]) -> list[Rules]:
    """Of every track at least the first tier is open to everybody."""
    found: list[Rules] = []
    for place in range(draw(st.integers(1, 4))):
        tier: Rules = {"key": f"tier-{place}", "name": f"等次{place}"}
        if place and draw(st.integers(0, 3)) == 0:
            tier["tracks"] = some(draw, tracks)
        if place and groups and draw(st.integers(0, 4)) == 0:
            tier["groups"] = some(draw, groups)
        if draw(st.booleans()):
            tier["valid"] = draw(st.sampled_from(({"years": 3}, "unlimited")))
        found.append(tier)
    return found


def _quotas(draw: Draw, tracks: list[str], tiers: list[Rules], groups: list[Rules]) -> list[Rules]:
    """Caps of every form, and minimums that each stand under a cap that has room for them all."""
    keys = [tier["key"] for tier in tiers]
    form = draw(st.sampled_from(("each", "shared", "nested", "by-track", "none")))
    found: list[Rules] = []
    if form in {"each", "nested"}:
        found += [{"at_most": draw(COUNTS), "of": {"tier": key}} for key in keys]
    if form in {"shared", "nested"}:
        found.append({"at_most": draw(st.integers(2, 5)), "of": {"tier": keys}})
    if form == "by-track":
        found += [
            {"at_most": draw(COUNTS), "of": {"tier": key, "track": track}}
            for key in keys
            for track in tracks
        ]
    if len(tracks) > 1 and draw(st.booleans()):
        found.append({"at_most": draw(COUNTS), "of": {"track": some(draw, tracks)}})
    for group in groups:
        found += _of_group(draw, group["key"], keys)
    if draw(st.integers(0, 4)) == 0:
        counted: Rules = {"tier": keys[0]}
        if draw(st.booleans()):
            counted["track"] = draw(st.sampled_from(tracks))
        found.append({"at_least": 1, "of": counted})
    for quota in found:
        if "at_most" in quota and draw(st.integers(0, 7)) == 0:
            quota["in_principle"] = True
    return draw(st.permutations(found))


def _capped(quotas: list[Rules], tier: str, track: str) -> bool:
    """Whether some cap counts every award of a tier in a track."""
    return any(
        "at_most" in quota
        and "except" not in quota
        and "group" not in quota["of"]
        and tier in quota["of"].get("tier", [tier])
        and track in quota["of"].get("track", [track])
        for quota in quotas
    )


def _of_group(draw: Draw, group: str, tiers: list[str]) -> list[Rules]:
    """Reserved for a group, a number of its own, a minimum, or outside the number."""
    tier = draw(st.sampled_from(tiers))
    counted = {"tier": tier, "group": group}
    return draw(
        st.sampled_from(
            (
                [],
                [{"at_most": 1, "of": {"tier": tier}, "except": {"group": group}}],
                [{"at_most": 2, "of": counted}],
                [{"at_least": 1, "of": counted}],
                [{"at_most": 3, "of": {"tier": tiers}, "except": counted}],
            )
        )
    )


REQUIRED = (
    {"kind": "years_registered", "at_least": 3},
    {"kind": "years_registered", "at_least": 5, "back_from": "submission"},
    {"kind": "certificate", "of": ["qms", "ems"], "held_for": {"years": 3}},
    {"kind": "declared", "fact": "tax-paid", "at_least": "2000000"},
    {"kind": "declared", "fact": "budget-funded", "equals": "no"},
    {"kind": "grade", "fact": "credit-grade", "grades": ["A", "AA", "AAA"], "at_least": "AA"},
    {"kind": "rank_in_industry", "by": ["revenue", "profit"], "at_most": 10, "within": "city"},
    {"kind": "judged", "question": "在行业内是否有突出贡献"},
    {
        "kind": "any_of",
        "of": [
            {"key": "old", "name": "满十年", "kind": "years_registered", "at_least": 5},
            {
                "key": "giant",
                "name": "专精特新",
                "kind": "declared",
                "fact": "giant",
                "equals": "是",
            },
        ],
    },
)
FORBIDDEN = (
    {"kind": "incident", "of": ["quality", "safety"], "within": {"years": 3}},
    {"kind": "incident", "of": ["penalty"], "within": {"months": 12}, "until_grant": True},
    {"kind": "loss_making", "fiscal_years": 3, "policy_loss_excepted": True},
    {"kind": "concurrent_application", "at": ["city", "province"]},
)


def _eligibility(draw: Draw, tracks: list[str], tiers: list[Rules], groups: list[Rules]) -> Rules:
    """Grounds that can be met together; some asked of some, some about some tiers alone."""

    def grounds(name: str, among: tuple[Rules, ...]) -> list[Rules]:
        taken = draw(st.lists(st.sampled_from(range(len(among))), max_size=3, unique=True))
        return [
            {"key": f"{name}-{place}", "name": f"条件{place}"}
            | among[place]
            | _narrowed(draw, tracks, tiers, groups)
            for place in taken
        ]

    return {"require": grounds("require", REQUIRED), "forbid": grounds("forbid", FORBIDDEN)}


def _narrowed(draw: Draw, tracks: list[str], tiers: list[Rules], groups: list[Rules]) -> Rules:
    way = draw(st.sampled_from(("nobody", "nobody", "nobody", "track", "tier", "group")))
    if way == "track":
        return {"track": some(draw, tracks)}
    if way == "tier" and len(tiers) > 1:
        return {"tier": tiers[0]["key"]}
    if way == "group" and groups:
        return {"group": groups[0]["key"]}
    return {}


def _afterwards(draw: Draw, tracks: list[str], tiers: list[Rules], groups: list[Rules]) -> Rules:
    """Money, bars, a committee, and how much is told."""
    keys = [tier["key"] for tier in tiers]
    found: Rules = {"bonus": _bonus(draw, tracks, keys, [group["key"] for group in groups])}
    if draw(st.booleans()):
        found["matching"] = [{"key": "province", "honour": ["某省质量奖"], "share": "50%"}]
    found["bars"] = [
        {
            "key": f"bar-{place}",
            "after": {"granted": some(draw, keys)},
            "sit_out": draw(st.sampled_from(({"years": 3}, {"cycles": 2}, "for_ever"))),
            "from": draw(st.sampled_from(("decision_date", "award_year_end"))),
        }
        | ({"closes": keys[0]} if draw(st.booleans()) else {})
        for place in range(draw(st.integers(0, 2)))
    ]
    if draw(st.booleans()):
        found["committee"] = {"at_least": draw(st.integers(1, 9)), "odd": draw(st.booleans())}
    if draw(st.booleans()):
        found["launch"] = {"approved_by": "市委、市政府"}
    found["cycle"] = draw(st.sampled_from(({"every_years": 2}, {"when_approved": {}})))
    levels = st.sampled_from(("outcome", "band", "points", "rank"))
    found["disclose"] = {"public": draw(levels), "applicant": draw(levels)}
    return found


def _bonus(draw: Draw, tracks: list[str], tiers: list[str], groups: list[str]) -> list[Rules]:
    found: list[Rules] = []
    for tier in tiers:
        if draw(st.booleans()):
            rule: Rules = {
                "tier": tier,
                "amount": f"{draw(st.integers(0, 10**8))}.{draw(st.integers(0, 99)):02d}",
                "first_win_only": draw(st.booleans()),
                "first_win_of": draw(st.sampled_from(("programme", "tier"))),
                "except": ["budget_funded", *groups] if draw(st.booleans()) else [],
            }
            found.append(rule | ({"track": some(draw, tracks)} if draw(st.booleans()) else {}))
    return found
