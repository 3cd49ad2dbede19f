"""CREATE TABLE, read clause by clause: sqlglot cannot read StarRocks' fixed ranges, nor write its clauses.

The clauses are those of StarRocks.g4, createTableStatement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ..model.catalog import Column, Edge, KeysType, PartitionKind, Range, Schema
from ..model.column_types import sql_type
from ..server_errors import SqlError, analysis, framed, unsupported_here

if TYPE_CHECKING:
    from ..model.catalog import Key
    from .reader import Reader

__all__ = ["CreateTable", "PartitionDefinition", "read_create_table", "read_partition"]

_AGGREGATIONS = (
    "SUM",
    "MAX",
    "MIN",
    "REPLACE",
    "REPLACE_IF_NOT_NULL",
    "HLL_UNION",
    "BITMAP_UNION",
    "PERCENTILE_UNION",
)

_UNITS = {"DAY": 1, "WEEK": 7}


@dataclass(frozen=True, slots=True)
class PartitionDefinition:
    """One PARTITION of a CREATE or ALTER TABLE, before the table gives it ids."""

    name: str
    range: Range | None = None
    values: tuple[tuple[str, ...], ...] | None = None
    replication_num: int | None = None


@dataclass(frozen=True, slots=True)
class CreateTable:
    """What a CREATE TABLE asks for; ``buckets`` is None where the server chooses."""

    name: tuple[str, ...]
    schema: Schema
    partitions: tuple[PartitionDefinition, ...]
    buckets: int | None
    if_not_exists: bool


def read_create_table(reader: Reader) -> CreateTable:
    """Read what follows ``CREATE TABLE``.

    Raises
    ------
    SqlError
        For a clause that the grammar or the sandbox does not take.
    """
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.qualified()
    if reader.at("AS") or reader.at("LIKE"):
        raise unsupported_here("CREATE TABLE … AS SELECT and CREATE TABLE … LIKE")
    columns = _columns(reader)
    if reader.accept("ENGINE"):
        reader.expect("=")
        reader.name()
    keys = _keys(reader)
    comment = reader.string() if reader.accept("COMMENT") else ""
    columns, keys_type = _keyed(columns, keys)
    kind, partition_columns, partitions = _partitions(reader, columns)
    distribution, buckets = _distribution(reader)
    sort_columns = reader.names() if reader.accept("ORDER", "BY") else ()
    properties = reader.properties() if reader.accept("PROPERTIES") else {}
    if reader.at("AS"):
        raise unsupported_here("CREATE TABLE … AS SELECT")
    reader.end()
    schema = Schema(
        columns=tuple(columns),
        keys=keys_type,
        partition_kind=kind,
        partition_columns=partition_columns,
        distribution_columns=distribution,
        sort_columns=sort_columns,
        properties=tuple(properties.items()),
        comment=comment,
    )
    for wanted in (*distribution, *partition_columns, *sort_columns):
        if schema.column(wanted) is None:
            raise analysis(f"Unknown column '{wanted}'")
    return CreateTable(name, schema, tuple(partitions), buckets, if_not_exists)


def _columns(reader: Reader) -> list[Column]:
    reader.expect("(")
    found: list[Column] = []
    while True:
        if reader.at("INDEX"):
            reader.take()
            while not (reader.at(",") or reader.at(")")):
                if reader.at("("):
                    reader.balanced()
                else:
                    reader.take()
        else:
            found.append(_column(reader))
        if not reader.accept(","):
            break
    reader.expect(")")
    seen: set[str] = set()
    for column in found:
        if column.name.lower() in seen:
            raise framed(SqlError(f"Duplicate column name '{column.name}'", 1060, "42S21"))
        seen.add(column.name.lower())
    return found


def _column(reader: Reader) -> Column:
    name = reader.name()
    type_ = _type(reader)
    key = reader.accept("KEY")
    aggregation = reader.take().text.upper() if reader.peek().text.upper() in _AGGREGATIONS else None
    nullable, auto, default, comment = True, False, None, ""
    while True:
        if reader.accept("NOT", "NULL"):
            nullable = False
        elif reader.accept("NULL"):
            nullable = True
        elif reader.accept("AUTO_INCREMENT"):
            auto, nullable = True, False
        elif reader.accept("DEFAULT"):
            default = _default(reader)
        elif reader.accept("COMMENT"):
            comment = reader.string()
        else:
            break
    return Column(name, type_, key, nullable, default, aggregation, auto, comment)


def _type(reader: Reader) -> str:
    text = reader.name()
    if reader.at("<"):
        text += f"<{reader.balanced('<', '>')}>"
    elif reader.at("("):
        text += f"({reader.balanced()})"
    return sql_type(text)


def _default(reader: Reader) -> str | None:
    if reader.accept("NULL"):
        return None
    if reader.at("("):
        return f"({reader.balanced()})"
    if reader.peek().kind == "string":
        return reader.string()
    sign = "-" if reader.accept("-") else ""
    text = sign + reader.take().text
    if reader.at("("):
        reader.balanced()
    return text


def _keys(reader: Reader) -> tuple[KeysType, tuple[str, ...]] | None:
    for kind in KeysType:
        if reader.accept(*kind.value.split()):
            return kind, reader.names()
    return None


def _keyed(columns: list[Column], keys: tuple[KeysType, tuple[str, ...]] | None) -> tuple[list[Column], KeysType]:
    """Mark the key columns. Without a key clause the leading columns of a duplicate key are the key."""
    if keys is None:
        aggregated = any(each.aggregation for each in columns)
        kind = KeysType.AGG_KEYS if aggregated else KeysType.DUP_KEYS
        # CreateTableAnalyzer.java takes at most three leading columns and 36 bytes; the three are kept here.
        names = [each.name for each in columns if not each.aggregation][: None if aggregated else 3]
    else:
        kind, names = keys[0], list(keys[1])
    lowered = [name.lower() for name in names]
    if [each.name.lower() for each in columns[: len(names)]] != lowered:
        raise analysis(
            "Key columns must be the first few columns of the schema and the order  of the key columns must be "
            "consistent with the order of the schema"
        )
    marked = []
    for column in columns:
        key = column.name.lower() in lowered
        nullable = column.nullable and not (key and kind is KeysType.PRIMARY_KEYS)
        aggregation = column.aggregation
        if kind.replaces and not key:
            aggregation = "REPLACE"
        marked.append(
            Column(
                column.name,
                column.type,
                key,
                nullable,
                column.default,
                aggregation,
                column.auto_increment,
                column.comment,
            )
        )
    return marked, kind


def _partitions(
    reader: Reader, columns: list[Column]
) -> tuple[PartitionKind, tuple[str, ...], list[PartitionDefinition]]:
    if not reader.accept("PARTITION", "BY"):
        return PartitionKind.UNPARTITIONED, (), []
    listed = reader.accept("LIST")
    if not listed:
        reader.accept("RANGE")
    if not reader.at("("):
        raise unsupported_here("partitioning by an expression")
    names = reader.names()
    if not reader.accept("("):
        raise unsupported_here("automatic partitions")
    kind = PartitionKind.LIST if listed else PartitionKind.RANGE
    found: list[PartitionDefinition] = []
    if not reader.accept(")"):
        while True:
            if reader.accept("START"):
                found += _batch(reader, names, columns)
            else:
                reader.expect("PARTITION")
                found.append(read_partition(reader, kind, names, columns))
            if not reader.accept(","):
                break
        reader.expect(")")
    return kind, names, _lower_bounds(found, names, columns)


def read_partition(
    reader: Reader, kind: PartitionKind, names: tuple[str, ...], columns: list[Column] | tuple[Column, ...]
) -> PartitionDefinition:
    """Read what follows ``PARTITION`` in a list of partitions.

    A ``VALUES LESS THAN`` leaves the lower end at :attr:`Edge.MIN`; the caller moves it up to the neighbour's.
    """
    reader.accept("IF", "NOT", "EXISTS")
    name = reader.name()
    range_: Range | None = None
    values: tuple[tuple[str, ...], ...] | None = None
    reader.expect("VALUES")
    if kind is PartitionKind.LIST:
        reader.expect("IN")
        values = _list_values(reader, names, columns)
    elif reader.accept("LESS", "THAN"):
        if reader.accept("MAXVALUE"):
            upper: tuple[Key, ...] = (Edge.MAX,) * len(names)
        else:
            upper = _bound(reader, names, columns)
        range_ = Range((Edge.MIN,) * len(names), upper)
    else:
        reader.expect("[")
        lower = _bound(reader, names, columns)
        reader.expect(",")
        range_ = Range(lower, _bound(reader, names, columns))
        reader.expect(")")
    properties = reader.properties() if reader.at("(") else {}
    number = properties.get("replication_num")
    return PartitionDefinition(name, range_, values, int(number) if number and number.isdecimal() else None)


def _bound(reader: Reader, names: tuple[str, ...], columns: list[Column] | tuple[Column, ...]) -> tuple[Key, ...]:
    reader.expect("(")
    found: list[Key] = []
    while True:
        found.append(Edge.MAX if reader.accept("MAXVALUE") else _key_value(reader, names[len(found)], columns))
        if len(found) == len(names) or not reader.accept(","):
            break
    reader.expect(")")
    return (*found, *((Edge.MIN,) * (len(names) - len(found))))


def _key_value(reader: Reader, name: str, columns: list[Column] | tuple[Column, ...]) -> str:
    sign = "-" if reader.accept("-") else ""
    token = reader.take()
    if token.kind not in ("string", "number"):
        reader.index -= 1
        raise reader.unexpected("SINGLE_QUOTED_TEXT", "DOUBLE_QUOTED_TEXT", "INTEGER_VALUE")
    column = next((each for each in columns if each.name.lower() == name.lower()), None)
    value = sign + token.value
    if column is not None and column.base_type in ("date", "datetime"):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise analysis(f"Invalid date value: {value}") from None
        return moment.strftime("%Y-%m-%d" if column.base_type == "date" else "%Y-%m-%d %H:%M:%S")
    return value


def _list_values(
    reader: Reader, names: tuple[str, ...], columns: list[Column] | tuple[Column, ...]
) -> tuple[tuple[str, ...], ...]:
    reader.expect("(")
    found: list[tuple[str, ...]] = []
    while True:
        if reader.accept("("):
            row = [_key_value(reader, names[0], columns)]
            while reader.accept(","):
                row.append(_key_value(reader, names[len(row)], columns))
            reader.expect(")")
            found.append(tuple(row))
        else:
            found.append((_key_value(reader, names[0], columns),))
        if not reader.accept(","):
            break
    reader.expect(")")
    return tuple(found)


def _lower_bounds(
    found: list[PartitionDefinition], names: tuple[str, ...], columns: list[Column]
) -> list[PartitionDefinition]:
    """Let each ``LESS THAN`` begin where the greatest smaller one ends (RangePartitionInfo.java)."""
    ruler = Schema(tuple(columns), partition_columns=names)
    ends = [each.range.upper for each in found if each.range is not None]
    placed = []
    for each in found:
        if each.range is None or each.range.lower[0] is not Edge.MIN:
            placed.append(each)
            continue
        smaller = [end for end in ends if ruler.order(end) < ruler.order(each.range.upper)]
        lower = max(smaller, key=ruler.order) if smaller else each.range.lower
        placed.append(PartitionDefinition(each.name, Range(lower, each.range.upper), None, each.replication_num))
    return placed


def _batch(reader: Reader, names: tuple[str, ...], columns: list[Column]) -> list[PartitionDefinition]:
    """Read ``START ("a") END ("b") EVERY (…)`` and name the partitions as MultiRangePartitionDesc.java does."""
    (first,) = _bound(reader, names, columns)
    reader.expect("END")
    (last,) = _bound(reader, names, columns)
    reader.expect("EVERY")
    text = reader.balanced()
    interval = re.fullmatch(r"\s*INTERVAL\s+(\d+)\s+(DAY|WEEK|MONTH|YEAR)\s*", text, re.IGNORECASE)
    if interval is None:
        if not text.strip().isdecimal():
            raise unsupported_here(f"EVERY ({text})")
        step, low, high = int(text), int(str(first)), int(str(last))
        return [
            PartitionDefinition(f"p{start}", Range((str(start),), (str(min(start + step, high)),)))
            for start in range(low, high, step)
        ]
    count, unit = int(interval[1]), interval[2].upper()
    start, stop = date.fromisoformat(str(first)[:10]), date.fromisoformat(str(last)[:10])
    suffix = " 00:00:00" if len(str(first)) > len("yyyy-mm-dd") else ""
    found = []
    while start < stop:
        after = min(_step(start, count, unit), stop)
        label = {"MONTH": f"{start:%Y%m}", "YEAR": f"{start:%Y}"}.get(unit, f"{start:%Y%m%d}")
        found.append(PartitionDefinition(f"p{label}", Range((f"{start}{suffix}",), (f"{after}{suffix}",))))
        start = after
    return found


def _step(start: date, count: int, unit: str) -> date:
    if unit in _UNITS:
        return start + timedelta(days=count * _UNITS[unit])
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "YEAR" else 1)
    return date(months // 12, months % 12 + 1, 1)


def _distribution(reader: Reader) -> tuple[tuple[str, ...], int | None]:
    if not reader.accept("DISTRIBUTED", "BY"):
        return (), None
    columns: tuple[str, ...] = ()
    if not reader.accept("RANDOM"):
        reader.expect("HASH")
        columns = reader.names()
    return columns, reader.number() if reader.accept("BUCKETS") else None
