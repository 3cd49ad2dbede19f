"""Functions of StarRocks that DuckDB lacks or names otherwise; sqlglot turns most others."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["translated"]

_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")

# Bitmaps and HLLs are texts here, their values in order: '1,2,10'. So a count over them is exact.
_VALUES = "list_distinct(flatten(list(CAST(string_split(CAST($1 AS VARCHAR), ',') AS HUGEINT[]))))"
_UNITED = f"array_to_string(CAST(list_sort({_VALUES}) AS VARCHAR[]), ',')"
_COUNTED = "CASE WHEN coalesce($1, '') = '' THEN 0 ELSE len(string_split($1, ',')) END"

# By name: the same in DuckDB's words, an argument for each number.
_TEMPLATES = {
    "bitmap_agg": "array_to_string(CAST(list_sort(list_distinct(list(CAST($1 AS HUGEINT)))) AS VARCHAR[]), ',')",
    "bitmap_contains": "list_contains(string_split($1, ','), CAST($2 AS VARCHAR))",
    "bitmap_count": _COUNTED,
    "bitmap_hash": "CAST(hash($1) % 4294967296 AS VARCHAR)",
    "bitmap_to_string": "$1",
    "bitmap_union": _UNITED,
    "bitmap_union_count": f"len({_VALUES})",
    "bitmap_union_int": "count(DISTINCT $1)",
    "get_json_bool": "TRY_CAST(json_extract_string($1, $2) AS BOOLEAN)",
    "get_json_double": "TRY_CAST(json_extract_string($1, $2) AS DOUBLE)",
    "get_json_int": "TRY_CAST(json_extract_string($1, $2) AS BIGINT)",
    "get_json_object": "json_extract_string($1, $2)",
    "get_json_string": "json_extract_string($1, $2)",
    "hll_cardinality": _COUNTED,
    "hll_hash": "CAST(hash($1) AS VARCHAR)",
    "hll_raw_agg": _UNITED,
    "hll_union": _UNITED,
    "hll_union_agg": f"len({_VALUES})",
    "json_exists": "json_exists($1, $2)",
    "json_length": "json_array_length($1)",
    "json_query": "json_extract($1, $2)",
    "json_string": "CAST($1 AS VARCHAR)",
    # A number is a text where one is wanted: so MySQL's JDBC driver asks for columns.
    "lower": "lower(CAST($1 AS VARCHAR))",
    "last_day": "last_day(CAST($1 AS TIMESTAMP))",
    "ndv": "count(DISTINCT $1)",
    "strcmp": "CASE WHEN $1 = $2 THEN 0 WHEN $1 < $2 THEN -1 ELSE 1 END",
    "percentile_approx": "quantile_cont(CAST($1 AS DOUBLE), $2)",
    "to_bitmap": "CAST($1 AS VARCHAR)",
    "to_date": "CAST($1 AS DATE)",
    "truncate": "trunc($1 * power(10, $2)) / power(10, $2)",
    "unix_to_time": "strftime(make_timestamp(CAST($1 AS BIGINT) * 1000000), '%Y-%m-%d %H:%M:%S')",
    # In UTC: the session's zone moves now() alone.
    "unix_timestamp": "CAST(epoch(CAST($1 AS TIMESTAMP)) AS BIGINT)",
    "upper": "upper(CAST($1 AS VARCHAR))",
    "weekofyear": "weekofyear(CAST($1 AS TIMESTAMP))",
    **{f"{unit}s_add": f"CAST($1 AS TIMESTAMP) + to_{unit}s(CAST($2 AS INTEGER))" for unit in _UNITS},
    **{f"{unit}s_sub": f"CAST($1 AS TIMESTAMP) - to_{unit}s(CAST($2 AS INTEGER))" for unit in _UNITS},
    # Whole units alone, as date_sub counts them, not borders crossed.
    **{f"{unit}s_diff": f"date_sub('{unit}', CAST($2 AS TIMESTAMP), CAST($1 AS TIMESTAMP))" for unit in _UNITS},
}


@lru_cache(maxsize=256)
def _template(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, read="duckdb")


def _filled(text: str, arguments: list[exp.Expr]) -> exp.Expr:
    tree = _template(text).copy()
    for each in list(tree.find_all(exp.Parameter, exp.Placeholder)):
        number = int(each.name or each.this.name)
        if number > len(arguments):
            raise ValueError(text)
        new = exp.paren(arguments[number - 1].copy()) if each.parent is not None else arguments[number - 1]
        if each is tree:
            return new
        each.replace(new)
    return tree


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _hash(bits: int) -> Callable[[list[exp.Expr]], exp.Expr]:
    """Hash with DuckDB's own function: equal rows give equal sums, but not the numbers that StarRocks would give."""

    def build(arguments: list[exp.Expr]) -> exp.Expr:
        limit = exp.Literal.number(2 ** (bits - 1) - 1)
        remainder = exp.Mod(this=_call("hash", *arguments), expression=limit)
        return exp.cast(remainder, "bigint" if bits > 32 else "int")

    return build


def _elt(arguments: list[exp.Expr]) -> exp.Expr:
    number, *choices = arguments
    case = exp.Case()
    for index, choice in enumerate(choices, start=1):
        case = case.when(exp.EQ(this=exp.paren(number.copy()), expression=exp.Literal.number(index)), choice)
    return case


def _together(arguments: list[exp.Expr]) -> exp.Expr:
    return _call("md5", _call("concat", *arguments))


def _time_slice(arguments: list[exp.Expr]) -> exp.Expr:
    moment, count, unit, *_ = arguments
    origin = exp.cast(exp.Literal.string("0001-01-01 00:00:00"), "timestamp")
    interval = exp.Interval(this=exp.Literal.string(count.name), unit=exp.var(unit.name))
    return _call("time_bucket", interval, exp.cast(moment, "timestamp"), origin)


_BUILT: dict[str, Callable[[list[exp.Expr]], exp.Expr]] = {
    "crc32": _hash(64),
    "elt": _elt,
    "md5sum": _together,
    "murmur_hash3_32": _hash(32),
    "time_slice": _time_slice,
    "xx_hash3_64": _hash(64),
    "xx_hash64": _hash(64),
}


def translated(name: str, arguments: list[exp.Expr]) -> exp.Expr | None:
    """Write a call for DuckDB; None for a function that passes as it is."""
    try:
        if name in _BUILT:
            return _BUILT[name](arguments)
        return _filled(_TEMPLATES[name], arguments) if name in _TEMPLATES else None
    except ValueError:
        # The wrong number of arguments: DuckDB says so.
        return None
