"""Expressions to text, with parentheses where the precedence of StarRocks.g4 needs them, and nowhere else."""

from __future__ import annotations

from .expression_parser import ARITHMETIC
from .expressions import (
    Arithmetic,
    Array,
    Between,
    Call,
    Column,
    Comparison,
    Expression,
    In,
    IsNull,
    Like,
    Literal,
    LiteralKind,
    Logical,
    Not,
    Unary,
)
from .quoting import quote_name, quote_string

__all__ = ["print_expression"]

# Loosest first; arithmetic lies between predicate and primary and is ordered by its own table.
_OR, _AND, _NOT, _BOOLEAN, _PREDICATE, _VALUE, _PRIMARY = range(0, 700, 100)


def print_expression(expression: Expression, version: str) -> str:
    """Write an expression that parses back to an equal one."""
    return _text(expression, _OR, version)


def _binding(expression: Expression) -> int:
    match expression:
        case Logical():
            return _OR if expression.operator == "OR" else _AND
        case Not():
            return _NOT
        case Comparison() | IsNull():
            return _BOOLEAN
        case In() | Between() | Like():
            return _PREDICATE
        case Arithmetic():
            return _VALUE + ARITHMETIC[expression.operator]
        case _:
            return _PRIMARY


def _text(expression: Expression, needed: int, version: str) -> str:
    text = _bare(expression, version)
    return f"({text})" if _binding(expression) < needed else text


def _bare(expression: Expression, version: str) -> str:
    negated = " NOT" if getattr(expression, "negated", False) else ""
    match expression:
        case Literal():
            return quote_string(expression.value) if expression.kind is LiteralKind.STRING else expression.value
        case Column():
            return ".".join(quote_name(part, version) for part in expression.parts)
        case Call():
            name = ".".join(quote_name(part, version) for part in expression.name)
            return f"{name}({', '.join(_text(each, _OR, version) for each in expression.arguments)})"
        case Array():
            return f"[{', '.join(_text(each, _OR, version) for each in expression.items)}]"
        case Unary():
            # A blank, since two minus signs would begin a comment.
            return f"{expression.operator} {_text(expression.operand, _PRIMARY, version)}"
        case Arithmetic():
            level = _binding(expression)
            left, right = _text(expression.left, level, version), _text(expression.right, level + 1, version)
            return f"{left} {expression.operator} {right}"
        case Comparison():
            left = _text(expression.left, _BOOLEAN, version)
            return f"{left} {expression.operator} {_text(expression.right, _PREDICATE, version)}"
        case IsNull():
            return f"{_text(expression.value, _BOOLEAN, version)} IS{negated} NULL"
        case In():
            items = ", ".join(_text(item, _OR, version) for item in expression.items)
            return f"{_text(expression.value, _VALUE, version)}{negated} IN ({items})"
        case Between():
            lower = _text(expression.lower, _VALUE, version)
            upper = _text(expression.upper, _PREDICATE, version)
            return f"{_text(expression.value, _VALUE, version)}{negated} BETWEEN {lower} AND {upper}"
        case Like():
            pattern = _text(expression.pattern, _VALUE, version)
            return f"{_text(expression.value, _VALUE, version)}{negated} {expression.operator} {pattern}"
        case Not():
            return f"NOT {_text(expression.operand, _NOT, version)}"
        case Logical():
            # Its own operands are flat: one of the same word stood in parentheses.
            inner = _binding(expression) + 1
            return f" {expression.operator} ".join(_text(each, inner, version) for each in expression.operands)
    raise TypeError(f"{type(expression).__name__} is no expression")
