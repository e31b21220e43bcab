"""Submitted applications with the content that a submission would have frozen."""

from uuid import UUID

from sqlalchemy import update

from app.award.applications.asking import asked_of
from app.award.applications.models import Application
from app.award.applications.receipts import content_of
from app.award.copies.queries import SHOWN
from app.proof.canonical import digest_text
from tests.factories import Firm, Office, make_submitted


async def make_frozen(office: Office, firm: Firm) -> UUID:
    application = await make_submitted(office, firm)
    async with office.ground.database.writing() as db:
        row = (await db.execute(SHOWN.where(Application.id == application))).one()
        asked = await asked_of(db, row.cycle_id, row.track)
        content = content_of(row, row.form, [], asked)
        await db.execute(
            update(Application)
            .where(Application.id == application)
            .values(content=content, digest=digest_text(content))
        )
    return application
