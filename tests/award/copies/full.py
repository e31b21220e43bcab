"""Forms with every field filled as far as it goes, in characters that few fonts have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.naming import intake_of
from app.award.copies.printing import document_of
from app.catalogue import loader
from app.proof.canonical import canonical
from app.rules.forms.model import Private, Years
from app.rules.forms.private import MASKED
from app.rules.forms.read import read_form_set
from app.rules.forms.whole import Lists, WholeForm, whole_form
from app.rules.regulation.read import read

FORMS = ("application-2023", "basic-2022", "group-2023", "person-2023")
TRACK = "organisation"
RARE = "䶮㵟𬭎㙦堃𫖯"
UNBROKEN = "https://a.example/" + "A" * 80 + "0" * 20
"""A word that nothing breaks, as addresses and serial numbers are."""
SENTENCE = f"{RARE}公司以卓越绩效模式改进质量管理，三年累计减少损失1234.56万元；见{UNBROKEN}。"
MOST_LINES = 40
FIGURE, DAY = "123456789012.34", "2009-12-18"


def document(code: str, *, lines: int = MOST_LINES, sentence: str = SENTENCE) -> dict[str, Any]:
    """What stands on the pages of this form, filled to the brim, or with fewer lines and words."""
    regulation = read(loader.regulation_text("binhu-2023"))
    edition = read_form_set(loader.form_text(code))
    rule = intake_of(regulation, TRACK)
    whole = whole_form(regulation, rule, TRACK, edition, None, date(2026, 3, 31), {})
    lists = loader.lists_of(edition)
    name = f"无锡市滨湖区{RARE}精密机械制造与检测技术服务（集团）有限责任公司"
    row = SimpleNamespace(
        programme="滨湖区区长质量奖",
        code="SB-7Q2M9K3A",
        cycle="2026年度（第五届）",
        track=TRACK,
        awardee="高端数控机床装配班组",
        status=ApplicationStatus.SUBMITTED,
        submitted_at=datetime(2026, 3, 20, 9, 29, tzinfo=UTC),
        content="",
    )
    shown = {
        "organisation": {"name": name, "credit_code": "91320211MA1ABCDE1X"},
        "form": Filled(whole, lists, lines, sentence).form(),
        "attachments": [attached(number) for number in range(lines)],
        "secrets": {"sections": [whole.sections[0].key]},
    }
    asked = SimpleNamespace(regulation=regulation, whole=whole, lists=lists)
    return document_of(row, canonical(shown), asked)  # type: ignore[arg-type]  # of a form, what is asked


def attached(number: int) -> dict[str, Any]:
    return {
        "document": "证实性材料",
        "file_name": f"{number}-{UNBROKEN}-质量管理体系认证证书及监督审核报告（扫描件）.pdf",
        "sha256": f"{number:064x}",
        "size": 20_971_520,
    }


@dataclass(frozen=True, slots=True)
class Filled:
    """Answers to everything that a form asks."""

    whole: WholeForm
    lists: Lists
    lines: int
    sentence: str

    def form(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for section in self.whole.sections:
            given = {field.key: self.value(field) for field in section.fields}
            made = section.written(made, given)
        return made

    def value(self, field: Any) -> Any:
        """The longest that a field takes, or nearly."""
        if isinstance(field, Private):
            return {MASKED: "320211********1234"}
        by_kind: dict[str, Callable[[], Any]] = {
            "years": lambda: {row.key: self.years(field) for row in field.rows},
            "list": lambda: (
                [{one.key: self.value(one) for one in field.columns}]
                * min(field.at_most, self.lines)
            ),
            "pages": lambda: {code: [1, 200] for code, _ in field.items},
            "period": lambda: {"first_day": DAY, "last_day": DAY},
            "prose": lambda: prose(self.sentence, field.at_most or 3000),
            "line": lambda: (self.sentence * 20)[: field.at_most or 200],
            "yes_no": lambda: True,
            "date": lambda: DAY,
            "choice": lambda: max(field.options, key=lambda one: len(one.name)).code,
            "code": lambda: longest(self.lists[field.list, field.version]),
            "awardee": lambda: {
                "name": self.sentence[:100],
                "people": [{"name": RARE, "post": self.sentence[:200]}] * self.lines,
            },
        }
        made = by_kind.get(field.kind)
        return made() if made else str(field.at_most or FIGURE)

    def years(self, field: Years) -> dict[str, str]:
        return dict.fromkeys(map(str, self.whole.years(field)), FIGURE)


def prose(sentence: str, most: int) -> str:
    whole = (sentence * most)[:most]
    return "\n".join(whole[at : at + 700] for at in range(0, most, 700))


def longest(names: Mapping[str, str]) -> str:
    return max(names, key=lambda code: len(names[code]))
