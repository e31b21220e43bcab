"""With which Chinese words are a regulation's rules told?"""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from app.rules.exact import decimal_text
from app.rules.regulation.eligibility_rules import (
    AllOf,
    AnyOf,
    Certificate,
    Condition,
    Declared,
    Incident,
    LossMaking,
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
_KINDS: Final[Mapping[str, str]] = {
    "quality": "质量事故",
    "safety": "安全事故",
    "environment": "环境事故",
    "fraud": "弄虚作假",
}
REFERENCES: Final[Mapping[str, str]] = {"cut_off": "截止基准日", "submission": "提交申报之日"}
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


def condition_text(condition: Condition) -> str:
    """What a ground asks, without its name."""
    match condition:
        case AnyOf():
            return "至少具备一项：" + "；".join(each.name for each in condition.of)
        case AllOf():
            return "全部具备：" + "；".join(each.name for each in condition.of)
        case Declared():
            return f"申报的{condition.fact}{_comparison(condition)}"
        case _:
            return _looked_back(condition)


def _looked_back(condition: YearsRegistered | Certificate | Incident | LossMaking) -> str:
    day = REFERENCES[condition.back_from]
    match condition:
        case YearsRegistered():
            return f"至{day}注册满{condition.at_least}年"
        case Certificate():
            return f"{day}持有有效的{kinds_text(condition.of)}证书"
        case Incident():
            length = length_text(condition.within)
            return f"自{day}起回溯{length}内有{kinds_text(condition.of)}记录"
        case LossMaking():
            return f"{day}之前{condition.fiscal_years}个完整会计年度内有亏损"


def _comparison(condition: Declared) -> str:
    if condition.at_least is not None:
        return f"不低于{decimal_text(condition.at_least)}"
    if condition.at_most is not None:
        return f"不高于{decimal_text(condition.at_most)}"
    return f"为“{condition.equals}”"


def kinds_text(codes: tuple[str, ...]) -> str:
    """质量事故或安全事故; a code we have no word for stands as it is."""
    return "或".join(_KINDS.get(code, code) for code in codes)
