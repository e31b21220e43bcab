"""How does the system administrator register portals, change their keys, and revoke them?"""

import json
from datetime import datetime
from uuid import UUID

from app.platform.accounts import rules
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Portal, PortalSignature, SignInSession
from app.platform.accounts.queries import portal_of
from app.platform.accounts.schemas import (
    PortalIn,
    PortalKey,
    PortalKeyIn,
    PortalView,
    RetirementIn,
)
from app.platform.accounts.service.joining import insert_or
from app.platform.accounts.service.sign_in import end_sessions
from app.platform.audit.record import record
from app.platform.errors import NotFound
from app.platform.security.access import require
from app.proof.jws import BadKey, VerifyingKey


async def register(call: Call, body: PortalIn) -> PortalView:
    """Take a portal's word from now on."""
    require(call.actor, "portal:register")
    key = _verifying(body.key, "/key")
    portal = Portal(
        name=body.name,
        proving=body.proving,
        until=body.until,
        registered_by=call.actor.person_id,
        created_at=call.wall,
    )
    await insert_or(call, portal, rules.PortalKnown(pointer="/name"))
    await _add(call, portal.id, key, call.wall)
    detail = {"kid": key.kid, "proving": body.proving, "until": body.until.isoformat()}
    record(call.db, call.actor, "portal:register", subject=portal.id, now=call.now, detail=detail)
    return await portal_of(call.db, portal.id)


async def add_key(call: Call, portal_id: UUID, body: PortalKeyIn) -> PortalView:
    """One more key: what either signs counts as long as their times overlap."""
    require(call.actor, "portal:rotate")
    await _living(call, portal_id)
    key = _verifying(body, "/x")
    since = max(body.since or call.wall, call.wall)
    await _add(call, portal_id, key, since)
    detail = {"kid": key.kid, "since": since.isoformat()}
    record(call.db, call.actor, "portal:add-key", subject=portal_id, now=call.now, detail=detail)
    return await portal_of(call.db, portal_id)


async def retire_key(call: Call, portal_id: UUID, kid: str, body: RetirementIn) -> PortalView:
    """What the key signs counts no more from then on; before, the moment may be changed."""
    require(call.actor, "portal:rotate")
    await _living(call, portal_id)
    key = await call.db.get(PortalSignature, (portal_id, kid), with_for_update=True)
    if key is None:
        raise rules.PortalKeyUnknown
    if key.until is not None and key.until <= call.wall:
        raise rules.PortalKeyOver
    key.until = max(body.until or call.wall, call.wall)
    ended = 0
    if body.end_sessions:
        ended = await end_sessions(call.db, SignInSession.portal_id == portal_id, call.wall)
    detail = {"kid": kid, "until": key.until.isoformat(), "sessions": ended}
    record(call.db, call.actor, "portal:retire-key", subject=portal_id, now=call.now, detail=detail)
    await call.db.flush()
    return await portal_of(call.db, portal_id)


async def revoke(call: Call, portal_id: UUID) -> None:
    """Its word counts no more, and its sessions end."""
    require(call.actor, "portal:revoke")
    portal = await _living(call, portal_id)
    portal.revoked_at = call.wall
    ended = await end_sessions(call.db, SignInSession.portal_id == portal_id, call.wall)
    detail = {"sessions": ended}
    record(call.db, call.actor, "portal:revoke", subject=portal_id, now=call.now, detail=detail)


async def _living(call: Call, portal_id: UUID) -> Portal:
    """The portal, locked: whoever is being let in by it is in before what follows."""
    portal = await call.db.get(Portal, portal_id, with_for_update=True)
    if portal is None:
        raise NotFound
    if portal.revoked_at is not None:
        raise rules.PortalRevoked
    return portal


def _verifying(key: PortalKey, pointer: str) -> VerifyingKey:
    try:
        return VerifyingKey.at(key.x, key.y)
    except BadKey as wrong:
        raise rules.PortalKeyWrong(pointer=pointer) from wrong


async def _add(call: Call, portal_id: UUID, key: VerifyingKey, since: datetime) -> None:
    signature = PortalSignature(
        portal_id=portal_id,
        kid=key.kid,
        public_key=json.dumps(key.public_jwk(), sort_keys=True),
        since=since,
        added_by=call.actor.person_id,
        added_at=call.wall,
    )
    await insert_or(call, signature, rules.PortalKeyKnown(pointer="/x"))
