"""Sixteen people who write without a pause, and remember what they were told."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient
from sqlalchemy import func, select

from app.award.publicity.models import Objection
from app.award.scoring.models import SheetItem, SheetRevision
from app.platform.ground import Ground
from tests.award.judging.bench import ITEMS, Judge, make_bench, sheet_of
from tests.award.publicity.steps import POSTING, Board, board, drafted, objection
from tests.factories import refresh_token
from tests.faults.wire import LOST, Answer, Client

LANES = 16
AGAIN = {500, 502, 503, 504}


@dataclass
class Ledger:
    """What was acknowledged, and what became of the requests on the way."""

    objections: dict[str, str] = field(default_factory=dict)  # evidence → code
    saves: dict[tuple[str, str, int], int] = field(
        default_factory=dict
    )  # item, version → percentage
    retried: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def acknowledged(self) -> int:
        return len(self.objections) + len(self.saves)


@dataclass
class Load:
    """The people: half of them object, under a name for each request; half score their sheet."""

    ground: Ground
    port: int
    notice: str
    application: str
    sheets: list[tuple[Judge, str, list[str]]]
    ledger: Ledger = field(default_factory=Ledger)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def drive(self, lane: int) -> None:
        client = Client(self.port, patience=30)
        scoring = lane % 2 == 1 and bool(self.sheets)
        seen: dict[str, int] = {}
        try:
            while not self.ending.is_set():
                if scoring:
                    await self._save(client, *self.sheets[lane // 2 % len(self.sheets)], seen)
                else:
                    await self._object(client)
        finally:
            client.close()

    async def ask(self, client: Client, *request: Any, **headers: str) -> Answer:
        """The answer of the same request, sent again until there is one."""
        while True:
            try:
                answer = await client.ask(*request, **headers)
            except LOST:
                self.ledger.retried += 1
                await asyncio.sleep(0.02)
                continue
            if answer.status not in AGAIN:
                return answer
            self.ledger.faults[f"{answer.status} {answer.code}"] += 1
            self.ledger.retried += 1
            await asyncio.sleep(0.02)

    async def _object(self, client: Client) -> None:
        evidence, key = f"证据 {uuid4().hex}", uuid4().hex
        body = objection(self.application, evidence=evidence)
        path = f"/notices/{self.notice}/objections"
        answer = await self.ask(client, "POST", path, None, body, Idempotency_Key=key)
        assert answer.status == 201, answer.body
        self.ledger.objections[evidence] = answer.json["code"]

    async def _save(
        self, client: Client, judge: Judge, sheet: str, codes: list[str], seen: dict[str, int]
    ) -> None:
        """A save has no name: after a lost answer, If-Match tells whether it was kept."""
        code = min(codes, key=lambda one: seen.get(one, 0))
        version, path = seen.get(code, 0), f"/scoresheets/{sheet}/items/{code}"
        body = {"percentage": 5 * (version % 21), "comments": []}
        tag = f'"v{version}"'
        answer = await self.ask(client, "PUT", path, judge.caller, body, If_Match=tag)
        if answer.status == 401:  # ten minutes are over
            await refresh_token(self.ground, judge.caller)
            return
        assert answer.status in {200, 412}, answer.body
        seen[code] = version + 1
        if answer.status == 200:
            self.ledger.saves[f"{sheet}/{code}", code, version + 1] = body["percentage"]


async def make_load(ground: Ground, client: AsyncClient, port: int, lanes: int = LANES) -> Load:
    """A posted notice, and a sheet for every second one of them."""
    at: Board = await board(ground)
    view = await drafted(client, at)
    body = POSTING | {"posted_at": ground.clock().isoformat()}
    path = f"/notices/{view['id']}/posting"
    posted = await client.post(path, json=body, **at.office.head.auth)
    assert posted.status_code == 200, posted.text
    sheets = []
    bench = await make_bench(ground, client, judges=max(3, lanes // 2))
    for judge in bench.judges[: lanes // 2]:
        sheet = await sheet_of(client, judge)
        read = await client.get(f"/scoresheets/{sheet}", **judge.auth)
        sheets.append((judge, sheet, [item["code"] for item in read.json()["items"]]))
    assert all(len(codes) == ITEMS for _, _, codes in sheets)
    return Load(ground, port, posted.json()["code"], at.codes[0], sheets)


async def judged(load: Load) -> tuple[int, int]:
    """How many acknowledged writes are lost, and how many writes were done twice."""
    async with load.ground.database.reading() as db:
        rows = await db.execute(
            select(Objection.evidence, func.min(Objection.code), func.count()).group_by(
                Objection.evidence
            )
        )
        kept = {evidence: (code, count) for evidence, code, count in rows}
        sheets = [UUID(sheet) for _, sheet, _ in load.sheets]
        revisions = await db.execute(
            select(
                SheetRevision.sheet_id,
                SheetRevision.code,
                SheetRevision.version,
                SheetRevision.percentage,
            ).where(SheetRevision.sheet_id.in_(sheets))
        )
        saved = {(f"{one[0]}/{one[1]}", one[1], one[2]): one[3] for one in revisions}
        items = await db.execute(
            select(func.sum(SheetItem.version)).where(SheetItem.sheet_id.in_(sheets))
        )
        versions = items.scalar_one() or 0
    told = load.ledger
    lost = sum(kept.get(evidence, ("", 0))[0] != code for evidence, code in told.objections.items())
    lost += sum(saved.get(save) != percentage for save, percentage in told.saves.items())
    twice = sum(count - 1 for evidence, (_, count) in kept.items() if evidence in told.objections)
    return lost, twice + abs(int(versions) - len(saved))
