"""What lies in somebody's inbox?"""

from typing import Any

from sqlalchemy import select

from app.platform.accounts.callers import Call
from app.platform.errors import NotFound
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging
from app.platform.inbox.schemas import (
    ContactsView,
    ContactView,
    NotificationView,
    TemplateView,
    WordsView,
)
from app.platform.notifications.models import (
    LanguageChoice,
    MailAddress,
    Notification,
    PhoneNumber,
    Tongue,
)
from app.platform.notifications.templates import Template, Words
from app.platform.security.access import visible_to
from app.platform.security.permission import Resource


class NotificationUnknown(NotFound):
    code = "notification-unknown"
    zh = "没有找到这条通知。"
    en = "There is no such notification."


INBOX = Resource(
    "notification",
    standings={"addressee": lambda actor: Notification.person_id == actor.person_id},
    missing=NotificationUnknown,
)


async def inbox(call: Call, paging: Paging) -> Page[NotificationView]:
    """What the caller was told, newest first; one statement."""
    fields = [getattr(Notification, name) for name in NotificationView.model_fields]
    return await newest_first(
        call.db,
        select(*fields).where(visible_to(call.actor, INBOX)),
        paging,
        at=Notification.created_at,
        identity=Notification.id,
        view=NotificationView.of,
    )


async def contacts(call: Call) -> ContactsView:
    """By which ways the caller is told things; three statements."""
    person = call.actor.person_id
    mail, phone, language = [
        await call.db.get(table, person) for table in (MailAddress, PhoneNumber, LanguageChoice)
    ]
    return ContactsView(
        mail=_contact(mail),
        phone=_contact(phone),
        language=Tongue(language.language) if isinstance(language, LanguageChoice) else Tongue.ZH,
    )


def _contact(row: Any) -> ContactView | None:
    return ContactView(masked=row.masked, least=row.least) if row else None


def template_view(template: Template) -> TemplateView:
    """A template in both languages, and how it reads."""
    samples = template.samples
    return TemplateView(
        key=template.key,
        urgency=template.urgency,
        places=sorted(template.places),
        zh=words_view(template.words()),
        en=words_view(template.en) if template.en else None,
        sample=samples,
        preview=words_view(template.words().filled(samples)),
    )


def words_view(words: Words) -> WordsView:
    """The words of a message in one language."""
    return WordsView(title=words.title, text=words.text)
