"""A served world with a row of everything, the tokens of every kind of person, and real ids."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.award.applications.models import Application, Attachment
from app.award.deliberation.minutes import Sitting, content_of
from app.award.deliberation.models import Minutes, Motion
from app.award.granting.models import Award
from app.award.judging.models import Assignment, Expert, Panel
from app.award.programmes.models import Authority, Cycle, Programme, Seat
from app.award.publicity.models import Notice, Objection
from app.award.scoring.models import Scorebook, Sheet
from app.award.stages.models import Entry, Stage
from app.platform.accounts.models import Account, Organisation, Person, RoleGrant, SignInSession
from app.platform.ground import Ground
from app.platform.notifications.models import Notification
from app.proof.canonical import canonical, digest_text
from app.rules.regulation.stages import Vote
from app.rules.voting import Choice
from tests.award.world import make_world
from tests.factories import Office, token_for
from tests.faults.conftest import (  # noqa: F401  fixtures of a service of two workers
    fault_database,
    fault_folder,
    ground,
    keep_figures,
    service,
)
from tests.faults.service import Service

NAMED = {
    "account_id": Account.id,
    "application_id": Application.id,
    "application": Application.id,
    "assignment_id": Assignment.id,
    "attachment_id": Attachment.id,
    "authority_id": Authority.id,
    "cycle_id": Cycle.id,
    "cycle": Cycle.id,
    "log": Cycle.id,
    "entry_id": Entry.id,
    "entry": Entry.id,
    "entries": Entry.id,
    "order": Entry.id,
    "expert_id": Expert.id,
    "grant_id": RoleGrant.id,
    "key": Stage.key,
    "motion_id": Motion.id,
    "notice": Notice.code,
    "notification_id": Notification.id,
    "number": Award.certificate_number,
    "objection_id": Objection.id,
    "organisation_id": Organisation.id,
    "panel_id": Panel.id,
    "person_id": Person.id,
    "present": Seat.id,
    "programme_id": Programme.id,
    "scope": Programme.id,
    "scorebook_id": Scorebook.id,
    "seat": Seat.id,
    "session_id": SignInSession.id,
    "sheet_id": Sheet.id,
    "stage": Stage.key,
}
"""What a parameter or a field of a body names: the column whose values there are."""


@dataclass(frozen=True)
class Served:
    """Where the world is served; `people` by the name of what they may do, `named` by parameter."""

    ground: Ground
    address: str
    people: Mapping[str, tuple[UUID, UUID]]  # account, session
    named: Mapping[str, list[str]]

    def token(self, who: int) -> str:
        """Of somebody: every second time of the one who may do everything here."""
        names = [*sorted(self.people)]
        name = "everything here" if who % 2 else names[who // 2 % len(names)]
        return token_for(self.ground, *self.people[name])

    def real(self, value: Any, chosen: int, name: str = "") -> Any:
        """The value with ids that there are in the place of generated ones."""
        if isinstance(value, dict):
            return {key: self.real(item, chosen, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self.real(item, chosen + place, name) for place, item in enumerate(value)]
        there = self.named.get(name)
        return there[chosen % len(there)] if there and isinstance(value, str) else value

    async def wake(self) -> None:
        """Give back what requests have taken from these people: sessions, accounts, roles."""
        accounts, sessions = zip(*self.people.values(), strict=True)
        async with self.ground.database.writing() as db:
            of_them = select(Account.person_id).where(Account.id.in_(accounts))
            for change in (
                update(SignInSession).where(SignInSession.id.in_(sessions)).values(revoked_at=None),
                update(Account).where(Account.id.in_(accounts)).values(status="active"),
                update(RoleGrant).where(RoleGrant.person_id.in_(of_them)).values(ended_at=None),
            ):
                await db.execute(change)


async def take_minutes(office: Office) -> None:
    """Every motion of the world has the minutes of its sitting: three were there, all approved."""
    rule = next(stage for stage in office.regulation.stages if isinstance(stage, Vote))
    seats = [uuid4() for _ in range(3)]
    async with office.ground.database.writing() as db:
        for motion in (await db.scalars(select(Motion))).all():
            at = Entry.stage_id == motion.stage_id, Entry.round == motion.round
            entries = (await db.scalars(select(Entry.id).where(*at))).all()
            ballots = [(entry, seat, Choice.APPROVE) for entry in entries for seat in seats]
            sitting = Sitting(seats, [], 3, 3, "赵六", "钱七", ballots)
            content = content_of(sitting, rule, entries, seats) | {"document": "会议纪要1号"}
            minutes = Minutes(
                motion_id=motion.id,
                sitting=motion.sitting,
                content=canonical(content),
                digest=digest_text(canonical(content)),
                recorded_by=motion.recorded_by,
                recorded_at=office.ground.clock(),
            )
            db.add(minutes)


@pytest.fixture(scope="session")
async def served(ground: Ground, service: Service) -> Served:  # noqa: F811  fixtures of above
    world = await make_world(ground)
    await take_minutes(world.here)
    actors = {name: one.account_id for name, one in world.actors.items() if one.account_id}
    async with ground.database.reading() as db:
        rows = await db.execute(select(SignInSession.account_id, SignInSession.id))
        sessions = dict(iter(rows))
        named = {
            name: [str(one) for one in await db.scalars(select(column).distinct().order_by(column))]
            for name, column in NAMED.items()
        }
    people = {name: (account, sessions[account]) for name, account in actors.items()}
    there = {name: found for name, found in named.items() if found}
    return Served(ground, service.address, people, there)


@pytest.fixture
async def awake(served: Served) -> Served:
    await served.wake()
    return served


@pytest.fixture(scope="session")
def counted(worker: str) -> Iterator[Counter[str]]:
    """How many requests of the long tests this worker has sent, by status: for the report."""
    counter = Counter[str]()
    yield counter
    keep_figures(f"schemathesis-{worker}", cases=counter.total(), statuses=dict(counter))
