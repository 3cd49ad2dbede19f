"""A query of StarRocks turned into one that DuckDB runs on the partitions' own tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.dialects.starrocks import StarRocks
from sqlglot.errors import SqlglotError

from ..model.catalog import TableState, View
from ..model.rows import no_rows, rows_name
from ..server_errors import (
    SqlError,
    analysis,
    bad_table_state,
    framed,
    no_database,
    syntax,
    unknown_database,
    unknown_table,
)
from .functions import translated
from .information_schema import system_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..frontend import Frontend
    from ..model.catalog import Table
    from ..model.rows import Rows

__all__ = ["Binder", "BoundQuery", "duckdb_error", "parse_tree"]

_DEEPEST_VIEW = 16


class _Dialect(StarRocks):
    """StarRocks' dialect, except that ``version()`` is not ``current_version()``."""

    class Parser(StarRocks.Parser):  # type: ignore[misc, valid-type] # sqlglot fills this in by a metaclass
        FUNCTIONS: ClassVar = {name: build for name, build in StarRocks.Parser.FUNCTIONS.items() if name != "VERSION"}


def parse_tree(text: str) -> exp.Expr:
    """Parse one statement that is not of the RESTORE family.

    Raises
    ------
    SqlError
        As a syntax error; the words are sqlglot's, not the server's.
    """
    try:
        tree = sqlglot.parse_one(text, read=_Dialect)
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        what = details[0].get("description") or str(error).split("\n")[0]
        raise syntax(what.rstrip("."), details[0].get("line"), details[0].get("col")) from error
    return tree


def duckdb_error(error: duckdb.Error) -> SqlError:
    """Turn what DuckDB says into an error packet: short, and in StarRocks' words where they are known."""
    text = str(error)
    missing = re.search(r'Referenced column "(.+?)" not found|does not have a column named "(.+?)"', text)
    if missing:
        return analysis(f"Column '{missing[1] or missing[2]}' cannot be resolved")
    return SqlError(" ".join(text.split("\n", maxsplit=1)[0].split()))


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """SQL for DuckDB with its named parameters."""

    sql: str
    parameters: dict[str, Any]


@dataclass(slots=True)
class Binder:
    """Replace the names in a tree by what they stand for.

    Parameters
    ----------
    database
        The session's database.
    variable
        Looks a session variable up by name.
    functions
        What ``database()`` and the like answer, by lower-case name.
    """

    frontend: Frontend
    database: str | None
    variable: Callable[[str], object]
    functions: dict[str, object]
    parameters: dict[str, Any] = field(default_factory=dict)

    def bind(self, tree: exp.Expr) -> BoundQuery:
        """Bind a whole query; the caller holds the frontend's lock, and need not hold it while DuckDB runs."""
        if isinstance(tree, exp.Select):
            _name_projections(tree)
        bound = self.rewrite(tree)
        return BoundQuery(bound.sql(dialect="duckdb"), self.parameters)

    def rewrite(self, tree: exp.Expr, depth: int = 0) -> exp.Expr:
        """Replace tables, variables and session functions in a tree, in place."""
        for rows in list(tree.find_all(exp.TableFromRows)):
            rows.replace(exp.Table(this=rows.this, alias=rows.args.get("alias")))
        hidden = {cte.alias for cte in tree.find_all(exp.CTE)}
        tables = [each for each in tree.find_all(exp.Table) if isinstance(each.this, exp.Identifier)]
        for table in tables:
            if not (table.name in hidden and not table.db):
                table.replace(self._resolved(table, depth))
        for column in tree.find_all(exp.Column):
            # A table stands under its own name now, so what is in front of it would find nothing.
            column.set("db", None)
            column.set("catalog", None)
        return tree.transform(self._value)

    def _resolved(self, table: exp.Table, depth: int) -> exp.Expr:
        alias = table.alias or table.name
        columns = table.args["alias"].columns if table.args.get("alias") else []
        if table.name.lower() == "dual" and not table.db:
            inner: exp.Expr = exp.select(exp.Literal.number(1).as_("dummy"))
        else:
            inner = self._rows_of(table, depth)
        named = exp.TableAlias(this=exp.to_identifier(alias, quoted=True), columns=columns)
        return exp.Subquery(this=inner, alias=named)

    def _rows_of(self, table: exp.Table, depth: int) -> exp.Expr:
        if table.catalog and table.catalog.lower() != "default_catalog":
            raise framed(SqlError(f"Unknown catalog '{table.catalog}'", 5078, "42000"))
        database = table.db or self.database
        if not database:
            raise framed(no_database())
        if database.lower() == "information_schema":
            return self._system(table.name)
        if database not in self.frontend.databases:
            raise framed(unknown_database(database))
        found = self.frontend.databases[database].tables.get(table.name)
        if found is None:
            raise framed(unknown_table(f"{database}.{table.name}"))
        if isinstance(found, View):
            return self._view(found, database, depth)
        if found.state is TableState.RESTORE:
            raise bad_table_state()
        return table_select(self.frontend.rows, found, _partition_names(table))

    def _view(self, view: View, database: str, depth: int) -> exp.Expr:
        if depth >= _DEEPEST_VIEW:
            raise analysis(f"View {view.name} refers to itself")
        inner = parse_tree(view.definition)
        if isinstance(inner, exp.Select):
            _name_projections(inner)
        outer, self.database = self.database, database
        try:
            rewritten = self.rewrite(inner, depth + 1)
        finally:
            self.database = outer
        if not view.columns:
            return rewritten
        names = [exp.to_identifier(name, quoted=True) for name in view.columns]
        alias = exp.TableAlias(this=exp.to_identifier("view", quoted=True), columns=names)
        return exp.select("*").from_(exp.Subquery(this=rewritten, alias=alias))

    def _system(self, name: str) -> exp.Expr:
        found = system_rows(self.frontend, name.lower())
        if found is None:
            raise framed(unknown_table(f"information_schema.{name}"))
        projections: list[exp.Expr] = []
        for index, (column, type_) in enumerate(found.columns):
            parameter = f"p{len(self.parameters)}"
            self.parameters[parameter] = [row[index] for row in found.rows]
            values = exp.cast(exp.Placeholder(this=parameter), f"{type_}[]", dialect="duckdb")
            projections.append(exp.alias_(exp.Anonymous(this="unnest", expressions=[values]), column, quoted=True))
        return exp.select(*projections)

    def _value(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.SessionParameter):
            scope = node.args.get("kind")
            return _literal(self.variable(f"{scope}.{node.name}" if scope else node.name))
        if isinstance(node, exp.Parameter) and isinstance(node.this, (exp.Var, exp.Identifier)):
            return _literal(self.variable(f"@{node.name}"))
        if isinstance(node, (exp.CurrentTimestamp, exp.UtcTimestamp)):
            return exp.cast(exp.Literal.string(self._now()), "timestamp")
        if isinstance(node, exp.CurrentDate):
            return exp.cast(exp.Literal.string(self._now()[:10]), "date")
        if isinstance(node, exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name == "now":
                return exp.cast(exp.Literal.string(self._now()), "timestamp")
            if name in self.functions:
                return _literal(self.functions[name])
            arguments = node.expressions if isinstance(node, exp.Anonymous) else node.iter_expressions()
            return translated(name, list(arguments)) or node
        return node

    def _now(self) -> str:
        return datetime.fromtimestamp(self.frontend.clock.now(), UTC).strftime("%Y-%m-%d %H:%M:%S")


def _partition_names(table: exp.Table) -> tuple[str, ...] | None:
    clause = table.args.get("partition")
    return None if clause is None else tuple(each.name for each in clause.expressions)


def table_select(rows: Rows, table: Table, partitions: Sequence[str] | None = None) -> exp.Expr:
    """Select the rows of a table, or of some of its partitions."""
    names = list(table.partitions) if partitions is None else list(partitions)
    for name in names:
        if name not in table.partitions:
            raise analysis(f"Unknown partition '{name}' in table '{table.name}'")
    columns = [exp.column(each.name, quoted=True) for each in table.schema.columns]
    held = [table.partitions[name] for name in names if rows.holds(table.partitions[name])]
    if not held:
        return no_rows(table.schema)
    # DuckDB's own union of tables by their names: a thousand partitions make no deeper a tree than one.
    tables = [exp.Literal.string(rows_name(each)) for each in held]
    union = exp.Anonymous(this="query_table", expressions=[exp.Array(expressions=tables)])
    return exp.select(*columns).from_(exp.Table(this=union))


def _name_projections(tree: exp.Select) -> None:
    """Name what has no name by its own text, as a frontend does; DuckDB would say ``count_star()``."""
    named = []
    for each in tree.expressions:
        if isinstance(each, (exp.Alias, exp.Column, exp.Star)) or each.is_star:
            named.append(each)
        else:
            text = each.sql(dialect="starrocks", normalize_functions="lower")
            named.append(exp.alias_(each, text, quoted=True))
    tree.set("expressions", named)


def _literal(value: object) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.Literal.number(int(value))
    return exp.Literal.number(value) if isinstance(value, int) else exp.Literal.string(str(value))
