"""Which partition each incoming row belongs to, found in one pass whatever the number of partitions.

The distinct keys of the rows are joined against the bounds of all partitions once; only partitions that get rows are
touched afterwards. NULL belongs to the lowest range, as in StarRocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from ..server_errors import analysis
from .catalog import Edge, PartitionKind, Range
from .column_types import duckdb_type_text
from .partition_names import PartitionDefinition, after, list_name, moment_text, range_name
from .rows import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from .catalog import Key, Partition, Schema

__all__ = ["PLACE", "SLOT", "key_values", "missing_partitions", "routed"]

PLACE = "__place"
"""Where among the incoming rows one stood: the last one with a key wins."""

SLOT = "__slot"
"""The number of the partition it goes to, NULL for none."""

_GRANULARITY = re.compile(
    r"\s*date_trunc\s*\(\s*['\"](\w+)['\"]|\s*time_slice\s*\(.*?interval\s+(\d+)\s+(\w+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Measure:
    """How far an automatic range partition reaches (AnalyzerUtils.java, PartitionMeasure)."""

    unit: str
    interval: int = 1


def _measure(expression: str) -> _Measure | None:
    found = _GRANULARITY.match(expression)
    if found is None:
        return None
    return _Measure(found[1].upper()) if found[1] else _Measure(found[3].upper().rstrip("S"), int(found[2]))


def _key(schema: Schema, index: int) -> str:
    """Write what a row's value for the partition column is."""
    column = quoted(schema.partition_columns[index])
    if schema.partition_kind is PartitionKind.LIST and schema.partition_expressions:
        measure = _measure(schema.partition_expressions[index])
        if measure is not None:
            return _cut(column, measure)
    return column


def _cut(value: str, measure: _Measure) -> str:
    # The units are from a fixed list, so these words are no values of a client's.
    if measure.interval == 1:
        return f"date_trunc('{measure.unit.lower()}', {value})"
    bucket = f"INTERVAL {measure.interval} {measure.unit}"
    return f"time_bucket({bucket}, CAST({value} AS TIMESTAMP), TIMESTAMP '0001-01-01 00:00:00')"


def _type(schema: Schema, index: int) -> str:
    column = schema.column(schema.partition_columns[index])
    return duckdb_type_text(column.type if column else "varchar")


def routed(schema: Schema, source: str, partitions: Sequence[Partition]) -> tuple[str, dict[str, Any]]:
    """Write a query of the rows of ``source`` with :data:`PLACE` and :data:`SLOT`, and its parameters."""
    rows = f"SELECT *, rowid AS {quoted(PLACE)} FROM {source}"
    if not schema.partition_columns:
        return f"SELECT *, 0 AS {quoted(SLOT)} FROM ({rows})", {}
    width = range(len(schema.partition_columns))
    keys = ", ".join(f"{_key(schema, index)} AS k{index}" for index in width)
    distinct = f"SELECT DISTINCT {keys} FROM {source}"
    build = _by_range if schema.partition_kind.is_range else _by_list
    places, parameters = build(schema, distinct, partitions)
    same = " AND ".join(f"{_key(schema, index)} IS NOT DISTINCT FROM places.k{index}" for index in width)
    select = f"SELECT rows.*, places.slot AS {quoted(SLOT)} FROM ({rows}) AS rows JOIN ({places}) AS places ON {same}"
    return f"{select} ORDER BY {quoted(SLOT)}, {quoted(PLACE)}", parameters


def _by_range(schema: Schema, distinct: str, partitions: Sequence[Partition]) -> tuple[str, dict[str, Any]]:
    """Find the last bound that is not above the key, and see whether the range reaches up to it.

    A bound is a struct that has an edge before each value: −1 below all, 0 for a value, 1 above all.
    """
    width = range(len(schema.partition_columns))
    ranges = [(slot, each.range) for slot, each in enumerate(partitions) if each.range is not None]
    parameters: dict[str, Any] = {"slots": [slot for slot, _ in ranges]}
    fields = ["unnest($slots) AS slot"]
    packed: dict[str, list[str]] = {"lower": [], "upper": []}
    for end, parts in packed.items():
        for index in width:
            keys = [getattr(range_, end)[index] for _, range_ in ranges]
            edge, value = f"{end}_edge{index}", f"{end}_value{index}"
            parameters[edge] = [_edge(key) for key in keys]
            parameters[value] = [None if isinstance(key, Edge) else key for key in keys]
            fields += [f"unnest(${edge}::INTEGER[]) AS {edge}", f"unnest(${value}::VARCHAR[]) AS {value}"]
            parts += [edge, f"CAST({value} AS {_type(schema, index)})"]
    mine = ", ".join(f"CASE WHEN k{index} IS NULL THEN -1 ELSE 0 END, k{index}" for index in width)
    bounds = ", ".join(f"row({', '.join(parts)}) AS {end}" for end, parts in packed.items())
    columns = ", ".join(f"keys.k{index}" for index in width)
    sql = (
        f"SELECT {columns}, CASE WHEN keys.own < bounds.upper THEN bounds.slot END AS slot "
        f"FROM (SELECT *, row({mine}) AS own FROM ({distinct})) AS keys "
        f"ASOF LEFT JOIN (SELECT slot, {bounds} FROM (SELECT {', '.join(fields)})) AS bounds "
        "ON keys.own >= bounds.lower"
    )
    return sql, parameters


def _edge(key: Key) -> int:
    if isinstance(key, Edge):
        return int(key)
    return -1 if key.startswith(_FIRST) else 0


def _by_list(schema: Schema, distinct: str, partitions: Sequence[Partition]) -> tuple[str, dict[str, Any]]:
    width = range(len(schema.partition_columns))
    rows = [(slot, row) for slot, each in enumerate(partitions) for row in each.values or ()]
    parameters: dict[str, Any] = {"slots": [slot for slot, _ in rows]}
    fields = ["unnest($slots) AS slot"]
    for index in width:
        parameters[f"value{index}"] = [row[index] for _, row in rows]
        fields.append(f"CAST(nullif(unnest($value{index}::VARCHAR[]), 'NULL') AS {_type(schema, index)}) AS v{index}")
    same = " AND ".join(f"keys.k{index} IS NOT DISTINCT FROM bounds.v{index}" for index in width)
    columns = ", ".join(f"keys.k{index}" for index in width)
    sql = (
        f"SELECT {columns}, bounds.slot FROM ({distinct}) AS keys "
        f"LEFT JOIN (SELECT {', '.join(fields)}) AS bounds ON {same}"
    )
    return sql, parameters


def key_values(cursor: duckdb.DuckDBPyConnection, schema: Schema, source: str) -> list[tuple[Any, ...]]:
    """List the values, each once, that the rows which have no partition would make partitions of."""
    measure = None
    if schema.partition_kind is PartitionKind.EXPR_RANGE:
        measure = _measure(schema.partition_expressions[0])
    keys = [_key(schema, index) for index in range(len(schema.partition_columns))]
    if measure is not None:
        keys = [_cut(keys[0], measure)]
    columns = ", ".join(f"{key} AS k{index}" for index, key in enumerate(keys))
    order = ", ".join(str(index + 1) for index in range(len(keys)))
    sql = f"SELECT DISTINCT {columns} FROM {source} WHERE {quoted(SLOT)} IS NULL ORDER BY {order}"
    return cursor.execute(sql).fetchall()


def missing_partitions(
    schema: Schema, values: Sequence[tuple[Any, ...]], held: Mapping[str, Partition]
) -> list[PartitionDefinition]:
    """Define the partitions that a load makes (AnalyzerUtils.java, getAddPartitionClauseFromPartitionValues)."""
    if schema.partition_kind is PartitionKind.EXPR_RANGE:
        measure = _measure(schema.partition_expressions[0])
        column = schema.column(schema.partition_columns[0])
        if measure is None or column is None:
            raise analysis("automatic partition only support data_trunc function.")
        return [_range(value, measure, column.base_type) for (value,) in values]
    found = []
    taken = {name.lower() for name in held}
    for row in values:
        texts = tuple(_text(value) for value in row)
        name = list_name(texts)
        number = 0
        while name.lower() in taken:
            # calculateUniquePartitionName: the same name for other values
            number += 1
            name = f"{list_name(texts)}_{number:x}"
        taken.add(name.lower())
        found.append(PartitionDefinition(name, values=(texts,), quiet=True))
    return found


# Rows without a value go to the partition that holds the calendar's first day, by the unit.
_FIRST = "0000-01-01"
_FIRST_ENDS = {"YEAR": "0001-01-01", "MONTH": "0000-02-01"}
_FIRST_NAMES = {
    "YEAR": "p0000",
    "MONTH": "p000001",
    "DAY": "p00000101",
    "HOUR": "p0000010100",
    "MINUTE": "p000001010000",
}


def _range(value: date | None, measure: _Measure, type_: str) -> PartitionDefinition:
    unit = measure.unit
    if value is None:
        night = " 00:00:00" if type_ == "datetime" else ""
        end = _FIRST_ENDS.get(unit, "0000-01-02")
        return PartitionDefinition(_FIRST_NAMES[unit], Range((_FIRST + night,), (end + night,)), quiet=True)
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    upper = moment_text(after(moment, measure.interval, unit), type_)
    return PartitionDefinition(range_name(moment, unit), Range((moment_text(moment, type_),), (upper,)), quiet=True)


def _text(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return str(int(value))
    return str(value)
