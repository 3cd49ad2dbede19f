"""What every room of SHOW statements needs: the place and the object that are named, times, and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from ...language.keywords import reserved_words
from ..clock import time_text
from ..frontend import SYSTEM_DATABASES
from ..model.catalog import Table, View
from ..server_errors import SqlError, framed, no_database, unknown_database, unknown_table, unsupported_here
from .information_schema import SystemTable, system_table
from .printed import like
from .query import duckdb_error, parse_tree
from .reader import Reader
from .results import ResultRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
    from .sight import Viewer

    Answer = Callable[[Reader], ResultRows]

__all__ = ["Room", "unknown_catalog"]


def unknown_catalog(name: str) -> SqlError:
    """Build ERR_BAD_CATALOG_ERROR."""
    return framed(SqlError(f"Unknown catalog '{name}'", 5078, "42000"))


class Room:
    """Answers some of one viewer's SHOW statements; the caller holds the frontend's lock."""

    def __init__(self, frontend: Frontend, viewer: Viewer) -> None:
        self.frontend = frontend
        self.viewer = viewer

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        raise NotImplementedError

    # -- what is named ---------------------------------------------------------------------------------------------

    def _in_catalog(self, parts: tuple[str, ...], most: int) -> tuple[str, ...]:
        """Strip the internal catalog's name; the sandbox does not look into another one."""
        if len(parts) <= most or parts[0] == "default_catalog":
            return parts[-most:]
        if parts[0] not in self.frontend.catalogs:
            raise unknown_catalog(parts[0])
        raise unsupported_here(f"SHOW inside the external catalog {parts[0]}")

    def place(self, reader: Reader) -> str:
        """Read ``[FROM database]``; without it the session's."""
        name = self.viewer.database
        if reader.accept("FROM") or reader.accept("IN"):
            name = self._in_catalog(reader.qualified(), 1)[0]
        return self.known_database(name)

    def known_database(self, name: str | None) -> str:
        """Refuse a database that is not there."""
        if name is None:
            raise framed(no_database())
        if name not in self.frontend.databases and name not in SYSTEM_DATABASES:
            raise framed(unknown_database(name))
        return name

    def named(self, parts: tuple[str, ...]) -> tuple[str, Table | View | SystemTable | None]:
        """Find what a dotted name points to, in the session's database if it names none."""
        parts = self._in_catalog(parts, 2)
        database = self.known_database(parts[-2] if len(parts) > 1 else self.viewer.database)
        if database in self.frontend.databases:
            return database, self.frontend.databases[database].tables.get(parts[-1])
        return database, system_table(self.frontend.behaviour, database, parts[-1])

    def object(self, parts: tuple[str, ...]) -> tuple[str, Table | View | SystemTable]:
        """Find it, or raise ERR_BAD_TABLE_ERROR."""
        database, found = self.named(parts)
        if found is None:
            raise framed(unknown_table(parts[-1]))
        return database, found

    def tables_of(self, database: str) -> list[Table | View]:
        """List what may be seen of a database, by name."""
        if database not in self.frontend.databases:
            return []
        tables = self.frontend.databases[database].tables
        sight = self.viewer.sight
        return [each for name, each in sorted(tables.items()) if sight.may_see_table(database, name)]

    def time(self, seconds: float | None) -> str | None:
        """Print a time in the session's zone; one that is not set is NULL."""
        return time_text(seconds or None, self.viewer.zone)

    # -- what is kept ----------------------------------------------------------------------------------------------

    def filtered(self, result: ResultRows, reader: Reader, *, any_case: bool = False) -> ResultRows:
        """Read ``[LIKE 'pattern' | WHERE condition]``, and keep the rows that pass; LIKE is of the first column."""
        if reader.accept("LIKE"):
            matches = like(reader.string(), any_case=any_case)
            reader.end()
            return ResultRows(result.columns, [row for row in result.rows if matches(str(row[0]))])
        if reader.accept("WHERE"):
            return self._where(result, reader.rest())
        reader.end()
        return result

    def _quoted(self, result: ResultRows, text: str) -> str:
        """Quote the titles in a condition, some of which are words of the parser's own, such as ``Charset``."""
        titles = {column.name.upper() for column in result.columns}
        titles -= reserved_words(self.frontend.behaviour.grammar)
        parts, last = [], 0
        for token in Reader(text).tokens:
            if token.kind == "word" and token.text.upper() in titles:
                parts += [text[last : token.start], f"`{token.text}`"]
                last = token.start + len(token.text)
        return "".join([*parts, text[last:]])

    def _where(self, result: ResultRows, text: str) -> ResultRows:
        """Let the engine judge a WHERE over the shown columns, as the server turns it into a query of its own.

        It does so over information_schema (ShowDbStmt.java, toSelectStmt), where names of columns behind the titles
        are known too; here only the titles are.
        """
        condition = parse_tree(f"SELECT 1 FROM shown WHERE {self._quoted(result, text)}").args["where"].this
        if not result.rows:
            return result
        parameters: dict[str, Any] = {}
        projections = [exp.column("row", quoted=True)]
        values = [exp.alias_(_listed("row", "BIGINT", list(range(len(result.rows))), parameters), "row", quoted=True)]
        for place, column in enumerate(result.columns):
            listed = _listed(f"c{place}", "VARCHAR", [row[place] for row in result.rows], parameters)
            values.append(exp.alias_(listed, column.name, quoted=True))
        for column in condition.find_all(exp.Column):
            column.set("table", None)
        inner = exp.Subquery(this=exp.select(*values), alias=exp.TableAlias(this=exp.to_identifier("shown")))
        query = exp.select(*projections).from_(inner).where(condition).order_by(exp.column("row", quoted=True))
        with self.frontend.rows.cursor() as cursor:
            try:
                kept = cursor.execute(query.sql(dialect="duckdb"), parameters).fetchall()
            except duckdb.Error as error:
                raise duckdb_error(error) from error
        return ResultRows(result.columns, [result.rows[place] for (place,) in kept])


def _listed(name: str, type_: str, values: list[Any], parameters: dict[str, Any]) -> exp.Expr:
    parameters[name] = values
    cast = exp.cast(exp.Placeholder(this=name), f"{type_}[]", dialect="duckdb")
    return exp.Anonymous(this="unnest", expressions=[cast])
