"""What a panel does to agree: the leader proposes, every member answers, the leader locks."""

from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.programmes.queries import regulation_of
from app.award.scoring import queries, rules
from app.award.scoring import scorebook_queries as books
from app.award.scoring.lifecycle import SCOREBOOK, ScorebookStatus
from app.award.scoring.models import (
    Agreement,
    Scorebook,
    ScorebookItem,
    ScorebookRevision,
)
from app.award.scoring.schemas import (
    AgreementIn,
    ConsensusIn,
    ConsensusItemView,
    EntryDisagreements,
    LockView,
    ScorebookView,
)
from app.award.scoring.service.freezing import freeze, sign_receipt
from app.award.stages.queries import open_stage
from app.award.stages.rules import EntryEnded
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.errors import ensure
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.workflow.advance import advancing
from app.rules.regulation.stages import Panel


async def compare(call: Call, panel_id: UUID) -> list[EntryDisagreements]:
    """What the panel must discuss: others' scores, so an audited read."""
    _, found = await queries.disagreements(call, panel_id)
    if found:
        record(call.db, call.actor, "panel:compare", subject=panel_id, now=call.now)
    return found


async def read(call: Call, scorebook_id: UUID) -> ScorebookView:
    """A scorebook; once it shows what the other members gave, an audited read."""
    view, shows = await books.scorebook_view(call, scorebook_id)
    if shows:
        record(
            call.db,
            call.actor,
            "scorebook:read",
            subject=scorebook_id,
            now=call.now,
            log=view.stage.cycle_id,
        )
    return view


async def propose(
    call: Call, scorebook_id: UUID, code: str, body: ConsensusIn, if_match: str
) -> ConsensusItemView:
    """The leader sets one item; what members answered before counts no more."""
    found = await books.get_scorebook(call, scorebook_id, lock=True)
    found.require("scorebook:propose")
    book, about = found.it, await books.about(call.db, scorebook_id)
    _ensure_open(book)
    await _ensure_running(call, about)
    item = await call.db.get(ScorebookItem, (scorebook_id, code))
    if item is None:
        raise rules.ItemUnknown(item=code)
    drafts, given = await queries.given_by_members(call.db, book.entry_id)
    if drafts:
        raise rules.SheetsNotLocked(count=drafts)
    ensure_fresh(if_match, version_tag(item.version))
    rule = (await regulation_of(call.db, about.regulation_hash)).stage(about.key)
    assert isinstance(rule, Panel)  # noqa: S101  only panel stages have scorebooks
    individual = [one.percentage for one in given.get(code, [])]
    limits = rules.limits_of(rule.disagreement, rules.scale_of(book.scale))
    ensure(rules.consensus_obstacles(body.percentage, individual, body.reason, limits))
    item.percentage, item.reason = body.percentage, body.reason
    item.version += 1
    book.version += 1
    call.db.add(
        ScorebookRevision(
            scorebook_id=scorebook_id,
            code=code,
            version=item.version,
            percentage=body.percentage,
            reason=body.reason,
            saved_at=call.now,
        )
    )
    # Not the percentage: the log is read by people who may not know scores before the decision.
    detail = {"item": code, "version": item.version}
    _record(call, "scorebook:propose", book.id, about.cycle_id, detail)
    return ConsensusItemView(
        code=code, percentage=body.percentage, reason=body.reason, version=item.version
    )


async def answer(call: Call, scorebook_id: UUID, body: AgreementIn) -> None:
    """A member agrees with the scorebook as it stands, or says why not."""
    found = await books.get_scorebook(call, scorebook_id, lock=True)
    found.require("scorebook:agree")
    book, about = found.it, await books.about(call.db, scorebook_id)
    _ensure_open(book)
    await _ensure_running(call, about)
    if body.version is not None and body.version != book.version:
        raise rules.ScorebookChanged(pointer="/version")
    if not body.agrees and body.dissent is None:
        raise rules.DissentMissing(pointer="/dissent")
    ensure(_unset(await books.items_of(call.db, scorebook_id)))
    agreement = Agreement(
        scorebook_id=scorebook_id,
        expert_id=await books.seat_of(call.db, book, call.actor.person_id),
        version=book.version,
        agrees=body.agrees,
        dissent=body.dissent,
        answered_at=call.now,
    )
    try:
        async with call.db.begin_nested():
            call.db.add(agreement)
    except IntegrityError as twice:
        raise rules.AlreadyAnswered from twice
    _record(call, "scorebook:agree", book.id, about.cycle_id, {"version": book.version})


async def lock(call: Call, scorebook_id: UUID) -> LockView:
    """Lock the consensus when every item is set and every member has answered."""
    found = await books.get_scorebook(call, scorebook_id, lock=True)
    about = await books.about(call.db, scorebook_id)
    detail: dict[str, Any] = {}
    with advancing(
        call.db, found, SCOREBOOK, "lock", now=call.now, log=about.cycle_id, detail=detail
    ) as reasons:
        await _ensure_running(call, about)
        items = await books.items_of(call.db, scorebook_id)
        answers = await books.answers_of(call.db, scorebook_id)
        reasons.extend(_unset(items))
        reasons.extend(
            rules.AnswerMissing(member=each.name) for each in answers if each.agrees is None
        )
        total = queries.total_text(items)
        if total is not None:
            freeze(call, found.it, _content(found.it, about, items, answers), total)
            detail["digest"] = found.it.digest
    sign_receipt(call, found.it, about.cycle_id, reasons.leaf)
    await call.db.flush()
    return queries.lock_view(found.it)


async def _ensure_running(call: Call, about: Any) -> None:
    """The stage is open, and stays so; the entry has not left it."""
    await open_stage(call.db, about.stage_id)
    if about.result is not None:
        raise EntryEnded


def _ensure_open(book: Scorebook) -> None:
    if book.status != ScorebookStatus.OPEN:
        raise rules.AlreadyLocked


def _unset(items: Any) -> list[rules.ScorebookIncomplete]:
    return [rules.ScorebookIncomplete(item=i.code) for i in items if i.percentage is None]


def _record(call: Call, act: str, subject: UUID, cycle_id: UUID, detail: dict[str, Any]) -> None:
    record(call.db, call.actor, act, subject=subject, now=call.now, log=cycle_id, detail=detail)


def _content(book: Scorebook, about: Any, items: Any, answers: Any) -> dict[str, Any]:
    return {
        "schema": "award-scorebook/1",
        "scorebook": str(book.id),
        "cycle": str(about.cycle_id),
        "stage": about.key,
        "regulation": about.regulation_hash,
        "application": str(about.application_id),
        "entry": str(book.entry_id),
        "panel": str(book.panel_id),
        "items": [
            {
                "code": item.code,
                "points": queries.points_text(item.units),
                "percentage": item.percentage,
                "reason": item.reason,
                "revisions": item.version,
            }
            for item in items
        ],
        "answers": [
            {"expert": str(each.expert_id), "agrees": each.agrees, "dissent": each.dissent}
            for each in answers
        ],
    }
