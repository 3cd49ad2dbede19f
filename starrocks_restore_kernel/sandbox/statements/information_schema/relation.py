"""A system table as a relation of the engine's: only the rows that can matter, and only the columns that are named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ...model.column_types import duckdb_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from .system_table import Row, Scope, SystemColumn, SystemTable

__all__ = ["system_relation"]

_SCHEMA_COLUMNS = ("table_schema", "schema_name", "db_name", "database_name")
_TABLE_COLUMNS = ("table_name",)


def system_relation(
    table: SystemTable,
    scope: Scope,
    node: exp.Table,
    parameters: dict[str, Any],
    constant: Callable[[exp.Expr], object],
) -> exp.Expr:
    """Select the rows of a system table; their values are added to the query's parameters.

    Parameters
    ----------
    node
        Where it stands in the query, still in its tree.
    parameters
        The query's named parameters.
    constant
        Finds the value of an expression such as ``database()``; None if it has none.
    """
    equal = _equalities(node, constant)
    own = {each.name.lower() for each in table.columns}
    schemas = [equal[name] for name in _SCHEMA_COLUMNS if name in own and name in equal]
    tables = [equal[name] for name in _TABLE_COLUMNS if name in own and name in equal]
    narrowed = replace(scope, schemas=schemas[0] if schemas else None, tables=tables[0] if tables else None)
    rows = table.filling.rows(narrowed)
    columns = _named(table, node)
    if not rows:
        nothing = [exp.alias_(_typed(exp.null(), each), each.name, quoted=True) for each in columns]
        return exp.select(*nothing).where(exp.false())
    return _select(table, columns, rows, parameters, scope.viewer.zone)


def _select(
    table: SystemTable, columns: list[SystemColumn], rows: list[Row], parameters: dict[str, Any], zone: tzinfo
) -> exp.Expr:
    filling = table.filling
    places = {name: place for place, name in enumerate(filling.names)}
    projections = []
    rows_are_told = False
    for column in columns:
        place = places.get(column.name)
        if place is None:
            value = exp.convert(filling.always.get(column.name))
            projections.append(exp.alias_(_typed(value, column), column.name, quoted=True))
            continue
        rows_are_told = True
        values = [row[place] for row in rows]
        if column.type == "datetime":
            values = _moments(values, zone)
        parameter = f"p{len(parameters)}"
        parameters[parameter] = values
        type_ = duckdb_type(column.type)
        array = exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[type_], nested=True)
        listed = exp.Cast(this=exp.Placeholder(this=parameter), to=array)
        projections.append(
            exp.alias_(exp.Anonymous(this="unnest", expressions=[listed]), column.name, quoted=True),
        )
    select = exp.select(*projections)
    if not rows_are_told:
        select = select.from_(exp.Table(this=exp.Anonymous(this="range", expressions=[exp.convert(len(rows))])))
    return select


def _typed(value: exp.Expr, column: SystemColumn) -> exp.Expr:
    return exp.Cast(this=value, to=duckdb_type(column.type))


def _moments(values: list[Any], zone: tzinfo) -> list[datetime | None]:
    # A second is often many tables' own. What lies behind the year 9999 there is no value for.
    known: dict[float | None, datetime | None] = {None: None}
    for each in set(values) - {None}:
        try:
            known[each] = datetime.fromtimestamp(int(each), UTC).astimezone(zone).replace(tzinfo=None)
        except OverflowError:
            known[each] = None
    return [known[each] for each in values]


def _named(table: SystemTable, node: exp.Table) -> list[SystemColumn]:
    """List the columns that the whole query names; all of them if it has a star, or joins by whatever is the same."""
    root = node.root()
    star = any(not isinstance(each.parent, exp.Count) for each in root.find_all(exp.Star))
    if star or any(each.method == "NATURAL" for each in root.find_all(exp.Join)):
        return list(table.columns)
    names = {each.name.lower() for each in root.find_all(exp.Identifier)}
    found = [each for each in table.columns if each.name.lower() in names]
    return found or list(table.columns[:1])


def _equalities(node: exp.Table, constant: Callable[[exp.Expr], object]) -> dict[str, frozenset[str]]:
    """Find what the WHERE around a table asks of its columns, as names that they must be one of.

    A row that is left out for it would not have passed the WHERE, in whatever join it stands, so the engine may be
    spared it.
    """
    select = node.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    if where is None:
        return {}
    found: dict[str, frozenset[str]] = {}
    qualifiers = {"", node.alias.lower() or node.name.lower()}
    for condition in _conjuncts(where.this):
        column, values = _one_of(condition, constant)
        if column is None or column.table.lower() not in qualifiers:
            continue
        name = column.name.lower()
        found[name] = found[name] & values if name in found else values
    return found


def _conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    elif isinstance(condition, exp.And):
        yield from _conjuncts(condition.this)
        yield from _conjuncts(condition.expression)
    else:
        yield condition


def _one_of(condition: exp.Expr, constant: Callable[[exp.Expr], object]) -> tuple[exp.Column | None, frozenset[str]]:
    if isinstance(condition, exp.In) and isinstance(condition.this, exp.Column) and condition.expressions:
        values = [constant(each) for each in condition.expressions]
        if all(isinstance(each, str) for each in values):
            return condition.this, frozenset(str(each) for each in values)
    if isinstance(condition, exp.EQ):
        for left, right in ((condition.this, condition.expression), (condition.expression, condition.this)):
            value = constant(right)
            if isinstance(left, exp.Column) and isinstance(value, str):
                return left, frozenset([value])
    return None, frozenset()
