"""How is a sheet or a scorebook frozen? As canonical text, with its digest and a signed receipt."""

from secrets import token_hex
from typing import Any

from app.award.scoring.models import Scorebook, Sheet
from app.platform.accounts.callers import Call
from app.proof.canonical import canonical, digest_text
from app.proof.jws import Typ


def freeze(call: Call, row: Sheet | Scorebook, content: dict[str, Any], total: str) -> None:
    """Write the text, its digest, the total in item points, the instant and the receipt.

    The nonce keeps the few possible scores of a short rubric from being found by trying them all
    against the digest that stands in the log.
    """
    row.content = canonical({**content, "total": total, "nonce": token_hex(16)})
    row.digest = digest_text(row.content)
    row.total, row.locked_at = total, call.now
    row.receipt = call.signed(
        Typ.RECEIPT,
        {
            "what": row.__tablename__,
            row.__tablename__: str(row.id),
            "digest": row.digest,
            "total": total,
            "locked_at": call.now.isoformat(),
            "by": str(call.actor.person_id),
        },
    )
