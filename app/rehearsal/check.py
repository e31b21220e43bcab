"""Are the results right? Worked out once more, by code of the rehearsal's own.

Nothing here calls the service's scoring, ranking or quotas: two ways to one figure.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from app.rules.criteria import CriteriaSet
from app.rules.regulation.judges import Method
from app.rules.regulation.quotas import Filter, Quota
from app.rules.regulation.stages import Composite
from app.rules.regulation.values import Rounding

HALF: Final = Fraction(1, 2)
BAND_STARTS: Final = (0, 10, 30, 50, 70, 90)

Sheet = Mapping[str, int]


def rounded(value: Fraction, rule: Rounding) -> Fraction:
    """Rounded once, as the regulation says: 四舍五入, or half to even."""
    whole, rest = divmod(value * 10**rule.places, 1)
    up = rest > HALF or (rest == HALF and (rule.mode == "half_up" or whole % 2 == 1))
    return Fraction(whole + up, 10**rule.places)


def total(criteria: CriteriaSet, percentages: Mapping[str, Fraction | int]) -> Fraction:
    """Item points × percentage, summed."""
    return sum(
        (item.points * percentages[item.code] / 100 for item in criteria.items()), Fraction()
    )


def category_total(
    criteria: CriteriaSet, percentages: Mapping[str, Fraction | int], category: str
) -> Fraction:
    """The same within one category."""
    items = next(c.items for c in criteria.categories if c.code == category)
    return sum((item.points * percentages[item.code] / 100 for item in items), Fraction())


def passes(criteria: CriteriaSet, percentages: Mapping[str, Fraction | int]) -> bool:
    """Whether every category that has a pass line reaches it."""
    return all(
        category_total(criteria, percentages, category.code) >= category.pass_line
        for category in criteria.categories
        if category.pass_line is not None
    )


def together(method: Method, sheets: Sequence[Sheet]) -> dict[str, Fraction]:
    """What several sheets make of each item: mean, trimmed mean or median of its percentages."""
    by_item: dict[str, list[int]] = {}
    for sheet in sheets:
        for code, percentage in sheet.items():
            by_item.setdefault(code, []).append(percentage)
    return {code: _middle(method, sorted(values)) for code, values in by_item.items()}


def _middle(method: Method, values: list[int]) -> Fraction:
    if method.median is not None:
        return Fraction(values[(len(values) - 1) // 2] + values[len(values) // 2], 2)
    if method.trimmed_mean is not None:
        trim = method.trimmed_mean
        values = values[trim.drop_low : len(values) - trim.drop_high]
    return Fraction(sum(values), len(values))


def apart(
    sheets: Sequence[Sheet],
    item_span: int,
    bands_apart: int,
    starts: Sequence[int] = BAND_STARTS,
) -> set[str]:
    """Items on which judges lie so far apart that they must be discussed; bands by `starts`."""
    found: set[str] = set()
    for code in {code for sheet in sheets for code in sheet}:
        given = [sheet[code] for sheet in sheets if code in sheet]
        bands = [sum(start <= one for start in starts) for one in given]
        if max(given) - min(given) > item_span or max(bands) - min(bands) >= bands_apart:
            found.add(code)
    return found


def composite(
    rule: Composite, track: str, scores: Mapping[str, Fraction], full: Mapping[str, Fraction]
) -> Fraction:
    """Each stage's score on the common scale, times its share in the track; unrounded."""
    shares = {p.stage: p.share for p in rule.of if not p.track or track in p.track}
    return sum(
        (scores[k] / full[k] * rule.scale * share for k, share in shares.items()), Fraction()
    )


def ranks(keys: Mapping[int, tuple[Fraction, ...]]) -> dict[int, int]:
    """1, 2, 2, 4: one more than the number of those that are better."""
    return {number: 1 + sum(other > own for other in keys.values()) for number, own in keys.items()}


def first(ranks: Mapping[int, int], most: int, level: str | None, order: Sequence[int]) -> set[int]:
    """Who is among the first so many; those level at the edge by a recorded order, all, or none."""

    def turn(number: int) -> int:
        return order.index(number) if number in order else 0

    best = sorted(ranks, key=lambda number: (ranks[number], turn(number)))
    going, edge = set(best[:most]), {ranks[number] for number in best[most - 1 : most + 1]}
    parted = len(best) > most and len(edge) == 1
    if parted and level in {"all_in", "none_in"}:
        level_at = {number for number in ranks if ranks[number] in edge}
        return going | level_at if level == "all_in" else going - level_at
    return going


def broken_quotas(
    quotas: Iterable[Quota], awards: Sequence[tuple[str, str, Collection[str]]]
) -> list[str]:
    """Caps and minimum shares that a list of (track, tier, groups) does not keep."""
    found: list[str] = []
    for quota in quotas:
        out = quota.leaves_out
        count = sum(
            _covers(quota.of, *award) and not (out and _covers(out, *award)) for award in awards
        )
        if quota.at_most is not None and count > quota.at_most:
            found.append(f"{count} > {quota.at_most}")
        if quota.at_least is not None and count < quota.at_least:
            found.append(f"{count} < {quota.at_least}")
    return found


def settled(quota: Quota, entries: Iterable[tuple[str, Collection[str]]]) -> Quota:
    """The number that a share of these entries (track, groups) comes to, rounded down."""
    out, tier = quota.leaves_out, (quota.of.tier or ("",))[0]
    count = sum(
        _covers(quota.of, track, tier, groups)
        and not (out and _covers(out, track, (out.tier or ("",))[0], groups))
        for track, groups in entries
    )
    most = (quota.at_most_share or 0) * count // 1
    return quota.model_copy(update={"at_most": most, "at_most_share": None, "among": None})


def _covers(rule: Filter, track: str, tier: str, groups: Collection[str]) -> bool:
    """Whether a number counts such an award."""
    return (
        (rule.track is None or track in rule.track)
        and (rule.tier is None or tier in rule.tier)
        and (rule.group is None or any(group in rule.group for group in groups))
    )


def signed(token: str, keys: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What a compact JWS says, if one of these keys (JWK) signed it with ES256; else None."""
    header, payload, signature = token.split(".")
    head = json.loads(_octets(header))
    key = next((key for key in keys if key["kid"] == head.get("kid")), None)
    raw = _octets(signature)
    if key is None or head.get("alg") != "ES256" or len(raw) != 64:
        return None
    public = EllipticCurvePublicNumbers(
        _number(_octets(key["x"])), _number(_octets(key["y"])), SECP256R1()
    )
    der = encode_dss_signature(_number(raw[:32]), _number(raw[32:]))
    try:
        public.public_key().verify(der, f"{header}.{payload}".encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return None
    said: dict[str, Any] = json.loads(_octets(payload))
    return said | {"typ": head.get("typ")}


def _octets(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
