"""A reader of the statements that are neither of the RESTORE family nor queries: DDL clauses, SHOW, SET, ADMIN."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ..server_errors import SqlError, syntax

if TYPE_CHECKING:
    from ...language.statements import Span

__all__ = ["Piece", "Reader", "Token", "check_length", "place", "split"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<quoted>`[^`]*`)
    | (?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    | (?P<attachment>\$\$.*?\$\$)
    | (?P<number>\d+\.\d+|\d+(?![\w$]))
    | (?P<word>@{0,2}[\w$]+)
    | (?P<symbol><=>|<=|>=|!=|<>|:=|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_LEAST_TOKENS = 100
"""SqlParser.java, MIN_TOKEN_LIMIT."""

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a"}


class Token(NamedTuple):
    """One token; ``value`` is the text without quotes and escapes."""

    kind: str
    text: str
    value: str
    start: int


class Piece(NamedTuple):
    """One statement of a text, and where it began there."""

    text: str
    start: int


def _tokens(text: str) -> tuple[Token, ...]:
    # Clients say the same few things over and over, and each is looked at twice.
    return _remembered(text) if len(text) <= _SHORT else _scanned(text)


_SHORT = 500
"""Characters of a text whose tokens may be remembered."""


def _scanned(text: str) -> tuple[Token, ...]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "symbol"
        if kind != "space":
            found.append(Token(kind, match[0], _unquoted(kind, match[0]), match.start()))
    return tuple(found)


_remembered = lru_cache(maxsize=512)(_scanned)


def _unquoted(kind: str, text: str) -> str:
    if kind == "quoted":
        return text[1:-1]
    if kind == "attachment":
        return text[2:-2]
    if kind != "string":
        return text
    inner = text[1:-1].replace(text[0] * 2, text[0])
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), inner, flags=re.DOTALL)


def split(text: str) -> list[Piece]:
    """Cut a text at its semicolons; what follows a quote that nobody closed belongs to the last piece."""
    pieces = []
    start, filled, unclosed = 0, False, False
    for token in _tokens(text):
        unclosed = unclosed or (token.kind == "symbol" and token.text in "'\"`")
        if token.text != ";" or token.kind != "symbol" or unclosed:
            filled = True
            continue
        if filled:
            pieces.append(Piece(text[start : token.start], start))
        start, filled = token.start + 1, False
    if filled:
        pieces.append(Piece(text[start:], start))
    return [Piece(_padding(text, piece.start) + piece.text, piece.start) for piece in pieces]


def check_length(text: str, limit: int) -> None:
    """Refuse a text of too many tokens, blanks and comments among them (PostProcessListener.java, visitTerminal).

    Raises
    ------
    SqlError
        Before anything else is looked at; the server finds a slip among the first tokens sooner.
    """
    limit = max(_LEAST_TOKENS, limit)
    # A token has a character at least, so a text that is short enough need not be cut up.
    if len(text) >= limit and sum(1 for _ in _TOKEN.finditer(text)) >= limit:
        raise syntax(
            "Statement exceeds maximum length limit, please consider modify 'parse_tokens_limit' session variable"
        )


def _padding(text: str, start: int) -> str:
    # A statement's errors are reported at its place in the whole packet, so the place is kept.
    return "\n" * text.count("\n", 0, start) + " " * (start - text.rfind("\n", 0, start) - 1)


def place(text: str, span: Span | None) -> str:
    """Print where an error lies, a blank in front; empty if it is nowhere (SemanticException.java, getMessage).

    Both ends are where a token begins: one of a single token is a point, however long it is (NodePosition.java).

    Examples
    --------
    >>> from starrocks_restore_kernel.language.statements import Span
    >>> place("(a AS b)", Span(1, 7, 1, 1))
    ' from line 1, column 1 to line 1, column 6'
    """
    if span is None:
        return ""
    last = span.start + _tokens(text[span.start : span.end])[-1].start
    line, column = text.count("\n", 0, last) + 1, last - text.rfind("\n", 0, last) - 1
    # The numbers pass through MessageFormat, so thousands are grouped.
    if (line, column) == (span.line, span.column):
        return f" at line {line:,}, column {column:,}"
    return f" from line {span.line:,}, column {span.column:,} to line {line:,}, column {column:,}"


class Reader:
    """A cursor over the tokens of one statement.

    Raises
    ------
    SqlError
        From every ``expect…`` that finds something else, as a syntax error. The text says less than the server's
        own does, because the sandbox has no table of similar words for these statements.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.index = 0

    def peek(self, offset: int = 0) -> Token:
        """Look at a token without taking it; behind the end there is an empty one."""
        position = self.index + offset
        return self.tokens[position] if position < len(self.tokens) else Token("end", "<EOF>", "", len(self.text))

    def take(self) -> Token:
        """Take the next token."""
        token = self.peek()
        self.index += 1
        return token

    def at(self, *words: str) -> bool:
        """Tell whether these words or symbols come next."""
        return all(
            self.peek(offset).kind in ("word", "symbol") and self.peek(offset).text.upper() == word
            for offset, word in enumerate(words)
        )

    def accept(self, *words: str) -> bool:
        """Take these words if they come next."""
        if not self.at(*words):
            return False
        self.index += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Take these words, or fail."""
        for word in words:
            if not self.accept(word):
                raise self.unexpected(word)

    def unexpected(self, *wanted: str) -> SqlError:
        """Build the error for the next token."""
        token = self.peek()
        line = self.text.count("\n", 0, token.start) + 1
        column = token.start - (self.text.rfind("\n", 0, token.start) + 1)
        similar = f", the most similar input is {{{', '.join(repr(each) for each in wanted)}}}" if wanted else ""
        return syntax(f"Unexpected input '{token.text}'{similar}", line, column)

    def name(self) -> str:
        """Take one identifier."""
        if self.peek().kind not in ("word", "quoted"):
            raise self.unexpected("a legal identifier")
        return self.take().value

    def name_or_string(self) -> str:
        """Take an identifier, or a string in its place (StarRocks.g4, identifierOrString)."""
        return self.take().value if self.peek().kind == "string" else self.name()

    def qualified(self) -> tuple[str, ...]:
        """Take a dotted name."""
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return tuple(parts)

    def names(self) -> tuple[str, ...]:
        """Take ``(a, b)``."""
        self.expect("(")
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        self.expect(")")
        return tuple(found)

    def string(self) -> str:
        """Take one string."""
        if self.peek().kind != "string":
            raise self.unexpected("SINGLE_QUOTED_TEXT", "DOUBLE_QUOTED_TEXT")
        return self.take().value

    def number(self) -> int:
        """Take one whole number."""
        if not self.peek().text.isdecimal():
            raise self.unexpected("INTEGER_VALUE")
        return int(self.take().text)

    def properties(self) -> dict[str, str]:
        """Take ``("k" = "v", …)``."""
        self.expect("(")
        found = {}
        while True:
            key = self.string()
            self.expect("=")
            found[key] = self.string()
            if not self.accept(","):
                break
        self.expect(")")
        return found

    def balanced(self, opening: str = "(", closing: str = ")") -> str:
        """Take a bracketed stretch whole, and return the text in it."""
        start = self.peek().start + 1
        self.expect(opening)
        depth = 1
        while depth:
            token = self.take()
            if token.kind == "end":
                raise self.unexpected(closing)
            if token.kind == "symbol":
                depth += {opening: 1, closing: -1}.get(token.text, 0)
        return self.text[start : self.tokens[self.index - 1].start]

    def rest(self) -> str:
        """Return the text from here to the end."""
        return self.text[self.peek().start :]

    def end(self) -> None:
        """Fail unless everything was read."""
        if self.index < len(self.tokens):
            raise self.unexpected("<EOF>", ";")
