"""One client's session: what a text is, and who carries it out."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from ..frontend import SYSTEM_DATABASES
from ..model.accounts import identity_text
from ..model.column_types import starrocks_type
from ..model.external_catalogs import DEFAULT_CATALOG, unknown_catalog
from ..peers import Role
from ..server_errors import SqlError, syntax, unknown_database, unsupported_here
from .access import Access
from .accounts import AccountStatements
from .authorization import authorization, check_change, check_query
from .changes import Change, read_change
from .commands import Commands
from .explain import explained, explained_text
from .family import execute_family, is_family, read_family
from .query import Binder, duckdb_error, killed, parse_tree
from .reader import Reader, check_length, split
from .results import Done, from_duckdb
from .show import Show
from .sight import Viewer
from .variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..frontend import Frontend
    from ..peers import Peer
    from .results import ResultRows

    Result = ResultRows | Done
    Action = Callable[[], Result]

__all__ = ["Session"]


class Session:
    """What one connection remembers: its user, its database and its variables.

    Parameters
    ----------
    frontend
        The cluster.
    user
        Who logged in.
    connection_id
        As in the handshake.
    host
        Where the client is, with its port if that is known.
    """

    def __init__(
        self, frontend: Frontend, *, user: str = "root", connection_id: int = 0, host: str = "127.0.0.1"
    ) -> None:
        self.frontend = frontend
        self.user = user
        self.connection_id = connection_id
        self.host = host
        self.began = self.asked = frontend.clock.now()
        """When the client logged in, and when its last statement began or ended."""
        self.running = ""
        """The text at work; empty while the client is waited for."""
        self.catalog = DEFAULT_CATALOG
        self.database: str | None = None
        self.access = Access(frontend, user)
        frontend.logged_in[connection_id] = self
        self.cursor = frontend.rows.cursor()
        self._interrupted = threading.Event()
        self.peer: Peer | None = None
        """The frontend that the client is connected to; None is the one that leads, whichever it is."""
        self.variables = Variables(frontend.variables)

    @property
    def on_leader(self) -> bool:
        """Whether the client is connected to the frontend that leads."""
        return self.peer is None or self.peer.role is Role.LEADER

    def reset(self) -> None:
        """Take the variables back to their defaults; the database stays."""
        self.variables.reset()

    def close(self) -> None:
        """Let go of the cursor."""
        # Whoever has logged in again on the same connection stays.
        if self.frontend.logged_in.get(self.connection_id) is self:
            del self.frontend.logged_in[self.connection_id]
        self.cursor.close()

    def interrupt(self) -> None:
        """Stop the query that is running."""
        self._interrupted.set()
        self.cursor.interrupt()

    def use(self, name: str) -> None:
        """Change the database, which may be written ``catalog.database`` (ConnectContext.java, changeCatalogDb)."""
        catalog, dot, database = name.partition(".")
        wanted = database if dot else catalog
        with self.frontend.lock:
            if dot:
                self.use_catalog(catalog)
            known = wanted in self.frontend.databases or wanted in SYSTEM_DATABASES
            # Which databases an external catalog has, nobody knows here.
            if self.catalog == DEFAULT_CATALOG and not known:
                raise unknown_database(wanted)
            self.access.check_use(wanted)
        self.database = wanted

    def use_catalog(self, name: str) -> None:
        """Change the catalog, and have no database any more (ConnectContext.java, changeCatalog)."""
        internal = name.lower() == DEFAULT_CATALOG
        if not internal and name not in self.frontend.catalogs:
            raise unknown_catalog(name)
        self.catalog, self.database = DEFAULT_CATALOG if internal else name, None
        self.access.catalog = self.catalog

    def execute(self, text: str) -> tuple[list[Result], SqlError | None]:
        """Run a text of one statement or several.

        The whole text is parsed first: one syntax error anywhere, and nothing is executed. Then the statements run
        in order and stop at the first failure.

        Returns
        -------
        tuple
            The results so far, and the error that ended it, if any.
        """
        with self.at_work(text):
            return self._executed(text)

    @contextmanager
    def at_work(self, text: str) -> Iterator[None]:
        """Let SHOW PROCESSLIST tell what the session does meanwhile."""
        self.running, self.asked = text, self.frontend.clock.now()
        try:
            yield
        finally:
            self.running, self.asked = "", self.frontend.clock.now()

    def _executed(self, text: str) -> tuple[list[Result], SqlError | None]:
        try:
            check_length(text, int(str(self.variables.get("parse_tokens_limit"))))
            actions = [self._parsed(piece.text) for piece in split(text)]
            if not actions and ";" not in text:
                raise syntax("Unexpected input '<EOF>', the most similar input is {a legal identifier}", 1, len(text))
        except SqlError as error:
            return [], error
        results: list[Result] = []
        for action in actions:
            try:
                results.append(action())
            except SqlError as error:
                return results, error
        return results or [Done()], None

    def run(self, text: str) -> Result:
        """Run a text and return its last result.

        Raises
        ------
        SqlError
            If any of it failed.
        """
        results, error = self.execute(text)
        if error is not None:
            raise error
        return results[-1]

    def _parsed(self, text: str) -> Action:
        reader = Reader(text)
        words = [token.text.upper() for token in reader.tokens[:4]]
        if is_family(words):
            statement, found = read_family(self.frontend, text)
            return lambda: execute_family(
                self.frontend,
                statement,
                found,
                self.database,
                self.variables.zone(),
                text=text,
                access=self.access,
                on_leader=self.on_leader,
            )
        first = words[0]
        if first in ("SELECT", "WITH", "("):
            tree = parse_tree(text)
            if isinstance(tree, exp.Query):
                return lambda: self.query(tree)
        change = read_change(reader)
        if change is not None:
            return lambda: self._change(change)
        if first == "EXPLAIN":
            return self._explain(reader)
        about_accounts = AccountStatements(self).action(reader)
        if about_accounts is not None:
            return about_accounts
        action = self._other(text, words, reader)
        asked = copy(reader)
        asked.index = 0
        check = authorization(asked)
        return action if check is None else lambda: self._checked(check, action)

    def _other(self, text: str, words: list[str], reader: Reader) -> Action:
        if words[0] in ("SHOW", "DESC", "DESCRIBE"):
            return lambda: self._locked(lambda: self._show(text))
        if words[0] == "ADMIN" and words[1:2] == ["SHOW"]:
            return lambda: self._locked(lambda: self._show(text))
        known = Commands(self).action(reader)
        if known is None:
            raise self._unknown(reader)
        return known

    def _unknown(self, reader: Reader) -> SqlError:
        first = reader.tokens[0]
        reader.index = 0
        if first.text.upper() in _REAL_STATEMENTS:
            return unsupported_here(f"{first.text.upper()} …")
        return reader.unexpected("SELECT", "SHOW", "RESTORE", "BACKUP", "CREATE")

    def _explain(self, reader: Reader) -> Action:
        reader.expect("EXPLAIN")
        tree = parse_tree(explained_text(reader))
        return lambda: self._locked(lambda: explained(self.frontend, self.database, tree))

    def _locked(self, action: Action) -> Result:
        with self.frontend.lock:
            return action()

    def _checked(self, check: Callable[[Session], None], action: Action) -> Result:
        with self.frontend.lock:
            check(self)
        return action()

    def _change(self, change: Change) -> Result:
        with self.frontend.lock:
            check_change(self, change)
        return change.run(self.frontend, self.binder(), self.cursor)

    def _show(self, text: str) -> ResultRows:
        reader = Reader(text)
        show = Show(self.frontend, self._viewer())
        word = reader.take().text.upper()
        if word == "SHOW":
            return show.show(reader)
        if word == "ADMIN":
            reader.expect("SHOW")
            return show.admin(reader)
        return show.describe(reader)

    def _viewer(self) -> Viewer:
        return Viewer(self.user, self.connection_id, self.database, self.variables, self.variables.zone(), self.access)

    def binder(self) -> Binder:
        """Make a binder of names for one statement of this session."""
        # The loopback is where all clients come from.
        login = identity_text(self.user, "127.0.0.1")
        functions: dict[str, object] = {
            **dict.fromkeys(("current_schema", "database", "schema"), self.database),
            **dict.fromkeys(("user", "session_user", "system_user"), login),
            "current_user": self.access.identity,
            **dict.fromkeys(("catalog", "current_catalog"), self.catalog),
            "current_version": self.frontend.current_version(),
            # A backend evaluates version() to a constant of its own; the handshake's is what clients compare.
            "version": self.variables.get("version"),
            "connection_id": self.connection_id,
            "current_role": self.access.current_role,
            "last_query_id": "",
        }
        return Binder(self.frontend, self.database, self.variables.get, functions, self.catalog, self._viewer())

    def output_columns(self, tree: exp.Expr) -> list[tuple[str, str]]:
        """Name the columns of a query, with StarRocks' types; the caller holds the frontend's lock."""
        bound = self.binder().bind(tree.copy())
        try:
            with self.frontend.rows.cursor() as cursor:
                found = cursor.execute(f"DESCRIBE {bound.sql}", bound.parameters).fetchall()
        except duckdb.Error as error:
            raise duckdb_error(error) from error
        return [(str(name), starrocks_type(str(type_))) for name, type_, *_ in found]

    def describe(self, tree: exp.Query) -> ResultRows:
        """Say what columns a query has, with none of its rows."""
        return self.query(tree.limit(0))

    def query(self, tree: exp.Query) -> ResultRows:
        """Run one query.

        Raises
        ------
        SqlError
            If it cannot be bound or run, or is killed.
        """
        self._interrupted.clear()
        with self.frontend.lock:
            bound = self.binder().bind(tree.copy())
            check_query(self, tree)
        if bound.sleep and self._interrupted.wait(bound.sleep):
            raise killed()
        # The lock is not held while rows are read, so a slow query stops nobody.
        try:
            self.cursor.execute(bound.sql, bound.parameters)
            return from_duckdb(self.cursor.description or [], self.cursor.fetchall())
        except duckdb.Error as error:
            raise duckdb_error(error) from error


# Statements that a StarRocks server knows and the sandbox does not.
_REAL_STATEMENTS = (
    "ANALYZE CALL CLEAN DECOMMISSION EXPLAIN INSTALL PAUSE PREPARE RECOVER REFRESH RESUME "
    "STOP SUBMIT SUSPEND SYNC TRACE UNINSTALL UNSET"
).split()
