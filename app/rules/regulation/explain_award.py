"""What holds for the award as a whole, sentence by sentence?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.rules.exact import text_from_fen
from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import AllOf, AnyOf, Condition
from app.rules.regulation.model import Committee, Regulation, Rhythm, Track
from app.rules.regulation.money import Bonus, Matching
from app.rules.regulation.quotas import Filter, Quota, Tier
from app.rules.regulation.values import Bare, Rule, share_text
from app.rules.regulation.words import (
    AWARDEES,
    DISCLOSED,
    DUTIES,
    TOPICS,
    Named,
    condition_text,
    kinds_text,
    length_text,
    name_of,
    sit_out_text,
)

Said = tuple[str, Rule]
"""A sentence, and the rule that carries its clause."""
_STARTS: Final[Mapping[str, str]] = {
    "decision_date": "授奖决定之日",
    "award_year_end": "获奖年度终了",
    "revocation": "撤销之日",
    "finding": "认定之日",
}


def said_of_award(regulation: Regulation) -> Iterator[Said]:
    """Every sentence that belongs to no stage, in the order of the file."""
    yield from _of_the_text(regulation)
    for track in regulation.tracks:
        yield _track_text(track), track
    for tier in regulation.tiers:
        yield _tier_text(regulation, tier), tier
    for group in regulation.groups:
        yield f"分组“{group.name}”：{condition_text(group.when, _named(regulation))}。", group
    for quota in regulation.quotas:
        yield _quota_text(regulation, quota), quota
    for condition in regulation.eligibility.require:
        yield from _ground(regulation, "必须符合", condition)
    for condition in regulation.eligibility.forbid:
        yield from _ground(regulation, "不得有下列情形", condition)
    yield from _left_open(regulation)
    for bonus in regulation.bonus:
        yield _bonus_text(regulation, bonus), bonus
    for matching in regulation.matching:
        yield _matching_text(matching), matching
    for bar in regulation.bars:
        yield _bar_text(regulation, bar), bar
    yield from _afterwards(regulation)


def _left_open(regulation: Regulation) -> Iterator[Said]:
    """What follows for a tier of which the numbers or the money say nothing."""
    for tier in regulation.tiers:
        caps = [quota for quota in regulation.quotas if quota.at_least is None]
        counted = (tier.key in (quota.of.tier or (tier.key,)) for quota in caps)
        if not any(counted):
            yield f"等次“{tier.name}”没有名额上限。", Bare()
        if regulation.bonus and not any(bonus.tier == tier.key for bonus in regulation.bonus):
            yield f"等次“{tier.name}”没有奖金。", Bare()


def _of_the_text(regulation: Regulation) -> Iterator[Said]:
    yield f"《{regulation.title}》，{regulation.issuer}，{regulation.issued_on}发布。", regulation
    if regulation.formerly:
        yield f"曾用名：{'、'.join(regulation.formerly)}。", regulation
    if regulation.source:
        url = f"，{regulation.source.url}" if regulation.source.url else ""
        yield f"依据的文本：{regulation.source.text}{url}。", regulation.source
    if cycle := regulation.cycle:
        yield f"{_rhythm_text(cycle)}{'，经批准可以增开' if cycle.special else ''}。", cycle
    if launch := regulation.launch:
        yield f"启动须经{launch.approved_by}批准，批准的名额可以少于本办法所定。", launch
    if regulation.committee:
        yield _committee_text(regulation.committee), regulation.committee


def _rhythm_text(cycle: Rhythm) -> str:
    if cycle.every_years is None:
        return "不定期，经批准后评定"
    return f"每{cycle.every_years}年评定一届" if cycle.every_years > 1 else "每年评定一届"


def _committee_text(committee: Committee) -> str:
    said = ["由常设机构承担"] if committee.standing else []
    if committee.at_least:
        said.append(f"不少于{committee.at_least}人")
    if committee.at_most:
        said.append(f"不多于{committee.at_most}人")
    said += ["人数为单数"] if committee.odd else []
    if committee.chair:
        said.append(f"主任由{committee.chair}担任")
    if committee.term_years:
        said.append(f"任期{committee.term_years}年")
    if committee.terms_on_end:
        said.append(f"连任不超过{committee.terms_on_end}届")
    return f"评定委员会{'，'.join(said)}。"


def _track_text(track: Track) -> str:
    people = f"，至多{track.members}人" if track.members else ""
    honoured = {"management_model": "，授予其管理模式", "achievement": "，授予其成果"}
    by = f"，评价准则{track.criteria}" if track.criteria else "，不设统一的评价准则"
    latest = "（以届内最新版为准）" if track.latest_criteria else ""
    what = honoured.get(track.honours, "")
    form = f"，申报表{track.form}" if track.form else ""
    return f"类别“{track.name}”，面向{AWARDEES[track.awardee]}{people}{what}{by}{latest}{form}。"


def _tier_text(regulation: Regulation, tier: Tier) -> str:
    only = _names(regulation.tracks, tier.tracks) + _names(regulation.groups, tier.groups)
    limited = f"，仅限{only}" if only else ""
    if tier.valid is None:
        return f"等次“{tier.name}”{limited}。"
    valid = f"有效期{tier.valid.years}年" if tier.valid.years else "长期有效"
    return f"等次“{tier.name}”{limited}，{valid}。"


def _ground(regulation: Regulation, opening: str, condition: Condition) -> Iterator[Said]:
    asked = _narrowed(regulation, condition.track, condition.group)
    tiers = _names(regulation.tiers, condition.tier)
    only = f"（仅关系{tiers}）" if tiers else ""
    what = condition_text(condition, _named(regulation))
    yield f"{asked}{opening}：{condition.name}——{what}{only}。", condition
    if isinstance(condition, AnyOf | AllOf):
        for each in condition.of:
            yield from _ground(regulation, f"其中（{condition.name}）", each)


def _narrowed(
    regulation: Regulation, track: tuple[str, ...] | None, group: tuple[str, ...] | None
) -> str:
    whom = _names(regulation.tracks, track) + _names(regulation.groups, group)
    return f"{whom}：" if whom else ""


def _quota_text(regulation: Regulation, quota: Quota) -> str:
    who = _filter_text(regulation, quota.of, all_tiers="各等次合计")
    but = f"（{_filter_text(regulation, quota.leaves_out)}不计）" if quota.leaves_out else ""
    held = "原则上" if quota.in_principle else ""
    if quota.at_most_share:
        among = name_of(regulation.stages, quota.among or "")
        whose = _filter_text(regulation, Filter(track=quota.of.track, group=quota.of.group))
        share = share_text(quota.at_most_share)
        return (
            f"{who}{but}{held}不超过参加“{among}”的{whose}申报数的{share}（舍去小数），可以空缺。"
        )
    if quota.at_most:
        return f"{who}{but}{held}至多{quota.at_most}个，可以空缺。"
    return f"{who}{but}{held}至少{quota.at_least}个。"


def _filter_text(regulation: Regulation, wanted: Filter, *, all_tiers: str = "") -> str:
    tiers = _names(regulation.tiers, wanted.tier) or all_tiers
    tracks = _names(regulation.tracks, wanted.track)
    return f"{tracks}{_names(regulation.groups, wanted.group)}{tiers}"


def _bonus_text(regulation: Regulation, bonus: Bonus) -> str:
    tier_name = name_of(regulation.tiers, bonus.tier)
    only = _names(regulation.tracks, bonus.track)
    first = "该等次" if bonus.first_win_of == "tier" else ""
    once = f"，仅限首次获{first or ''}奖" if bonus.first_win_only else ""
    left_out = [
        "财政全额拨款单位" if word == "budget_funded" else name_of(regulation.groups, word)
        for word in bonus.excluded
    ]
    without = f"，{'、'.join(left_out)}除外" if left_out else ""
    uses = f"，专用于{'、'.join(bonus.uses)}" if bonus.uses else ""
    return f"{only}“{tier_name}”奖金{text_from_fen(bonus.amount)}元{once}{without}{uses}。"


def _matching_text(matching: Matching) -> str:
    tier = f"“{matching.tier}”" if matching.tier else ""
    money = (
        f"另奖其奖金的{share_text(matching.share)}"
        if matching.share
        else f"另奖{text_from_fen(matching.amount or 0)}元"
    )
    return f"获{'、'.join(matching.honour)}{tier}的，{money}。"


def _bar_text(regulation: Regulation, bar: Bar) -> str:
    closed = _names(regulation.tiers, bar.closes)
    what = f"不得申报{closed}" if closed else "不得申报"
    also = f"（含{'、'.join(bar.also)}）" if bar.also else ""
    whom = f"{_names(regulation.tracks, bar.track)}：" if bar.track else ""
    long = sit_out_text(bar.sit_out, _STARTS[bar.counted_from])
    what += "" if bar.follows_successor else "，承继其业务的单位不受此限"
    if bar.after.granted:
        tier = "、".join(f"“{name_of(regulation.tiers, key)}”" for key in bar.after.granted)
        return f"{whom}获{tier}{also}后，{long}{what}。"
    if bar.after.revoked_for:
        return f"{whom}因{kinds_text(bar.after.revoked_for)}被撤销奖项的，{long}{what}。"
    ground = kinds_text(bar.after.disqualified_for or ())
    return f"{whom}评审中因{ground}被取消资格的，{long}{what}。"


def _afterwards(regulation: Regulation) -> Iterator[Said]:
    if revocation := regulation.revocation:
        within = f"，限授奖后{length_text(revocation.within)}内" if revocation.within else ""
        asked = f"，由{'、'.join(revocation.asked_by)}提请" if revocation.asked_by else ""
        by = f"，由{revocation.decided_by}决定" if revocation.decided_by else ""
        money = "，并追回奖金" if revocation.money_returned else ""
        grounds = kinds_text(revocation.grounds)
        yield f"因{grounds}可以撤销奖项{within}{asked}{by}{money}。", revocation
    for duty in regulation.duties:
        often = f"每{duty.every_years}年" if duty.every_years else ""
        long = f"，为期{duty.for_years}年" if duty.for_years else ""
        yield f"获奖者{often}{DUTIES[duty.kind]}{long}。", duty
    for provision in regulation.provisions:
        yield f"{TOPICS[provision.topic]}：{provision.text}（由人执行，系统只作告知）。", provision
    disclose = regulation.disclose
    yield (
        f"向社会公开{DISCLOSED[disclose.public]}，告知申报者{DISCLOSED[disclose.applicant]}。",
        disclose,
    )


def _named(regulation: Regulation) -> dict[str, str]:
    tiers = {tier.key: tier.name for tier in regulation.tiers}
    return tiers | {group.key: group.name for group in regulation.groups}


def _names(known: Iterable[Named], keys: tuple[str, ...] | None) -> str:
    return "、".join(f"“{name_of(known, key)}”" for key in keys or ())
