"""Who takes part in a rehearsal, and how well do they do? Made up from a seed alone."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from app.rules.identifiers import credit_code_check

SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华建国志文晓东海燕"
BRANDS: Final = "恒远华瑞中科天成宏达金桥新源东方鼎盛博雅锦程正泰安信同创蓝海远航卓越联合"
TRADES: Final = (
    ("精密机械", "C34"),
    ("电子科技", "C39"),
    ("新材料", "C30"),
    ("汽车零部件", "C36"),
    ("医疗器械", "C35"),
    ("食品", "C14"),
    ("纺织", "C17"),
    ("环保设备", "C35"),
    ("物流", "G58"),
    ("软件", "I65"),
)
FORMS: Final = ("有限公司", "股份有限公司", "集团有限公司")
POSTS: Final = (
    "区政府分管副区长",
    "市场监管局局长",
    "发展改革委主任",
    "工业和信息化局局长",
    "科技局局长",
    "商务局局长",
    "统计局局长",
    "生态环境局局长",
    "应急管理局局长",
)
LOWEST, HIGHEST = 10, 85
"""Percentages between which made-up scores lie."""


@dataclass(frozen=True, slots=True)
class Firm:
    """An applicant. `level`: how good it is, in percent of full marks."""

    number: int
    name: str
    speaker: str
    registered_on: date
    employees: int
    industry: str
    level: float
    summary: str


@dataclass(frozen=True, slots=True)
class Expert:
    """A judge; `severity` in percentage points, positive is generous."""

    number: int
    name: str
    industries: tuple[str, ...]
    severity: float


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody of one rehearsal. `newcomer`: the firm registered too recently to apply;
    `honoured`: the firm that won before, long ago; `kin`: an expert close to a firm.
    """

    seed: int
    firms: tuple[Firm, ...]
    experts: tuple[Expert, ...]
    officers: tuple[str, ...]
    holders: tuple[str, ...]
    newcomer: int
    honoured: int
    kin: tuple[int, int]

    def dice(self, *what: object) -> Random:
        """The chance of one event, whatever happened before or beside it."""
        return Random(":".join(str(part) for part in (self.seed, *what)))

    def percentage(self, stage: str, firm: int, expert: int, item: str, *, live: bool) -> int:
        """What an expert finds an item of a firm worth: percentage points, a multiple of 5.

        Totals lie well under half of full marks, with a thin tail above 600 of 1000, as those of
        real awards do; a live presentation is judged more kindly.
        """
        common = self.dice("item", firm, item).gauss(0, 5)
        own = self.dice("sheet", stage, firm, expert, item).gauss(0, 6)
        severity = self.experts[expert].severity if expert < len(self.experts) else 0
        found = self.firms[firm].level + severity + common + own
        steps = round((found + (25 if live else 0)) / 5)
        return min(max(steps * 5, LOWEST), HIGHEST)


def make_cast(seed: int, applicants: int, judges: int) -> Cast:
    """The cast of a seed; the same seed and numbers always give the same people."""
    dice = Random(seed)
    order = list(range(applicants))
    levels = [min(dice.gauss(42, 8), 68.0) for _ in order]
    newcomer = dice.randrange(applicants)
    best = max((n for n in order if n != newcomer), key=lambda n: levels[n], default=newcomer)
    names = _firm_names(dice, applicants)
    firms = tuple(
        _firm(dice, number, names[number], levels[number], young=number == newcomer)
        for number in order
    )
    kin = dice.randrange(judges), dice.choice([n for n in order if n != newcomer] or order)
    return Cast(
        seed=seed,
        firms=firms,
        experts=tuple(_expert(dice, number) for number in range(judges)),
        officers=tuple(person_name(dice) for _ in range(10)),
        holders=tuple(person_name(dice) for _ in POSTS),
        newcomer=newcomer,
        honoured=best,
        kin=kin,
    )


def arrivals(cast: Cast, arrival: int | None) -> list[int]:
    """The order in which the firms come: that of the cast, or another one by chance of a seed."""
    order = [firm.number for firm in cast.firms]
    if arrival is not None:
        Random(arrival).shuffle(order)
    return order


def credit_code(seed: int, nonce: str, number: int) -> str:
    """A credit code that no other rehearsal on the server has, with its right check character."""
    digits = Random(f"{seed}:{nonce}:{number}").randrange(10**9)
    stem = f"91320211{digits:09d}"
    return stem + credit_code_check(stem)


def document(title: str, firm: Firm) -> bytes:
    """A small PDF of one page; its title stands in it as UTF-16, so that it is one of a kind."""
    words = f"{title} {firm.name}".encode("utf-16-be").hex().upper()
    drawing = b"BT /F1 18 Tf 72 720 Td (GB/T 19580) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 7 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title <FEFF%s> >>" % words.encode(),
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    text, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(text), len(objects) + 1
    text += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    text += b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\n" % size
    return text + b"startxref\n%d\n%%%%EOF\n" % start


def person_name(dice: Random) -> str:
    """A name made up."""
    return dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))


def _firm_names(dice: Random, count: int) -> list[str]:
    """Distinct names, also where there are more firms than pairs of syllables in the list."""
    names: list[str] = []
    while len(names) < count:
        place = dice.randrange(0, len(BRANDS), 2)
        brand = BRANDS[place : place + 2] + dice.choice("兴隆泰昌盛祥丰利")
        trade = dice.choice(TRADES)[0]
        name = f"无锡{brand}{trade}{dice.choice(FORMS)}"
        if name not in names:
            names.append(name)
    return names


def _firm(dice: Random, number: int, name: str, level: float, *, young: bool) -> Firm:
    year = 2024 if young else dice.randrange(1995, 2019)
    employees = int(dice.lognormvariate(5.6, 0.9)) + 20
    return Firm(
        number=number,
        name=name,
        speaker=person_name(dice),
        registered_on=date(year, dice.randrange(1, 13), dice.randrange(1, 29)),
        employees=employees,
        industry=next(code for trade, code in TRADES if trade in name),
        level=level,
        summary=f"{name}现有职工 {employees} 人，自 {year} 年注册以来推行卓越绩效模式。",
    )


def _expert(dice: Random, number: int) -> Expert:
    industries = sorted({code for _, code in dice.sample(TRADES, 2)})
    return Expert(number, person_name(dice), tuple(industries), min(max(dice.gauss(0, 3), -5), 5))
