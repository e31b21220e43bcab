"""Steps that tests of panels share: judges who have signed, a panel, scores, a consensus."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import select

from app.award.judging.models import Expert, Undertaking
from app.award.records.models import Conflict, Interest
from app.award.roles import Role
from app.award.scoring.models import Scorebook, ScorebookItem, SheetItem, SheetRevision
from app.award.stages.models import Entry
from app.platform.ground import Ground
from tests.factories import Caller, Office, entries_in, give_role, make_caller, make_office

ITEMS = 23
CATEGORIES = ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7"]


@dataclass(frozen=True)
class Judge:
    expert_id: UUID
    caller: Caller

    @property
    def auth(self) -> dict[str, Any]:
        return self.caller.auth


@dataclass(frozen=True)
class Bench:
    """A panel over some entries, its members, the leader first."""

    office: Office
    panel_id: str
    judges: list[Judge]
    entries: list[UUID]

    @property
    def ground(self) -> Ground:
        return self.office.ground


async def make_judge(office: Office, *, signed: bool = True) -> Judge:
    """Somebody in the pool, who has signed the undertaking of the cycle or not."""
    caller = await make_caller(office.ground, (Role.JUDGE, office.programme_id))
    async with office.ground.database.writing() as db:
        expert = Expert(
            programme_id=office.programme_id,
            person_id=caller.person_id,
            industries=["C34"],
            qualification="注册质量工程师",
            enrolled_at=office.ground.clock(),
        )
        db.add(expert)
        await db.flush()
        if signed:
            db.add(
                Undertaking(
                    expert_id=expert.id,
                    cycle_id=office.cycle_id,
                    text="承诺",
                    signed_at=office.ground.clock(),
                )
            )
    return Judge(expert.id, caller)


def panel_body(
    judges: list[Judge],
    entries: list[UUID],
    *,
    name: str = "第一评审组",
    division: list[list[str] | None] | None = None,
) -> dict[str, Any]:
    shares = division or [None] * len(judges)
    members = [
        {"expert_id": str(judge.expert_id), "leader": place == 0, "categories": share}
        for place, (judge, share) in enumerate(zip(judges, shares, strict=True))
    ]
    return {"name": name, "members": members, "entries": [str(entry) for entry in entries]}


async def form(
    client: AsyncClient,
    office: Office,
    body: dict[str, Any],
    *,
    key: str = "documents",
    by: Caller | None = None,
) -> Response:
    return await client.post(
        office.path(f"/stages/{key}/panels"), json=body, **(by or office.clerk).auth
    )


async def make_bench(
    ground: Ground,
    client: AsyncClient,
    *,
    count: int = 1,
    judges: int = 3,
    key: str = "documents",
    regulation_text: str | None = None,
    office: Office | None = None,
) -> Bench:
    """An office whose stage `key` is open with `count` entries before one panel."""
    office = office or await make_office(ground, regulation_text=regulation_text)
    entries = [entry for _, entry in await entries_in(office, key, count)]
    sitting = [await make_judge(office) for _ in range(judges)]
    answer = await form(client, office, panel_body(sitting, entries), key=key)
    assert answer.status_code == 201, answer.text
    return Bench(office, answer.json()["id"], sitting, entries)


async def declare_interest(bench: Bench, judge: Judge, entry: UUID) -> None:
    """A judge turns out to have an interest in the organisation behind an entry."""
    async with bench.ground.database.writing() as db:
        organisation = await db.scalar(select(Entry.organisation_id).where(Entry.id == entry))
        assert organisation is not None
        db.add(
            Conflict(
                person_id=judge.caller.person_id,
                organisation_id=organisation,
                interest=Interest.CONSULTANT,
                declared_by=judge.caller.person_id,
                declared_at=bench.ground.clock(),
            )
        )


async def interested_clerk(office: Office) -> Caller:
    """A clerk who works for every firm of this cycle on the side."""
    clerk = await make_caller(office.ground, (Role.CLERK, office.programme_id))
    for firm in office.firms.values():
        await give_role(office.ground, clerk, Role.APPLICANT, firm.id)
    return clerk


def refused(answer: Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal, with exactly this status and code."""
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem.get("code")) == (status, code), answer.text
    return problem


def reasons(problem: dict[str, Any]) -> list[str]:
    return [each["code"] for each in problem.get("reasons") or problem.get("errors") or []]


async def assignments(client: AsyncClient, judge: Judge, key: str = "documents") -> list[Any]:
    answer = await client.get("/assignments", params={"stage": key}, **judge.auth)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def sheet_of(
    client: AsyncClient, judge: Judge, entry: UUID | None = None, key: str = "documents"
) -> str:
    """The sheet of a judge for an entry (the only one, by default)."""
    found = [
        each["sheet_id"]
        for each in await assignments(client, judge, key)
        if entry is None or each["entry_id"] == str(entry)
    ]
    assert len(found) == 1
    return str(found[0])


async def save(
    client: AsyncClient,
    judge: Judge,
    sheet: str,
    code: str,
    percentage: object,
    *,
    seen: str = '"v0"',
    comments: list[dict[str, str]] | None = None,
) -> Response:
    return await client.put(
        f"/scoresheets/{sheet}/items/{code}",
        json={"percentage": percentage, "comments": comments or []},
        **judge.caller.with_headers(If_Match=seen),
    )


async def score_all(bench: Bench, sheet: str, percentage: int, **others: int) -> None:
    """Every item at one percentage, but for `others`, keyed by code (i4_1_2): straight in the
    tables, as so many saves would have left them.
    """
    key = UUID(sheet)
    apart = {code.removeprefix("i").replace("_", "."): value for code, value in others.items()}
    async with bench.ground.database.writing() as db:
        for item in await db.scalars(select(SheetItem).where(SheetItem.sheet_id == key)):
            item.percentage = apart.get(item.code, percentage)
            item.version += 1
            db.add(
                SheetRevision(
                    sheet_id=key,
                    code=item.code,
                    version=item.version,
                    percentage=item.percentage,
                    comments=[],
                    saved_at=bench.ground.clock(),
                )
            )


async def lock_sheet(client: AsyncClient, judge: Judge, sheet: str) -> Response:
    read = await client.get(f"/scoresheets/{sheet}", **judge.auth)
    return await client.post(
        f"/scoresheets/{sheet}/lock", **judge.caller.with_headers(If_Match=read.headers["etag"])
    )


async def judge_all(
    client: AsyncClient, bench: Bench, percentages: list[int], key: str = "documents"
) -> None:
    """Every judge scores every entry at their percentage, and locks."""
    for judge, percentage in zip(bench.judges, percentages, strict=True):
        for each in await assignments(client, judge, key):
            await score_all(bench, each["sheet_id"], percentage)
            locked = await lock_sheet(client, judge, each["sheet_id"])
            assert locked.status_code == 200, locked.text


async def scorebooks(client: AsyncClient, bench: Bench, panel: str | None = None) -> list[Any]:
    answer = await client.get(
        f"/panels/{panel or bench.panel_id}/scorebooks", **bench.judges[0].auth
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def propose(
    client: AsyncClient,
    judge: Judge,
    book: str,
    code: str,
    percentage: int,
    *,
    reason: str | None = None,
    seen: str = '"v0"',
) -> Response:
    return await client.put(
        f"/scorebooks/{book}/items/{code}",
        json={"percentage": percentage, "reason": reason},
        **judge.caller.with_headers(If_Match=seen),
    )


async def propose_all(bench: Bench, book: str, percentage: int) -> None:
    """The leader has set every item, as so many proposals would have left them."""
    key = UUID(book)
    async with bench.ground.database.writing() as db:
        scorebook = await db.get_one(Scorebook, key)
        for item in await db.scalars(
            select(ScorebookItem).where(ScorebookItem.scorebook_id == key)
        ):
            item.percentage, item.reason = percentage, "合议"
            item.version += 1
            scorebook.version += 1


async def agree(
    client: AsyncClient, judge: Judge, book: str, *, agrees: bool = True, dissent: str | None = None
) -> Response:
    return await client.post(
        f"/scorebooks/{book}/agreements",
        json={"agrees": agrees, "dissent": dissent},
        **judge.auth,
    )


async def lock_book(client: AsyncClient, judge: Judge, book: str) -> Response:
    return await client.post(f"/scorebooks/{book}/lock", **judge.auth)


async def settle_all(client: AsyncClient, bench: Bench, *percentages: int) -> None:
    """The panel agrees on a percentage for each of its open scorebooks, and locks them."""
    leader = bench.judges[0]
    books = [book for book in await scorebooks(client, bench) if book["status"] == "open"]
    for book, percentage in zip(books, percentages, strict=True):
        await propose_all(bench, book["id"], percentage)
        for judge in bench.judges:
            answer = await agree(client, judge, book["id"])
            assert answer.status_code == 201, answer.text
        locked = await lock_book(client, leader, book["id"])
        assert locked.status_code == 200, locked.text


async def sheet_items(ground: Ground, sheet: str) -> dict[str, tuple[int | None, int]]:
    """Percentage and version of every item of a sheet, straight from the table."""
    async with ground.database.reading() as db:
        rows = await db.execute(
            select(SheetItem.code, SheetItem.percentage, SheetItem.version).where(
                SheetItem.sheet_id == UUID(sheet)
            )
        )
        return {row.code: (row.percentage, row.version) for row in rows}
