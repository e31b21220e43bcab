"""What do the measured requests find? A populated database: two cycles of one programme.

In the first the judges are at work: every application has a panel of five and a sheet for each. In
the second the intake is open: every application is a complete draft, submitted once.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from uuid import UUID, uuid4

import asyncpg

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.models import Application, Attachment
from app.award.judging.models import Assignment, Expert, Member, Panel, PanelEntry
from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.models import (
    Authority,
    CriteriaEdition,
    Cycle,
    CycleCriteria,
    Programme,
    RegulationEdition,
)
from app.award.representation.lifecycle import MandateStatus
from app.award.representation.models import Mandate
from app.award.representation.rules import MandateKind
from app.award.roles import Role
from app.award.scoring.lifecycle import SheetStatus
from app.award.scoring.models import Sheet, SheetItem
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.models import Entry, Outcome, Stage
from app.catalogue import loader
from app.platform.accounts.callers import AUDIENCE
from app.platform.accounts.lifecycle import AccountStatus
from app.platform.accounts.models import (
    Account,
    Organisation,
    Person,
    RoleGrant,
    SignInSession,
)
from app.platform.db.base import Model
from app.platform.files.models import FileState
from app.proof.canonical import digest_text
from app.proof.jws import SigningKey, access_token
from app.rules.exact import decimal_text, from_units, to_units
from app.rules.identifiers import credit_code_check
from app.rules.regulation.read import digest, read
from app.rules.scoring import item_points
from benchmarks.copying import Row, copy

REGULATION, CRITERIA, RUBRIC = "binhu-2023", "gbt-19580-2012", "defence-100"
TRACK, PANEL_SIZE = "organisation", 5
COMMENTS = [{"kind": "strength", "text": "质量目标逐级分解，并与绩效考核挂钩，按季度评审改进"}]


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody with an account and a session."""

    person_id: UUID
    account_id: UUID
    session_id: UUID

    def token(self, key: SigningKey, issuer: str) -> str:
        """An access token that counts from now on for ten minutes."""
        return access_token(
            sub=str(self.account_id),
            sid=str(self.session_id),
            issuer=issuer,
            audience=AUDIENCE,
            now=datetime.now(UTC),
            key=key,
        )


@dataclass(frozen=True, slots=True)
class World:
    """Where the requests go. `sheets` and `drafts` are (id, who may)."""

    judged: UUID
    clerk: Signed
    codes: tuple[str, ...]
    sheets: Sequence[tuple[UUID, Signed]]
    drafts: Sequence[tuple[UUID, Signed]]


class Populating:
    """Makes a world in a migrated, empty database, over one connection, in one transaction."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.now = datetime.now(UTC)
        self.programme = uuid4()
        self.chance = Random(19580)
        self.numbers = itertools.count(1)

    async def world(
        self, applications: int, drafts: int, *, judged: int | None = None, locked: bool = False
    ) -> World:
        """`judged`: only so many have sheets; `locked`: all sheets are filled in and locked, as
        before the stage is closed.
        """
        async with self.connection.transaction():
            regulation = await self._programme()
            [clerk] = await self._people([(Role.CLERK, self.programme)])
            cycle, stages = await self._cycle(1, regulation, "documents")
            running, _ = await self._cycle(2, regulation, "intake")
            entries = await self._submitted(cycle, stages, applications)
            sheets = await self._panels(stages["documents"], entries[:judged], locked=locked)
            speakers = await self._drafts(running, drafts)
        await self.connection.execute("VACUUM ANALYZE")
        codes = tuple(item.code for item in loader.criteria(CRITERIA).items())
        return World(cycle, clerk, codes, sheets, speakers)

    async def _copy(self, model: type[Model], rows: Iterable[Row]) -> None:
        await copy(self.connection, model, rows)

    async def _programme(self) -> str:
        text = loader.regulation_text(REGULATION)
        name, now = digest(text), self.now
        authority = uuid4()
        await self._copy(Authority, [{"id": authority, "name": "监管局", "created_at": now}])
        programme = {"id": self.programme, "authority_id": authority, "name": "质量奖"}
        await self._copy(Programme, [programme | {"created_at": now}])
        edition = {"hash": name, "code": REGULATION, "title": "办法", "text": text}
        await self._copy(RegulationEdition, [edition | {"created_at": now}])
        texts = {code: loader.criteria_text(code) for code in (CRITERIA, RUBRIC)}
        await self._copy(
            CriteriaEdition,
            [
                {"hash": digest_text(t), "code": c, "name": c, "text": t, "created_at": now}
                for c, t in texts.items()
            ],
        )
        return name

    async def _cycle(
        self, ordinal: int, regulation: str, running: str
    ) -> tuple[UUID, dict[str, UUID]]:
        """A launched cycle in which one stage is open; gives its id and its stages by key."""
        cycle, now = uuid4(), self.now
        row = {
            "id": cycle,
            "programme_id": self.programme,
            "regulation_hash": regulation,
            "ordinal": ordinal,
            "label": f"第{ordinal}届",
            "period_from": date(2025, 1, 1),
            "period_to": date(2025, 12, 31),
            "cut_off": date(2025, 12, 31),
            "status": CycleStatus.LAUNCHED,
            "places": 3,
            "launched_at": now,
            "created_at": now,
        }
        await self._copy(Cycle, [row])
        pinned = {code: digest_text(loader.criteria_text(code)) for code in (CRITERIA, RUBRIC)}
        await self._copy(
            CycleCriteria,
            [{"cycle_id": cycle, "code": c, "criteria_hash": h} for c, h in pinned.items()],
        )
        rules = read(loader.regulation_text(REGULATION)).stages
        here = [rule.key for rule in rules].index(running)
        stages = {rule.key: uuid4() for rule in rules}
        window = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=30)}
        status = (StageStatus.CLOSED, StageStatus.OPEN, StageStatus.WAITING)
        await self._copy(
            Stage,
            [
                {"id": stages[rule.key], "cycle_id": cycle, "key": rule.key, "kind": rule.kind}
                | {"name": rule.name, "position": position, **window}
                | {"status": status[(position >= here) + (position > here)]}
                for position, rule in enumerate(rules)
            ],
        )
        return cycle, stages

    async def _people(self, roles: Sequence[tuple[str, UUID]]) -> list[Signed]:
        """Somebody for each of these roles, signed in."""
        now = self.now
        people = [Signed(uuid4(), uuid4(), uuid4()) for _ in roles]
        await self._copy(
            Person, [{"id": p.person_id, "name": "张三", "created_at": now} for p in people]
        )
        await self._copy(
            Account,
            [
                {"id": p.account_id, "person_id": p.person_id, "login": p.account_id.hex}
                | {"status": AccountStatus.ACTIVE, "created_at": now}
                for p in people
            ],
        )
        lasting = {"created_at": now, "expires_at": now + timedelta(days=30)}
        await self._copy(
            SignInSession,
            [{"id": p.session_id, "account_id": p.account_id, **lasting} for p in people],
        )
        await self._copy(
            RoleGrant,
            [
                {"person_id": p.person_id, "role": role, "scope_id": scope, "granted_at": now}
                for p, (role, scope) in zip(people, roles, strict=True)
            ],
        )
        return people

    async def _firms(self, most: int) -> list[tuple[UUID, Signed]]:
        firms = [uuid4() for _ in range(most)]
        speakers = await self._people([(Role.APPLICANT, firm) for firm in firms])
        pairs = zip(firms, speakers, strict=True)
        await self._copy(
            Organisation,
            [
                {"id": firm, "name": f"无锡{firm.hex[:6]}精工有限公司", "credit_code": _code(n)}
                | {"registered_by": speaker.person_id, "created_at": self.now}
                | {"confirmed_at": self.now}
                for (firm, speaker), n in zip(pairs, self.numbers, strict=False)
            ],
        )
        return list(zip(firms, speakers, strict=True))

    async def _submitted(self, cycle: UUID, stages: Mapping[str, UUID], count: int) -> list[Row]:
        """Submitted applications that have come to the documents panel; gives its entries."""
        rows = [
            _application(cycle, firm, self.now)
            | {"status": ApplicationStatus.SUBMITTED, "submitted_at": self.now}
            | {"content": "{}", "digest": "0" * 64, "receipt": "receipt"}
            for firm, _ in await self._firms(count)
        ]
        await self._copy(Application, rows)
        entries: list[Row] = []
        for key in ("intake", "eligibility", "documents"):
            entries = [
                {"id": uuid4(), "stage_id": stages[key], "application_id": row["id"]}
                | {"organisation_id": row["organisation_id"], "round": 1, "track": TRACK}
                | {"entered_at": self.now}
                for row in rows
            ]
            await self._copy(Entry, entries)
            if key != "documents":
                advanced = {"result": Result.ADVANCED, "decided_at": self.now}
                await self._copy(Outcome, [{"entry_id": e["id"]} | advanced for e in entries])
        return entries

    async def _panels(
        self, stage: UUID, entries: Sequence[Row], *, locked: bool
    ) -> list[tuple[UUID, Signed]]:
        """Panels of five with some fifty entries each; gives every sheet with its author."""
        count = -(-len(entries) // 50)
        judges = await self._people([(Role.JUDGE, self.programme)] * (count * PANEL_SIZE))
        experts = await self._experts(judges)
        panels = [uuid4() for _ in range(count)]
        await self._copy(
            Panel,
            [
                {"id": panel, "stage_id": stage, "name": f"第{n}组", "formed_at": self.now}
                for n, panel in enumerate(panels)
            ],
        )
        await self._copy(
            Member,
            [
                {"panel_id": panels[n // PANEL_SIZE], "expert_id": expert}
                | {"leader": n % PANEL_SIZE == 0}
                for n, expert in enumerate(experts)
            ],
        )
        seats = [(entry["id"], n % count) for n, entry in enumerate(entries)]
        await self._copy(
            PanelEntry, [{"entry_id": entry, "panel_id": panels[n]} for entry, n in seats]
        )
        laid = [
            ({"id": uuid4(), "panel_id": panels[n], "entry_id": entry, "expert_id": experts[j]}, j)
            for entry, n in seats
            for j in range(n * PANEL_SIZE, (n + 1) * PANEL_SIZE)
        ]
        await self._copy(Assignment, [row for row, _ in laid])
        sheets = await self._sheets([row["id"] for row, _ in laid], locked=locked)
        return [(sheet, judges[j]) for sheet, (_, j) in zip(sheets, laid, strict=True)]

    async def _experts(self, judges: Sequence[Signed]) -> list[UUID]:
        experts = [uuid4() for _ in judges]
        await self._copy(
            Expert,
            [
                {"id": expert, "programme_id": self.programme, "person_id": judge.person_id}
                | {"industries": ["C34"], "qualification": "高级", "enrolled_at": self.now}
                for expert, judge in zip(experts, judges, strict=True)
            ],
        )
        return experts

    async def _sheets(self, assignments: Sequence[UUID], *, locked: bool) -> list[UUID]:
        criteria = loader.criteria(CRITERIA)
        of = {item.code: cat.code for cat in criteria.categories for item in cat.items}
        items = [
            {"code": item.code, "position": position, "category": of[item.code]}
            | {"name": item.name, "kind": item.kind.value, "units": to_units(item.points)}
            for position, item in enumerate(criteria.items())
        ]
        rows: list[Row] = []
        lines: list[Row] = []
        for assignment in assignments:
            given = [self.chance.randrange(6, 19) * 5 for _ in items] if locked else []
            rows.append(
                {"id": uuid4(), "assignment_id": assignment} | _lock(items, given, self.now)
            )
            lines += [
                item
                | {"sheet_id": rows[-1]["id"], "version": int(locked)}
                | {
                    "percentage": given[i] if locked else None,
                    "comments": COMMENTS if locked else [],
                }
                for i, item in enumerate(items)
            ]
        await self._copy(Sheet, rows)
        await self._copy(SheetItem, lines)
        return [row["id"] for row in rows]

    async def _drafts(self, cycle: UUID, count: int) -> list[tuple[UUID, Signed]]:
        firms = await self._firms(count)
        rows = [_application(cycle, firm, self.now) for firm, _ in firms]
        await self._copy(Application, rows)
        accepted = {"kind": MandateKind.ADMINISTRATOR, "status": MandateStatus.ACCEPTED}
        await self._copy(
            Mandate,
            [
                {"programme_id": self.programme, "organisation_id": firm, "credit_code": firm.hex}
                | {"person_id": who.person_id, "created_at": self.now, **accepted}
                for firm, who in firms
            ],
        )
        stored = {"media_type": "application/pdf", "size": 1, "state": FileState.STORED}
        await self._copy(
            Attachment,
            [
                {"application_id": row["id"], "document": name, "file_name": f"{name}.pdf"}
                | {"sha256": "0" * 64, "created_at": self.now, "stored_at": self.now, **stored}
                for row in rows
                for name in ("申报表", "自评报告", "证实性材料")
            ],
        )
        return [(row["id"], who) for row, (_, who) in zip(rows, firms, strict=True)]


def _code(number: int) -> str:
    stem = f"91320211{number:09d}"
    return stem + credit_code_check(stem)


def _application(cycle: UUID, firm: UUID, now: datetime) -> Row:
    form = {"registered_on": "2009-06-18", "employees": 420, "industry": "C34"}
    return {
        "id": uuid4(),
        "code": f"SB-{uuid4().hex[:10].upper()}",
        "cycle_id": cycle,
        "organisation_id": firm,
        "track": TRACK,
        "form": form | {"contact_name": "李四", "facts": {}},
        "entry_key": str(firm),
        "created_at": now,
    }


def _lock(items: Sequence[Row], given: Sequence[int], now: datetime) -> Row:
    if not given:
        return {}
    total = sum(
        (
            item_points(from_units(item["units"]), percentage)
            for item, percentage in zip(items, given, strict=True)
        ),
        Fraction(0),
    )
    frozen = {"content": "{}", "digest": "0" * 64, "receipt": "receipt", "locked_at": now}
    return frozen | {"status": SheetStatus.LOCKED, "total": decimal_text(total)}
