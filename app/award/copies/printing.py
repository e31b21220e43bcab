"""How is a copy printed, after the answer? By the work process, outside any transaction."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from app.award.applications.asking import FACTS, Asked, asked_of
from app.award.applications.models import Application
from app.award.applications.naming import intake_of
from app.award.copies import queries, rules
from app.award.copies.models import PrintedCopy
from app.award.copies.sections import SECRET, sections_of
from app.catalogue.loader import code_list
from app.platform.clock import legal_minute
from app.platform.documents.press import Press
from app.platform.files.naming import naming
from app.platform.ground import Ground
from app.platform.jobs.work import Task
from app.proof.canonical import digest_text

TEMPLATE = Path(__file__).parent / "templates" / "copy.typ"


def printing(press: Press) -> Task:
    """The task that prints copies on this press."""
    return partial(_print, press)


async def _print(press: Press, ground: Ground, payload: Mapping[str, Any]) -> None:
    """Print the application as it was when that was asked; of one that has changed since, what it
    is now. Done twice, there is one copy.
    """
    statement = queries.SHOWN.where(Application.id == UUID(payload["application"]))
    async with ground.database.reading() as db:
        row = (await db.execute(statement)).one()
        content = await queries.content_now(db, row)
        asked = await asked_of(db, row.cycle_id, row.track)
    at = datetime.fromisoformat(payload["at"])
    pdf = await press.pdf(TEMPLATE, document_of(row, content, asked), at)
    sha256 = await ground.files.keep_content(pdf)
    copy = {
        "id": uuid4(),
        "application_id": row.id,
        "digest": digest_text(content),
        "draft": queries.is_draft(row),
        "sha256": sha256,
        "size": len(pdf),
        "printed_at": at,
    }
    async with ground.database.writing() as db:
        await naming(db, sha256)
        await db.execute(insert(PrintedCopy).values(**copy).on_conflict_do_nothing())


def document_of(row: Any, content: str, asked: Asked) -> dict[str, Any]:
    """Everything that stands on the pages, as plain values."""
    draft = queries.is_draft(row)
    rule, _ = rules.sealed_copy(intake_of(asked.regulation, row.track))
    shown = json.loads(content)
    secrets = shown.get("secrets") or {}
    tracks = {track.key: track.name for track in asked.regulation.tracks}
    received = legal_minute(row.submitted_at) if row.submitted_at else "（未提交）"
    return {
        "title": f"{row.programme}申报表",
        "code": row.code,
        "cycle": row.cycle,
        "draft": draft,
        "digest_name": "草稿内容 SHA-256" if draft else "申报内容 SHA-256",
        "digest": digest_text(content).removeprefix(rules.SHA256),
        "cover": [
            ["申报编号", row.code],
            ["申报单位", shown["organisation"]["name"]],
            ["统一社会信用代码", shown["organisation"]["credit_code"]],
            ["申报类别", tracks.get(row.track, row.track)],
            ["获奖对象", row.awardee or shown["organisation"]["name"]],
            ["收到时间", received],
        ],
        "sections": sections_of(
            asked.whole,
            asked.lists,
            shown["form"],
            secrets.get("sections", ()),
            {one.code: one.name for one in code_list(FACTS).items},
        ),
        "attachments": [_attached(one, secrets) for one in shown["attachments"]],
        "pledge": rules.pledge_of(rule),
    }


def _attached(one: dict[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the list of attachments; a trade secret is marked."""
    mark = SECRET if one["sha256"] in secrets.get("attachments", ()) else ""
    return one | {"document": one["document"] + mark, "size": f"{one['size']:,}"}
