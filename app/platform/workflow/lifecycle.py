"""Which moves does a thing have, and from where to where?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from app.platform.errors import Conflict

S = TypeVar("S", bound=StrEnum)


class MoveNotPossible(Conflict):
    code = "move-not-possible"
    zh = "目前状态为“{status_zh}”，不能“{move_zh}”。"
    en = "From status “{status}” the move “{move}” is not possible."


@dataclass(frozen=True, slots=True)
class Names:
    """What statuses and moves are called in Chinese, by their names on the wire."""

    statuses: Mapping[str, str] = field(default_factory=dict)
    moves: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One row of a lifecycle table: `move · from · to · permission`; the status stays as it is
    where `to` is None. `zh` are the Chinese names of the statuses and of all moves.
    """

    name: str
    sources: frozenset[S]
    target: S | None
    permission: str
    zh: Names

    def leads_to(self, status: S) -> S:
        """The status after the move."""
        return status if self.target is None else self.target

    def obstacle(self, status: S) -> MoveNotPossible | None:
        if status in self.sources:
            return None
        return MoveNotPossible(
            status=status.value,
            move=self.name,
            status_zh=self.zh.statuses.get(status.value, status.value),
            move_zh=self.zh.moves.get(self.name, self.name),
        )


class Lifecycle(Generic[S]):
    """Every status a thing can have and every way it can change, as a table."""

    def __init__(
        self, rows: Iterable[tuple[str, set[S], S | None, str]], zh: Names | None = None
    ) -> None:
        self.zh = zh or Names()
        self._moves = {
            name: Move(name, frozenset(sources), target, permission, self.zh)
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
