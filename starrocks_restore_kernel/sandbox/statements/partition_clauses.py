"""PARTITION BY, and the partitions of CREATE and ALTER TABLE (StarRocks.g4, partitionDesc)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ..model.catalog import Edge, PartitionKind, Range, Schema
from ..model.partition_names import PartitionDefinition, date_batch, moment_of, moment_text, number_batch
from ..server_errors import analysis, syntax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model.catalog import Column, Key
    from .reader import Reader

__all__ = ["PartitionBy", "read_batch", "read_partition", "read_partition_by"]

# AnalyzerUtils.java, DATE_TRUNC_SUPPORTED_PARTITION_FORMAT
_GRANULARITIES = ("minute", "hour", "day", "month", "year")


@dataclass(frozen=True, slots=True)
class PartitionBy:
    """A whole PARTITION BY clause; ``expressions`` are there where loads make the partitions."""

    kind: PartitionKind = PartitionKind.UNPARTITIONED
    columns: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    partitions: tuple[PartitionDefinition, ...] = ()


def read_partition_by(reader: Reader, columns: Sequence[Column]) -> PartitionBy:
    """Read a PARTITION BY, if there is one."""
    if not reader.accept("PARTITION", "BY"):
        return PartitionBy()
    if reader.accept("RANGE"):
        if _at_names(reader):
            return _with_partitions(reader, PartitionBy(PartitionKind.RANGE, reader.names()), columns)
        reader.expect("(")
        expression = _expression(reader, columns)
        reader.expect(")")
        return _with_partitions(reader, expression, columns)
    reader.accept("LIST")
    if _at_names(reader):
        names = reader.names()
        if not reader.at("("):
            return PartitionBy(PartitionKind.LIST, names, names)
        # Without RANGE or LIST the grammar takes a list as well, and so the values decide.
        return _with_partitions(reader, PartitionBy(PartitionKind.LIST, names), columns)
    bracketed = reader.accept("(")
    parts = [_expression(reader, columns)]
    while reader.accept(","):
        parts.append(_expression(reader, columns))
    if bracketed:
        reader.expect(")")
    if len(parts) == 1 and parts[0].kind is PartitionKind.EXPR_RANGE:
        return _with_partitions(reader, parts[0], columns) if reader.at("(") else parts[0]
    return PartitionBy(
        PartitionKind.LIST,
        tuple(each.columns[0] for each in parts),
        tuple(each.expressions[0] for each in parts),
    )


def _at_names(reader: Reader) -> bool:
    """Whether ``(a, b)`` comes next, and not an expression in brackets."""
    offset = 1
    if not reader.at("("):
        return False
    while reader.peek(offset).kind in ("word", "quoted"):
        if reader.peek(offset + 1).text == ")":
            return True
        if reader.peek(offset + 1).text != ",":
            return False
        offset += 2
    return False


def _expression(reader: Reader, columns: Sequence[Column]) -> PartitionBy:
    """Read a column, or a function call over one (AnalyzerUtils.java, checkAndExtractPartitionCol)."""
    start = reader.peek().start
    name = reader.name()
    if not reader.at("("):
        return PartitionBy(PartitionKind.LIST, (name,), (name,))
    reader.balanced()
    text = reader.text[start : reader.peek().start].strip()
    try:
        tree = sqlglot.parse_one(text, read="starrocks")
    except SqlglotError:
        tree = exp.null()
    named = tree.find(exp.Column)
    if name.lower() not in ("date_trunc", "time_slice") or named is None:
        raise _unsupported(reader, start, text)
    granularity = next((each.name.lower() for each in tree.find_all(exp.Literal, exp.Var) if not each.is_number), "")
    column = next((each for each in columns if each.name.lower() == named.name.lower()), None)
    if granularity.rstrip("s") not in _GRANULARITIES:
        raise _unsupported(reader, start, text)
    if granularity in ("hour", "minute") and column is not None and column.base_type != "datetime":
        raise _unsupported(reader, start, text, ". The hour/minute parameter only supports datetime type")
    return PartitionBy(PartitionKind.EXPR_RANGE, (named.name,), (text,))


def _unsupported(reader: Reader, start: int, text: str, more: str = "") -> Exception:
    line = reader.text.count("\n", 0, start) + 1
    column = start - (reader.text.rfind("\n", 0, start) + 1)
    return syntax(f"Unsupported expr '{text}' in PARTITION BY clause{more}", line, column)


def _with_partitions(reader: Reader, clause: PartitionBy, columns: Sequence[Column]) -> PartitionBy:
    reader.expect("(")
    found: list[PartitionDefinition] = []
    if not reader.accept(")"):
        while True:
            if reader.accept("START"):
                found += read_batch(reader, clause.columns, columns)
            else:
                reader.expect("PARTITION")
                found.append(read_partition(reader, clause.kind, clause.columns, columns))
            if not reader.accept(","):
                break
        reader.expect(")")
    seen: set[str] = set()
    for each in found:
        if each.name.lower() in seen:
            # PartitionDescAnalyzer.java, analyzeRangePartitionDesc
            raise analysis(f"Duplicated partition name: {each.name}")
        seen.add(each.name.lower())
    return replace(clause, partitions=tuple(_lower_bounds(found, clause.columns, columns)))


def read_partition(
    reader: Reader, kind: PartitionKind, names: tuple[str, ...], columns: Sequence[Column]
) -> PartitionDefinition:
    """Read what follows ``PARTITION`` in a list of partitions.

    A ``VALUES LESS THAN`` leaves the lower end at :attr:`Edge.MIN`; the caller moves it up to the neighbour's.
    """
    quiet = reader.accept("IF", "NOT", "EXISTS")
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
    return PartitionDefinition(name, range_, values, int(number) if number and number.isdecimal() else None, quiet)


def _bound(reader: Reader, names: tuple[str, ...], columns: Sequence[Column]) -> tuple[Key, ...]:
    reader.expect("(")
    found: list[Key] = []
    while True:
        found.append(Edge.MAX if reader.accept("MAXVALUE") else _key_value(reader, names[len(found)], columns))
        if len(found) == len(names) or not reader.accept(","):
            break
    reader.expect(")")
    return (*found, *((Edge.MIN,) * (len(names) - len(found))))


def _key_value(reader: Reader, name: str, columns: Sequence[Column]) -> str:
    sign = "-" if reader.accept("-") else ""
    token = reader.take()
    if token.kind not in ("string", "number"):
        reader.index -= 1
        raise reader.unexpected("SINGLE_QUOTED_TEXT", "DOUBLE_QUOTED_TEXT", "INTEGER_VALUE")
    column = next((each for each in columns if each.name.lower() == name.lower()), None)
    value = sign + token.value
    if column is not None and column.base_type in ("date", "datetime"):
        moment = moment_of(value)
        if moment is None:
            raise analysis(f"Invalid date value: {value}")
        return moment_text(moment, column.base_type)
    return value


def _list_values(reader: Reader, names: tuple[str, ...], columns: Sequence[Column]) -> tuple[tuple[str, ...], ...]:
    reader.expect("(")
    found: list[tuple[str, ...]] = []
    while True:
        if reader.accept("("):
            row = [_key_value(reader, names[0], columns)]
            while reader.accept(","):
                if len(row) == len(names):
                    break
                row.append(_key_value(reader, names[len(row)], columns))
            if len(row) != len(names) or not reader.at(")"):
                raise analysis(f"({','.join(row)}) size should be equal to partition column size ")
            reader.expect(")")
            found.append(tuple(row))
        elif len(names) > 1:
            raise analysis("Partition column size should be one when use single list partition ")
        else:
            found.append((_key_value(reader, names[0], columns),))
        if not reader.accept(","):
            break
    reader.expect(")")
    return tuple(found)


def _lower_bounds(
    found: list[PartitionDefinition], names: tuple[str, ...], columns: Sequence[Column]
) -> list[PartitionDefinition]:
    """Let each ``LESS THAN`` begin where the greatest smaller one ends (RangePartitionInfo.java)."""
    ruler = Schema(tuple(columns), partition_columns=names)
    ends = sorted((each.range.upper for each in found if each.range is not None), key=ruler.order)
    before = dict(zip(ends[1:], ends, strict=False))
    placed = []
    for each in found:
        if each.range is not None and each.range.lower[0] is Edge.MIN and each.range.upper in before:
            placed.append(replace(each, range=Range(before[each.range.upper], each.range.upper)))
        else:
            placed.append(each)
    return placed


_EVERY = re.compile(r"\s*INTERVAL\s+(\d+)\s+(\w+)\s*", re.IGNORECASE)


def read_batch(
    reader: Reader, names: tuple[str, ...], columns: Sequence[Column], prefix: str = "p"
) -> list[PartitionDefinition]:
    """Read ``("a") END ("b") EVERY (…)`` behind a START."""
    if len(names) != 1:
        raise analysis("Batch build partition only support single range column.")
    reader.expect("(")
    first = reader.take().value
    reader.expect(")", "END", "(")
    last = reader.take().value
    reader.expect(")", "EVERY")
    text = reader.balanced()
    interval = _EVERY.fullmatch(text)
    column = next((each for each in columns if each.name.lower() == names[0].lower()), None)
    type_ = column.base_type if column else "date"
    if interval is None:
        if not text.strip().isdecimal():
            raise reader.unexpected("INTEGER_VALUE")
        made = number_batch(first, last, int(text), type_=type_, prefix=prefix)
    else:
        made = date_batch(first, last, int(interval[1]), interval[2].upper(), type_=type_, prefix=prefix)
    return [PartitionDefinition(name, range_) for name, range_ in made]
