"""The expressions that a WHERE of this family can hold, as immutable values.

Parentheses leave no node: the printer puts them where StarRocks' precedence asks for them,
so a printed expression parses back to an equal one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "Arithmetic",
    "Array",
    "Between",
    "Call",
    "Column",
    "Comparison",
    "Expression",
    "In",
    "IsNull",
    "Like",
    "Literal",
    "LiteralKind",
    "Logical",
    "Not",
    "Unary",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """Base of every expression."""


class LiteralKind(Enum):
    """What a literal is; numbers keep the digits that were written."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant. ``value`` is the text: unescaped for a string, ``TRUE``, ``FALSE`` or ``NULL`` for a word."""

    kind: LiteralKind
    value: str


@dataclass(frozen=True, slots=True)
class Column(Expression):
    """A column of the result set, one part a dotted name's part."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """``name(arguments)``: a plain function call."""

    name: tuple[str, ...]
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Array(Expression):
    """``[items]``."""

    items: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """``-x``, ``+x``, ``~x`` or ``!x``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """``left operator right`` of valueExpression (``+ - * / % DIV MOD & | ^`` and the shifts)."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """``left operator right`` with ``= != < <= > >= <=>``; ``<>`` is read as ``!=``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class In(Expression):
    """``value [NOT] IN (items)``."""

    value: Expression
    items: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between(Expression):
    """``value [NOT] BETWEEN lower AND upper``."""

    value: Expression
    lower: Expression
    upper: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like(Expression):
    """``value [NOT] LIKE pattern``; ``operator`` is LIKE, RLIKE or REGEXP."""

    value: Expression
    pattern: Expression
    operator: str = "LIKE"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    """``value IS [NOT] NULL``."""

    value: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """``NOT operand``."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """``a AND b AND c`` or ``a OR b``, two operands or more; ``&&`` and ``||`` are read as the words."""

    operator: str
    operands: tuple[Expression, ...]
