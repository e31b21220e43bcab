"""What do all tables have in common?"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    DateTime,
    LargeBinary,
    MetaData,
    Select,
    Text,
    Uuid,
    any_,
    literal,
)
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

Rows = Select[*tuple[Any, ...]]
"""A select of columns, whichever."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """A table. Instants are aware; text has no length but where a rule gives one."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text(), UUID: Uuid()}  # noqa: RUF012  SQLAlchemy's own form


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column has one of these values, which are sent as one array, however many they are:
    as parameters of their own there could be 32,767 at most.
    """
    found: ColumnElement[bool] = column == any_(literal([*values], ARRAY(column.type)))
    return found


def identifier() -> MappedColumn[UUID]:
    """A random primary key: it tells neither order nor number."""
    return mapped_column(primary_key=True, default=uuid4)


def sealed_at(place: str) -> MappedColumn[Any]:
    """A value sealed with a key outside the database; `place` is what it is bound to, with the
    primary key's columns as {gaps}, so that it can be sealed anew under another key.
    """
    return mapped_column(LargeBinary, info={"sealed_at": place})


def one_of(column: str, members: type[StrEnum]) -> CheckConstraint:
    """Text that must be a member of a closed set; a new member is an ordinary migration."""
    values = ", ".join(f"'{member.value}'" for member in members)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


APPEND_ONLY: dict[str, Any] = {"info": {"append_only": True}}
"""Table arguments of a table whose rows are never changed or removed, by trigger and by grant."""


def after_insert(statement: str) -> dict[str, Any]:
    """Table arguments of an append-only table whose every new row makes one statement run in the
    same transaction; the statement speaks of the row as NEW.
    """
    return {"info": APPEND_ONLY["info"] | {"after_insert": statement.strip()}}


def insert_triggers() -> dict[str, str]:
    """For each table the statement that a new row makes run."""
    tables = sorted(Model.metadata.tables.values(), key=lambda table: table.name)
    return {t.name: t.info["after_insert"] for t in tables if "after_insert" in t.info}


def append_only_tables() -> list[str]:
    """The names of all append-only tables, for the migration and the grants."""
    return sorted(t.name for t in Model.metadata.tables.values() if t.info.get("append_only"))
