"""Synchronous materialized views, each an index of its table (CreateMaterializedViewStmt.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ..model.catalog import KeysType, MaterializedView, Rollup, Table, View
from ..model.tables import add_rollup, drop_rollup, rollup_holder
from ..server_errors import SqlError, analysis, framed, internal, no_database
from .definitions import read_definition

if TYPE_CHECKING:
    from ..frontend import Frontend
    from ..model.catalog import Database
    from .definitions import Definition
    from .view_clauses import CreateMaterializedView

__all__ = ["create_synchronous_view", "drop_synchronous_view"]

_SHORT_KEYS = 3
"""FeConstants.java, SHORTKEY_MAX_COLUMN_COUNT."""


def create_synchronous_view(frontend: Frontend, asked: CreateMaterializedView, place: str | None) -> None:
    """Add an index to the table that the query reads.

    A job builds it, which fills nothing here: no query is rewritten to read it.
    """
    definition, table = _read(frontend, asked, place)
    ((home, _),) = definition.bases
    database = frontend.databases[home]
    if len(asked.name) > 1 and asked.name[-2].lower() != home.lower():
        raise analysis(
            f"Creating materialized view does not support: MV's db {asked.name[-2]} is different from table's db {home}"
        )
    columns = _columns(asked, definition)
    if table.schema.keys is KeysType.PRIMARY_KEYS:
        raise internal(f"Do not support create materialized view on primary key table[{table.name}]")
    keys = sum(not _aggregate(each) for each in asked.tree.selects)
    if keys == len(columns) and table.schema.keys is not KeysType.DUP_KEYS:
        raise internal("The materialized view of aggregation or unique table must has grouping columns")
    view = Rollup(frontend.next_id(), asked.name[-1], columns, min(keys, _SHORT_KEYS), asked.query)
    add_rollup(frontend, database, table, view)


def _read(frontend: Frontend, asked: CreateMaterializedView, place: str | None) -> tuple[Definition, Table]:
    if place is None and len(asked.name) == 1:
        raise framed(no_database())
    definition = read_definition(frontend, asked.query, place)
    if not isinstance(asked.tree, exp.Select):
        raise analysis("Materialized view query statement only supports a single query blocks")
    if len(definition.bases) != 1 or asked.tree.args.get("joins"):
        raise analysis("The materialized view only supports one table in from clause.")
    (found,) = definition.bases.values()
    if isinstance(found, View):
        raise analysis(f"Do not support alter non-OLAP table[{found.name}]")
    if isinstance(found, MaterializedView):
        # LocalMetastore.java, createMaterializedView
        raise internal(
            f"Do not support create synchronous materialized view(rollup) on MATERIALIZED_VIEW table[{found.name}]"
        )
    for clause, named in (("having", "having"), ("limit", "limit")):
        if asked.tree.args.get(clause) is not None:
            text = asked.tree.args[clause].sql(dialect="starrocks").strip()
            raise analysis(f"The {named} clause is not supported in add materialized view clause, expr:{text}")
    return definition, found


def _aggregate(tree: exp.Expr) -> bool:
    return isinstance(tree.this if isinstance(tree, exp.Alias) else tree, exp.AggFunc)


def _columns(asked: CreateMaterializedView, definition: Definition) -> tuple[str, ...]:
    """Name the columns of the index (CreateMaterializedViewStmt.java, genColumnAndSetIntoStmt)."""
    found: list[str] = []
    aggregated = False
    for tree, output in zip(asked.tree.selects, definition.outputs, strict=False):
        bare = tree.this if isinstance(tree, exp.Alias) else tree
        if tree.is_star and not isinstance(bare, exp.AggFunc):
            raise analysis("The materialized view currently does not support * in select statement")
        if isinstance(bare, exp.AggFunc):
            aggregated = True
            arguments = "_".join(each.name for each in bare.find_all(exp.Column)) or "*"
            # FunctionSet.java and MVColumnItem: mv_sum_v; an alias takes the expression's place.
            name = f"mv_{output.name}" if isinstance(tree, exp.Alias) else f"mv_{bare.sql_name().lower()}_{arguments}"
        else:
            text = bare.sql(dialect="starrocks")
            if aggregated:
                raise analysis(f"Any single column should be before agg column. Column {text} at wrong location")
            if not isinstance(bare, exp.Column) and not isinstance(tree, exp.Alias):
                raise analysis(f"Create materialized view non-slot ref expression should have an alias:{text}")
            name = bare.name if isinstance(bare, exp.Column) else f"mv_{output.name}"
        if name in found:
            raise framed(SqlError(f"Duplicate column name '{name}'", 1060, "42S21"))
        found.append(name)
    if all(_aggregate(each) for each in asked.tree.selects):
        raise analysis(
            "Only [] found in the select list. Please add group by clause and at least one group by column in the "
            "select list"
        )
    return tuple(found)


def drop_synchronous_view(frontend: Frontend, database: Database, name: str, *, if_exists: bool) -> None:
    """Drop an index by its name alone (AlterJobMgr.java, processDropMaterializedView)."""
    # A table is among its own indexes, by its own name.
    named = database.tables.get(name)
    table = named if isinstance(named, Table) else rollup_holder(database, name)
    if table is not None:
        drop_rollup(frontend, database, table, name)
    elif not if_exists:
        raise internal(f"Materialized view {name} is not found")
