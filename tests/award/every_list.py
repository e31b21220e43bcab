"""A world in which every list has rows, and where each of them is found."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from httpx import AsyncClient
from sqlalchemy import select

from app.award.deliberation.models import Motion
from app.award.documents.kinds import DocumentKind
from app.award.documents.models import DocumentDelivery, OfficeDocument, Way
from app.award.endorsement.models import ListedBody
from app.award.judging.models import Panel
from app.award.programmes.models import Authority, Programme, RegulationEdition
from app.award.publicity.models import Notice
from app.award.records.models import Record
from app.award.representation.lifecycle import MandateStatus
from app.award.representation.models import Mandate
from app.award.representation.rules import MandateKind
from app.award.roles import Role
from app.award.screening.models import Consultation
from app.award.stages.models import Entry
from app.platform.accounts.models import Portal, PortalSignature, SignInSession
from app.platform.audit.checkpoints import checkpoint
from app.platform.audit.models import log_key
from app.platform.audit.record import record
from app.platform.db.base import Model
from app.platform.ground import Ground
from app.platform.notifications.models import Notification, Wording
from app.platform.security.permission import Actor
from app.wiring import POLICY
from tests.award.applications.cycles import colleague, drafted, put_section
from tests.award.deliberation.meeting import convene, minutes
from tests.award.endorsement.desk import KEY, desk_of
from tests.award.granting.steps import award, come_to
from tests.award.judging.bench import judge_all, make_bench
from tests.award.publicity.steps import board, objected, posted
from tests.award.screening.curing import asked, entered
from tests.award.world import called, uploaded
from tests.factories import (
    Caller,
    Office,
    close,
    entries_in,
    give_role,
    make_caller,
    make_firm,
    make_office,
    stage_row,
)

SAID = ["cycle-suspended", "cycle-resumed", "cycle-extended"]


@dataclass
class Lists:
    """Where each list is found, by operation, with somebody who may read it."""

    paths: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def at(self, operation: str, path: str, caller: Caller | None = None) -> None:
        self.paths[operation] = (path, caller.auth if caller else {})


async def keep(ground: Ground, *rows: Model) -> None:
    async with ground.database.writing() as db:
        for row in rows:
            db.add(row)
            await db.flush()


async def make_lists(ground: Ground, client: AsyncClient, count: int) -> Lists:
    """A world with `count` rows of everything."""
    lists = Lists()
    await _people(ground, lists, count)
    await _programmes(ground, lists, count)
    await _drafts(ground, client, lists, count)
    await _judging(ground, client, lists, count)
    await _committee(ground, client, lists, count)
    await _recommendations(ground, client, lists, count)
    await _cures(ground, client, lists, count)
    await _documents(ground, lists, count)
    await _publicity(ground, client, lists, count)
    await _awards(ground, client, lists, count)
    return lists


async def _people(ground: Ground, lists: Lists, count: int) -> None:
    security = await make_caller(ground, (Role.SECURITY_ADMINISTRATOR, None))
    speaker = await make_caller(ground)
    for _ in range(count):
        await give_role(ground, speaker, Role.APPLICANT, (await make_firm(ground)).id)
    told: dict[str, Any] = {"template": "template", "params": {}, "title": "通知", "text": "您好。"}
    now = ground.clock()
    await keep(
        ground,
        *(Notification(person_id=speaker.person_id, created_at=now, **told) for _ in range(count)),
    )
    later = now + timedelta(days=1)
    await keep(
        ground,
        *(
            SignInSession(account_id=speaker.account_id, created_at=now, expires_at=later)
            for _ in range(count)
        ),
    )
    lists.at("list_accounts", "/accounts", security)
    system = await make_caller(ground, (Role.SYSTEM_ADMINISTRATOR, None))
    terms = {"proving": [], "until": now, "created_at": now}
    portals = [Portal(id=uuid4(), name=uuid4().hex, **terms) for _ in range(count)]
    key = {"kid": "k", "public_key": "{}", "since": now, "added_at": now}
    await keep(ground, *portals)
    await keep(ground, *(PortalSignature(portal_id=portal.id, **key) for portal in portals))
    lists.at("list_portals", "/portals", system)
    lists.at("list_sessions", "/auth/sessions", speaker)
    lists.at("list_organisations", "/organisations", speaker)
    office = await make_office(ground)
    firms = [await make_firm(ground) for _ in range(count)]
    await keep(
        ground,
        *(
            Mandate(
                programme_id=office.programme_id,
                organisation_id=firm.id,
                credit_code=firm.credit_code,
                person_id=speaker.person_id,
                kind=MandateKind.ADMINISTRATOR,
                status=MandateStatus.CLAIMED,
                created_at=now,
            )
            for firm in firms
        ),
    )
    lists.at("list_mandates", "/mandates", speaker)
    desk = f"/programmes/{office.programme_id}/mandates"
    lists.at("list_programme_mandates", desk, office.clerk)
    lists.at("list_notifications", "/notifications", speaker)
    await keep(ground, *(uploaded(ground, speaker.person_id) for _ in range(count)))
    lists.at("list_uploads", "/uploads", speaker)


async def _programmes(ground: Ground, lists: Lists, count: int) -> None:
    now = ground.clock()
    for _ in range(count):
        name = uuid4().hex
        authority = Authority(id=uuid4(), name=name, created_at=now)
        programme = Programme(authority_id=authority.id, name=name, created_at=now)
        edition = RegulationEdition(hash=name, code="code", title="办法", text="", created_at=now)
        await keep(ground, authority, programme, edition)
    lists.at("list_authorities", "/authorities")
    lists.at("list_programmes", "/programmes")
    lists.at("list_regulations", "/regulations")


async def _drafts(ground: Ground, client: AsyncClient, lists: Lists, count: int) -> None:
    """A section that two people have saved in turn."""
    _, firm, place = await drafted(ground, client)
    people = [firm.speaker, await colleague(ground, firm)]
    for number in range(count):
        answers, tag = {"contact_name": f"李{number}"}, f'"s{number}"'
        saved = await put_section(client, people[number % 2], place, "contact", answers, tag)
        assert saved.status_code == 200, saved.text
    lists.at("list_sections", f"{place}/sections", firm.speaker)
    lists.at("read_private_answers", f"{place}/private-answers", firm.speaker)
    lists.at("list_revisions", f"{place}/sections/contact/revisions", firm.speaker)


async def _judging(ground: Ground, client: AsyncClient, lists: Lists, count: int) -> None:
    """One panel over all entries, its sheets locked, and panels that have none."""
    bench = await make_bench(ground, client, count=count)
    await judge_all(client, bench, [0, 50, 100])
    office, judge = bench.office, bench.judges[0]
    stage = await stage_row(ground, office, "documents")
    others = [f"第{place}组" for place in range(1, count)]
    now = ground.clock()
    await keep(ground, *(Panel(stage_id=stage.id, name=name, formed_at=now) for name in others))
    here, panel, clerk = office.path("/stages/documents"), f"/panels/{bench.panel_id}", office.clerk
    lists.at("list_applications", f"/applications?cycle={office.cycle_id}", clerk)
    lists.at("list_stages", office.path("/stages"))
    lists.at("list_entries", f"{here}/entries", clerk)
    lists.at("list_panels", f"{here}/panels", clerk)
    lists.at("list_experts", f"/programmes/{office.programme_id}/experts", clerk)
    lists.at("list_assignments", "/assignments", judge.caller)
    lists.at("list_disagreements", f"{panel}/disagreements", judge.caller)
    lists.at("list_scorebooks", f"{panel}/scorebooks", judge.caller)
    applicants = f"/experts/{judge.expert_id}/cycles/{office.cycle_id}/applicants"
    lists.at("list_applicants", applicants, judge.caller)


async def _committee(ground: Ground, client: AsyncClient, lists: Lists, count: int) -> None:
    """A confirmed motion on all entries, and motions of later rounds; as many seats."""
    meeting = await convene(ground, client, count, seats=count)
    assert (await meeting.record(minutes(meeting))).status_code == 201
    assert (await meeting.confirm()).status_code == 201
    office, now = meeting.office, ground.clock()
    stage = await stage_row(ground, office, "committee")
    rounds = range(2, count + 1)
    await keep(ground, *(Motion(stage_id=stage.id, round=one, created_at=now) for one in rounds))
    lists.at("list_motions", office.path("/motions"), office.head)
    lists.at("list_seats", office.path("/seats"), office.head)


async def _recommendations(ground: Ground, client: AsyncClient, lists: Lists, count: int) -> None:
    """As many entries routed to one body."""
    desk = await desk_of(ground, client, count=count)
    await desk.all_to_the_street()
    there = desk.office.path(f"/stages/{KEY}/recommendations")
    stage = await stage_row(ground, desk.office, KEY)
    authorities = [desk.street, desk.trade, desk.office.authority_id][:count]
    lines = [
        ListedBody(stage_id=stage.id, body="street", authority_id=one, areas=[], sectors=[])
        for one in authorities
    ]
    await keep(ground, *lines)
    lists.at("list_bodies", desk.office.path(f"/stages/{KEY}/bodies"), desk.office.clerk)
    lists.at("list_desk", "/recommendations", desk.at_street)
    lists.at("list_routings", there, desk.office.clerk)


async def _cures(ground: Ground, client: AsyncClient, lists: Lists, count: int) -> None:
    """As many entries called to cure."""
    office, entries = await entered(ground, count)
    for entry in entries:
        await asked(client, office, entry)
    stage = await stage_row(ground, office, "eligibility")
    for number in range(count):
        letter = Consultation(
            stage_id=stage.id,
            round=1,
            department=f"第{number}局",
            authority_id=office.authority_id,
            document="函",
            asked_by=office.clerk.person_id,
            asked_at=ground.clock(),
        )
        await keep(ground, letter)
    lists.at("list_consultations", "/consultations", office.clerk)
    lists.at("list_cures", f"/cures?cycle={office.cycle_id}", office.clerk)


async def _documents(ground: Ground, lists: Lists, count: int) -> None:
    """As many letters to one applicant, each delivered."""
    office = await make_office(ground)
    ((_, entry),) = await entries_in(office, "eligibility", 1)
    firm, now = next(iter(office.firms.values())), ground.clock()
    for number in range(count):
        letter = OfficeDocument(
            id=uuid4(),
            code=uuid4().hex[:8],
            programme_id=office.programme_id,
            cycle_id=office.cycle_id,
            entry_id=entry,
            organisation_id=firm.id,
            kind=DocumentKind.CURE,
            title="补正通知书",
            text="",
            status="sent",
            author_id=office.clerk.person_id,
            drafted_at=now,
            number=f"滨质奖办〔2026〕{number}号",
            dated=now.date(),
            year=now.year,
            signed_by=office.head.person_id,
        )
        delivery = DocumentDelivery(
            document_id=letter.id,
            way=Way.HAND,
            delivered_on=now.date(),
            recorded_by=office.clerk.person_id,
            recorded_at=now,
        )
        await keep(ground, letter, delivery)
    lists.at("list_documents", office.path("/documents"), office.clerk)
    lists.at("list_letters", "/letters", firm.speaker)
    templates = f"/programmes/{office.programme_id}/templates"
    lists.at("list_document_templates", templates, office.clerk)


async def _publicity(ground: Ground, client: AsyncClient, lists: Lists, count: int) -> None:
    """A posted notice with an objection to every line, and posted ones of later rounds."""
    at = await board(ground, count)
    await posted(client, at)
    for place in range(count):
        await objected(client, at, place)
    stage, now = await stage_row(ground, at.office, "notice"), ground.clock()
    words = ("title", "text", "contact_name", "contact_phone", "contact_address", "channel", "url")
    frozen = {"content": "{}", "digest": "sha256", "posted_at": now, "ends_at": now}
    days = {"first_day": now.date(), "last_day": now.date(), "provisional": False}
    later = [
        Notice(
            stage_id=stage.id,
            round=round_,
            code=uuid4().hex[:8],
            status="posted",
            created_at=now,
            **dict.fromkeys(words, "公示"),
            **frozen,
            **days,
        )
        for round_ in range(2, count + 1)
    ]
    await keep(ground, *later)
    lists.at("list_notices", "/notices")
    lists.at("list_cycle_notices", at.office.path("/notices"), at.office.clerk)
    lists.at("list_objections", at.office.path("/objections"), at.office.head)


async def _awards(ground: Ground, client: AsyncClient, lists: Lists, count: int) -> None:
    """Awards for all, and what goes with them: results, honours on record, the log."""
    finish = await come_to(ground, "grant", count)
    office, now = finish.office, ground.clock()
    assert (await award(client, finish)).status_code == 201
    assert (await close(client, office, "grant")).status_code == 200
    await _logged(office, count)
    more: dict[str, Any] = {
        "programme_id": office.programme_id,
        "credit_code": finish.firm(0).credit_code,
        "kind": "incident",
        "what": "quality",
        "on": date(2025, 1, 1),
        "evidence": "锡市监罚〔2025〕31号",
        "entered_by": office.clerk.person_id,
        "entered_at": now,
    }
    await keep(ground, *(Record(**more) for _ in range(count)))
    eligibility = await stage_row(ground, office, "eligibility")
    async with ground.database.reading() as db:
        entry = select(Entry.id).where(Entry.application_id == finish.applications[0])
        screened = await db.scalar(entry.where(Entry.stage_id == eligibility.id))
    lists.at("list_cycles", "/cycles")
    lists.at("list_cycle_criteria", office.path("/criteria"))
    for what in ("grounds", "groups", "opinions"):
        lists.at(f"list_{what}", f"/entries/{screened}/{what}", office.clerk)
    lists.at("list_records", f"/programmes/{office.programme_id}/records", office.clerk)
    lists.at("list_awards", office.path("/awards"))
    for _ in range(count):
        await keep(office.ground, called(await make_office(office.ground), office.head.person_id))
    lists.at("list_calls", "/public/calls")
    lists.at("list_results", f"/public/results?cycle={office.cycle_id}")
    await _said(office, count)
    words = f"/programmes/{office.programme_id}/wordings"
    lists.at("list_wordings", words, office.clerk)
    lists.at("list_wording_versions", f"{words}/{SAID[0]}", office.clerk)
    lists.at("list_messages", office.path("/messages"), office.clerk)
    lists.at("read_log", office.path("/log"), office.supervisor)
    lists.at("list_checkpoints", f"/public/log/checkpoints?log={office.cycle_id}")


async def _said(office: Office, count: int) -> None:
    """Messages in the office's own words: one message each, and versions of the first."""
    ground, now, head = office.ground, office.ground.clock(), office.head.person_id
    told = [(key, 1) for key in SAID[:count]] + [(SAID[0], each + 2) for each in range(count - 1)]
    own = {"scope_id": office.programme_id, "set_by": head, "set_at": now, "language": "zh"}
    words = {"title": "题", "text": "文"}
    await keep(ground, *(Wording(template=k, version=v, **own, **words) for k, v in told))
    base = {"person_id": head, "about": office.cycle_id, "template": SAID[0], "params": {}}
    await keep(ground, *(Notification(**base, **words, created_at=now) for _ in range(count)))


async def _logged(office: Office, count: int) -> None:
    """Acts in the log of the cycle, each under a checkpoint of its own."""
    ground, now = office.ground, office.ground.clock()
    clerk = Actor(POLICY, office.clerk.person_id)
    for _ in range(count):
        async with ground.database.writing() as db:
            record(db, clerk, "cycle:plan", subject=office.cycle_id, now=now, log=office.cycle_id)
            await checkpoint(db, log_key(office.cycle_id), "test", now, ground.keys)
