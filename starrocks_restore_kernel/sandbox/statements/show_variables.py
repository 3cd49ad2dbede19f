"""SHOW VARIABLES, in all scopes (ShowExecutor.java, visitShowVariablesStatement)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ..server_errors import analysis, syntax
from .printed import like
from .results import Kind, ResultColumn, ResultRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .reader import Reader
    from .variables import Variables

__all__ = ["show_variables"]


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
        matches = like(reader.string())
        rows = [row for row in rows if matches(row[0])]
    elif reader.accept("WHERE"):
        condition = _condition(reader.rest())
        reader.index = len(reader.tokens)
        places = {title.lower(): index for index, title in enumerate(titles)}
        rows = [row for row in rows if _holds(condition, row, places)]
    reader.end()
    columns = [ResultColumn(title, Kind.BOOLEAN if title == "Is_changed" else Kind.STRING, 20) for title in titles]
    return ResultRows(tuple(columns), list(rows))


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
                return like(text(each.expression))(text(each.this))
            case exp.In():
                return text(each.this) in [text(one) for one in each.expressions]
        # Worded here.
        raise analysis(f"SHOW VARIABLES cannot be asked WHERE {condition.sql(dialect='starrocks')}")

    return holds(condition)
