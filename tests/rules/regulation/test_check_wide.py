"""Is every further part of the model checked against the parts that it names?"""

from pathlib import Path

import pytest

from app.rules.regulation import RegulationErrors, read
from app.rules.regulation.explain import explain
from app.rules.regulation.stages import Intake
from tests.rules.regulation.award_texts import changed

WIDE = (Path(__file__).parent / "wide.yaml").read_text()


def found(text: str) -> list[tuple[str, str]]:
    """Code and place of every problem."""
    try:
        read(text)
    except RegulationErrors as errors:
        return [(each.code, each.path) for each in errors.problems]
    return []


def test_the_wide_regulation_is_sound() -> None:
    assert found(WIDE) == []


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/tracks/0/members", "2", ("members_unfit", "/tracks/0/members")),
        ("/tracks/0/criteria", None, ("no_criteria", "/stages/5")),
        ("/tiers/1/groups", "large", ("unknown_group", "/tiers/1/groups")),
        ("/tiers/0/tracks", "firm", ("unknown_track", "/tiers/0/tracks")),
        ("/groups/0/when", {"key": "size", "name": "规模", "kind": "in_group", "of": "small"},
         ("later_group", "/groups/0/when/of")),
        ("/groups/1/key", "small", ("duplicate_key", "/groups/1/key")),
        ("/groups/1/when/key", "size", ("duplicate_key", "/groups/1/when/key")),
        ("/groups/1/when/tiers", "gold", ("unknown_tier", "/groups/1/when/tiers")),
        ("/quotas/0/except/group", "rich", ("unknown_group", "/quotas/0/except/group")),
        ("/quotas/2/of/group", "rich", ("unknown_group", "/quotas/2/of/group")),
        ("/quotas/0", {"at_most": "3", "of": {"tier": ["award", "merit"]}},
         ("quotas_unmeetable", "/quotas/0/at_most")),
        ("/quotas/2/at_least", "6", ("quota_above_cap", "/quotas/2")),
        ("/eligibility/require/0/held_for", {"working_days": "3"},
         ("unit_unfit", "/eligibility/require/0/held_for")),
        ("/eligibility/require/0/track", "firm", ("unknown_track", "/eligibility/require/0/track")),
        ("/eligibility/require/1/at_least", "B",
         ("unknown_grade", "/eligibility/require/1/at_least")),
        ("/groups/0/when/tier", "award", ("tier_unfit", "/groups/0/when/tier")),
        ("/eligibility/require/3/honours", [], ("honour_unnamed", "/eligibility/require/3")),
        ("/eligibility/require/3/tier", "gold", ("unknown_tier", "/eligibility/require/3/tier")),
        ("/committee", {"at_least": "18", "at_most": "18", "odd": "true"},
         ("never_odd", "/committee/odd")),
        ("/committee/at_most", "3", ("range_reversed", "/committee")),
        ("/stages/0/documents_of/0/track", "firm",
         ("unknown_track", "/stages/0/documents_of/0/track")),
        ("/stages/0/documents/0/types", ["pdf", "doc"],
         ("not_a_choice", "/stages/0/documents/0/types/1")),
        ("/stages/0/documents/0/types", ["pdf", "pdf"], ("types_twice", "/stages/0/documents/0")),
        ("/stages/0/documents/0/types", [], ("empty", "/stages/0/documents/0/types")),
        ("/stages/0/documents/0/largest", "20M",
         ("malformed_size", "/stages/0/documents/0/largest")),
        ("/stages/0/documents/0/at_most", "0", ("not_positive", "/stages/0/documents/0/at_most")),
        ("/stages/0/speaking/portal", "refused",
         ("levels_of_refused_portal", "/stages/0/speaking")),
        ("/stages/0/speaking/papers", "later", ("not_a_choice", "/stages/0/speaking/papers")),
        ("/stages/0/speaking/levels", [], ("empty", "/stages/0/speaking/levels")),
        ("/stages/0/documents/0/most", "1", ("unknown_field", "/stages/0/documents/0/most")),
        ("/stages/0/documents/0/name", None, ("missing", "/stages/0/documents/0/name")),
        ("/stages/0/documents/-", "申报表", ("document_twice", "/stages/0/documents/1")),
        ("/stages/0/documents_of/0/documents", ["申报表"],
         ("document_twice", "/stages/0/documents_of/0/documents/0")),
        ("/stages/0/documents_of/0/documents", ["事迹材料", "事迹材料"], None),
        ("/stages/0/documents/0", "申报表", None),
        ("/stages/1/advance/first/level", None, ("tie_without_rule", "/stages/1/advance/first")),
        ("/stages/2/bodies/0/at_most_of/0/track", "firm",
         ("unknown_track", "/stages/2/bodies/0/at_most_of/0/track")),
        ("/stages/2/bodies/0/tracks", "organisation", ("no_body", "/stages/2/bodies")),
        ("/stages/2/bodies/1/key", "street", ("duplicate_key", "/stages/2/bodies/1/key")),
        ("/stages/3/consults/0/grounds", ["age"],
         ("unknown_ground", "/stages/3/consults/0/grounds")),
        ("/stages/5/consolation", "gold", ("unknown_tier", "/stages/5/consolation")),
        ("/stages/5/consolation", "person", ("consolation_closed", "/stages/5/consolation")),
        ("/stages/5/advance", "everybody", ("consolation_unused", "/stages/5/consolation")),
        ("/stages/6/judges/seated", "experts", ("meeting_unfit", "/stages/8/meeting_of")),
        ("/stages/7/of/0/track", None, ("not_of_track", "/stages/7/of/0/stage")),
        ("/stages/7/of/0/share", "40%", ("shares_not_whole", "/stages/7/of")),
        ("/stages/7/of/3/stage", "visit", ("not_of_track", "/stages/7/of/3/stage")),
        ("/stages/7/of/3/track", "firm", ("unknown_track", "/stages/7/of/3/track")),
        ("/stages/7/of/1/stage", "visit", ("component_twice", "/stages/7/of")),
        ("/stages/6/advance/first_of_each/0/track", "firm",
         ("unknown_track", "/stages/6/advance/first_of_each/0/track")),
        ("/stages/6/advance/first_of_each/1/group", "rich",
         ("unknown_group", "/stages/6/advance/first_of_each/1/group")),
        ("/stages/6/advance/first_of_each/2", None,
         ("lot_missing", "/stages/6/advance/first_of_each")),
        ("/stages/6/advance/first_of_each/2/group", "held",
         ("lot_unfit", "/stages/6/advance/first_of_each/2/times_places")),
        ("/stages/6/advance/first_of_each/2/level", None,
         ("tie_without_rule", "/stages/6/advance/first_of_each/2")),
        ("/stages/3/advance", {"at_least_of_full": "60%"},
         ("advance_unfit", "/stages/3/advance")),
        ("/stages/8/floors/0", {"tier": "award", "at_least_of_full": "60%"},
         ("floor_of_full_unfit", "/stages/8/floors")),
        ("/quotas/6/among", None, ("among_unfit", "/quotas/6")),
        ("/quotas/6/among", "nothing", ("unknown_stage", "/quotas/6/among")),
        ("/quotas/6/among", "total", ("among_late", "/quotas/6/among")),
        ("/quotas/6/among", "visit", None),
        ("/quotas/6/of/group", "small", ("among_ungrouped", "/quotas/6/among")),
        ("/quotas/5/at_most", "0", ("not_positive", "/quotas/5/at_most")),
        ("/stages/8/meeting_of", "total", ("not_a_panel", "/stages/8/meeting_of")),
        ("/stages/8/by", "rank", ("tie_without_rule", "/stages/8/proposes")),
        ("/stages/8/floors/0/track", "firm", ("unknown_track", "/stages/8/floors/0/track")),
        ("/bonus/0/except", ["rich"], ("unknown_group", "/bonus/0/except")),
        ("/bars/0/closes", "gold", ("unknown_tier", "/bars/0/closes")),
        ("/bars/1/from", "revocation", ("bar_start_unfit", "/bars/1/from")),
        ("/matching/0/amount", "1.00", ("exactly_one", "/matching/0")),
        ("/cycle/every_years", "2", ("exactly_one", "/cycle")),
    ],
)  # fmt: skip
def test_check_finds(pointer: str, value: object, expected: tuple[str, str] | None) -> None:
    problems = found(changed(pointer, value, WIDE))
    assert expected in problems if expected else problems == []


def test_divided_work_needs_a_lead_and_a_backup() -> None:
    alone = changed("/stages/5/judges", {"at_least": "1", "at_most": "1"}, WIDE)
    assert found(alone) == []
    divided = changed("/stages/5/division", "by_category", alone)
    assert found(divided) == [("division_alone", "/stages/5/division")]


@pytest.mark.parametrize("scalar", ["1.5", "24:00", "no", "1e3", "007"])
def test_a_scalar_that_others_read_as_something_else_is_told(scalar: str) -> None:
    text = WIDE.replace("text: 不得用于产品宣传", f"text: {scalar}")
    with pytest.raises(RegulationErrors) as raised:
        read(text)
    (only,) = raised.value.problems
    assert only.code == "yaml_scalar"
    assert f'"{scalar}"' in only.mend
    assert found(text.replace(f"text: {scalar}", f'text: "{scalar}"')) == []


def test_entries_flow_past_stages_that_are_not_theirs() -> None:
    wide = read(WIDE)
    talk, total, committee = (wide.stage(key) for key in ("talk", "total", "committee"))
    assert wide.feeders(talk, "organisation") == {"opinion", "visit", "check"}
    assert wide.feeders(talk, "person") == {"check"}
    assert wide.feeders(committee, "organisation") == {"total"}
    assert wide.feeders(committee, "person") == {"total"}
    assert [part.stage for part in total.parts_of("person")] == ["talk"]
    assert wide.feeders(total, "organisation", settled=True) == {"check"}
    intake = wide.stage("intake")
    assert isinstance(intake, Intake)
    assert wide.documents_of(intake, "person") == ("申报表", "事迹材料", "内部公示证明")


def test_files_of_a_document_are_limited_where_the_regulation_says_so() -> None:
    wide = read(WIDE)
    intake = wide.stage("intake")
    assert isinstance(intake, Intake)
    form, deeds, notice = wide.handed_in(intake, "person")
    assert (form.types, form.at_most, form.largest) == (("pdf", "ofd"), 1, 20 * 1024 * 1024)
    assert form.model_dump()["largest"] == "20MB"
    assert not deeds.limited
    assert not notice.limited
    assert deeds.model_dump() == "事迹材料"  # a name alone is written as it always was


@pytest.mark.parametrize(
    "sentence",
    [
        "不定期，经批准后评定，经批准可以增开。",
        "启动须经市人民政府批准，批准的名额可以少于本办法所定。",
        "评定委员会由常设机构承担，不少于17人，人数为单数，主任由副市长担任，任期2年。",
        "类别“个人”，面向联合申报的个人，至多3人，授予其成果，不设统一的评价准则。",
        "等次“鼓励奖”，仅限“组织”“中小企业”。",
        "“质量奖”、“鼓励奖”（“曾获奖者”不计）至多8个，可以空缺。",
        "“个人奖”原则上至多1个，可以空缺。",
        "“中小企业”“质量奖”至少1个。",
        "获省长质量奖的，另奖其奖金的50%。",
        "获“质量奖”（含某市质量管理奖）后，其后2届不得申报“质量奖”。",
        "评审中因弄虚作假被取消资格的，终身不得申报。",
        "获奖者每1年报告质量管理和经营情况，为期3年。",
        "提交：申报表。",
        "“申报表”须为pdf、ofd文件，至多1个文件，每个文件不超过20MB。",
        "申报前须在本单位内部公示至少5个工作日，并提交内部公示证明。",
        "须经推荐：街道办事处（至多3家，个人至多1家）、行业协会（仅推荐组织）；其中一家推荐。",
        "必须符合：金奖满三年——截止基准日已2次获“区质量奖”且已满3年（仅关系“质量奖”）。",
        "就亏损征求市税务局意见，10个工作日内回复；期满之前未回复的，不认定符合条件。",
        "等次“先进单位”没有奖金。（默认：办法未写明）",
        "组织“质量奖”不得低于600分（按最后一个评分环节的得分）。",
        "由第三方机构评分，满分100分。",
        "未入选的，按名次在名额之内列为“先进单位”人选，不再参加其后的评分。",
        "每份申报由至少5名评定委员会委员评审。",
        "由其择定并对未入选者说明理由，在名额之内提出等次建议。",
        "与“评审”在同一次会议上进行。",
        "由市人民政府审定，并须表彰主管部门同意。",
        "按名次取前20名进入下一环节；并列的一并进入。",
        "分组排名：个人按名次取前2名进入下一环节；并列的一并进入；中小企业按名次取前5名进入",
        "按1000分制合成总分：组织的“评审”占50%，组织的“满意度调查”占10%，组织的“评审”占40%，个人",
        "得分达到满分的40%的进入下一环节。",
        "“组织”“质量奖”、“鼓励奖”、“先进单位”不超过参加“资格审查”的“组织”申报数的30%（舍去小数），",
        "称号的使用：不得用于产品宣传（由人执行，系统只作告知）。",
    ],
)
def test_explain_tells(sentence: str) -> None:
    assert any(said.text.startswith(sentence) for said in explain(read(WIDE)))
