"""SHOW statements by which clients learn about the server: VARIABLES, STATUS, ENGINES, COLLATION, CHARSET, WARNINGS.

What they answer is constant, except for the variables (ShowExecutor.java, ShowResultMetaFactory.java).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ..server_errors import analysis, syntax
from .results import Kind, ResultColumn, ResultRows, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .reader import Reader
    from .variables import Variables

__all__ = ["CONSTANT", "show_variables"]


def _collations() -> ResultRows:
    names = (("Collation", Kind.STRING), ("Charset", Kind.STRING), ("Id", Kind.BIGINT), ("Default", Kind.STRING))
    columns = (*names, ("Compiled", Kind.STRING), ("Sortlen", Kind.BIGINT))
    rows: list[tuple[object, ...]] = [
        ("utf8_general_ci", "utf8", 33, "Yes", "Yes", 1),
        ("binary", "binary", 63, "Yes", "Yes", 1),
        ("gbk_chinese_ci", "gbk", 28, "Yes", "Yes", 1),
    ]
    return ResultRows(tuple(ResultColumn(name, kind) for name, kind in columns), rows)


def _engines() -> ResultRows:
    rows = [
        ("OLAP", "Default storage engine of StarRocks"),
        ("MySQL", "MySQL server which data is in it"),
        ("ELASTICSEARCH", "ELASTICSEARCH cluster which data is in it"),
        ("HIVE", "HIVE database which data is in it"),
        ("ICEBERG", "ICEBERG data lake which data is in it"),
    ]
    return texts(
        "Engine Support Comment Transactions XA Savepoints",
        [(name, "YES", comment, "NO", "NO", "NO") for name, comment in rows],
    )


def _charsets() -> ResultRows:
    return texts(
        ["Charset", "Description", "Default collation", "Maxlen"], [("utf8", "UTF-8 Unicode", "utf8_general_ci", "3")]
    )


def _warnings() -> ResultRows:
    return texts("Level Code Message")


CONSTANT: dict[str, Callable[[], ResultRows]] = {
    "CHAR": _charsets,
    "CHARACTER": _charsets,
    "CHARSET": _charsets,
    "COLLATION": _collations,
    "ENGINES": _engines,
    "ERRORS": _warnings,
    "STATUS": lambda: texts("Variable_name Value"),
    "WARNINGS": _warnings,
}
"""By the word behind SHOW; LIKE and WHERE change nothing in them (ShowExecutor.java)."""


def show_variables(variables: Variables, reader: Reader, scope: str) -> ResultRows:
    """Answer what follows SHOW … VARIABLES.

    Raises
    ------
    SqlError
        If the condition is none that is known here.
    """
    titles = ["Variable_name", "Value"]
    if scope == "VERBOSE":
        titles += ["Default_value", "Is_changed"]
    rows = variables.rows(scope)
    if reader.accept("LIKE"):
        # In the case of the pattern (CaseSensibility.java, VARIABLES).
        matches = _like(reader.string())
        rows = [row for row in rows if matches(row[0])]
    elif reader.accept("WHERE"):
        condition = _condition(reader.rest())
        reader.index = len(reader.tokens)
        places = {title.lower(): index for index, title in enumerate(titles)}
        rows = [row for row in rows if _holds(condition, row, places)]
    reader.end()
    columns = [ResultColumn(title, Kind.BOOLEAN if title == "Is_changed" else Kind.STRING, 20) for title in titles]
    return ResultRows(tuple(columns), list(rows))


def _like(pattern: str) -> Callable[[str], bool]:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    compiled = re.compile("".join(wild.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


def _condition(text: str) -> exp.Expr:
    try:
        found = sqlglot.parse_one(f"SELECT 1 WHERE {text}", read="starrocks").args["where"].this
    except SqlglotError as error:
        raise syntax(str(error).split("\n", maxsplit=1)[0].rstrip(".")) from error
    return found  # type: ignore[no-any-return]


def _holds(condition: exp.Expr, row: Sequence[str], places: dict[str, int]) -> bool:
    """Decide a condition of names and texts, which is all that clients ask."""

    def text(each: exp.Expr) -> str:
        if isinstance(each, exp.Column) and each.name.lower() in places:
            return row[places[each.name.lower()]]
        if isinstance(each, exp.Literal):
            return each.name
        raise analysis(f"Column '{each.name or each.sql()}' cannot be resolved")

    def holds(each: exp.Expr) -> bool:
        match each:
            case exp.Paren():
                return holds(each.this)
            case exp.Not():
                return not holds(each.this)
            case exp.And():
                return holds(each.left) and holds(each.right)
            case exp.Or():
                return holds(each.left) or holds(each.right)
            case exp.EQ():
                return text(each.left) == text(each.right)
            case exp.NEQ():
                return text(each.left) != text(each.right)
            case exp.Like():
                return _like(text(each.expression))(text(each.this))
            case exp.In():
                return text(each.this) in [text(one) for one in each.expressions]
        # Worded here.
        raise analysis(f"SHOW VARIABLES cannot be asked WHERE {condition.sql(dialect='starrocks')}")

    return holds(condition)
