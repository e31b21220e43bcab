"""Which rows name a content of the store? Every table that names one is registered in the wiring:
it is backed up, restored and never swept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.platform.files.models import Announced, FileState


@dataclass(frozen=True, slots=True)
class Naming:
    """A table with the SHA-256 (hex) and the size in bytes of a content; `lies` where it has to be
    in the store, for a row may name what has not arrived yet.
    """

    sha256: InstrumentedAttribute[Any]
    size: InstrumentedAttribute[Any]
    lies: ColumnElement[bool]

    @classmethod
    def announced(cls, table: type[Announced]) -> "Naming":
        """A table whose rows are announced first, and then filled."""
        return cls(table.sha256, table.size, table.state != FileState.EXPECTED)


Contents = Sequence[Naming]


def announced(contents: Contents) -> list[Any]:
    """The tables whose rows are announced first."""
    tables: list[Any] = [each.sha256.class_ for each in contents]
    return [table for table in tables if issubclass(table, Announced)]


def lying(contents: Contents) -> Select[str, int]:
    """SHA-256 and size of everything that must be in the store."""
    found = union_all(
        *(
            select(each.sha256.label("sha256"), each.size.label("size")).where(each.lies)
            for each in contents
        )
    ).subquery()
    return select(found.c.sha256, found.c.size).distinct()


def named_by(contents: Contents, digest: str) -> Select[int]:
    """How many rows name this content, whether it has arrived or not."""
    found = union_all(*(select(each.sha256).where(each.sha256 == digest) for each in contents))
    return select(func.count()).select_from(found.subquery())
