"""What is scored, for how many points, and in which words is a percentage chosen?"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from app.rules import scoring
from app.rules.exact import decimal_text
from app.rules.strict_yaml import StrictYamlError, load

_POINTS: Final = re.compile(r"(?:0|[1-9]\d{0,5})(?:\.\d{1,4})?")
_PERCENTAGE: Final = re.compile(r"0|[1-9]\d?|100")


def _points(text: object) -> Fraction:
    if not isinstance(text, str) or not _POINTS.fullmatch(text) or Fraction(text) == 0:
        raise PydanticCustomError("points_text", "分值应为大于 0 的十进制文本，如 15 或 7.5")
    return Fraction(text)


def _percentage(text: object) -> int:
    if not isinstance(text, str) or not _PERCENTAGE.fullmatch(text):
        raise PydanticCustomError("percentage_text", "百分比应为 0 至 100 的整数文本")
    return int(text)


Code = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,62}[A-Za-z0-9])?$")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Points = Annotated[
    Fraction,
    PlainValidator(_points, json_schema_input_type=str),
    PlainSerializer(decimal_text, return_type=str),
]
Percentage = Annotated[int, PlainValidator(_percentage, json_schema_input_type=str)]


class ItemKind(StrEnum):
    """What an item asks for: a way of working, what came of it, or something of its own."""

    PROCESS = "process"
    RESULT = "result"
    OTHER = "other"


class Part(StrEnum):
    """The parts of a set that each say where they come from."""

    NAMES = "names"
    POINTS = "points"
    BANDS = "bands"
    ELEMENTS = "elements"
    NOTES = "notes"
    LINKS = "links"
    PASS_LINES = "pass_lines"  # noqa: S105  a line of points to pass, no password


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(_Part):
    zh: Text
    en: Text


class Band(_Part):
    """A span of percentages, both ends inside, described for each kind of item."""

    low: Percentage
    high: Percentage
    descriptors: dict[ItemKind, Wording]


class Scale(_Part):
    """Percentages a judge may enter: the multiples of `step` (percentage points), in bands."""

    step: Percentage
    bands: tuple[Band, ...]

    def allows(self, percentage: int) -> bool:
        """Whether a judge may enter this percentage (an average over judges may be any number)."""
        return any(b.low <= percentage <= b.high for b in self.bands) and (
            percentage % self.step == 0
        )

    def band_of(self, percentage: Fraction | int) -> Band:
        """The highest band whose lower end is reached: an average of 27.5 stays in 10-25.

        Raises ValueError outside 0-100.
        """
        if not 0 <= percentage <= 100:
            raise ValueError(f"百分比 {percentage} 不在 0 至 100 之间")
        return max((b for b in self.bands if b.low <= percentage), key=lambda b: b.low)

    def plain(self) -> scoring.Scale:
        """Step and bands as they are counted with, without their words."""
        spans = sorted((band.low, band.high) for band in self.bands)
        bands = [scoring.Band(place, low, high) for place, (low, high) in enumerate(spans)]
        return scoring.Scale(self.step, tuple(bands))


class Element(_Part):
    """One view of an item: approach, deployment, learning, integration; or level, trend, …."""

    key: Code
    name: Text
    name_en: Text


class Item(_Part):
    """A scored item; `notes` say what to address, `links` name items that belong together."""

    code: Code
    name: Text
    name_en: Text
    kind: ItemKind
    points: Points
    notes: tuple[Text, ...] = ()
    links: tuple[Code, ...] = ()


class Category(_Part):
    """Items whose points make one total; `pass_line` is how many of them an entry must earn."""

    code: Code
    name: Text
    name_en: Text
    points: Points
    pass_line: Points | None = None
    items: tuple[Item, ...]


class CriteriaSet(_Part):
    """One edition of a set of criteria; read_criteria() reads and checks it."""

    format: Literal["award-criteria/1"] = Field(alias="schema")
    code: Code
    name: Text
    name_en: Text
    edition: Text
    total: Points
    sources: dict[Part, Text]
    scale: Scale
    elements: dict[ItemKind, tuple[Element, ...]] = {}
    categories: tuple[Category, ...]

    def items(self) -> tuple[Item, ...]:
        """All scored items in the order of the set."""
        return tuple(item for category in self.categories for item in category.items)

    def item(self, code: str) -> Item:
        """The item of that code. Raises KeyError."""
        for item in self.items():
            if item.code == code:
                return item
        raise KeyError(code)

    def scored_items(self) -> list[tuple[str, str, Fraction]]:
        """(item code, category code, item points) in the order of the set."""
        return [(i.code, c.code, i.points) for c in self.categories for i in c.items]

    def pass_lines(self) -> dict[str, Fraction]:
        """Item points that an entry must earn in a category, by the category's code."""
        return {c.code: c.pass_line for c in self.categories if c.pass_line is not None}


_MENDS: Final = {
    "missing": "补上该项",
    "extra_forbidden": "删去该字段，或改成格式中的字段名",
    "enum": "改用 process、result 或 other；来源按 names、points、bands 等填写",
    "category_sum": "改评分项的分值，或改类目的分值",
    "total_sum": "改类目的分值，或改总分",
    "pass_line": "合格线最高为类目分值",
    "duplicate_code": "每个类目和评分项各用一个代码",
    "link_unknown": "只关联本准则中的其他评分项",
    "step": "改用 5、10、20、25、50 或 100",
    "band_cover": "使各档次首尾相接，每个可选的百分比恰好属于一档",
    "band_ends": "先写较低的百分比",
    "descriptor_missing": "给每一档补上该类评分项的中英文描述",
    "source_missing": "注明该部分取自何处；自拟或凭记忆的照实写",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a set: where, a stable code, and a sentence in Chinese."""

    path: str
    code: str
    zh: str

    @property
    def mend(self) -> str | None:
        """What would mend it, where that can be said for all such problems."""
        return _MENDS.get(self.code)


class CriteriaError(ValueError):
    """A text is not a valid set of criteria; `problems` are all that were found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.path}: {p.zh} ({p.code})" for p in problems))


def read_criteria(text: str) -> CriteriaSet:
    """The set that a YAML text describes. Raises CriteriaError with every problem and its path."""
    try:
        criteria = CriteriaSet.model_validate(load(text))
    except StrictYamlError as error:
        path = f"line {error.line}, column {error.column}"
        zh = f"YAML 文本无法读取：{error.detail}"
        raise CriteriaError((Problem(path, error.code, zh),)) from error
    except ValidationError as error:
        raise CriteriaError(tuple(_shape_problem(e) for e in error.errors())) from error
    problems = (
        *_sum_problems(criteria),
        *_code_problems(criteria),
        *_link_problems(criteria),
        *_scale_problems(criteria),
        *_source_problems(criteria),
    )
    if problems:
        raise CriteriaError(problems)
    return criteria


_SHAPES: Final = {
    "missing": "缺少必填项",
    "extra_forbidden": "不认识的字段",
    "string_type": "应为文本",
    "string_too_short": "不能为空",
    "enum": "取值不在允许范围内",
}


def _shape_problem(error: ErrorDetails) -> Problem:
    path = ""
    for step in error["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    zh = _SHAPES.get(error["type"], error["msg"])
    return Problem(path.removeprefix("."), error["type"], zh)


def _sum_problems(criteria: CriteriaSet) -> Iterator[Problem]:
    for at, category in enumerate(criteria.categories):
        found = sum(item.points for item in category.items)
        if found != category.points:
            zh = f"评分项分值之和为 {found}，类目分值为 {category.points}"
            yield Problem(f"categories[{at}].points", "category_sum", zh)
        if category.pass_line is not None and category.pass_line > category.points:
            zh = f"合格线 {category.pass_line} 高于类目分值 {category.points}"
            yield Problem(f"categories[{at}].pass_line", "pass_line", zh)
    found = sum(category.points for category in criteria.categories)
    if found != criteria.total:
        yield Problem("total", "total_sum", f"类目分值之和为 {found}，总分为 {criteria.total}")


def _code_problems(criteria: CriteriaSet) -> Iterator[Problem]:
    codes: list[tuple[str, str]] = []
    for at, category in enumerate(criteria.categories):
        codes.append((f"categories[{at}]", category.code))
        codes += [
            (f"categories[{at}].items[{i}]", item.code) for i, item in enumerate(category.items)
        ]
    yield from _twice(codes, "code")
    for kind, elements in criteria.elements.items():
        keys = [(f"elements.{kind}[{at}]", e.key) for at, e in enumerate(elements)]
        yield from _twice(keys, "key")


def _twice(placed: list[tuple[str, str]], name: str) -> Iterator[Problem]:
    times = Counter(word for _, word in placed)
    for path, word in placed:
        if times[word] > 1:
            yield Problem(f"{path}.{name}", "duplicate_code", f"代码 {word} 重复")


def _link_problems(criteria: CriteriaSet) -> Iterator[Problem]:
    known = {item.code for item in criteria.items()}
    for at, category in enumerate(criteria.categories):
        for i, item in enumerate(category.items):
            for n, link in enumerate(item.links):
                if link not in known or link == item.code:
                    path = f"categories[{at}].items[{i}].links[{n}]"
                    yield Problem(path, "link_unknown", f"没有可关联的评分项 {link}")


def _scale_problems(criteria: CriteriaSet) -> Iterator[Problem]:
    scale = criteria.scale
    if scale.step == 0 or 100 % scale.step or scale.step % scoring.STEP:
        yield Problem("scale.step", "step", "步长应为 5 的倍数，且能整除 100")
        return
    for percentage in range(0, 101, scale.step):
        homes = sum(band.low <= percentage <= band.high for band in scale.bands)
        if homes != 1:
            zh = f"{percentage}% 应恰好属于一个档次，现属于 {homes} 个"
            yield Problem("scale.bands", "band_cover", zh)
    kinds = {item.kind for item in criteria.items()}
    for at, band in enumerate(scale.bands):
        if band.low > band.high:
            yield Problem(f"scale.bands[{at}]", "band_ends", "档次的下限高于上限")
        for kind in sorted(kinds - band.descriptors.keys()):
            path = f"scale.bands[{at}].descriptors.{kind}"
            yield Problem(path, "descriptor_missing", "缺少该类评分项的档次描述")


def _source_problems(criteria: CriteriaSet) -> Iterator[Problem]:
    parts = {Part.NAMES, Part.POINTS, Part.BANDS}
    if criteria.elements:
        parts.add(Part.ELEMENTS)
    if any(item.notes for item in criteria.items()):
        parts.add(Part.NOTES)
    if any(item.links for item in criteria.items()):
        parts.add(Part.LINKS)
    if criteria.pass_lines():
        parts.add(Part.PASS_LINES)
    for part in sorted(parts - criteria.sources.keys()):
        yield Problem(f"sources.{part}", "source_missing", "该部分未注明来源")
