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
POINTS: Mapping[str, Mapping[str, str]] = {
    "事项": {
        "序号": "1",
        "材料或栏目": "自评报告",
        "存在问题": "缺少第三章。",
        "补正要求": "请补交完整的自评报告。",
    }
}
"""What a call to cure names; its letter says the same."""
REASONED = {"理由": "1．“近三年无重大质量事故”一项不符合（《区长质量奖评定管理办法》第八条）。"}
"""The grounds that a decision found not met, each with its clause; nothing where it names none."""
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

NAME = (("name", "{{机关}}文件"), ("number", "{{文号}}"), ("title", "{{标题}}"))
LETTER = (("right", "{{文号}}"), ("title", "{{标题}}"), ("address", "{{申报单位}}："))
SIGNED = (("agency", "{{机关}}"), ("day", "{{签发日期}}"))


class Head(StrEnum):
    """What the first page begins with: the red name and line, or the frame of a letter (信函)."""

    NOTICE = "notice"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of document: its name, what it is about, the places beside the common ones with values
    for a preview, and the paragraphs (how, words) of our template; a table for a list.
    """

    name: str
    about: About
    head: Head
    texts: Mapping[str, str]
    lists: Mapping[str, Mapping[str, str]]
    paragraphs: tuple[tuple[str, str], ...]

    @property
    def sample(self) -> dict[str, str]:
        return {**COMMON, **self.texts}


def _letter(name: str, *words: str, texts: Mapping[str, str] | None = None) -> Form:
    """A numbered letter to one applicant; a word that names a list is its table."""
    body = tuple((_how(words, at), one) for at, one in enumerate(words))
    lists = POINTS if "事项" in words else {}
    paragraphs = (*LETTER, *body, ("last", "特此通知。"), *SIGNED)
    return Form(name, About.ENTRY, Head.LETTER, {**OF_ENTRY, **(texts or {})}, lists, paragraphs)


def _how(words: tuple[str, ...], at: int) -> str:
    """How a paragraph of a letter looks, beside its table or away from it."""
    before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    if words[at] in POINTS:
        return "list"
    return "below" if before in POINTS else "above" if after in POINTS else "body"


FORMS: Mapping[DocumentKind, Form] = {
    DocumentKind.CALL: Form(
        "启动通知",
        About.CYCLE,
        Head.NOTICE,
        {},
        {},
        (*NAME, ("body", "{{正文}}"), ("last", "特此通知。"), *SIGNED),
    ),
    DocumentKind.ACCEPTANCE: _letter(
        "受理通知书",
        "你单位提交的{{届次}}{{奖项}}申报（编号{{申报编号}}）收悉。经审查，予以受理。",
        "{{正文}}",
    ),
    DocumentKind.REFUSAL: _letter(
        "不予受理（未通过）通知书",
        "你单位提交的{{届次}}{{奖项}}申报（编号{{申报编号}}）收悉。经{{环节}}，{{原因}}，未予通过。",
        "{{理由}}",
        "{{正文}}",
        texts=REASONED,
    ),
    DocumentKind.CURE: _letter(
        "补正通知书",
        "你单位提交的{{届次}}{{奖项}}申报（编号{{申报编号}}）收悉。经{{环节}}，下列材料需要补正：",
        "事项",
        "请于{{补正期限}}前登录申报系统，在本通知书对应的“补正”中逐项更改栏目、上传材料或者作出说明，"
        "一次提交。逾期未提交的，按现有材料审查。",
        "{{正文}}",
        texts={"补正期限": "2026年3月9日24时"},
    ),
    DocumentKind.RECOMMENDATIONS: Form(
        "推荐汇总表",
        About.STAGE,
        Head.LETTER,
        {"环节": "街道推荐"},
        NAMED,
        (
            *LETTER[:2],
            ("body", "{{正文}}"),
            ("last", "附件：{{环节}}名单"),
            *SIGNED,
            ("aside", ""),
            ("attached", "附件"),
            ("name-of-list", "{{环节}}名单"),
            ("list", "名单"),
        ),
    ),
    DocumentKind.RESULT: _letter(
        "评审结果通知书",
        "你单位申报的{{届次}}{{奖项}}（编号{{申报编号}}），在“{{环节}}”环节的结果为：{{原因}}。",
        "{{理由}}",
        "{{正文}}",
        texts=REASONED,
    ),
}


def late_of(form: Form) -> frozenset[str]:
    """The number and the day, where a document of this kind has them: without their places it
    would be signed and sent without.
    """
    said = "".join(words for _, words in form.paragraphs)
    return frozenset(name for name in LATE if f"{{{{{name}}}}}" in said)


def names_of(form: Form) -> frozenset[str]:
    """Every name that a template of this kind may use."""
    columns = {f"{name}.{column}" for name, sample in form.lists.items() for column in sample}
    return frozenset(form.sample) | columns
