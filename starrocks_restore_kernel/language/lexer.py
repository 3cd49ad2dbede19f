"""Text to tokens, to the letter of StarRocksLex.g4.

The server's lexer reports no error: what it cannot read it drops without a word (no error listener is attached,
SqlParser.java). We drop it too, and remember it, so that a person can be told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from enum import Enum
from typing import NamedTuple

from .statements import Span

__all__ = ["Lexed", "Stretch", "Token", "TokenKind", "fold", "lex"]


class TokenKind(Enum):
    """What a token is to the grammar (the names follow StarRocksLex.g4)."""

    WORD = "LETTER_IDENTIFIER or a keyword"
    DIGIT_NAME = "DIGIT_IDENTIFIER"
    QUOTED_NAME = "BACKQUOTED_IDENTIFIER"
    DOT_NAME = "DOT_IDENTIFIER"
    STRING = "SINGLE_QUOTED_TEXT or DOUBLE_QUOTED_TEXT"
    BINARY = "BINARY_SINGLE_QUOTED_TEXT or BINARY_DOUBLE_QUOTED_TEXT"
    INTEGER = "INTEGER_VALUE"
    NUMBER = "DECIMAL_VALUE or DOUBLE_VALUE"
    SYMBOL = "an operator or a delimiter"
    END = "EOF"


class Token(NamedTuple):
    """One token; ``word`` is what a grammar rule compares: the upper-case word, or the symbol, else empty."""

    kind: TokenKind
    text: str
    start: int
    end: int
    word: str


class Stretch(NamedTuple):
    """A stretch of the text."""

    start: int
    end: int


class Lexed:
    """The tokens of a text, the last of them the end; its comments and hints; and what the server drops in silence."""

    __slots__ = ("_line_starts", "comments", "dropped", "text", "tokens")

    def __init__(self, text: str, tokens: list[Token], comments: list[Stretch], dropped: list[Stretch]) -> None:
        self.text = text
        self.tokens = tokens
        self.comments = comments
        self.dropped = dropped
        self._line_starts: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """Where each line begins; a line ends at a line feed and nowhere else, as ANTLR counts."""
        if self._line_starts is None:
            text = self.text
            self._line_starts = [0, *(match.end() for match in _LINE_FEED.finditer(text))] if "\n" in text else [0]
        return self._line_starts

    def span(self, start: int, end: int) -> Span:
        """Where a stretch stands, for a person too."""
        line = bisect_right(self.line_starts, start)
        return Span(start, end, line, start - self.line_starts[line - 1])


_LINE_FEED = re.compile("\n")
# LETTER is [a-zA-Z_$\u0080-\uffff]: typographic quotes, no-break spaces and a byte order mark are letters too.
_LETTER = r"a-zA-Z_$\u0080-\uffff"
_TOKEN = re.compile(
    rf"""
  (?:
    (?P<space>[ \r\n\t][ \r\n\t\u3000]*|\u3000+[ \r\n\t][ \r\n\t\u3000]*)
  | (?P<binary>[xX](?:'[^'\\]*'|"[^"\\]*"))
  | (?P<word>[{_LETTER}][{_LETTER}0-9]*)
  | (?P<symbol>[(),;]|\.\.\.|\[\*\]|<=>|<>|!=|<=|>=|=>|\|\||&&|->|(?!--|/\*|\.[0-9])[-+*/%=<>!&|^~@.\[\]{{}}:?])
  | (?P<number>[0-9]+\.[0-9]*(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-][0-9]+|[0-9]+[eE][0-9]+(?![{_LETTER}0-9])
              |\.[0-9]+[eE][+-][0-9]+|\.[0-9]+(?:[eE][0-9]+)?(?![{_LETTER}0-9]))
  | (?P<integer>[0-9]+(?![{_LETTER}0-9]))
  | (?P<digit_name>[0-9][{_LETTER}0-9]+)
  | (?P<dot_name>\.[0-9][{_LETTER}0-9]+)
  | (?P<string>'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*")
  | (?P<quoted_name>`[^`]*(?:``[^`]*)*`)
  | (?P<line_comment>--[^\r\n]*\r?\n?)
  | (?P<block>/\*)
  | (?P<unclosed>['"`].*)
  | (?P<unknown>.)
  )
  # Blanks behind a token go with its match: half the matches.
  (?:[ \r\n\t][ \r\n\t\u3000]*)?
    """,
    re.VERBOSE | re.DOTALL,
)
# A group is compared by its number: that is what the match knows without looking up a name.
_GROUPS = _TOKEN.groupindex
_SPACE, _WORD, _SYMBOL = _GROUPS["space"], _GROUPS["word"], _GROUPS["symbol"]
_BLOCK, _LINE_COMMENT = _GROUPS["block"], _GROUPS["line_comment"]
_UNCLOSED, _UNKNOWN = _GROUPS["unclosed"], _GROUPS["unknown"]
_KINDS = {
    _GROUPS["digit_name"]: TokenKind.DIGIT_NAME,
    _GROUPS["quoted_name"]: TokenKind.QUOTED_NAME,
    _GROUPS["dot_name"]: TokenKind.DOT_NAME,
    _GROUPS["string"]: TokenKind.STRING,
    _GROUPS["binary"]: TokenKind.BINARY,
    _GROUPS["integer"]: TokenKind.INTEGER,
    _GROUPS["number"]: TokenKind.NUMBER,
}
_BLANKS = " \r\n\t\u3000"


def fold(text: str) -> str:
    """Upper-case as the server folds keywords: char by char (CaseInsensitiveStream.java), so ``ſ`` is an ``S``."""
    if text.isascii():
        return text.upper()
    return "".join(upper if len(upper := char.upper()) == 1 else char for char in text)


def lex(text: str, *, dollar_blocks: bool = True) -> Lexed:
    """Split a text into tokens, in time linear in its length.

    Parameters
    ----------
    text
        Any text.
    dollar_blocks
        Whether ``$$ … $$`` is one token, as since 3.4.

    Comments (``--``, ``/* */``, and ``/*! */``, which is one) and hints (``/*+ */``) leave no token.
    """
    tokens: list[Token] = []
    comments: list[Stretch] = []
    dropped: list[Stretch] = []
    add = tokens.append
    new = tuple.__new__
    word_kind, symbol_kind = TokenKind.WORD, TokenKind.SYMBOL
    upper = str.upper if text.isascii() else fold
    dollar_blocks = dollar_blocks and "$$" in text
    position: int | None = 0
    comments_close = True
    while position is not None:
        scan, position = position, None
        for match in _TOKEN.finditer(text, scan):
            group: int = match.lastindex  # type: ignore[assignment]  # every alternative is a group
            lexeme = match[group]
            start, end = match.span(group)
            if group == _WORD:
                if dollar_blocks and lexeme.startswith("$$") and (end_of_block := _block_end(text, start, end)):
                    add(Token(symbol_kind, text[start:end_of_block], start, end_of_block, "$$…$$"))
                    position = end_of_block
                    break
                add(new(Token, (word_kind, lexeme, start, end, upper(lexeme))))
            elif group == _SYMBOL:
                add(new(Token, (symbol_kind, lexeme, start, end, lexeme)))
            elif group == _SPACE:
                continue
            elif group == _BLOCK:
                closing = _comment_end(text, start) if comments_close else None
                if closing is not None:
                    comments.append(Stretch(start, closing))
                    position = closing
                    break
                # An open comment is no comment: its slash and star are operators, and no later one closes either.
                comments_close = False
                add(Token(symbol_kind, "/", start, start + 1, "/"))
                add(Token(symbol_kind, "*", start + 1, end, "*"))
            elif group == _LINE_COMMENT:
                comments.append(Stretch(start, end))
            elif group in {_UNCLOSED, _UNKNOWN}:
                if dropped and dropped[-1].end == start and group == _UNKNOWN:
                    start = dropped.pop().start
                dropped.append(Stretch(start, end))
            else:
                add(new(Token, (_KINDS[group], lexeme, start, end, "")))
    add(Token(TokenKind.END, "<EOF>", len(text), len(text), ""))
    return Lexed(text, tokens, comments, dropped)


def _block_end(text: str, start: int, end_of_name: int) -> int | None:
    """Where ``$$ … $$`` ends, if that is longer than the name that begins there too; the longest match wins."""
    closing = text.find("$$", start + 2)
    return closing + 2 if closing + 2 > end_of_name else None


def _comment_end(text: str, start: int) -> int | None:
    """Where the comment or hint that opens at ``start`` ends; BRACKETED_COMMENT and OPTIMIZER_HINT."""
    inner = start + 2
    while inner < len(text) and text[inner] in _BLANKS:
        inner += 1
    if text.startswith("*/", inner):
        return inner + 2
    # Past the opening, the comment rule eats one character before it looks for the end: ``/*/`` is still open.
    closing = text.find("*/", start + 3)
    return None if closing < 0 else closing + 2
