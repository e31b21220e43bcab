"""How are portals registered whose word about people is taken?"""

from uuid import UUID

from fastapi import APIRouter, status

from app.platform.accounts import queries, rules
from app.platform.accounts.callers import Reading, SignInNeeded, Writing
from app.platform.accounts.models import Portal
from app.platform.accounts.schemas import PortalIn, PortalView
from app.platform.accounts.service import exchange
from app.platform.errors import NotAllowed, NotFound
from app.platform.http.pages import CursorUnreadable, Page, PageQuery, page
from app.platform.http.problems import answers
from app.platform.security.access import require

portals = APIRouter(prefix="/portals", tags=["sign-in"])
STAFF = (SignInNeeded, NotAllowed)


@portals.post(
    "",
    operation_id="register_portal",
    summary="Register a portal",
    status_code=status.HTTP_201_CREATED,
    responses=answers(*STAFF, rules.PortalKeyWrong, rules.PortalKnown),
)
async def register_portal(call: Writing, body: PortalIn) -> PortalView:
    """Its id is the `client_id` and the `iss` of what it signs; `kid` goes into the header."""
    return await exchange.register(call, body)


@portals.get(
    "",
    operation_id="list_portals",
    summary="List portals",
    responses=answers(*STAFF, CursorUnreadable),
)
async def list_portals(call: Reading, paging: PageQuery) -> Page[PortalView]:
    """In order of name, revoked ones too."""
    require(call.actor, "portal:read")
    return await page(
        call.db,
        queries.portals(),
        paging,
        by=Portal.name,
        identity=Portal.id,
        view=queries.portal_view,
    )


@portals.post(
    "/{portal_id}/revocation",
    operation_id="revoke_portal",
    summary="Revoke a portal",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*STAFF, NotFound, rules.PortalRevoked),
)
async def revoke_portal(call: Writing, portal_id: UUID) -> None:
    """Its word counts no more, and every session that came by it ends at once."""
    await exchange.revoke(call, portal_id)
