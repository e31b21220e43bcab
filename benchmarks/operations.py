"""Which requests are measured? Four, and how each is written on the wire."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID, uuid4

from app.proof.jws import SigningKey
from benchmarks.world import COMMENTS, Signed, World

ISSUER = "quality-award"


class Operation(StrEnum):
    """What is done; `most` is the bar on statements, BEGIN and COMMIT not counted."""

    AUTOSAVE = "autosave"
    SCORESHEET = "scoresheet"
    LIST = "list"
    SUBMIT = "submit"

    @property
    def most(self) -> int:
        return {"autosave": 5, "scoresheet": 3, "list": 3, "submit": 10}[self]

    @property
    def writes(self) -> bool:
        return self in {Operation.AUTOSAVE, Operation.SUBMIT}


@dataclass(frozen=True, slots=True)
class Wish:
    """One request, before somebody signs it."""

    method: str
    path: str
    who: Signed
    if_match: str | None = None
    body: bytes = b""
    name: str | None = None

    def headers(self, token: str) -> dict[str, str]:
        named = {"Authorization": f"Bearer {token}"}
        if self.if_match is not None:
            named["If-Match"] = self.if_match
        if self.name is not None:
            named["Idempotency-Key"] = self.name
        return named | ({"Content-Type": "application/json"} if self.body else {})


class Wishes:
    """The requests of a run. Both sides are sent the same ones, each at its own time: an item is
    saved at the version it has, a draft is submitted once.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._versions: dict[tuple[UUID, str], int] = {}
        self._drafts = iter(world.drafts)

    def of(self, operation: Operation, lane: int, lanes: int) -> Iterator[Wish]:
        """Requests of one connection: no two connections write the same row."""
        match operation:
            case Operation.LIST:
                path = f"/api/v1/applications?cycle={self.world.judged}&limit=50"
                while True:
                    yield Wish("GET", path, self.world.clerk)
            case Operation.SUBMIT:
                for application, who in self._drafts:
                    path = f"/api/v1/applications/{application}/submission"
                    yield Wish("POST", path, who, name=uuid4().hex)
            case _:
                while True:
                    for sheet, who in self.world.sheets[lane::lanes]:
                        yield from self._sheet(operation, sheet, who)

    def unconditional(self, operation: Operation) -> Iterator[Wish]:
        """The same for one connection, whatever version an item has."""
        for wish in self.of(operation, 0, 1):
            yield wish if wish.if_match is None else replace(wish, if_match="*")

    def _sheet(self, operation: Operation, sheet: UUID, who: Signed) -> Iterator[Wish]:
        path = f"/api/v1/scoresheets/{sheet}"
        if operation is Operation.SCORESHEET:
            yield Wish("GET", path, who)
            return
        for code in self.world.codes:
            version = self._versions.get((sheet, code), 0)
            self._versions[sheet, code] = version + 1
            score = {"percentage": (version * 5 + 30) % 100, "comments": COMMENTS}
            body = json.dumps(score, ensure_ascii=False).encode()
            yield Wish("PUT", f"{path}/items/{code}", who, f'"v{version}"', body)


class Tokens:
    """Access tokens as the service itself would issue them, one a session."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self._made: dict[UUID, str] = {}

    def of(self, who: Signed) -> str:
        if who.session_id not in self._made:
            self._made[who.session_id] = who.token(self._key, ISSUER)
        return self._made[who.session_id]
