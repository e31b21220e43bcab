"""How are private answers kept? Sealed beside the documents, which hold a commitment to each.

The commitment is the digest of kind, text and a salt that only the first key gives, so that the
same answer of an application is sealed once, and nobody finds it by trying. Who opens an answer is
told its salt, and can so prove to others what was submitted under a digest.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from app.award.applications import queries, rules
from app.award.applications.asking import Asked, asked_of
from app.award.applications.form_schemas import PrivateAnswerView
from app.award.applications.models import SealedAnswer
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.db.prepared import Prepared, all_of
from app.platform.errors import ensure
from app.platform.security.sealing import Sealer
from app.proof.canonical import digest
from app.rules.forms.model import PrivateKind, Question
from app.rules.forms.private import (
    MASKED,
    SEALED,
    UNFIT,
    Given,
    as_kept,
    changed,
    has_private,
    masked,
    private_answers,
    unfit,
)
from app.rules.forms.shape import Misfit, pointer

TEXTS = ("commitment", "kind", "masked", "unfit")
Known = dict[tuple[PrivateKind, str], dict[str, str]]
"""What stands in a document for an answer, by kind and commitment."""


def _keeping() -> Prepared:
    given = select(
        bindparam("application", type_=SealedAnswer.application_id.type),
        *(func.unnest(bindparam(name, type_=ARRAY(Text))) for name in TEXTS),
        func.unnest(bindparam("texts", type_=ARRAY(LargeBinary))),
    )
    columns = ["application_id", *TEXTS, "text_sealed"]
    return Prepared(insert(SealedAnswer).from_select(columns, given).on_conflict_do_nothing())


KEEP = _keeping()
KNOWN = Prepared(
    select(
        SealedAnswer.commitment,
        SealedAnswer.kind,
        SealedAnswer.masked,
        SealedAnswer.unfit,
        SealedAnswer.text_sealed,
    ).where(
        SealedAnswer.application_id == bindparam("application"),
        SealedAnswer.commitment == any_(bindparam("commitments", type_=ARRAY(Text))),
    )
)


async def sealed(
    call: Call[Any],
    application_id: UUID,
    fields: Iterable[Question],
    answers: Mapping[str, Any],
    form: Mapping[str, Any],
) -> dict[str, Any]:
    """Answers as they may be kept. `form` is the application's as it is; no statement where nothing
    private is new, two at most. Raises AnswerWrong for a sealed value that is none of this
    application.
    """
    asked = [field for field in fields if has_private([field])]
    given = [*private_answers(asked, answers)]
    if not given:
        return dict(answers)
    there = private_answers(asked, form.get("answers") or {})
    known: Known = {(one.field.kind, one.value[SEALED]): one.value for one in there}
    known |= await _found(call, application_id, given, known)
    ensure(rules.misfit_obstacles(_foreign(given, known)))
    fresh: Known = {}
    texts: list[bytes] = []
    for one in given:
        if text := _text(one):
            token = _token(call.ground.sealer, application_id, one.field.kind, text)
            key = (one.field.kind, token[SEALED])
            if key not in known and key not in fresh:
                fresh[key] = token
                texts.append(call.ground.sealer.seal(text, _place(application_id, token[SEALED])))
    if fresh:
        await _keep(call, application_id, fresh, texts)

    def kept(field: Any, value: Any) -> dict[str, str] | None:
        if isinstance(value, dict):
            return known[field.kind, value[SEALED]]
        text = as_kept(field.kind, value)
        return _token(call.ground.sealer, application_id, field.kind, text) if text else None

    return changed(asked, answers, kept)


async def sealed_form(
    call: Call[Any],
    application_id: UUID,
    asked: Asked,
    document: Mapping[str, Any],
    form: Mapping[str, Any],
) -> dict[str, Any]:
    """The same of a whole document that is to take the place of `form`."""
    fields = [field for _, field in asked.whole.placed()]
    answers = document.get("answers")
    if not answers:
        return dict(document)
    return {**document, "answers": await sealed(call, application_id, fields, answers, form)}


async def opened(call: Call, application_id: UUID) -> list[PrivateAnswerView]:
    """Every private answer of the present form in clear: an audited read."""
    found = await queries.get_application(call, application_id)
    found.require("application:unmask")
    application = found.it
    asked = await asked_of(call.db, application.cycle_id, application.track)
    fields = [field for _, field in asked.whole.placed()]
    given = [*private_answers(fields, application.form.get("answers") or {})]
    commitments = sorted({one.value[SEALED] for one in given})
    rows = await all_of(call.db, KNOWN, application=application_id, commitments=commitments)
    by_commitment = {row.commitment: row.text_sealed for row in rows}
    record(
        call.db,
        call.actor,
        "application:unmask",
        subject=application_id,
        now=call.now,
        log=application.cycle_id,
        detail={"places": [_at(one) for one in given]},
    )
    return [_view(call, application_id, one, by_commitment) for one in given]


def _view(
    call: Call, application_id: UUID, one: Given, texts: Mapping[str, bytes]
) -> PrivateAnswerView:
    commitment = one.value[SEALED]
    text = call.ground.sealer.open(texts[commitment], _place(application_id, commitment))
    return PrivateAnswerView(
        pointer=_at(one),
        name=one.name,
        kind=one.field.kind,
        text=text,
        salt=_salt(call.ground.sealer, application_id, one.field.kind, text),
        sealed=commitment,
    )


def _at(one: Given) -> str:
    return pointer("form", "answers", *one.steps)


async def _found(call: Call[Any], application_id: UUID, given: list[Given], known: Known) -> Known:
    """What was sealed earlier and stands no longer in the form: a revision may bring it back."""
    missing = sorted(
        {
            one.value[SEALED]
            for one in given
            if isinstance(one.value, dict) and (one.field.kind, one.value[SEALED]) not in known
        }
    )
    if not missing:
        return {}
    rows = await all_of(call.db, KNOWN, application=application_id, commitments=missing)
    return {
        (row.kind, row.commitment): _shown(row.masked, row.commitment, row.unfit) for row in rows
    }


def _foreign(given: list[Given], known: Known) -> Iterator[Misfit]:
    for one in given:
        if isinstance(one.value, dict) and (one.field.kind, one.value[SEALED]) not in known:
            yield Misfit(
                pointer("answers", *one.steps),
                "本申报没有这个密封值，请重新填写。",
                "The application has no such sealed value; fill it in anew.",
            )


async def _keep(call: Call[Any], application_id: UUID, fresh: Known, texts: list[bytes]) -> None:
    await all_of(
        call.db,
        KEEP,
        application=application_id,
        commitment=[commitment for _, commitment in fresh],
        kind=[kind for kind, _ in fresh],
        masked=[token[MASKED] for token in fresh.values()],
        unfit=[token.get(UNFIT) for token in fresh.values()],
        texts=texts,
    )


def _text(one: Given) -> str:
    return "" if isinstance(one.value, dict) else as_kept(one.field.kind, one.value)


def _token(sealer: Sealer, application_id: UUID, kind: PrivateKind, text: str) -> dict[str, str]:
    salt = _salt(sealer, application_id, kind, text)
    commitment = digest({"kind": kind, "salt": salt, "text": text})
    return _shown(masked(kind, text), commitment, unfit(kind, text))


def _shown(shown: str, commitment: str, wrong: str | None) -> dict[str, str]:
    return {MASKED: shown, SEALED: commitment} | ({UNFIT: wrong} if wrong else {})


def _salt(sealer: Sealer, application_id: UUID, kind: PrivateKind, text: str) -> str:
    return sealer.keyed_hash(f"sealed_answer/{application_id}/{kind}/{text}").hex()


def _place(application_id: UUID, commitment: str) -> str:
    return f"sealed_answer.text/{application_id}/{commitment}"
