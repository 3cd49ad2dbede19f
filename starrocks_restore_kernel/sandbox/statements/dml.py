"""INSERT, DELETE and UPDATE: rows find their partitions, and each statement takes effect whole."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from ..model.catalog import KeysType, MaterializedView, Table, TableState, View
from ..model.column_types import duckdb_type
from ..model.rows import partition_condition
from ..server_errors import (
    SqlError,
    analysis,
    framed,
    internal,
    no_database,
    unknown_database,
    unknown_table,
    unsupported_here,
)
from .query import duckdb_error
from .results import Done

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..frontend import Frontend
    from ..model.catalog import Column, Partition
    from ..model.rows import Rows
    from .query import Binder

__all__ = ["execute_dml"]


_OF_A_VIEW: dict[type[exp.Expr], str] = {
    # InsertAnalyzer.java, DeleteAnalyzer.java and UpdateAnalyzer.java
    exp.Insert: (
        "The data of '{name}' cannot be inserted because '{name}' is a materialized view,"
        "and the data of materialized view must be consistent with the base table."
    ),
    exp.Delete: (
        "The data of '{name}' cannot be deleted because it is a materialized view,"
        "and the data of materialized view must be consistent with the base table."
    ),
    exp.Update: (
        "The data of '{name}' cannot be modified because '{name}' is a materialized view,"
        "and the data of materialized view must be consistent with the base table."
    ),
}


def execute_dml(frontend: Frontend, binder: Binder, tree: exp.Insert | exp.Delete | exp.Update) -> Done:
    """Run one of them.

    Raises
    ------
    SqlError
        And then nothing has changed.
    """
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(target, exp.Table):
        raise unsupported_here("this target of INSERT")
    with frontend.lock:
        table = _table(frontend, binder, target)
    if isinstance(table, MaterializedView):
        raise analysis(_OF_A_VIEW[type(tree)].format(name=table.name))
    try:
        if isinstance(tree, exp.Insert):
            return _insert(frontend, binder, tree, table)
        if isinstance(tree, exp.Delete):
            return _delete(frontend, binder, tree, table)
        return _update(frontend, binder, tree, table)
    except duckdb.Error as error:
        raise duckdb_error(error) from error


def _table(frontend: Frontend, binder: Binder, target: exp.Table) -> Table:
    database = target.db or binder.database
    if not database:
        raise framed(no_database())
    if database not in frontend.databases:
        raise framed(unknown_database(database))
    found = frontend.databases[database].tables.get(target.name)
    if found is None:
        raise framed(unknown_table(target.name))
    if isinstance(found, View):
        raise analysis(f"The data of '{target.name}' cannot be modified because it is a view")
    return found


@contextmanager
def _loading(frontend: Frontend, table: Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the load's transaction, and make sure that the table may still be loaded into.

    The frontend's lock is not held: a long load stops nobody else. So nothing in here may ask for it, or two threads
    would wait for each other.
    """
    with frontend.rows.writing() as cursor:
        if table.state is TableState.RESTORE:
            # OlapTableTxnStateListener.java, preCommit
            raise internal(f'Cannot write RESTORE state table "{table.name}"')
        if table.dropped:
            raise framed(unknown_table(table.name))
        yield cursor


def _changed(frontend: Frontend, table: Table, partitions: Sequence[Partition]) -> None:
    frontend.rows.measure(table.schema, partitions)
    for each in partitions:
        each.version += 1
        each.version_time = frontend.clock.now()
    frontend.rows.journal.save_partitions(table, partitions)


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _insert(frontend: Frontend, binder: Binder, tree: exp.Insert, table: Table) -> Done:
    if tree.args.get("overwrite"):
        raise unsupported_here("INSERT OVERWRITE")
    source = _source(binder, tree, table)
    with _loading(frontend, table) as cursor:
        cursor.execute(f"CREATE TEMP TABLE incoming AS {source}", binder.parameters)
        counted = cursor.execute("SELECT count(*) FROM incoming").fetchone()
        _refuse_nulls(cursor, table)
        if table.schema.keys.replaces:
            _keep_last(frontend.rows, cursor, table)
        touched = _route(frontend, cursor, table)
        cursor.execute("DROP TABLE incoming")
        _changed(frontend, table, touched)
    return Done(counted[0] if counted else 0)


def _source(binder: Binder, tree: exp.Insert, table: Table) -> str:
    """Select the rows to insert with a value for every column of the table, cast to its type."""
    columns = table.schema.columns
    listed = [each.name for each in tree.this.expressions] if isinstance(tree.this, exp.Schema) else None
    given = _given(table, listed) if listed is not None else [each.name for each in columns]
    query = tree.expression
    if query is None:
        raise unsupported_here("this INSERT")
    rows = query.expressions if isinstance(query, exp.Values) else query.selects if isinstance(query, exp.Query) else []
    width = len(rows[0].expressions) if rows and isinstance(query, exp.Values) else len(rows)
    if width != len(given) and not any(each.is_star for each in rows):
        text = f"Inserted target column count: {len(given)} doesn't match select/value column count: {width}"
        raise framed(SqlError(text, 5604, "42601"))
    holder = exp.select("*").from_(
        exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier("source")))
    )
    if tree.args.get("with_"):
        holder.set("with_", tree.args["with_"].copy())
    with binder.frontend.lock:
        inner = binder.rewrite(holder)
    names = [exp.to_identifier(f"given_{index}") for index in range(len(given))]
    position = {name.lower(): names[index] for index, name in enumerate(given)}
    wanted = []
    for column in columns:
        if column.name.lower() in position:
            value: exp.Expr = exp.column(position[column.name.lower()])
            if column.auto_increment:
                value = exp.func("coalesce", value, _next(table))
        else:
            value = _default(binder, table, column)
        wanted.append(exp.alias_(exp.cast(value, duckdb_type(column.type)), column.name, quoted=True))
    alias = exp.TableAlias(this=exp.to_identifier("source"), columns=names)
    return exp.select(*wanted).from_(exp.Subquery(this=inner, alias=alias)).sql(dialect="duckdb")


def _given(table: Table, listed: Sequence[str]) -> list[str]:
    for name in listed:
        if table.schema.column(name) is None:
            raise analysis(f"Unknown column '{name}' in '{table.name}'")
    return list(listed)


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
    return exp.Literal.string(column.default)


def _refuse_nulls(cursor: duckdb.DuckDBPyConnection, table: Table) -> None:
    required = [each.name for each in table.schema.columns if not each.nullable]
    for name in required:
        found = cursor.execute(f"SELECT 1 FROM incoming WHERE {_quoted(name)} IS NULL LIMIT 1").fetchone()
        if found is not None:
            # The code is the server's (ERR_LOAD_HAS_FILTERED_DATA); what follows the colon is worded here.
            raise SqlError(f"Insert has filtered data : null value in column '{name}'", 5610, "22000")


def _keep_last(rows: Rows, cursor: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Let the last row with a key win, among the new rows and over the old ones."""
    keys = ", ".join(_quoted(each.name) for each in table.schema.key_columns)
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE incoming AS SELECT * FROM incoming "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY rowid DESC) = 1"
    )
    same = " AND ".join(
        f"held.{_quoted(each.name)} = incoming.{_quoted(each.name)}" for each in table.schema.key_columns
    )
    for partition in filter(rows.holds, table.partitions.values()):
        name = rows.hold(cursor, table.schema, partition)
        cursor.execute(f"DELETE FROM {name} AS held USING incoming WHERE {same}")


def _route(frontend: Frontend, cursor: duckdb.DuckDBPyConnection, table: Table) -> list[Partition]:
    touched = []
    left = cursor.execute("SELECT count(*) FROM incoming").fetchone()
    remaining = left[0] if left else 0
    for partition in table.partitions.values():
        condition = partition_condition(table.schema, partition).sql("duckdb")
        found = cursor.execute(f"SELECT count(*) FROM incoming WHERE {condition}").fetchone()
        if found and found[0]:
            name = frontend.rows.hold(cursor, table.schema, partition)
            cursor.execute(f"INSERT INTO {name} SELECT * FROM incoming WHERE {condition}")
            touched.append(partition)
            remaining -= found[0]
    if remaining:
        # The sentence after the colon is the backend's (tablet_sink.cpp); that the two stand together is worded here.
        text = "Insert has filtered data : The row is out of partition ranges. Please add a new partition."
        raise SqlError(text, 5610, "22000")
    if any(each.auto_increment for each in table.schema.columns) and left:
        table.next_auto_increment += left[0]
        frontend.rows.journal.save_counter(table)
    return touched


def _condition(binder: Binder, where: exp.Where) -> str:
    with binder.frontend.lock:
        return binder.rewrite(where.this.copy()).sql(dialect="duckdb")


def _delete(frontend: Frontend, binder: Binder, tree: exp.Delete, table: Table) -> Done:
    if table.state is TableState.RESTORE:
        raise internal(f"Table's state is not normal: {table.name}")
    where = tree.args.get("where")
    if where is None:
        # DeleteAnalyzer.java
        primary = table.schema.keys is KeysType.PRIMARY_KEYS
        raise analysis(
            "Delete must specify where clause to prevent full table delete" if primary else "Where clause is not set"
        )
    condition = _condition(binder, where)
    count, touched = 0, []
    with _loading(frontend, table) as cursor:
        for partition in filter(frontend.rows.holds, table.partitions.values()):
            name = frontend.rows.hold(cursor, table.schema, partition)
            statement = f"DELETE FROM {name} AS {_quoted(table.name)} WHERE {condition}"
            gone = cursor.execute(statement, binder.parameters).fetchone()
            if gone and gone[0]:
                count += gone[0]
                touched.append(partition)
        _changed(frontend, table, touched)
    return Done(count)


def _update(frontend: Frontend, binder: Binder, tree: exp.Update, table: Table) -> Done:
    # UpdateAnalyzer.java
    if table.schema.keys is not KeysType.PRIMARY_KEYS:
        raise analysis(f"table {table.name} does not support update")
    where = tree.args.get("where")
    if where is None:
        raise analysis("must specify where clause to prevent full table update")
    settings = []
    for each in tree.expressions:
        column = table.schema.column(each.this.name)
        if column is None:
            raise analysis(f"table '{table.name}' do not existing column '{each.this.name}'")
        if column.key:
            raise analysis(f"primary key column cannot be updated: {column.name}")
        with frontend.lock:
            value = binder.rewrite(each.expression.copy()).sql(dialect="duckdb")
        settings.append(f"{_quoted(column.name)} = {value}")
    condition = _condition(binder, where)
    count, touched = 0, []
    with _loading(frontend, table) as cursor:
        for partition in filter(frontend.rows.holds, table.partitions.values()):
            name = frontend.rows.hold(cursor, table.schema, partition)
            statement = f"UPDATE {name} AS {_quoted(table.name)} SET {', '.join(settings)} WHERE {condition}"
            changed = cursor.execute(statement, binder.parameters).fetchone()
            if changed and changed[0]:
                count += changed[0]
                touched.append(partition)
        _changed(frontend, table, touched)
    return Done(count)
