"""The form of a track over HTTP, as it was pinned when the cycle was opened."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.catalogue import loader
from app.platform.ground import Ground
from app.proof.canonical import digest, digest_text
from tests.award.applications.cycles import pinned
from tests.award.applications.regulations import text
from tests.factories import make_office
from tests.statements import counting

pytestmark = pytest.mark.anyio


async def test_form_is_told_with_schema_lists_and_what_we_assumed(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    await pinned(ground, office)
    answer = await client.get(office.path("/tracks/organisation/form"))
    assert answer.status_code == 200, answer.text
    form: dict[str, Any] = answer.json()
    assert (form["form"], form["assumed"]) == ("application-2023", True)
    assert form["hash"] == digest_text(loader.form_text("application-2023"))
    assert form["code_lists"]["industries"] == ["2017-1"]
    assert [s["key"] for s in form["sections"]][:2] == ["organisation", "contact"]
    table = next(s for s in form["sections"] if s["key"] == "performance")
    assert table["fields"][0]["years"] == [2022, 2023, 2024]
    assert table["schema"]["additionalProperties"] is False
    assert form["digest"].removeprefix("sha256:").startswith(answer.headers["etag"].strip('"'))
    assert answer.headers["cache-control"].startswith("public")


async def test_form_tells_what_the_files_of_each_document_may_be(
    ground: Ground, client: AsyncClient
) -> None:
    limited = {"name": "自评报告", "types": ["pdf"], "at_most": "1", "largest": "20MB"}
    report = [{"way": "document", "document": "自评报告", "most_pages": "60"}]
    asked = text(documents=["申报表", limited], self_assessment=report)
    office = await make_office(ground, regulation_text=asked)
    form = (await client.get(office.path("/tracks/organisation/form"))).json()
    first, second = form["documents"]
    assert first == {
        "name": "申报表",
        "types": ["pdf", "ofd", "docx", "xlsx", "jpg", "png"],
        "at_most": None,
        "largest": 50 * 1024 * 1024,
        "most_pages": None,
    }
    assert second == limited | {"at_most": 1, "largest": 20 * 1024 * 1024, "most_pages": 60}


async def test_cycle_from_before_asks_what_was_asked_then(
    ground: Ground, client: AsyncClient
) -> None:
    office = await make_office(ground)
    form = (await client.get(office.path("/tracks/organisation/form"))).json()
    (section,) = form["sections"]
    assert form["form"] == "basic-2022"
    assert [f["key"] for f in section["fields"] if f["required"]] == [
        "registered_on",
        "employees",
        "industry",
        "contact_name",
    ]


async def test_track_or_cycle_that_is_not_there_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    office, hidden = await make_office(ground), await make_office(ground, launched=False)
    unknown = await client.get(office.path("/tracks/nothing/form"))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "track-unknown")
    planned = await client.get(hidden.path("/tracks/organisation/form"))
    assert (planned.status_code, planned.json()["code"]) == (404, "cycle-not-found")


async def test_form_costs_nothing_once_it_is_known(ground: Ground, client: AsyncClient) -> None:
    office = await make_office(ground)
    path = office.path("/tracks/organisation/form")
    first = await client.get(path)
    with counting(ground) as sent:
        again = await client.get(path)
    assert again.json() == first.json()
    assert len(sent) <= 2
    assert digest(first.json()["sections"])  # plain values all through
