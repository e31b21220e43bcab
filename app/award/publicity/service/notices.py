"""What the office does with a notice: draft it, change the draft, enter its posting."""

from collections.abc import Sequence
from datetime import UTC, datetime
from secrets import choice
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.award.applications.service import ALPHABET
from app.award.publicity import queries, rules
from app.award.publicity.lifecycle import NOTICE, NoticeStatus
from app.award.publicity.models import Notice, NoticeLine
from app.award.publicity.schemas import NoticeIn, NoticeView, PostingIn
from app.award.stages.kind import StageAt
from app.award.stages.queries import ensure_disinterested, get_stage, open_stage, stage_at
from app.platform.accounts.callers import Call
from app.platform.audit.record import record
from app.platform.clock import legal_day
from app.platform.errors import ensure
from app.platform.http.preconditions import ensure_fresh, version_tag
from app.platform.workflow.advance import advancing
from app.proof.canonical import canonical, digest_text
from app.rules.calendar import Deadline


async def draft(call: Call, cycle_id: UUID, key: str, body: NoticeIn) -> NoticeView:
    """Draft the notice of a publicity. There is one a round; raises NoticeExists."""
    found = await get_stage(call, cycle_id, key)
    found.require("notice:draft")
    stage = await open_stage(call.db, found.it.id)
    if stage.kind != "publicity":
        raise rules.NotAPublicity(name=stage.name)
    await ensure_disinterested(call, stage.id)
    day = legal_day(call.now)[2:].replace("-", "")
    notice = Notice(
        stage_id=stage.id,
        round=stage.round,
        code=f"GS-{day}-" + "".join(choice(ALPHABET) for _ in range(8)),
        created_at=call.now,
    )
    _write(notice, body)
    try:
        async with call.db.begin_nested():
            call.db.add(notice)
    except IntegrityError as twice:
        raise rules.NoticeExists from twice
    _log(call, "notice:draft", notice, cycle_id, 1)
    return await queries.notice_view(call, notice.id)


async def revise(call: Call, notice_id: UUID, body: NoticeIn, if_match: str) -> NoticeView:
    """Replace the text of a draft, if nobody has changed it since it was read."""
    found = await queries.get_notice(call, notice_id)
    found.require("notice:draft")
    notice = found.it
    stage = await open_stage(call.db, notice.stage_id)
    await ensure_disinterested(call, stage.id)
    if notice.status != NoticeStatus.DRAFT:
        raise rules.NoticePosted
    ensure_fresh(if_match, version_tag(notice.version))
    _write(notice, body)
    notice.version += 1
    await call.db.flush()
    _log(call, "notice:revise", notice, stage.cycle_id, notice.version)
    return await queries.notice_view(call, notice_id)


async def post(call: Call, notice_id: UUID, body: PostingIn) -> NoticeView:
    """Enter the posting: text and list are frozen, and the period runs by the regulation's count.

    The legal act is the posting on the named channel; the period starts there.
    """
    found = await queries.get_notice(call, notice_id)
    found.require("notice:post")
    notice = found.it
    at = await stage_at(call.db, await open_stage(call.db, notice.stage_id))
    await ensure_disinterested(call, at.id)
    ensure(rules.posting_obstacles(body.posted_at, at.opened_at, call.now))
    lines = await queries.lines_now(call, [notice_id])
    runs = rules.period(at.rule, body.posted_at)
    content = canonical(_content(notice, at, body, runs, lines))
    detail = {"digest": digest_text(content), "channel": body.channel, "url": body.url}
    with advancing(call.db, found, NOTICE, "post", now=call.now, log=at.cycle_id, detail=detail):
        pass
    _freeze(notice, body, runs, content)
    await call.db.flush()
    call.db.add_all(
        NoticeLine(
            notice_id=notice_id,
            entry_id=line.entry_id,
            application_code=line.application_code,
            organisation=line.organisation,
            awardee=line.named,
            track=line.track,
            tier=line.tier,
        )
        for line in lines
    )
    await call.db.flush()
    return await queries.notice_view(call, notice_id)


def _write(notice: Notice, body: NoticeIn) -> None:
    notice.title, notice.text = body.title, body.text
    notice.contact_name = body.contact.name
    notice.contact_phone = body.contact.phone
    notice.contact_address = body.contact.address


def _freeze(notice: Notice, body: PostingIn, runs: Deadline, content: str) -> None:
    notice.channel, notice.url, notice.posted_at = body.channel, body.url, body.posted_at
    notice.first_day, notice.last_day = runs.first_day, runs.last_day
    notice.ends_at, notice.provisional = runs.ends_at, runs.provisional
    notice.content, notice.digest = content, digest_text(content)
    notice.version += 1


def _content(
    notice: Notice, at: StageAt, body: PostingIn, runs: Deadline, lines: Sequence[Any]
) -> dict[str, Any]:
    return {
        "schema": "award-notice/1",
        "code": notice.code,
        "cycle": str(at.cycle_id),
        "regulation": at.regulation_hash,
        "stage": at.key,
        "round": at.round,
        "title": notice.title,
        "text": notice.text,
        "contact": {
            "name": notice.contact_name,
            "phone": notice.contact_phone,
            "address": notice.contact_address,
        },
        "awardees": [
            {
                "application": line.application_code,
                "organisation": line.organisation,
                "credit_code": line.credit_code,
                **({"awardee": line.named} if line.named else {}),
                "track": line.track,
                "tier": line.tier,
            }
            for line in lines
        ],
        "channel": body.channel,
        "url": body.url,
        "posted_at": _instant(body.posted_at),
        "from": runs.first_day.isoformat(),
        "to": runs.last_day.isoformat(),
        "ends_at": _instant(runs.ends_at),
        "provisional": runs.provisional,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _log(call: Call, act: str, notice: Notice, cycle_id: UUID, version: int) -> None:
    record(
        call.db,
        call.actor,
        act,
        subject=notice.id,
        now=call.now,
        log=cycle_id,
        detail={"version": version, "title": notice.title},
    )
