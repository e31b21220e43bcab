"""What must be true of an approval and of a grant, and what money goes with an award? Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.quota import Award, violations
from app.rules.regulation.money import Bonus
from app.rules.regulation.quotas import Quota

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
    zh = "管理办法第 {quota} 项名额至少 {limit} 个，名单中只有 {counted} 个。"
    en = "Quota {quota} of the regulation asks for {limit} at least; the list has {counted}."


class PlacesExceeded(Conflict):
    code = "places-exceeded"
    zh = "本届批准的名额为 {places} 个，名单中有 {counted} 个。"
    en = "{places} places were approved for this cycle; the list has {counted}."


class TierPlacesExceeded(Conflict):
    code = "tier-places-exceeded"
    zh = "本届批准的“{tier}”名额为 {places} 个，名单中有 {counted} 个。"
    en = "{places} places of the tier “{tier}” were approved; the list has {counted}."


class NoBonus(StrEnum):
    """Why no money goes with an award."""

    NONE_SET = "none-set"
    BUDGET_FUNDED = "budget-funded"
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


def award_obstacles(
    awards: Sequence[Award], quotas: Sequence[Quota], places: int, places_of: Mapping[str, int]
) -> list[Refusal]:
    """The quotas of the regulation and the places of the cycle, in all and of single tiers, checked
    once more at the end.
    """
    kinds: Mapping[str, type[Refusal]] = {
        "above_cap": QuotaExceeded,
        "below_minimum": QuotaUnmet,
    }
    found = [
        kinds[each.code](quota=each.quota + 1, limit=each.limit, counted=each.counted)
        for each in violations(awards, quotas)
    ]
    if len(awards) > places:
        found.append(PlacesExceeded(places=places, counted=len(awards)))
    given = Counter(award.tier for award in awards)
    found += [
        TierPlacesExceeded(tier=tier, places=most, counted=given[tier])
        for tier, most in places_of.items()
        if given[tier] > most
    ]
    return found


def bonus_of(
    rules: Sequence[Bonus], track: str, tier: str, *, won_before: bool, budget_funded: bool
) -> Money:
    """The 奖金 of one award, in fen. `won_before`: the awardee has held this tier already."""
    rule = next(
        (r for r in rules if r.tier == tier and (r.track is None or track in r.track)), None
    )
    if rule is None or rule.amount == 0:
        return Money(0, NoBonus.NONE_SET)
    if budget_funded and "budget_funded" in rule.excluded:
        return Money(0, NoBonus.BUDGET_FUNDED)
    if won_before and rule.first_win_only:
        return Money(0, NoBonus.NOT_FIRST_WIN)
    return Money(rule.amount)
