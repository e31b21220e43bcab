"""How is a submission supplemented? What is replaced is frozen beside it, with its own receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.applications.models import (
    Application,
    Attachment,
    Supplement,
    Validity,
)
from app.award.programmes.models import Cycle
from app.platform.accounts.callers import Call
from app.platform.accounts.models import Organisation
from app.platform.audit.record import record
from app.platform.db.base import among
from app.platform.files.models import FileState
from app.proof.canonical import canonical, digest_text
from app.proof.jws import Typ


@dataclass(frozen=True, slots=True)
class Mending:
    """What an applicant answers to a call to cure: by place, a value, new files or an explanation;
    and the form and the documents that come of it.
    """

    cure_id: UUID
    document: str
    deadline: datetime
    answers: Sequence[Mapping[str, Any]]
    form: Mapping[str, Any]
    replaced: Sequence[str]


async def pending(db: AsyncSession, cure_id: UUID) -> Sequence[Attachment]:
    """The files announced under a call to cure and not in force yet; one statement."""
    rows = await db.scalars(
        select(Attachment)
        .where(Attachment.cure_id == cure_id, Attachment.validity == Validity.PENDING)
        .order_by(Attachment.document, Attachment.file_name, Attachment.id)
    )
    return rows.all()


async def supplement(
    call: Call, application: Application, mending: Mending, files: Sequence[Attachment]
) -> Supplement:
    """Freeze what is answered, put it in force, and sign the receipt. What was submitted stays as
    it was: content, digest and receipt.
    """
    names = (
        await call.db.execute(
            select(Organisation.credit_code, Cycle.regulation_hash)
            .select_from(Application)
            .join(Organisation, Organisation.id == Application.organisation_id)
            .join(Cycle, Cycle.id == Application.cycle_id)
            .where(Application.id == application.id)
        )
    ).one()
    content = _content(application, mending, files)
    made = Supplement(
        id=uuid4(),
        application_id=application.id,
        cure_id=mending.cure_id,
        document=mending.document,
        content=content,
        digest=digest_text(content),
        supplied_by=call.actor.person_id,
        received_at=call.now,
    )
    leaf = record(
        call.db,
        call.actor,
        "cure:supply",
        subject=mending.cure_id,
        now=call.now,
        log=application.cycle_id,
        detail={"digest": made.digest, "document": made.document},
    )
    made.receipt = call.signed(Typ.RECEIPT, _said(application, made, mending.deadline, names, leaf))
    call.db.add(made)
    await _put_in_force(call.db, application, mending)
    return made


def _content(application: Application, mending: Mending, files: Sequence[Attachment]) -> str:
    return canonical(
        {
            "schema": "award-supplement/1",
            "application": str(application.id),
            "code": application.code,
            "submission": application.digest,
            "cure": str(mending.cure_id),
            "document": mending.document,
            "answers": list(mending.answers),
            "attachments": [
                {name: getattr(one, name) for name in ("document", "file_name", "sha256", "size")}
                for one in files
            ],
        }
    )


def _said(
    application: Application, made: Supplement, deadline: datetime, names: Any, leaf: str
) -> dict[str, object]:
    return {
        "what": "supplement",
        "application": str(application.id),
        "code": application.code,
        "organisation": names.credit_code,
        "submission": application.digest,
        "cure": str(made.cure_id),
        "document": made.document,
        "digest": made.digest,
        "received_at": made.received_at.isoformat(),
        "deadline": deadline.isoformat(),
        "regulation": names.regulation_hash,
        "log": str(application.cycle_id),
        "leaf": leaf,
    }


async def _put_in_force(db: AsyncSession, application: Application, mending: Mending) -> None:
    """The form as it is now; new files take the place of all earlier ones of their documents."""
    application.form = dict(mending.form)
    application.version += 1
    await db.execute(
        update(Attachment)
        .where(
            Attachment.application_id == application.id,
            Attachment.validity == Validity.IN_FORCE,
            among(Attachment.document, mending.replaced),
        )
        .values(validity=Validity.REPLACED)
        .execution_options(synchronize_session=False)
    )
    await db.execute(
        update(Attachment)
        .where(
            Attachment.cure_id == mending.cure_id,
            Attachment.validity == Validity.PENDING,
            Attachment.state == FileState.STORED,
        )
        .values(validity=Validity.IN_FORCE)
        .execution_options(synchronize_session=False)
    )
