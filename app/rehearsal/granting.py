"""How is a grant (授奖) played? Awards with signed certificates, and the bonus list."""

from fractions import Fraction
from typing import Any

from app.rehearsal import check, facts
from app.rehearsal.client import Refused
from app.rehearsal.clock import BEIJING
from app.rehearsal.report import Awarded
from app.rehearsal.year import Year
from app.rules.facts import RecordKind
from app.rules.regulation.money import Bonus
from app.rules.regulation.stages import Stage

CERTIFICATE = "award-cert+jws"


async def play(year: Year, stage: Stage) -> None:
    """The head grants; before the stage is closed the public sees nothing."""
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：授奖", len(entries))
    if not entries:
        return
    today = (await year.clock.now()).astimezone(BEIJING).date()
    body = {"document": "区政府发文〔2026〕18号", "decided_on": today.isoformat()}
    place = year.path(f"/stages/{stage.key}/awards")
    await year.checks.refused("工作人员不能授奖", year.office.clerk.post(place, body), 403)
    granted = await _granted(year, place, body)
    year.honours += granted["awards"]
    year.groups |= {year.firm(entry.number): entry.groups for entry in entries}
    early = await year.public.get("/public/results", cycle=year.cycle)
    year.checks.holds("授奖环节结束之前不公布结果", not early["items"], early)
    for _ in entries:
        year.bars.done()


async def _granted(year: Year, place: str, body: dict[str, Any]) -> Any:
    """Where a place that a minimum wants has fallen empty, it is decided that it stays empty."""
    try:
        return await year.office.head.post(place, body)
    except Refused as refused:
        if "quota-unmet" not in refused.codes:
            raise
    year.checks.holds("须填补的名额空缺须先有书面决定", ok=True)
    vacancy = {"document": "评审办〔2026〕15号", "reason": "原候选单位未获通过，名额空缺。"}
    return await year.office.head.post(place, body | {"vacancy": vacancy})


async def awards_of(year: Year) -> list[Awarded]:
    """The awards with their bonus, and whether they hold against the rules of the regulation."""
    found = sorted(
        (_awarded(year, award) for award in year.honours),
        key=lambda award: (award.tier, award.application),
    )
    year.checks.holds("授奖数不超过本届名额", len(found) <= year.places, len(found))
    # Whether a minimum is met is looked at where tiers are proposed: later a place may fall empty.
    caps = [quota for quota in year.regulation.quotas if quota.at_most is not None]
    broken = check.broken_quotas(
        caps, [(a.track, a.tier, year.groups[a.application]) for a in found]
    )
    year.checks.holds("授奖符合管理办法的名额规定", not broken, broken)
    await _bonuses(year, found)
    await _public(year)
    return found


def _awarded(year: Year, award: Any) -> Awarded:
    number = year.number_of(award["application"])
    paid = award["bonus_reason"] is None
    return Awarded(
        application=year.firm(number),
        track=year.applicants[number].track,
        tier=award["tier"],
        bonus=award["bonus"] if paid else None,
        reason=award["bonus_reason"],
    )


async def _bonuses(year: Year, awards: list[Awarded]) -> None:
    """Each bonus as the regulation sets it; the list's sum is their sum."""
    for award in awards:
        rule = next(
            (
                r
                for r in year.regulation.bonus
                if r.tier == award.tier and (r.track is None or award.track in r.track)
            ),
            None,
        )
        paid = Fraction(award.bonus or 0) * 100
        due = _due(year, rule, award) if rule else 0
        year.checks.holds("奖金与管理办法一致", paid == due, (award, due))
    listed = await year.office.finance.get(year.path("/bonus-list"))
    total = sum((Fraction(award.bonus or 0) for award in awards), Fraction())
    year.checks.holds("奖金清单合计正确", Fraction(listed["total"]) == total, listed["total"])
    nosy = year.applicants[0].speaker.get(year.path("/bonus-list"))
    await year.checks.refused("申报单位看不到奖金清单", nosy, 403)


def _due(year: Year, rule: Bonus, award: Awarded) -> int:
    """The bonus in fen: nothing for groups left out, nor for a second win where only one counts."""
    number = next(a.number for a in year.applicants if year.firm(a.number) == award.application)
    if not set(rule.excluded).isdisjoint(year.groups[award.application]):
        return 0
    given = facts.of(year.regulation, year.cast, number)
    won = {record.what for record in given.records if record.kind is RecordKind.HONOUR}
    again = won if rule.first_win_of == "programme" else won & {award.tier}
    return 0 if again and rule.first_win_only else rule.amount


async def _public(year: Year) -> None:
    """Everybody can read the winners and check each certificate with the published keys alone."""
    results = await year.public.every("/public/results", cycle=year.cycle)
    winners = {award["certificate_number"]: award["organisation"] for award in year.honours}
    shown = {one["certificate_number"]: one["organisation"] for one in results}
    year.checks.holds("公开的授奖名单与授奖决定一致", shown == winners, shown)
    keys = year.keys
    for number, organisation in winners.items():
        view = await year.public.get(f"/public/certificates/{number}")
        said = check.signed(view["certificate"], keys)
        genuine = said is not None and said["typ"] == CERTIFICATE and organisation in str(said)
        year.checks.holds("证书签名可离线验证", genuine, said)
        forged = _forged(view["certificate"])
        year.checks.holds("改动过的证书验证不通过", check.signed(forged, keys) is None, forged)
    missing = year.public.get("/public/certificates/ZS-00000000")
    await year.checks.refused("不存在的证书编号查无结果", missing, 404)


def _forged(certificate: str) -> str:
    """The same certificate with one letter of its words changed."""
    header, payload, signature = certificate.split(".")
    place = len(payload) // 2
    other = "A" if payload[place] != "A" else "B"
    return f"{header}.{payload[:place]}{other}{payload[place + 1 :]}.{signature}"
