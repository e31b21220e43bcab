"""Many entries are screened in one act, each by what its facts say; a dry run tells the rest."""

from hashlib import sha256
from json import loads
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select, update

from app.award.applications.models import Application, Attachment
from app.award.screening.by_rule import LOOKED
from app.award.screening.filed import lacking
from app.award.screening.models import ScreenedGround, Screening
from app.award.screening.rules import documents_asked
from app.award.stages.models import Entry, Stage
from app.platform.audit.models import AuditEvent
from app.platform.files.models import FileState
from app.platform.ground import Ground
from app.rules.strict_yaml import load
from tests.award.applications.cycles import completed, drafted, id_of, submitted
from tests.award.cycle_log import cycle_log
from tests.award.judging.bench import interested_clerk
from tests.award.screening.curing import asked
from tests.award.screening.curing import entered as with_cure
from tests.award.screening.curing import text as cure_text
from tests.award.screening.regulations import CONSULTED, text
from tests.award.screening.test_routes import KEYS, decide, put_on_file, screened
from tests.award.screening.test_wide import say
from tests.clock import MovableClock
from tests.factories import Caller, Office, entries_in, make_office
from tests.rules.regulation.award_texts import BINHU, dump
from tests.statements import counting

pytestmark = pytest.mark.anyio
DRY = {"dry_run": "true"}


async def screen(
    client: AsyncClient,
    office: Office,
    *entries: UUID,
    by: Caller | None = None,
    key: str = "eligibility",
    complete: bool = False,
    **query: str,
) -> Response:
    wanted = [str(entry) for entry in entries] or None
    body = {"entries": wanted, "note": "经系统核对。", "complete": complete}
    path = office.path(f"/stages/{key}/screenings")
    return await client.post(path, json=body, params=query, **(by or office.clerk).auth)


async def undeclared(office: Office) -> UUID:
    """Of the last applicant nobody knows since when it is registered; gives its application."""
    application = list(office.firms)[-1]
    async with office.ground.database.writing() as db:
        row = await db.get_one(Application, application)
        await db.execute(
            update(Application)
            .where(Application.id == application)
            .values(form={k: v for k, v in row.form.items() if k != "registered_on"})
        )
    return application


async def decided(office: Office) -> int:
    """How many entries of the cycle have a decision."""
    async with office.ground.database.reading() as db:
        found = await db.scalar(
            select(func.count())
            .select_from(Screening)
            .join(Entry, Entry.id == Screening.entry_id)
            .join(Stage, Stage.id == Entry.stage_id)
            .where(Stage.cycle_id == office.cycle_id)
        )
    return found or 0


def made(answer: Response) -> dict[UUID, Any]:
    assert answer.status_code == 201, answer.text
    return {UUID(each["entry_id"]): each for each in answer.json()["items"]}


async def test_all_are_decided_by_rule_in_one_act(ground: Ground, client: AsyncClient) -> None:
    office, entries = await screened(ground, 3)
    await put_on_file(office)
    tried = await screen(client, office, **DRY)
    assert await decided(office) == 0
    done = await screen(client, office)
    assert made(tried) == made(done)
    found = made(done)
    assert set(found) == set(entries)
    assert sorted(each["decision"] for each in found.values()) == [
        *("eligible", "eligible"),
        "ineligible",
    ]
    told = done.json()
    counts = (told["eligible"], told["ineligible"], told["needing_a_person"])
    assert counts == (2, 1, 0)
    assert await cycle_log(office) == ["entry:screen"] * 3
    (refused,) = [entry for entry, each in found.items() if each["decision"] == "ineligible"]
    view = (await client.get(f"/entries/{refused}/screening", **office.clerk.auth)).json()
    answers = {each["key"]: each for each in view["grounds"]}
    assert list(answers) == KEYS
    assert answers["accident"]["answer"] == answers["accident"]["found"] == "not_met"
    assert answers["accident"]["evidence"] == "锡应急〔2024〕0号"
    assert (view["decided_by"], view["note"]) == (office.clerk.name, "经系统核对。")
    assert made(await screen(client, office)) == {}, "nothing is left"


async def test_entry_whose_facts_do_not_say_needs_a_person_and_stops_all(
    ground: Ground, client: AsyncClient
) -> None:
    office, entries = await screened(ground, 2)
    await undeclared(office)
    found = made(await screen(client, office, **DRY))
    (unclear,) = [entry for entry, each in found.items() if each["decision"] is None]
    assert [why["code"] for why in found[unclear]["reasons"]] == ["ground-needs-person"]
    assert "需人工核对" in found[unclear]["reasons"][0]["zh"]
    refused = await screen(client, office)
    assert (refused.status_code, refused.json()["code"]) == (409, "entry-needs-person")
    assert (await decided(office), await cycle_log(office)) == (0, [])
    (clear,) = set(entries) - {unclear}
    assert [*made(await screen(client, office, clear))] == [clear]
    assert await decided(office) == 1


async def test_everything_that_stands_against_it_is_told_at_once(
    ground: Ground, client: AsyncClient
) -> None:
    office, (first, second) = await screened(ground, 2)
    await decide(client, office.clerk, first)
    await undeclared(office)
    log = await cycle_log(office)
    refused = await screen(client, office, first, second, uuid4())
    body = refused.json()
    assert refused.status_code == 409, refused.text
    told = sorted(each["code"] for each in body["reasons"] + body.get("errors", []))
    assert told == ["entry-needs-person", "entry-needs-person", "entry-not-found"]
    sentences = "".join(each["detail"] for each in body["reasons"])
    assert "不能更改" in sentences
    assert "需人工核对" in sentences
    assert (await decided(office), await cycle_log(office)) == (1, log)


async def test_open_cures_and_awaited_departments_need_a_person(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await with_cure(ground)
    await file_all(office)
    await asked(client, office, entry)
    found = made(await screen(client, office, **DRY))[entry]
    assert {why["code"] for why in found["reasons"]} == {"ground-needs-person", "cure-open"}
    office = await make_office(ground, regulation_text=text(**CONSULTED))
    ((_, entry),) = await entries_in(office, "eligibility", 1)
    found = made(await screen(client, office, **DRY))[entry]
    assert "consultations-open" in {why["code"] for why in found["reasons"]}


async def file_all(office: Office, *but: UUID) -> None:
    """Every document that the regulation asks for is in the files of all applications `but`."""
    async with office.ground.database.writing() as db:
        db.add_all(
            Attachment(
                application_id=application,
                document=document,
                file_name=f"{document}.pdf",
                media_type="application/pdf",
                size=1,
                received=1,
                sha256=sha256(f"{application}{document}".encode()).hexdigest(),
                state=FileState.STORED,
                created_at=office.ground.clock(),
            )
            for application in office.firms
            if application not in but
            for document in documents_asked(office.regulation, "organisation")
        )


async def test_complete_files_that_somebody_looked_at_are_decided_where_a_cure_is_offered(
    ground: Ground, client: AsyncClient
) -> None:
    office, entries = await with_cure(ground, 3)
    await file_all(office)
    unseen = made(await screen(client, office, **DRY))
    assert {each["decision"] for each in unseen.values()} == {None}
    codes = {why["code"] for each in unseen.values() for why in each["reasons"]}
    assert codes == {"ground-needs-person"}
    refused = await screen(client, office)
    assert (refused.status_code, refused.json()["code"]) == (409, "several-reasons")
    assert (await decided(office), await cycle_log(office)) == (0, [])
    tried = await screen(client, office, complete=True, **DRY)
    assert await decided(office) == 0
    done = await screen(client, office, complete=True)
    assert made(tried) == made(done)
    assert {each["decision"] for each in made(done).values()} == {"eligible"}
    assert set(made(done)) == set(entries)
    view = (await client.get(f"/entries/{entries[0]}/screening", **office.clerk.auth)).json()
    (file,) = [each for each in view["grounds"] if each["key"] == "complete"]
    assert (file["found"], file["answer"]) == ("needs_a_person", "met")
    assert file["evidence"] == LOOKED
    async with ground.database.reading() as db:
        logged = select(AuditEvent.body).where(AuditEvent.log == office.cycle_id)
        bodies = [loads(body) for body in await db.scalars(logged)]
    assert [body["detail"]["looked"] for body in bodies] == [True] * 3


async def test_application_as_it_was_really_handed_in_lacks_nothing(
    ground: Ground, client: AsyncClient
) -> None:
    _, firm, place = await drafted(ground, client, regulation_text=cure_text())
    await completed(client, firm, place)
    assert (await submitted(client, firm, place)).status_code == 201
    async with ground.database.reading() as db:
        row = await db.get_one(Application, id_of(place))
        case = SimpleNamespace(
            id=row.id,
            application_id=row.id,
            cycle_id=row.cycle_id,
            track=row.track,
            form=row.form,
            credit_code="91320211MA1P2R3T49",
        )
        assert await lacking(db, [case]) == {row.id: []}
        case.form = {k: v for k, v in row.form.items() if k != "contact_name"}
        (gap,) = (await lacking(db, [case]))[row.id]
    assert gap.pointer == "/form/contact_name"


async def test_nobodys_word_mends_what_form_and_documents_lack(
    ground: Ground, client: AsyncClient
) -> None:
    office, entries = await with_cure(ground, 2)
    without_a_name = await undeclared(office)
    await file_all(office, next(iter(office.firms)))
    found = made(await screen(client, office, complete=True, **DRY))
    codes = [{why["code"] for why in found[entry]["reasons"]} for entry in entries]
    assert codes == [{"ground-needs-person", "file-lacks"}] * 2
    told = {
        entry: next(w["zh"] for w in found[entry]["reasons"] if w["code"] == "file-lacks")
        for entry in entries
    }
    asked = documents_asked(office.regulation, "organisation")
    assert all(document in told[entries[0]] for document in asked)
    assert "注册日期" in told[entries[1]], without_a_name
    refused = await screen(client, office, complete=True)
    assert refused.status_code == 409, refused.text
    assert (await decided(office), await cycle_log(office)) == (0, [])


async def test_entry_to_which_a_department_objects_needs_a_person(
    ground: Ground, client: AsyncClient, clock: MovableClock
) -> None:
    tree: Any = load(BINHU)
    stage = next(stage for stage in tree["stages"] if stage["key"] == "eligibility")
    stage["consults"] = CONSULTED["consults"][:1]
    office = await make_office(ground, regulation_text=dump(tree))
    (objected, quiet) = [entry for _, entry in await entries_in(office, "eligibility", 2)]
    for entry, said in ((objected, "objection"), (quiet, "objection"), (quiet, "no_objection")):
        clock.move(seconds=1)
        assert (await say(client, office, entry, said=said)).status_code == 201
    found = made(await screen(client, office, **DRY))
    assert {entry: each["decision"] for entry, each in found.items()} == {
        objected: None,
        quiet: "eligible",
    }
    assert [why["code"] for why in found[objected]["reasons"]] == ["department-objected"]
    log = await cycle_log(office)
    refused = await screen(client, office)
    assert (refused.status_code, refused.json()["code"]) == (409, "entry-needs-person")
    assert "市税务局" in refused.text
    assert (await decided(office), await cycle_log(office)) == (0, log)


async def test_nobody_decides_on_those_they_have_an_interest_in_nor_elsewhere(
    ground: Ground, client: AsyncClient
) -> None:
    office, (entry,) = await screened(ground)
    biased = await interested_clerk(office)
    assert made(await screen(client, office, by=biased)) == {}
    hidden = await screen(client, office, entry, by=biased)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "entry-not-found")
    for caller in (office.supervisor, next(iter(office.firms.values())).speaker):
        refused = await screen(client, office, by=caller)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    closed = await screen(client, office, key="intake")
    assert (closed.status_code, closed.json()["code"]) == (409, "not-a-screening")
    assert (await decided(office), await cycle_log(office)) == (0, [])


async def test_many_cost_as_many_statements_as_one(ground: Ground, client: AsyncClient) -> None:
    office, _ = await screened(ground)
    await screen(client, office)  # reads the regulation, which a worker keeps
    costs = []
    for count in (1, 3):
        office, entries = await screened(ground, count)
        with counting(ground) as sent:
            assert len(made(await screen(client, office))) == count
        costs.append(len(sent))
        async with ground.database.reading() as db:
            kept = select(ScreenedGround).where(ScreenedGround.entry_id.in_(entries))
            assert len((await db.scalars(kept)).all()) == count * len(KEYS)
    assert costs[0] == costs[1]
    office, _ = await with_cure(ground, 1)
    await screen(client, office)
    costs = []
    for count in (1, 3):
        office, _ = await with_cure(ground, count)
        await file_all(office)
        with counting(ground) as sent:
            assert len(made(await screen(client, office, complete=True))) == count
        costs.append(len(sent))
    assert costs[0] == costs[1]
