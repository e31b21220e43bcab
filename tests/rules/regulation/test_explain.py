from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.rules.regulation import explain, read
from app.rules.regulation.values import MARKS, Choice, Rule
from tests.rules.regulation.award_texts import BINHU, SMALL, changed

WIDE = (Path(__file__).parent / "wide.yaml").read_text("utf-8")


def said(text: str, stage: str | None) -> list[str]:
    return [each.text for each in explain(read(text)) if each.stage == stage]


def test_explain_speaks_of_the_award_and_then_of_every_stage_in_order() -> None:
    stages = [each.stage for each in explain(read(BINHU))]
    order = [key for place, key in enumerate(stages) if key not in stages[:place]]
    assert order == [None, *(stage.key for stage in read(BINHU).stages)]


def test_explain_of_binhu_tells_clause_or_assumption_in_every_sentence() -> None:
    for each in explain(read(BINHU)):
        assert each.text.endswith("）")
        assert each.assumed == ("（假定：" in each.text)
        assert "未注条款" not in each.text


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        (None, "“区长质量奖”奖金500000.00元，仅限首次获奖，财政全额拨款单位除外。（假定："),
        (None, "因弄虚作假被撤销奖项的，自撤销之日起5年内不得申报。（假定："),
        ("documents", "按名次取名额的2倍进入下一环节；并列的另作书面决定。（假定："),
        ("site", "按类目分工评分。（假定："),
        ("defence", "由“现场评审”的评审组承担。（评审程序"),
        ("ranking", "按1000分制合成总分：“现场评审”占90%，“陈述答辩”占10%。（假定："),
        ("committee", "到会委员达到全体委员的2/3，方可开会。（假定："),
        ("notice", "“公示”环节接在“区政府审定”之后。（评审程序"),
        ("notice", "公示5个工作日。（假定："),
    ],
)
def test_explain_of_binhu_says(stage: str | None, sentence: str) -> None:
    assert any(each.startswith(sentence) for each in said(BINHU, stage))


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        (None, "等次“银奖”，仅限“企业”。（未注条款）"),
        (None, "“金奖”至多2个，可以空缺。（未注条款）"),
        ("check", "审查注册满三年。（未注条款）"),
        ("check", "材料不全的可补正1次，每次5个工作日内完成。（未注条款）"),
        ("paper", "去掉1个最高分和1个最低分后取平均，评审员不少于5名。（未注条款）"),
        ("visit", "每份申报由至少3、至多5名评审员评审。（未注条款）"),
        ("visit", "得分四舍五入，保留2位小数。（默认：办法未写明）"),
        ("talk", "依据评分细则talk评分。（未注条款）"),
        ("total", "总分相同的，比较“评审”类目4.7的得分。（未注条款）"),
        ("total", "“金奖”不得低于600.5分。（未注条款）"),
        ("vote", "无记名投票，纸质表决、登记结果。（未注条款）"),
        ("notice", "提出异议须署真实姓名，不要求附证据。（未注条款）"),
        ("grant", "证书印等次的名称。（默认：办法未写明）"),
    ],
)
def test_explain_tells_what_is_written_and_what_is_default(
    stage: str | None, sentence: str
) -> None:
    assert sentence in said(SMALL, stage)


def test_explain_carries_the_clause() -> None:
    cited = changed("/stages/7/cite", "第十八条")
    notice = [each for each in explain(read(cited)) if each.stage == "notice"]
    assert notice[0].cite == "第十八条"
    assert notice[0].text.endswith("（第十八条）")


def test_explain_tells_what_any_of_consists_of() -> None:
    either = {
        "key": "either",
        "name": "二者之一",
        "kind": "any_of",
        "of": [
            {"key": "iso", "name": "体系证书", "kind": "certificate", "of": "iso-9001"},
            {
                "key": "tax",
                "name": "纳税",
                "kind": "declared",
                "fact": "tax",
                "at_least": "2000000",
            },
        ],
    }
    loss = {"key": "loss", "name": "亏损", "kind": "loss_making", "fiscal_years": "3"}
    text = changed("/eligibility/require/-", either, changed("/eligibility/forbid/-", loss))
    sentences = said(changed("/quotas/-", {"at_least": "1", "of": {"track": "small"}}, text), None)
    assert "必须符合：二者之一——至少具备一项：体系证书；纳税。（未注条款）" in sentences
    assert "其中（二者之一）：纳税——申报的“tax”不低于2000000。（未注条款）" in sentences
    assert "不得有下列情形：亏损——截止基准日之前3个完整会计年度内有亏损。（未注条款）" in sentences
    assert "“小微企业”各等次合计至少1个。（未注条款）" in sentences


def test_explain_tells_how_a_vote_fills_the_tiers() -> None:
    voted = changed("/stages/6/proposes", "tiers", changed("/stages/5/proposes", None))
    voted = changed("/stages/6/level", "decision", changed("/stages/5/floors", None, voted))
    expected = "通过的按同意票多少、同票的按名次，在名额之内提出等次建议。（未注条款）"
    assert expected in said(voted, "vote")


def test_explain_does_not_send_anybody_on_from_the_grant() -> None:
    assert not any("进入下一环节" in each for each in said(SMALL, "grant"))


def test_explain_of_one_measure_and_one_year() -> None:
    front = {"key": "front", "name": "行业前列", "kind": "rank_in_industry", "within": "city"}
    ranked = changed("/eligibility/require/-", {**front, "by": "revenue", "at_most": "3"}, SMALL)
    told = said(changed("/cycle", {"every_years": "1"}, ranked), None)
    assert "每年评定一届。（未注条款）" in told
    assert "必须符合：行业前列——营业收入居市同行业前3位。（未注条款）" in told


def test_explain_tells_clause_and_assumption_where_a_rule_has_both() -> None:
    bar = {"key": "again", "after": {"granted": "gold"}, "sit_out": {"years": "3"}}
    marks = {"cite": "第二十条", "assumed": ["from"], "because": "未写明起算日"}
    read_so = read(changed("/bars/0", {**bar, "from": "decision_date", **marks}))
    (told,) = [each for each in explain(read_so) if "自授奖决定之日起" in each.text]
    assert told.text.endswith("（第二十条；其中假定：未写明起算日）")
    assert (told.cite, told.assumed) == ("第二十条", True)


def without(part: Any, path: tuple[Any, ...], field: str) -> Any:
    """The regulation with one optional field left out."""
    if not path:
        return part.model_copy(update={field: type(part).model_fields[field].get_default()})
    step, *rest = path
    if isinstance(part, tuple):
        return (*part[:step], without(part[step], tuple(rest), field), *part[step + 1 :])
    return part.model_copy(update={step: without(getattr(part, step), tuple(rest), field)})


def optional(part: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every optional field that says something else than its default."""
    if isinstance(part, Rule):
        for name, field in type(part).model_fields.items():
            said = getattr(part, name)
            fixed = field.is_required() or (isinstance(part, Choice) and name in part.ways)
            if not fixed and name not in MARKS and said != field.get_default():
                yield path, name
            yield from optional(said, (*path, name))
    elif isinstance(part, tuple):
        for place, each in enumerate(part):
            yield from optional(each, (*path, place))


@pytest.mark.parametrize("text", [WIDE, SMALL, BINHU], ids=["wide", "small", "binhu"])
def test_explain_tells_every_optional_field(text: str) -> None:
    regulation = read(text)
    told = [each.text for each in explain(regulation)]
    untold = []
    for path, field in optional(regulation):
        shorter = explain(without(regulation, path, field))
        if told == [each.text for each in shorter]:
            untold.append((*path, field))
    assert untold == []
