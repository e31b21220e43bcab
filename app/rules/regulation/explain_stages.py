"""What does one stage ask of those who work in it, sentence by sentence?"""

from collections.abc import Iterator

from app.rules.exact import decimal_text
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import (
    Advance,
    Approval,
    Composite,
    Grant,
    Intake,
    Method,
    Panel,
    Publicity,
    Screening,
    Stage,
    Vote,
)
from app.rules.regulation.values import Rule, share_text
from app.rules.regulation.words import length_text, name_of, rounding_text, threshold_text

Said = tuple[str, Rule, tuple[str, ...]]
"""A sentence, the rule that carries its clause, and the fields of it that the sentence tells."""


def said_of_stage(regulation: Regulation, stage: Stage) -> Iterator[Said]:
    """The sentences of one stage: where it stands, what its kind asks, who goes on."""
    before = [name_of(regulation.stages, key) for key in regulation.after(stage)]
    place = f"接在{'、'.join(f'“{name}”' for name in before)}之后" if before else "最先进行"
    only = [name_of(regulation.tracks, key) for key in stage.tracks or ()]
    limited = f"，仅限{'、'.join(only)}" if only else ""
    yield f"“{stage.name}”环节{place}{limited}。", stage, ("key", "after", "tracks")
    yield from _by_people(regulation, stage)
    yield from _by_rule(regulation, stage)
    yield _part(stage, "advance", _advance_text(stage.advances))


def _by_people(regulation: Regulation, stage: Stage) -> Iterator[Said]:
    match stage:
        case Intake():
            yield from _intake(stage)
        case Screening():
            yield from _screening(regulation, stage)
        case Panel():
            yield from _panel(regulation, stage)
        case Vote():
            yield from _vote(stage)
        case Approval():
            yield _part(stage, "body", f"由{stage.body}审定。")


def _by_rule(regulation: Regulation, stage: Stage) -> Iterator[Said]:
    match stage:
        case Composite():
            yield from _composite(regulation, stage)
        case Publicity():
            yield from _publicity(stage)
        case Grant():
            title = f"名称：{stage.title}" if stage.title else "等次的名称"
            yield _part(stage, "title", f"证书印{title}。")
    if isinstance(stage, Composite | Vote) and stage.proposes:
        yield _part(stage, "proposes", "按名次在名额之内提出等次建议。")
        for floor in stage.floors:
            tier = name_of(regulation.tiers, floor.tier)
            text = f"“{tier}”不得低于{decimal_text(floor.at_least)}分。"
            yield _part(stage, "floors", text, floor)


def _intake(stage: Intake) -> Iterator[Said]:
    if stage.documents:
        yield _part(stage, "documents", f"提交：{'、'.join(stage.documents)}。")
    one = "一个组织" if stage.one_entry_per == "organisation" else "一个组织在每个类别中"
    yield f"{one}只能提出一份申报。", stage, ("one_entry_per",)


def _screening(regulation: Regulation, stage: Screening) -> Iterator[Said]:
    grounds = regulation.eligibility.grounds()
    names = [name_of(grounds, key) for key in stage.grounds or ()]
    what = "、".join(names) or "全部申报条件"
    yield f"审查{what}。", stage, ("grounds",)
    cure = stage.cure
    yield _part(
        stage,
        "cure",
        f"材料不全的可补正{cure.times}次，每次{length_text(cure.within)}内完成。"
        if cure
        else "材料不全的不予补正。",
    )


def _panel(regulation: Regulation, stage: Panel) -> Iterator[Said]:
    if stage.judges:
        most = f"、至多{stage.judges.at_most}" if stage.judges.at_most else ""
        text = f"每份申报由至少{stage.judges.at_least}{most}名评审员评审。"
        yield _part(stage, "judges", text)
    else:
        lender = name_of(regulation.stages, stage.panel_of or "")
        yield _part(stage, "panel_of", f"由“{lender}”的评审组承担。")
    division = "按类目分工评分" if stage.division == "by_category" else "每名评审员评全部评分项"
    yield f"{division}。", stage, ("division",)
    by = f"评分细则{stage.rubric}" if stage.rubric else "类别所定的评价准则"
    yield f"依据{by}评分。", stage, ("rubric",)
    yield _part(stage, "method", _method_text(stage.method))
    if stage.start_from:
        source = name_of(regulation.stages, stage.start_from)
        yield _part(stage, "start_from", f"从“{source}”的合议评分册起评。")
    limits = stage.disagreement
    yield _part(
        stage,
        "disagreement",
        f"评分相差单项{limits.item_span}个百分点、{limits.bands_apart}个区间或总分"
        f"{limits.total_span}分以上的，必须讨论。",
    )
    comments = stage.comments_per_item
    if comments.at_least:
        yield _part(stage, "comments_per_item", f"每个评分项至少写{comments.at_least}条评语。")
    yield _part(stage, "rounding", f"得分{rounding_text(stage.rounding)}。")


def _method_text(method: Method) -> str:
    trimmed = method.trimmed_mean
    if trimmed:
        return (
            f"去掉{trimmed.drop_high}个最高分和{trimmed.drop_low}个最低分后取平均，"
            f"评审员不少于{trimmed.at_least}名。"
        )
    return {
        "consensus": "由评审组合议形成一份评分。",
        "mean": "取各评审员评分的平均值。",
        "median": "取各评审员评分的中位数。",
    }[method.way]


def _composite(regulation: Regulation, stage: Composite) -> Iterator[Said]:
    parts = [
        f"“{name_of(regulation.stages, each.stage)}”占{share_text(each.share)}" for each in stage.of
    ]
    yield _part(stage, "of", f"按{stage.scale}分制合成总分：{'，'.join(parts)}。")
    yield _part(stage, "rounding", f"总分{rounding_text(stage.rounding)}。")
    for tie in stage.ties:
        part = f"类目{tie.category}的" if tie.category else ""
        source = name_of(regulation.stages, tie.stage)
        yield _part(stage, "ties", f"总分相同的，比较“{source}”{part}得分。", tie)
    if not stage.ties:
        yield _part(stage, "ties", "总分相同的，名次并列；涉及名额时须另作书面决定。")


def _vote(stage: Vote) -> Iterator[Said]:
    ballot = "记名" if stage.ballot == "named" else "无记名"
    mode = "纸质表决、登记结果" if stage.mode == "recorded" else "电子表决"
    yield f"{ballot}投票，{mode}。", stage, ("ballot", "mode")
    yield _part(stage, "quorum", f"到会委员{threshold_text(stage.quorum)}，方可开会。")
    yield _part(stage, "carried", f"同意票{threshold_text(stage.carried)}，方为通过。")
    base = "不计入" if stage.recused_leave else "仍计入"
    yield f"回避的委员{base}该申报的表决基数。", stage, ("recused_leave",)


def _publicity(stage: Publicity) -> Iterator[Said]:
    yield _part(stage, "length", f"公示{length_text(stage.length)}。")
    first = "计入" if stage.first_day == "counted" else "不计入"
    rest = "遇休息日顺延至下一个工作日" if stage.ends_on_rest_day == "runs_on" else "遇休息日不顺延"
    clock = f"发布当日{first}；期末{rest}，最后一日{stage.end_of_day}截止。"
    yield (
        clock,
        stage,
        (
            "first_day",
            "ends_on_rest_day",
            "end_of_day",
        ),
    )
    objection = stage.objection
    name = "须署真实姓名" if objection.real_name else "可不署名"
    evidence = "并附证据" if objection.evidence else "不要求附证据"
    yield _part(stage, "objection", f"提出异议{name}，{evidence}。")
    yield "公示后取消资格的，名额空缺。", stage, ("vacancy",)


def _advance_text(advance: Advance) -> str:
    if advance.first and advance.first.times_places:
        return f"按名次取名额的{decimal_text(advance.first.times_places)}倍进入下一环节。"
    if advance.first:
        return f"按名次取前{advance.first.places}名进入下一环节。"
    if advance.at_least is not None:
        return f"得分不低于{decimal_text(advance.at_least)}的进入下一环节。"
    return {
        "everybody": "全部进入下一环节。",
        "carried": "通过的进入下一环节。",
        "proposed": "获得等次建议的进入下一环节。",
    }[advance.way]


def _part(stage: Stage, field: str, text: str, rule: Rule | None = None) -> Said:
    """A sentence about one part of a stage: under the part's own marks, else the stage's."""
    part = rule or getattr(stage, field)
    marked = isinstance(part, Rule) and (part.cite or part.assumed)
    return (text, part, ()) if marked else (text, stage, (field,))
