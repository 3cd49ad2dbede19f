"""What a statement answers: a result set, or a count of rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Done", "Kind", "ResultColumn", "ResultRows", "from_duckdb", "texts", "typed"]


class Kind(Enum):
    """The wire's column types that the sandbox uses."""

    STRING = "string"
    BIGINT = "bigint"
    DOUBLE = "double"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of a result set."""

    name: str
    kind: Kind = Kind.STRING


@dataclass(frozen=True, slots=True)
class ResultRows:
    """A result set; values are text, numbers or None."""

    columns: tuple[ResultColumn, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Done:
    """An OK packet."""

    affected_rows: int = 0


def texts(names: str | Sequence[str], rows: Iterable[Sequence[Any]] = ()) -> ResultRows:
    """Make a result set of text columns, as nearly all of the SHOW statements are."""
    columns = names.split() if isinstance(names, str) else names
    return ResultRows(tuple(ResultColumn(name) for name in columns), [tuple(row) for row in rows])


def typed(result: ResultRows, kinds: Mapping[Kind, str]) -> ResultRows:
    """Give some columns of a SHOW statement the type that the server gives them; numbers are made of their text."""
    of = {name: kind for kind, names in kinds.items() for name in names.split()}
    columns = tuple(ResultColumn(each.name, of.get(each.name, each.kind)) for each in result.columns)
    numbers = [place for place, each in enumerate(columns) if each.kind is Kind.BIGINT]
    rows = []
    for row in result.rows:
        cells = list(row)
        for place in numbers:
            cells[place] = None if cells[place] is None else int(cells[place])
        rows.append(tuple(cells))
    return ResultRows(columns, rows)


_KINDS = {
    "BOOLEAN": Kind.BOOLEAN,
    "TINYINT": Kind.BIGINT,
    "SMALLINT": Kind.BIGINT,
    "INTEGER": Kind.BIGINT,
    "BIGINT": Kind.BIGINT,
    "UBIGINT": Kind.BIGINT,
    "FLOAT": Kind.DOUBLE,
    "DOUBLE": Kind.DOUBLE,
    "HUGEINT": Kind.DECIMAL,
    "DATE": Kind.DATE,
    "TIMESTAMP": Kind.DATETIME,
}


def from_duckdb(description: Sequence[Sequence[Any]], rows: list[tuple[Any, ...]]) -> ResultRows:
    """Turn what DuckDB answered into a result set."""
    columns = []
    for name, type_, *_ in description:
        text = str(type_)
        kind = Kind.DECIMAL if text.startswith("DECIMAL") else _KINDS.get(text, Kind.STRING)
        columns.append(ResultColumn(name, kind))
    plain = all(column.kind in (Kind.STRING, Kind.BIGINT, Kind.DOUBLE) for column in columns)
    if plain and not any("[" in str(each[1]) or "(" in str(each[1]) for each in description):
        return ResultRows(tuple(columns), rows)
    return ResultRows(tuple(columns), [tuple(_value(value) for value in row) for row in rows])


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, (int, float, str, bytes)):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" + (".%f" if value.microsecond else ""))
    if isinstance(value, (date, time, timedelta, Decimal)):
        return str(value)
    return json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":"))
