"""Which statements does the service send for a request, and whence comes each parameter?

`python -m benchmarks.capture` writes `statements.json`, which the floor runs. Every request is
tried once on the service with its transaction rolled back, so that the floor's own run of the same
statements finds the same rows: a parameter is then known from the request, from a row that an
earlier statement gave, or it is as good as constant (a frozen text, a salt).
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from httpx import ASGITransport, AsyncClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from app.main import create_app
from app.platform.clock import wall_clock
from app.platform.db import embedded
from app.platform.db.engine import Database
from app.platform.db.prepared import Direct
from app.platform.files.store import FileStore
from app.platform.ground import Ground
from app.platform.security.keys import KeyChain
from app.platform.security.passwords import CHEAPEST, PasswordHasher
from app.platform.security.sealing import Sealer
from app.proof.jws import KeyRing, SigningKey
from app.serving import database
from app.settings import Settings
from app.wiring import POLICY
from benchmarks.copying import connect
from benchmarks.floor import FILE, scopes
from benchmarks.operations import ISSUER, Operation, Tokens, Wish, Wishes
from benchmarks.world import Populating, World

ID, TELLING = 36, 5  # characters of an id; of a value that is no other one by chance
Sent = list[tuple[str, Sequence[Any]]]
Source = dict[str, Any]
Captured = dict[str, list[dict[str, Any]]]


class Tried(Database):
    """Two pools whose writes are carried out and then rolled back."""

    @asynccontextmanager
    async def writing(
        self, *, keep: bool = True, serializable: bool = False
    ) -> AsyncIterator[AsyncSession]:
        del keep
        async with super().writing(keep=False, serializable=serializable) as session:
            yield session
            await session.flush()

    def writing_directly(self, *, keep: bool = True) -> Direct:
        del keep
        return super().writing_directly(keep=False)


@contextmanager
def listening(ground: Ground) -> Iterator[Sent]:
    """Statement and parameters of everything that both pools send while the block runs."""
    sent: Sent = []

    def note(_connection: Any, _cursor: Any, text: str, given: Any, *_rest: Any) -> None:
        sent.append((text, given))

    engines = (ground.database.write_engine.sync_engine, ground.database.read_engine.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


@asynccontextmanager
async def tried(url: str, folder: Path) -> AsyncIterator[Ground]:
    """What the service stands on, but every write is rolled back."""
    evidence, access = (KeyRing(active=SigningKey.generate()) for _ in range(2))
    ground = Ground(
        database=Tried.connect(url),
        policy=POLICY,
        chain=KeyChain(evidence, access),
        sealer=Sealer.generate(),
        hasher=PasswordHasher(CHEAPEST),
        files=FileStore.in_folder(folder),
        clock=wall_clock,
        issuer=ISSUER,
    )
    yield ground
    ground.hasher.close()
    await ground.database.close()


async def send(ground: Ground, wish: Wish) -> Sent:
    """The statements of one request, which must succeed."""
    app = create_app(Settings(), ground)
    headers = wish.headers(Tokens(ground.access_key).of(wish.who))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://award.test") as client:
        with listening(ground) as sent:
            answer = await client.request(
                wish.method, wish.path, headers=headers, content=wish.body
            )
    assert answer.is_success, answer.text
    return sent


async def capture(url: str, folder: Path, world: World) -> Captured:
    """Operation → its statements, each with the source of every parameter."""
    wishes = Wishes(world)
    found: Captured = {}
    async with tried(url, folder) as ground:
        for operation in Operation:
            wish = next(wishes.unconditional(operation))
            await send(ground, wish)  # so that this worker has read the regulation before
            sent = await send(ground, wish)
            found[operation] = await traced(url, wish, sent)
    return found


async def traced(url: str, wish: Wish, sent: Sent) -> list[dict[str, Any]]:
    """Run what was sent once more, and see which values the rows before had told."""
    known = from_request(wish)
    connection = await connect(url)
    transaction = connection.transaction()
    await transaction.start()
    statements = []
    for number, (text, given) in enumerate(sent):
        sources = [source(text, value, known) for value in given]
        statements.append({"text": text, "parameters": sources})
        rows = await connection.fetch(text, *given)
        for place, value in enumerate(rows[0] if rows else ()):
            if isinstance(value, list):
                known |= {
                    f"grant {n}": UUID(held.partition(":")[2]) for n, held in enumerate(value)
                }
                roles = {held.partition(":")[0] for held in value}
                known |= {f"scopes {role}": scopes(value, role) for role in roles}
            else:
                known.setdefault(f"row {number} {place}", value)
    await transaction.rollback()
    await connection.close()
    return statements


def from_request(wish: Wish) -> dict[str, Any]:
    """What the request itself says: the session in the token, the ids in the path, the body."""
    path, _, query = wish.path.partition("?")
    parts = path.split("/")
    said: dict[str, Any] = {"session": wish.who.session_id, "name": wish.name}
    said |= {f"path {n}": UUID(part) for n, part in enumerate(parts) if len(part) == ID}
    said |= {key: UUID(value) for key, value in parse_qsl(query) if len(value) == ID}
    if wish.body:
        body = json.loads(wish.body)
        said |= {f"path {len(parts) - 1}": parts[-1], "percentage": body["percentage"]}
        said["comments"] = json.dumps(body["comments"])
    return said


def source(text: str, value: Any, known: Mapping[str, Any]) -> Source:
    """Where the floor takes a parameter from."""
    if isinstance(value, datetime):
        return {"from": "now"}
    for name, seen in known.items():
        alike = isinstance(seen, UUID) if isinstance(value, UUID) else type(seen) is type(value)
        # A small number of a row may be anything; those of the request are few and distinct.
        telling = not name.startswith("row") or len(str(value)) >= TELLING
        if alike and telling and seen == value:
            return {"from": name}
    for name, seen in known.items():
        if isinstance(seen, UUID) and value == str(seen):
            return {"text": name}
    if isinstance(value, UUID):
        assert text.startswith("INSERT"), f"{value} is new in {text}"
        return {"from": "fresh"}
    return constant(value)


def constant(value: Any) -> Source:
    """What is as good as constant: a frozen text, a salt."""
    if isinstance(value, bytes):
        return {"octets": value.hex()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return {"value": value}


async def fresh_capture(url_owner: str, url: str, folder: Path) -> Captured:
    """The statements of today's service, on a small world made in an empty database."""
    world = await traceable_world(url_owner, applications=60, drafts=5)
    return await capture(url, folder, world)


async def traceable_world(url_owner: str, *, applications: int, drafts: int) -> World:
    """A world whose versions are no other number by chance."""
    connection = await connect(url_owner)
    populating = Populating(connection)
    world = await populating.world(applications, drafts, judged=min(applications, 200))
    await connection.execute("UPDATE sheet_item SET version = 700001, percentage = 40")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return world


def main() -> None:
    """Write the statements that the floor runs."""
    with tempfile.TemporaryDirectory() as place:
        with database(Settings(folder=Path(place))) as ready:
            urls = str(ready.database_owner_url), str(ready.database_url)
            captured = asyncio.run(fresh_capture(*urls, Path(place)))
        embedded.remove(embedded.start(Path(place)))
    FILE.write_text(json.dumps(captured, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
