"""The partitions of a materialized view follow those of the table it reads (SyncPartitionUtils.java)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from .catalog import Edge, PartitionKind, Range
from .column_types import duckdb_type

if TYPE_CHECKING:
    from .catalog import Key, MaterializedView, Partition, Schema, Table

    Wished = dict[str, tuple[Range | None, tuple[tuple[str, ...], ...] | None]]

__all__ = ["UNITS", "rows_of", "wished_partitions"]

UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
"""Of ``date_trunc`` (AnalyzerUtils.java, MV_DATE_TRUNC_SUPPORTED_PARTITION_FORMAT)."""

_DATE = len("2024-01-01")


def wished_partitions(view: MaterializedView, base: Table, unit: str | None) -> Wished:
    """Tell which partitions a view ought to have, by name: ranges, or lists of values.

    Parameters
    ----------
    base
        The table that the view's partition column comes from.
    unit
        Of ``date_trunc``; None where the view has the table's own partitions.
    """
    if view.schema.partition_kind is PartitionKind.LIST:
        return {each.name: (None, each.values) for each in base.partitions.values()}
    ranges = [(each.name, each.range) for each in base.ordered() if each.range is not None]
    if unit is None:
        return {name: (Range(range_.lower[:1], range_.upper[:1]), None) for name, range_ in ranges}
    joined: list[tuple[Key, Key]] = []
    for _, range_ in ranges:
        lower, upper = _floor(range_.lower[0], unit), _ceiling(range_.upper[0], unit)
        if joined and not isinstance(lower, Edge) and not isinstance(joined[-1][1], Edge) and lower < joined[-1][1]:
            # Two of the table's partitions lie in one unit.
            joined[-1] = (joined[-1][0], upper if isinstance(upper, Edge) else max(joined[-1][1], upper))
        elif not (joined and joined[-1] == (lower, upper)):
            joined.append((lower, upper))
    return {_name(lower, upper, unit): (Range((lower,), (upper,)), None) for lower, upper in joined}


def rows_of(schema: Schema, partition: Partition) -> exp.Expr:
    """Write what the query's rows in a partition satisfy; NULL lies in the lowest range."""
    if partition.range is None and partition.values is None:
        return exp.true()
    columns = [exp.column(name, quoted=True) for name in schema.partition_columns]
    types = [
        duckdb_type(column.type if column else "varchar") for column in map(schema.column, schema.partition_columns)
    ]

    def value(text: object, place: int) -> exp.Expr:
        return exp.cast(exp.Literal.string(str(text)), types[place], dialect="duckdb")

    if partition.range is None:
        rows = [
            exp.and_(*(exp.EQ(this=columns[place], expression=value(key, place)) for place, key in enumerate(row)))
            for row in partition.values or ()
        ]
        return exp.or_(*rows)
    (lower, *_), (upper, *_) = partition.range.lower, partition.range.upper
    bounds: list[exp.Expr] = []
    if lower is not Edge.MIN:
        bounds.append(exp.GTE(this=columns[0], expression=value(lower, 0)))
    if upper is not Edge.MAX:
        bounds.append(exp.LT(this=columns[0], expression=value(upper, 0)))
    inside = exp.and_(*bounds) if bounds else exp.true()
    return exp.or_(inside, exp.Is(this=columns[0], expression=exp.null())) if lower is Edge.MIN else inside


def _truncated(moment: datetime, unit: str) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "minute": moment.replace(second=0, microsecond=0),
        "hour": moment.replace(minute=0, second=0, microsecond=0),
        "day": midnight,
        "week": midnight - timedelta(days=midnight.weekday()),
        "month": midnight.replace(day=1),
        "quarter": midnight.replace(month=3 * ((midnight.month - 1) // 3) + 1, day=1),
        "year": midnight.replace(month=1, day=1),
    }
    return starts[unit]


def _after(moment: datetime, unit: str) -> datetime:
    steps = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
    if unit in steps:
        return moment + steps[unit]
    # Far enough to be in the next unit, and not far enough to be behind it.
    return _truncated(moment + timedelta(days={"week": 7, "month": 31, "quarter": 95, "year": 366}[unit]), unit)


def _floor(key: Key, unit: str) -> Key:
    return key if isinstance(key, Edge) else _text(_truncated(datetime.fromisoformat(key), unit), key)


def _ceiling(key: Key, unit: str) -> Key:
    if isinstance(key, Edge):
        return key
    moment = datetime.fromisoformat(key)
    start = _truncated(moment, unit)
    return _text(start if start == moment else _after(start, unit), key)


def _text(moment: datetime, like: str) -> str:
    return moment.strftime("%Y-%m-%d" if len(like) == _DATE else "%Y-%m-%d %H:%M:%S")


def _name(lower: Key, upper: Key, unit: str) -> str:
    return f"p{_label(lower, unit)}_{_label(upper, unit)}"


def _label(key: Key, unit: str) -> str:
    # A range without an end has that of the type in its name (SyncPartitionUtils.java, getMVPartitionName).
    text = {Edge.MIN: "0000-01-01", Edge.MAX: "9999-12-31"}[key] if isinstance(key, Edge) else key
    year, month, day = text[:4], text[5:7], text[8:10]
    labels = {
        "year": year,
        "quarter": f"{year}Q{(int(month) + 2) // 3}",
        "month": year + month,
        "hour": year + month + day + (text[11:13] or "00"),
        "minute": year + month + day + (text[11:13] or "00") + (text[14:16] or "00"),
    }
    return labels.get(unit, year + month + day)
