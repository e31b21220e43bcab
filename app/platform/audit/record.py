"""How does an act get into the log? In the transaction of the act: no audit, no act."""

from datetime import datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.models import AuditEvent
from app.platform.security.permission import Actor
from app.proof.canonical import canonical
from app.proof.merkle import leaf_hash


def record(
    db: AsyncSession,
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

    `detail` holds plain values only (text, whole numbers, lists, dicts). The salt keeps a guessed
    body from being confirmed by its digest. Gives the leaf hash (hex) under which the act will
    stand in the log: whoever is given it can later ask for its place.
    """
    body = {
        "act": act,
        "at": now.isoformat(),
        "log": str(log) if log else None,
        "person": str(actor.person_id) if actor.person_id else None,
        "account": str(actor.account_id) if actor.account_id else None,
        "subject": str(subject) if subject else None,
        "before": before,
        "after": after,
        "detail": detail or {},
    }
    written, salt = canonical(body), token_bytes(16)
    db.add(
        AuditEvent(
            log=log,
            at=now,
            person_id=actor.person_id,
            account_id=actor.account_id,
            act=act,
            subject=subject,
            body=written,
            salt=salt,
        )
    )
    return leaf_hash(written.encode(), salt).hex()
