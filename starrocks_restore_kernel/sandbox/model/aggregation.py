"""Rows with a known key: replaced or aggregated on the way in, as a reader of the table sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .routing import PLACE
from .rows import quoted

if TYPE_CHECKING:
    import duckdb

    from .catalog import Column, Schema

__all__ = ["merge"]

# Bitmaps and HLLs are kept as lists of their values in order, so that a count over them is exact.
_UNITED = (
    "array_to_string(CAST(list_sort(list_distinct(flatten(list(CAST(string_split(CAST({0} AS VARCHAR), ',') "
    "AS HUGEINT[])) FILTER ({0} IS NOT NULL)))) AS VARCHAR[]), ',')"
)

# AggregateType.java; rows come in the order in which they were loaded.
_AGGREGATES = {
    "SUM": "sum({0})",
    "MAX": "max({0})",
    "MIN": "min({0})",
    "REPLACE": f"last({{0}} ORDER BY {quoted(PLACE)})",
    "REPLACE_IF_NOT_NULL": f"last({{0}} ORDER BY {quoted(PLACE)}) FILTER ({{0}} IS NOT NULL)",
    "HLL_UNION": _UNITED,
    "BITMAP_UNION": _UNITED,
    "PERCENTILE_UNION": f"last({{0}} ORDER BY {quoted(PLACE)})",
}


def merge(cursor: duckdb.DuckDBPyConnection, schema: Schema, target: str, source: str) -> None:
    """Put rows into a partition whose keys are unique.

    Parameters
    ----------
    target
        The partition's table, quoted.
    source
        What follows FROM: rows of the table's columns, and of :data:`~.routing.PLACE`.
    """
    keys = [quoted(each.name) for each in schema.key_columns]
    columns = ", ".join(quoted(each.name) for each in schema.columns)
    listed = ", ".join(keys)
    if schema.keys.replaces:
        unique = (
            f"SELECT {columns} FROM {source} "
            f"QUALIFY row_number() OVER (PARTITION BY {listed} ORDER BY {quoted(PLACE)} DESC) = 1"
        )
    else:
        # Old rows stand before all new ones.
        both = (
            f"SELECT {columns}, -1 AS {quoted(PLACE)} FROM {target} AS held "
            f"WHERE EXISTS (SELECT 1 FROM (SELECT {listed} FROM {source}) AS new WHERE {_same(keys, 'held', 'new')}) "
            f"UNION ALL SELECT {columns}, {quoted(PLACE)} FROM {source}"
        )
        values = ", ".join(_aggregate(each) for each in schema.columns)
        unique = f"SELECT {values} FROM ({both}) GROUP BY {listed}"
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE merged AS {unique}")
    cursor.execute(f"DELETE FROM {target} AS held USING merged WHERE {_same(keys, 'held', 'merged')}")
    cursor.execute(f"INSERT INTO {target} BY NAME SELECT {columns} FROM merged")
    cursor.execute("DROP TABLE merged")


def _same(keys: list[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{key} IS NOT DISTINCT FROM {other}.{key}" for key in keys)


def _aggregate(column: Column) -> str:
    name = quoted(column.name)
    if column.key:
        return name
    return f"{_AGGREGATES[column.aggregation or 'REPLACE'].format(name)} AS {name}"
