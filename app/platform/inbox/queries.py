"""What lies in somebody's inbox?"""

from typing import Any

from sqlalchemy import select

from app.platform.accounts.callers import Call
from app.platform.errors import NotFound
from app.platform.http.newest import newest_first
from app.platform.http.pages import Page, Paging
from app.platform.inbox.schemas import NotificationView
from app.platform.notifications.models import Notification
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

    def view(row: Any) -> NotificationView:
        return NotificationView(**{name: getattr(row, name) for name in row._fields[: len(fields)]})

    return await newest_first(
        call.db,
        select(*fields).where(visible_to(call.actor, INBOX)),
        paging,
        at=Notification.created_at,
        identity=Notification.id,
        view=view,
    )
