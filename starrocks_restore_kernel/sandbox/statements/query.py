"""A query of StarRocks turned into one that DuckDB runs on the partitions' own tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.starrocks import StarRocks
from sqlglot.errors import ErrorLevel, SqlglotError

from ..model.catalog import TableState, View
from ..model.external_catalogs import DEFAULT_CATALOG, unknown_catalog
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
    unsupported_here,
)
from .engine_errors import duckdb_error, killed
from .functions import translated
from .information_schema import SYSTEM_SCHEMAS, Scope, system_relation, system_table
from .sight import Viewer
from .spelling import PREFIX, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from ..frontend import Frontend
    from ..model.catalog import Partition, Table
    from ..model.rows import Rows

__all__ = ["Binder", "BoundQuery", "duckdb_error", "killed", "parse_expression", "parse_tree", "written"]

_DEEPEST_VIEW = 16


class _Dialect(StarRocks):
    """StarRocks' dialect, except that ``version()`` is not ``current_version()``."""

    class Parser(StarRocks.Parser):  # type: ignore[misc, valid-type] # sqlglot fills this in by a metaclass
        FUNCTIONS: ClassVar = {name: build for name, build in StarRocks.Parser.FUNCTIONS.items() if name != "VERSION"}


def parse_tree(text: str) -> exp.Expr:
    """Parse one statement that is not of the RESTORE family; the tree is the caller's own.

    Raises
    ------
    SqlError
        As a syntax error; the words are sqlglot's, not the server's.
    """
    return _remembered(text).copy() if len(text) <= _SHORT else _parsed(text)


_SHORT = 2000
"""Characters of a text whose tree may be remembered: a copy takes a third of the time."""


def _parsed(text: str) -> exp.Expr:
    try:
        tree = sqlglot.parse_one(spelled(text), read=_Dialect)
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        what = details[0].get("description") or str(error).split("\n")[0]
        raise syntax(what.rstrip("."), details[0].get("line"), details[0].get("col")) from error
    return tree


_remembered = lru_cache(maxsize=256)(_parsed)


def parse_expression(text: str) -> exp.Expr:
    """Parse one expression, as of a default or a generated column."""
    tree = parse_tree(f"SELECT {text}")
    if not isinstance(tree, exp.Select):
        raise syntax(f"Unexpected input '{text}'", 1, 0)
    return tree.selects[0]


def written(tree: exp.Expr) -> str:
    """Write a tree for DuckDB, silently leaving out what is only a hint; afterwards the tree is good for nothing."""
    return tree.sql(dialect="duckdb", unsupported_level=ErrorLevel.IGNORE, copy=False)


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """SQL for DuckDB with its named parameters."""

    sql: str
    parameters: dict[str, Any]
    sleep: float = 0.0
    """How many seconds its calls of ``sleep()`` take together."""


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
    viewer
        Whose eyes the system tables are made for.
    """

    frontend: Frontend
    database: str | None
    variable: Callable[[str], object]
    functions: dict[str, object]
    catalog: str = DEFAULT_CATALOG
    viewer: Viewer = field(default_factory=Viewer)
    parameters: dict[str, Any] = field(default_factory=dict)
    sleep: float = 0.0

    def bind(self, tree: exp.Expr) -> BoundQuery:
        """Bind a whole query; the caller holds the frontend's lock, and need not hold it while DuckDB runs."""
        if isinstance(tree, exp.Select):
            _name_projections(tree)
        bound = self.rewrite(tree)
        return BoundQuery(written(bound), self.parameters, self.sleep)

    def output_names(self, tree: exp.Expr) -> list[str]:
        """Tell the names of a query's columns."""
        if isinstance(tree, exp.Select):
            _name_projections(tree)
        bound = self.rewrite(tree)
        with self.frontend.rows.cursor() as cursor:
            found = cursor.execute(f"DESCRIBE {written(bound)}", self.parameters).fetchall()
        return [str(row[0]) for row in found]

    def rewrite(self, tree: exp.Expr, depth: int = 0) -> exp.Expr:
        """Replace tables, variables and session functions in a tree, in place."""
        for rows in list(tree.find_all(exp.TableFromRows)):
            rows.replace(exp.Table(this=rows.this, alias=rows.args.get("alias")))
        for select in list(tree.find_all(exp.Select)):
            _filter_ungrouped(select)
        hidden = {cte.alias for cte in tree.find_all(exp.CTE)}
        tables = [each for each in tree.find_all(exp.Table) if isinstance(each.this, exp.Identifier)]
        for table in tables:
            if not (table.name in hidden and not table.db):
                table.replace(self._resolved(table, depth))
        for column in tree.find_all(exp.Column):
            # A table stands under its own name now, so what is in front of it would find nothing.
            column.set("db", None)
            column.set("catalog", None)
        # From the leaves up, so that what is nested in a call is turned before the call is.
        for node in reversed(list(tree.walk(bfs=True))):
            new = self._value(node)
            if new is node:
                continue
            if node is tree:
                tree = new
            else:
                node.replace(new)
        return tree

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
        catalog = table.catalog or self.catalog
        database = table.db or self.database
        if not database:
            raise framed(no_database())
        if catalog.lower() != DEFAULT_CATALOG:
            if catalog not in self.frontend.catalogs:
                raise framed(unknown_catalog(catalog))
            raise unsupported_here(f"reading from the external catalog '{catalog}'")
        if database.lower() in SYSTEM_SCHEMAS:
            return self._system(database.lower(), table)
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
        outer, self.database, self.catalog = (self.database, self.catalog), database, DEFAULT_CATALOG
        try:
            rewritten = self.rewrite(inner, depth + 1)
        except SqlError as error:
            # QueryAnalyzer.java, visitView
            text = (
                f"View {database}.{view.name} references invalid table(s) or column(s) or function(s) or "
                f"definer/invoker of view lack rights to use them: {error.message}"
            )
            raise framed(SqlError(text, error.code, error.sqlstate)) from error
        finally:
            self.database, self.catalog = outer
        if not view.columns:
            return rewritten
        names = [exp.to_identifier(name, quoted=True) for name in view.columns]
        alias = exp.TableAlias(this=exp.to_identifier("view", quoted=True), columns=names)
        return exp.select("*").from_(exp.Subquery(this=rewritten, alias=alias))

    def _system(self, schema: str, table: exp.Table) -> exp.Expr:
        found = system_table(self.frontend.behaviour, schema, table.name)
        if found is None:
            raise framed(unknown_table(f"{schema}.{table.name}"))
        return system_relation(found, Scope(self.frontend, self.viewer), table, self.parameters, self.constant)

    def constant(self, node: exp.Expr) -> object:
        """Find the value of a literal, or of a function such as ``database()``; None if it has none here."""
        if isinstance(node, exp.Literal):
            return node.name if node.is_string else None
        if isinstance(node, exp.Func):
            return self.functions.get((node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower())
        return None

    def _value(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.SessionParameter):
            scope = node.args.get("kind")
            return _literal(self.variable(f"{scope}.{node.name}" if scope else node.name))
        if isinstance(node, exp.Parameter) and isinstance(node.this, (exp.Var, exp.Identifier)):
            return _literal(self.variable(f"@{node.name}"))
        if isinstance(node, exp.UtcTimestamp):
            return exp.cast(exp.Literal.string(self._now(UTC)), "timestamp")
        if isinstance(node, exp.CurrentTimestamp):
            return exp.cast(exp.Literal.string(self._now()), "timestamp")
        if isinstance(node, exp.CurrentTime):
            return exp.cast(exp.Literal.string(self._now()[11:]), "time")
        if isinstance(node, exp.Hint):
            return exp.Hint()
        if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div)):
            _number_literals(node)
            return node
        if type(node) is exp.Cast:
            # A value that cannot be converted is NULL in StarRocks, and no error.
            return exp.TryCast(this=node.this, to=node.to)
        if isinstance(node, exp.CurrentDate):
            return exp.cast(exp.Literal.string(self._now()[:10]), "date")
        if isinstance(node, exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name in ("now", "localtime", "localtimestamp"):
                return exp.cast(exp.Literal.string(self._now()), "timestamp")
            if name == "unix_timestamp" and not list(node.iter_expressions()):
                return exp.Literal.number(int(self.frontend.clock.now()))
            if name in self.functions:
                return _literal(self.functions[name])
            if name == "sleep":
                return self._sleep(node)
            if isinstance(node, exp.Anonymous) and self._is_declared(node, name):
                raise unsupported_here(f"calling the user-defined function {name}")
            arguments = node.expressions if isinstance(node, exp.Anonymous) else node.iter_expressions()
            return translated(name, list(arguments)) or node
        return node

    def _sleep(self, node: exp.Expr) -> exp.Expr:
        """Note how long to sleep; the session does so, as a thread of the engine could not be woken."""
        arguments = node.expressions or list(node.iter_expressions())
        if len(arguments) != 1 or not arguments[0].is_number:
            raise analysis("No matching function with signature: sleep(...)")
        self.sleep += max(float(arguments[0].name), 0.0)
        return exp.true()

    def _is_declared(self, node: exp.Anonymous, name: str) -> bool:
        """Whether somebody made a function of this name, in the database written before it or for all."""
        place = node.parent.this.name if isinstance(node.parent, exp.Dot) else self.database
        database = self.frontend.databases.get(place or "")
        known = [*(database.functions.values() if database else ()), *self.frontend.global_functions.values()]
        return any(each.name == name for each in known)

    def _now(self, zone: tzinfo | None = None) -> str:
        return datetime.fromtimestamp(self.frontend.clock.now(), zone or self.viewer.zone).strftime("%Y-%m-%d %H:%M:%S")


def _filter_ungrouped(select: exp.Select) -> None:
    """Let HAVING filter rows where nothing is grouped (QueryTransformer.java, planQuery).

    A column of the tables comes before one of the output there (SelectAnalyzer.java, RewriteAliasVisitor), as in the
    WHERE of DuckDB. MySQL's JDBC driver asks so for tables.
    """
    having = select.args.get("having")
    if having is None or select.args.get("group") is not None:
        return
    order = select.args.get("order")
    for part in [*select.selects, having, *([order] if order is not None else [])]:
        if any(each.find_ancestor(exp.Window, exp.Query) in (None, select) for each in part.find_all(exp.AggFunc)):
            return
    select.set("having", None)
    select.where(having.this, copy=False)


def _number_literals(node: exp.Expr) -> None:
    """Let a string be a number where it is reckoned with, as in MySQL."""
    for key in ("this", "expression"):
        operand = node.args.get(key)
        if isinstance(operand, exp.Literal) and operand.is_string and "-" not in operand.name:
            node.set(key, exp.TryCast(this=operand.copy(), to=exp.DataType.build("double")))


def _partition_names(table: exp.Table) -> tuple[str, ...] | None:
    clause = table.args.get("partition")
    return None if clause is None else tuple(each.name for each in clause.expressions)


def table_select(rows: Rows, table: Table, partitions: Sequence[str] | None = None) -> exp.Expr:
    """Select the rows of a table, or of some of its partitions."""
    found = list(table.partitions.values()) if partitions is None else [_named(table, name) for name in partitions]
    columns = [exp.column(each.name, quoted=True) for each in table.schema.columns]
    held = [each for each in found if rows.holds(each)]
    if not held:
        return no_rows(table.schema)
    # DuckDB's own union of tables by their names: a thousand partitions make no deeper a tree than one.
    # By the names of the columns, whose order may differ after an ALTER TABLE.
    tables = [exp.Literal.string(rows_name(each)) for each in held]
    union = exp.Anonymous(this="query_table", expressions=[exp.Array(expressions=tables), exp.true()])
    return exp.select(*columns).from_(exp.Table(this=union))


def _named(table: Table, name: str) -> Partition:
    temporary = name.startswith(PREFIX)
    found = (table.temporary_partitions if temporary else table.partitions).get(name.removeprefix(PREFIX))
    if found is None:
        raise analysis(f"Unknown partition '{name.removeprefix(PREFIX)}' in table '{table.name}'")
    return found


def _name_projections(tree: exp.Select) -> None:
    """Name what has no name by its own text, as a frontend does; DuckDB would say ``count_star()``."""
    named = []
    for each in tree.expressions:
        if isinstance(each, (exp.Alias, exp.Column, exp.Star)) or each.is_star:
            named.append(each)
        else:
            named.append(exp.alias_(each, _label(each), quoted=True))
    tree.set("expressions", named)


# InformationFunction, whose name is printed in capitals; sqlglot does not tell SCHEMA() from DATABASE().
_INFORMATION = {
    "catalog": "CATALOG()",
    "current_role": "CURRENT_ROLE()",
    "current_schema": "DATABASE()",
    "current_user": "CURRENT_USER()",
    "user": "USER()",
}


def _label(each: exp.Expr) -> str:
    if isinstance(each, exp.Func) and not list(each.iter_expressions()):
        name = (each.name if isinstance(each, exp.Anonymous) else each.sql_name()).lower()
        return _INFORMATION.get(name, f"{name}()")
    return str(each.sql(dialect="starrocks", normalize_functions="lower"))


def _literal(value: object) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.Literal.number(int(value))
    return exp.Literal.number(value) if isinstance(value, int) else exp.Literal.string(str(value))
