"""How many statements does a request cost? A list costs the same for one row and for three."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.platform.ground import Ground


class Statements(list[str]):
    """The SQL that was sent, in order."""


@contextmanager
def counting(ground: Ground) -> Iterator[Statements]:
    """Everything that both pools send while the block runs: `len(sent)` statements."""
    sent = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    engines = [
        engine.sync_engine for engine in (ground.database.write_engine, ground.database.read_engine)
    ]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
