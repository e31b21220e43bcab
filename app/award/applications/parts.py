"""How is a section kept? What was saved last, and every revision before it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import FormPart, FormRevision
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Person
from app.platform.db.prepared import Connected, Prepared, all_of
from app.proof.canonical import canonical, digest_text

FOLD = timedelta(seconds=60)
"""Saves of one person within this long of the first may be one revision."""

_PART = select(
    FormPart.application_id,
    FormPart.section,
    FormPart.version,
    FormPart.revision,
    FormPart.content,
    FormPart.digest,
    FormPart.person_id,
    FormPart.form_version,
    FormPart.begun_at,
    FormPart.saved_at,
    FormPart.seen,
    FormPart.restored_from,
    Person.name.label("saved_by"),
).join(Person, Person.id == FormPart.person_id)
OF_APPLICATION = _PART.where(FormPart.application_id == bindparam("application"))
OF_SECTION = OF_APPLICATION.where(FormPart.section == bindparam("section"))
PARTS, PART = Prepared(OF_APPLICATION), Prepared(OF_SECTION)
HELD_PARTS = Prepared(OF_APPLICATION.with_for_update(of=FormPart))
HELD_PART = Prepared(OF_SECTION.with_for_update(of=FormPart))

UNSEEN = Prepared(
    select(
        exists()
        .where(
            FormPart.application_id == bindparam("application"),
            FormPart.seen.is_(False),
            FormPart.person_id != bindparam("reader"),
            FormPart.begun_at > bindparam("since"),
        )
        .label("unseen")
    )
)
_PLACES: dict[str, Any] = {
    column.key: bindparam(f"new_{column.key}") for column in FormPart.__table__.columns
}
_KEY = ("application_id", "section")


def _kept(statement: Any) -> Any:
    """Where the section is there already, what was given takes the place of what it had."""
    given = {c.key: statement.excluded[c.key] for c in FormPart.__table__.columns}
    return statement.on_conflict_do_update(
        index_elements=_KEY, set_={key: given[key] for key in given if key not in _KEY}
    )


KEEP = Prepared(_kept(insert(FormPart).values(_PLACES)))


@dataclass(frozen=True, slots=True)
class Saved:
    """A section as it is after a save; the fields are the columns of `form_part`."""

    application_id: UUID
    section: str
    version: int
    revision: int
    content: str
    digest: str
    person_id: UUID
    form_version: int
    begun_at: datetime
    saved_at: datetime
    seen: bool
    restored_from: int | None

    def columns(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Saving:
    """Who saves which application when, and what its version is afterwards."""

    application_id: UUID
    person_id: UUID
    at: datetime
    form_version: int
    restored_from: int | None = None


def saved(
    saving: Saving, section: str, answers: Mapping[str, Any], before: Any
) -> tuple[Saved, FormRevision | None] | None:
    """The section after the save, and the revision that is thereby closed; None where nothing
    changes. `before` is what was saved last, or None.
    """
    content = canonical(dict(answers))
    if before is not None and before.content == content and saving.restored_from is None:
        return None
    folds = (
        before is not None
        and before.person_id == saving.person_id
        and not before.seen
        and saving.restored_from is None
        and saving.at - before.begun_at < FOLD
    )
    made = Saved(
        application_id=saving.application_id,
        section=section,
        version=(before.version if before else 0) + 1,
        revision=(before.revision if before else 0) + (0 if folds else 1),
        content=content,
        digest=digest_text(content),
        person_id=saving.person_id,
        form_version=saving.form_version,
        begun_at=before.begun_at if folds else saving.at,
        saved_at=saving.at,
        # What was restored on purpose is never folded into.
        seen=saving.restored_from is not None,
        restored_from=before.restored_from if folds else saving.restored_from,
    )
    return made, None if before is None or folds else _closed(before)


def _closed(before: Any) -> FormRevision:
    named = (c.key for c in FormRevision.__table__.columns)
    return FormRevision(**{name: getattr(before, name) for name in named})


async def keep_all(db: AsyncSession, made: Iterable[tuple[Saved, FormRevision | None]]) -> None:
    """Store many sections at once; two statements."""
    kept = [*made]
    if not kept:
        return
    db.add_all(revision for _, revision in kept if revision is not None)
    await db.flush()
    await db.execute(_kept(insert(FormPart).values([part.columns() for part, _ in kept])))


async def parts_of(db: Connected, application_id: UUID) -> dict[str, Any]:
    """Every section that was ever saved, by its key; one statement."""
    rows = await all_of(db, PARTS, application=application_id)
    return {row.section: row for row in rows}


async def marked_seen(call: Call, application_id: UUID) -> bool:
    """What somebody else saved a moment ago was read: it stays a revision of its own. Rare, and in
    a transaction of its own; where it was done, what was read is to be read again.
    """
    reader, since = call.actor.person_id, call.now - FOLD
    values = {"application": application_id, "reader": reader, "since": since}
    (found,) = await all_of(call.db, UNSEEN, **values)
    if not found.unseen:
        return False
    async with call.ground.database.writing() as db:
        await db.execute(
            update(FormPart)
            .where(
                FormPart.application_id == application_id,
                FormPart.person_id != reader,
                FormPart.seen.is_(False),
            )
            .values(seen=True)
        )
    return True
