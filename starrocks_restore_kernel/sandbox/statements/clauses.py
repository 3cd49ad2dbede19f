"""The WHERE, ORDER BY and LIMIT of the SHOW statements that read them without the engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ..server_errors import SqlError, analysis, framed, internal
from .query import parse_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .reader import Reader
    from .results import ResultRows

__all__ = ["Clauses", "Condition", "read_clauses"]

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NullSafeEQ: "=",
    exp.NEQ: "!=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.Like: "LIKE",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """``column operator literal``; the literal is a number only where it is written as one."""

    column: str
    operator: str
    value: str | int


@dataclass(frozen=True, slots=True)
class Clauses:
    """What stood behind the table's name."""

    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """Columns, and whether each goes down."""
    limit: int | None = None
    offset: int = 0

    def arranged(self, result: ResultRows) -> ResultRows:
        """Sort and cut rows (ListComparator.java; PartitionsProcDir.java, fetchResultByFilter).

        Raises
        ------
        SqlError
            For a column that is not shown, and for an offset behind the last row.
        """
        rows = list(result.rows)
        for name, down in reversed(self.order):
            place = _place(result, name)
            rows = sorted(rows, key=partial(_cell, place), reverse=down)
        if self.limit is not None:
            end = min(self.offset + self.limit, len(rows))
            if self.offset > end:
                raise internal(f"fromIndex({self.offset}) > toIndex({end})")
            rows = rows[self.offset : end]
        return type(result)(result.columns, rows)


def _place(result: ResultRows, name: str) -> int:
    for place, column in enumerate(result.columns):
        if column.name.lower() == name.lower():
            return place
    raise framed(SqlError(f"Incorrect column name '{name}'", 1166, "42000"))


def _cell(place: int, row: tuple[Any, ...]) -> tuple[int, float, str]:
    return _comparable(row[place])


def _comparable(value: object) -> tuple[int, float, str]:
    text = "" if value is None else str(value)
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)


def read_clauses(reader: Reader) -> Clauses:
    """Read ``[WHERE …] [ORDER BY …] [LIMIT …]`` up to the end of the statement."""
    text = reader.rest()
    if not text.strip():
        return Clauses()
    tree = parse_tree(f"SELECT 1 FROM shown {text}")
    where = tree.args.get("where")
    order = tree.args.get("order")
    limit = tree.args.get("limit")
    offset = tree.args.get("offset")
    return Clauses(
        tuple(_condition(each) for each in _conjuncts(where.this)) if where is not None else (),
        tuple(_ordered(each) for each in order.expressions) if order is not None else (),
        int(limit.expression.name) if limit is not None else None,
        int(offset.expression.name) if offset is not None else 0,
    )


def _ordered(each: exp.Expr) -> tuple[str, bool]:
    if not isinstance(each.this, exp.Column):
        raise analysis("Should order by column")
    return each.this.name, bool(each.args.get("desc"))


def _conjuncts(condition: exp.Expr) -> Sequence[exp.Expr]:
    if isinstance(condition, exp.Paren):
        return _conjuncts(condition.this)
    if isinstance(condition, exp.And):
        return [*_conjuncts(condition.this), *_conjuncts(condition.expression)]
    if isinstance(condition, (exp.Or, exp.Not)):
        raise analysis("Only allow compound predicate with operator AND")
    return [condition]


def _condition(each: exp.Expr) -> Condition:
    """Read one comparison (ShowStmtAnalyzer.java, analyzeSubPredicate)."""
    if not isinstance(each.args.get("this"), exp.Column):
        raise analysis("Show filter by column")
    operator = _OPERATORS.get(type(each))
    value = each.args.get("expression")
    if operator is None or not isinstance(value, exp.Literal):
        raise analysis("Only operator =|>=|<=|>|<|!=|like are supported.")
    number = not value.is_string and value.name.isdecimal()
    return Condition(each.this.name, operator, int(value.name) if number else value.name)
