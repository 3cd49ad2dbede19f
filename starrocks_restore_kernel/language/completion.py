"""What may come next in a text, as data; no input or output happens here.

The text before the cursor is parsed as it stands. At its end nothing fits any more, so every rule that is asked there
says what it would have taken; that is the answer. Names come from whoever calls, from a cache of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from . import places
from .lexer import Token, TokenKind, fold, lex
from .parser import Parser
from .quoting import quote_name, quote_string
from .rules_analyzer import BACKUP_PROPERTIES, RESTORE_PROPERTIES
from .tokens import Unexpected, unquote
from .versions import NEWEST, Release, release

__all__ = ["Completion", "Names", "NoNames", "complete"]

MOST = 200
"""Completions that are given; typing on narrows them down."""


class Names(Protocol):
    """Names that are known, by kind; each answers at once, from what was read before."""

    def repositories(self) -> Iterable[str]:
        """Names of repositories."""
        ...

    def snapshots(self, repository: str | None) -> Iterable[str]:
        """Labels in a repository, or in all that are known."""
        ...

    def timestamps(self, repository: str | None, label: str | None) -> Iterable[str]:
        """Timestamps of a snapshot, newest first."""
        ...

    def databases(self) -> Iterable[str]:
        """Databases of the cluster."""
        ...

    def sources(self, repository: str | None, label: str | None) -> Iterable[str]:
        """The database in a snapshot."""
        ...

    def objects(self, repository: str | None, label: str | None) -> Iterable[str]:
        """Tables and views in a snapshot."""
        ...

    def partitions(self, repository: str | None, label: str | None, table: str) -> Iterable[str]:
        """Partitions of a table in a snapshot."""
        ...


class NoNames:
    """Nothing is known: keywords and properties are completed all the same."""

    def __getattr__(self, _: str) -> Callable[..., tuple[str, ...]]:
        return lambda *_: ()


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that may come next: ``text[start:end]`` becomes ``replacement``.

    Attributes
    ----------
    kind
        ``"keyword"``, ``"property"``, ``"value"``, or what a name stands for, as in `places`.
    """

    replacement: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Around:
    """What the whole statement says already, behind the cursor too."""

    repository: str | None = None
    label: str | None = None
    table: str | None = None
    key: str | None = None
    keys: frozenset[str] = field(default_factory=frozenset)
    backup: bool = False


def complete(text: str, offset: int, names: Names | None = None, version: str = NEWEST) -> list[Completion]:
    """What may stand at a place of a text.

    Parameters
    ----------
    text
        A statement or a script, complete or not.
    offset
        Where the cursor is, in code points.
    names
        What is known of the cluster.
    version
        The server it is for.

    Returns
    -------
    list of Completion
        Keywords last; at most 200. Never raises for a text.

    Examples
    --------
    >>> [each.replacement for each in complete("RESTORE SNAPSHOT s FR", 21)]
    ['FROM']
    """
    grammar = release(version)
    known: Names = NoNames() if names is None else names
    begin = _typed_from(text, offset, grammar)
    if begin is None:
        return []
    typed = text[begin:offset]
    lexed = lex(text[:begin], dollar_blocks=grammar.dollar_blocks)
    separators = [token.end for token in lexed.tokens if token.word == ";"]
    first = separators[-1] if separators else 0
    wanted = _wanted(text[first:begin], grammar)
    around = _around(text, first, begin, grammar)
    end = _typed_to(text, offset, typed)
    found: list[Completion] = []
    for what in wanted:
        for replacement, kind in _offers(what, around, known, grammar.name):
            if _matches(replacement, typed):
                found.append(Completion(replacement, begin, end, kind))
                if len(found) >= MOST:
                    return found
    return found


def _wanted(text: str, grammar: Release) -> list[str]:
    """What the grammar would take at the end of a statement's beginning: names and strings first."""
    parser = Parser(text, grammar)
    try:
        parser.statement()
        parser.end_of_statement()
        wanted = parser.optional()
    except Unexpected as error:
        wanted = error.wanted if error.token.kind is TokenKind.END else []
    words = list(dict.fromkeys(wanted))
    return [each for each in words if not each.isupper()] + [each for each in words if each.isupper()]


def _typed_from(text: str, offset: int, grammar: Release) -> int | None:
    """Where the word at the cursor begins; the cursor itself between words, None inside a comment."""
    lexed = lex(text[:offset], dollar_blocks=grammar.dollar_blocks)
    if any(each.end == offset and not _closed(text[each.start : each.end]) for each in lexed.comments):
        return None
    if lexed.dropped and lexed.dropped[-1].end == offset and text[lexed.dropped[-1].start] in "'\"`":
        return lexed.dropped[-1].start
    if len(lexed.tokens) < 2:
        return offset
    last = lexed.tokens[-2]
    if last.end == offset and last.kind in {TokenKind.WORD, TokenKind.DIGIT_NAME, TokenKind.INTEGER}:
        return last.start
    if last.end == offset and last.kind is TokenKind.DOT_NAME:
        return last.start + 1
    return offset


def _closed(comment: str) -> bool:
    return comment.endswith("\n") if comment.startswith("--") else True


def _typed_to(text: str, offset: int, typed: str) -> int:
    """Where the word at the cursor ends: an open quote takes the closing one with it."""
    if typed[:1] in {"'", '"', "`"} and text[offset : offset + 1] == typed[0]:
        return offset + 1
    return offset


def _offers(what: str, around: _Around, names: Names, version: str) -> Iterator[tuple[str, str]]:
    """Replacements for one thing that the grammar wants, with their kind."""
    repository, label = around.repository, around.label
    lists: dict[str, Callable[[], Iterable[str]]] = {
        places.REPOSITORY: names.repositories,
        places.LABEL: lambda: names.snapshots(repository),
        places.DATABASE: names.databases,
        places.SOURCE: lambda: names.sources(repository, label),
        places.OBJECT: lambda: names.objects(repository, label),
        places.PARTITION: lambda: names.partitions(repository, label, around.table or ""),
    }
    if what in lists:
        for name in lists[what]():
            if "`" not in name:
                yield quote_name(name, version), what
    elif what == places.PROPERTY:
        for key in BACKUP_PROPERTIES if around.backup else RESTORE_PROPERTIES:
            if key not in around.keys:
                yield quote_string(key), "property"
    elif what == places.VALUE:
        for value in _values(around, names):
            yield quote_string(value), "value"
    elif what.isupper():
        yield what, "keyword"


def _values(around: _Around, names: Names) -> Iterable[str]:
    fixed: dict[str, Sequence[str]] = {
        "replication_num": ("1", "2", "3"),
        "timeout": ("86400", "600"),
        "allow_load": ("true", "false"),
        "type": ("full",),
    }
    if around.key == "backup_timestamp":
        return names.timestamps(around.repository, around.label)
    return fixed.get(around.key or "", ())


def _matches(replacement: str, typed: str) -> bool:
    """Whether what was typed begins it, whatever the case and the quotes."""
    return fold(replacement.strip("`'\"")).startswith(fold(typed.strip("`'\"")))


def _around(text: str, first: int, cursor: int, grammar: Release) -> _Around:
    """Look through the statement for what names depend on; it need not parse."""
    lexed = lex(text[first:], dollar_blocks=grammar.dollar_blocks)
    tokens = lexed.tokens
    last = next((at for at, token in enumerate(tokens) if token.word == ";"), len(tokens) - 1)
    tokens = tokens[:last]
    here = [token for token in tokens if token.end <= cursor - first]
    label, repository = _label(tokens), None
    for at, token in enumerate(tokens[:-1]):
        if token.word in {"FROM", "TO"} and repository is None:
            repository = _name(tokens[at + 1])
    keys = {unquote(tokens[at].text) for at in range(len(tokens) - 1) if _is_key(tokens, at)}
    key = unquote(here[-2].text) if len(here) > 1 and here[-1].word == "=" and _is_string(here[-2]) else None
    return _Around(repository, label, _table(here), key, frozenset(keys), bool(tokens) and tokens[0].word == "BACKUP")


def _label(tokens: list[Token]) -> str | None:
    for at, token in enumerate(tokens[:-1]):
        if token.word == "SNAPSHOT":
            place = at + 1
            while place + 2 < len(tokens) and tokens[place + 1].word == ".":
                place += 2
            if place + 1 < len(tokens) and tokens[place + 1].kind is TokenKind.DOT_NAME:
                return tokens[place + 1].text[1:]
            return _name(tokens[place])
    return None


def _table(here: list[Token]) -> str | None:
    """The table whose partitions are being named: the name in front of the last PARTITION."""
    for at in range(len(here) - 1, 0, -1):
        if here[at].word in {"PARTITION", "PARTITIONS"}:
            before = here[at - 2] if here[at - 1].word == "TEMPORARY" and at > 1 else here[at - 1]
            return _name(before)
    return None


def _name(token: Token) -> str | None:
    if token.kind is TokenKind.QUOTED_NAME:
        return token.text.replace("`", "")
    return token.text if token.kind in {TokenKind.WORD, TokenKind.DIGIT_NAME} else None


def _is_string(token: Token) -> bool:
    return token.kind is TokenKind.STRING


def _is_key(tokens: list[Token], at: int) -> bool:
    return _is_string(tokens[at]) and tokens[at + 1].word == "="
