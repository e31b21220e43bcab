"""Every invariant finds what breaks it, and holds in a world that was made properly."""

import asyncio

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.award.invariants import QUESTIONS, Broken, broken
from app.cli import main
from app.platform.db.engine import Database
from app.platform.ground import Ground
from tests.factories import entries_in, make_firm, make_office, make_submitted

pytestmark = pytest.mark.anyio


async def test_world_without_acts_breaks_only_what_wants_acts(
    ground: Ground,
) -> None:
    office = await make_office(ground)
    [(application, _)] = await entries_in(office, "eligibility", 1)
    async with ground.database.reading() as db:
        found = {one.name for one in await broken(db) if one.row == str(application)}
    assert found == {"submission-without-audit"}


async def test_every_question_can_be_asked(ground: Ground) -> None:
    async with ground.database.reading() as db:
        for question in QUESTIONS.values():
            await db.execute(text(question))
    assert all(name == name.lower() and " " not in name for name in QUESTIONS)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("withdrawn-but-live", "UPDATE application SET status = 'withdrawn'"),
        (
            "draft-with-entry",
            "UPDATE application SET status = 'draft'",
        ),
        ("closed-without-outcome", "UPDATE stage SET status = 'closed' WHERE status = 'open'"),
        ("decided-in-an-open-stage", "UPDATE stage SET status = 'open' WHERE status = 'closed'"),
        (
            "submitted-after-the-deadline",
            "UPDATE application SET submitted_at = submitted_at + interval '400 days'",
        ),
    ],
)
async def test_damage_is_named(ground: Ground, name: str, damage: str) -> None:
    office = await make_office(ground)
    await entries_in(office, "eligibility", 1)
    async with ground.database.writing(keep=False) as db:
        before = {one for one in await broken(db) if one.name == name}
        await db.execute(text(damage))
        assert {one for one in await broken(db) if one.name == name} - before


async def test_submission_that_reached_no_stage_is_named(ground: Ground) -> None:
    lost = await make_submitted(await make_office(ground), await make_firm(ground))
    async with ground.database.reading() as db:
        assert Broken("submitted-without-entry", str(lost)) in await broken(db)


def test_command_names_what_is_broken(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    sound = CliRunner().invoke(main, ["invariants"])
    assert (sound.exit_code, sound.stdout.strip()) == (0, "全部成立。")

    async def damage() -> None:
        database = Database.connect(fresh_database_url, pool_size=1)
        async with database.writing() as db:
            await db.execute(
                text(
                    "INSERT INTO once (owner, key, request, created_at)"
                    " VALUES ('nobody', 'half-done', '', now())"
                )
            )
        await database.close()

    asyncio.run(damage())
    unsound = CliRunner().invoke(main, ["invariants"])
    assert unsound.exit_code == 1
    assert "named-request-without-answer  half-done" in unsound.stdout
