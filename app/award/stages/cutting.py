"""Who passes the cut of a stage? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from app.award.stages.rules import TieDecisionUnfit, TieUnresolved
from app.rules.exact import decimal_text, fraction_from_text
from app.rules.ranking import Candidate, Cut, RankingError, at_least, everybody, first
from app.rules.regulation.advance import Advance, First


class Standing(NamedTuple):
    """What a cut may look at beside the score: track and groups of an entry, and full marks."""

    track: str
    groups: tuple[str, ...] = ()
    full: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Among whom a cut is made: the places they compete for, in all and of each lot of the rule,
    and what is known of each entry.
    """

    places: int
    lots: tuple[int, ...] = ()
    of: Mapping[str, Standing] = field(default_factory=dict)

    def plain(self, advance: Advance) -> dict[str, Any]:
        """As plain values for a snapshot; nothing where the rule asks for scores or ranks alone."""
        if advance.first_of_each is None and advance.at_least_of_full is None:
            return {}
        known = {
            entry: [track, list(groups), None if full is None else decimal_text(full)]
            for entry, (track, groups, full) in self.of.items()
        }
        return {"field": {"lots": list(self.lots), "of": known}}


def field_of(places: int, plain: Mapping[str, Any]) -> Field:
    """The field that a snapshot's inputs describe."""
    told = plain.get("field", {"lots": (), "of": {}})
    known = {
        entry: Standing(track, tuple(groups), None if full is None else fraction_from_text(full))
        for entry, (track, groups, full) in told["of"].items()
    }
    return Field(places, tuple(told["lots"]), known)


def cut(
    advance: Advance, candidates: Sequence[Candidate], among: Field, tie_order: Sequence[str]
) -> Cut:
    """Who goes on by score or rank, under the advance rule of the stage.

    Raises TieUnresolved where the cut falls between entries that stand level.
    """
    if advance.at_least is not None:
        found = at_least(candidates, advance.at_least)
    elif advance.at_least_of_full is not None:
        reached = [Candidate(c.id, (c.keys[0] / _full(among, c.id),)) for c in candidates]
        found = at_least(reached, advance.at_least_of_full)
    elif advance.first is not None:
        found = _first(advance.first, candidates, among.places, tie_order)
    elif advance.first_of_each is not None:
        found = _of_each(advance, candidates, among, tie_order)
    else:
        found = everybody(candidates)
    if found.unresolved:
        raise TieUnresolved(found.unresolved)
    return found


def _full(among: Field, entry: str) -> Fraction:
    full = among.of[entry].full
    if full is None:
        msg = f"full marks of {entry} are not known"
        raise ValueError(msg)
    return full


def _of_each(
    advance: Advance, candidates: Sequence[Candidate], among: Field, tie_order: Sequence[str]
) -> Cut:
    """The first of each lot, ranked among themselves; whom no lot takes does not go on."""
    lots: dict[int | None, list[Candidate]] = {}
    for each in candidates:
        known = among.of[each.id]
        lots.setdefault(advance.lot_of(known.track, known.groups), []).append(each)
    cuts = [
        _first(lot, lots.get(place, []), among.lots[place], tie_order)
        for place, lot in enumerate(advance.first_of_each or ())
    ]
    left = frozenset(each.id for each in lots.get(None, ()))
    return Cut(
        frozenset[str]().union(*(each.advanced for each in cuts)),
        left.union(*(each.eliminated for each in cuts)),
        frozenset[str]().union(*(each.unresolved for each in cuts)),
    )


def _first(
    rule: First, candidates: Sequence[Candidate], places: int, tie_order: Sequence[str]
) -> Cut:
    most = rule.places or int((rule.times_places or Fraction(1)) * places)
    here, level = {candidate.id for candidate in candidates}, rule.level or "decision"
    try:
        return first(candidates, most, [entry for entry in tie_order if entry in here], level)
    except RankingError as unfit:
        raise TieDecisionUnfit from unfit
