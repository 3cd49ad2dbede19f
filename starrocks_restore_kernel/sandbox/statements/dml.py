"""DELETE and UPDATE: each takes effect whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ..model.catalog import KeysType, MaterializedView, TableState
from ..model.column_types import duckdb_type
from ..model.routing import SLOT, routed
from ..model.rows import quoted
from ..server_errors import analysis, internal, unsupported_here
from .loading import changed, found_table, loading
from .query import parse_expression, written
from .results import Done

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from ..frontend import Frontend
    from ..model.catalog import Column, Table
    from .query import Binder

__all__ = ["execute_delete", "execute_update"]


def execute_delete(
    frontend: Frontend,
    binder: Binder,
    cursor: duckdb.DuckDBPyConnection,
    tree: exp.Delete,
    partitions: Sequence[str] | None,
) -> Done:
    """Run a DELETE.

    Raises
    ------
    SqlError
        And then nothing has changed.
    """
    # DeleteAnalyzer.java
    table = _table(frontend, binder, tree, "deleted because it")
    where = tree.args.get("where")
    if table.schema.keys is KeysType.PRIMARY_KEYS:
        if where is None:
            raise analysis("Delete must specify where clause to prevent full table delete")
        if partitions is not None:
            raise analysis("Delete for primary key table do not support specifying partitions")
        with frontend.lock:
            keys = _select_keys(binder, tree, table, settings=[], others=tree.args.get("using"))
        return _by_key(frontend, cursor, binder, table, keys=keys, columns=())
    return _delete_where(frontend, binder, tree, table, partitions)


def _delete_where(
    frontend: Frontend, binder: Binder, tree: exp.Delete, table: Table, partitions: Sequence[str] | None
) -> Done:
    # DeleteAnalyzer.java, analyzeNonPrimaryKey
    where = tree.args.get("where")
    if tree.args.get("using"):
        raise analysis("Do not support `using` clause in non-primary table")
    if where is None:
        raise analysis("Where clause is not set")
    if tree.args.get("with_"):
        raise analysis("Do not support `with` clause in non-primary table")
    _check_predicate(where.this)
    if table.state is TableState.RESTORE:
        # DeleteMgr.java, process
        raise internal(f"Table's state is not normal: {table.name}")
    names = list(table.partitions) if partitions is None else list(partitions)
    for name in names:
        if name not in table.partitions:
            # DeleteMgr.java, createJob
            raise internal(f"Partition does not exist. name: {name}")
    with frontend.lock:
        condition = written(binder.rewrite(where.this.copy()))
    count, touched = 0, []
    with loading(frontend, table) as writer:
        for partition in (table.partitions[name] for name in names if name in table.partitions):
            if not frontend.rows.holds(partition):
                continue
            held = frontend.rows.hold(writer, table.schema, partition)
            statement = f"DELETE FROM {held} AS {quoted(table.name)} WHERE {condition}"
            gone = writer.execute(statement, binder.parameters).fetchone()
            if gone and gone[0]:
                count += gone[0]
                touched.append(partition)
        changed(frontend, table, touched)
    return Done(count)


def _check_predicate(condition: exp.Expr) -> None:
    """Refuse what only a primary key table can delete by (DeleteAnalyzer.java, analyzePredicate)."""
    condition = condition.unnest()
    if isinstance(condition, exp.Not):
        inner = condition.this.unnest()
        if isinstance(inner, (exp.In, exp.Is)):
            condition = inner
    if isinstance(condition, exp.And):
        _check_predicate(condition.left)
        _check_predicate(condition.right)
    elif isinstance(condition, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ)):
        if not isinstance(condition.left, exp.Column):
            raise analysis("Left expr of binary predicate should be column name")
        if condition.right.find(exp.Column, exp.Query):
            raise analysis("Right expr of binary predicate should be value")
    elif isinstance(condition, exp.Is):
        if not isinstance(condition.this, exp.Column):
            raise analysis("Left expr of is_null predicate should be column name")
    elif isinstance(condition, exp.In):
        if not isinstance(condition.this, exp.Column):
            raise analysis("Left expr of binary predicate should be column name")
        if condition.args.get("query") or any(each.find(exp.Column) for each in condition.expressions):
            raise analysis("Child of in predicate should be value")
    elif isinstance(condition, (exp.Or, exp.Xor)):
        raise analysis("Compound predicate's op should be AND")
    else:
        raise analysis(
            "Where clause only supports compound predicate, binary predicate, is_null predicate and in predicate"
        )


def execute_update(frontend: Frontend, binder: Binder, cursor: duckdb.DuckDBPyConnection, tree: exp.Update) -> Done:
    """Run an UPDATE.

    Raises
    ------
    SqlError
        And then nothing has changed.
    """
    # UpdateAnalyzer.java
    table = _table(frontend, binder, tree, "modified because '{}'")
    if table.schema.keys is not KeysType.PRIMARY_KEYS:
        raise analysis(f"table {table.name} does not support update")
    settings = [(_updated(table, each.this.name), each.expression) for each in tree.expressions]
    if tree.args.get("where") is None:
        raise analysis("must specify where clause to prevent full table update")
    for column, _ in settings:
        if column.key:
            raise analysis(f"primary key column cannot be updated: {column.name}")
        if column.generated is not None:
            raise analysis(f"generated column cannot be updated: {column.name}")
    with frontend.lock:
        keys = _select_keys(binder, tree, table, settings=settings, others=_sources(tree))
    return _by_key(frontend, cursor, binder, table, keys=keys, columns=[column for column, _ in settings])


def _table(frontend: Frontend, binder: Binder, tree: exp.Delete | exp.Update, refusal: str) -> Table:
    with frontend.lock:
        _, table = found_table(frontend, binder.database, _parts(_target(tree)))
    if isinstance(table, MaterializedView):
        raise analysis(
            f"The data of '{table.name}' cannot be {refusal.format(table.name)} is a materialized view,"
            "and the data of materialized view must be consistent with the base table."
        )
    return table


def _updated(table: Table, name: str) -> Column:
    column = table.schema.column(name)
    if column is None:
        raise analysis(f"table '{table.name}' do not existing column '{name}'")
    return column


def _target(tree: exp.Delete | exp.Update) -> exp.Table:
    if not isinstance(tree.this, exp.Table):
        raise unsupported_here("this target of a change")
    return tree.this


def _parts(target: exp.Table) -> tuple[str, ...]:
    return (target.db, target.name) if target.db else (target.name,)


def _sources(tree: exp.Update) -> list[exp.Expr] | None:
    source = tree.args.get("from_")
    return [source.this] if source is not None else None


def _new(index: int) -> str:
    return f"__new_{index}"


def _select_keys(
    binder: Binder,
    tree: exp.Delete | exp.Update,
    table: Table,
    *,
    settings: Sequence[tuple[Column, exp.Expr]],
    others: Sequence[exp.Expr] | None,
) -> str:
    """Select the keys of the rows that are meant, once each, with their new values."""
    own = [exp.column(each.name, table=table.name, quoted=True) for each in table.schema.key_columns]
    values = [
        exp.alias_(exp.TryCast(this=value.copy(), to=duckdb_type(column.type)), _new(index), quoted=True)
        for index, (column, value) in enumerate(settings)
    ]
    named = [exp.alias_(key, each.name, quoted=True) for key, each in zip(own, table.schema.key_columns, strict=True)]
    plain = tree.this.copy()
    plain.set("joins", None)
    select = exp.select(*named, *values).from_(plain)
    for other in others or ():
        select = select.join(other.copy(), join_type="cross")
    select = select.where(tree.args["where"].this.copy())
    if tree.args.get("with_"):
        select.set("with_", tree.args["with_"].copy())
    numbered = exp.Window(this=exp.RowNumber(), partition_by=[exp.column(each.name, quoted=True)
                          for each in table.schema.key_columns])  # fmt: skip
    bound = binder.rewrite(select)
    holder = exp.select("*").from_(exp.Subquery(this=bound, alias=exp.TableAlias(this=exp.to_identifier("found"))))
    holder.set("qualify", exp.Qualify(this=exp.EQ(this=numbered, expression=exp.Literal.number(1))))
    return written(holder)


def _by_key(
    frontend: Frontend,
    cursor: duckdb.DuckDBPyConnection,
    binder: Binder,
    table: Table,
    *,
    keys: str,
    columns: Sequence[Column],
) -> Done:
    """Change or delete the rows of these keys, in the partitions that have some."""
    schema, rows = table.schema, frontend.rows
    names = list(table.partitions)
    same = " AND ".join(f"held.{quoted(each.name)} = found.{quoted(each.name)}" for each in schema.key_columns)
    settings = ", ".join(f"{quoted(each.name)} = found.{quoted(_new(index))}" for index, each in enumerate(columns))
    count, touched = 0, []
    with rows.staged(cursor, keys, binder.parameters) as found:
        select, parameters = routed(schema, found, [table.partitions[name] for name in names])
        with rows.staged(cursor, select, parameters) as placed, loading(frontend, table) as writer:
            slots = writer.execute(f"SELECT DISTINCT {quoted(SLOT)} FROM {placed}").fetchall()
            for (slot,) in sorted(slots):
                partition = table.partitions[names[slot]]
                held = rows.hold(writer, schema, partition)
                here = f"(SELECT * FROM {placed} WHERE {quoted(SLOT)} = {int(slot)}) AS found"
                statement = (
                    f"UPDATE {held} AS held SET {settings} FROM {here} WHERE {same}"
                    if settings
                    else f"DELETE FROM {held} AS held USING {here} WHERE {same}"
                )
                done = writer.execute(statement).fetchone()
                count += done[0] if done else 0
                if settings:
                    _generate(binder, writer, table, held)
                touched.append(partition)
            changed(frontend, table, touched)
    return Done(count)


def _generate(binder: Binder, writer: duckdb.DuckDBPyConnection, table: Table, held: str) -> None:
    for column in table.schema.columns:
        if column.generated is not None:
            value = written(binder.rewrite(parse_expression(column.generated)))
            writer.execute(f"UPDATE {held} SET {quoted(column.name)} = {value}")
