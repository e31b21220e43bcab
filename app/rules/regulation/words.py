"""With which Chinese words are a regulation's rules told?"""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from app.rules.exact import decimal_text
from app.rules.regulation.bars import SitOut
from app.rules.regulation.eligibility_rules import (
    AllOf,
    AnyOf,
    AwardHeld,
    Certificate,
    ConcurrentApplication,
    Condition,
    Declared,
    Grade,
    Incident,
    InGroup,
    Judged,
    LossMaking,
    RankInIndustry,
    YearsRegistered,
)
from app.rules.regulation.values import Length, Rounding, Threshold, share_text

_UNITS: Final[Mapping[str, str]] = {
    "working_days": "个工作日",
    "days": "日",
    "months": "个月",
    "years": "年",
}
_BASES: Final[Mapping[str, str]] = {
    "members": "全体委员",
    "present": "到会委员",
    "voting": "有效表决票",
}
INCIDENTS: Final[Mapping[str, str]] = {
    "quality": "质量事故",
    "safety": "安全事故",
    "environment": "环境事故",
    "health": "公共卫生或职业健康事故",
    "inspection": "监督抽查或检验不合格",
    "complaint": "查实的重大投诉",
    "penalty": "行政处罚",
    "policy": "违反产业、环保、能耗、质量等政策",
    "licence": "应有而未有的许可或证照",
    "breach": "其他严重违法违规",
    "dishonesty": "严重失信",
    "crime": "犯罪",
    "purpose": "违背奖项宗旨的行为",
    "fraud": "弄虚作假",
    "grave-fraud": "情节严重的弄虚作假",
}
CERTIFICATES: Final[Mapping[str, str]] = {
    "qms": "质量管理体系认证",
    "ems": "环境管理体系认证",
    "ohsms": "职业健康安全管理体系认证",
    "enms": "能源管理体系认证",
    "fsms": "食品安全管理体系认证",
}
FACTS: Final[Mapping[str, str]] = {
    "budget-funded": "财政全额拨款",
    "legal-person": "具有法人资格",
    "local-tax": "在本地纳税",
    "non-profit": "从事非营利性业务",
    "size": "企业规模",
    "sector": "所属门类",
    "specialised": "专精特新企业",
    "excellence-model-years": "实施卓越绩效模式的年数",
    "quality-system-years": "质量管理体系有效运行的年数",
    "quality-work-years": "从事质量工作的年数",
    "project-years": "项目建成运行的年数",
    "civil-servant": "公务员",
    "criminal-record": "法定代表人有犯罪记录",
    "government-level": "政府层级",
    "tax-paid": "上年度纳税额（元）",
    "credit-grade": "质量信用等级",
    "net-profit": "净利润（元）",
}
"""Facts that an applicant declares; a regulation may name others."""
MEASURES: Final[Mapping[str, str]] = {
    "revenue": "营业收入",
    "profit-and-tax": "利税总额",
    "asset-contribution": "总资产贡献率",
}
"""Measures by which an applicant may stand in the front of its industry."""
_ANSWERS: Final[Mapping[str, str]] = {"yes": "是", "no": "否"}
REFERENCES: Final[Mapping[str, str]] = {
    "cut_off": "截止基准日",
    "submission": "提交申报之日",
    "deadline": "申报截止日",
}
LEVELS: Final[Mapping[str, str]] = {
    "district": "区县",
    "city": "市",
    "province": "省",
    "nation": "国家",
}
AWARDEES: Final[Mapping[str, str]] = {
    "organisation": "组织",
    "small_organisation": "中小企业",
    "individual": "个人",
    "joint": "联合申报的个人",
    "team": "班组",
    "project": "项目",
    "unit": "不具法人资格的单位",
    "local_government": "地方政府",
}
TOPICS: Final[Mapping[str, str]] = {
    "criteria": "评价准则",
    "secretariat": "评审办",
    "experts": "评审员",
    "secrecy": "保密",
    "supervision": "监督",
    "complaints": "投诉",
    "title_use": "称号的使用",
    "funding": "经费",
    "archive": "归档",
    "other": "其他",
}
DUTIES: Final[Mapping[str, str]] = {
    "report": "报告质量管理和经营情况",
    "share_experience": "推广经验",
    "accept_supervision": "接受监督",
    "tell_incidents": "报告事故和违法情形",
}
DISCLOSED: Final[Mapping[str, str]] = {
    "outcome": "结果",
    "band": "结果与得分区间",
    "points": "结果与得分",
    "rank": "结果、得分与名次",
}


class Named(Protocol):
    """Whatever has an address and a name: a track, a tier, a stage."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...


def name_of(known: Iterable[Named], key: str) -> str:
    """The name that belongs to a key; the key itself where none does."""
    return next((each.name for each in known if each.key == key), key)


def length_text(length: Length) -> str:
    """5个工作日, 3年."""
    return f"{length.amount}{_UNITS[length.way]}"


def threshold_text(threshold: Threshold) -> str:
    """达到全体委员的2/3, or 超过到会委员的50%."""
    verb = "达到" if threshold.way == "at_least" else "超过"
    return f"{verb}{_BASES[threshold.of]}的{share_text(threshold.share)}"


def rounding_text(rounding: Rounding) -> str:
    """四舍五入保留2位小数."""
    mode = "四舍五入" if rounding.mode == "half_up" else "按GB/T 8170四舍六入五成双"
    return f"{mode}，保留{rounding.places}位小数"


def sit_out_text(sit_out: SitOut, start: str) -> str:
    """其后2届, 终身, or 自授奖决定之日起3年内."""
    if sit_out.for_ever is not None:
        return "终身"
    return f"自{start}起{sit_out.years}年内" if sit_out.years else f"其后{sit_out.cycles}届"


def condition_text(condition: Condition, named: Mapping[str, str]) -> str:
    """What a ground asks, without its name; `named` has the names of groups and tiers by key."""
    match condition:
        case AnyOf():
            return "至少具备一项：" + "；".join(each.name for each in condition.of)
        case AllOf():
            return "全部具备：" + "；".join(each.name for each in condition.of)
        case YearsRegistered() | Certificate() | Incident() | LossMaking() | AwardHeld():
            return _looked_back(condition, named)
        case InGroup():
            return f"属于分组{'、'.join(named.get(key, key) for key in condition.of)}"
        case _:
            return _compared(condition)


def _compared(
    condition: Declared | Grade | RankInIndustry | ConcurrentApplication | Judged,
) -> str:
    match condition:
        case Declared():
            return f"申报的“{FACTS.get(condition.fact, condition.fact)}”{_comparison(condition)}"
        case Grade():
            order = "、".join(condition.grades)
            fact = FACTS.get(condition.fact, condition.fact)
            return f"{fact}达到“{condition.at_least}”（由低到高：{order}）"
        case RankInIndustry():
            by = "、".join(MEASURES.get(code, code) for code in condition.by)
            one = "有一项" if len(condition.by) > 1 else ""
            return f"{by}{one}居{LEVELS[condition.within]}同行业前{condition.at_most}位"
        case ConcurrentApplication():
            levels = "、".join(LEVELS[level] for level in condition.at)
            return f"同年申报{levels}质量奖"
        case Judged():
            return f"由评审办查明：{condition.question}"


def _looked_back(
    condition: YearsRegistered | Certificate | Incident | LossMaking | AwardHeld,
    named: Mapping[str, str],
) -> str:
    day = REFERENCES[condition.back_from]
    match condition:
        case YearsRegistered():
            return f"至{day}注册满{condition.at_least}年"
        case Certificate():
            long = f"满{length_text(condition.held_for)}" if condition.held_for else ""
            of = "或".join(CERTIFICATES.get(code, code) for code in condition.of)
            return f"{day}持有有效的{of}证书{long}"
        case Incident():
            length = length_text(condition.within)
            later = "，其后至授奖前发生的同样计入" if condition.until_grant else ""
            return f"自{day}起回溯{length}内有{kinds_text(condition.of)}记录{later}"
        case LossMaking():
            but = "（政策性亏损除外）" if condition.policy_loss_excepted else ""
            return f"{day}之前{condition.fiscal_years}个完整会计年度内有亏损{but}"
        case AwardHeld():
            return f"{day}{_held_text(condition, named)}"


def _held_text(condition: AwardHeld, named: Mapping[str, str]) -> str:
    own = (named.get(key, key) for key in condition.tiers)
    names = "、".join(dict.fromkeys((*own, *condition.honours)))
    long = f"且已满{length_text(condition.for_at_least)}" if condition.for_at_least else ""
    late = f"，且系{length_text(condition.within)}内获得" if condition.within else ""
    often = f"{condition.times}次" if condition.times > 1 else ""
    return f"已{often}获“{names}”{long}{late}"


def _comparison(condition: Declared) -> str:
    if condition.at_least is not None:
        return f"不低于{decimal_text(condition.at_least)}"
    if condition.at_most is not None:
        return f"不高于{decimal_text(condition.at_most)}"
    if condition.one_of is not None:
        return f"为下列之一：{'、'.join(condition.one_of)}"
    return f"为“{_ANSWERS.get(condition.equals or '', condition.equals)}”"


def kinds_text(codes: tuple[str, ...]) -> str:
    """质量事故或安全事故; a code we have no word for stands as it is."""
    return "或".join(INCIDENTS.get(code, code) for code in codes)
