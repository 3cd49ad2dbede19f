"""Tokens to statements: recursive descent, a method a production of StarRocks.g4.

A rule that does not find what it wants says what that was (``_wanted``), and the parser gives up at the
first token that nothing accepts, as the server does (ErrorHandler.java).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import NoReturn

from .expressions import Expression
from .lexer import Lexed, TokenKind, lex
from .object_parser import ObjectParser
from .other_statements import begins_other, read_before_stopping
from .places import CATALOG, DATABASE, LABEL, NEW_LABEL, NEW_NAME, PROPERTY, REPOSITORY, SOURCE, VALUE
from .statements import (
    Backup,
    CancelBackup,
    CancelRestore,
    Catalog,
    Catalogs,
    CreateRepository,
    DropRepository,
    DropSnapshot,
    Other,
    Property,
    Restore,
    ShowBackup,
    ShowRepositories,
    ShowRestore,
    ShowSnapshot,
    Source,
    Span,
    Statement,
)
from .tokens import Unexpected
from .versions import Release

__all__ = ["Parser"]


_CATALOG_WORDS = ("ALL", "EXTERNAL")


class Parser(ObjectParser):
    """One text's parser; `starrocks_restore_kernel.language.reading` drives it."""

    def __init__(self, text: str, grammar: Release) -> None:
        super().__init__(lex(text, dollar_blocks=grammar.dollar_blocks), grammar)
        self._begin = 0

    # -- whole texts

    @property
    def lexed(self) -> Lexed:
        """The text and its tokens."""
        return self._lexed

    @property
    def release(self) -> Release:
        """The grammar read by."""
        return self._release

    def begins_empty(self) -> bool:
        """Whether the text begins with a lone ``;``."""
        return self._token.word == ";"

    def more(self) -> bool:
        """Whether another statement begins; empty ones are passed over."""
        while self._take(";"):
            pass
        return not self._at_end()

    def single(self) -> Statement:
        """The one statement of a text that has no other, be it empty."""
        statement = self.statement()
        self._take(";")
        if not self._at_end():
            self._fail()
        return statement

    def second_statement(self) -> Span | None:
        """Where a second statement begins, be it empty; None in a text of one."""
        separator = next((at for at, token in enumerate(self._tokens) if token.word == ";"), None)
        if separator is None or self._tokens[separator + 1].kind is TokenKind.END:
            return None
        second = self._tokens[separator + 1]
        return self._lexed.span(second.start, second.end)

    def optional(self) -> list[str]:
        """What could still follow where the cursor stands."""
        return list(self._wanted)

    def statement_text(self) -> tuple[int, str]:
        """Where the current statement begins, and its text without the ``;``; the cursor stands at its end."""
        begin = self._tokens[self._begin].start
        return begin, self._lexed.text[begin : self._token.start]

    def next_statement(self) -> Statement:
        """The statement that begins here, of whatever kind."""
        self._begin = self._index
        return self.other() if self._begins_other() else self.statement()

    def end_of_statement(self) -> None:
        """Hold that a statement has ended here."""
        if not self._at_end() and self._token.word != ";":
            self._wanted.append("the end of the statement")
            self._fail()

    def errors_behind(self, error: Unexpected) -> list[Unexpected]:
        """Further errors in the clauses that begin behind one; then the cursor goes to the statement's end."""
        found: list[Unexpected] = []
        family = self._tokens[self._begin].word in {"RESTORE", "BACKUP"}
        place = self._place_of(error)
        while self._tokens[place].kind is not TokenKind.END and self._tokens[place].word != ";":
            clause = self._clause_at(place) if family else None
            place += 1
            if clause is None:
                continue
            self._go_to(place - 1)
            try:
                clause()
                place = max(place, self._index)
            except Unexpected as further:
                if further.token.start > error.token.start:
                    found.append(further)
                    error = further
                place = max(place, self._place_of(further))
        self._go_to(place)
        return found

    def _place_of(self, error: Unexpected) -> int:
        return bisect_left(self._tokens, error.token.start, key=lambda token: token.start)

    def _clause_at(self, place: int) -> Callable[[], object] | None:
        word, following = self._tokens[place].word, self._tokens[min(place + 1, len(self._tokens) - 1)].word
        if word == "ON" and following == "(":
            return lambda: self.objects(alias=True)
        if word == "PROPERTIES" and following == "(":
            return self.properties
        return None

    def _begins_other(self) -> bool:
        return begins_other(self._tokens[self._index : self._index + 4], self._is_name)

    def other(self) -> Other:
        start = self._token.start
        while not self._at_end() and self._token.word != ";":
            self._advance()
        span = self._span_from(start)
        return Other(self._lexed.text[start : span.end], span)

    def statement(self) -> Statement:
        start = self._token.start
        if self._take("RESTORE"):
            return self.restore(start)
        if self._take("BACKUP"):
            return self.backup(start)
        if self._take("CANCEL"):
            return self.cancel(start)
        if self._take("SHOW"):
            return self.show(start)
        if self._take("CREATE"):
            return self.create_repository(start)
        if self._take("DROP"):
            if self._release.drop_snapshot and self._take("SNAPSHOT"):
                return self.drop_snapshot(start)
            self._expect("REPOSITORY")
            return DropRepository(self.identifier(REPOSITORY), self._span_from(start))
        self._fail_at_beginning()

    def _fail_at_beginning(self) -> NoReturn:
        """Stop where the server does in a text that begins as a statement of another kind."""
        wanted = list(self._wanted)
        read = read_before_stopping(self._tokens[self._begin : self._begin + 4], self._is_name)
        if read:
            raise Unexpected(self._tokens[self._begin + read], [])
        raise Unexpected(self._token, wanted)

    # -- statements, each entered after its first word

    def restore(self, start: int) -> Restore:
        self._expect("SNAPSHOT")
        snapshot = self.qualified_name(LABEL)
        self._expect("FROM")
        place = self._token.start
        repository = self.identifier(REPOSITORY)
        repository_span = self._span_from(place)
        catalogs = self.catalogs(alias=True)
        source = self.source() if self._release.database_clause and self._at("DATABASE") else None
        objects = self.objects(alias=True) if self._at("ON") else None
        properties = self.properties()
        span = self._span_from(start)
        return Restore(snapshot, repository, catalogs, source, objects, properties, span, repository_span)

    def backup(self, start: int) -> Backup:
        catalogs = self.catalogs(alias=False)
        database = None
        if self._release.database_clause and self._take("DATABASE"):
            database = self.identifier(DATABASE)
        self._expect("SNAPSHOT")
        snapshot = self.qualified_name(NEW_LABEL)
        self._expect("TO")
        repository = self.identifier(REPOSITORY)
        objects = self.objects(alias=self._release.backup_alias) if self._at("ON") else None
        properties = self.properties()
        return Backup(snapshot, repository, catalogs, database, objects, properties, self._span_from(start))

    def cancel(self, start: int) -> Statement:
        kind: type[CancelRestore | CancelBackup]
        if self._take("RESTORE"):
            kind = CancelRestore
        elif self._take("BACKUP"):
            kind = CancelBackup
        else:
            self._fail()
        database, external_catalog = None, False
        if self._take("FROM") or self._take("IN"):
            database = self.identifier(DATABASE)
        elif self._release.catalog_clauses and self._take("FOR"):
            self._expect("EXTERNAL")
            self._expect("CATALOG")
            external_catalog = True
        return kind(database, external_catalog, self._span_from(start))

    def show(self, start: int) -> Statement:
        if self._take("RESTORE"):
            database = self.identifier(DATABASE) if self._take("FROM") or self._take("IN") else None
            where = self.where()
            return ShowRestore(database, where, self._span_from(start))
        if self._take("BACKUP"):
            database = self.identifier(DATABASE) if self._take("FROM") or self._take("IN") else None
            return ShowBackup(database, self._span_from(start))
        if self._take("SNAPSHOT"):
            self._expect("ON")
            repository = self.identifier(REPOSITORY)
            where = self.where()
            return ShowSnapshot(repository, where, self._span_from(start))
        if not self._take("REPOSITORIES"):
            self._fail_at_beginning()
        return ShowRepositories(self._span_from(start))

    def create_repository(self, start: int) -> CreateRepository:
        read_only = self._take("READ")
        if read_only:
            self._expect("ONLY")
        if not self._take("REPOSITORY"):
            self._fail_at_beginning()
        name = self.identifier(NEW_NAME)
        self._expect("WITH")
        self._expect("BROKER")
        broker = None if self._at("ON") else self.identifier_or_string("a broker")
        self._expect("ON")
        self._expect("LOCATION")
        location = self.string("a location in quotes")
        properties = self.properties()
        return CreateRepository(name, location, broker, read_only, properties, self._span_from(start))

    def drop_snapshot(self, start: int) -> DropSnapshot:
        label = self.identifier(LABEL)
        self._expect("ON")
        repository = self.identifier(REPOSITORY)
        return DropSnapshot(label, repository, self._take("FORCE"), self._span_from(start))

    # -- clauses

    def catalogs(self, *, alias: bool) -> Catalogs | None:
        if not self._release.catalog_clauses:
            return None
        if self._token.word not in _CATALOG_WORDS:
            self._wanted += _CATALOG_WORDS
            return None
        start = self._token.start
        if self._take("ALL"):
            self._expect("EXTERNAL")
            self._expect("CATALOGS")
            return Catalogs(None, self._span_from(start))
        self._expect("EXTERNAL")
        if not self._take("CATALOG"):
            self._expect("CATALOGS")
        self._expect("(")
        items = [self.catalog(alias=alias)]
        while self._take(","):
            items.append(self.catalog(alias=alias))
        self._expect(")")
        return Catalogs(tuple(items), self._span_from(start))

    def catalog(self, *, alias: bool) -> Catalog:
        start = self._token.start
        name = self.identifier(CATALOG)
        other = self.identifier(NEW_NAME) if alias and self._take("AS") else None
        return Catalog(name, other, self._span_from(start))

    def source(self) -> Source:
        start = self._token.start
        self._expect("DATABASE")
        name = self.identifier(SOURCE)
        target = self.identifier(DATABASE) if self._take("AS") else None
        return Source(name, target, self._span_from(start))

    def where(self) -> Expression | None:
        return self.expression() if self._take("WHERE") else None

    def properties(self) -> tuple[Property, ...] | None:
        if not self._take("PROPERTIES"):
            return None
        self._expect("(")
        found = [self.property()]
        while self._take(","):
            found.append(self.property())
        self._expect(")")
        return tuple(found)

    def property(self) -> Property:
        start = self._token.start
        key = self.string(PROPERTY)
        self._expect("=")
        value = self.string(VALUE)
        return Property(key, value, self._span_from(start))
