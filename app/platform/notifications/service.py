"""How is a person told something?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

from sqlalchemy import literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.db.base import among
from app.platform.errors import Language
from app.platform.jobs.queue import Asked, enqueue_all
from app.platform.notifications.models import (
    Delivery,
    LanguageChoice,
    MailAddress,
    Notification,
    PhoneNumber,
    Way,
    Wording,
)
from app.platform.notifications.templates import Template, Urgency, Words

__all__ = ["MAIL", "SMS", "Matter", "Template", "notify", "notify_all", "notify_each"]

MAIL, SMS = Way.MAIL, Way.SMS
"""The kinds of job that deliver a notification."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a notification is about (the scope of a log), and whose words it is told in."""

    about: UUID
    words_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody is told things: in which language, and by which ways at which masked address."""

    language: Language
    ways: Mapping[Way, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One notification: its id, to whom, and what fills the gaps of its words."""

    identity: UUID
    person: UUID
    params: Mapping[str, str | int]


async def notify(
    db: AsyncSession,
    person_id: UUID,
    template: Template,
    params: Mapping[str, str | int],
    now: datetime,
    *,
    matter: Matter | None = None,
) -> UUID:
    """Tell a person something, in the caller's transaction: it lies in their inbox, and goes by
    the ways they have chosen. `now` is wall time. Raises KeyError for an unfilled gap.
    """
    identity = uuid4()
    await _tell(db, [Told(identity, person_id, params)], template, now, matter)
    return identity


async def notify_all(
    db: AsyncSession,
    people: Sequence[UUID],
    template: Template,
    params: Mapping[str, str | int],
    now: datetime,
    *,
    occasion: UUID,
    matter: Matter | None = None,
) -> Mapping[UUID, Reach]:
    """Tell several people the same, each once however often this is done for one `occasion`, in
    the same number of statements whatever their number; gives how each is reached. `now` is wall
    time.
    """
    told = [Told(uuid5(occasion, str(person)), person, params) for person in people]
    return await _tell(db, told, template, now, matter) if told else {}


async def notify_each(
    db: AsyncSession,
    told: Iterable[tuple[UUID, UUID, Mapping[str, str | int]]],
    template: Template,
    now: datetime,
    *,
    matter: Matter | None = None,
) -> None:
    """Tell several people something of several occasions (occasion, person, params), each once, in
    the same number of statements whatever their number. `now` is wall time.
    """
    named = [
        Told(uuid5(occasion, str(person)), person, params) for occasion, person, params in told
    ]
    if named:
        await _tell(db, named, template, now, matter)


def place(person_id: UUID | None) -> str:
    """What a sealed mail address is bound to."""
    return f"mail_address:{person_id}"


def phone_place(person_id: UUID | None) -> str:
    """What a sealed telephone number is bound to."""
    return f"phone_number:{person_id}"


def job_key(way: str, notification: UUID, times: int = 1) -> str:
    """The name of a delivery's job: the same request is made once."""
    again = "" if times == 1 else f":{times}"
    return f"{way}:{notification}{again}"


async def _tell(
    db: AsyncSession,
    told: Sequence[Told],
    template: Template,
    now: datetime,
    matter: Matter | None,
) -> Mapping[UUID, Reach]:
    words = await words_of(db, template, matter.words_of if matter else None)
    reached = await _reached(db, [*{each.person for each in told}], template.urgency)
    about = matter.about if matter else None
    languages = [reached[each.person].language for each in told]
    said = [
        template.filled(words[language], each.params, language)
        for each, language in zip(told, languages, strict=True)
    ]
    rows = [
        {
            "id": each.identity,
            "person_id": each.person,
            "about": about,
            "template": template.key,
            "params": dict(each.params),
            "title": filled.title,
            "text": filled.text,
            "outside": outside,
            "created_at": now,
        }
        for each, (filled, outside) in zip(told, said, strict=True)
    ]
    await db.execute(insert(Notification).on_conflict_do_nothing(), rows)
    sent = [
        (each.identity, way, masked)
        for each in told
        for way, masked in reached[each.person].ways.items()
    ]
    await _deliver(db, sent, now)
    return reached


async def _deliver(db: AsyncSession, sent: Iterable[tuple[UUID, Way, str]], now: datetime) -> None:
    rows = [
        {
            "notification_id": identity,
            "way": way,
            "job_key": job_key(way, identity),
            "masked": masked,
            "times": 1,
            "asked_at": now,
        }
        for identity, way, masked in sent
    ]
    if not rows:
        return
    await db.execute(insert(Delivery).on_conflict_do_nothing(), rows)
    payloads = [(row["way"], str(row["notification_id"]), row["job_key"]) for row in rows]
    jobs = [Asked(str(way), {"notification": named}, str(key)) for way, named, key in payloads]
    await enqueue_all(db, jobs, now=now)


async def words_of(
    db: AsyncSession, template: Template, scope: UUID | None
) -> dict[Language, Words]:
    """The words of a template in each language: the office's own where it has set some."""
    found: dict[Language, Words] = {"zh": template.words("zh"), "en": template.words("en")}
    if scope is None:
        return found
    rows = await db.execute(
        select(Wording.language, Wording.title, Wording.text)
        .where(Wording.scope_id == scope, Wording.template == template.key)
        .order_by(Wording.language, Wording.version.desc())
        .ext(distinct_on(Wording.language))
    )
    set_by_office = {row.language: Words(row.title, row.text) for row in rows if row.title}
    return found | cast("dict[Language, Words]", set_by_office)


async def _reached(db: AsyncSession, people: Sequence[UUID], urgency: Urgency) -> dict[UUID, Reach]:
    """How each of these people is told something so urgent; one statement."""
    asked = [
        _given(MailAddress, MailAddress.least, MailAddress.masked, MAIL, people),
        _given(PhoneNumber, PhoneNumber.least, PhoneNumber.masked, SMS, people),
        _given(LanguageChoice, LanguageChoice.language, literal(""), "language", people),
    ]
    languages: dict[UUID, Language] = {}
    ways: dict[UUID, dict[Way, str]] = {person: {} for person in people}
    for row in await db.execute(union_all(*asked)):
        if row.what == "language":
            languages[row.person_id] = row.value
        elif urgency is Urgency.URGENT or row.value == Urgency.ORDINARY:
            ways[row.person_id][Way(row.what)] = row.masked
    return {person: Reach(languages.get(person, "zh"), ways[person]) for person in people}


def _given(table: Any, value: Any, masked: Any, what: str, people: Sequence[UUID]) -> Any:
    return select(
        table.person_id, literal(what).label("what"), value.label("value"), masked.label("masked")
    ).where(among(table.person_id, people))
