"""The system variables that a frontend knows: SessionVariable.java and GlobalVariable.java as a table.

The table is the main line's; older releases lack some of the names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEPRECATED", "Variable", "decoded_modes", "encoded_modes", "similar", "table", "visible"]

DEPRECATED = frozenset(
    "codegen_level max_execution_time profiling batch_size disable_bucket_join cbo_enable_replicated_join "
    "foreign_key_checks analyze_mv enable_cbo enable_vectorized_engine vectorized_engine_enable "
    "enable_vectorized_insert vectorized_insert_enable prefer_join_method "
    "rewrite_count_distinct_to_bitmap_hll".split()
)
"""May be set, to no effect, and not be read (SessionVariable.java, DEPRECATED_VARIABLES)."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable (VariableMgr.java, VarAttr).

    Parameters
    ----------
    kind
        The Java type: ``boolean``, ``int``, ``long``, ``float``, ``double`` or ``string``.
    default
        As SHOW VARIABLES prints it.
    shown
        The name that SHOW VARIABLES prints.
    """

    name: str
    kind: str
    default: str
    is_global: bool
    read_only: bool
    session_only: bool
    invisible: bool
    shown: str
    alias: str


@cache
def _rows() -> tuple[Variable, ...]:
    found = []
    for line in Path(__file__).with_name("variables.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, kind, default, flags, shown, alias = (line.split("\t") + [""] * 4)[:6]
            has = flags.split()
            found.append(
                Variable(
                    name,
                    kind,
                    default,
                    is_global="global" in has,
                    read_only="read_only" in has,
                    session_only="session_only" in has,
                    invisible="invisible" in has,
                    shown=shown or name,
                    alias=alias,
                )
            )
    return tuple(found)


@cache
def table() -> Mapping[str, Variable]:
    """Every variable by its name in lower case, and by its alias."""
    aliases = {each.alias.lower(): each for each in _rows() if each.alias}
    return {**aliases, **{each.name.lower(): each for each in _rows()}}


@cache
def visible() -> tuple[Variable, ...]:
    """Those that SHOW VARIABLES lists, in its order."""
    return tuple(sorted((each for each in _rows() if not each.invisible), key=lambda each: each.shown))


# -- names that look alike


def similar(name: str) -> str:
    """Write the three names that are nearest (VariableMgr.java, findSimilarVarNames).

    Examples
    --------
    >>> similar("query_timeoot")
    "{'query_timeout', 'query_delivery_timeout', 'query_mem_limit'}"
    """
    wanted = name.upper()
    nearest = sorted(_rows(), key=lambda each: -_jaro_winkler(each.name.upper(), wanted))[:3]
    return "{" + ", ".join(f"'{each.name}'" for each in nearest) + "}"


def _jaro_winkler(left: str, right: str) -> float:
    """Measure likeness as Commons Text does (JaroWinklerSimilarity.java, apply)."""
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    reach = max(len(longer) // 2 - 1, 0)
    taken = [False] * len(longer)
    matched: list[str] = []
    for index, char in enumerate(shorter):
        for other in range(max(index - reach, 0), min(index + reach + 1, len(longer))):
            if not taken[other] and char == longer[other]:
                taken[other] = True
                matched.append(char)
                break
    if not matched:
        return 0.0
    across = [char for char, was in zip(longer, taken, strict=True) if was]
    swapped = sum(one != two for one, two in zip(matched, across, strict=True)) / 2
    count = len(matched)
    jaro = (count / len(left) + count / len(right) + (count - swapped) / count) / 3
    prefix = 0
    while prefix < min(4, len(shorter)) and left[prefix] == right[prefix]:
        prefix += 1
    return jaro if jaro < 0.7 else jaro + 0.1 * prefix * (1 - jaro)


# -- sql_mode

# SqlModeHelper.java, SQL_MODE_SET.
_MODES = {
    "ALLOW_THROW_EXCEPTION": 1 << 9,
    "ANSI": 1 << 18,
    "ANSI_QUOTES": 1 << 2,
    "ERROR_FOR_DIVISION_BY_ZERO": 1 << 26,
    "ERROR_IF_OVERFLOW": 1 << 35,
    "FORBID_INVALID_DATE": 1 << 8,
    "GROUP_CONCAT_LEGACY": 1 << 36,
    "HIGH_NOT_PRECEDENCE": 1 << 29,
    "IGNORE_SPACE": 1 << 3,
    "INVALID_DATES": 1 << 24,
    "MODE_DOUBLE_LITERAL": 1 << 17,
    "NOT_USED": 1 << 4,
    "NO_AUTO_VALUE_ON_ZERO": 1 << 19,
    "NO_BACKSLASH_ESCAPES": 1 << 20,
    "NO_DIR_IN_CREATE": 1 << 7,
    "NO_ENGINE_SUBSTITUTION": 1 << 30,
    "NO_UNSIGNED_SUBTRACTION": 1 << 6,
    "NO_ZERO_DATE": 1 << 24,
    "NO_ZERO_IN_DATE": 1 << 23,
    "ONLY_FULL_GROUP_BY": 1 << 5,
    "PAD_CHAR_TO_FULL_LENGTH": 1 << 31,
    "PIPES_AS_CONCAT": 1 << 1,
    "REAL_AS_FLOAT": 1,
    "SORT_NULLS_LAST": 1 << 33,
    "STRICT_ALL_TABLES": 1 << 22,
    "STRICT_TRANS_TABLES": 1 << 21,
    "TIME_TRUNCATE_FRACTIONAL": 1 << 32,
    "TRADITIONAL": 1 << 27,
}
_PARTS = {
    "ANSI": "REAL_AS_FLOAT PIPES_AS_CONCAT ANSI_QUOTES IGNORE_SPACE ONLY_FULL_GROUP_BY".split(),
    "TRADITIONAL": (
        "STRICT_TRANS_TABLES STRICT_ALL_TABLES NO_ZERO_IN_DATE NO_ZERO_DATE ERROR_FOR_DIVISION_BY_ZERO "
        "NO_ENGINE_SUBSTITUTION"
    ).split(),
}
_ALLOWED = reduce(or_, _MODES.values())


def encoded_modes(text: str) -> tuple[int, str | None]:
    """Turn modes by name or number into a number, and name the first that is none (SqlModeHelper.java, encode)."""
    code = 0
    for name in filter(None, map(str.strip, text.split(","))):
        if name.isdecimal():
            code |= int(name)
        elif name.upper() in _MODES:
            code |= _MODES[name.upper()]
        else:
            return 0, name
        for whole, parts in _PARTS.items():
            if code & _MODES[whole]:
                code |= reduce(or_, (_MODES[each] for each in parts))
        if code & ~_ALLOWED:
            return 0, name
    return code, None


def decoded_modes(code: int) -> str:
    """Turn the number back into names (SqlModeHelper.java, decode)."""
    return ",".join(name for name, bit in sorted(_MODES.items()) if code & bit)
