"""How is an application frozen, and what does its receipt say?"""

from collections.abc import Sequence

from app.award.applications.models import Application, Attachment
from app.award.applications.queries import Submitting
from app.award.applications.schemas import ReceiptView
from app.award.stages.models import Stage
from app.platform.accounts.callers import Call
from app.platform.errors import NotFound
from app.proof.canonical import canonical, digest_text
from app.proof.jws import Typ


def freeze(call: Call, submitting: Submitting, attached: Sequence[Attachment]) -> None:
    """Write the canonical text, its digest and the instant."""
    application = submitting.found.it
    application.content = _content(submitting, attached)
    application.digest = digest_text(application.content)
    application.submitted_at = call.now
    application.version += 1


def sign_receipt(call: Call, submitting: Submitting, stage: Stage, leaf: str) -> None:
    """Sign what arrived when, and under which leaf (hex) of the cycle's log it stands."""
    application = submitting.found.it
    application.receipt = call.signed(
        Typ.RECEIPT,
        {
            "what": "submission",
            "application": str(application.id),
            "code": application.code,
            "organisation": submitting.credit_code,
            "digest": application.digest,
            "received_at": call.now.isoformat(),
            "deadline": stage.closes_at.isoformat(),
            "regulation": submitting.regulation_hash,
            "log": str(application.cycle_id),
            "leaf": leaf,
            **_named(application),
        },
    )


def _named(application: Application) -> dict[str, str]:
    """Awardee and tier, where the application names them."""
    named = {"awardee": application.awardee, "tier": application.tier}
    return {key: value for key, value in named.items() if value is not None}


def receipt_view(application: Application) -> ReceiptView:
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


def _content(submitting: Submitting, attached: Sequence[Attachment]) -> str:
    application = submitting.found.it
    return canonical(
        {
            "schema": "award-application/1",
            "application": str(application.id),
            "code": application.code,
            "cycle": str(application.cycle_id),
            "regulation": submitting.regulation_hash,
            "organisation": {
                "name": submitting.organisation,
                "credit_code": submitting.credit_code,
            },
            "track": application.track,
            "form": application.form,
            "attachments": [
                {name: getattr(one, name) for name in ("document", "file_name", "sha256", "size")}
                for one in attached
            ],
        }
    )
