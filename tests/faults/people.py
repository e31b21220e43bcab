"""Who and what the tests of faults need: drafts that only wait for their submission."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application, Attachment
from app.award.invariants import Broken, broken
from app.award.stages.lifecycle import StageStatus
from app.award.stages.models import Stage
from app.platform.files.models import FileState
from app.platform.ground import Ground
from app.rules.regulation.stages import Intake
from tests.factories import Firm, Office, accept_agent

FORM = {
    "registered_on": "2009-06-18",
    "employees": 420,
    "industry": "C34",
    "contact_name": "李四",
    "facts": {},
}


async def wrongs(ground: Ground) -> set[Broken]:
    """Every invariant that does not hold."""
    async with ground.database.reading() as db:
        return set(await broken(db))


@asynccontextmanager
async def intact(ground: Ground) -> AsyncIterator[None]:
    """What is done in the block leaves no invariant broken that held before."""
    before = await wrongs(ground)
    yield
    assert await wrongs(ground) - before == set()


async def open_intake(office: Office, closes_at: datetime | None = None) -> UUID:
    """The intake is open, until then; gives its id."""
    async with office.ground.database.writing() as db:
        stage = await db.scalar(
            select(Stage).where(Stage.cycle_id == office.cycle_id, Stage.key == "intake")
        )
        assert stage is not None
        stage.status, stage.opened_at = StageStatus.OPEN, stage.opens_at
        stage.closes_at = closes_at or stage.closes_at
        return stage.id


async def close_at(office: Office, at: datetime) -> None:
    """Move the deadline of the intake."""
    async with office.ground.database.writing() as db:
        await db.execute(
            update(Stage)
            .where(Stage.cycle_id == office.cycle_id, Stage.key == "intake")
            .values(closes_at=at)
        )


async def complete_drafts(office: Office, firms: Sequence[Firm]) -> list[UUID]:
    """One draft for each of the firms, with everything that the regulation asks for."""
    now = office.ground.clock()
    rule = next(stage for stage in office.regulation.stages if isinstance(stage, Intake))
    made: list[UUID] = []
    async with office.ground.database.writing() as db:
        for firm in firms:
            application = Application(
                code=f"SB-{uuid4().hex[:8].upper()}",
                cycle_id=office.cycle_id,
                organisation_id=firm.id,
                drafted_by=firm.speaker.person_id,
                track="organisation",
                status=ApplicationStatus.DRAFT,
                entry_key=str(firm.id),
                form=FORM,
                created_at=now,
            )
            db.add(application)
            await db.flush()
            made.append(application.id)
            db.add_all(
                Attachment(
                    application_id=application.id,
                    document=document,
                    file_name=f"{document}.pdf",
                    media_type="application/pdf",
                    size=5,
                    sha256=uuid4().hex * 2,
                    state=FileState.STORED,
                    created_at=now,
                    stored_at=now,
                )
                for document in (each.name for each in rule.documents)
            )
    for firm in {firm.id: firm for firm in firms}.values():
        await accept_agent(office.ground, firm, firm.speaker)
    return made
