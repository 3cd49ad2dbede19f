"""What a statement answers: a result set, or a count of rows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["Done", "Kind", "ResultColumn", "ResultRows", "column_of", "from_duckdb", "texts", "typed"]


class Kind(Enum):
    """StarRocks' types, as far as the wire tells them apart (PrimitiveType.java)."""

    BOOLEAN = "boolean"
    TINYINT = "tinyint"
    SMALLINT = "smallint"
    INT = "int"
    BIGINT = "bigint"
    LARGEINT = "largeint"
    FLOAT = "float"
    DOUBLE = "double"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    CHAR = "char"
    STRING = "string"
    VARBINARY = "varbinary"
    SKETCH = "hll"
    """HLL and BITMAP."""
    JSON = "json"
    NESTED = "array"
    """ARRAY, MAP and STRUCT."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of a result set.

    Parameters
    ----------
    length
        Characters of a text, or digits of a decimal number; 0 where it is not known.
    scale
        Digits behind the point of a decimal number.
    """

    name: str
    kind: Kind = Kind.STRING
    length: int = 0
    scale: int = 0


@dataclass(frozen=True, slots=True)
class ResultRows:
    """A result set; values are text, numbers, bytes or None."""

    columns: tuple[ResultColumn, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Done:
    """An OK packet.

    Parameters
    ----------
    info
        What a client shows beside the count, such as the label of a load.
    """

    affected_rows: int = 0
    info: str = ""


def texts(names: str | Sequence[str], rows: Iterable[Sequence[Any]] = ()) -> ResultRows:
    """Make a result set of text columns, as nearly all of the SHOW statements are."""
    columns = names.split() if isinstance(names, str) else names
    return ResultRows(_text_columns(tuple(columns)), [tuple(row) for row in rows])


@lru_cache(maxsize=256)
def _text_columns(names: tuple[str, ...]) -> tuple[ResultColumn, ...]:
    return tuple(ResultColumn(name) for name in names)


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


_STARROCKS = {
    "varchar": Kind.STRING,
    "bitmap": Kind.SKETCH,
    "hll": Kind.SKETCH,
    **{each.value: each for each in Kind if each not in (Kind.SKETCH, Kind.NESTED)},
}


def column_of(name: str, type_: str) -> ResultColumn:
    """Describe a column by a type of StarRocks' own, such as ``decimal(10,2)``.

    Examples
    --------
    >>> column_of("price", "decimal(10,2)")
    ResultColumn(name='price', kind=<Kind.DECIMAL: 'decimal'>, length=10, scale=2)
    """
    base = re.split(r"[(<]", type_, maxsplit=1)[0].strip().lower()
    kind = _STARROCKS.get(base, Kind.NESTED)
    length, scale = _numbers(type_) if kind in (Kind.DECIMAL, Kind.CHAR, Kind.STRING, Kind.VARBINARY) else (0, 0)
    return ResultColumn(name, kind, length, scale)


def _numbers(type_: str) -> tuple[int, int]:
    found = [int(each) for each in re.findall(r"\d+", type_.partition("(")[2])]
    length, scale, *_ = [*found, 0, 0]
    return length, scale


# -- from DuckDB

_DUCKDB = {
    "BOOLEAN": Kind.BOOLEAN,
    "TINYINT": Kind.TINYINT,
    "UTINYINT": Kind.SMALLINT,
    "SMALLINT": Kind.SMALLINT,
    "USMALLINT": Kind.INT,
    "INTEGER": Kind.INT,
    "UINTEGER": Kind.BIGINT,
    "BIGINT": Kind.BIGINT,
    "UBIGINT": Kind.LARGEINT,
    "HUGEINT": Kind.LARGEINT,
    "UHUGEINT": Kind.LARGEINT,
    "FLOAT": Kind.FLOAT,
    "DOUBLE": Kind.DOUBLE,
    "DATE": Kind.DATE,
    "TIMESTAMP": Kind.DATETIME,
    "TIME": Kind.TIME,
    "BLOB": Kind.VARBINARY,
    "JSON": Kind.JSON,
}


def _json_text(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":"))


def _decimal_text(value: Any) -> str:
    return format(value, "f")


# What turns a value of DuckDB into one of ``ResultRows``; the others pass as they are.
_CONVERTED: dict[Kind, Callable[[Any], Any]] = {
    Kind.BOOLEAN: int,
    Kind.DATE: str,
    Kind.DATETIME: str,
    Kind.DECIMAL: _decimal_text,
    Kind.NESTED: _json_text,
    Kind.TIME: str,
}


@lru_cache(maxsize=1024)
def _kind(type_: str) -> tuple[Kind, int, int, Callable[[Any], Any] | None]:
    """Give kind, length, scale and converter of a DuckDB type."""
    if type_.endswith("]") or type_.startswith(("STRUCT(", "MAP(", "UNION(")):
        return Kind.NESTED, 0, 0, _json_text
    if type_.startswith("DECIMAL"):
        return Kind.DECIMAL, *_numbers(type_), _decimal_text
    kind = _DUCKDB.get(type_)
    if kind is None:
        # A text, or a type that StarRocks does not have, such as an interval.
        return Kind.STRING, 0, 0, None if type_ in ("VARCHAR", "STRING") else str
    return kind, 0, 0, _CONVERTED.get(kind)


def from_duckdb(description: Sequence[Sequence[Any]], rows: list[tuple[Any, ...]]) -> ResultRows:
    """Turn what DuckDB answered into a result set."""
    columns = []
    converters = []
    for index, (name, type_, *_) in enumerate(description):
        kind, length, scale, convert = _kind(str(type_))
        if kind is Kind.LARGEINT and all(row[index] is None or abs(row[index]) < 1 << 63 for row in rows):
            # DuckDB adds whole numbers up to 128 bits, where StarRocks stays with 64: a sum is no LARGEINT.
            kind = Kind.BIGINT
        columns.append(ResultColumn(name, kind, length, scale))
        converters.append(convert)
    if rows and any(converters):
        turned = [
            column if convert is None else [None if value is None else convert(value) for value in column]
            for convert, column in zip(converters, zip(*rows, strict=True), strict=True)
        ]
        rows = list(zip(*turned, strict=True))
    return ResultRows(tuple(columns), rows)
