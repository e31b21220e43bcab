"""How is a sheet or a scorebook frozen? As canonical text, with its digest, and once the lock
stands in the log, a signed receipt.
"""

from secrets import token_hex
from typing import Any
from uuid import UUID

from app.award.scoring.models import Scorebook, Sheet
from app.platform.accounts.callers import Call
from app.proof.canonical import canonical, digest_text
from app.proof.jws import Typ


def freeze(call: Call, row: Sheet | Scorebook, content: dict[str, Any], total: str) -> None:
    """Write the text, its digest, the total in item points and the instant.

    The nonce keeps the few possible scores of a short rubric from being found by trying them all
    against the digest that stands in the log.
    """
    row.content = canonical({**content, "total": total, "nonce": token_hex(16)})
    row.digest = digest_text(row.content)
    row.total, row.locked_at = total, call.now


def sign_receipt(call: Call, row: Sheet | Scorebook, log: UUID, leaf: str) -> None:
    """Sign what was frozen, and under which leaf (hex) of which log the lock stands."""
    row.receipt = call.signed(
        Typ.RECEIPT,
        {
            "what": row.__tablename__,
            row.__tablename__: str(row.id),
            "digest": row.digest,
            "total": row.total,
            "locked_at": call.now.isoformat(),
            "by": str(call.actor.person_id),
            "log": str(log),
            "leaf": leaf,
        },
    )
