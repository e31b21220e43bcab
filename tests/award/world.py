"""A small world with a row of everything that can be read, and every kind of person to read it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select, update

from app.award.applications.models import Application
from app.award.applications.queries import APPLICATION_RESOURCE
from app.award.calls.models import CallEdition
from app.award.calls.queries import CALL_RESOURCE
from app.award.deliberation.models import Motion
from app.award.deliberation.queries import MOTION_RESOURCE
from app.award.documents.models import DocumentDelivery, OfficeDocument
from app.award.documents.queries import DOCUMENT_RESOURCE, LETTER_RESOURCE
from app.award.endorsement.models import Routing
from app.award.endorsement.queries import ROUTING_RESOURCE
from app.award.events.queries import EVENT_RESOURCE, TOLD, events
from app.award.granting.models import Approval, ApprovalDecision, Award, GrantDecision
from app.award.granting.queries import (
    APPROVAL_RESOURCE,
    AWARD_RESOURCE,
    BONUS_RESOURCE,
    DECISION_RESOURCE,
)
from app.award.judging.models import Assignment, Expert, Member, Panel, PanelEntry
from app.award.judging.queries import (
    ASSIGNMENT_RESOURCE,
    EXPERT_RESOURCE,
    PANEL_RESOURCE,
    assignments,
)
from app.award.office.queries import MESSAGE_RESOURCE
from app.award.programmes.models import Authority, Cycle, Programme
from app.award.programmes.queries import AUTHORITY, CYCLE_RESOURCE, PROGRAMME
from app.award.publicity.models import Notice, Objection
from app.award.publicity.queries import NOTICE_RESOURCE, OBJECTION_RESOURCE
from app.award.records.models import Conflict
from app.award.representation.lifecycle import MandateStatus
from app.award.representation.models import Mandate
from app.award.representation.queries import MANDATE_RESOURCE
from app.award.representation.rules import MandateKind
from app.award.roles import SCOPE, Role
from app.award.scoring.models import Scorebook, Sheet
from app.award.scoring.queries import SHEET_RESOURCE, sheets
from app.award.scoring.scorebook_queries import SCOREBOOK_RESOURCE, scorebooks
from app.award.screening.consultation_queries import CONSULTATION_RESOURCE
from app.award.screening.cure_queries import CURE_RESOURCE
from app.award.screening.models import Consultation, Cure
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.queries import ENTRY_RESOURCE, STAGE_RESOURCE
from app.platform.accounts.models import Account, Organisation, Portal
from app.platform.accounts.queries import ACCOUNT_RESOURCE, ORGANISATION
from app.platform.accounts.queries import PORTAL as PORTAL_RESOURCE
from app.platform.audit.models import AuditEvent
from app.platform.audit.record import record
from app.platform.db.base import Model
from app.platform.files.models import Upload
from app.platform.ground import Ground
from app.platform.inbox.queries import INBOX
from app.platform.jobs.models import Job
from app.platform.notifications.models import Notification
from app.platform.progress.queries import JOB_RESOURCE
from app.platform.security.permission import SERVICE, Actor, Resource
from app.platform.uploads.queries import UPLOAD_RESOURCE
from app.wiring import POLICY
from tests.factories import Firm, Office, entries_in, make_caller, make_office, stage_row


@dataclass(frozen=True)
class Readable:
    """A resource, and its rows: the id first, joined with whatever its expressions speak of."""

    resource: Resource
    rows: Select[Any]


def at_stage(identity: Any, stage: Any) -> Select[Any]:
    """Rows that belong to a stage, joined with it and its cycle."""
    return select(identity).join(Stage, Stage.id == stage).join(Cycle, Cycle.id == Stage.cycle_id)


def at_entry(identity: Any, entry: Any) -> Select[Any]:
    """Rows that belong to an entry, joined with it, its stage and its cycle."""
    return (
        select(identity)
        .join(Entry, Entry.id == entry)
        .join(Stage, Stage.id == Entry.stage_id)
        .join(Cycle, Cycle.id == Stage.cycle_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
    )


READABLE = [
    Readable(ACCOUNT_RESOURCE, select(Account.id)),
    Readable(PORTAL_RESOURCE, select(Portal.id)),
    Readable(ORGANISATION, select(Organisation.id)),
    Readable(INBOX, select(Notification.id)),
    Readable(UPLOAD_RESOURCE, select(Upload.id)),
    Readable(MESSAGE_RESOURCE, select(Notification.id).join(Cycle, Cycle.id == Notification.about)),
    Readable(JOB_RESOURCE, select(Job.id)),
    Readable(AUTHORITY, select(Authority.id)),
    Readable(PROGRAMME, select(Programme.id)),
    Readable(CALL_RESOURCE, select(CallEdition.id).join(Cycle, Cycle.id == CallEdition.cycle_id)),
    Readable(CYCLE_RESOURCE, select(Cycle.id)),
    Readable(STAGE_RESOURCE, select(Stage.id).join(Cycle, Cycle.id == Stage.cycle_id)),
    Readable(ENTRY_RESOURCE, at_stage(Entry.id, Entry.stage_id)),
    Readable(CONSULTATION_RESOURCE, at_stage(Consultation.id, Consultation.stage_id)),
    Readable(
        CURE_RESOURCE,
        at_entry(Cure.id, Cure.entry_id).join(Application, Application.id == Entry.application_id),
    ),
    Readable(APPLICATION_RESOURCE, select(Application.id).join(Cycle)),
    Readable(MANDATE_RESOURCE, select(Mandate.id)),
    Readable(ROUTING_RESOURCE, at_entry(Routing.id, Routing.entry_id)),
    Readable(EXPERT_RESOURCE, select(Expert.id)),
    Readable(PANEL_RESOURCE, at_stage(Panel.id, Panel.stage_id)),
    Readable(ASSIGNMENT_RESOURCE, assignments(Assignment.id)),
    Readable(SHEET_RESOURCE, sheets(Sheet.id)),
    Readable(SCOREBOOK_RESOURCE, scorebooks(Scorebook.id)),
    Readable(MOTION_RESOURCE, at_stage(Motion.id, Motion.stage_id)),
    Readable(NOTICE_RESOURCE, at_stage(Notice.id, Notice.stage_id)),
    Readable(OBJECTION_RESOURCE, at_entry(Objection.id, Objection.entry_id)),
    Readable(APPROVAL_RESOURCE, at_stage(Approval.id, Approval.stage_id)),
    Readable(DECISION_RESOURCE, at_entry(ApprovalDecision.entry_id, ApprovalDecision.entry_id)),
    Readable(DOCUMENT_RESOURCE, select(OfficeDocument.id)),
    Readable(LETTER_RESOURCE, select(OfficeDocument.id)),
    Readable(AWARD_RESOURCE, at_entry(Award.id, Award.entry_id)),
    Readable(BONUS_RESOURCE, at_entry(Award.id, Award.entry_id)),
    Readable(EVENT_RESOURCE, events(AuditEvent.id)),
]


PANEL = {
    Role.JUDGE: True,  # the leader
    f"{Role.JUDGE} in both": True,
    f"{Role.JUDGE}, interested": True,
    "judge without a panel": False,
}
"""Enrolled experts, and whether they sit on the panel."""


@dataclass(frozen=True)
class World:
    """`here` runs a cycle with two firms in it; `there` is another office, still planning."""

    here: Office
    there: Office
    firm: Firm
    rival: Firm
    actors: dict[str, Actor]


async def make_world(ground: Ground) -> World:
    here, there = await make_office(ground), await make_office(ground, launched=False)
    entered = await entries_in(here, "documents", 2)
    firm, rival = (here.firms[application] for application, _ in entered)
    entries = [entry for _, entry in entered]
    actors = await _actors(ground, here, there, firm, rival)
    await _draft(here, firm)
    await _begun_by(ground, rival, actors[f"{Role.APPLICANT} elsewhere"])
    await _keep(
        ground, *(uploaded(ground, actors[role].person_id) for role in (Role.APPLICANT, Role.CLERK))
    )
    await _keep(ground, called(here, actors["clerk"].person_id))
    told = (Role.APPLICANT, Role.CLERK)
    await _keep(ground, *(_told(ground, actors[role], about=here.cycle_id) for role in told))
    await _keep(ground, *(_told(ground, actors[role], about=None) for role in told))
    await _keep(ground, *(_asked(ground, actors[role]) for role in told))
    await _keep(ground, *(_routed(here, entry, actors["clerk"]) for entry in entries))
    await _keep(ground, await _consultation(here, actors["clerk"]))
    await _keep(ground, *(_cure(here, entry, actors["clerk"]) for entry in entries))
    await _keep(ground, *mandates(here, firm, rival, actors))
    await _judging(here, entries, actors)
    await _committee(here, entered, actors["clerk"])
    await _publicity(here, entries)
    await _documents(here, entries, actors[Role.CLERK])
    await _granting(here, entries, actors["approver"])
    await _events(here, there, [application for application, _ in entered], actors["clerk"])
    return World(here, there, firm, rival, actors)


async def _keep(ground: Ground, *rows: Model) -> None:
    async with ground.database.writing() as db:
        for row in rows:
            db.add(row)
            await db.flush()


def _routed(office: Office, entry: UUID, clerk: Actor) -> Routing:
    return Routing(
        entry_id=entry,
        body="street",
        authority_id=office.authority_id,
        routed_by=clerk.person_id,
        routed_at=office.ground.clock(),
    )


async def _consultation(office: Office, clerk: Actor) -> Consultation:
    stage = await stage_row(office.ground, office, "eligibility")
    return Consultation(
        stage_id=stage.id,
        round=1,
        department="市税务局",
        authority_id=office.authority_id,
        document="函〔2026〕1号",
        asked_by=clerk.person_id,
        asked_at=office.ground.clock(),
    )


def _cure(office: Office, entry: UUID, clerk: Actor) -> Cure:
    now = office.ground.clock()
    return Cure(
        entry_id=entry,
        number=1,
        document="补〔2026〕1号",
        last_day=now.date(),
        ends_at=now,
        issued_by=clerk.person_id,
        issued_at=now,
    )


async def _judging(office: Office, entries: list[UUID], actors: dict[str, Actor]) -> None:
    """A panel of three over both entries: a leader, a member, and one with an interest."""
    ground, now = office.ground, office.ground.clock()
    stage = await stage_row(ground, office, "documents")
    panel = Panel(id=uuid4(), stage_id=stage.id, name="第一组", formed_at=now)
    await _keep(ground, panel)
    await _keep(ground, *(PanelEntry(entry_id=entry, panel_id=panel.id) for entry in entries))
    await _keep(ground, *(Scorebook(panel_id=panel.id, entry_id=entry) for entry in entries))
    for name, seated in PANEL.items():
        expert = Expert(
            id=uuid4(),
            programme_id=office.programme_id,
            person_id=actors[name].person_id,
            industries=["C34"],
            qualification="高级工程师",
            enrolled_at=now,
        )
        await _keep(ground, expert)
        if seated:
            leads = name == Role.JUDGE
            await _keep(ground, Member(panel_id=panel.id, expert_id=expert.id, leader=leads))
            for entry in entries:
                assignment = Assignment(
                    id=uuid4(), panel_id=panel.id, entry_id=entry, expert_id=expert.id
                )
                await _keep(ground, assignment, Sheet(assignment_id=assignment.id))


async def _committee(office: Office, entered: list[tuple[UUID, UUID]], recorder: Actor) -> None:
    """A motion on both firms, recorded by the clerk, and one of an earlier round, confirmed."""
    ground, now = office.ground, office.ground.clock()
    stage = await stage_row(ground, office, "committee")
    for round_, status in ((1, "confirmed"), (2, "recorded")):
        motion = Motion(
            stage_id=stage.id,
            round=round_,
            status=status,
            sitting=1,
            recorded_by=recorder.person_id,
            created_at=now,
        )
        await _keep(ground, motion)
    for application, _ in entered:
        entry = Entry(
            stage_id=stage.id,
            application_id=application,
            organisation_id=office.firms[application].id,
            round=2,
            track="organisation",
            entered_at=now,
        )
        await _keep(ground, entry)


async def _publicity(office: Office, entries: list[UUID]) -> None:
    """A posted notice with an objection to each entry, and a draft of a later round."""
    ground, now = office.ground, office.ground.clock()
    stage = await stage_row(ground, office, "notice")
    common: dict[str, Any] = {
        "stage_id": stage.id,
        "title": "公示",
        "text": "现予公示。",
        "contact_name": "评审办",
        "contact_phone": "0510-85000000",
        "contact_address": "滨湖区",
        "created_at": now,
    }
    posted = Notice(
        id=uuid4(),
        round=1,
        code=uuid4().hex[:8],
        status="posted",
        content="{}",
        digest="sha256",
        channel="官网",
        url="https://award.test/notice",
        posted_at=now,
        first_day=now.date(),
        last_day=now.date(),
        ends_at=now,
        provisional=False,
        **common,
    )
    await _keep(ground, posted, Notice(round=2, code=uuid4().hex[:8], **common))
    for entry in entries:
        objection = Objection(
            code=uuid4().hex[:8],
            notice_id=posted.id,
            entry_id=entry,
            statement="情况不实。",
            received_at=now,
        )
        await _keep(ground, objection)


async def _documents(office: Office, entries: list[UUID], author: Actor) -> None:
    """A document of the cycle, a letter to each firm that is delivered, and one that is not."""
    ground, now = office.ground, office.ground.clock()
    about: dict[str, Any] = {
        "programme_id": office.programme_id,
        "cycle_id": office.cycle_id,
        "title": "通知书",
        "text": "",
        "author_id": author.person_id,
        "drafted_at": now,
    }
    await _keep(ground, OfficeDocument(code=uuid4().hex[:8], kind="call", **about))
    async with ground.database.reading() as db:
        found = [await db.get_one(Entry, entry) for entry in entries]
    for entry in found:
        about |= {"entry_id": entry.id, "stage_id": entry.stage_id}
        about |= {"organisation_id": entry.organisation_id}
        await _keep(ground, OfficeDocument(code=uuid4().hex[:8], kind="cure", **about))
        letter = OfficeDocument(
            id=uuid4(),
            code=uuid4().hex[:8],
            kind="result",
            status="sent",
            number=uuid4().hex,
            dated=now.date(),
            year=now.year,
            signed_by=author.person_id,
            content="通知",
            digest="sha256",
            **about,
        )
        delivery = DocumentDelivery(
            document_id=letter.id,
            way="hand",
            delivered_on=now.date(),
            recorded_by=author.person_id,
            recorded_at=now,
        )
        await _keep(ground, letter, delivery)


async def _granting(office: Office, entries: list[UUID], approver: Actor) -> None:
    """Both entries approved. Awards stand at the eligibility, the one stage closed with outcomes,
    and one at a stage still open.
    """
    ground, now = office.ground, office.ground.clock()
    government = await stage_row(ground, office, "government")
    closed = await stage_row(ground, office, "eligibility")
    approval = Approval(
        id=uuid4(),
        stage_id=government.id,
        round=1,
        document="滨政发〔2026〕1号",
        meeting="常务会议",
        decided_on=now.date(),
        entered_by=approver.person_id,
        entered_at=now,
    )
    grant = GrantDecision(
        id=uuid4(),
        stage_id=closed.id,
        round=1,
        document="滨政发〔2026〕2号",
        decided_on=now.date(),
        entered_by=approver.person_id,
        entered_at=now,
    )
    await _keep(ground, approval, grant)
    for entry in entries:
        await _keep(
            ground, ApprovalDecision(entry_id=entry, approval_id=approval.id, approved=True)
        )
    async with ground.database.reading() as db:
        passed = (await db.scalars(select(Entry.id).where(Entry.stage_id == closed.id))).all()
    await _keep(ground, *(_award(grant.id, entry) for entry in [*passed, entries[0]]))


def _award(grant: UUID, entry: UUID) -> Award:
    return Award(
        grant_decision_id=grant,
        entry_id=entry,
        certificate_number=uuid4().hex,
        awardee="某公司",
        credit_code="code",
        tier="award",
        tier_name="区长质量奖",
        title="区长质量奖",
        certificate="jws",
        won_before=False,
        budget_funded=False,
        bonus_fen=50_000_000,
    )


async def _events(here: Office, there: Office, applications: list[UUID], clerk: Actor) -> None:
    """Every act that the feed tells, in the launched cycle and in the planned one."""
    ground, now = here.ground, here.ground.clock()
    async with ground.database.writing() as db:
        notices = await db.scalars(
            select(Notice.id)
            .join(Stage, Stage.id == Notice.stage_id)
            .where(Stage.cycle_id == here.cycle_id)
        )
        subjects = {
            "cycle": [here.cycle_id, there.cycle_id],
            "stage": [(await stage_row(ground, here, "documents")).id],
            "notice": list(notices),
            "application": applications,
        }
        for act in TOLD:
            for subject in subjects[act.split(":")[0]]:
                log = there.cycle_id if subject == there.cycle_id else here.cycle_id
                record(db, clerk, act, subject=subject, now=now, log=log)


def called(office: Office, by: UUID | None) -> CallEdition:
    """The call of an office's cycle, as published."""
    return CallEdition(
        cycle_id=office.cycle_id,
        edition=1,
        title="通知",
        text="正文",
        document="文1",
        content='{"downloads":[]}',
        digest="sha256:" + "0" * 64,
        published_by=by,
        published_at=office.ground.clock(),
    )


def _told(ground: Ground, addressee: Actor, *, about: UUID | None) -> Notification:
    return Notification(
        about=about,
        person_id=addressee.person_id,
        template="template",
        params={},
        title="通知",
        text="您好。",
        created_at=ground.clock(),
    )


def uploaded(ground: Ground, person: UUID | None) -> Upload:
    """An upload that waits for its bytes."""
    return Upload(
        person_id=person,
        purpose="mandate",
        file_name="授权书.pdf",
        media_type="application/pdf",
        size=100,
        sha256=uuid4().hex * 2,
        created_at=ground.clock(),
    )


def _asked(ground: Ground, owner: Actor) -> Job:
    now = ground.clock()
    return Job(kind="none", payload={}, created_at=now, run_after=now, owner_id=owner.person_id)


def mandates(here: Office, firm: Firm, rival: Firm, actors: dict[str, Actor]) -> list[Mandate]:
    """The firm's administrator, an agent and one invited, and a claim on the rival."""
    administrator, agent = actors[Role.APPLICANT], actors["clerk who works at the firm"]
    interested = actors[f"{Role.APPLICANT}, interested"]
    held = [
        (firm, administrator, MandateKind.ADMINISTRATOR, MandateStatus.ACCEPTED),
        (firm, interested, MandateKind.AGENT, MandateStatus.ACCEPTED),
        (firm, agent, MandateKind.AGENT, MandateStatus.INVITED),
        (rival, actors["without a role"], MandateKind.ADMINISTRATOR, MandateStatus.CLAIMED),
    ]
    return [
        Mandate(
            programme_id=here.programme_id,
            organisation_id=of.id,
            credit_code=of.credit_code,
            person_id=person.person_id,
            kind=kind,
            status=status,
            created_at=here.ground.clock(),
        )
        for of, person, kind, status in held
    ]


async def _begun_by(ground: Ground, firm: Firm, who: Actor) -> None:
    """Somebody without a mandate has begun what the firm applied with."""
    begun = update(Application).where(Application.organisation_id == firm.id)
    async with ground.database.writing() as db:
        await db.execute(begun.values(drafted_by=who.person_id))


async def _draft(office: Office, firm: Firm) -> None:
    async with office.ground.database.writing() as db:
        db.add(
            Application(
                code=f"SB-{uuid4().hex[:8].upper()}",
                cycle_id=office.cycle_id,
                organisation_id=firm.id,
                drafted_by=firm.speaker.person_id,
                track="organisation",
                entry_key=str(firm.id),
                created_at=office.ground.clock(),
            )
        )


async def actor(
    ground: Ground, *roles: tuple[str, UUID | None], interest_in: Firm | None = None
) -> Actor:
    """A person with these roles, and perhaps a declared conflict of interest."""
    caller = await make_caller(ground, *roles)
    if interest_in is not None:
        async with ground.database.writing() as db:
            db.add(
                Conflict(
                    person_id=caller.person_id,
                    organisation_id=interest_in.id,
                    interest="consultant",
                    declared_by=caller.person_id,
                    declared_at=ground.clock() - timedelta(days=1),
                )
            )
    held: dict[str, set[UUID | None]] = {}
    for role, scope in roles:
        held.setdefault(role, set()).add(scope)
    return Actor(
        POLICY,
        caller.person_id,
        caller.account_id,
        roles={role: frozenset(scopes) for role, scopes in held.items()},
    )


async def _actors(
    ground: Ground, here: Office, there: Office, firm: Firm, rival: Firm
) -> dict[str, Actor]:
    """Nobody, every role here and elsewhere, each with and without an interest, and mixtures."""
    ours = {
        "organisation": firm.id,
        "programme": here.programme_id,
        "cycle": here.cycle_id,
        "authority": here.authority_id,
        SERVICE: None,
    }
    others = {
        "organisation": rival.id,
        "programme": there.programme_id,
        "cycle": there.cycle_id,
        "authority": there.authority_id,
    }
    made = {"nobody": Actor(POLICY), "without a role": await actor(ground)}
    for role in Role:
        kind = SCOPE[role]
        made[role] = await actor(ground, (role, ours[kind]))
        made[f"{role}, interested"] = await actor(ground, (role, ours[kind]), interest_in=firm)
        if kind != SERVICE:
            made[f"{role} elsewhere"] = await actor(ground, (role, others[kind]))
            made[f"{role} in both"] = await actor(ground, (role, ours[kind]), (role, others[kind]))
    clerk = (Role.CLERK, here.programme_id)
    made["judge without a panel"] = await actor(ground, (Role.JUDGE, here.programme_id))
    made["clerk who works at the firm"] = await actor(ground, clerk, (Role.APPLICANT, firm.id))
    made["everything here"] = await actor(ground, *((role, ours[SCOPE[role]]) for role in Role))
    return made
