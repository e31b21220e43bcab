"""Which moves does a thing have, and from where to where?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.platform.errors import Conflict

S = TypeVar("S", bound=StrEnum)


class MoveNotPossible(Conflict):
    code = "move-not-possible"
    zh = "目前状态为“{status}”，不能进行“{move}”。"
    en = "From status “{status}” the move “{move}” is not possible."


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One row of a lifecycle table: `move · from · to · permission`; the status stays as it is
    where `to` is None.
    """

    name: str
    sources: frozenset[S]
    target: S | None
    permission: str

    def leads_to(self, status: S) -> S:
        """The status after the move."""
        return status if self.target is None else self.target

    def obstacle(self, status: S) -> MoveNotPossible | None:
        if status in self.sources:
            return None
        return MoveNotPossible(status=status.value, move=self.name)


class Lifecycle(Generic[S]):
    """Every status a thing can have and every way it can change, as a table."""

    def __init__(self, rows: Iterable[tuple[str, set[S], S | None, str]]) -> None:
        self._moves = {
            name: Move(name, frozenset(sources), target, permission)
            for name, sources, target, permission in rows
        }

    @property
    def statuses(self) -> type[S]:
        """The closed set that the table is about."""
        return type(next(status for move in self for status in move.sources))

    def __getitem__(self, name: str) -> Move[S]:
        return self._moves[name]

    def __iter__(self) -> Iterator[Move[S]]:
        return iter(self._moves.values())
