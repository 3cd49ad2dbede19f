"""The definition of a view: its query read, checked by the engine, and described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from ..model.catalog import Column
from ..server_errors import SqlError, analysis, framed
from .query import Binder, duckdb_error, parse_tree
from .query_output import LONGEST_VARCHAR, Output, QueryReader, column_type, query_text
from .sight import Viewer
from .variables import Variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..frontend import Frontend
    from ..model.catalog import Table, View

__all__ = ["Definition", "definition_binder", "read_definition", "require_names", "stored_type"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A query as a view keeps it, what it gives back and what it reads."""

    text: str
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    bases: dict[tuple[str, str], Table | View]


def definition_binder(frontend: Frontend, database: str | None) -> Binder:
    """Make the binder of a query that no session sends."""
    variables = Variables(frontend.variables)
    return Binder(frontend, database, variables.get, {}, viewer=Viewer(zone=variables.zone()))


def read_definition(frontend: Frontend, text: str, database: str | None) -> Definition:
    """Read a query, and ask the engine for its columns without running it; the caller holds the frontend's lock.

    Raises
    ------
    SqlError
        Where it cannot be read, or names what is not there.
    """
    tree = parse_tree(text)
    if not isinstance(tree, exp.Query):
        raise analysis("The definition is not a query")
    reader = QueryReader(frontend, database)
    outputs = reader.read(tree)
    stored = query_text(tree)
    binder = definition_binder(frontend, database)
    bound = binder.bind(tree)
    with frontend.rows.cursor() as cursor:
        try:
            cursor.execute(f"SELECT * FROM ({bound.sql}) AS found LIMIT 0", bound.parameters)
        except duckdb.Error as error:
            raise duckdb_error(error) from error
        engine = [(str(each[0]), str(each[1])) for each in cursor.description or ()]
    if reader.opaque:
        outputs = [Output(name, None) for name, _ in engine]
    columns = tuple(
        Column(each.name, column_type(each, type_), nullable=each.nullable)
        for each, (_, type_) in zip(outputs, engine, strict=False)
    )
    return Definition(stored, columns, tuple(outputs), reader.bases)


def require_names(columns: Sequence[Column], names: Sequence[tuple[str, str]]) -> tuple[Column, ...]:
    """Give columns the names and comments that a statement lists (ViewAnalyzer.java, analyzeViewColumns)."""
    if names and len(names) != len(columns):
        raise framed(SqlError("View's SELECT and view's field list have different column counts", 1353, "HY000"))
    found = [
        Column(name, each.type, nullable=each.nullable, comment=comment)
        for each, (name, comment) in zip(columns, names or [(each.name, "") for each in columns], strict=True)
    ]
    seen: set[str] = set()
    for each in found:
        if each.name in seen:
            raise analysis(f"Duplicate column name '{each.name}'")
        seen.add(each.name)
    return tuple(found)


def stored_type(type_: str) -> str:
    """Turn a query's type into that of a materialized view's column (AnalyzerUtils.java, transformTableColumnType)."""
    if type_ in ("char", "varchar"):
        return LONGEST_VARCHAR
    return f"var{type_}" if type_.startswith("char(") else type_
