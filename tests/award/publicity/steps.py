"""The steps of a publicity, for its tests over HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import select, update

from app.award.applications.models import Application
from app.award.publicity.models import Notice, Objection
from app.award.stages.models import Entry
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.clock import START
from tests.factories import Office, entries_in, make_office, refresh_token

POSTING = {
    "channel": "滨湖区人民政府网站",
    "url": "https://www.wxbh.gov.cn/doc/2026/03/02/1.shtml",
    "posted_at": START.isoformat(),
}


@dataclass
class Board:
    """A cycle that has come to its publicity."""

    office: Office
    entries: list[UUID]
    codes: list[str]

    async def state(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], list[str]]:
        """What a refusal must not change: notices, objections, and the log of the cycle."""
        async with self.office.ground.database.reading() as db:
            notices = await db.execute(
                select(Notice.id, Notice.status, Notice.version, Notice.title, Notice.digest)
                .join(Entry, Entry.stage_id == Notice.stage_id)
                .where(Entry.id.in_(self.entries))
                .order_by(Notice.id)
            )
            objections = await db.execute(
                select(Objection.id, Objection.status, Objection.ruling)
                .where(Objection.entry_id.in_(self.entries))
                .order_by(Objection.id)
            )
            before = [tuple(row) for row in notices], [tuple(row) for row in objections]
        return *before, await cycle_log(self.office)

    async def assert_refused(
        self, before: object, answer: Response, status: int, *codes: str
    ) -> None:
        """Refused with exactly these codes, and nothing has changed."""
        assert answer.status_code == status, answer.text
        body = answer.json()
        told = [item["code"] for item in body.get("errors", []) + body.get("reasons", [])]
        assert told == list(codes)
        assert await self.state() == before

    async def sign_in_again(self) -> None:
        for caller in (self.office.clerk, self.office.head, self.office.supervisor):
            await refresh_token(self.office.ground, caller)


async def board(ground: Ground, count: int = 2, **more: Any) -> Board:
    """`count` awardees-to-be of the tier `award`, in the order of their codes."""
    office = await make_office(ground, **more)
    made = await entries_in(office, "notice", count)
    async with ground.database.writing() as db:
        for _, entry in made:
            await db.execute(update(Entry).where(Entry.id == entry).values(tier="award"))
        rows = await db.execute(
            select(Entry.id, Application.code)
            .join(Application, Application.id == Entry.application_id)
            .where(Entry.id.in_([entry for _, entry in made]))
            .order_by(Application.code)
        )
        found = rows.all()
    return Board(office, [row.id for row in found], [row.code for row in found])


def notice(**changes: Any) -> dict[str, Any]:
    return {
        "title": "2026年度滨湖区区长质量奖拟授奖名单公示",
        "text": "现将拟授奖名单予以公示，公示期5个工作日。",
        "contact": {
            "name": "滨湖区质量奖评审办公室",
            "phone": "0510-81178000",
            "address": "无锡市滨湖区金城西路500号",
        },
    } | changes


def objection(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "application_code": code,
        "name": "赵六",
        "identity_number": "11010519491231002X",
        "contact": "13800000000",
        "statement": "该单位2025年曾因产品质量问题被行政处罚。",
        "evidence": "锡市监罚〔2025〕31号",
    } | changes


async def drafted(client: AsyncClient, at: Board) -> Any:
    path = at.office.path("/stages/notice/notices")
    answer = await client.post(path, json=notice(), **at.office.clerk.auth)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def posted(client: AsyncClient, at: Board) -> Any:
    view = await drafted(client, at)
    answer = await client.post(
        f"/notices/{view['id']}/posting", json=POSTING, **at.office.head.auth
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def objected(client: AsyncClient, at: Board, place: int = 0) -> UUID:
    """An objection to the entry of that place under the posted notice."""
    notices = (await client.get(at.office.path("/notices"), **at.office.head.auth)).json()
    answer = await client.post(
        f"/notices/{notices[0]['code']}/objections", json=objection(at.codes[place])
    )
    assert answer.status_code == 201, answer.text
    async with at.office.ground.database.reading() as db:
        found = await db.scalar(select(Objection.id).where(Objection.code == answer.json()["code"]))
    assert found is not None
    return found


def ruling(decided: str = "dismissed", **changes: Any) -> dict[str, Any]:
    return {
        "ruling": decided,
        "reason": "经查，所述处罚与该单位无关。",
        "document": "滨质奖办〔2026〕12号",
    } | changes


async def rule(client: AsyncClient, at: Board, one: UUID, decided: str = "dismissed") -> Response:
    return await client.post(
        f"/objections/{one}/ruling", json=ruling(decided), **at.office.head.auth
    )
