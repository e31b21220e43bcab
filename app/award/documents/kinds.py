"""Which documents does an office write, about what, and what can be filled into each? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    CALL = "call"
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    CURE = "cure"
    RECOMMENDATIONS = "recommendations"
    RESULT = "result"


class About(StrEnum):
    CYCLE = "cycle"
    STAGE = "stage"
    ENTRY = "entry"


NUMBER, DATED = "文号", "签发日期"
LATE = frozenset({NUMBER, DATED})
"""Places that stay open until the signature."""

COMMON: Mapping[str, str] = {
    "标题": "关于开展第五届区长质量奖申报工作的通知",
    "奖项": "滨湖区区长质量奖",
    "届次": "2026年度（第五届）",
    "机关": "滨湖区市场监督管理局",
    "正文": "请于2026年3月20日前提交申报材料。",
    NUMBER: "滨质奖办〔2026〕12号",
    DATED: "2026年3月2日",
}
"""Places of every document, each with a value for a preview."""
OF_ENTRY: Mapping[str, str] = {
    "申报单位": "无锡恒远精密机械有限公司",
    "信用代码": "91320211MA1ABCDE1X",
    "申报编号": "SB-7Q2M9K3A",
    "获奖对象": "无锡恒远精密机械有限公司",
    "类别": "组织",
    "环节": "资格审查",
    "原因": "不符合申报条件",
}
POINTS: Mapping[str, Mapping[str, str]] = {"事项": {"序号": "1", "内容": "自评报告缺少第三章"}}
NAMED: Mapping[str, Mapping[str, str]] = {
    "名单": {
        "序号": "1",
        "申报单位": "无锡恒远精密机械有限公司",
        "信用代码": "91320211MA1ABCDE1X",
        "申报编号": "SB-7Q2M9K3A",
        "获奖对象": "无锡恒远精密机械有限公司",
        "类别": "组织",
        "等次": "区长质量奖",
    }
}

LETTER = (
    ("title", "{{标题}}"),
    ("right", "{{文号}}"),
    ("address", "{{申报单位}}："),
)
CLOSING = (("body", "特此通知。"), ("right", "{{机关}}"), ("right", "{{签发日期}}"))


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of document: its name, what it is about, the places beside the common ones with values
    for a preview, and the paragraphs (how, words) of our template; a table for a list.
    """

    name: str
    about: About
    texts: Mapping[str, str]
    lists: Mapping[str, Mapping[str, str]]
    paragraphs: tuple[tuple[str, str], ...]

    @property
    def sample(self) -> dict[str, str]:
        return {**COMMON, **self.texts}


def _letter(name: str, *words: str, points: bool = False) -> Form:
    """A numbered letter to one applicant."""
    body = tuple(("list" if one in POINTS else "body", one) for one in words)
    lists = POINTS if points else {}
    return Form(name, About.ENTRY, OF_ENTRY, lists, (*LETTER, *body, *CLOSING))


FORMS: Mapping[DocumentKind, Form] = {
    DocumentKind.CALL: Form(
        "启动通知",
        About.CYCLE,
        {},
        {},
        (("title", "{{标题}}"), ("right", "{{文号}}"), ("body", "{{正文}}"), *CLOSING[1:]),
    ),
    DocumentKind.ACCEPTANCE: _letter(
        "受理通知书",
        "你单位提交的{{奖项}}（{{届次}}）申报（编号{{申报编号}}）收悉。经审查，予以受理。",
        "{{正文}}",
    ),
    DocumentKind.REFUSAL: _letter(
        "不予受理（未通过）通知书",
        "你单位提交的{{奖项}}（{{届次}}）申报（编号{{申报编号}}）收悉。经{{环节}}，{{原因}}，未予通过。",
        "{{正文}}",
    ),
    DocumentKind.CURE: _letter(
        "补正通知书",
        "你单位提交的{{奖项}}（{{届次}}）申报（编号{{申报编号}}）收悉。经{{环节}}，下列材料需要补正：",
        "事项",
        "{{正文}}",
        points=True,
    ),
    DocumentKind.RECOMMENDATIONS: Form(
        "推荐汇总表",
        About.STAGE,
        {"环节": "街道推荐"},
        NAMED,
        (
            ("title", "{{标题}}"),
            ("right", "{{文号}}"),
            ("body", "{{正文}}"),
            ("list", "名单"),
            *CLOSING[1:],
        ),
    ),
    DocumentKind.RESULT: _letter(
        "评审结果通知书",
        "你单位申报的{{奖项}}（{{届次}}，编号{{申报编号}}）在“{{环节}}”环节{{原因}}，未进入下一环节。",
        "{{正文}}",
    ),
}


def names_of(form: Form) -> frozenset[str]:
    """Every name that a template of this kind may use."""
    columns = {f"{name}.{column}" for name, sample in form.lists.items() for column in sample}
    return frozenset(form.sample) | columns
