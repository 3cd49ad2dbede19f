"""INSERT: the rows of a query find their partitions, and take effect whole.

The query runs first, into a table beside the database, and holds no lock; then one transaction moves the rows and
writes down what the frontend knows of them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from ..model.aggregation import merge
from ..model.catalog import KeysType, MaterializedView, Table
from ..model.column_types import duckdb_type, varchar_limit
from ..model.journal import Entry
from ..model.partitions import add_partitions
from ..model.routing import PLACE, SLOT, key_values, missing_partitions, routed
from ..model.rows import quoted
from ..server_errors import SqlError, analysis, framed, internal
from .loading import changed, found_table, loading
from .query import parse_expression, parse_tree, written
from .results import Done

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from ..frontend import Frontend
    from ..model.catalog import Column, Database, Partition
    from .query import Binder
    from .reader import Reader

__all__ = ["Insert", "execute_insert", "read_insert", "read_partition_names"]

# The code is the server's (ERR_LOAD_HAS_FILTERED_DATA); behind the colon it names a query for the rejected rows, and
# what stands there is worded here.
_FILTERED = "Insert has filtered data : {}"


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT, read (StarRocks.g4, insertStatement)."""

    target: tuple[str, ...]
    query: exp.Expr
    overwrite: bool = False
    partitions: tuple[str, ...] | None = None
    temporary: bool = False
    columns: tuple[str, ...] | None = None
    by_name: bool = False
    label: str | None = None
    properties: tuple[tuple[str, str], ...] = ()


def read_insert(reader: Reader) -> Insert:
    """Read what follows ``INSERT``."""
    overwrite = reader.accept("OVERWRITE")
    if not overwrite:
        reader.expect("INTO")
    reader.accept("TABLE")
    target = reader.qualified()
    temporary = reader.accept("TEMPORARY")
    partitions = read_partition_names(reader)
    columns, by_name, label = None, False, None
    while True:
        if reader.accept("WITH", "LABEL"):
            label = reader.name()
        elif reader.accept("BY", "NAME"):
            by_name = True
        elif reader.at("(") and reader.peek(1).text.upper() not in ("SELECT", "WITH", "("):
            columns = reader.names()
        else:
            break
    properties = reader.properties() if reader.accept("PROPERTIES") else {}
    return Insert(
        target,
        _query(reader),
        overwrite,
        partitions,
        temporary,
        columns,
        by_name,
        label,
        tuple(properties.items()),
    )


def read_partition_names(reader: Reader) -> tuple[str, ...] | None:
    """Read ``PARTITION (p, q)`` or ``PARTITION p``, if it is there."""
    if not (reader.accept("PARTITION") or reader.accept("PARTITIONS")):
        return None
    if not reader.accept("("):
        return (reader.name_or_string(),)
    found = [reader.name_or_string()]
    while reader.accept(","):
        found.append(reader.name_or_string())
    reader.expect(")")
    return tuple(found)


def _query(reader: Reader) -> exp.Expr:
    if not reader.at("VALUES"):
        tree = parse_tree(reader.rest())
        if not isinstance(tree, exp.Query):
            raise reader.unexpected("SELECT", "VALUES")
        return tree
    tree = parse_tree(f"INSERT INTO t {reader.rest()}")
    if not isinstance(tree, exp.Insert) or not isinstance(tree.expression, exp.Values):
        raise reader.unexpected("SELECT", "VALUES")
    return tree.expression


def execute_insert(frontend: Frontend, binder: Binder, cursor: duckdb.DuckDBPyConnection, statement: Insert) -> Done:
    """Run it; ``cursor`` is the session's, which can be interrupted.

    Raises
    ------
    SqlError
        And then nothing has changed, except that partitions which the load made stay, as they do on the server.
    """
    with frontend.lock:
        database, table = found_table(frontend, binder.database, statement.target)
        if isinstance(table, MaterializedView):
            raise analysis(
                f"The data of '{table.name}' cannot be inserted because '{table.name}' is a materialized view,"
                "and the data of materialized view must be consistent with the base table."
            )
        label = f"{database.id}/{statement.label}" if statement.label else None
        if label in frontend.labels:
            # LabelAlreadyUsedException.java
            raise internal(f"Label [{statement.label}] has already been used.")
        _check_partitions(table, statement)
        source = _source(binder, statement, table)
        schema = table.schema
    with frontend.rows.staged(cursor, source, binder.parameters) as incoming:
        count = _checked(cursor, table, incoming)
        with (
            _placed(frontend, cursor, table, statement, incoming) as (placed, names),
            loading(frontend, table) as writer,
        ):
            if table.schema != schema:
                # Worded here; the server plans the load again.
                raise internal(f"The schema of table {table.name} has changed, try again")
            dynamic = _is_dynamic(binder)
            _write(frontend, writer, table, statement, placed=placed, names=names, dynamic=dynamic)
            _remember(frontend, database, statement)
            if any(each.auto_increment for each in schema.columns):
                table.next_auto_increment += count
                frontend.journal.save_counter(table)
    return Done(count)


def _is_dynamic(binder: Binder) -> bool:
    # SessionVariable.java, dynamic_overwrite
    try:
        return str(binder.variable("dynamic_overwrite")).lower() in ("1", "true")
    except SqlError:
        return False


def _remember(frontend: Frontend, database: Database, statement: Insert) -> None:
    if statement.label:
        key, transaction = f"{database.id}/{statement.label}", frontend.next_id()
        frontend.journal.save(Entry.LABEL, key, transaction)
        frontend.rows.after_commit(lambda: frontend.labels.update({key: transaction}))


def _held(table: Table, statement: Insert) -> dict[str, Partition]:
    return table.temporary_partitions if statement.temporary else table.partitions


def _check_partitions(table: Table, statement: Insert) -> None:
    held = _held(table, statement)
    for name in statement.partitions or ():
        if name not in held:
            raise analysis(f"Unknown partition '{name}' in table '{table.name}'")
    if not held and not table.schema.partition_expressions:
        raise analysis(
            "data cannot be inserted into table with empty partition."
            f"Use `SHOW PARTITIONS FROM {table.name}` to see the currently partitions of this table. "
        )


# -- what is to be inserted --------------------------------------------------------------------------------------------


def _source(binder: Binder, statement: Insert, table: Table) -> str:
    """Select the rows to insert with a value for every column of the table, cast to its type."""
    columns = table.schema.columns
    given = _given(binder, statement, table)
    query = statement.query.copy()
    width = _width(query)
    if width is not None and width != len(given):
        text = f"Inserted target column count: {len(given)} doesn't match select/value column count: {width}"
        raise framed(SqlError(text, 5604, "42601"))
    if isinstance(query, exp.Values):
        _fill_defaults(binder, query, table, given)
    holder = exp.select("*").from_(exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("source"))))
    inner = binder.rewrite(holder)
    names = [exp.to_identifier(f"given_{index}") for index in range(len(given))]
    position = {name.lower(): names[index] for index, name in enumerate(given)}
    wanted: list[exp.Expr] = []
    unfit: list[exp.Expr] = []
    for column in columns:
        name = position.get(column.name.lower())
        if column.generated is not None:
            continue
        value = exp.column(name) if name is not None else _default(binder, table, column)
        if name is not None and column.auto_increment:
            value = exp.func("coalesce", value, _next(table))
        cast = exp.TryCast(this=value, to=duckdb_type(column.type))
        wanted.append(exp.alias_(cast, column.name, quoted=True))
        if name is not None:
            unfit.append(_unfit(exp.column(name), cast.copy(), column))
    wanted.append(exp.alias_(exp.or_(exp.false(), *unfit, copy=False), _UNFIT, quoted=True))
    alias = exp.TableAlias(this=exp.to_identifier("source"), columns=names)
    selected = exp.select(*wanted).from_(exp.Subquery(this=inner, alias=alias))
    return written(_with_generated(binder, table, selected))


_UNFIT = "__unfit"


def _unfit(given: exp.Expr, cast: exp.Expr, column: Column) -> exp.Expr:
    lost = exp.and_(given.is_(exp.null()).not_(copy=False), cast.is_(exp.null()), copy=False)
    limit = varchar_limit(column.type)
    if limit is None:
        return lost
    length = exp.Anonymous(this="strlen", expressions=[cast.copy()])
    return exp.or_(lost, exp.GT(this=length, expression=exp.Literal.number(limit)), copy=False)


def _with_generated(binder: Binder, table: Table, selected: exp.Select) -> exp.Select:
    generated = [each for each in table.schema.columns if each.generated is not None]
    if not generated:
        return selected
    made = [
        exp.alias_(
            exp.cast(binder.rewrite(parse_expression(each.generated or "NULL")), duckdb_type(each.type)),
            each.name,
            quoted=True,
        )
        for each in generated
    ]
    return exp.select("*", *made).from_(exp.Subquery(this=selected, alias=exp.TableAlias(this=exp.to_identifier("t"))))


def _given(binder: Binder, statement: Insert, table: Table) -> list[str]:
    schema = table.schema
    if statement.by_name:
        listed = binder.output_names(statement.query.copy())
    elif statement.columns is None:
        return [each.name for each in schema.columns if each.generated is None]
    else:
        listed = list(statement.columns)
    seen: set[str] = set()
    for name in listed:
        column = schema.column(name)
        if column is None:
            raise analysis(f"Unknown column '{name}' in '{table.name}'")
        if column.generated is not None:
            raise analysis(f"generated column '{name}' can not be specified")
        if name.lower() in seen:
            raise framed(SqlError(f"Duplicate column name '{name}'", 1060, "42S21"))
        seen.add(name.lower())
    missing = [each.name for each in schema.key_columns if each.name.lower() not in seen and each.default is None]
    missing = [name for name in missing if not (column := schema.column(name)) or not column.auto_increment]
    if missing and schema.keys is KeysType.PRIMARY_KEYS:
        raise framed(SqlError(f"missing key columns:{','.join(missing)} for primary key table", 6014, "42000"))
    return listed


def _width(query: exp.Expr) -> int | None:
    """Count the columns of a query; None where only the engine knows."""
    if isinstance(query, exp.Values):
        return len(query.expressions[0].expressions) if query.expressions else 0
    selects = query.selects if isinstance(query, exp.Query) else []
    return None if not selects or any(each.is_star for each in selects) else len(selects)


def _fill_defaults(binder: Binder, values: exp.Values, table: Table, given: Sequence[str]) -> None:
    """Put a column's default where VALUES says DEFAULT (StarRocks.g4, expressionsWithDefault)."""
    for row in values.expressions:
        if len(row.expressions) != len(given):
            text = (
                f"Inserted target column count: {len(given)} doesn't match select/value column count: "
                f"{len(row.expressions)}"
            )
            raise framed(SqlError(text, 5604, "42601"))
        for value, name in zip(row.expressions, given, strict=True):
            column = table.schema.column(name)
            if isinstance(value, exp.Var) and value.name.upper() == "DEFAULT" and column is not None:
                value.replace(_default(binder, table, column))


def _next(table: Table) -> exp.Expr:
    number = exp.Window(this=exp.RowNumber())
    return exp.Add(this=number, expression=exp.Literal.number(table.next_auto_increment - 1))


def _default(binder: Binder, table: Table, column: Column) -> exp.Expr:
    if column.auto_increment:
        return _next(table)
    if column.default is None:
        if not column.nullable:
            raise analysis(f"Column has no default value, column={column.name}")
        return exp.null()
    if column.default.upper() == "CURRENT_TIMESTAMP":
        return binder.rewrite(exp.CurrentTimestamp())
    if column.default.startswith("("):
        return binder.rewrite(parse_expression(column.default))
    return exp.Literal.string(column.default)


def _checked(cursor: duckdb.DuckDBPyConnection, table: Table, incoming: str) -> int:
    """Count the rows, and refuse them all if one does not fit, as enable_insert_strict is on by default."""
    required = [each.name for each in table.schema.columns if not each.nullable]
    checks = [f"count(*) FILTER (WHERE {quoted(_UNFIT)})"]
    checks += [f"count(*) FILTER (WHERE {quoted(name)} IS NULL)" for name in required]
    found = cursor.execute(f"SELECT count(*), {', '.join(checks)} FROM {incoming}").fetchone() or (0, 0)
    if found[1]:
        raise SqlError(_FILTERED.format(f"{found[1]} rows do not fit the types of their columns"), 5610, "22000")
    for name, nulls in zip(required, found[2:], strict=True):
        if nulls:
            raise SqlError(_FILTERED.format(f"null value in column '{name}'"), 5610, "22000")
    return int(found[0])


# -- where it goes -----------------------------------------------------------------------------------------------------


@contextmanager
def _placed(
    frontend: Frontend, cursor: duckdb.DuckDBPyConnection, table: Table, statement: Insert, incoming: str
) -> Iterator[tuple[str, list[str]]]:
    """Give each row its partition, and make the partitions that are missing where the table does that itself."""
    automatic = bool(table.schema.partition_expressions) and statement.partitions is None and not statement.temporary
    for attempt in range(2):
        held = _held(table, statement)
        names = [name for name in held if statement.partitions is None or name in statement.partitions]
        select, parameters = routed(table.schema, incoming, [held[name] for name in names])
        with frontend.rows.staged(cursor, select, parameters) as placed:
            lost = cursor.execute(f"SELECT count(*) FROM {placed} WHERE {quoted(SLOT)} IS NULL").fetchone()
            if not lost or not lost[0]:
                yield placed, names
                return
            if not automatic or attempt:
                # The backend's sentence (tablet_sink.cpp).
                text = "The row is out of partition ranges. Please add a new partition."
                raise SqlError(_FILTERED.format(text), 5610, "22000")
            values = key_values(cursor, table.schema, placed)
        with frontend.lock:
            add_partitions(frontend, table, missing_partitions(table.schema, values, table.partitions))


def _write(
    frontend: Frontend,
    writer: duckdb.DuckDBPyConnection,
    table: Table,
    statement: Insert,
    *,
    placed: str,
    names: Sequence[str],
    dynamic: bool,
) -> None:
    rows, schema = frontend.rows, table.schema
    held = _held(table, statement)
    slots = [slot for (slot,) in writer.execute(f"SELECT DISTINCT {quoted(SLOT)} FROM {placed}").fetchall()]
    touched: dict[str, Partition] = {}
    if statement.overwrite and not (dynamic and statement.partitions is None):
        # A real INSERT OVERWRITE fills temporary partitions and swaps them in; the partitions keep their ids here.
        touched = {name: held[name] for name in names if name in held}
        rows.clear(list(touched.values()))
    for slot in sorted(slots):
        name = names[slot]
        if name not in held:
            raise internal(f"partition {name} has been dropped")
        partition = touched[name] = held[name]
        if statement.overwrite:
            rows.clear([partition])
        target = rows.hold(writer, schema, partition)
        source = f"{placed} WHERE {quoted(SLOT)} = {int(slot)}"
        if schema.keys is KeysType.DUP_KEYS:
            columns = ", ".join(quoted(each.name) for each in schema.columns)
            order = "" if not schema.partition_columns else f" ORDER BY {quoted(PLACE)}"
            writer.execute(f"INSERT INTO {target} BY NAME SELECT {columns} FROM {source}{order}")
        else:
            merge(writer, schema, target, source)
    changed(frontend, table, list(touched.values()))
