"""Mending a syntax error: what was probably meant, offered only if with it the text reads on.

Each idea is a function from the place of the error to replacements; `repair` tries them in order and keeps the first
after which the statement parses, or at least the parser comes further than before.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from .diagnostics import Fix
from .lexer import Lexed, TokenKind, fold
from .quoting import quote_string

__all__ = ["apply", "repair"]

_TRIED_LENGTH = 20_000
"""Longer texts are not tried: each idea costs another parse."""

Idea = Callable[[Lexed, int, list[str]], Iterator[tuple[Fix, ...]]]


def _quote_name(lexed: Lexed, at: int, _: list[str]) -> Iterator[tuple[Fix, ...]]:
    """A reserved word, a number or a string where a name stands; also behind a dot."""
    for token in lexed.tokens[at : at + 2]:
        if token.kind is TokenKind.WORD or (
            token.kind in {TokenKind.INTEGER, TokenKind.NUMBER} and "." not in token.text
        ):
            yield (Fix(token.start, token.end, f"`{token.text}`", f"quote {token.text}"),)
        elif token.kind is TokenKind.NUMBER and token.text.startswith("."):
            # ``db.20240101`` is a name and a decimal number to the lexer.
            yield (Fix(token.start, token.end, f".`{token.text[1:]}`", f"quote {token.text[1:]}"),)
        elif token.kind is TokenKind.STRING and "`" not in token.text:
            yield (Fix(token.start, token.end, f"`{token.text[1:-1]}`", "a name takes back-quotes"),)


def _spell_keyword(lexed: Lexed, at: int, wanted: list[str]) -> Iterator[tuple[Fix, ...]]:
    """A word that is nearly one of those expected."""
    token = lexed.tokens[at]
    words = [word for word in wanted if word.isupper()]
    for word in difflib.get_close_matches(fold(token.text), words, n=2, cutoff=0.6):
        yield (Fix(token.start, token.end, word, f"did you mean {word}?"),)


def _quote_value(lexed: Lexed, at: int, _: list[str]) -> Iterator[tuple[Fix, ...]]:
    """A property's key or value without its quotes."""
    token = lexed.tokens[at]
    if token.kind in {TokenKind.WORD, TokenKind.DIGIT_NAME, TokenKind.INTEGER, TokenKind.NUMBER, TokenKind.QUOTED_NAME}:
        end = at
        # A timestamp without quotes is a run of numbers and dashes.
        while (
            lexed.tokens[end + 1].start == lexed.tokens[end].end
            and lexed.tokens[end + 1].word in {"-", ".", ""}
            and lexed.tokens[end + 1].kind is not TokenKind.END
        ):
            end += 1
        text = lexed.text[token.start : lexed.tokens[end].end].strip("`")
        yield (Fix(token.start, lexed.tokens[end].end, quote_string(text), "quote it"),)


def _drop_comma(lexed: Lexed, at: int, _: list[str]) -> Iterator[tuple[Fix, ...]]:
    """A comma behind the last item."""
    if at > 0 and lexed.tokens[at - 1].word == ",":
        comma = lexed.tokens[at - 1]
        yield (Fix(comma.start, comma.end, "", "leave the comma out"),)


def _catalogs_of_the_page(lexed: Lexed, at: int, _: list[str]) -> Iterator[tuple[Fix, ...]]:
    """``EXTERNAL CATALOG a, EXTERNAL CATALOG b AS c``, as the manual page writes it; the grammar wants one list."""
    tokens = [*lexed.tokens, *[lexed.tokens[-1]] * 4]  # so that looking ahead finds the end, and not an error
    if at < 2 or tokens[at - 1].word not in {"CATALOG", "CATALOGS"} or tokens[at - 2].word != "EXTERNAL":
        return
    parts: list[str] = []
    place = at
    while tokens[place].kind is not TokenKind.END:
        aliased = tokens[place + 1].word == "AS"
        last = tokens[place + 2] if aliased else tokens[place]
        parts.append(f"{tokens[place].text} AS {last.text}" if aliased else last.text)
        place += 3 if aliased else 1
        if tokens[place].word != ",":
            yield (Fix(tokens[at].start, last.end, f"({', '.join(parts)})", "one list in parentheses"),)
            return
        place += 3 if tokens[place + 1].word == "EXTERNAL" else 1


def _insert(words: str, before: frozenset[str]) -> Idea:
    def idea(lexed: Lexed, at: int, _: list[str]) -> Iterator[tuple[Fix, ...]]:
        token = lexed.tokens[at]
        if token.word in before or (not before and token.kind is not TokenKind.END):
            yield (Fix(token.start, token.start, f"{words} ", f"add {words}"),)

    return idea


def _parenthesise(lexed: Lexed, at: int, wanted: list[str]) -> Iterator[tuple[Fix, ...]]:
    """ON without its parentheses."""
    if "(" in wanted:
        tokens = lexed.tokens
        end = at
        while tokens[end].kind is not TokenKind.END and tokens[end].word not in {"PROPERTIES", ";"}:
            end += 1
        if end > at:
            first, last = tokens[at], tokens[end - 1]
            yield (Fix(first.start, first.start, "(", "open it"), Fix(last.end, last.end, ")", "close it"))
    if ")" in wanted:
        place = lexed.tokens[at].start
        yield (Fix(place, place, ") ", "close the parenthesis"),)


def _drop(lexed: Lexed, at: int, _: list[str]) -> Iterator[tuple[Fix, ...]]:
    """A word too many: IF EXISTS, a stray comma or parenthesis."""
    tokens = lexed.tokens
    for count in (1, 2, 3):
        run = tokens[at : at + count]
        if run[-1].kind is not TokenKind.END:
            yield (Fix(run[0].start, tokens[at + count].start, "", f"leave out {' '.join(each.text for each in run)}"),)


_IDEAS: tuple[Idea, ...] = (
    _catalogs_of_the_page,
    _spell_keyword,
    _drop_comma,
    _quote_name,
    _quote_value,
    _insert("WITH BROKER", frozenset({"ON"})),
    _insert("SNAPSHOT", frozenset()),
    _insert("FROM", frozenset()),
    _insert("AS", frozenset()),
    _insert("ON", frozenset()),
    _insert("=", frozenset()),
    _insert(",", frozenset()),
    _parenthesise,
    _drop,
)


def repair(lexed: Lexed, stop: int, wanted: list[str], furthest: Callable[[str], int | None]) -> tuple[Fix, ...]:
    """The fixes of the first idea that helps; none if none does.

    Parameters
    ----------
    lexed
        A statement's text and its tokens.
    stop
        Where the parser stopped.
    wanted
        What it would have taken there.
    furthest
        Where it stops in another text; None if it does not.
    """
    if len(lexed.text) > _TRIED_LENGTH:
        return ()
    at = next(place for place, token in enumerate(lexed.tokens) if token.start >= stop)
    better: tuple[Fix, ...] = ()
    for idea in _IDEAS:
        for fixes in idea(lexed, at, wanted):
            text, grown = apply(lexed.text, fixes)
            now = furthest(text)
            if now is None:
                return fixes
            if not better and now > lexed.tokens[at].end + grown and idea is not _drop:
                better = fixes
    return better


def apply(text: str, fixes: tuple[Fix, ...]) -> tuple[str, int]:
    """The mended text, and by how much it grew."""
    grown = 0
    for fix in sorted(fixes, key=lambda each: each.start, reverse=True):
        text = text[: fix.start] + fix.replacement + text[fix.end :]
        grown += len(fix.replacement) - (fix.end - fix.start)
    return text, grown
