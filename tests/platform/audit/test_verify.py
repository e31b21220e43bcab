"""The log of a database whose owner obeys no trigger."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from app.cli import main
from app.platform.audit import verify as verifying
from app.platform.audit.checkpoints import checkpoint
from app.platform.audit.models import LogHead, LogLeaf
from app.platform.audit.sealer import seal
from app.platform.audit.verify import verify
from app.platform.audit.walk import Code, Finding
from app.platform.db.engine import Database
from app.platform.security.keys import key_ring
from app.proof.jws import KeyRing, SigningKey, Typ, sign
from app.proof.merkle import Frontier
from tests.clock import START
from tests.platform.audit.acts import act, acts_of, intruder

pytestmark = pytest.mark.anyio


@dataclass
class Award:
    """A database of its own with one log of nine acts, checkpoints at four and eight of them."""

    url: str
    keys: KeyRing
    log: UUID = field(default_factory=uuid4)
    kept: list[str] = field(default_factory=list)
    acts: list[UUID] = field(default_factory=list)

    async def fill(self) -> None:
        for count in (4, 4, 1):
            async with self.database.writing() as db:
                for _ in range(count):
                    act(db, self.log, START)
                await db.flush()
                await seal(db, log=str(self.log), limit=10)
                if count > 1:
                    made = await checkpoint(db, str(self.log), "test", START, self.keys)
                    self.kept.append(made.token)
        async with self.database.writing() as db:
            self.acts = await acts_of(db, self.log)

    async def tamper(self, *statements: str, **named: object) -> None:
        async with intruder(self.url) as db:
            for statement in statements:
                values = {"log": str(self.log)} | named
                used = {name: value for name, value in values.items() if f":{name}" in statement}
                await db.execute(text(statement), used)

    async def found(self, ring: KeyRing | None = None, *kept: str) -> list[Finding]:
        async with self.database.reading() as db:
            return await verify(db, ring or self.keys, kept_outside=kept)

    async def codes(self, *kept: str) -> list[tuple[Code, int | None]]:
        return [(one.code, one.seq) for one in await self.found(None, *kept)]

    def __post_init__(self) -> None:
        self.database = Database.connect(self.url, pool_size=2)


@pytest.fixture
async def award(fresh_database_url: str) -> AsyncIterator[Award]:
    made = Award(fresh_database_url, KeyRing(active=SigningKey.generate()))
    await made.fill()
    yield made
    await made.database.close()


async def test_untouched_log_has_no_findings(award: Award) -> None:
    async with award.database.writing() as db:
        act(db, award.log, START)
        act(db, None, START)
    assert await award.found(None, *award.kept) == [], "what waits to be sealed is no finding"


async def test_pages_and_progress_cover_everything(
    award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "PAGE", 2)
    seen: list[tuple[int, int]] = []
    async with award.database.reading() as db:
        assert (
            await verify(db, award.keys, progress=lambda done, total: seen.append((done, total)))
            == []
        )
    assert seen == sorted(seen)
    assert seen[-1] == (18, 18)


async def test_edited_act_is_named(award: Award) -> None:
    edit = "UPDATE audit_event SET body = replace(body, 'planned', 'closed') WHERE id = :id"
    await award.tamper(edit, id=award.acts[2])
    (found,) = await award.found()
    assert (found.code, found.seq, found.event_id) == (Code.EDITED, 2, award.acts[2])


async def test_deleted_act_is_named(award: Award) -> None:
    await award.tamper("DELETE FROM audit_event WHERE id = :id", id=award.acts[5])
    (found,) = await award.found()
    assert (found.code, found.seq, found.event_id) == (Code.DELETED, 5, award.acts[5])


async def test_act_deleted_before_it_was_sealed_is_named(award: Award) -> None:
    async with award.database.writing() as db:
        act(db, award.log, START)
    gone = "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM unsealed_event)"
    await award.tamper(gone)
    assert await award.codes() == [(Code.DELETED, None)]


async def test_act_deleted_with_its_leaf_is_named(award: Award) -> None:
    await award.tamper(
        "DELETE FROM audit_event WHERE id = :id",
        "DELETE FROM log_leaf WHERE event_id = :id",
        id=award.acts[3],
    )
    assert await award.codes() == [(Code.LEAF_MISSING, 3)]


async def test_exchanged_places_are_named(award: Award) -> None:
    await award.tamper(
        "UPDATE log_leaf SET seq = -1 WHERE log_key = :log AND seq = 1",
        "UPDATE log_leaf SET seq = 1 WHERE log_key = :log AND seq = 2",
        "UPDATE log_leaf SET seq = 2 WHERE log_key = :log AND seq = -1",
    )
    codes = await award.codes()
    assert {(Code.EXCHANGED, 1), (Code.EXCHANGED, 2)} <= set(codes)


async def test_reordering_with_everything_computed_anew_is_named(award: Award) -> None:
    await rebuild(award, [award.acts[n] for n in (0, 2, 1, *range(3, 9))])
    (found,) = await award.found()
    assert (found.code, found.seq, found.event_id) == (Code.REORDERED, 2, award.acts[1])


async def test_cut_log_is_told_by_a_checkpoint_inside(award: Award) -> None:
    await rebuild(award, award.acts[:6])
    codes = await award.codes()
    assert (Code.CUT, 6) in codes
    assert [code for code, _ in codes].count(Code.UNSEALED) == 3


async def test_history_rewritten_with_its_checkpoints_is_told_by_one_kept_outside(
    award: Award,
) -> None:
    cut = "DELETE FROM audit_event WHERE id = ANY(:ids)"
    await award.tamper(cut, "DELETE FROM log_checkpoint", ids=award.acts[3:])
    await rebuild(award, award.acts[:3])
    assert await award.codes() == [], "inside the database nothing is left to see"
    assert await award.codes(award.kept[0]) == [(Code.CUT, 3)]


async def test_log_that_is_gone_altogether_is_told_by_a_checkpoint_kept_outside(
    award: Award,
) -> None:
    tables = ("audit_event", "log_leaf", "log_head", "log_checkpoint", "unsealed_event")
    await award.tamper(*(f"DELETE FROM {table}" for table in tables))  # noqa: S608  our names
    assert await award.codes() == []
    assert await award.codes(award.kept[1]) == [(Code.CUT, 0)]


async def test_act_without_a_leaf_is_named(award: Award) -> None:
    async with intruder(award.url) as db:
        act(db, award.log, START)
    (found,) = await award.found()
    assert (found.code, found.log) == (Code.UNSEALED, str(award.log))
    assert found.event_id not in award.acts


async def test_changed_head_is_told(award: Award) -> None:
    await award.tamper("UPDATE log_head SET size = 8 WHERE log_key = :log")
    assert await award.codes() == [(Code.HEAD_DIFFERS, None)]


async def test_removed_checkpoint_is_missed(award: Award) -> None:
    await award.tamper("DELETE FROM log_checkpoint WHERE size = 4")
    assert await award.codes() == [(Code.CHECKPOINT_MISSING, 8)]


async def test_checkpoint_row_that_differs_from_what_was_signed_is_told(award: Award) -> None:
    await award.tamper("UPDATE log_checkpoint SET why = 'other' WHERE size = 8")
    assert await award.codes() == [(Code.CHECKPOINT_FOREIGN, 8)]


async def test_checkpoints_of_a_foreign_key_do_not_count(award: Award) -> None:
    foreign = KeyRing(active=SigningKey.generate())
    found = await award.found(foreign, *award.kept)
    assert [one.code for one in found] == [Code.CHECKPOINT_FOREIGN] * 4
    assert await award.codes("rubbish") == [(Code.CHECKPOINT_FOREIGN, None)]


async def test_checkpoint_that_states_another_root_is_told(award: Award) -> None:
    assert award.keys.active is not None
    claims = {
        "log": str(award.log),
        "size": 6,
        "root": "00" * 32,
        "at": START.isoformat(),
        "why": "test",
        "prev": None,
    }
    other = sign(claims, typ=Typ.CHECKPOINT, key=award.keys.active)
    assert (await award.codes(other))[0][0] in {Code.REWRITTEN, Code.REORDERED}


async def test_command_exits_0_or_1_and_names_the_act(
    award: Award, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = key_ring(tmp_path / "keys")
    async with award.database.writing() as db:
        act(db, award.log, START)
        kept = await checkpoint(db, str(award.log), "test", START, ring)
    await award.tamper("DELETE FROM log_checkpoint WHERE size < 10")
    await award.tamper("UPDATE log_checkpoint SET prev = NULL")
    (tmp_path / "kept").write_text(f"{kept.token}\n")
    monkeypatch.setenv("DATABASE_URL", award.url)
    monkeypatch.setenv("QUALITY_AWARD_FOLDER", str(tmp_path))
    assert await ran("--checkpoint", str(tmp_path / "kept")) == (1, [Code.CHECKPOINT_FOREIGN])
    await award.tamper("DELETE FROM log_checkpoint")
    assert await ran("--checkpoint", str(tmp_path / "kept")) == (0, [])
    await award.tamper("DELETE FROM audit_event WHERE id = :id", id=award.acts[5])
    assert await ran() == (1, [Code.DELETED])
    assert (await ran("--checkpoint", str(tmp_path / "nothing")))[0] == 1


async def ran(*arguments: str) -> tuple[int, list[str]]:
    """The exit code of `audit verify`, and the codes it has printed."""
    command = ["audit", "verify", *arguments]
    result = await asyncio.to_thread(CliRunner().invoke, main, command)  # it runs a loop of its own
    known = {code.value for code in Code}
    printed = [line.split()[0] for line in result.output.splitlines() if line.strip()]
    return result.exit_code, [word for word in printed if word in known]


async def rebuild(award: Award, order: list[UUID]) -> None:
    """Write leaves and head anew in another order, as a thorough intruder would."""
    async with intruder(award.url) as db:
        hashes = {
            row.event_id: row.leaf_hash
            for row in await db.execute(select(LogLeaf.event_id, LogLeaf.leaf_hash))
        }
        await db.execute(text("DELETE FROM log_leaf"))
        frontier = Frontier()
        for seq, event_id in enumerate(order):
            frontier.append(hashes[event_id])
            db.add(
                LogLeaf(
                    log_key=str(award.log),
                    seq=seq,
                    event_id=event_id,
                    leaf_hash=hashes[event_id],
                    peak=frontier.peaks[-1],
                )
            )
        head = await db.get_one(LogHead, str(award.log))
        head.size, head.peaks = frontier.size, b"".join(frontier.peaks)
