"""What must be true of an approval and of a grant, and what money goes with an award? Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.calendar import bar_until
from app.rules.exact import Rounding, round_to
from app.rules.quota import Award, RankedEntry, Violation, may_have, places, violations
from app.rules.regulation.model import Regulation
from app.rules.regulation.money import Bonus, Matching
from app.rules.regulation.quotas import Tier
from app.rules.regulation.stages import Composite, Vote

FUNDED_FACT = "budget-funded"
"""The fact by which an applicant declares that the budget pays for it (财政全额拨款)."""


class CertificateUnknown(NotFound):
    code = "certificate-not-found"
    zh = "没有这个编号的证书。"
    en = "There is no certificate of this number."


class NotYetApproved(Conflict):
    code = "approval-missing"
    zh = "{body}的审定决定尚未登记。"
    en = "The decision of {body} is not recorded yet."


class AlreadyApproved(Conflict):
    code = "already-approved"
    zh = "本环节的审定决定已经登记，不能更改。"
    en = "The approval of this stage is recorded already, and final."


class NotYetGranted(Conflict):
    code = "grant-missing"
    zh = "授奖决定尚未登记。"
    en = "The awards are not granted yet."


class AlreadyGranted(Conflict):
    code = "already-granted"
    zh = "本环节的奖项已经授予，不能更改。"
    en = "The awards of this stage are granted already, and final."


class EntryNotHere(Invalid):
    code = "entry-not-here"
    zh = "该参评单位不在本环节中。"
    en = "This entry is not in the stage."


class EntryTwice(Invalid):
    code = "entry-twice"
    zh = "同一参评单位出现了两次。"
    en = "This entry stands twice in the list."


class EntryLeftOut(Invalid):
    code = "entry-left-out"
    zh = "还有 {count} 家参评单位没有决定。"
    en = "{count} entries are left without a decision."


class ReasonNeeded(Invalid):
    code = "reason-needed"
    zh = "不予批准的，须写明理由。"
    en = "Say why this entry is not approved."


class ConsentMissing(Invalid):
    code = "consent-missing"
    zh = "须先取得{body}同意，并登记其文件。"
    en = "{body} has to consent; enter its document."


class ConsentNotAsked(Invalid):
    code = "consent-not-asked"
    zh = "办法没有规定须征得{body}同意，或该机构出现了两次。"
    en = "The regulation asks for no consent of {body}, or it is named twice."


class DecidedInFuture(Invalid):
    code = "decided-in-future"
    zh = "决定日期不能晚于今天（{today}）。"
    en = "A decision is not dated later than today ({today})."


class QuotaExceeded(Conflict):
    code = "quota-exceeded"
    zh = "管理办法第 {quota} 项名额至多 {limit} 个，名单中有 {counted} 个。"
    en = "Quota {quota} of the regulation allows {limit} at most; the list has {counted}."


class QuotaUnmet(Conflict):
    code = "quota-unmet"
    zh = (
        "管理办法第 {quota} 项名额至少 {limit} 个，名单中只有 {counted} 个；"
        "名额空缺的，须登记决定及理由。"
    )
    en = (
        "Quota {quota} of the regulation asks for {limit} at least; the list has {counted}. "
        "If places stay empty, record the decision and its reason."
    )


class VacancyNotNeeded(Invalid):
    code = "vacancy-not-needed"
    zh = "没有须填补而空缺的名额，不必登记空缺决定。"
    en = "No place that must be filled stays empty; leave out the decision on vacancies."


class PlacesExceeded(Conflict):
    code = "places-exceeded"
    zh = "本届批准的名额为 {places} 个，名单中有 {counted} 个。"
    en = "{places} places were approved for this cycle; the list has {counted}."


class TierPlacesExceeded(Conflict):
    code = "tier-places-exceeded"
    zh = "本届批准的“{tier}”名额为 {places} 个，名单中有 {counted} 个。"
    en = "{places} places of the tier “{tier}” were approved; the list has {counted}."


class HonourWithoutBonus(Conflict):
    code = "honour-without-bonus"
    zh = "{organisation}所获“{honour}”须按其奖金配套，而登记的荣誉没有奖金数额，请另行登记。"
    en = "The bonus of “{honour}” of {organisation} is not on record; its matching depends on it."


class NoBonus(StrEnum):
    """Why no money goes with an award."""

    NONE_SET = "none-set"
    BUDGET_FUNDED = "budget-funded"
    GROUP_LEFT_OUT = "group-left-out"
    NOT_FIRST_WIN = "not-first-win"


@dataclass(frozen=True, slots=True)
class Money:
    """A bonus in fen; where it is nothing, why."""

    fen: int
    reason: NoBonus | None = None


def date_obstacle(decided_on: date, today: date) -> Refusal | None:
    """A document is entered when it exists; bars are counted from its date."""
    if decided_on <= today:
        return None
    return DecidedInFuture(pointer="/decided_on", today=today.isoformat())


def decision_obstacles(
    decisions: Sequence[tuple[UUID, bool, str | None]], here: Collection[UUID]
) -> list[Refusal]:
    """Every entry of the stage is decided exactly once, and a refusal says why.

    `decisions` are (entry, approved, reason); `here` are the entries still to be judged.
    """
    found: list[Refusal] = []
    times = Counter(entry for entry, _, _ in decisions)
    for place, (entry, approved, reason) in enumerate(decisions):
        where = f"/decisions/{place}"
        if entry not in here:
            found.append(EntryNotHere(pointer=f"{where}/entry"))
        if times[entry] > 1:
            found.append(EntryTwice(pointer=f"{where}/entry"))
        if not approved and reason is None:
            found.append(ReasonNeeded(pointer=f"{where}/reason"))
    left_out = len(set(here) - set(times))
    if left_out:
        found.append(EntryLeftOut(pointer="/decisions", count=left_out))
    return found


def consent_obstacles(
    given: Sequence[tuple[str, date]], asked: Collection[str], today: date
) -> list[Refusal]:
    """Each body that has to consent has, once, and no other. `given` are (body, day)."""
    bodies = [body for body, _ in given]
    found: list[Refusal] = [
        ConsentNotAsked(pointer=f"/consents/{place}/body", body=body)
        for place, body in enumerate(bodies)
        if body not in asked or body in bodies[:place]
    ]
    found += [
        ConsentMissing(pointer="/consents", body=body) for body in asked if body not in bodies
    ]
    found += [
        DecidedInFuture(pointer=f"/consents/{place}/given_on", today=today.isoformat())
        for place, (_, day) in enumerate(given)
        if day > today
    ]
    return found


@dataclass(frozen=True, slots=True)
class Allotted:
    """The places of a cycle, in all and of single tiers; whether a recorded choice of tiers gives
    a reason for going beyond what holds in principle, and whether it is decided that places stay
    empty.
    """

    places: int
    places_of: Mapping[str, int]
    reasoned: bool = False
    vacant: bool = False


def award_obstacles(
    awards: Sequence[Award],
    left: Sequence[RankedEntry],
    regulation: Regulation,
    allotted: Allotted,
) -> list[Refusal]:
    """The quotas of the regulation and the places of the cycle, in all and of single tiers, checked
    once more at the end. `left` has come here without a tier.
    """
    found: list[Refusal] = []
    unmet: list[Refusal] = []
    for each in violations(awards, regulation.quotas):
        short = each.code == "below_minimum"
        if (allotted.reasoned and (short or each.in_principle)) or (
            short and not _fillable(each, left, regulation)
        ):
            continue
        refusal = QuotaUnmet if short else QuotaExceeded
        (unmet if short else found).append(
            refusal(quota=each.quota + 1, limit=each.limit, counted=each.counted)
        )
    if not allotted.vacant:
        found += unmet
    elif not unmet:
        found.append(VacancyNotNeeded(pointer="/vacancy"))
    tracks = [track.key for track in regulation.tracks]
    most = places(regulation.quotas, tracks, regulation.tiers)
    # As many places as the regulation has are no limit of their own: the quotas tell, and whether
    # they hold in principle only.
    if (most is None or allotted.places < most) and len(awards) > allotted.places:
        found.append(PlacesExceeded(places=allotted.places, counted=len(awards)))
    given = Counter(award.tier for award in awards)
    found += [
        TierPlacesExceeded(tier=tier, places=most, counted=given[tier])
        for tier, most in allotted.places_of.items()
        if given[tier] > most
    ]
    return found


def _fillable(short: Violation, left: Sequence[RankedEntry], regulation: Regulation) -> bool:
    """Whether somebody without a tier could count to a minimum. Where a floor stands, the stage
    that proposes has judged it; a place that an objection emptied stays empty.
    """
    quota = regulation.quotas[short.quota]
    return any(
        may_have(one, tier)
        and quota.counts(one.track, tier.key, one.groups)
        and not _floored(tier, one.track, regulation)
        for one in left
        for tier in regulation.tiers
    )


def _floored(tier: Tier, track: str, regulation: Regulation) -> bool:
    return any(
        floor.tier == tier.key and (floor.track is None or track in floor.track)
        for stage in regulation.stages
        if isinstance(stage, Composite | Vote)
        for floor in stage.floors
    )


def valid_until(tier: Tier, decided_on: date) -> date | None:
    """The last day an award of the tier may be borne: the corresponding day, years later."""
    years = tier.valid and tier.valid.years
    return bar_until(decided_on, years) if years else None


def bonus_rule(rules: Sequence[Bonus], track: str, tier: str) -> Bonus | None:
    """The rule on the 奖金 of a tier in a track."""
    return next(
        (r for r in rules if r.tier == tier and (r.track is None or track in r.track)), None
    )


def has_won(rule: Bonus | None, tier: str, won: Collection[str | None]) -> bool:
    """Whether this is no first win, in the sense of the rule. `won` are the tiers held before; None
    stands for one that is not on record, and counts: money is not paid twice on a doubt.
    """
    of_tier = rule is not None and rule.first_win_of == "tier"
    return (tier in won or None in won) if of_tier else bool(won)


def bonus_of(
    rule: Bonus | None, *, won_before: bool, budget_funded: bool, groups: Collection[str] = ()
) -> Money:
    """The 奖金 of one award, in fen. `won_before`: as `has_won` says it of the awardee."""
    if rule is None or rule.amount == 0:
        return Money(0, NoBonus.NONE_SET)
    if budget_funded and "budget_funded" in rule.excluded:
        return Money(0, NoBonus.BUDGET_FUNDED)
    if not set(groups).isdisjoint(rule.excluded):
        return Money(0, NoBonus.GROUP_LEFT_OUT)
    if won_before and rule.first_win_only:
        return Money(0, NoBonus.NOT_FIRST_WIN)
    return Money(rule.amount)


def matching_rule(rules: Sequence[Matching], honour: str, tier: str | None) -> Matching | None:
    """The rule that matches an award elsewhere, by its name (that may include its tier)."""
    for rule in rules:
        whole = honour in rule.honour and (rule.tier is None or rule.tier == tier)
        if whole or (rule.tier is None and f"{honour}{tier or ''}" in rule.honour):
            return rule
    return None


def matched_fen(rule: Matching, bonus_fen: int | None) -> int | None:
    """The 配套奖励 in fen: a sum, or a share of the other bonus, half a fen up (四舍五入). None
    where that bonus is not known.
    """
    if rule.share is None:
        return rule.amount or 0
    if bonus_fen is None:
        return None
    return int(round_to(rule.share * bonus_fen, 0, Rounding.HALF_UP))
