"""Cycles of the tests whose forms are pinned, as `open_cycle` pins them."""

from app.award.programmes.models import CycleForm, FormEdition
from app.catalogue import loader
from app.platform.ground import Ground
from app.proof.canonical import digest_text
from tests.factories import Office


async def pinned(
    ground: Ground, office: Office, code: str = "application-2023", track: str = "organisation"
) -> None:
    """The track of the office's cycle fills in this form."""
    text = loader.form_text(code)
    name = digest_text(text)
    async with ground.database.writing() as db:
        if await db.get(FormEdition, name) is None:
            edition = {"code": code, "name": loader.form_set(code).name, "text": text}
            db.add(FormEdition(hash=name, created_at=ground.clock(), **edition))
            await db.flush()
        db.add(CycleForm(cycle_id=office.cycle_id, track=track, form_hash=name, assumed=True))
