"""The sealing key is changed while people work, and everything stored follows."""

import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import insert, select, update

from app.keeping.keys import key_files
from app.platform.accounts.models import Person
from app.platform.clock import wall_clock
from app.platform.db.engine import Database
from app.platform.notifications.models import MailAddress
from app.platform.notifications.service import place
from app.platform.security.keys import KeyFileWrong
from app.platform.security.resealing import PAGE, Resealed, reseal, shelves
from app.platform.security.sealing import Sealer
from app.platform.security.sealing_keys import FIRST, add_sealing_key, sealer
from app.tables import METADATA

NUMBER = "11010519491231002X"


def test_new_key_seals_and_older_ones_still_open(tmp_path: Path) -> None:
    worker = sealer(tmp_path / FIRST)
    old = worker.seal(NUMBER, "here")
    assert add_sealing_key(tmp_path) == "personal-0002.key"
    new = worker.seal(NUMBER, "here")  # a worker takes the new key up by itself
    assert worker.open_with_age(old, "here") == (NUMBER, 1)
    assert worker.open_with_age(new, "here") == (NUMBER, 0)
    assert add_sealing_key(tmp_path) == "personal-0003.key"
    assert sealer(tmp_path / FIRST).open_with_age(old, "here") == (NUMBER, 2)
    with pytest.raises(InvalidTag):
        Sealer(worker.keys[:1]).open(new, "here")


def test_worker_opens_at_once_what_another_has_sealed_with_a_newer_key(tmp_path: Path) -> None:
    behind, ahead = sealer(tmp_path / FIRST), sealer(tmp_path / FIRST)
    for _ in range(20):
        add_sealing_key(tmp_path)
        assert behind.open(ahead.seal(NUMBER, "here"), "here") == NUMBER


def test_people_are_found_under_the_same_hash_after_a_change(tmp_path: Path) -> None:
    worker = sealer(tmp_path / FIRST)
    before = worker.keyed_hash(NUMBER)
    add_sealing_key(tmp_path)
    worker.seal(NUMBER, "here")
    assert before == worker.keyed_hash(NUMBER) == sealer(tmp_path / FIRST).keyed_hash(NUMBER)


def test_all_sealing_keys_are_closed_and_backed_up(tmp_path: Path) -> None:
    name = add_sealing_key(tmp_path)
    assert {FIRST, name} <= set(key_files(tmp_path))
    (tmp_path / name).chmod(0o640)
    with pytest.raises(KeyFileWrong, match="chmod 600"):
        sealer(tmp_path / FIRST)


def test_every_sealed_column_says_where_it_is_bound() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    bound = {f"{s.table.name}.{column.name}" for s in shelves(METADATA) for column in s.columns}
    assert bound == named
    assert "person.identity_sealed" in bound


@pytest.fixture
async def database(fresh_database_url: str) -> Database:
    return Database.connect(fresh_database_url, pool_size=2)


async def stored(database: Database, keys: Sealer, count: int) -> list[UUID]:
    """So many persons with identity numbers, the first of them with an address too."""
    people = [uuid4() for _ in range(count)]
    async with database.writing() as db:
        rows = [
            {
                "id": one,
                "name": "张三",
                "identity_sealed": keys.seal(f"{NUMBER}{number}", "person.identity"),
                "created_at": wall_clock(),
            }
            for number, one in enumerate(people)
        ]
        await db.execute(insert(Person), rows)
        await db.execute(insert(Person).values(id=uuid4(), name="李四", created_at=wall_clock()))
        address = keys.seal("li.si@example.com", place(people[0]))
        told = {"person_id": people[0], "address_sealed": address, "set_at": wall_clock()}
        await db.execute(insert(MailAddress).values(told))
    return people


@pytest.mark.anyio
async def test_what_is_stored_is_sealed_anew_page_by_page(
    database: Database, tmp_path: Path
) -> None:
    keys, count = sealer(tmp_path / FIRST), PAGE + 7
    people = await stored(database, keys, count)
    add_sealing_key(tmp_path)
    steps: list[tuple[int, int]] = []
    found = await reseal(database, METADATA, keys, lambda done, total: steps.append((done, total)))
    assert found == Resealed(anew=count + 1)
    assert steps == [(done, count + 1) for done in (PAGE, count, count + 1)]
    newest = Sealer(keys.keys[-1:])
    async with database.reading() as db:
        rows = (await db.execute(select(Person.id, Person.identity_sealed))).all()
        address = await db.scalar(select(MailAddress.address_sealed))
    opened = {r.id: newest.open(r.identity_sealed, "person.identity") for r in rows if r[1]}
    assert opened == {one: f"{NUMBER}{number}" for number, one in enumerate(people)}
    assert newest.open(address or b"", place(people[0])) == "li.si@example.com"
    again = await reseal(database, METADATA, keys, lambda _done, _total: None)
    assert again == Resealed(anew=0)
    await database.close()


@pytest.mark.anyio
async def test_value_that_no_key_opens_is_named_and_left(
    database: Database, tmp_path: Path
) -> None:
    keys = sealer(tmp_path / FIRST)
    lost, kept = await stored(database, keys, 2)
    foreign = Sealer.generate().seal(NUMBER, "person.identity")
    async with database.writing() as db:
        await db.execute(update(Person).where(Person.id == lost).values(identity_sealed=foreign))
    add_sealing_key(tmp_path)
    found = await reseal(database, METADATA, keys, lambda _done, _total: None)
    assert found == Resealed(anew=2, unreadable=[f"person.identity_sealed {lost}"])
    async with database.reading() as db:
        rows = await db.execute(select(Person.id, Person.identity_sealed))
        stays = {row.id: row.identity_sealed for row in rows}
    assert stays[lost] == foreign
    assert keys.open_with_age(stays[kept], "person.identity") == (f"{NUMBER}1", 0)
    await database.close()


@pytest.mark.anyio
async def test_commands_change_the_key_and_seal_anew(
    database: Database, fresh_database_url: str, tmp_path: Path
) -> None:
    keys = sealer(tmp_path / "keys" / FIRST)
    await stored(database, keys, 3)

    def said(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "app.cli", "keys", *words],
            env={
                "QUALITY_AWARD_FOLDER": str(tmp_path),
                "DATABASE_URL": fresh_database_url,
                "PATH": "",
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert "personal-0002.key" in said("rotate", "sealing")
    assert "4 项" in said("reseal")
    assert "0 项" in said("reseal")
    await database.close()
