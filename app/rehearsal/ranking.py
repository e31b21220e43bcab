"""How is a composite stage (综合评价) played? It is arithmetic; we do it once more."""

from fractions import Fraction

from app.rehearsal import check, panels, scoring
from app.rehearsal.year import Entry, Year
from app.rules.exact import decimal_text
from app.rules.regulation.stages import Composite, Panel, Stage, TieKey


async def play(year: Year, stage: Stage) -> None:
    """Work out the total of every entry from the stages it names."""
    if not isinstance(stage, Composite):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：复算", len(entries))
    points = year.ledger.points.setdefault(stage.key, {})
    for entry in entries:
        scores = {part.stage: year.ledger.points[part.stage][entry.number] for part in stage.of}
        full = {part.stage: _full(year, part.stage, entry.track) for part in stage.of}
        points[entry.number] = check.composite(stage, scores, full)
        year.bars.done()


def _full(year: Year, key: str, track: str) -> Fraction:
    """Full marks of a stage."""
    stage = year.regulation.stage(key)
    if isinstance(stage, Panel):
        return Fraction(panels.criteria_of(year, stage, track).total)
    if isinstance(stage, Composite):
        return Fraction(stage.scale)
    raise TypeError(stage.kind)


async def compare(year: Year, stage: Panel | Composite, entries: list[Entry]) -> None:
    """The ranking of a closed stage against our own: points, ranks, who goes on."""
    keys = keys_of(year, stage, entries)
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


def keys_of(
    year: Year, stage: Panel | Composite, entries: list[Entry]
) -> dict[int, tuple[Fraction, ...]]:
    """By what entries are ranked: the rounded figure, then the regulation's keys for ties."""
    points = year.ledger.points[stage.key]
    ties = stage.ties if isinstance(stage, Composite) else ()
    return {
        entry.number: (
            check.rounded(points[entry.number], stage.rounding),
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
    stage: Panel | Composite,
    entries: list[Entry],
    keys: dict[int, tuple[Fraction, ...]],
) -> None:
    """Whoever goes on stands no lower than whoever does not, and no more go on than may."""
    below = _below(year, stage, entries)
    kept = all(e.result == "eliminated" for e in below)
    year.checks.holds(f"“{stage.name}”未达合格线的都没有入围", kept, [e.number for e in below])
    entries = [e for e in entries if e not in below]
    on = [e for e in entries if e.result == "advanced"]
    out = [e for e in entries if e.result == "eliminated"]
    advance = stage.advances
    name = f"“{stage.name}”的入围符合办法"
    if advance.at_least is not None:
        fair = all((keys[e.number][0] >= advance.at_least) == (e in on) for e in entries)
        year.checks.holds(name, fair)
    elif advance.first is not None:
        rule = advance.first
        most = rule.places or int((rule.times_places or Fraction(1)) * year.places)
        went, left = [keys[e.number] for e in on], [keys[e.number] for e in out]
        fair = not went or not left or min(went) >= max(left)
        year.checks.holds(name, fair and len(on) == min(most, len(entries)), (len(on), most))
    elif advance.proposed is not None:
        fair = all(_by_rank(on, out, keys, track.key) for track in year.regulation.tracks)
        year.checks.holds(name, fair and len(on) <= year.places, len(on))
    else:
        year.checks.holds(name, not out, [e.number for e in out])


def _below(year: Year, stage: Panel | Composite, entries: list[Entry]) -> list[Entry]:
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


def _by_rank(
    on: list[Entry], out: list[Entry], keys: dict[int, tuple[Fraction, ...]], track: str
) -> bool:
    """Within a track no place went to a lower rank while a higher one was left without."""
    got = [keys[entry.number] for entry in on if entry.track == track]
    left = [keys[entry.number] for entry in out if entry.track == track]
    return not got or not left or min(got) >= max(left)


def level(year: Year, stage: Panel | Composite, entries: list[Entry]) -> list[Entry]:
    """Entries that stand level with another, best first; among equals in the order of the cast."""
    keys = keys_of(year, stage, entries)
    tied = [e for e in entries if sum(keys[e.number] == other for other in keys.values()) > 1]
    return sorted(tied, key=lambda e: (keys[e.number], -e.number), reverse=True)
