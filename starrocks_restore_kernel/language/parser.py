"""Tokens to statements: recursive descent, a method a production of StarRocks.g4.

A rule that does not find what it wants says what that was (``_wanted``), and the parser gives up at the
first token that nothing accepts, as the server does (ErrorHandler.java).
"""

from __future__ import annotations

import difflib
from typing import NoReturn

from ..errors import RestoreSyntaxError
from .diagnostics import Diagnostic
from .expressions import Expression
from .lexer import lex
from .object_parser import ObjectParser
from .statements import (
    Backup,
    CancelBackup,
    CancelRestore,
    Catalog,
    Catalogs,
    CreateRepository,
    DropRepository,
    Other,
    Property,
    Restore,
    ShowBackup,
    ShowRepositories,
    ShowRestore,
    ShowSnapshot,
    Source,
    Statement,
)
from .tokens import Unexpected
from .versions import NEWEST, Release, release

__all__ = ["begins_statement", "parse", "parse_script"]

_SECOND_WORDS = {
    "RESTORE": ("SNAPSHOT",),
    "BACKUP": ("SNAPSHOT", "DATABASE", "EXTERNAL", "ALL"),
    "SHOW": ("RESTORE", "BACKUP", "SNAPSHOT", "REPOSITORIES"),
    "CREATE": ("REPOSITORY", "READ"),
    "DROP": ("REPOSITORY",),
    "CANCEL": ("RESTORE", "BACKUP"),
}
# First words that other statements begin with too.
_SHARED = frozenset({"SHOW", "CREATE", "DROP", "CANCEL"})
_OTHER_VERBS = frozenset(
    "SELECT WITH INSERT UPDATE DELETE TRUNCATE ALTER USE SET UNSET GRANT REVOKE ANALYZE KILL ADMIN LOAD REFRESH SUBMIT "
    "RECOVER EXPORT PAUSE RESUME STOP EXECUTE PREPARE DEALLOCATE BEGIN START COMMIT ROLLBACK CALL SYNC TRACE".split()
)
# How statements of other kinds begin: the server reads these before it stops at the next token. A sample of its
# grammar, for the slips that people make around this family.
_NAME = "a name"
_OTHER_BEGINNINGS = (
    ("CREATE", "OR", "REPLACE"),
    ("CREATE", "EXTERNAL"),
    ("SHOW", "CREATE"),
    ("SHOW", "FULL"),
    ("SHOW", "GLOBAL"),
    ("SHOW", "SESSION"),
    ("DESC", _NAME),
    ("DESCRIBE", _NAME),
    ("USE", _NAME),
    ("WITH", _NAME),
    ("EXPLAIN",),
    ("DESC",),
    ("DESCRIBE",),
    ("USE",),
    ("WITH",),
    ("ALTER",),
    ("ADMIN",),
    ("(",),
)
_FIRST_WORDS = ("RESTORE", "BACKUP", "SHOW", "CANCEL", "CREATE", "DROP")


def parse(text: str, version: str = NEWEST) -> Statement:
    """Read one statement of the RESTORE family.

    Parameters
    ----------
    text
        The statement; one ``;`` may end it.
    version
        The server it is for, ``"3.3"`` to ``"4.1"`` or what ``current_version()`` says.

    Returns
    -------
    Statement
        As the server's grammar takes it; what its AST builder or analyzer refuses is found by `check`.

    Raises
    ------
    RestoreSyntaxError
        If the grammar refuses the text, or it is not exactly one statement.

    Examples
    --------
    >>> parse('RESTORE SNAPSHOT shop.s1 FROM repo PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842")').label
    's1'
    """
    parser = Parser(text, release(version))
    try:
        return parser.single_statement()
    except Unexpected as error:
        raise parser.syntax_error(error) from None


def parse_script(text: str, version: str = NEWEST) -> list[Statement]:
    """Read a script: statements with ``;`` between them, empty ones left out.

    A statement of another kind becomes an `Other`, which holds its text.

    Raises
    ------
    RestoreSyntaxError
        If a statement of this family does not parse; like the server, one error refuses the whole text.

    Examples
    --------
    >>> [type(each).__name__ for each in parse_script("SHOW RESTORE FROM shop; SELECT 1")]
    ['ShowRestore', 'Other']
    """
    parser = Parser(text, release(version))
    try:
        return parser.statements()
    except Unexpected as error:
        raise parser.syntax_error(error) from None


def begins_statement(text: str) -> bool:
    """Whether a text begins as a statement of this family does, by its first two words.

    Examples
    --------
    >>> begins_statement("/* undo */ RESTORE SNAPSHOT s"), begins_statement("restore = 5")
    (True, False)
    """
    words = [token.word for token in lex(text).tokens[:2]]
    return len(words) == 2 and words[1] in _SECOND_WORDS.get(words[0], ())


class Parser(ObjectParser):
    """One text's parser; see `parse` and `parse_script`."""

    def __init__(self, text: str, grammar: Release) -> None:
        super().__init__(lex(text, dollar_blocks=grammar.dollar_blocks), grammar)
        self._begin = 0

    # -- whole texts

    def single_statement(self) -> Statement:
        statement = self.statement()
        if self._take(";"):
            if not self._at_end():
                second = self._token
                # The server reads the whole text before it runs any of it: a syntax error further on comes first.
                self.statements()
                raise Unexpected(second, [], "One statement is wanted here, and a second one begins")
        elif not self._at_end():
            self._wanted.append("the end of the statement")
            self._fail()
        return statement

    def statements(self) -> list[Statement]:
        """A script; ``;`` alone is a statement too, and no statement at all is none."""
        begins_empty = self._token.word == ";"
        found: list[Statement] = []
        while True:
            while self._take(";"):
                pass
            if self._at_end():
                break
            found.append(self.other() if self._begins_other() else self.statement())
            if not self._take(";") and not self._at_end():
                self._fail()
        if not found and not begins_empty:
            self._wanted.append("a statement")
            self._fail()
        return found

    def _begins_other(self) -> bool:
        """Whether a statement of another kind begins here, and not one of ours with a slip in its second word."""
        first, second = self._token.word, self._peek().word
        if first in {"EXPLAIN", "DESC", "DESCRIBE"}:
            return second not in {"RESTORE", "BACKUP"}
        if first in _SHARED:
            return bool(second) and not difflib.get_close_matches(second, _SECOND_WORDS[first], n=1, cutoff=0.75)
        return first in _OTHER_VERBS

    def other(self) -> Other:
        start = self._token.start
        while not self._at_end() and self._token.word != ";":
            self._advance()
        return Other(self._lexed.text[start : self._last_end], self._span_from(start))

    def statement(self) -> Statement:
        start = self._token.start
        self._begin = self._index
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
            self._expect("REPOSITORY")
            return DropRepository(self.identifier(), self._span_from(start))
        self._fail_at_beginning()

    def _fail_at_beginning(self) -> NoReturn:
        """Stop where the server does in a text that begins as a statement of another kind."""
        wanted = list(self._wanted)
        for beginning in _OTHER_BEGINNINGS:
            tokens = self._tokens[self._begin : self._begin + len(beginning)]
            if len(tokens) == len(beginning) and all(
                self._is_name(token) if word == _NAME else token.word == word
                for word, token in zip(beginning, tokens, strict=True)
            ):
                raise Unexpected(self._tokens[self._begin + len(beginning)], [])
        raise Unexpected(self._token, wanted)

    # -- statements, each entered after its first word

    def restore(self, start: int) -> Restore:
        self._expect("SNAPSHOT")
        snapshot = self.qualified_name()
        self._expect("FROM")
        place = self._token.start
        repository = self.identifier()
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
            database = self.identifier()
        self._expect("SNAPSHOT")
        snapshot = self.qualified_name()
        self._expect("TO")
        repository = self.identifier()
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
            database = self.identifier()
        elif self._release.catalog_clauses and self._take("FOR"):
            self._expect("EXTERNAL")
            self._expect("CATALOG")
            external_catalog = True
        return kind(database, external_catalog, self._span_from(start))

    def show(self, start: int) -> Statement:
        if self._take("RESTORE"):
            database = self.identifier() if self._take("FROM") or self._take("IN") else None
            where = self.where()
            return ShowRestore(database, where, self._span_from(start))
        if self._take("BACKUP"):
            database = self.identifier() if self._take("FROM") or self._take("IN") else None
            return ShowBackup(database, self._span_from(start))
        if self._take("SNAPSHOT"):
            self._expect("ON")
            repository = self.identifier()
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
        name = self.identifier()
        self._expect("WITH")
        self._expect("BROKER")
        broker = None if self._at("ON") else self.identifier_or_string()
        self._expect("ON")
        self._expect("LOCATION")
        location = self.string()
        properties = self.properties()
        return CreateRepository(name, location, broker, read_only, properties, self._span_from(start))

    # -- clauses

    def catalogs(self, *, alias: bool) -> Catalogs | None:
        if not self._release.catalog_clauses:
            return None
        start = self._token.start
        if self._take("ALL"):
            self._expect("EXTERNAL")
            self._expect("CATALOGS")
            return Catalogs(None, self._span_from(start))
        if not self._take("EXTERNAL"):
            return None
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
        name = self.identifier()
        other = self.identifier() if alias and self._take("AS") else None
        return Catalog(name, other, self._span_from(start))

    def source(self) -> Source:
        start = self._token.start
        self._expect("DATABASE")
        name = self.identifier()
        target = self.identifier() if self._take("AS") else None
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
        key = self.string()
        self._expect("=")
        value = self.string()
        return Property(key, value, self._span_from(start))

    # -- errors

    def syntax_error(self, error: Unexpected) -> RestoreSyntaxError:
        """The error that a person gets; at the very start, it says what family this is."""
        wanted = list(dict.fromkeys(error.wanted))
        if error.token.start == self._lexed.tokens[0].start and set(_FIRST_WORDS) & set(wanted):
            hint: str | None = "a statement of the RESTORE family begins with " + _listed(list(_FIRST_WORDS))
        else:
            hint = f"expected {_listed(wanted)}" if wanted else None
        shown = error.token.text if len(error.token.text) <= 60 else error.token.text[:57] + "…"
        message = error.message or f"Unexpected input '{shown}'"
        end = max(error.token.end, error.token.start + 1)
        span = self._lexed.span(error.token.start, end)
        return RestoreSyntaxError(self._lexed.text, [Diagnostic("SRR001", "error", message, span, hint)])


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"
