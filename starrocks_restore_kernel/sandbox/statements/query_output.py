"""What a query gives back, and its text as the server stores it in a view (QueryAnalyzer.java; AST2SQLVisitor.java).

A view keeps its query with every star written out, every column behind its table, and every table behind its database;
``db``.``tbl`` is what a restore looks for in it. The columns' types come from the tables; where an expression
makes them, DuckDB is asked, and its type is the nearest one of StarRocks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.dialects.starrocks import StarRocks

from ..model.catalog import View
from ..server_errors import analysis, framed, no_database, unknown_database, unknown_table, unsupported_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..frontend import Frontend
    from ..model.catalog import Table

__all__ = ["LONGEST_VARCHAR", "Output", "QueryReader", "column_type", "query_text"]

LONGEST_VARCHAR = "varchar(1048576)"
"""TypeFactory.java, getOlapMaxVarcharLength."""

_LINES = ("FROM", "WHERE", "GROUP BY", "HAVING")

_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul)


class _Text(StarRocks):
    """Writes the clauses of a query on lines of their own (AST2SQLVisitor.java, visitSelect)."""

    class Generator(StarRocks.Generator):  # type: ignore[misc, valid-type] # sqlglot fills this in by a metaclass
        def seg(self, sql: str, sep: str = " ") -> str:
            return f"\n{sql}" if sql in _LINES else str(super().seg(sql, sep))


class _Label(StarRocks):
    """Names a column by its expression, whose columns stand without their tables (AstToStringBuilder.java)."""

    class Generator(StarRocks.Generator):  # type: ignore[misc, valid-type]
        def column_sql(self, expression: exp.Column) -> str:
            return str(expression.name)


def query_text(tree: exp.Expr) -> str:
    """Write a query as a view keeps it."""
    return str(tree.sql(dialect=_Text, identify=True, normalize_functions="lower"))


@dataclass(frozen=True, slots=True)
class Output:
    """One column that a query gives back; the type is None where only the engine can tell."""

    name: str
    type: str | None
    nullable: bool = True
    table: int = 0
    """The id of the table that it is a column of; 0 if it is an expression."""
    column: str = ""
    expression: str = ""
    """Around a column of a table: such as ``date_trunc('month', `dt`)``; empty for the column itself."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A relation in a FROM, and how its columns are written."""

    name: str
    database: str | None
    outputs: tuple[Output, ...]

    def find(self, name: str) -> Output | None:
        return next((each for each in self.outputs if each.name.lower() == name.lower()), None)

    def column(self, output: Output) -> exp.Column:
        database = None if self.database is None else exp.to_identifier(self.database, quoted=True)
        return exp.Column(
            this=exp.to_identifier(output.name, quoted=True),
            table=exp.to_identifier(self.name, quoted=True),
            db=database,
        )


class QueryReader:
    """Reads one query, writes the names in it out, and keeps what it met.

    Parameters
    ----------
    database
        Where a table without a database lies.
    """

    def __init__(self, frontend: Frontend, database: str | None) -> None:
        self.frontend = frontend
        self.database = database
        self.bases: dict[tuple[str, str], Table | View] = {}
        """The tables and views that it reads, those behind its views too, by database and name (getBaseTableInfos)."""
        self.opaque = False
        """Whether there are relations in it of which the engine alone knows the columns, such as ``unnest``."""

    def read(self, tree: exp.Query) -> list[Output]:
        """List the columns of a query, whose names are written out in place."""
        return self._query(tree, {}, ())

    # -- relations -------------------------------------------------------------------------------------------------

    def _query(
        self, tree: exp.Expr, shared: Mapping[str, tuple[Output, ...]], outer: tuple[_Source, ...]
    ) -> list[Output]:
        with_ = tree.args.get("with_")
        known = dict(shared)
        recursive = with_ is not None and bool(with_.args.get("recursive"))
        for each in with_.expressions if with_ is not None else ():
            if recursive:
                # It may read itself before anything is known of it.
                self.opaque = True
                known[each.alias.lower()] = ()
            outputs = self._query(each.this, known, outer)
            known[each.alias.lower()] = _renamed(outputs, each.args["alias"])
        if isinstance(tree, exp.SetOperation):
            left = self._query(tree.this, known, outer)
            right = self._query(tree.expression, known, outer)
            return _merged(left, right)
        if isinstance(tree, exp.Subquery):
            return self._query(tree.this, known, outer)
        if not isinstance(tree, exp.Select):
            self.opaque = True
            return []
        return self._select(tree, known, outer)

    def _select(
        self, tree: exp.Select, shared: Mapping[str, tuple[Output, ...]], outer: tuple[_Source, ...]
    ) -> list[Output]:
        sources: list[_Source] = []
        from_ = tree.args.get("from_")
        if from_ is not None:
            sources.append(self._source(from_.this, shared, outer))
        for join in tree.args.get("joins") or ():
            joined = self._source(join.this, shared, outer)
            if join.side in ("RIGHT", "FULL"):
                sources = [_nullable(each) for each in sources]
            sources.append(_nullable(joined) if join.side in ("LEFT", "FULL") else joined)
        scope = (*sources, *outer)
        aliases = {each.alias.lower() for each in tree.expressions if isinstance(each, exp.Alias)}
        if all(each.outputs for each in sources):
            _write_stars_out(tree, sources)
        inner = {id(each) for query in _queries_in(tree) for each in query.walk()}
        for query in _queries_in(tree):
            self._query(query, shared, scope)
        for column in list(tree.find_all(exp.Column)):
            if id(column) not in inner:
                _write_out(column, scope, hidden=aliases if _behind_the_list(column, tree) else set())
        found = [_output(each, scope) for each in tree.expressions]
        named: list[exp.Expr] = []
        for each, output in zip(tree.expressions, found, strict=True):
            if each.is_star and isinstance(each, (exp.Star, exp.Column)):
                named.append(each)
                continue
            plain = isinstance(each, exp.Column) or (isinstance(each, exp.Alias) and isinstance(each.this, exp.Column))
            bare = each.this if isinstance(each, exp.Alias) else each
            if plain and bare.name.lower() == output.name.lower():
                named.append(bare)
            else:
                named.append(exp.alias_(bare.copy(), output.name, quoted=True))
        tree.set("expressions", named)
        return found

    def _source(self, tree: exp.Expr, shared: Mapping[str, tuple[Output, ...]], outer: tuple[_Source, ...]) -> _Source:
        alias = tree.args.get("alias")
        if isinstance(tree, exp.Subquery):
            return _Source(tree.alias, None, _renamed(self._query(tree.this, shared, outer), alias))
        if not isinstance(tree, exp.Table) or not isinstance(tree.this, exp.Identifier):
            self.opaque = True
            return _Source(tree.alias, None, ())
        if not tree.db and tree.name.lower() in shared:
            return _Source(tree.alias or tree.name, None, shared[tree.name.lower()])
        if tree.catalog and tree.catalog.lower() != "default_catalog":
            raise unsupported_here("a definition over an external catalog")
        database, found = self._object(tree)
        tree.set("catalog", None)
        tree.set("db", exp.to_identifier(database, quoted=True))
        self.bases[database, found.name] = found
        outputs = tuple(self._columns(found))
        if alias is not None:
            return _Source(tree.alias, None, _renamed(outputs, alias))
        return _Source(tree.name, database, outputs)

    def _object(self, tree: exp.Table) -> tuple[str, Table | View]:
        database = tree.db or self.database
        if not database:
            raise framed(no_database())
        if database not in self.frontend.databases:
            raise framed(unknown_database(database))
        found = self.frontend.databases[database].tables.get(tree.name)
        if found is None:
            raise framed(unknown_table(f"{database}.{tree.name}"))
        return database, found

    def _columns(self, found: Table | View) -> Iterator[Output]:
        if not isinstance(found, View):
            for each in found.schema.columns:
                yield Output(each.name, each.type, each.nullable, found.id, each.name)
            return
        from .query import parse_tree

        try:
            outputs = self._query(parse_tree(found.definition), {}, ())
        except RecursionError:
            raise analysis(f"View {found.name} refers to itself") from None
        names = found.columns or tuple(each.name for each in outputs)
        for name, output in zip(names, outputs, strict=False):
            yield replace(output, name=name)


def _queries_in(tree: exp.Select) -> list[exp.Expr]:
    """List the queries in the expressions of a SELECT; those in its FROM and its WITH were read before."""
    found: list[exp.Expr] = []
    parts = [each for key, each in tree.args.items() if key not in ("with_", "from_", "joins")]
    parts += [join.args.get("on") for join in tree.args.get("joins") or ()]
    stack: list[Any] = [each for part in parts for each in (part if isinstance(part, list) else [part])]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Query):
            found.append(node.this if isinstance(node, exp.Subquery) else node)
        elif isinstance(node, exp.Expr):
            stack += list(node.iter_expressions())
    return found


def _behind_the_list(column: exp.Column, tree: exp.Select) -> bool:
    """Whether a column stands in a clause that may name what the select list made."""
    node: exp.Expr | None = column
    while node is not None and node.parent is not tree:
        node = node.parent
    return isinstance(node, (exp.Group, exp.Order, exp.Having))


def _write_out(column: exp.Column, scope: Sequence[_Source], *, hidden: set[str]) -> None:
    if isinstance(column.this, exp.Star) or (not column.table and column.name.lower() in hidden):
        return
    for source in scope:
        if column.table and column.table.lower() != source.name.lower():
            continue
        output = source.find(column.name)
        if output is not None:
            written = source.column(output)
            for part in ("this", "table", "db"):
                column.set(part, written.args.get(part))
            column.set("catalog", None)
            return


def _write_stars_out(tree: exp.Select, sources: Sequence[_Source]) -> None:
    found: list[exp.Expr] = []
    for each in tree.expressions:
        if isinstance(each, exp.Star):
            found += [source.column(output) for source in sources for output in source.outputs]
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            same = [source for source in sources if source.name.lower() == each.table.lower()]
            found += [source.column(output) for source in same for output in source.outputs]
        else:
            found.append(each)
    tree.set("expressions", found)


def _renamed(outputs: Sequence[Output], alias: exp.Expr | None) -> tuple[Output, ...]:
    names = [each.name for each in alias.args.get("columns") or ()] if alias is not None else []
    return tuple(replace(each, name=names[index]) if index < len(names) else each for index, each in enumerate(outputs))


def _nullable(source: _Source) -> _Source:
    return replace(source, outputs=tuple(replace(each, nullable=True) for each in source.outputs))


def _merged(left: Sequence[Output], right: Sequence[Output]) -> list[Output]:
    """Put the two sides of a UNION together: the names of the left one, and its type if the right one's is the same."""
    found = []
    for one, other in zip(left, right, strict=False):
        same = one.type if one.type == other.type else None
        found.append(Output(one.name, same, one.nullable or other.nullable))
    return found


def _output(tree: exp.Expr, scope: Sequence[_Source]) -> Output:
    bare = tree.this if isinstance(tree, exp.Alias) else tree
    name = tree.alias if isinstance(tree, exp.Alias) else ""
    if isinstance(bare, exp.Column):
        for source in scope:
            if source.name.lower() == bare.table.lower() and (output := source.find(bare.name)) is not None:
                return replace(output, name=name or bare.name)
        return Output(name or bare.name, None)
    name = name or bare.sql(dialect=_Label, normalize_functions="lower")
    type_, nullable = _inferred(bare, scope)
    columns = {id(found): found for column in bare.find_all(exp.Column) for found in [_output(column, scope)]}
    only = next(iter(columns.values())) if len(columns) == 1 and isinstance(bare, exp.Func) else None
    if only is None or not only.table or isinstance(bare, exp.AggFunc):
        return Output(name, type_, nullable)
    text = bare.sql(dialect=_Label, identify=True, normalize_functions="lower")
    return Output(name, type_ or only.type, nullable, only.table, only.column, text)


def _inferred(tree: exp.Expr, scope: Sequence[_Source]) -> tuple[str | None, bool]:
    """Tell an expression's type where StarRocks' own differs from what DuckDB would say; (None, True) otherwise."""
    if isinstance(tree, exp.Paren):
        return _inferred(tree.this, scope)
    if isinstance(tree, exp.Column):
        output = _output(tree, scope)
        return output.type, output.nullable
    if isinstance(tree, exp.Count):
        return "bigint", False
    if isinstance(tree, exp.Literal):
        return _literal_type(tree), False
    if isinstance(tree, (exp.Min, exp.Max)):
        return _inferred(tree.this, scope)[0], True
    if isinstance(tree, exp.Sum):
        return _sum_type(_inferred(tree.this, scope)[0]), True
    if isinstance(tree, _ARITHMETIC):
        (one, left), (other, right) = _inferred(tree.this, scope), _inferred(tree.expression, scope)
        whole = one in _WHOLE and other in _WHOLE
        return ("largeint" if "largeint" in (one, other) else "bigint") if whole else None, left or right
    return None, True


_WHOLE = ("tinyint", "smallint", "int", "bigint", "largeint")


def _sum_type(type_: str | None) -> str | None:
    if type_ is None or type_ in ("float", "double"):
        return type_ and "double"
    if type_ in _WHOLE:
        return "largeint" if type_ == "largeint" else "bigint"
    if type_.startswith("decimal"):
        scale = type_.rstrip(")").partition(",")[2] or "0"
        return f"decimal(38,{scale})"
    return None


def _literal_type(tree: exp.Literal) -> str | None:
    """Give a whole number the smallest type that holds it (IntLiteral.java, init)."""
    if tree.is_string:
        return LONGEST_VARCHAR
    if not tree.is_int:
        return None
    bits = int(tree.this).bit_length()
    return next((type_ for type_, room in zip(_WHOLE, (7, 15, 31, 63, 127), strict=True) if bits <= room), None)


_OF_DUCKDB = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "int",
    "INTEGER": "int",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "bigint",
    # What a sum of whole numbers is in DuckDB; in StarRocks it is a BIGINT.
    "HUGEINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "DATE": "date",
    "BLOB": "varbinary",
    "JSON": "json",
}


def column_type(output: Output, engine: str) -> str:
    """Name the type of an output, where need be by what DuckDB says it is."""
    if output.type is not None:
        return output.type
    if engine.startswith("DECIMAL"):
        return engine.lower().replace(" ", "")
    if engine.startswith("TIMESTAMP"):
        return "datetime"
    if engine.endswith("[]"):
        return f"array<{column_type(Output('', None), engine[:-2])}>"
    return _OF_DUCKDB.get(engine, LONGEST_VARCHAR)
