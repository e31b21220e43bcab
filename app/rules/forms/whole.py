"""What is asked of one track in one cycle: the form set, and what regulation and criteria add?

A document is the form as it is stored: what every form has at its top, declared facts under
`facts`, everything else under `answers`.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from app.rules.calendar import last_fiscal_years
from app.rules.criteria import CriteriaSet
from app.rules.forms.asked_facts import fact_fields
from app.rules.forms.model import (
    Check,
    FieldOf,
    FormSet,
    Option,
    Picked,
    Question,
    ScopeOf,
    Value,
    Writing,
    Years,
)
from app.rules.regulation.assessment import SelfAssessment
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import Endorsement, Intake

AT_TOP = frozenset(
    {
        "registered_on",
        "employees",
        "industry",
        "contact_name",
        "summary",
        "awardee",
        "subject",
        "tier",
        "internal_notice",
    }
)
"""Fields that every form has, at its top."""
ITSELF = frozenset({"organisation", "small_organisation"})
PAGES = "pages"
ROUTED = "recommending"
REGISTERED_AREA, RECOMMENDING_BODY = "registered_area", "recommending_body"
ROUTING_WORDS = {
    REGISTERED_AREA: {
        "name": "注册地",
        "help": "注册地的行政区划代码（六位，GB/T 2260）、街道乡镇代码（九位，GB/T 10114），"
        "或推荐单位名录中的街道乡镇名称；不填的按统一社会信用代码中登记机关的行政区划确定推荐单位",
    },
    RECOMMENDING_BODY: {
        "name": "选定的推荐单位",
        "help": "照推荐单位名录中的单位名称填写；不填的由评审办商申报者确定",
    },
}
"""What is asked where recommendations follow from registration, or from the applicant's choice."""
LONGEST_TEXT = 20_000
"""Characters of one running text that a draft holds, whatever its limit."""

Lists = Mapping[tuple[str, str], Mapping[str, str]]
"""Code lists by name and version: the name of every code."""


class Origin(StrEnum):
    """Where a section comes from."""

    AWARD = "award"
    FORM = "form"
    FACTS = "facts"
    REPORT = "report"


class Awardee(Question):
    """Whom the award is for, and the people in it."""

    kind: Literal["awardee"] = "awardee"


class Period(Question):
    """First and last day."""

    kind: Literal["period"] = "period"


class PageMap(Question):
    """For each scored item the first and the last page of the report that speak of it."""

    kind: Literal["pages"] = "pages"
    document: str
    items: tuple[tuple[str, str], ...]
    most_pages: int | None


AnyField = FieldOf | Awardee | Period | PageMap


@dataclass(frozen=True, slots=True)
class Section:
    """What is saved at once under one ETag."""

    key: str
    name: str
    help: str | None
    origin: Origin
    fields: tuple[AnyField, ...]

    def address(self, field: AnyField) -> tuple[str, ...]:
        """Where a field of this section stands in the document."""
        if self.origin is Origin.FACTS:
            return ("facts", field.key)
        return (field.key,) if field.key in AT_TOP else ("answers", field.key)

    def answers(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """What a document says to this section; None where it says nothing."""
        return {field.key: at(document, self.address(field)) for field in self.fields}

    def written(self, document: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
        """The document with these answers in the place of this section's; None takes one out, and
        so does a text of nothing but blanks.
        """
        made = {
            key: dict(part) if isinstance(part, dict) else part for key, part in document.items()
        }
        for field in self.fields:
            *outer, last = self.address(field)
            within = made.setdefault(outer[0], {}) if outer else made
            value = answers.get(field.key)
            if isinstance(value, str) and not value.strip():
                value = None
            if value is None and outer:
                within.pop(last, None)
            else:
                within[last] = value
        return made


@dataclass(frozen=True, slots=True)
class WholeForm:
    """Everything that one track is asked in one cycle. `years` are those of its tables, oldest
    first; `assessed` is what the regulation asks of the self-assessment.
    """

    form_set: str
    edition: str
    cut_off: date
    sections: tuple[Section, ...]
    checks: tuple[Check, ...]
    scope: ScopeOf | None
    assessed: SelfAssessment | None

    def section(self, key: str) -> Section:
        """The section of that key. Raises KeyError."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def placed(self) -> Iterator[tuple[Section, AnyField]]:
        """Every field with its section, in order."""
        for section in self.sections:
            for field in section.fields:
                yield section, field

    def find(self, key: str) -> tuple[Section, AnyField]:
        """The field of the form set of that key. Raises KeyError."""
        for section, field in self.placed():
            if field.key == key and section.origin is Origin.FORM:
                return section, field
        raise KeyError(key)

    def years(self, table: Years) -> tuple[int, ...]:
        """The fiscal years that a table asks for, oldest first."""
        return last_fiscal_years(self.cut_off, table.count)

    def inside(self, document: Mapping[str, Any]) -> tuple[str, ...]:
        """Credit codes of the other legal persons that the application speaks for."""
        if self.scope is None:
            return ()
        section, field = self.find(self.scope.field)
        lines = at(document, section.address(field)) or ()
        codes = (as_text(line.get(self.scope.column)) for line in lines)
        return tuple(dict.fromkeys(code for code in codes if code))


def at(document: Mapping[str, Any], address: tuple[str, ...]) -> Any:
    """What stands at an address; None where nothing does."""
    found: Any = document
    for step in address:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def whole_form(
    regulation: Regulation,
    rule: Intake,
    track: str,
    form_set: FormSet,
    criteria: CriteriaSet | None,
    cut_off: date,
    fact_names: Mapping[str, str],
) -> WholeForm:
    """Everything that the track is asked. `fact_names`: what declared facts are called."""
    sections = [
        Section(part.key, part.name, part.help, Origin.FORM, part.fields)
        for part in form_set.sections
    ]
    award = _award(regulation, rule, track)
    recommended = _recommended(regulation, track, {field.key for field in form_set.fields()})
    fed = {fact for section in sections for fact in _fed(section, cut_off)}
    facts = fact_fields(regulation, track, cut_off, fact_names, fed)
    assessed = rule.assessed(track)
    return WholeForm(
        form_set.code,
        form_set.edition,
        cut_off,
        (
            *([Section("award", "申报奖项", None, Origin.AWARD, award)] if award else []),
            *sections,
            *([Section(ROUTED, "推荐单位", None, Origin.FORM, recommended)] if recommended else []),
            *([Section("facts", "申报条件", FACTS_HELP, Origin.FACTS, facts)] if facts else []),
            *(_report(assessed, criteria) if assessed and criteria else ()),
        ),
        form_set.checks,
        form_set.scope,
        assessed,
    )


FACTS_HELP = "管理办法的资格条件所问而前面没有填写的事项；不填的由评审办核实"


def _fed(section: Section, cut_off: date) -> Iterator[str]:
    for field in section.fields:
        if field.feeds:
            yield field.feeds
        if isinstance(field, Years):
            for row in field.rows:
                if row.feeds:
                    for year in last_fiscal_years(cut_off, field.count):
                        yield f"{row.feeds}-{year}"


def _award(regulation: Regulation, rule: Intake, key: str) -> tuple[AnyField, ...]:
    """What the track and the intake ask of whom and what the award is for."""
    track = next(each for each in regulation.tracks if each.key == key)
    fields: list[AnyField] = []
    if track.awardee not in ITSELF:
        fields.append(Awardee(key="awardee", name="获奖对象", required=True))
    if track.honours != "awardee":
        fields.append(
            Writing(key="subject", kind="line", name="模式或成果的名称", required=True, at_most=200)
        )
    if rule.names_tier:
        names = {tier.key: tier.name for tier in regulation.tiers}
        options = tuple(Option(code=t, name=names[t]) for t in regulation.tiers_of(key))
        fields.append(
            Picked(key="tier", kind="choice", name="申报的等次", required=True, options=options)
        )
    if rule.internal_notice:
        fields.append(Period(key="internal_notice", name="内部公示的起止日期", required=True))
    return tuple(fields)


def _recommended(regulation: Regulation, track: str, known: Container[str]) -> tuple[Writing, ...]:
    """What decides who recommends, where the regulation has recommendations and the form does not
    ask for it itself. Nobody must answer: what it does not say the office decides.
    """
    ways = {
        stage.routed_by
        for stage in regulation.stages
        if isinstance(stage, Endorsement) and track in regulation.tracks_of(stage)
    }
    asked = {"registration": REGISTERED_AREA, "choice": RECOMMENDING_BODY}
    return tuple(
        Writing(key=key, kind="line", at_most=200, **ROUTING_WORDS[key])
        for way, key in asked.items()
        if way in ways and key not in known
    )


def _report(assessed: SelfAssessment, criteria: CriteriaSet) -> Iterator[Section]:
    if assessed.way != "items" and assessed.page_map:
        yield Section(
            "report",
            assessed.document,
            "各评分项在报告中的起止页码",
            Origin.REPORT,
            (
                PageMap(
                    key=PAGES,
                    name="评分项与页码对照",
                    required=True,
                    document=assessed.document,
                    items=tuple((item.code, item.name) for item in criteria.items()),
                    most_pages=assessed.most_pages,
                ),
            ),
        )
    if assessed.way == "document":
        return
    for item in criteria.items():
        text = Writing.model_construct(
            key=text_key(item.code),
            kind="prose",
            name=item.name,
            required=True,
            at_most=assessed.item_characters,
            help="；".join(item.notes) or None,
        )
        name = f"{item.code} {item.name}"
        yield Section(f"item.{item.code}", name, None, Origin.REPORT, (text,))


def text_key(item: str) -> str:
    """Under which key the text to an item stands."""
    return f"text.{item}"


def as_text(value: Value) -> str:
    """An answer as conditions compare it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()
