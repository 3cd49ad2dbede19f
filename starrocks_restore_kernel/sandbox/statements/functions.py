"""Functions of StarRocks that DuckDB lacks or names otherwise; sqlglot turns most others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["translated"]


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


def _added(unit: str, sign: int) -> Callable[[list[exp.Expr]], exp.Expr]:
    def build(arguments: list[exp.Expr]) -> exp.Expr:
        moment, count = arguments
        amount = _call(f"to_{unit}", exp.cast(count, "int"))
        kind = exp.Add if sign > 0 else exp.Sub
        return kind(this=exp.cast(moment, "timestamp"), expression=amount)

    return build


_TRANSLATED: dict[str, Callable[[list[exp.Expr]], exp.Expr]] = {
    "elt": _elt,
    "murmur_hash3_32": _hash(32),
    "crc32": _hash(64),
    "xx_hash3_64": _hash(64),
    "xx_hash64": _hash(64),
    "bitmap_union_count": lambda arguments: exp.Count(this=exp.Distinct(expressions=arguments)),
    "to_bitmap": lambda arguments: arguments[0],
    "ndv": lambda arguments: exp.Count(this=exp.Distinct(expressions=arguments)),
    **{f"{unit}_add": _added(unit, 1) for unit in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")},
    **{f"{unit}_sub": _added(unit, -1) for unit in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")},
}


def translated(name: str, arguments: list[exp.Expr]) -> exp.Expr | None:
    """Write a call for DuckDB; None for a function that passes as it is."""
    build = _TRANSLATED.get(name)
    try:
        return None if build is None else build(arguments)
    except ValueError:
        # The wrong number of arguments: DuckDB says so.
        return None
