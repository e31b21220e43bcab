"""How is an application frozen, and what does its receipt say?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.award.applications.asking import Asked
from app.award.applications.completing import frozen_form
from app.award.applications.schemas import ReceiptView
from app.platform.accounts.callers import Call
from app.platform.db.prepared import Direct
from app.platform.errors import NotFound
from app.proof.canonical import canonical, digest_text
from app.proof.jws import Typ

FROZEN = ("form", "scope", "content", "digest", "receipt", "submitted_at")
"""What submission writes once for all, beside the status."""


def freeze(call: Call[Direct], application: Any, attached: Sequence[Any], asked: Asked) -> None:
    """Write the canonical text, its digest and the instant."""
    application.form = frozen_form(asked, application.form)
    application.content = content_of(application, application.form, attached, asked)
    application.digest = digest_text(application.content)
    application.submitted_at = call.now
    application.version += 1


def sign_receipt(call: Call[Direct], application: Any, deadline: datetime, leaf: str) -> None:
    """Sign what arrived when, and under which leaf (hex) of the cycle's log it stands."""
    application.receipt = call.signed(
        Typ.RECEIPT,
        {
            "what": "submission",
            "application": str(application.id),
            "code": application.code,
            "organisation": application.credit_code,
            "digest": application.digest,
            "received_at": call.now.isoformat(),
            "deadline": deadline.isoformat(),
            "regulation": application.regulation_hash,
            "log": str(application.cycle_id),
            "leaf": leaf,
            **_named(application),
        },
    )


def _named(application: Any) -> dict[str, str]:
    """Awardee and tier, where the application names them."""
    named = {"awardee": application.awardee, "tier": application.tier}
    return {key: value for key, value in named.items() if value is not None}


def receipt_view(application: Any) -> ReceiptView:
    """The receipt of a submitted application."""
    if application.receipt is None or application.digest is None or not application.submitted_at:
        raise NotFound
    return ReceiptView(
        application=application.id,
        code=application.code,
        digest=application.digest,
        received_at=application.submitted_at,
        receipt=application.receipt,
    )


def content_of(
    application: Any, form: dict[str, Any], attached: Sequence[Any], asked: Asked
) -> str:
    """The canonical text of an application: what is frozen, or would be now."""
    return canonical(
        {
            "schema": "award-application/1",
            "application": str(application.id),
            "code": application.code,
            "cycle": str(application.cycle_id),
            "regulation": application.regulation_hash,
            "organisation": {
                "name": application.organisation,
                "credit_code": application.credit_code,
            },
            "track": application.track,
            "form": form,
            "form_set": {
                "code": asked.edition.code,
                "hash": asked.hash,
                "digest": asked.digest,
                "code_lists": asked.versions,
            },
            "scope": application.scope,
            "secrets": {
                "sections": application.secrets.get("sections", []),
                "attachments": [
                    one.sha256
                    for one in attached
                    if str(one.id) in application.secrets.get("attachments", ())
                ],
            },
            "attachments": [
                {name: getattr(one, name) for name in ("document", "file_name", "sha256", "size")}
                for one in attached
            ],
        }
    )
