"""How are portals registered whose word about people is taken?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status

from app.platform.accounts import queries, rules
from app.platform.accounts.callers import Reading, SignInNeeded, Writing
from app.platform.accounts.models import Portal
from app.platform.accounts.schemas import PortalIn, PortalKeyIn, PortalView, RetirementIn
from app.platform.accounts.service import portals as service
from app.platform.errors import NotAllowed, NotFound
from app.platform.http.pages import CursorUnreadable, Page, PageQuery, page
from app.platform.http.problems import answers
from app.platform.security.access import require

Kid = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$")]
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
    return await service.register(call, body)


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
    "/{portal_id}/keys",
    operation_id="add_portal_key",
    summary="Add a key of a portal",
    status_code=status.HTTP_201_CREATED,
    responses=answers(
        *STAFF, NotFound, rules.PortalKeyWrong, rules.PortalKeyKnown, rules.PortalRevoked
    ),
)
async def add_portal_key(call: Writing, portal_id: UUID, body: PortalKeyIn) -> PortalView:
    """What the new key signs counts beside what the earlier ones sign, until those are retired."""
    return await service.add_key(call, portal_id, body)


@portals.post(
    "/{portal_id}/keys/{kid}/retirement",
    operation_id="retire_portal_key",
    summary="Retire a key of a portal",
    responses=answers(
        *STAFF, NotFound, rules.PortalKeyUnknown, rules.PortalKeyOver, rules.PortalRevoked
    ),
)
async def retire_portal_key(
    call: Writing, portal_id: UUID, kid: Kid, body: RetirementIn
) -> PortalView:
    """From a moment on, or now: what it signs is refused as `assertion-key-over`."""
    return await service.retire_key(call, portal_id, kid, body)


@portals.post(
    "/{portal_id}/revocation",
    operation_id="revoke_portal",
    summary="Revoke a portal",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(*STAFF, NotFound, rules.PortalRevoked),
)
async def revoke_portal(call: Writing, portal_id: UUID) -> None:
    """Its word counts no more, and every session that came by it ends at once."""
    await service.revoke(call, portal_id)
