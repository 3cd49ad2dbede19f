"""A cursor over tokens, and the words, names and strings that every rule is made of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import NoReturn

from .keywords import reserved_words
from .lexer import Lexed, Token, TokenKind
from .statements import Span
from .versions import Release

__all__ = ["TokenCursor", "Unexpected", "unquote"]

# Every token is asked for its kind, and Python 3.11 finds an enum's member through a descriptor, ten times as slowly.
_END, _WORD, _STRING = TokenKind.END, TokenKind.WORD, TokenKind.STRING
_QUOTED_NAME, _DIGIT_NAME = TokenKind.QUOTED_NAME, TokenKind.DIGIT_NAME
# nonReserved of StarRocks.g4 lists two tokens that are no words.
_ODD_NAMES = frozenset({"...", "[*]"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a", "%": "\\%", "_": "\\_"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Unexpected(Exception):
    """Nothing accepts this token; ``wanted`` is what would have been."""

    def __init__(self, token: Token, wanted: list[str], message: str | None = None) -> None:
        super().__init__(token.text)
        self.token = token
        self.wanted = wanted
        self.message = message


class TokenCursor:
    """Where the parser stands, and what it would have taken there."""

    def __init__(self, lexed: Lexed, release: Release) -> None:
        self._lexed = lexed
        self._release = release
        self._tokens = lexed.tokens
        self._index = 0
        self._token = lexed.tokens[0]
        self._line_starts = lexed.line_starts
        self._wanted: list[str] = []
        self._reserved = reserved_words(release)

    # -- moving

    def _advance(self) -> None:
        """Past a token that was looked at, so never past the end."""
        self._index += 1
        self._token = self._tokens[self._index]
        self._wanted.clear()

    def _go_to(self, index: int) -> None:
        self._index = index
        self._token = self._tokens[index]
        self._wanted.clear()

    def _peek(self, ahead: int = 1) -> Token:
        return self._tokens[min(self._index + ahead, len(self._tokens) - 1)]

    def _at_end(self) -> bool:
        return self._token.kind is _END

    def _at(self, word: str) -> bool:
        if self._token.word == word:
            return True
        self._wanted.append(word)
        return False

    def _take(self, word: str) -> bool:
        if self._token.word != word:
            self._wanted.append(word)
            return False
        # As _advance, without the call: every word of a statement comes through here.
        self._index += 1
        self._token = self._tokens[self._index]
        self._wanted.clear()
        return True

    def _expect(self, word: str) -> None:
        if self._token.word != word:
            self._wanted.append(word)
            self._fail()
        self._index += 1
        self._token = self._tokens[self._index]
        self._wanted.clear()

    def _fail(self, message: str | None = None) -> NoReturn:
        raise Unexpected(self._token, list(self._wanted), message)

    def _succeeds(self, rule: Callable[[], bool]) -> bool:
        """Whether a rule would hold from here; the cursor stays."""
        index, wanted = self._index, list(self._wanted)
        try:
            return rule()
        except Unexpected:
            return False
        finally:
            self._index, self._token, self._wanted = index, self._tokens[index], wanted

    def _span_from(self, start: int) -> Span:
        """From ``start`` to where the last token taken ends; empty, if none was taken since."""
        end = self._tokens[self._index - 1].end if self._index else start
        if end < start:  # noqa: PLR1730 a call less, twice an object
            end = start
        # As Lexed.span, at half the price: a tree has two spans an object.
        line = bisect_right(self._line_starts, start)
        place = (start, end, line, start - self._line_starts[line - 1])
        return tuple.__new__(Span, place)

    # -- names and strings

    def _is_name(self, token: Token) -> bool:
        kind = token.kind
        if kind is _WORD:
            return token.word not in self._reserved
        return kind is _QUOTED_NAME or kind is _DIGIT_NAME or token.word in _ODD_NAMES

    def _is_name_or_string(self, token: Token) -> bool:
        return token.kind is _STRING or self._is_name(token)

    def identifier(self, what: str = "a name") -> str:
        """A name, without its back-quotes; every back-quote goes (AstBuilder.java, visitBackQuotedIdentifier).

        ``what`` it names is for whoever is told what was expected here.
        """
        token = self._token
        plain = token.kind is _WORD and token.word not in self._reserved
        if not plain and not self._is_name(token):
            self._wanted.append(what)
            if token.kind is _WORD:
                self._fail(
                    f"Unexpected input '{token.text}': a reserved word is a name only in back-quotes, `{token.text}`"
                )
            self._fail()
        self._index += 1
        self._token = self._tokens[self._index]
        self._wanted.clear()
        return token.text if plain else token.text.replace("`", "")

    def string(self, what: str = "a quoted string") -> str:
        """A quoted string's value."""
        if self._token.kind is not _STRING:
            self._wanted.append(what)
            self._fail()
        text = self._token.text
        self._advance()
        return unquote(text)

    def identifier_or_string(self, what: str = "a name") -> str:
        """Either."""
        return self.string() if self._token.kind is _STRING else self.identifier(what)


def unquote(text: str) -> str:
    """The value of a string token: doubled delimiters first, then escapes (AstBuilder.java, escapeBackSlash)."""
    delimiter, body = text[0], text[1:-1]
    if delimiter in body:
        body = body.replace(delimiter * 2, delimiter)
    if "\\" not in body:
        return body
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), body)
