"""What applicants do with the sections of a form: save, read, look back, restore."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import bindparam, select

from app.award.applications import naming, parts, queries, rules
from app.award.applications.asking import Asked, asked_of
from app.award.applications.form_schemas import (
    RevisionLine,
    RevisionView,
    SectionLine,
    SectionView,
)
from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application, FormPart, FormRevision
from app.award.applications.schemas import Form
from app.award.applications.sealing import sealed
from app.award.programmes.models import Cycle
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Person
from app.platform.clock import legal_minute
from app.platform.db.prepared import Direct, Prepared, all_of, first_of
from app.platform.errors import Refusal, Stale, ensure
from app.platform.http.pages import CursorUnreadable, Page, Paging
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.http.problems import in_words
from app.platform.security.access import Found, fetch_prepared
from app.platform.security.permission import AnyCaller
from app.rules.forms.shape import form_misfits, misfits, pointer
from app.rules.forms.whole import Section

HELD = Prepared(
    select(
        Application.id,
        Application.cycle_id,
        Application.organisation_id,
        Application.track,
        Application.status,
        Application.version,
        Application.form,
        Application.secrets,
        Application.awardee,
        Application.tier,
        select(Person.name).where(Person.id == bindparam("caller")).scalar_subquery().label("me"),
        *queries.APPLICATION_RESOURCE.facts(AnyCaller()),
    )
    .join(Cycle, Cycle.id == Application.cycle_id)
    .where(Application.id == bindparam("application"))
    .with_for_update(of=Application)
)
_AS_READ = select(FormRevision.content).where(
    FormRevision.application_id == bindparam("application"),
    FormRevision.section == bindparam("section"),
)
AS_READ = Prepared(
    _AS_READ.where(FormRevision.version <= bindparam("version"))
    .order_by(FormRevision.version.desc())
    .limit(1)
)


SECTION_TAG = re.compile(r'"s([0-9]{1,9})"')


def section_tag(version: int) -> str:
    """The ETag of a section: how often it was saved."""
    return f'"s{version}"'


async def save_section(
    call: Call[Direct], application_id: UUID, key: str, answers: Mapping[str, Any], if_match: str
) -> SectionView:
    """Replace the answers of one section of a draft, if nobody has saved it since it was read; six
    statements at most, and one where a private answer is new.
    """
    found, asked, section = await _editing(call, application_id, key)
    before = await call.db.first(parts.HELD_PART, application=application_id, section=key)
    await _ensure_fresh(call, section, before, found.it.form, if_match)
    ensure(rules.misfit_obstacles(misfits(section, asked.whole, answers), "/answers"))
    kept = await sealed(call, application_id, section.fields, answers, found.it.form)
    return await _write(call, found, section, kept, before)


async def restore(
    call: Call[Direct], application_id: UUID, key: str, revision: int, if_match: str
) -> SectionView:
    """Make an earlier revision the present one: a new revision, which says where it is from."""
    found, _, section = await _editing(call, application_id, key)
    before = await call.db.first(parts.HELD_PART, application=application_id, section=key)
    await _ensure_fresh(call, section, before, found.it.form, if_match)
    content = await _content(call.db, application_id, key, revision, before)
    return await _write(call, found, section, json.loads(content), before, restored_from=revision)


async def _editing(
    call: Call[Direct], application_id: UUID, key: str
) -> tuple[Found[Any], Asked, Section]:
    found = await fetch_prepared(
        call.db, call.actor, queries.APPLICATION_RESOURCE, HELD, application=application_id
    )
    if found.it.status != ApplicationStatus.DRAFT:
        raise rules.OnlyInDraft
    found.require("application:edit")
    asked = await asked_of(call.db, found.it.cycle_id, found.it.track)
    return found, asked, section_of(asked, key)


def section_of(asked: Asked, key: str) -> Section:
    """Raises SectionUnknown."""
    try:
        return asked.whole.section(key)
    except KeyError:
        raise rules.SectionUnknown from None


async def _write(
    call: Call[Direct],
    found: Found[Any],
    section: Section,
    answers: Mapping[str, Any],
    before: Any,
    *,
    restored_from: int | None = None,
) -> SectionView:
    it = found.it
    form = read_form(section.written(it.form, answers))
    document = form.model_dump(mode="json")
    kept = section.answers(document)
    person = call.actor.person_id
    if person is None:
        raise rules.ApplicationUnknown
    saving = parts.Saving(it.id, person, call.now, it.version + 1, restored_from)
    made = parts.saved(saving, section.key, kept, before)
    if made is None:
        return _section_view(section, it, before, before.saved_by)
    part, closed = made
    if closed is not None:
        call.db.add(closed)
    await call.db.all(parts.KEEP, **{f"new_{k}": v for k, v in part.columns().items()})
    it.form, it.version = document, it.version + 1
    it.awardee, it.tier = naming.printed_name(form.awardee), form.tier
    await call.db.change(it, Application, "form", "version", "awardee", "tier")
    return _section_view(section, it, part, it.me)


def read_form(document: Mapping[str, Any]) -> Form:
    """The form of a document. Raises AnswerWrong where a field at its top is not acceptable."""
    try:
        return Form.model_validate(document)
    except ValidationError as error:
        told = [(mistake["loc"], in_words(mistake)) for mistake in error.errors()]
        ensure(
            rules.AnswerWrong(pointer=pointer("answers", *place), zh=zh, en=en)
            for place, (_, zh, en) in told
        )
        raise


async def _ensure_fresh(
    call: Call[Direct], section: Section, before: Any, document: Mapping[str, Any], if_match: str
) -> None:
    """Raises ChangedSince with every field that has changed since the version that was read."""
    tags = [tag.strip() for tag in if_match.split(",")]
    if "*" in tags or section_tag(before.version if before else 0) in tags:
        return
    read = [int(found[1]) for tag in tags if (found := SECTION_TAG.fullmatch(tag))]
    changed: list[Refusal] = []
    if before is not None and read:
        values = {"application": before.application_id, "section": section.key}
        row = await first_of(call.db, AS_READ, version=max(read), **values)
        old = json.loads(row.content) if row else {}
        changed = [*_changed(section, old, section.answers(document), before)]
    raise rules.ChangedSince(changed)


def _changed(
    section: Section, old: Mapping[str, Any], new: Mapping[str, Any], part: Any
) -> Iterator[Refusal]:
    for field in section.fields:
        if old.get(field.key) != new.get(field.key):
            yield rules.FieldChanged(
                pointer=pointer("answers", field.key),
                name=field.name,
                by=part.saved_by,
                at=legal_minute(part.saved_at),
            )


async def keep_form(call: Call, application: Application, asked: Asked) -> None:
    """A form that was replaced as a whole: every section that changes has a new revision."""
    person = call.actor.person_id
    if person is None:
        raise rules.ApplicationUnknown
    saving = parts.Saving(application.id, person, call.now, application.version)
    rows = await all_of(call.db, parts.HELD_PARTS, application=application.id)
    before = {row.section: row for row in rows}
    made = []
    for section in asked.whole.sections:
        answers, last = section.answers(application.form), before.get(section.key)
        if last is None and all(value is None for value in answers.values()):
            continue
        kept = parts.saved(saving, section.key, answers, last)
        if kept is not None:
            made.append(kept)
    await parts.keep_all(call.db, made)


async def ensure_unchanged(
    call: Call, application: Application, asked: Asked, if_match: str
) -> None:
    """Raises ChangedSince with every section that was saved since the version that was read."""
    try:
        ensure_fresh(if_match, version_tag(application.version))
    except Stale:
        names = {section.key: section.name for section in asked.whole.sections}
        kept = (await parts.parts_of(call.db, application.id)).values()
        read = if_match.strip().removeprefix('"v').removesuffix('"')
        since = int(read) if read.isdecimal() and len(read) < 9 else application.version
        changed = [
            rules.FieldChanged(
                pointer=pointer("form"),
                name=names.get(part.section, part.section),
                by=part.saved_by,
                at=legal_minute(part.saved_at),
            )
            for part in kept
            if part.form_version > since
        ]
        raise rules.ChangedSince(changed) from None


def ensure_fits(asked: Asked, document: Mapping[str, Any]) -> None:
    """Raises AnswerWrong for everything that the track's form has no room for."""
    ensure(rules.misfit_obstacles(form_misfits(asked.whole, document)))


def _section_view(section: Section, it: Any, part: Any, saved_by: str | None) -> SectionView:
    line = _line(section, it.secrets, part, saved_by)
    return SectionView(**line.model_dump(), answers=section.answers(it.form))


def _line(
    section: Section, secrets: Mapping[str, Any], part: Any, saved_by: str | None
) -> SectionLine:
    return SectionLine(
        key=section.key,
        name=section.name,
        etag=section_tag(part.version if part else 0),
        revision=part.revision if part else 0,
        saved_at=part.saved_at if part else None,
        saved_by=saved_by,
        secret=section.key in secrets.get("sections", ()),
    )


async def sections(call: Call, application_id: UUID) -> list[SectionLine]:
    """Every section of the form, in order, with its ETag."""
    found, asked = await _read(call, application_id)
    kept = await parts.parts_of(call.db, application_id)
    return [
        _line(each, found.it.secrets, part, part and part.saved_by)
        for each in asked.whole.sections
        for part in [kept.get(each.key)]
    ]


async def section_view(call: Call, application_id: UUID, key: str) -> SectionView:
    """One section with its answers."""
    found, asked = await _read(call, application_id)
    section = section_of(asked, key)
    part = await first_of(call.db, parts.PART, application=application_id, section=key)
    return _section_view(section, found.it, part, part and part.saved_by)


async def _read(call: Call, application_id: UUID) -> tuple[Found[Application], Asked]:
    """The application for those who draft it; what others saved a moment ago is seen now."""
    found = await queries.get_application(call, application_id)
    found.require("application:look-back")
    if await parts.marked_seen(call, application_id):
        await call.db.refresh(found.it)
    return found, await asked_of(call.db, found.it.cycle_id, found.it.track)


async def revisions(
    call: Call, application_id: UUID, key: str, paging: Paging
) -> Page[RevisionLine]:
    """The revisions of a section, the newest first."""
    _, asked = await _read(call, application_id)
    section_of(asked, key)
    after = _after(paging)
    part = await first_of(call.db, parts.PART, application=application_id, section=key)
    statement = (
        select(FormRevision, Person.name.label("saved_by"))
        .join(Person, Person.id == FormRevision.person_id)
        .where(FormRevision.application_id == application_id, FormRevision.section == key)
        .order_by(FormRevision.revision.desc())
        .limit(paging.limit + 1)
    )
    if after is not None:
        statement = statement.where(FormRevision.revision < after)
    closed = [(row.FormRevision, row.saved_by) for row in await call.db.execute(statement)]
    here = [(part, part.saved_by)] if part is not None and after is None else []
    lines = [_revision(row, saved_by) for row, saved_by in [*here, *closed]]
    more = len(lines) > paging.limit
    shown = lines[: paging.limit]
    return Page(items=shown, next=str(shown[-1].number) if more else None)


def _after(paging: Paging) -> int | None:
    if paging.cursor is None:
        return None
    if not paging.cursor.isascii() or not paging.cursor.isdecimal() or len(paging.cursor) > 9:
        raise CursorUnreadable(pointer="/query/cursor")
    return int(paging.cursor)


def _revision(row: Any, saved_by: str) -> RevisionLine:
    return RevisionLine(
        number=row.revision,
        begun_at=row.begun_at,
        saved_at=row.saved_at,
        saved_by=saved_by,
        digest=row.digest,
        restored_from=row.restored_from,
    )


async def revision_view(call: Call, application_id: UUID, key: str, number: int) -> RevisionView:
    """One revision with its answers. Raises RevisionUnknown."""
    _, asked = await _read(call, application_id)
    section_of(asked, key)
    row: FormPart | FormRevision | None = await call.db.get(FormPart, (application_id, key))
    if row is None or row.revision != number:
        row = await call.db.get(FormRevision, (application_id, key, number))
    if row is None:
        raise rules.RevisionUnknown
    name = await call.db.scalar(select(Person.name).where(Person.id == row.person_id))
    line = _revision(row, name or "")
    return RevisionView(**line.model_dump(), answers=json.loads(row.content))


async def _content(db: Direct, application_id: UUID, key: str, number: int, present: Any) -> str:
    if present is not None and present.revision == number:
        return str(present.content)
    values = {"application": application_id, "section": key, "revision": number}
    row = await db.first(KEPT, **values)
    if row is None:
        raise rules.RevisionUnknown
    return str(row.content)


KEPT = Prepared(_AS_READ.where(FormRevision.revision == bindparam("revision")))
"""One closed revision."""
