"""How does the committee's vote (评委会审议) work as a stage? Who is carried goes on."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.award.deliberation import minutes, queries, rules
from app.award.deliberation.contest import Contender, Contest, inputs_of, standing, verdicts
from app.award.deliberation.lifecycle import MotionStatus
from app.award.deliberation.models import Motion
from app.award.stages.choosing import Ballot, by_choice, closing_obstacles, quotas_of
from app.award.stages.chosen import chosen
from app.award.stages.kind import Judgement, StageAt
from app.award.stages.outcome_queries import given_elsewhere
from app.award.stages.queries import live_entries
from app.platform.errors import Refusal, ensure
from app.rules.exact import from_units


class VoteKind:
    """评委会审议: a vote on paper, named or secret, recorded by one and confirmed by another."""

    many_rows_decide = False

    async def opened(self, db: AsyncSession, stage: StageAt, now: datetime) -> None:
        """Put the motion before the committee."""
        db.add(Motion(stage_id=stage.id, round=stage.round, created_at=now))
        await db.flush()

    async def blockers(self, db: AsyncSession, stage: StageAt, now: datetime) -> list[Refusal]:
        """A vote that nobody has confirmed, or that was held without a quorum; tiers that nobody
        has chosen, or whose choice does not fit any more.
        """
        del now
        if not await live_entries(db, stage.id):
            return []
        undecided = await _undecided(db, stage)
        if undecided or not by_choice(stage):
            return undecided
        return closing_obstacles(await chosen(db, stage), await self.ballot(db, stage))

    async def judge(self, db: AsyncSession, stage: StageAt, now: datetime) -> Judgement:
        """Carried entries go on, with the tier they had or the one that is proposed here; who is
        not may have a consolation. Raises TieUnresolved where approvals part equals.
        """
        del now
        contest = await _contest(db, stage)
        return Judgement(verdicts(contest), inputs_of(contest))

    async def ballot(self, db: AsyncSession, stage: StageAt) -> Ballot:
        """Tiers are chosen among those who are carried. Raises what makes the vote undecided."""
        ensure(await _undecided(db, stage))
        contest = await _contest(db, stage)
        quotas = quotas_of(stage, contest.held)
        return Ballot(standing(contest), contest.tiers, quotas, contest.rule.lines)


async def _undecided(db: AsyncSession, stage: StageAt) -> list[Refusal]:
    sat = await queries.sat(db, stage.id, stage.round)
    found: list[Refusal] = []
    if sat is None or sat.status is not MotionStatus.CONFIRMED:
        found.append(rules.MotionNotConfirmed())
    if sat and sat.content and (obstacle := minutes.quorum_obstacle(sat.content)):
        found.append(obstacle)
    return found


async def _contest(db: AsyncSession, stage: StageAt) -> Contest:
    """Everything the vote is decided from: three statements, and one more each where entries are
    compared, where tiers are chosen, and where the regulation consoles.
    """
    sat = await queries.sat(db, stage.id, stage.round)
    compared = stage.rule.proposes or stage.rule.consolation
    scores = await queries.last_scores(db, stage) if compared else {}
    choice = await chosen(db, stage) if by_choice(stage) else None
    held = await given_elsewhere(db, stage)

    def contender(entry: Any) -> Contender:
        place, units = scores.get(entry.application_id, (None, None))
        return Contender(
            str(entry.id),
            entry.track,
            entry.tier,
            groups=entry.groups,
            closed=entry.closed,
            settled=entry.settled,
            rank=place,
            score=None if units is None else from_units(units),
        )

    return Contest(
        rule=stage.rule,
        tiers=stage.regulation.tiers,
        quotas=stage.quotas,
        places=stage.places,
        sought=stage.places_sought,
        lots=stage.lots_sought,
        tie_order=stage.tie_order,
        minutes=sat.content if sat else None,
        contenders=tuple(contender(entry) for entry in await live_entries(db, stage.id)),
        choice=None if choice is None else choice.lines,
        held=held,
        consolation=stage.consolation(held),
    )
