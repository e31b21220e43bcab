"""What a year is refused, told as one story: everything at once, in two languages, nothing kept."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import AsyncClient, Response

from app.platform.ground import Ground
from tests.award.judging.bench import make_bench, sheet_of
from tests.clock import MovableClock
from tests.factories import (
    Caller,
    Firm,
    Office,
    make_firm,
    make_office,
    make_submitted,
    refresh_token,
)
from tests.rules.regulation.award_texts import BINHU, changed
from tests.stories.telling import rows

pytestmark = pytest.mark.anyio

CHINESE = re.compile("[\u4e00-\u9fff]")
FORM = ["field-missing"] * 4
DOCUMENTS = ["document-missing"] * 3


@dataclass
class Desk:
    """Where requests are handed in that must come back."""

    ground: Ground
    client: AsyncClient

    async def refused(
        self,
        caller: Caller,
        request: tuple[str, str],
        status: int,
        *codes: str,
        **content: Any,
    ) -> dict[str, Any]:
        """The same request in both languages: same codes, a sentence each, no row more or less."""
        before = await rows(self.ground)
        problems = []
        for language in ("zh-CN", "en"):
            headers = caller.auth["headers"] | {"Accept-Language": language}
            headers |= content.get("headers", {})
            more = {name: value for name, value in content.items() if name != "headers"}
            answer = await self.client.request(*request, headers=headers, **more)
            problems.append(self.problem(answer, status))
        assert await rows(self.ground) == before
        zh, en = problems
        assert [one["code"] for one in told(zh)] == [one["code"] for one in told(en)] == [*codes]
        assert all(CHINESE.search(one["detail"]) for one in [zh, *told(zh)])
        assert not any(CHINESE.search(quotes_off(one["detail"])) for one in [en, *told(en)])
        return zh

    def problem(self, answer: Response, status: int) -> dict[str, Any]:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        body: dict[str, Any] = answer.json()
        assert body["status"] == status
        assert body["type"].endswith(body["code"])
        return body


def told(problem: dict[str, Any]) -> list[dict[str, Any]]:
    """Every reason of a refusal; the refusal itself where it has but one."""
    return [*problem.get("errors", []), *problem.get("reasons", [])] or [problem]


def quotes_off(sentence: str) -> str:
    """A sentence without the names it quotes."""
    return re.sub("“[^”]*”|'[^']*'", "", sentence)


async def test_a_year_of_refusals(ground: Ground, client: AsyncClient, clock: MovableClock) -> None:
    desk = Desk(ground, client)
    office = await make_office(ground)
    await a_regulation_with_faults(desk, office)
    await an_organisation_with_a_wrong_code(desk)
    opened = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert opened.status_code == 200, opened.text
    await moves_that_the_table_does_not_have(desk, office)
    firm = await make_firm(ground)
    await bodies_that_cannot_be_read(desk, office, firm)
    await a_judge_who_slips(desk)
    draft = await a_submission_that_lacks_everything(desk, office, firm)
    await a_second_submission(desk, office, firm, draft)
    clock.move(days=31)
    await refresh_token(ground, firm.speaker)
    await desk.refused(
        firm.speaker,
        ("POST", f"/applications/{draft}/submission"),
        409,
        "intake-closed",
        *FORM,
        *DOCUMENTS,
        "already-entered",
    )


async def a_regulation_with_faults(desk: Desk, office: Office) -> None:
    """Money finer than a fen, an unknown tier, a share that is none, a vote nobody can hold."""
    figures = changed(
        "/bonus/0/amount", "500000.005", changed("/stages/5/of/0/share", "105%", BINHU)
    )
    parts = changed("/bonus/0/tier", "gold", changed("/stages/3/start_from", "nowhere", BINHU))
    runs = changed("/stages/6/mode", "electronic", BINHU)
    where = ("POST", f"/programmes/{office.programme_id}/regulations")
    for text, paths in (
        (figures, ["/stages/5/of/0/share", "/bonus/0/amount"]),
        (parts, ["/bonus/0/tier", "/stages/3/start_from"]),
        (runs, ["/stages/6/mode"]),
    ):
        body = {"text": text, "document": "滨政发〔2026〕3号"}
        faults = ["regulation-faulty"] * len(paths)
        problem = await desk.refused(office.head, where, 422, *faults, json=body)
        assert [one["pointer"] for one in told(problem)] == [f"/text#{path}" for path in paths]


async def an_organisation_with_a_wrong_code(desk: Desk) -> None:
    firm = await make_firm(desk.ground)
    body = {"name": "无锡滨湖精工有限公司", "credit_code": "I" + firm.credit_code[1:]}
    where = ("POST", "/organisations")
    await desk.refused(firm.speaker, where, 422, "credit-code-wrong", json=body)


async def moves_that_the_table_does_not_have(desk: Desk, office: Office) -> None:
    for by, stage, move in (
        (office.clerk, "intake", "opening"),
        (office.head, "eligibility", "closing"),
    ):
        where = ("POST", office.path(f"/stages/{stage}/{move}"))
        await desk.refused(by, where, 409, "move-not-possible")


async def bodies_that_cannot_be_read(desk: Desk, office: Office, firm: Firm) -> None:
    json = {"Content-Type": "application/json"}
    where = ("POST", "/applications")
    for content in (b'{"track": ', '{"track": "组织"}'.encode("gb18030")):
        await desk.refused(
            firm.speaker, where, 400, "malformed-json", content=content, headers=json
        )
    body = draft_of(office, firm)
    strange = body | {"score": 1000, "organisation_id": None, "status": "submitted"}
    problem = await desk.refused(
        firm.speaker, where, 422, "wrong-value", "unknown-field", "unknown-field", json=strange
    )
    pointers = ["/organisation_id", "/score", "/status"]
    assert [one["pointer"] for one in told(problem)] == pointers


async def a_judge_who_slips(desk: Desk) -> None:
    bench = await make_bench(desk.ground, desk.client)
    judge = bench.judges[0]
    where = ("PUT", f"/scoresheets/{await sheet_of(desk.client, judge)}/items/4.1.2")
    for percentage, code in (
        (52, "multiple-of-5"),
        (105, "out-of-range"),
        (-5, "out-of-range"),
        ("５０", "not-a-whole-number"),
        ("50", "not-a-whole-number"),
        (50.5, "not-a-whole-number"),
    ):
        body: dict[str, Any] = {"percentage": percentage, "comments": []}
        seen = {"If-Match": '"v0"'}
        await desk.refused(judge.caller, where, 422, code, json=body, headers=seen)


def draft_of(office: Office, firm: Firm) -> dict[str, Any]:
    return {
        "cycle_id": str(office.cycle_id),
        "organisation_id": str(firm.id),
        "track": "organisation",
    }


async def a_submission_that_lacks_everything(desk: Desk, office: Office, firm: Firm) -> str:
    answer = await desk.client.post(
        "/applications", json=draft_of(office, firm), **firm.speaker.auth
    )
    assert answer.status_code == 201, answer.text
    draft: str = answer.json()["id"]
    where = ("POST", f"/applications/{draft}/submission")
    await desk.refused(firm.speaker, where, 409, *FORM, *DOCUMENTS)
    return draft


async def a_second_submission(desk: Desk, office: Office, firm: Firm, draft: str) -> None:
    """The regulation takes one entry of each organisation."""
    await make_submitted(office, firm)
    where = ("POST", f"/applications/{draft}/submission")
    await desk.refused(firm.speaker, where, 409, *FORM, *DOCUMENTS, "already-entered")
