"""What can be read of calls? Everything, by everybody, once it is published."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.award.calls.models import CallEdition, CallFile
from app.award.calls.rules import CallUnknown, DownloadUnknown
from app.award.calls.schemas import CallLine, CallView, DownloadView, EditionView
from app.award.programmes.models import (
    CriteriaEdition,
    Cycle,
    CycleCriteria,
    CycleForm,
    FormEdition,
    Programme,
    RegulationEdition,
)
from app.platform.accounts.callers import Call
from app.platform.files.models import Upload
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging
from app.platform.security.access import fetch_view, visible_to
from app.platform.security.permission import Resource

CALL_RESOURCE = Resource(
    "call", scopes={"programme": Cycle.programme_id, "cycle": Cycle.id}, missing=CallUnknown
)
_LATER = aliased(CallEdition)
LAST = (
    CallEdition.edition
    == select(func.max(_LATER.edition))
    .where(_LATER.cycle_id == CallEdition.cycle_id)
    .scalar_subquery()
)
LINES = (
    select(
        CallEdition.id,
        CallEdition.cycle_id,
        Programme.name.label("programme"),
        Cycle.label.label("cycle"),
        CallEdition.edition,
        CallEdition.title,
        CallEdition.document,
        CallEdition.published_at,
        CallEdition.digest,
    )
    .join(Cycle, Cycle.id == CallEdition.cycle_id)
    .join(Programme, Programme.id == Cycle.programme_id)
)
YAML, JSON = "application/yaml", "application/json"


async def list_calls(call: Call, paging: Paging) -> Page[CallLine]:
    """The last edition of every call, newest first; one statement."""
    return await newest_first(
        call.db,
        LINES.where(LAST, visible_to(call.actor, CALL_RESOURCE)),
        paging,
        at=CallEdition.published_at,
        identity=CallEdition.id,
        view=CallLine.of,
    )


async def call_view(call: Call, *which: Any) -> CallView:
    """One edition of a call with all that goes with it, or CallUnknown; two statements."""
    statement = LINES.add_columns(CallEdition.text, CallEdition.reason, CallEdition.content).where(
        *which
    )
    row = (await fetch_view(call.db, call.actor, CALL_RESOURCE, statement)).it
    editions = await call.db.scalars(
        select(CallEdition)
        .where(CallEdition.cycle_id == row.cycle_id)
        .order_by(CallEdition.edition)
    )
    return CallView.of(
        row,
        downloads=[_of_content(row), *downloads_in(row.content)],
        editions=[EditionView.of(one) for one in editions],
    )


def downloads_in(content: str) -> list[DownloadView]:
    """The downloads that the canonical text of a call names."""
    return [DownloadView.model_validate(each) for each in json.loads(content)["downloads"]]


def _of_content(row: Any) -> DownloadView:
    octets = row.content.encode()
    return DownloadView(
        key="call",
        name="启动通知.json",
        media_type=JSON,
        size=len(octets),
        sha256=row.digest.removeprefix("sha256:"),
    )


async def download_of(call: Call, call_id: UUID, key: str) -> tuple[DownloadView, bytes | Upload]:
    """A download of a call: its bytes, or the upload whose bytes are in the store. Raises
    CallUnknown, DownloadUnknown.
    """
    view = await call_view(call, CallEdition.id == call_id)
    named = {each.key: each for each in view.downloads}
    if key not in named:
        raise DownloadUnknown
    if key == "call":
        text = await call.db.scalar(select(CallEdition.content).where(CallEdition.id == call_id))
        return named[key], (text or "").encode()
    upload = await call.db.scalar(
        select(Upload)
        .join(CallFile, CallFile.upload_id == Upload.id)
        .where(CallFile.call_id == call_id, CallFile.key == key)
    )
    if upload is not None:
        return named[key], upload
    texts = await texts_of(call.db, view.cycle_id)
    return named[key], texts[key][2].encode()


async def texts_of(db: AsyncSession, cycle_id: UUID) -> dict[str, tuple[str, str, str]]:
    """The texts that a cycle has pinned for ever, by key: the name of the file, its media type and
    its text. Regulation, criteria and forms; three statements.
    """
    regulation = (
        await db.execute(
            select(RegulationEdition.title, RegulationEdition.text)
            .join(Cycle, Cycle.regulation_hash == RegulationEdition.hash)
            .where(Cycle.id == cycle_id)
        )
    ).one()
    found = {"regulation": (f"{regulation.title}.yaml", YAML, regulation.text)}
    criteria = await db.execute(
        select(CriteriaEdition.code, CriteriaEdition.name, CriteriaEdition.text)
        .join(CycleCriteria, CycleCriteria.criteria_hash == CriteriaEdition.hash)
        .where(CycleCriteria.cycle_id == cycle_id)
        .order_by(CriteriaEdition.code)
    )
    found |= {f"criteria-{row.code}": (f"{row.name}.yaml", YAML, row.text) for row in criteria}
    forms = await db.execute(
        select(CycleForm.track, FormEdition.name, FormEdition.text)
        .join(FormEdition, FormEdition.hash == CycleForm.form_hash)
        .where(CycleForm.cycle_id == cycle_id)
        .order_by(CycleForm.track)
    )
    return found | {
        f"form-{row.track}": (f"{row.name}（{row.track}）.yaml", YAML, row.text) for row in forms
    }
