"""How does a person reach their inbox?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, status

from app.platform.accounts.callers import Reading, SignInNeeded, Writing
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.problems import answers
from app.platform.inbox import queries, service
from app.platform.inbox.schemas import (
    ContactsView,
    LanguageIn,
    MailAddressIn,
    NotificationView,
    PhoneNumberIn,
    TemplateView,
)
from app.platform.notifications.templates import Templates

routes = APIRouter(prefix="/notifications", tags=["notifications"])


def templates_of(request: Request) -> Templates:
    """Every message that this service sends, as `wiring.py` names them."""
    templates: Templates = request.app.state.templates
    return templates


TemplatesHere = Annotated[Templates, Depends(templates_of)]


@routes.get(
    "",
    operation_id="list_notifications",
    summary="My inbox",
    responses=answers(SignInNeeded, CursorUnreadable),
)
async def list_notifications(call: Reading, paging: PageQuery) -> Page[NotificationView]:
    """What the caller was told, newest first."""
    return await queries.inbox(call, paging)


@routes.get(
    "/templates",
    operation_id="list_templates",
    summary="Every message that is sent",
)
async def list_templates(templates: TemplatesHere) -> list[TemplateView]:
    """In Chinese and English, with its places and a preview; in order of key. An office may use
    words of its own.
    """
    return [queries.template_view(templates[key]) for key in sorted(templates)]


@routes.get(
    "/contacts",
    operation_id="read_contacts",
    summary="Where my notifications go",
    responses=answers(SignInNeeded),
)
async def read_contacts(call: Reading) -> ContactsView:
    """Beside the inbox, which has everything. Addresses are shown masked."""
    return await queries.contacts(call)


@routes.put(
    "/phone-number",
    operation_id="set_phone_number",
    summary="Where my text messages go",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(SignInNeeded),
)
async def set_phone_number(call: Writing, body: PhoneNumberIn) -> None:
    """Urgent things only, unless asked otherwise."""
    await service.set_phone_number(call, body)


@routes.put(
    "/language",
    operation_id="choose_language",
    summary="In which language I am told things",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(SignInNeeded),
)
async def choose_language(call: Writing, body: LanguageIn) -> None:
    """From now on; what was told before keeps its words."""
    await service.choose_language(call, body)


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
