"""How does a panel (评审) work as a stage? Judges score, the best go on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.award.judging.models import Assignment, Expert
from app.award.judging.queries import unbiased
from app.award.judging.rules import criteria_of, judges_per_item
from app.award.judging.service.panels import take_over
from app.award.scoring import rules
from app.award.scoring.lifecycle import ScorebookStatus, SheetStatus
from app.award.scoring.models import Scorebook, ScorebookItem, Sheet, SheetItem
from app.award.scoring.recount import below_pass_lines, plain_method, recount, rounded
from app.award.scoring.service.handing_out import lay_out
from app.award.stages.cutting import Field, Standing, cut
from app.award.stages.kind import Judgement, StageAt, Verdict
from app.award.stages.lifecycle import Result
from app.award.stages.models import Entry, Outcome, Stage
from app.award.stages.outcome_queries import given_elsewhere
from app.award.stages.queries import live, live_entries
from app.award.stages.rules import Runner
from app.platform.accounts.models import Organisation
from app.platform.db.base import Rows, among
from app.platform.db.prepared import Prepared, all_of
from app.platform.errors import Refusal
from app.rules.exact import decimal_text
from app.rules.ranking import Candidate, rank
from app.rules.regulation.stages import Panel

PLACE = 128
"""What the place of an item counts beside its percentage, where both are sent as one number: a
form has at most 255 items, which the database holds us to.
"""


class PanelKind:
    """材料评审、现场评审、陈述答辩: sheets, and a scorebook where the panel is to agree."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Take over the panels of the earlier stage, where the regulation says so."""
        del now
        rule = _rule(stage)
        if rule.panel_of is not None:
            await lay_out(db, stage, rule, await take_over(db, stage, rule))

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """Entries without a panel or with too few judges, sheets and scorebooks not locked."""
        del now
        rule = _rule(stage)
        entries = await live_entries(db, stage.id)
        judged = {row.entry_id: row for row in await _judged(db, stage.id)}
        needed = max(stage.regulation.judges_of(rule).at_least, judges_per_item(rule))
        drafts = sum(row.sheets - row.locked for row in judged.values())
        missing = sum(entry.id not in judged for entry in entries)
        thin = {entry for entry, row in judged.items() if row.sheets < needed}
        consensus = rule.method.consensus is not None
        open_books = await _open_books(db, stage.id) if consensus else 0
        found: list[tuple[int, type[Refusal]]] = [
            (missing, rules.EntriesWithoutPanel),
            (len(thin), rules.JudgesMissing),
            (drafts, rules.SheetsNotLocked),
            (open_books, rules.ScorebooksNotLocked),
        ]
        # Of an entry with too few judges altogether no item needs to be named.
        whole = [] if consensus else [e for e in entries if e.id in judged and e.id not in thin]
        return [
            *(refusal(count=count) for count, refusal in found if count),
            *await _short_items(db, stage, rule, whole),
        ]

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """The score of every entry, exact and as rounded; ranks on the rounded figure. Who misses
        a pass line of the criteria does not go on, whatever the rank. Raises TieUnresolved where
        the cut falls between equals.
        """
        del now
        rule, entries = _rule(stage), await live_entries(db, stage.id)
        inputs = await _inputs(db, stage, rule, entries)
        earned = recount(inputs)
        below = below_pass_lines(inputs, earned)
        exact = {entry: points.total for entry, points in earned.items()}
        scores = {entry: rounded(inputs, points) for entry, points in exact.items()}
        candidates = [Candidate(entry, (score,)) for entry, score in scores.items()]
        ranks = {placed.id: placed.rank for placed in rank(candidates)}
        able = [each for each in candidates if each.id not in below]
        among = _field(stage, rule, entries)
        inputs |= among.plain(rule.advances)
        passed = cut(rule.advances, able, among, stage.tie_order).advanced
        consoled = await _consoled(db, stage, inputs, ranks, passed | below)
        through, reason = passed | consoled, rules.elimination_reason
        return Judgement(
            [
                Verdict(
                    UUID(entry),
                    Result.ADVANCED if entry in through else Result.ELIMINATED,
                    exact=exact[entry],
                    score=score,
                    rank=ranks[entry],
                    tier=rule.consolation if entry in consoled else None,
                    reason=None
                    if entry in through
                    else reason(rule.advances, below_pass_line=entry in below),
                    settled=entry in consoled,
                )
                for entry, score in scores.items()
            ],
            inputs,
        )


def _field(stage: StageAt, rule: Panel, entries: Sequence[Any]) -> Field:
    full = {track: criteria_of(stage, rule, track).total for track in {e.track for e in entries}}
    known = {str(e.id): Standing(e.track, e.groups, full[e.track]) for e in entries}
    return Field(stage.places_sought, stage.lots_sought, known)


async def _consoled(
    db: AsyncSession,
    stage: StageAt,
    inputs: dict[str, Any],
    ranks: Mapping[str, int],
    out_of_it: Collection[str],
) -> frozenset[str]:
    """Who gets the stage's consolation tier, but for those that go on or are below a pass line;
    what that is computed from is added to the inputs. Raises TieUnresolved.
    """
    tier = stage.consolation(await given_elsewhere(db, stage))
    if tier is None:
        return frozenset()
    runners = [
        Runner(str(entry.id), entry.track, ranks[str(entry.id)], entry.groups, entry.closed)
        for entry in await live_entries(db, stage.id)
    ]
    inputs["consolation"] = tier.plain() | {
        "runners": {each.id: [each.track, list(each.groups), list(each.closed)] for each in runners}
    }
    return tier.among(runners, out_of_it, stage.tie_order)


def _rule(stage: StageAt) -> Panel:
    if not isinstance(stage.rule, Panel):
        msg = f"{stage.key} is no panel"
        raise TypeError(msg)
    return stage.rule


def _over_sheets(stage_id: Any, *columns: Any) -> Rows:
    """A select over the sheets of a stage's live entries that count: not those of judges who must
    stand aside.
    """
    return (
        select(*columns)
        .select_from(Assignment)
        .join(Sheet, Sheet.assignment_id == Assignment.id)
        .join(Expert, Expert.id == Assignment.expert_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(stage_id), unbiased())
    )


async def _judged(db: AsyncSession, stage_id: UUID) -> Sequence[Any]:
    """How many sheets each entry has, and how many of them are locked."""
    locked = func.count().filter(Sheet.status == SheetStatus.LOCKED)
    counts = Assignment.entry_id, func.count().label("sheets"), locked.label("locked")
    return (await db.execute(_over_sheets(stage_id, *counts).group_by(Assignment.entry_id))).all()


async def _short_items(
    db: AsyncSession, stage: StageAt, rule: Panel, entries: Sequence[Any]
) -> list[Refusal]:
    """The items of these entries that too few judges score, where they do not score everything or
    one must stand aside; one statement, and two more where there are any.
    """
    needed = judges_per_item(rule)
    scored = _over_sheets(stage.id, Assignment.entry_id, SheetItem.code).join(
        SheetItem, SheetItem.sheet_id == Sheet.id
    )
    by_item = scored.group_by(Assignment.entry_id, SheetItem.code)
    enough = by_item.having(func.count() >= needed).subquery()
    rows = await db.execute(
        select(enough.c.entry_id, func.count().label("items")).group_by(enough.c.entry_id)
    )
    covered = {row.entry_id: row.items for row in rows}
    items = {e.track: criteria_of(stage, rule, e.track).items() for e in entries}
    short = {e.id: e for e in entries if covered.get(e.id, 0) < len(items[e.track])}
    if not short:
        return []
    counts = by_item.add_columns(func.count().label("judges"))
    given = {
        (row.entry_id, row.code): row.judges
        for row in await db.execute(counts.where(among(Assignment.entry_id, short)))
    }
    return [
        rules.ItemWithoutJudges(organisation=row.name, item=item.code, given=judges, needed=needed)
        for row in await _named(db, short)
        for item in items[short[row.id].track]
        if (judges := given.get((row.id, item.code), 0)) < needed
    ]


async def _named(db: AsyncSession, entries: Iterable[UUID]) -> Sequence[Any]:
    rows = await db.execute(
        select(Entry.id, Organisation.name)
        .join(Organisation, Organisation.id == Entry.organisation_id)
        .where(among(Entry.id, entries))
        .order_by(Organisation.name, Entry.id)
    )
    return rows.all()


async def _open_books(db: AsyncSession, stage_id: UUID) -> int:
    statement = (
        select(func.count())
        .select_from(Scorebook)
        .join(Entry, Entry.id == Scorebook.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(stage_id), Scorebook.status != ScorebookStatus.LOCKED)
    )
    return await db.scalar(statement) or 0


async def _inputs(
    db: AsyncSession, stage: StageAt, rule: Panel, entries: Sequence[Any]
) -> dict[str, Any]:
    """Everything the scores are computed from, as plain values; three statements at most."""
    by_track = {track: criteria_of(stage, rule, track) for track in {e.track for e in entries}}
    lines: dict[str, dict[str, Any]] = {
        str(entry.id): {
            "application": str(entry.application_id),
            "criteria": by_track[entry.track].code,
            "sheets": {},
            "scorebook": None,
        }
        for entry in entries
    }
    forms = {each.code: each.scored_items() for each in by_track.values()}
    length = {code: len(items) for code, items in forms.items()}
    await _add_sheets(db, stage.id, lines, length)
    consensus = rule.method.consensus is not None
    if consensus:
        await _add_scorebooks(db, stage.id, lines, length)
    lines_of = {each.code: each.pass_lines() for each in by_track.values() if each.pass_lines()}
    return {
        "method": plain_method(None if consensus else rules.method_of(rule.method)),
        "rounding": {"places": rule.rounding.places, "mode": rule.rounding.mode},
        "advance": rule.advances.model_dump(
            mode="json", exclude_none=True, exclude={"cite", "assumed", "because"}
        ),
        "criteria": {
            code: [[item, category, decimal_text(points)] for item, category, points in items]
            for code, items in forms.items()
        },
        "entries": lines,
        **({"pass_lines": _as_text(lines_of)} if lines_of else {}),
    }


def _as_text(lines: Mapping[str, Mapping[str, Fraction]]) -> dict[str, dict[str, str]]:
    return {
        code: {category: decimal_text(line) for category, line in each.items()}
        for code, each in lines.items()
    }


def _marks(item: type[SheetItem | ScorebookItem]) -> Any:
    """All percentages of a form in one array, each with its place: in whatever order they come,
    `in_order` knows where each belongs.
    """
    return func.array_agg(cast(item.position * PLACE + item.percentage, SmallInteger)).label(
        "marks"
    )


def in_order(marks: Sequence[int], length: int) -> list[int | None]:
    """The percentages of a form by place, None where it has not that item."""
    if len(marks) == length:
        return [mark % PLACE for mark in sorted(marks)]
    placed: list[int | None] = [None] * length
    for place, percentage in (divmod(mark, PLACE) for mark in marks):
        placed[place] = percentage
    return placed


_MARKED = (
    select(SheetItem.sheet_id, _marks(SheetItem))
    .join(Sheet, Sheet.id == SheetItem.sheet_id)
    .join(Assignment, Assignment.id == Sheet.assignment_id)
    .join(Entry, Entry.id == Assignment.entry_id)
    .where(Entry.stage_id == bindparam("stage"))
    .group_by(SheetItem.sheet_id)
    .subquery()
)
SHEETS_READ = Prepared(
    _over_sheets(
        bindparam("stage"),
        Assignment.entry_id,
        Sheet.id.label("sheet"),
        Sheet.digest,
        _MARKED.c.marks,
    ).join(_MARKED, _MARKED.c.sheet_id == Sheet.id)
)


async def _add_sheets(
    db: AsyncSession, stage_id: UUID, lines: Mapping[str, Any], length: Mapping[str, int]
) -> None:
    for entry, sheet, digest, marks in await all_of(db, SHEETS_READ, stage=stage_id):
        line = lines[str(entry)]
        items = in_order(marks, length[line["criteria"]])
        line["sheets"][str(sheet)] = {"digest": digest, "items": items}


async def _add_scorebooks(
    db: AsyncSession, stage_id: UUID, lines: Mapping[str, Any], length: Mapping[str, int]
) -> None:
    books = await db.execute(
        select(Scorebook.entry_id, Scorebook.id, Scorebook.digest, _marks(ScorebookItem))
        .join(ScorebookItem, ScorebookItem.scorebook_id == Scorebook.id)
        .join(Entry, Entry.id == Scorebook.entry_id)
        .join(Stage, Stage.id == Entry.stage_id)
        .outerjoin(Outcome, Outcome.entry_id == Entry.id)
        .where(live(stage_id))
        .group_by(Scorebook.id)
    )
    for entry, book, digest, given in books:
        line = lines[str(entry)]
        items = in_order(given, length[line["criteria"]])
        line["scorebook"] = {"id": str(book), "digest": digest, "items": items}
