"""How is a composite stage (综合评价) played? It is arithmetic; we do it once more."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from app.rehearsal import check, panels, proposing, scoring
from app.rehearsal.proposing import Scored
from app.rehearsal.year import Entry, Year
from app.rules.exact import decimal_text
from app.rules.regulation.advance import Advance, Lot
from app.rules.regulation.judges import TieKey
from app.rules.regulation.stages import Composite, Panel, Stage, Survey, Vote


async def play(year: Year, stage: Stage) -> None:
    """Work out the total of every entry from the stages it names."""
    if not isinstance(stage, Composite):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：复算", len(entries))
    points = year.ledger.points.setdefault(stage.key, {})
    for entry in entries:
        parts = [part.stage for part in stage.of if not part.track or entry.track in part.track]
        scores = {key: year.ledger.points[key][entry.number] for key in parts}
        full = {key: _full(year, key, entry.track) for key in parts}
        points[entry.number] = check.composite(stage, entry.track, scores, full)
        year.bars.done()
    year.ledger.keys[stage.key] = keys_of(year, stage, entries)
    if entries and stage.proposes is not None and stage.by == "choice":
        await proposing.choose(year, stage, entries)


def _full(year: Year, key: str, track: str) -> Fraction:
    """Full marks of a stage."""
    stage = year.regulation.stage(key)
    if isinstance(stage, Panel):
        return Fraction(panels.criteria_of(year, stage, track).total)
    if isinstance(stage, Composite | Survey):
        return Fraction(stage.scale)
    raise TypeError(stage.kind)


async def compare(year: Year, stage: Scored, entries: list[Entry]) -> None:
    """The ranking of a closed stage against our own: points, ranks, who goes on."""
    keys = year.ledger.keys[stage.key] = keys_of(year, stage, entries)
    ranks = check.ranks(keys)
    said = await year.office.head.get(year.path(f"/stages/{stage.key}/ranking"))
    for line in said["items"]:
        number = year.number_of(line["application"])
        own = keys[number][0]
        year.checks.holds(
            f"“{stage.name}”的得分与自行复算一致",
            line["points"] is not None and Fraction(line["points"]) == own,
            (year.firm(number), line["points"], decimal_text(own)),
        )
        year.checks.holds(
            f"“{stage.name}”的名次与自行复算一致",
            line["rank"] == ranks[number],
            (year.firm(number), line["rank"], ranks[number]),
        )
    year.checks.holds(f"“{stage.name}”的排名没有遗漏", len(said["items"]) == len(entries))
    _cut(year, stage, entries, keys)


def keys_of(year: Year, stage: Scored, entries: list[Entry]) -> dict[int, tuple[Fraction, ...]]:
    """By what entries are ranked: the rounded figure, then the regulation's keys for ties."""
    points = year.ledger.points[stage.key]
    ties = stage.ties if isinstance(stage, Composite) else ()
    return {
        entry.number: (
            points[entry.number]
            if isinstance(stage, Survey)
            else check.rounded(points[entry.number], stage.rounding),
            *(_tie(year, key, entry) for key in ties),
        )
        for entry in entries
    }


def _tie(year: Year, key: TieKey, entry: Entry) -> Fraction:
    stage = year.regulation.stage(key.stage)
    if key.category is None or not isinstance(stage, Panel):
        found: Fraction = year.ledger.points[key.stage][entry.number]
        return found
    criteria = panels.criteria_of(year, stage, entry.track)
    return check.category_total(
        criteria, scoring.percentages(year, stage, entry.number), key.category
    )


def _cut(
    year: Year,
    stage: Scored,
    entries: list[Entry],
    keys: dict[int, tuple[Fraction, ...]],
) -> None:
    """Whoever goes on stands no lower than whoever does not, and no more go on than may."""
    below = _below(year, stage, entries)
    kept = all(e.result == "eliminated" or e.settled for e in below)
    year.checks.holds(f"“{stage.name}”未达合格线的都没有入围", kept, [e.number for e in below])
    entries = [e for e in entries if e not in below]
    on = [e for e in entries if e.result == "advanced" and not e.settled]
    out = [e for e in entries if e not in on]
    advance = stage.advances
    name = f"“{stage.name}”的入围符合办法"
    if advance.by_score:
        fair = all(
            (keys[e.number][0] >= _line(year, stage, advance, e)) == (e in on) for e in entries
        )
        year.checks.holds(name, fair)
    elif advance.compares:
        for rule, lot in lots(stage, entries):
            tracks = rule.of(year.regulation.tracks_of(stage))
            most = rule.places or int(
                (rule.times_places or Fraction(1)) * proposing.sought(year, tracks)
            )
            ranks = check.ranks({entry.number: keys[entry.number] for entry in lot})
            went = {entry.number for entry in lot if entry in on}
            fits = went == check.first(
                ranks, most, rule.level, year.ledger.order.get(stage.key, ())
            )
            year.checks.holds(name, fits, (sorted(went), most))
    elif advance.proposed is not None:
        year.checks.holds(name, len(on) <= year.places, len(on))
    else:
        year.checks.holds(name, not out, [e.number for e in out])


def lots(stage: Stage, entries: Sequence[Entry]) -> list[tuple[Lot, list[Entry]]]:
    """Who is ranked against whom at the cut, and by which rule."""
    rule = stage.advances
    parted: list[tuple[Lot, list[Entry]]] = [(lot, []) for lot in rule.lots]
    for entry in entries:
        place = rule.lot_of(entry.track, entry.groups)
        if place is not None:
            parted[place][1].append(entry)
    return parted


def _line(year: Year, stage: Scored, advance: Advance, entry: Entry) -> Fraction:
    if advance.at_least is not None:
        return advance.at_least
    return (advance.at_least_of_full or Fraction()) * _full(year, stage.key, entry.track)


def _below(year: Year, stage: Scored, entries: list[Entry]) -> list[Entry]:
    """Those who miss a pass line of the criteria they are judged by."""
    if not isinstance(stage, Panel):
        return []
    return [
        entry
        for entry in entries
        if not check.passes(
            panels.criteria_of(year, stage, entry.track),
            scoring.percentages(year, stage, entry.number),
        )
    ]


def tied(year: Year, stage: Scored | Vote, entries: list[Entry]) -> list[Entry]:
    """Those who share their place with another, best first; among equals in the cast's order. At
    the cut of a vote only carried and approvals count, not how they were ranked before.
    """
    known = year.ledger.keys[stage.key]
    counted = 2 if isinstance(stage, Vote) and stage.advances.compares else None
    keys = {entry.number: known[entry.number][:counted] for entry in entries}
    sharing = Counter(keys.values())
    level = [entry for entry in entries if sharing[keys[entry.number]] > 1]
    return sorted(level, key=lambda e: (known[e.number], -e.number), reverse=True)
