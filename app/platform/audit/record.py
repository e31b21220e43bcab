"""How does an act get into the log? In the transaction of the act: no audit, no act."""

from datetime import datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from app.platform.audit.models import AuditEvent
from app.platform.db.prepared import Connected
from app.platform.security.permission import Actor
from app.proof.canonical import canonical
from app.proof.merkle import leaf_hash


def record(
    db: Connected,
    actor: Actor,
    act: str,
    *,
    subject: UUID | None,
    now: datetime,
    log: UUID | None = None,
    before: str | None = None,
    after: str | None = None,
    detail: dict[str, Any] | None = None,
) -> str:
    """Leave one row: who did `act` to `subject`, from which status to which, with what detail.

    `detail` holds plain values only. The salt keeps a guessed body from being confirmed by its
    digest. Gives the leaf hash (hex) under which the act will stand in the log.
    """
    body = {
        "act": act,
        "at": now.isoformat(),
        "log": _name(log),
        "person": _name(actor.person_id),
        "account": _name(actor.account_id),
        "subject": _name(subject),
        "before": before,
        "after": after,
        "detail": detail or {},
    }
    written, salt = canonical(body), token_bytes(16)
    who = {"person_id": actor.person_id, "account_id": actor.account_id}
    db.add(AuditEvent(log=log, at=now, act=act, subject=subject, body=written, salt=salt, **who))
    return leaf_hash(written.encode(), salt).hex()


def _name(identity: UUID | None) -> str | None:
    return None if identity is None else str(identity)
