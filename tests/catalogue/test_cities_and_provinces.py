"""Do the files of cities, provinces and the nation say what is peculiar to each of their texts?"""

import pytest

from app.catalogue.check import check_criteria
from app.catalogue.loader import code_list, regulation_text
from app.rules.regulation import Regulation, assumptions, digest, explain, read
from app.rules.regulation.stages import Panel, Vote
from app.rules.regulation.words import CERTIFICATES, FACTS, INCIDENTS
from tests.rules.regulation.award_texts import changed

DIGESTS = {
    "anning-2014": "061f2f748cc02943372d19d851daf0077c9a0ee75b1546b54acebd6f60f053f9",
    "anshan-2025": "1ee4b29b1c397814db5f187fc1bc00f524803708ac40654370003b9b0cfdf852",
    "baotou-2025": "40490b4d8a0e553ea0373fc9b0cde4c1a3fdfa788146a1879c9188444f606ed5",
    "beijing-2014": "49e0e0ae9a4b94b0158fa3c0cc6f298f5dae2b904ffe65b44b37d50d9b723bcc",
    "china-2013": "8f078325daa500e556e644f89fa38d6d1b0828d8162611dc131b3e447b0f3931",
    "hanzhong-2021": "765a7766b81d413d7bdef4406e000a948f83263c14b672beb4a018fead982f80",
    "jiangsu-2023": "2c3fbb280a00df63d0f4b94f073e61a7d7ad8af1ab97295d1acd359f75d0e797",
    "qingdao-2021": "6476806a1e1ad95171baad401a480aa98606aaa9996d0eba409fc8fab4112465",
    "shanghai-2022": "019cfaa660e78dd524513f7f7fe2bff0f7f57bb76b9f1804fc0f46fad887891e",
    "taiyuan-2022": "360af0a4be7793f249675a58a3b94e7dd59a5b6afe9ae9ba82c670b488fb4e46",
    "wuhan-2022": "e8aed25abbb685ca4567753585db9dedae630780b819891acb2b0dd1f8c2d957",
    "yangzhou-2022": "ecf15b47eb5c9344032326219e791911321684f64fd0a965770b1e64219a32cd",
    "zhejiang-2019": "5a28cf6fa127d9a5ea9b1db1cdc2c82ec66b97842566960e1006a1cda9e34c65",
    "zhengzhou-2022": "1a1ea084fefc0db20de4e5e5cafed1bb79a8435deeb38cf9690512170ac84722",
    "zhumadian-2016": "3f37dc1caafd1739da5921f946011b6b48dddce5b1f982f750ee2e9cd788459c",
}


def regulation(code: str) -> Regulation:
    return read(regulation_text(code))


def keys(code: str) -> list[str]:
    return [each.key for each in regulation(code).stages]


def caps(code: str) -> list[tuple[int | None, str]]:
    """Each cap with the tiers and tracks it counts."""
    return [
        (quota.at_most, "+".join((quota.of.tier or ("all",)) + (quota.of.track or ())))
        for quota in regulation(code).quotas
    ]


def sentences(code: str) -> str:
    return "\n".join(each.text for each in explain(regulation(code)))


def vote(code: str, key: str = "committee") -> Vote:
    stage = regulation(code).stage(key)
    assert isinstance(stage, Vote)
    return stage


@pytest.mark.parametrize("code", DIGESTS)
def test_each_file_is_sound_and_named_by_its_code(code: str) -> None:
    assert regulation(code).code == code
    assert check_criteria(regulation(code)) == []


@pytest.mark.parametrize(("code", "told"), DIGESTS.items())
def test_each_edition_keeps_its_digest(code: str, told: str) -> None:
    """A cycle pins it: whoever changes a shipped file does so knowingly."""
    assert digest(regulation_text(code)) == f"sha256:{told}"


@pytest.mark.parametrize("code", DIGESTS)
def test_each_sentence_stands_on_a_clause_an_assumption_or_a_default(code: str) -> None:
    said = explain(regulation(code))
    assert not [each.text for each in said if each.text.endswith("（未注条款）")]
    assert {each.stage for each in said} == {None, *keys(code)}
    assert any(each.cite for each in said)
    assert all(each.because for each in assumptions(regulation(code)))


def test_zhengzhou_keeps_three_of_eight_and_counts_no_former_winner() -> None:
    eight, five = regulation("zhengzhou-2022").quotas
    assert (eight.at_most, five.at_most) == (8, 5)
    assert not eight.counts("organisation", "award", ["former-winner"])
    assert eight.counts("organisation", "award", ["specialised"])
    assert not five.counts("organisation", "award", ["specialised"])
    assert keys("zhengzhou-2022")[-3:] == ["government", "notice", "grant"]
    assert regulation("zhengzhou-2022").bonus[0].first_win_only


def test_zhumadian_hears_scores_and_votes_in_one_meeting() -> None:
    assert vote("zhumadian-2016").meeting_of == "defence"
    defence = regulation("zhumadian-2016").stage("defence")
    assert isinstance(defence, Panel)
    assert regulation("zhumadian-2016").judges_of(defence).seated == "committee"
    assert (vote("zhumadian-2016").proposes, vote("zhumadian-2016").by) == ("tiers", "rank")


def test_wuhan_has_no_nomination_for_persons_and_two_rankings() -> None:
    wuhan = regulation("wuhan-2022")
    assert wuhan.tiers_of("person") == ("award",)
    assert wuhan.tiers_of("unit") == ("award", "nomination")
    assert wuhan.feeders(wuhan.stage("committee"), "person") == {"person-ranking"}
    assert wuhan.feeders(wuhan.stage("unit-ranking"), "unit") == {"site"}
    assert [quota.at_most for quota in wuhan.quotas if quota.in_principle] == [12, 8]
    assert "“单位综合评价”环节接在“现场评审”之后，仅限单位。" in sentences("wuhan-2022")


def test_baotou_winners_sit_out_three_cycles_and_cycles_have_no_rhythm() -> None:
    baotou = regulation("baotou-2025")
    assert baotou.bars[0].sit_out.cycles == 3
    assert baotou.cycle is not None
    assert baotou.cycle.way == "when_approved"
    assert baotou.launch is not None
    assert "获“市长质量奖”后，其后3届不得申报。" in sentences("baotou-2025")


def test_taiyuan_shares_its_places_among_organisations_persons_and_groups_of_three() -> None:
    taiyuan = regulation("taiyuan-2022")
    assert caps("taiyuan-2022") == [(5, "award"), (10, "nomination")]
    assert [(t.awardee, t.members) for t in taiyuan.tracks][-1] == ("joint", 3)
    assert (vote("taiyuan-2022").ballot, vote("taiyuan-2022").by) == ("secret", "choice")
    assert taiyuan.matching[0].share == 1


def test_qingdao_goes_from_site_to_defence_and_has_three_tiers() -> None:
    order = keys("qingdao-2021")
    assert order.index("site") < order.index("defence") < order.index("notice")
    assert order.index("notice") < order.index("government")
    assert caps("qingdao-2021") == [(5, "excellence"), (5, "innovation"), (9, "nomination")]


def test_yangzhou_posts_nine_days_and_has_no_vote() -> None:
    yangzhou = regulation("yangzhou-2022")
    assert not any(isinstance(stage, Vote) for stage in yangzhou.stages)
    assert "公示9日。" in sentences("yangzhou-2022")
    assert keys("yangzhou-2022")[-3:] == ["notice", "government", "grant"]


def test_jiangsu_gives_persons_one_in_principle_and_bars_civil_servants() -> None:
    jiangsu = regulation("jiangsu-2023")
    assert [(q.at_most, q.of.track) for q in jiangsu.quotas if q.in_principle] == [
        (1, ("person",)),
        (1, ("person",)),
    ]
    assert [each.key for each in jiangsu.eligibility.forbid] == ["civil-servant"]
    assert vote("jiangsu-2023").by == "choice"


def test_shanghai_asks_three_years_of_gold_before_the_mayors_award() -> None:
    shanghai = regulation("shanghai-2022")
    gold = next(each for each in shanghai.eligibility.require if each.key == "gold-holder")
    assert gold.tier == ("mayor",)
    assert "已获“上海市质量金奖”且已满3年（仅关系“上海市市长质量奖”）" in sentences("shanghai-2022")
    assert {track.honours for track in shanghai.tracks} == {"management_model", "achievement"}
    assert shanghai.bars[0].closes == ("mayor",)


def test_zhejiang_keeps_one_for_the_small_and_one_for_a_county() -> None:
    zhejiang = regulation("zhejiang-2019")
    minimums = [(q.at_least, q.of.tier, q.of.group) for q in zhejiang.quotas if q.at_least]
    assert minimums == [
        (1, ("award",), ("small-or-medium",)),
        (1, ("organiser",), ("county",)),
    ]
    assert zhejiang.tiers_of("government") == ("organiser",)
    assert "site" not in zhejiang.feeders(zhejiang.stage("government-ranking"), "government")


def test_beijing_winners_wait_two_cycles_and_two_authorities_ask_to_revoke() -> None:
    beijing = regulation("beijing-2014")
    assert beijing.bars[0].sit_out.cycles == 2
    assert beijing.revocation is not None
    assert len(beijing.revocation.asked_by) == 2
    assert beijing.revocation.within is not None
    assert beijing.revocation.within.years == 3


def test_the_national_award_runs_site_and_defence_side_by_side_and_votes_after_the_notice() -> None:
    china = regulation("china-2013")
    assert china.after(china.stage("site")) == china.after(china.stage("defence"))
    ranking = china.stage("organisation-ranking")
    assert china.feeders(ranking, "team") == {"site", "defence"}
    order = keys("china-2013")
    assert order[order.index("jury") :] == [
        *("jury", "notice", "commendation", "ministry", "state-council", "grant"),
    ]
    assert order.count("notice") + order.count("accepted") == 2
    assert {track.awardee for track in china.tracks} == {
        *("organisation", "unit", "team", "individual"),
    }
    assert all(bar.sit_out.for_ever is not None for bar in china.bars)
    assert "评定委员会由常设机构承担，任期4年，连任不超过2届。" in sentences("china-2013")


def test_anning_votes_a_shortlist_before_any_score() -> None:
    anning = regulation("anning-2014")
    shortlist = vote("anning-2014", "shortlist")
    assert shortlist.ballot == "secret"
    upstream = {anning.stage(key).kind for key in anning.upstream(shortlist)}
    assert upstream == {"intake"}


def test_anshan_nests_gold_and_silver_in_twenty_and_may_hold_a_cycle_out_of_turn() -> None:
    anshan = regulation("anshan-2025")
    assert anshan.cycle is not None
    assert anshan.cycle.special
    assert caps("anshan-2025") == [(20, "all"), (5, "gold"), (15, "silver")]


def test_hanzhong_opens_a_theme_to_project_teams_and_another_to_wards() -> None:
    hanzhong = regulation("hanzhong-2021")
    assert hanzhong.tiers_of("project") == ("learning", "nomination")
    assert hanzhong.tiers_of("unit") == ("care", "nomination")
    assert vote("hanzhong-2021").ballot == "secret"


def test_a_cut_among_points_out_of_different_totals_is_refused() -> None:
    text = regulation_text("wuhan-2022")
    place = keys("wuhan-2022").index("documents")
    joined = changed(f"/stages/{place}/tracks", ["unit", "person"], text)
    found = [(each.code, each.path) for each in check_criteria(read(joined))]
    assert found == [("unlike_scores", f"/stages/{place}/advance")]


@pytest.mark.parametrize(
    ("name", "words"),
    [("incidents", INCIDENTS), ("certificates", CERTIFICATES), ("declared-facts", FACTS)],
)
def test_explain_says_what_the_code_lists_say(name: str, words: dict[str, str]) -> None:
    assert {item.code: item.name for item in code_list(name).items} == dict(words)
