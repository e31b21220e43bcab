"""A composite over HTTP: closing, ties, blockers, and what its totals are made of."""

import json
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.ranking.rules import contest_of, verdicts
from app.award.records.models import Conflict
from app.award.roles import Role
from app.award.stages.models import Entry, Outcome, Snapshot
from app.platform.ground import Ground
from app.rules.exact import decimal_text
from app.rules.strict_yaml import load
from tests.award.cycle_log import cycle_log
from tests.award.ranking.totals import RANKING, Scores, scored
from tests.factories import Office, close, make_caller, make_office, stage_row
from tests.rules.regulation.award_texts import BINHU, dump
from tests.statements import counting

pytestmark = pytest.mark.anyio


def told(answer: Response) -> list[str]:
    body = answer.json()
    return [item["code"] for item in body.get("errors", []) + body.get("reasons", [])]


async def state(office: Office) -> tuple[str, int, list[str]]:
    """Status of the composite, outcomes it has left, and the log of the cycle."""
    stage = await stage_row(office.ground, office, "ranking")
    async with office.ground.database.reading() as db:
        left = await db.scalar(
            select(func.count())
            .select_from(Outcome)
            .join(Entry, Entry.id == Outcome.entry_id)
            .where(Entry.stage_id == stage.id)
        )
    return stage.status, left or 0, await cycle_log(office)


async def lines(client: AsyncClient, office: Office) -> dict[UUID, dict[str, Any]]:
    answer = await client.get(office.path(f"{RANKING}/ranking"), **office.head.auth)
    assert answer.status_code == 200, answer.text
    return {UUID(line.pop("application")): line for line in answer.json()["items"]}


async def test_closing_ranks_and_proposes_tiers(ground: Ground, client: AsyncClient) -> None:
    office, made = await scored(
        ground,
        client,
        Scores(site=50, defence=Fraction(90)),
        Scores(site=60, defence=Fraction(271, 3)),
        Scores(site=55),
        places=2,
    )
    closed = await close(client, office, "ranking")
    assert closed.status_code == 200, closed.text
    assert (closed.json()["advanced"], closed.json()["eliminated"]) == (2, 1)
    found = await lines(client, office)
    assert [
        (found[each]["points"], found[each]["rank"], found[each]["tier"], found[each]["reason"])
        for each in made
    ] == [
        ("540", 3, None, "no-place"),
        ("630.33", 1, "award", None),
        ("575", 2, "award", None),
    ]
    assert (await cycle_log(office)).count("stage:close") == 1


async def test_snapshot_suffices_to_compute_it_again(ground: Ground, client: AsyncClient) -> None:
    office, _ = await scored(ground, client, Scores(60), Scores(60), Scores(50), Scores(45))
    assert (await close(client, office, "ranking")).status_code == 200
    stage = await stage_row(ground, office, "ranking")
    async with ground.database.reading() as db:
        text = await db.scalar(select(Snapshot.text).where(Snapshot.stage_id == stage.id))
    snapshot = json.loads(text or "")
    again = {
        str(verdict.entry_id): {
            "result": verdict.result.value,
            "exact": decimal_text(verdict.exact or Fraction(0)),
            "score": decimal_text(verdict.score or Fraction(0)),
            "rank": verdict.rank,
            "tier": verdict.tier,
            "reason": verdict.reason,
        }
        for verdict in verdicts(contest_of(snapshot["inputs"]))
    }
    stored = {
        line["entry"]: {name: line[name] for name in again[line["entry"]]}
        for line in snapshot["verdicts"]
    }
    assert again == stored
    assert sorted(line["rank"] for line in stored.values()) == [1, 1, 3, 4]


async def test_equal_totals_are_parted_by_the_site_score(
    ground: Ground, client: AsyncClient
) -> None:
    office, made = await scored(
        ground,
        client,
        Scores(site=60, defence=Fraction(55)),
        Scores(site=55, defence=Fraction(100)),
        places=1,
    )
    assert (await close(client, office, "ranking")).status_code == 200
    found = await lines(client, office)
    assert [(found[each]["points"], found[each]["rank"]) for each in made] == [
        ("595", 1),
        ("595", 2),
    ]


async def test_equal_site_scores_are_parted_by_the_results(
    ground: Ground, client: AsyncClient
) -> None:
    """4.7 weighs 400 points, 4.5 weighs 100: 5 % more of one, 20 % less of the other."""
    usual, strong = Scores(), Scores(categories={"4.7": 65, "4.5": 40})
    assert usual.points() == strong.points()
    office, made = await scored(ground, client, usual, strong, places=1)
    assert (await close(client, office, "ranking")).status_code == 200
    found = await lines(client, office)
    assert [(found[each]["points"], found[each]["rank"]) for each in made] == [
        ("620", 2),
        ("620", 1),
    ]


async def test_unresolved_tie_waits_for_a_decision(ground: Ground, client: AsyncClient) -> None:
    office, made = await scored(ground, client, Scores(), Scores(), places=1)
    before = await state(office)
    refused = await close(client, office, "ranking")
    assert (refused.status_code, told(refused)) == (409, ["tie-unresolved"])
    assert await state(office) == before
    entries = (await client.get(office.path(f"{RANKING}/entries"), **office.head.auth)).json()[
        "items"
    ]
    order = sorted((each["id"] for each in entries), reverse=True)
    body = {"order": order, "document": "滨质奖办〔2026〕7号", "reason": "按专利数。"}
    answer = await client.post(
        office.path(f"{RANKING}/tie-decision"), json=body, **office.head.auth
    )
    assert answer.status_code == 204, answer.text
    assert (await close(client, office, "ranking")).status_code == 200
    found = await lines(client, office)
    first = next(each["application_id"] for each in entries if each["id"] == order[0])
    assert {found[each]["rank"] for each in made} == {1}
    assert [each for each in made if found[each]["tier"]] == [UUID(first)]


async def test_entry_without_a_score_blocks(ground: Ground, client: AsyncClient) -> None:
    office, _ = await scored(ground, client, Scores(), Scores(defence=None))
    before = await state(office)
    answer = await close(client, office, "ranking")
    assert (answer.status_code, told(answer)) == (409, ["component-missing"])
    assert "陈述答辩" in answer.json()["title"]
    assert await state(office) == before


async def test_composite_that_nobody_reached_closes_empty(
    ground: Ground, client: AsyncClient
) -> None:
    office, _ = await scored(ground, client)
    closed = await close(client, office, "ranking")
    assert (closed.status_code, closed.json()["entered"]) == (200, 0)


async def test_components_say_what_a_total_is_made_of(ground: Ground, client: AsyncClient) -> None:
    office, made = await scored(
        ground, client, Scores(site=50), Scores(site=60, defence=Fraction(271, 3))
    )
    await close(client, office, "ranking")
    answer = await client.get(office.path(f"{RANKING}/components"), **office.clerk.auth)
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert (view["stage"], view["round"], view["scale"]) == ("ranking", 1, 1000)
    assert [UUID(each["application"]) for each in view["items"]] == [made[1], made[0]]
    best = view["items"][0]
    assert (best["rank"], best["points"], best["exact"]) == (1, "630.33", "1891/3")
    assert best["components"] == [
        {
            "stage": "site",
            "score": "600",
            "full": "1000",
            "share": "0.9",
            "contribution": "540",
        },
        {
            "stage": "defence",
            "score": "271/3",
            "full": "100",
            "share": "0.1",
            "contribution": "271/3",
        },
    ]


async def test_components_are_the_offices_and_only_once_closed(
    ground: Ground, client: AsyncClient
) -> None:
    office, made = await scored(ground, client, Scores(), Scores(50))
    path = office.path(f"{RANKING}/components")
    early = await client.get(path, **office.head.auth)
    assert (early.status_code, told(early)) == (403, ["not-allowed"])
    await close(client, office, "ranking")
    before = await state(office)
    outsiders = [
        office.firms[made[0]].speaker,
        office.supervisor,
        await make_caller(ground, (Role.JUDGE, office.programme_id)),
        (await make_office(ground)).head,
    ]
    for caller in outsiders:
        answer = await client.get(path, **caller.auth)
        assert (answer.status_code, told(answer)) == (403, ["not-allowed"])
    assert (await client.get(path)).status_code == 401
    assert await state(office) == before


async def test_interested_clerk_does_not_see_the_entry(ground: Ground, client: AsyncClient) -> None:
    office, made = await scored(ground, client, Scores(), Scores(50))
    await close(client, office, "ranking")
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=office.clerk.person_id,
                organisation_id=office.firms[made[0]].id,
                interest="relative",
                declared_by=office.clerk.person_id,
                declared_at=ground.clock(),
            )
        )
    answer = await client.get(office.path(f"{RANKING}/components"), **office.clerk.auth)
    assert [UUID(each["application"]) for each in answer.json()["items"]] == [made[1]]


@pytest.mark.parametrize(
    ("key", "code"), [("site", "components-not-found"), ("nowhere", "stage-not-found")]
)
async def test_other_stages_have_no_components(
    ground: Ground, client: AsyncClient, key: str, code: str
) -> None:
    office, _ = await scored(ground, client, Scores())
    answer = await client.get(office.path(f"/stages/{key}/components"), **office.head.auth)
    assert (answer.status_code, told(answer)) == (404, [code])


async def test_components_and_closing_cost_the_same_for_one_and_three(
    ground: Ground, client: AsyncClient
) -> None:
    costs = []
    for count in (1, 3):
        office, _ = await scored(ground, client, *[Scores()] * count)
        with counting(ground) as closing:
            assert (await close(client, office, "ranking")).status_code == 200
        with counting(ground) as reading:
            await client.get(office.path(f"{RANKING}/components"), **office.head.auth)
        costs.append((len(closing), len(reading)))
    assert costs[0] == costs[1]
    assert costs[0][1] == 4


def by_choice() -> str:
    """Binhu's regulation with the tiers left to a recorded decision on the composite."""
    tree: Any = load(BINHU)
    ranking = next(stage for stage in tree["stages"] if stage["key"] == "ranking")
    ranking["by"] = "choice"
    return dump(tree)


async def test_tiers_of_a_composite_may_be_left_to_a_choice(
    ground: Ground, client: AsyncClient
) -> None:
    office, made = await scored(
        ground, client, Scores(60), Scores(55), regulation_text=by_choice(), places=1
    )
    before = await state(office)
    answer = await close(client, office, "ranking")
    assert (answer.status_code, told(answer)) == (409, ["tier-choice-missing"])
    listed = await client.get(office.path(f"{RANKING}/entries"), **office.head.auth)
    entries = {UUID(each["application_id"]): each["id"] for each in listed.json()["items"]}
    first, second = (entries[each] for each in made)
    path, document = office.path(f"{RANKING}/tier-choice"), "滨质奖办〔2026〕8号"
    wrong = {"choices": [{"entry": e, "tier": "award"} for e in entries.values()]}
    refused = await client.post(path, json=wrong | {"document": document}, **office.head.auth)
    assert (refused.status_code, told(refused)) == (422, ["choice-above-quota"])
    assert await state(office) == before
    passed = {"entry": first, "tier": None, "reason": "现场发现重大质量问题。"}
    right = {"choices": [passed, {"entry": second, "tier": "award"}], "document": document}
    assert (await client.post(path, json=right, **office.head.auth)).status_code == 204
    assert (await close(client, office, "ranking")).status_code == 200
    found = await lines(client, office)
    assert [(found[each]["tier"], found[each]["reason"]) for each in made] == [
        (None, "no-tier"),
        ("award", None),
    ]
