"""Records from spreadsheets: dry run first, every row's problems at once, all or nothing, once."""

import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from httpx import AsyncClient, Response
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from app.award.records.models import Conflict, Interest, Record, RecordImport
from app.award.records.sheets import COLUMNS
from app.award.roles import Role
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.factories import Caller, Office, credit_code, make_caller, make_firm, make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio

TITLES = [column.title for column in COLUMNS]


def line(**cells: str) -> dict[str, str]:
    return {
        "统一社会信用代码": credit_code(),
        "记录种类": "事故、处罚等",
        "内容": "安全事故",
        "发生或授予日期": "2024-05-01",
        "依据": "锡应急〔2024〕12号",
    } | cells


WINNER = {"记录种类": "本奖获奖", "内容": "区长质量奖", "届次": "第3届", "奖金（元）": "500,000"}
GRADED = {"记录种类": "等级评定", "内容": "质量信用等级", "等级": "AA"}
CITY = {"记录种类": "其他奖项", "内容": "市", "奖项名称": "无锡市市长质量奖"}


def book(lines: list[dict[str, str]]) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(TITLES)
    for each in lines:
        sheet.append([each.get(title, "") for title in TITLES])
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def text(lines: list[dict[str, str]], encoding: str = "gb18030") -> bytes:
    def rows() -> Iterator[str]:
        yield ",".join(TITLES)
        for each in lines:
            yield ",".join(f'"{each.get(title, "")}"' for title in TITLES)

    return "\r\n".join(rows()).encode(encoding)


async def send(
    client: AsyncClient, office: Office, content: bytes, by: Caller | None = None, **params: str
) -> Response:
    path = f"/programmes/{office.programme_id}/records/import"
    return await client.post(path, content=content, params=params, **(by or office.clerk).auth)


async def stored(office: Office) -> tuple[int, int, int]:
    async with office.ground.database.reading() as db:
        counts = [
            await db.scalar(select(func.count()).where(model.programme_id == office.programme_id))
            for model in (Record, RecordImport)
        ]
        acts = await db.scalar(select(func.count()).where(AuditEvent.act == "programme:import"))
    return counts[0] or 0, counts[1] or 0, acts or 0


@pytest.mark.parametrize("write", [book, text])
async def test_past_winners_incidents_and_grades_are_taken_over(
    ground: Ground, client: AsyncClient, write: Any
) -> None:
    office = await make_office(ground)
    lines = [line(), line(**WINNER), line(**GRADED), line(**CITY)]
    answer = await send(client, office, write(lines))
    assert answer.status_code == 200, answer.text
    assert {key: answer.json()[key] for key in ("rows", "added", "known")} == {
        "rows": 4,
        "added": 4,
        "known": 0,
    }
    async with ground.database.reading() as db:
        rows = await db.scalars(
            select(Record).where(Record.programme_id == office.programme_id).order_by(Record.row)
        )
        found = [(each.kind, each.what, each.grade, each.award, each.bonus_fen) for each in rows]
    assert found == [
        ("incident", "safety", None, None, None),
        ("honour", "award", None, None, 50_000_000),
        ("grade", "credit-grade", "AA", None, None),
        ("honour_elsewhere", "city", None, "无锡市市长质量奖", None),
    ]


async def test_dry_run_tells_everything_and_keeps_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    before = await stored(office)
    answer = await send(client, office, book([line(), line()]), dry_run="true")
    assert (answer.status_code, answer.json()["added"]) == (200, 2)
    assert await stored(office) == before


async def test_every_problem_of_every_row_is_told_at_once_and_nothing_is_written(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    twice = line()
    doubtful = credit_code()
    doubtful = doubtful[:-1] + ("0" if doubtful[-1] != "0" else "1")
    lines = [
        line(),
        line(统一社会信用代码="913202", 发生或授予日期="去年"),
        line(统一社会信用代码=doubtful),
        line(记录种类="不详", 依据=""),
        line(**GRADED | {"等级": ""}),
        line(**WINNER | {"内容": "市长杯"}),
        twice,
        twice,
        line(有效期至="2020-01-01"),
        line(内容="safty"),
        line(发生或授予日期="2042-05-01"),
    ]
    before = await stored(office)
    for params in ({"dry_run": "true"}, {}):
        answer = await send(client, office, book(lines), **params)
        assert answer.status_code == 422, answer.text
        told = [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
        assert told == [
            ("/rows/3/发生或授予日期", "sheet-cell-unreadable"),
            ("/rows/3/统一社会信用代码", "sheet-cell-unreadable"),
            ("/rows/4/统一社会信用代码", "sheet-credit-code-doubtful"),
            ("/rows/5/依据", "sheet-cell-missing"),
            ("/rows/5/记录种类", "sheet-cell-unreadable"),
            ("/rows/6/等级", "sheet-row-unfit"),
            ("/rows/7/内容", "sheet-cell-unreadable"),
            ("/rows/9", "sheet-row-twice"),
            ("/rows/10/有效期至", "sheet-row-unfit"),
            ("/rows/11/内容", "sheet-row-unfit"),
            ("/rows/12/发生或授予日期", "sheet-row-unfit"),
        ]
        assert await stored(office) == before


async def test_cells_are_read_as_offices_type_them(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    code, after = credit_code(), credit_code()
    typed = [
        line(统一社会信用代码=f" {code[:8].lower()} {code[8:].lower()}", 发生或授予日期="2024.5.1"),
        line(
            **WINNER
            | {
                "统一社会信用代码": after.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}),
                "届次": "第３届",
                "奖金（元）": "５００，０００元",
                "发生或授予日期": "２０２４ 年 5 月 １ 日",
            }
        ),
    ]
    answer = await send(client, office, book(typed))
    assert answer.status_code == 200, answer.text
    async with ground.database.reading() as db:
        rows = await db.scalars(
            select(Record).where(Record.programme_id == office.programme_id).order_by(Record.row)
        )
        found = [(each.credit_code, str(each.on), each.bonus_fen) for each in rows]
    assert found == [(code, "2024-05-01", None), (after, "2024-05-01", 50_000_000)]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("届次", "9" * 5_000),
        ("奖金（元）", "90%"),
        ("奖金（元）", "1/2"),
        ("奖金（元）", "-1"),
        ("发生或授予日期", "2024年5月"),
    ],
)
async def test_cell_that_says_no_such_thing_is_refused_with_an_example(
    ground: Ground, client: AsyncClient, column: str, cell: str
) -> None:
    office = await make_office(ground)
    before = await stored(office)
    answer = await send(client, office, text([line(**WINNER | {column: cell})]))
    assert answer.status_code == 422, answer.text
    (told,) = answer.json()["errors"]
    assert (told["pointer"], told["code"]) == (f"/rows/2/{column}", "sheet-cell-unreadable")
    example = next(each.example for each in COLUMNS if each.title == column)
    assert example in told["detail"]
    assert await stored(office) == before


async def test_doubtful_code_is_taken_once_a_person_has_looked(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    code = credit_code()
    code = code[:-1] + ("0" if code[-1] != "0" else "1")
    looked = line(统一社会信用代码=code, 代码已人工核对="是")
    assert (await send(client, office, book([looked]))).status_code == 200


async def test_same_file_again_enters_nothing(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    lines = [line(), line(**CITY)]
    await send(client, office, book(lines))
    again = await send(client, office, text([*lines, line(**GRADED)]))
    assert {key: again.json()[key] for key in ("rows", "added", "known")} == {
        "rows": 3,
        "added": 1,
        "known": 2,
    }
    assert (await stored(office))[:2] == (3, 2)


async def test_only_who_enters_records_imports_them(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    before = await stored(office)
    for by in (
        office.supervisor,
        (await make_office(ground)).clerk,
        (await make_firm(ground)).speaker,
        await make_caller(ground, (Role.JUDGE, office.programme_id)),
    ):
        answer = await send(client, office, b"not even a sheet", by)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
        place = f"/programmes/{office.programme_id}/records/import-form"
        assert (await client.get(place, **by.auth)).status_code == 403
    assert await stored(office) == before


async def test_whoever_has_an_interest_imports_nothing_of_it(
    ground: Ground, client: AsyncClient
) -> None:
    office, firm = await make_office(ground), await make_firm(ground)
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=office.clerk.person_id,
                organisation_id=firm.id,
                interest=Interest.COMPETITOR,
                declared_by=office.clerk.person_id,
                declared_at=ground.clock(),
            )
        )
    before = await stored(office)
    refused = await send(client, office, book([line(), line(统一社会信用代码=firm.credit_code)]))
    assert (refused.status_code, refused.json()["code"]) == (403, "record-of-interest")
    assert await stored(office) == before


async def test_form_can_be_filled_in_and_sent(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    place = f"/programmes/{office.programme_id}/records/import-form"
    answer = await client.get(place, **office.clerk.auth)
    assert answer.status_code == 200
    filled = load_workbook(BytesIO(answer.content))
    sheet = filled.worksheets[0]
    sheet.append([line(**WINNER).get(title, "") for title in TITLES])
    out = BytesIO()
    filled.save(out)
    sent = await send(client, office, out.getvalue())
    assert (sent.status_code, sent.json()["added"]) == (200, 1), sent.text


async def test_statements_do_not_grow_with_the_rows(ground: Ground, client: AsyncClient) -> None:
    counts = []
    for number in (1, 3):
        office = await make_office(ground)
        with counting(ground) as ran:
            answer = await send(client, office, book([line() for _ in range(number)]))
        assert answer.status_code == 200, answer.text
        counts.append(len(ran))
    assert counts[0] == counts[1]


async def test_ten_thousand_rows_are_entered_in_seconds(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    code = credit_code()
    lines = [
        line(
            统一社会信用代码=code,
            发生或授予日期=f"{1990 + n % 30}-{1 + n % 12:02d}-{1 + n % 28:02d}",
            奖项名称=f"奖{n}",
            记录种类="其他奖项",
            内容="市",
        )
        for n in range(10_000)
    ]
    content = book(lines)
    began = time.process_time()
    answer = await send(client, office, content)
    spent = time.process_time() - began
    assert (answer.status_code, answer.json()["added"]) == (200, 10_000), answer.text[:500]
    assert spent < 15, spent
