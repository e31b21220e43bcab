"""What does one stage ask of those who work in it, sentence by sentence?"""

from collections.abc import Iterator
from itertools import chain

from app.rules.exact import decimal_text, size_text
from app.rules.regulation.advance import Advance, First
from app.rules.regulation.assessment import SelfAssessment
from app.rules.regulation.bodies import Body
from app.rules.regulation.handed_in import Document
from app.rules.regulation.judges import Method
from app.rules.regulation.model import Regulation
from app.rules.regulation.speaking import Speaking
from app.rules.regulation.stages import (
    NOTICE_EVIDENCE,
    Approval,
    Composite,
    Endorsement,
    Grant,
    Intake,
    Panel,
    Publicity,
    Screening,
    Sifting,
    Stage,
    Survey,
    Vote,
)
from app.rules.regulation.values import Rule, share_text
from app.rules.regulation.words import length_text, name_of, rounding_text, threshold_text

Said = tuple[str, Rule, tuple[str, ...]]
"""A sentence, the rule that carries its clause, and the fields of it that the sentence tells."""


def said_of_stage(regulation: Regulation, stage: Stage) -> Iterator[Said]:
    """The sentences of one stage: where it stands, what its kind asks, who goes on."""
    feeders = {
        key for track in regulation.tracks_of(stage) for key in regulation.feeders(stage, track)
    }
    before = [each.name for each in regulation.stages if each.key in feeders]
    place = f"接在{'、'.join(f'“{name}”' for name in before)}之后" if before else "最先进行"
    only = [name_of(regulation.tracks, key) for key in stage.tracks or ()]
    limited = f"，仅限{'、'.join(only)}" if only else ""
    yield f"“{stage.name}”环节{place}{limited}。", stage, ("key", "after", "tracks")
    yield from _by_people(regulation, stage)
    yield from _by_rule(regulation, stage)
    if not isinstance(stage, Grant):
        yield _part(stage, "advance", _advance_text(regulation, stage.advances))


def _by_people(regulation: Regulation, stage: Stage) -> Iterator[Said]:
    match stage:
        case Intake():
            yield from _intake(regulation, stage)
        case Endorsement():
            yield from _endorsement(regulation, stage)
        case Screening():
            yield from _screening(regulation, stage)
        case Panel():
            yield from _panel(regulation, stage)
        case Vote():
            yield from _vote(regulation, stage)
        case Approval():
            consent = (
                f"，并须{'、'.join(stage.with_consent_of)}同意" if stage.with_consent_of else ""
            )
            yield f"由{stage.body}审定{consent}。", stage, ("body", "with_consent_of")
        case Survey():
            yield _part(stage, "source", f"由{stage.source}评分，满分{stage.scale}分。")


def _by_rule(regulation: Regulation, stage: Stage) -> Iterator[Said]:
    match stage:
        case Composite():
            yield from _composite(regulation, stage)
        case Publicity():
            yield from _publicity(stage)
        case Grant():
            title = f"名称：{stage.title}" if stage.title else "等次的名称"
            yield _part(stage, "title", f"证书印{title}。")
    if isinstance(stage, Sifting) and stage.consolation:
        tier = name_of(regulation.tiers, stage.consolation)
        text = f"未入选的，按名次在名额之内列为“{tier}”人选，不再参加其后的评分。"
        yield _part(stage, "consolation", text)
    if isinstance(stage, Composite | Vote) and stage.proposes:
        yield _part(stage, "proposes", f"{_proposing_text(stage)}在名额之内提出等次建议。")
        if stage.level:
            yield _part(stage, "level", "名额边上并列的，另作书面决定。")
        for floor in stage.floors:
            tier = name_of(regulation.tiers, floor.tier)
            only = "、".join(name_of(regulation.tracks, key) for key in floor.track or ())
            least = f"{decimal_text(floor.at_least)}分" if floor.at_least is not None else ""
            share = share_text(floor.at_least_of_full) if floor.at_least_of_full else ""
            whose = "（按最后一个评分环节的得分）" if isinstance(stage, Vote) else ""
            text = f"{only}“{tier}”不得低于{least or f'满分的{share}'}{whose}。"
            yield _part(stage, "floors", text, floor)


def _proposing_text(stage: Composite | Vote) -> str:
    if stage.by == "choice":
        return "由其择定并对未入选者说明理由，"
    return "按名次" if isinstance(stage, Composite) else "通过的按同意票多少、同票的按名次，"


def _intake(regulation: Regulation, stage: Intake) -> Iterator[Said]:
    if stage.documents:
        names = "、".join(each.name for each in stage.documents)
        yield _part(stage, "documents", f"提交：{names}。")
    for own in stage.documents_of:
        tracks = "、".join(name_of(regulation.tracks, key) for key in own.track)
        names = "、".join(each.name for each in own.documents)
        yield _part(stage, "documents_of", f"{tracks}另须提交：{names}。", own)
    for each in chain(stage.documents, *(own.documents for own in stage.documents_of)):
        if each.limited:
            fields = tuple(name for name in _FILES if getattr(each, name) is not None)
            yield f"“{each.name}”{_files_text(each)}。", each, fields
    if notice := stage.internal_notice:
        text = (
            f"申报前须在本单位内部公示至少{length_text(notice.length)}，并提交{NOTICE_EVIDENCE}。"
        )
        yield _part(stage, "internal_notice", text)
    one = {
        "organisation": "一个组织",
        "track": "一个组织在每个类别中",
        "awardee": "每一申报对象",
    }[stage.one_entry_per]
    yield f"{one}只能提出一份申报。", stage, ("one_entry_per",)
    if stage.names_tier:
        yield _part(stage, "names_tier", "申报时写明所申报的等次，不获该等次即不获奖。")
    for assessed in stage.self_assessment:
        yield _part(stage, "self_assessment", _assessed(regulation, assessed), assessed)
    if stage.members_apart:
        yield _part(stage, "members_apart", "集团申报范围内的法人可以另行申报。")
    if copy := stage.sealed_copy:
        many = f"提交盖章纸质申报表一式{copy.copies}份；" if copy.copies else ""
        which = {"electronic": "电子件", "paper": "纸质件"}[copy.prevails]
        pledge = f"承诺内容为“{copy.pledge}”。" if copy.pledge else ""
        text = f"{many}纸质件与电子件不一致的，以{which}为准。{pledge}"
        yield _part(stage, "sealed_copy", text, copy)
    yield _part(stage, "speaking", _speaking(stage.speaking), stage.speaking)


def _speaking(rule: Speaking) -> str:
    """By what somebody speaks for the applicant."""
    levels = f"（等级{'、'.join(rule.levels)}）" if rule.levels else ""
    word = {
        "accepted": f"已登记门户{levels}的认证代替授权书和营业执照",
        "refused": "不认可门户认证",
    }[rule.portal]
    asked = {
        "before_submission": f"提交前，代表申报单位的授权书和营业执照须经核验；{word}",
        "not_asked": "提交时不要求授权书和营业执照；该单位已有他人经核验的除外",
    }[rule.papers]
    agents = {"submit": "经办人可以提交", "draft": "经办人只能填写，由管理员提交"}[rule.agents]
    return f"{asked}；{agents}。"


_FILES = ("types", "at_most", "largest")


def _files_text(document: Document) -> str:
    """Of which types its files are, how many and how large."""
    said = [
        f"须为{'、'.join(document.types)}文件" if document.types else "",
        f"至多{document.at_most}个文件" if document.at_most else "",
        f"每个文件不超过{size_text(document.largest)}" if document.largest else "",
    ]
    return "，".join(each for each in said if each)


def _assessed(regulation: Regulation, rule: SelfAssessment) -> str:
    whose = "、".join(name_of(regulation.tracks, key) for key in rule.track or ())
    way = {
        "document": f"提交“{rule.document}”全文",
        "items": "按评分项逐项填写自我评价",
        "both": f"提交“{rule.document}”全文，并按评分项逐项填写",
    }[rule.way]
    mapped = "，附评分项与页码对照" if rule.page_map and rule.way != "items" else ""
    limits = [
        f"不超过{most}{unit}"
        for most, unit in (
            (rule.most_pages, "页"),
            (rule.most_characters, "字"),
            (rule.item_characters, "字（每项）"),
        )
        if most
    ]
    return f"{whose}{way}{mapped}{''.join(f'，{limit}' for limit in limits)}。"


def _body_text(regulation: Regulation, body: Body) -> str:
    limits = [
        f"{'、'.join(name_of(regulation.tracks, key) for key in tracks or ())}至多{most}家"
        for most, tracks in body.limits()
    ]
    only = [name_of(regulation.tracks, key) for key in body.tracks or ()]
    limits += [f"仅推荐{'、'.join(only)}"] if only else []
    return f"{body.name}（{'，'.join(limits)}）" if limits else body.name


def _endorsement(regulation: Regulation, stage: Endorsement) -> Iterator[Said]:
    need = "其中一家" if stage.needs == "one_of" else "各家均须"
    bodies = "、".join(_body_text(regulation, body) for body in stage.bodies)
    yield f"须经推荐：{bodies}；{need}推荐。", stage, ("bodies", "needs")
    by = {"registration": "按注册地确定", "sector": "按行业确定", "choice": "由申报者选定"}
    yield _part(stage, "routed_by", f"{by[stage.routed_by]}推荐单位。")
    if stage.ordered:
        yield _part(stage, "ordered", "推荐单位须排出先后。")
    if stage.notice:
        yield _part(stage, "notice", f"推荐前由推荐单位公示{length_text(stage.notice)}。")


def _screening(regulation: Regulation, stage: Screening) -> Iterator[Said]:
    grounds = regulation.eligibility.grounds()
    names = [name_of(grounds, key) for key in stage.grounds or ()]
    what = "材料是否齐全" if stage.formal else "、".join(names) or "全部申报条件"
    yield f"审查{what}。", stage, ("grounds",)
    cure = stage.cure
    hour = f"，最后一日{cure.end_of_day}截止" if cure and cure.end_of_day != "24:00" else ""
    yield _part(
        stage,
        "cure",
        f"材料不全的可补正{cure.times}次，每次{length_text(cure.within)}内完成{hour}。"
        if cure
        else "材料不全的不予补正。",
    )
    for asked in stage.consults:
        on = "、".join(name_of(grounds, key) for key in asked.grounds or ()) or "有关情况"
        within = f"，{length_text(asked.within)}内回复" if asked.within else ""
        waiting = "；期满之前未回复的，不认定符合条件" if asked.within else ""
        text = f"就{on}征求{asked.department}意见{within}{waiting}。"
        yield _part(stage, "consults", text, asked)


def _panel(regulation: Regulation, stage: Panel) -> Iterator[Said]:
    if stage.judges:
        most = f"、至多{stage.judges.at_most}" if stage.judges.at_most else ""
        who = "评定委员会委员" if stage.judges.seated == "committee" else "评审员"
        text = f"每份申报由至少{stage.judges.at_least}{most}名{who}评审。"
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
        f"{_whose(regulation, each.track, None)}“{name_of(regulation.stages, each.stage)}”"
        f"占{share_text(each.share)}"
        for each in stage.of
    ]
    yield _part(stage, "of", f"按{stage.scale}分制合成总分：{'，'.join(parts)}。")
    yield _part(stage, "rounding", f"总分{rounding_text(stage.rounding)}。")
    for tie in stage.ties:
        part = f"类目{tie.category}的" if tie.category else ""
        source = name_of(regulation.stages, tie.stage)
        yield _part(stage, "ties", f"总分相同的，比较“{source}”{part}得分。", tie)
    if not stage.ties:
        yield _part(stage, "ties", "总分相同的，名次并列；涉及名额时须另作书面决定。")


def _vote(regulation: Regulation, stage: Vote) -> Iterator[Said]:
    ballot = "记名" if stage.ballot == "named" else "无记名"
    mode = "纸质表决、登记结果" if stage.mode == "recorded" else "电子表决（本系统尚不能办理）"
    yield f"{ballot}投票，{mode}。", stage, ("ballot", "mode")
    yield _part(stage, "quorum", f"到会委员{threshold_text(stage.quorum)}，方可开会。")
    yield _part(stage, "carried", f"同意票{threshold_text(stage.carried)}，方为通过。")
    if stage.meeting_of:
        held = name_of(regulation.stages, stage.meeting_of)
        yield _part(stage, "meeting_of", f"与“{held}”在同一次会议上进行。")
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
    if stage.channels:
        yield _part(stage, "channels", f"公示于{'、'.join(stage.channels)}。")
    objection = stage.objection
    name = "须署真实姓名" if objection.real_name else "可不署名"
    evidence = "并附证据" if objection.evidence else "不要求附证据"
    yield _part(stage, "objection", f"提出异议{name}，{evidence}。")
    yield "公示后取消资格的，名额空缺，不再递补。", stage, ("vacancy",)


_LEVEL = {
    None: "",
    "decision": "；并列的另作书面决定",
    "all_in": "；并列的一并进入",
    "none_in": "；并列的均不进入",
}


def _whose(
    regulation: Regulation, track: tuple[str, ...] | None, group: tuple[str, ...] | None
) -> str:
    names = [name_of(regulation.tracks, key) for key in track or ()]
    names += [name_of(regulation.groups, key) for key in group or ()]
    return f"{'、'.join(names)}的" if names else ""


def _first_text(first: First) -> str:
    most = f"前{first.places}名"
    if first.times_places:
        most = f"名额的{decimal_text(first.times_places)}倍"
    return f"按名次取{most}进入下一环节{_LEVEL[first.level]}"


def _advance_text(regulation: Regulation, advance: Advance) -> str:
    if advance.first:
        return f"{_first_text(advance.first)}。"
    if advance.first_of_each:
        lots = [
            f"{_whose(regulation, lot.track, lot.group).removesuffix('的') or '其他'}"
            f"{_first_text(lot)}"
            for lot in advance.first_of_each
        ]
        return f"分组排名：{'；'.join(lots)}。"
    if advance.at_least_of_full is not None:
        share = share_text(advance.at_least_of_full)
        return f"得分达到满分的{share}的进入下一环节。"
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
