"""How does an act get into the log? In the transaction of the act: no audit, no act."""

from datetime import datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.audit.models import AuditEvent
from app.platform.security.permission import Actor
from app.proof.canonical import canonical


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
) -> None:
    """Leave one row: who did `act` to `subject`, from which status to which, with what detail.

    `detail` holds plain values only (text, whole numbers, lists, dicts). The salt keeps a guessed
    body from being confirmed by its digest.
    """
    body = {
        "act": act,
        "at": now.isoformat(),
        "person": str(actor.person_id) if actor.person_id else None,
        "subject": str(subject) if subject else None,
        "before": before,
        "after": after,
        "detail": detail or {},
    }
    db.add(
        AuditEvent(
            log=log,
            at=now,
            person_id=actor.person_id,
            account_id=actor.account_id,
            act=act,
            subject=subject,
            body=canonical(body),
            salt=token_bytes(16),
        )
    )
