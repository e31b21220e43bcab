"""How does a person reach their inbox?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.platform.accounts.callers import Reading, SignInNeeded, Writing
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers
from app.platform.inbox import queries, service
from app.platform.inbox.schemas import MailAddressIn, NotificationView

routes = APIRouter(prefix="/notifications", tags=["notifications"])


@routes.get(
    "",
    operation_id="list_notifications",
    summary="My inbox",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_notifications(call: Reading, paging: PageQuery) -> Page[NotificationView]:
    """What the caller was told, newest first."""
    return await queries.inbox(call, paging)


@routes.put(
    "/mail-address",
    operation_id="set_mail_address",
    summary="Where my notifications are mailed",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(SignInNeeded),
)
async def set_mail_address(call: Writing, body: MailAddressIn) -> None:
    """What is told from now on is mailed there as well; the inbox has everything in any case."""
    await service.set_mail_address(call, body)


@routes.post(
    "/{notification_id}/reading",
    operation_id="read_notification",
    summary="Mark a notification as read",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(SignInNeeded, queries.NotificationUnknown),
)
async def read_notification(call: Writing, notification_id: UUID) -> None:
    """The first time counts."""
    await service.mark_read(call, notification_id)
