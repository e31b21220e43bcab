"""How do the Word files come about? Made from the template, finished when signed."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.asking import asked_of
from app.award.documents import queries
from app.award.documents.defaults import default_template
from app.award.documents.kinds import DATED, FORMS, NUMBER, About, DocumentKind
from app.award.documents.models import DocumentFile, OfficeDocument, Origin
from app.award.documents.rules import told_grounds, told_moment, told_reason
from app.award.programmes.models import Authority, Cycle, Programme
from app.award.programmes.queries import regulation_of
from app.award.screening.cure_queries import defects_of
from app.award.screening.cures import document_of, path_of
from app.award.screening.models import Cure
from app.award.stages.models import Entry, Stage
from app.catalogue.loader import code_list
from app.platform.audit.record import record
from app.platform.documents.word import Filling, fill, text_of
from app.platform.files.naming import naming
from app.platform.ground import Ground
from app.platform.security.permission import Actor
from app.proof.canonical import digest_text
from app.rules.regulation.model import Regulation

MAKE, FINISH = "make-document", "finish-document"
"""The kinds of job that make a document's first and last file."""
REASONS = "outcome-reasons"


async def make(ground: Ground, payload: Mapping[str, Any]) -> None:
    """Fill the template of a draft; done twice, there is one file."""
    document_id = UUID(payload["document"])
    async with ground.database.reading() as db:
        document = await db.get_one(OfficeDocument, document_id)
        own = await queries.own_template(db, document.programme_id, document.kind)
        filling = await filling_of(db, document)
    template = await template_bytes(ground, document.kind, own)
    word = await to_thread.run_sync(fill, template, filling)
    sha256 = await ground.files.keep_content(word)
    async with ground.database.writing() as db:
        document = await _held(db, document_id)
        if document.file_number == 0:
            await add_file(db, document, Origin.MADE, sha256, len(word), made_at=ground.clock())


async def finish(ground: Ground, payload: Mapping[str, Any]) -> None:
    """Write number and date into the newest file of a signed document: from then on its words
    stand, and their digest is in the log.
    """
    document_id = UUID(payload["document"])
    async with ground.database.reading() as db:
        document = await db.get_one(OfficeDocument, document_id)
        newest = await queries.newest_file(db, document)
    word = await ground.files.content(newest.sha256)
    late = {NUMBER: document.number or "", DATED: day_text(document.dated)}
    finished = await to_thread.run_sync(fill, word, Filling(late))
    words = await to_thread.run_sync(text_of, finished)
    sha256 = await ground.files.keep_content(finished)
    async with ground.database.writing() as db:
        document = await _held(db, document_id)
        if document.content is None:
            now = ground.clock()
            await add_file(db, document, Origin.FINISHED, sha256, len(finished), made_at=now)
            document.content, document.digest = words, digest_text(words)
            record(
                db,
                Actor(ground.policy),
                "document:finish",
                subject=document_id,
                now=now,
                log=document.cycle_id,
                detail={"digest": document.digest, "sha256": sha256},
            )


async def add_file(
    db: AsyncSession,
    document: OfficeDocument,
    origin: Origin,
    sha256: str,
    size: int,
    *,
    made_at: Any,
    made_by: UUID | None = None,
) -> None:
    """The document's newest file from now on; its version goes on."""
    await naming(db, sha256)
    document.file_number += 1
    document.version += 1
    db.add(
        DocumentFile(
            document_id=document.id,
            number=document.file_number,
            origin=origin,
            sha256=sha256,
            size=size,
            made_by=made_by,
            made_at=made_at,
        )
    )
    await db.flush()


async def template_bytes(ground: Ground, kind: str, own: Any) -> bytes:
    """The office's own template, or ours."""
    return (
        default_template(DocumentKind(kind))
        if own is None
        else await ground.files.content(own.sha256)
    )


async def filling_of(db: AsyncSession, document: OfficeDocument) -> Filling:
    """What goes into the places of a draft; number and date come with the signature. At most four
    statements.
    """
    row = (
        await db.execute(
            select(
                Cycle.label.label("cycle"),
                Cycle.regulation_hash,
                Programme.name.label("programme"),
                Authority.name.label("authority"),
            )
            .join(Programme, Programme.id == Cycle.programme_id)
            .join(Authority, Authority.id == Programme.authority_id)
            .where(Cycle.id == document.cycle_id)
        )
    ).one()
    texts = {
        "标题": document.title,
        "奖项": row.programme,
        "届次": row.cycle,
        "机关": row.authority,
        "正文": document.text,
    }
    regulation = await regulation_of(db, row.regulation_hash)
    tracks = {track.key: track.name for track in regulation.tracks}
    tiers = {tier.key: tier.name for tier in regulation.tiers}
    about = FORMS[DocumentKind(document.kind)].about
    if about is About.ENTRY:
        return await _of_entry(db, document, texts, tracks, regulation)
    if about is About.STAGE and document.stage_id:
        stage = await db.get_one(Stage, document.stage_id)
        rows = [
            _named(entry, tracks) | {"序号": str(number), "等次": tiers.get(entry.tier or "", "")}
            for number, entry in enumerate(await queries.advanced_of(db, stage.id), 1)
        ]
        return Filling(texts | {"环节": stage.name}, {"名单": rows})
    return Filling(texts)


async def _of_entry(
    db: AsyncSession,
    document: OfficeDocument,
    texts: Mapping[str, str],
    tracks: Mapping[str, str],
    regulation: Regulation,
) -> Filling:
    """A letter: who applies, in which stage, and why, as far as that may be told."""
    entry = (await db.execute(queries.ENTERED.where(Entry.id == document.entry_id))).one()
    reasons = {one.code: one.name for one in code_list(REASONS).items}
    told = {"环节": entry.stage, "原因": told_reason(entry.reason, reasons)}
    told["理由"] = told_grounds(
        await queries.not_met(db, entry.id), regulation.title, entry.thrown_out_for
    )
    points: list[dict[str, str]] = []
    if document.cure_id is not None:
        cure = await db.get_one(Cure, document.cure_id)
        told["补正期限"] = told_moment(cure.ends_at)
        points = await _points(db, cure.id, document.cycle_id, entry.track)
    return Filling({**texts, **_named(entry, tracks), **told}, {"事项": points})


async def _points(
    db: AsyncSession, cure_id: UUID, cycle_id: UUID, track: str
) -> list[dict[str, str]]:
    """What a call to cure names, each place by what the form or the regulation calls it."""
    asked = await asked_of(db, cycle_id, track)
    fields = {"/".join(part.address(field)): field.name for part, field in asked.whole.placed()}
    return [
        {
            "序号": str(number),
            "材料或栏目": document_of(each.pointer)
            or fields.get("/".join(path_of(each.pointer) or ()), each.pointer),
            "存在问题": each.wrong,
            "补正要求": each.asked,
        }
        for number, each in enumerate((await defects_of(db, [cure_id]))[cure_id], 1)
    ]


def _named(entry: Any, tracks: Mapping[str, str]) -> dict[str, str]:
    return {
        "申报单位": entry.organisation,
        "信用代码": entry.credit_code,
        "申报编号": entry.code,
        "获奖对象": entry.awardee,
        "类别": tracks.get(entry.track, entry.track),
    }


def day_text(day: date | None) -> str:
    """2026年3月2日, as GB/T 9704 writes a day."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


async def _held(db: AsyncSession, document_id: UUID) -> OfficeDocument:
    return await db.get_one(
        OfficeDocument, document_id, with_for_update=True, populate_existing=True
    )
