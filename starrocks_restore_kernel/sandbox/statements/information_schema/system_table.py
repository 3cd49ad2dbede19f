"""What a system table is: columns, and how its rows are made for one viewer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..sight import Viewer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ...frontend import Frontend
    from ...model.catalog import Database, Table, View

__all__ = ["Filling", "Row", "Scope", "SystemColumn", "SystemTable"]

Row = tuple[Any, ...]
"""Values of the columns that a filling names; a DATETIME is seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a query asks of a system table: for whom, and of which databases and tables at most.

    Parameters
    ----------
    schemas, tables
        The only names that the query's own conditions let through; None for all. Rows of others need not be made.
    """

    frontend: Frontend
    viewer: Viewer = field(default_factory=Viewer)
    schemas: frozenset[str] | None = None
    tables: frozenset[str] | None = None

    def wants_schema(self, name: str) -> bool:
        """Tell whether the query may ask for a database."""
        return self.schemas is None or name in self.schemas

    def databases(self) -> Iterator[Database]:
        """List the databases that are asked for and may be seen."""
        known = self.frontend.databases
        wanted = known.values() if self.schemas is None else [known[each] for each in self.schemas if each in known]
        sight = self.viewer.sight
        return (each for each in wanted if sight.may_see_database(each.name))

    def objects(self) -> Iterator[tuple[str, Table | View]]:
        """List what is in them, with the name of its database."""
        sight = self.viewer.sight
        for database in self.databases():
            held = database.tables
            wanted = held.values() if self.tables is None else [held[each] for each in self.tables if each in held]
            for table in wanted:
                if sight.may_see_table(database.name, table.name):
                    yield database.name, table


@dataclass(frozen=True, slots=True)
class SystemColumn:
    """One column; ``type`` is StarRocks' own text."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Filling:
    """How a table is filled.

    Parameters
    ----------
    names
        Which columns the values of a row are, in their order.
    rows
        Makes the rows; the caller holds the frontend's lock.
    always
        What stands in a column of every row. Columns that are in neither are NULL: nothing is known of them here.
    """

    names: tuple[str, ...]
    rows: Callable[[Scope], list[Row]]
    always: Mapping[str, object] = field(default_factory=dict)


def _no_rows(_scope: Scope) -> list[Row]:
    return []


EMPTY = Filling((), _no_rows)


@dataclass(frozen=True, slots=True)
class SystemTable:
    """A table of information_schema or sys."""

    name: str
    columns: tuple[SystemColumn, ...]
    filling: Filling = EMPTY

    @property
    def type(self) -> str:
        """What kind of table the server calls it (Table.java, TableType)."""
        return "SCHEMA"
