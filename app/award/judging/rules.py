"""What must be true of a panel before it may judge? Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.award.stages.kind import StageAt
from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.criteria import CriteriaSet
from app.rules.regulation.judges import Judges
from app.rules.regulation.stages import Panel

LEAD_AND_BACKUP = 2
"""Where the panel divides the work, each category has a lead and a backup."""

UNDERTAKING = (
    "本人承诺：客观公正评审；对申报材料、评审情况和评审意见保密；"
    "已如实申报与申报单位的利害关系，遇有利害关系主动回避；不接受申报单位的任何馈赠和宴请。"
)


class ExpertUnknown(NotFound):
    code = "expert-not-found"
    zh = "没有这位评审员，或您无权查看。"
    en = "There is no such expert, or you may not see them."


class PanelUnknown(NotFound):
    code = "panel-not-found"
    zh = "没有这个评审组，或您无权查看。"
    en = "There is no such panel, or you may not see it."


class AssignmentUnknown(NotFound):
    code = "assignment-not-found"
    zh = "没有这项分派，或您无权查看。"
    en = "There is no such assignment, or you may not see it."


class NotAJudge(Conflict):
    code = "not-a-judge"
    zh = "该人员不是本奖项的评审员，也没有评委会席位。"
    en = "This person is no judge of this programme and has no seat in a committee of it."


class AlreadyEnrolled(Conflict):
    code = "already-enrolled"
    zh = "该人员已在本奖项的专家库中。"
    en = "This person is in the pool of this programme already."


class IntakeRunning(Conflict):
    code = "intake-running"
    zh = "申报尚未结束，申报单位名单还不能查看。"
    en = "Who has applied is told once intake is closed."


class OrganisationNotHere(Invalid):
    code = "organisation-unknown"
    zh = "该单位没有申报本届评选。"
    en = "This organisation has not applied in this cycle."


class NotScoredHere(Conflict):
    code = "stage-without-panels"
    zh = "“{name}”环节不由评审组评分。"
    en = "No panel scores in the stage “{name}”."


class PanelFromEarlier(Conflict):
    code = "panel-from-earlier-stage"
    zh = "本环节沿用“{name}”环节的评审组，不另行组建。"
    en = "This stage takes over the panels of “{name}”."


class PanelNameTaken(Conflict):
    code = "panel-name-taken"
    zh = "本环节已有名为“{name}”的评审组。"
    en = "This stage has a panel “{name}” already."


class ExpertTwice(Invalid):
    code = "expert-twice"
    zh = "同一评审员在名单中出现了两次。"
    en = "An expert sits on a panel once."


class EntryTwice(Invalid):
    code = "entry-twice"
    zh = "同一参评单位在名单中出现了两次。"
    en = "An entry is named once."


class ExpertNotInPool(Invalid):
    code = "expert-unknown"
    zh = "本奖项的专家库中没有这位评审员。"
    en = "The pool of this programme has no such expert."


class NoSeat(Invalid):
    code = "no-committee-seat"
    zh = "本环节由评委会委员评分，该人员在本届评委会没有席位。"
    en = "Here the committee scores; this person has no seat in the cycle's committee."


class InterestFound(Conflict):
    code = "conflict-of-interest"
    zh = "评审员{expert}与“{organisation}”有利害关系，应当回避。"
    en = "{expert} has a conflict of interest with “{organisation}”."


class NoUndertaking(Conflict):
    code = "no-undertaking"
    zh = "评审员{expert}尚未签署本届承诺书。"
    en = "{expert} has not signed the undertaking of this cycle."


class TooFewJudges(Conflict):
    code = "too-few-judges"
    zh = "评审员 {given} 名，少于规定的 {needed} 名。"
    en = "{given} judges; at least {needed} are needed."


class TooManyJudges(Conflict):
    code = "too-many-judges"
    zh = "评审员 {given} 名，多于规定的 {most} 名。"
    en = "{given} judges; at most {most} are allowed."


class MemberAlready(Conflict):
    code = "member-already"
    zh = "该评审员已是本评审组成员。"
    en = "This expert sits on the panel already."


class NothingToJudge(Conflict):
    code = "nothing-to-judge"
    zh = "本评审组目前没有正在评审的参评单位。"
    en = "The panel has no entry to judge at present."


class OneLeader(Conflict):
    code = "one-leader"
    zh = "评审组应当有且只有一名组长，现有 {given} 名。"
    en = "A panel has exactly one leader, not {given}."


class EntryOnPanel(Conflict):
    code = "entry-on-panel"
    zh = "“{organisation}”已由其他评审组评审。"
    en = "“{organisation}” is before a panel already."


class NotDivided(Invalid):
    code = "work-not-divided"
    zh = "本环节由全体评审员评全部内容，不按类目分工。"
    en = "In this stage everybody scores everything; name no categories."


class CategoryUnknown(Invalid):
    code = "category-unknown"
    zh = "评价准则没有类目“{category}”。"
    en = "The criteria have no category “{category}”."


class CategoryUncovered(Conflict):
    code = "category-uncovered"
    zh = "类目 {category} 只有 {given} 名评审员，至少需要 {needed} 名（主评和复评）。"
    en = "Category {category} has {given} judges; it needs {needed}, a lead and a backup."


@dataclass(frozen=True, slots=True)
class Seat:
    """A member to be: `signed` the undertaking or not; without `categories` all of them."""

    name: str
    leader: bool
    signed: bool
    categories: tuple[str, ...] | None


def criteria_of(at: StageAt, rule: Panel, track: str) -> CriteriaSet:
    """By what an entry of this track is scored here: the stage's rubric, else its track's."""
    return at.criteria[at.regulation.criteria_of(rule, track)]


def judges_per_item(rule: Panel) -> int:
    """How many judges every item needs so that their scores can be made one."""
    trimmed = rule.method.trimmed_mean
    return trimmed.at_least if trimmed else 1


def category_cover(rule: Panel) -> int:
    """How many judges every category needs where the panel divides the work."""
    return max(LEAD_AND_BACKUP, judges_per_item(rule))


def panel_obstacles(
    rule: Panel, judges: Judges, seats: Sequence[Seat], categories: Iterable[str]
) -> list[Refusal]:
    """What stands against these members; `categories` are those of the entries they will judge."""
    found: list[Refusal] = [
        NoUndertaking(pointer=f"/members/{place}", expert=seat.name)
        for place, seat in enumerate(seats)
        if not seat.signed
    ]
    if len(seats) < judges.at_least:
        found.append(TooFewJudges(pointer="/members", given=len(seats), needed=judges.at_least))
    if judges.at_most is not None and len(seats) > judges.at_most:
        found.append(TooManyJudges(pointer="/members", given=len(seats), most=judges.at_most))
    leaders = sum(seat.leader for seat in seats)
    if leaders != 1:
        found.append(OneLeader(pointer="/members", given=leaders))
    if rule.division == "by_category":
        division = [seat.categories for seat in seats]
        return found + division_obstacles(division, categories, category_cover(rule))
    return found + [
        NotDivided(pointer=f"/members/{place}/categories")
        for place, seat in enumerate(seats)
        if seat.categories is not None
    ]


def member_obstacles(
    rule: Panel, judges: Judges, seat: Seat, sitting: int, cover: Mapping[str, int]
) -> list[Refusal]:
    """What stands against one more member where `sitting` judges count already.

    `cover` says of every category how many of them score it, on the entry that has fewest: where
    too few do, the newcomer has to.
    """
    found: list[Refusal] = []
    if not seat.signed:
        found.append(NoUndertaking(pointer="/expert_id", expert=seat.name))
    if judges.at_most is not None and sitting >= judges.at_most:
        found.append(TooManyJudges(given=sitting + 1, most=judges.at_most))
    if rule.division != "by_category":
        return found + ([] if seat.categories is None else [NotDivided(pointer="/categories")])
    least = category_cover(rule)
    share = set(cover if seat.categories is None else seat.categories)
    found += [
        CategoryUnknown(pointer="/categories", category=category)
        for category in seat.categories or ()
        if category not in cover
    ]
    return found + [
        CategoryUncovered(pointer="/categories", category=category, given=given, needed=least)
        for category, given in cover.items()
        if given < least and category not in share
    ]


def division_obstacles(
    division: Sequence[Sequence[str] | None], categories: Iterable[str], least: int
) -> list[Refusal]:
    """Categories that fewer than `least` members score, and those that do not exist."""
    known = list(dict.fromkeys(categories))
    found: list[Refusal] = [
        CategoryUnknown(pointer=f"/members/{place}/categories", category=category)
        for place, share in enumerate(division)
        for category in share or ()
        if category not in known
    ]
    cover = Counter(
        category for share in division for category in set(known if share is None else share)
    )
    return found + [
        CategoryUncovered(
            pointer="/members", category=category, given=cover[category], needed=least
        )
        for category in known
        if cover[category] < least
    ]
