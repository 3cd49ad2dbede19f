"""The expression rules of StarRocks.g4, as far as a filter on these result sets needs them.

Binding, loosest first: OR, AND, NOT, comparison and IS NULL (left to right), one of IN / BETWEEN / LIKE,
shifts, ``|``, ``&``, ``+ -``, ``* / % DIV MOD``, ``^``, sign.
"""

from __future__ import annotations

from collections.abc import Callable

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
from .lexer import TokenKind
from .tokens import TokenCursor

__all__ = ["ARITHMETIC", "MAX_DEPTH", "ExpressionParser"]

COMPARISONS = {"=": "=", "<>": "!=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "<=>": "<=>"}
ARITHMETIC = {
    "^": 8,
    "*": 7,
    "/": 7,
    "%": 7,
    "DIV": 7,
    "MOD": 7,
    "+": 6,
    "-": 6,
    "&": 5,
    "|": 4,
    "BITSHIFTLEFT": 3,
    "BITSHIFTRIGHT": 2,
    "BITSHIFTRIGHTLOGICAL": 1,
}
"""How tightly each operator of valueExpression binds, in the order of its alternatives."""

MAX_DEPTH = 60
"""Levels of nesting we read; the server's parser too ends in a stack overflow somewhere, told as a syntax error."""


class ExpressionParser(TokenCursor):
    """The rules from ``expression`` down to ``primaryExpression``."""

    _depth = 0

    def expression(self) -> Expression:
        """OR, the loosest."""
        return self._logical("OR", "||", lambda: self._logical("AND", "&&", self._negation))

    def _logical(self, word: str, symbol: str, operand: Callable[[], Expression]) -> Expression:
        operands = [operand()]
        while self._take(word) or self._take(symbol):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Logical(word, tuple(operands))

    def _negation(self) -> Expression:
        if self._take("NOT"):
            return self._deeper(lambda: Not(self._negation()))
        return self._boolean()

    def _boolean(self) -> Expression:
        left = self._predicate()
        length = 0
        while True:
            length += 1
            if length > MAX_DEPTH:
                self._fail("The expression is nested too deeply")
            if self._take("IS"):
                negated = self._take("NOT")
                self._expect("NULL")
                left = IsNull(left, negated)
                continue
            operator = COMPARISONS.get(self._token.word)
            if operator is None:
                self._wanted.append("an operator")
                return left
            self._advance()
            left = Comparison(operator, left, self._predicate())

    def _predicate(self) -> Expression:
        value = self._value()
        negated = self._token.word == "NOT" and self._peek().word in {"IN", "BETWEEN", "LIKE", "RLIKE", "REGEXP"}
        if negated:
            self._advance()
        if self._take("IN"):
            self._expect("(")
            items = [self._nested()]
            while self._take(","):
                items.append(self._nested())
            self._expect(")")
            return In(value, tuple(items), negated)
        if self._take("BETWEEN"):
            lower = self._value()
            self._expect("AND")
            upper = self._deeper(self._predicate)
            return Between(value, lower, upper, negated)
        for operator in ("LIKE", "RLIKE", "REGEXP"):
            if self._take(operator):
                return Like(value, self._value(), operator, negated)
        return value

    def _value(self, binding: int = 0) -> Expression:
        left = self._primary()
        length = 0
        while ARITHMETIC.get(self._token.word, 0) > binding:
            length += 1
            if length > MAX_DEPTH:
                self._fail("The expression is nested too deeply")
            operator = self._token.word
            self._advance()
            left = Arithmetic(operator, left, self._value(ARITHMETIC[operator]))
        return left

    def _primary(self) -> Expression:
        token = self._token
        if token.word in {"-", "+", "~", "!"}:
            self._advance()
            return self._deeper(lambda: Unary(token.word, self._primary()))
        if self._take("("):
            inner = self._deeper(self.expression)
            self._expect(")")
            return inner
        if self._take("["):
            return Array(self._items("]"))
        if self._is_literal():
            return self.literal()
        return self._column()

    def _column(self) -> Expression:
        parts = [self.identifier("a value or a column")]
        while True:
            if self._token.kind is TokenKind.DOT_NAME:
                parts.append(self._token.text[1:])
                self._advance()
            elif self._take("."):
                parts.append(self.identifier())
            elif self._take("("):
                return Call(tuple(parts), self._items(")"))
            else:
                return Column(tuple(parts))

    def _items(self, closing: str) -> tuple[Expression, ...]:
        """Expressions with commas between, maybe none, up to the closing sign."""
        if self._take(closing):
            return ()
        items = [self._nested()]
        while self._take(","):
            items.append(self._nested())
        self._expect(closing)
        return tuple(items)

    def _nested(self) -> Expression:
        return self._deeper(self.expression)

    def _is_literal(self) -> bool:
        kind = self._token.kind
        return kind in {TokenKind.STRING, TokenKind.INTEGER, TokenKind.NUMBER} or self._token.word in {
            "NULL",
            "TRUE",
            "FALSE",
        }

    def literal(self) -> Literal:
        """A string, a number, NULL, TRUE or FALSE."""
        token = self._token
        if token.kind is TokenKind.STRING:
            return Literal(LiteralKind.STRING, self.string())
        if token.kind in {TokenKind.INTEGER, TokenKind.NUMBER}:
            self._advance()
            return Literal(LiteralKind.NUMBER, token.text)
        if token.word in {"NULL", "TRUE", "FALSE"}:
            self._advance()
            return Literal(LiteralKind.NULL if token.word == "NULL" else LiteralKind.BOOLEAN, token.word)
        self._wanted.append("a literal")
        self._fail()

    def _deeper(self, rule: Callable[[], Expression]) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail("The expression is nested too deeply")
        try:
            return rule()
        finally:
            self._depth -= 1
