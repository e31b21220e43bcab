"""Who gets which tier, by rank or by a recorded choice, and what consolations are left to give?"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from app.rehearsal import check
from app.rehearsal.year import Entry, Year
from app.rules.quota import Proposal, RankedEntry, kept_for_others, may_have, places, propose
from app.rules.regulation.quotas import Quota
from app.rules.regulation.stages import Composite, Panel, Stage, Survey, Vote

Scored = Panel | Composite | Survey


def quotas_left(year: Year, stage: Stage) -> list[Quota]:
    """The quotas and the places of the year, less what was given before and what the stages written
    later must still be able to give.
    """
    found, known = [], year.regulation
    rest = known.stages[known.stages.index(stage) + 1 :]
    proposing = [s for s in rest if isinstance(s, Vote | Composite) and s.proposes is not None]
    later = {track for each in proposing for track in known.tracks_of(each)}
    kept = kept_for_others(
        known.quotas, known.tiers, known.tracks_of(stage), sorted(later), year.ledger.held
    )
    for quota in (*known.quotas, Quota(at_most=year.places)):
        count = sum(quota.counts(*held) for held in (*year.ledger.held, *kept))
        name = "at_least" if quota.at_most is None else "at_most"
        left = max(0, (getattr(quota, name) or 0) - count)
        found.append(quota.model_copy(update={name: left}) if count else quota)
    return found


def sought(year: Year, tracks: Sequence[str]) -> int:
    """The places for which the entries of these tracks compete, consolations left out."""
    rules = year.regulation
    tiers = [tier for tier in rules.tiers if tier.key not in rules.consolations]
    most = places(rules.quotas, tracks, tiers)
    return min(year.places, most or 0) or year.places


def last_scored(year: Year, stage: Stage, number: int) -> Panel | Composite | None:
    """The last panel or composite before a stage that has scored an entry."""
    before = year.regulation.upstream(stage)
    for each in reversed(year.regulation.stages):
        known = each.key in before and number in year.ledger.keys.get(each.key, {})
        if known and isinstance(each, Panel | Composite):
            return each
    return None


def last_ranks(year: Year, stage: Stage, entries: Sequence[Entry]) -> dict[int, int]:
    """The rank of each entry in the last stage that scored it; none where not all have one."""
    found = {}
    for entry in entries:
        last = last_scored(year, stage, entry.number)
        if last is None:
            return {}
        found[entry.number] = check.ranks(year.ledger.keys[last.key])[entry.number]
    return found


def standing(year: Year, stage: Vote | Composite, entries: Sequence[Entry]) -> list[RankedEntry]:
    """Those among whom tiers are given, with their rank and the score that floors look at."""
    keys = year.ledger.keys[stage.key]
    ranks = check.ranks(keys)
    if isinstance(stage, Vote):
        entries = [e for e in entries if year.ledger.carried[stage.key][e.number]]
    return [
        RankedEntry(
            str(entry.number),
            entry.track,
            ranks[entry.number],
            _score(year, stage, entry.number),
            frozenset(entry.groups),
            frozenset(entry.closed),
        )
        for entry in entries
    ]


def _score(year: Year, stage: Vote | Composite, number: int) -> Fraction:
    if isinstance(stage, Composite):
        return year.ledger.keys[stage.key][number][0]
    last = last_scored(year, stage, number)
    return year.ledger.keys[last.key][number][0] if last else Fraction()


def by_rank(year: Year, stage: Vote | Composite, entries: Sequence[Entry]) -> Proposal:
    """The tiers that fall to the entries by rank, with the decision on ties where there is one."""
    order = [str(number) for number in year.ledger.order.get(stage.key, [])]
    return propose(
        standing(year, stage, entries),
        year.regulation.tiers,
        quotas_left(year, stage),
        stage.lines,
        order,
    )


async def choose(year: Year, stage: Vote | Composite, entries: Sequence[Entry]) -> None:
    """Record a choice of tiers: as by rank, and for whoever gets none a reason."""
    ranked = standing(year, stage, entries)
    order = sorted(ranked, key=lambda each: (each.rank, int(each.id)))
    found = propose(
        ranked, year.regulation.tiers, quotas_left(year, stage), stage.lines, [e.id for e in order]
    )
    by_number = {str(entry.number): entry.id for entry in entries}
    body = {
        "choices": [
            {
                "entry": by_number[each.id],
                "tier": found.assigned.get(each.id),
                "reason": "名额有限，经集体研究确定。",
            }
            for each in order
        ],
        "document": "评委会会议纪要〔2026〕2号",
        "reason": "原则上的名额，经集体研究确定。",
    }
    place = year.path(f"/stages/{stage.key}")
    early = year.office.head.post(f"{place}/closing")
    await year.checks.refused("没有记录等次决定时环节不能结束", early, 409)
    await year.office.head.post(f"{place}/tier-choice", body)
    year.ledger.tiers[stage.key] = {int(key): tier for key, tier in found.assigned.items()}


def _idle(
    year: Year, stage: Vote | Composite, entries: Sequence[Entry], own: Mapping[int, str]
) -> list[str]:
    """Who has no tier here and could still have one that a minimum wants, under every cap."""
    quotas = quotas_left(year, stage)
    ranked = standing(year, stage, entries)
    awards = [
        (each.track, own[int(each.id)], each.groups) for each in ranked if int(each.id) in own
    ]
    caps = [quota for quota in quotas if quota.at_most is not None]
    short = [
        quota
        for quota in quotas
        if (quota.at_least or 0) > sum(quota.counts(*award) for award in awards)
    ]
    return [
        each.id
        for each in ranked
        for tier in year.regulation.tiers
        if int(each.id) not in own
        and may_have(each, tier, stage.floors)
        and any(quota.counts(each.track, tier.key, each.groups) for quota in short)
        and not check.broken_quotas(caps, [*awards, (each.track, tier.key, each.groups)])
    ]


async def compare(year: Year, stage: Scored | Vote, entries: Sequence[Entry]) -> None:
    """The tiers a closed stage has given are those worked out here, or those chosen; what is given
    beside them is the consolation, which counts against what is left.
    """
    consolation = None if isinstance(stage, Survey) else stage.consolation
    proposes = isinstance(stage, Vote | Composite) and stage.proposes is not None
    if not proposes and consolation is None:
        return
    ranking = await year.office.head.get(year.path(f"/stages/{stage.key}/ranking"))
    said = {
        year.number_of(line["application"]): line["tier"]
        for line in ranking["items"]
        if line["tier"] is not None and line["result"] == "advanced"
    }
    own: Mapping[int, str] = {}
    if isinstance(stage, Vote | Composite) and proposes:
        if stage.by == "choice":
            own = year.ledger.tiers.get(stage.key, {})
        else:
            found = by_rank(year, stage, entries).assigned
            own = {int(key): tier for key, tier in found.items()}
        given = {n: tier for n, tier in said.items() if n in own or tier != consolation}
        name = f"“{stage.name}”的等次与自行推算一致"
        year.checks.holds(name, given == dict(own), (said, dict(own)))
        idle = _idle(year, stage, entries, own)
        year.checks.holds("有单位可以填补的下限名额没有空置", not idle, idle)
    year.ledger.held += [
        (entry.track, said[entry.number], entry.groups) for entry in entries if entry.number in said
    ]
