"""One client's session: what a text is, and who carries it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from ..frontend import SYSTEM_DATABASES
from ..server_errors import SqlError, syntax, unknown_database, unsupported_here
from .commands import Commands
from .dml import execute_dml
from .family import execute_family, is_family, read_family
from .query import Binder, duckdb_error, parse_tree
from .reader import Reader, split
from .results import Done, from_duckdb
from .show import Show
from .variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
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
    """

    def __init__(self, frontend: Frontend, *, user: str = "root", connection_id: int = 0) -> None:
        self.frontend = frontend
        self.user = user
        self.connection_id = connection_id
        self.database: str | None = None
        self.variables = Variables(frontend.variables)
        self._cursor = frontend.rows.cursor()

    def reset(self) -> None:
        """Take the variables back to their defaults; the database stays."""
        self.variables.reset()

    def close(self) -> None:
        """Let go of the cursor."""
        self._cursor.close()

    def interrupt(self) -> None:
        """Stop the query that is running."""
        self._cursor.interrupt()

    def use(self, name: str) -> None:
        """Change the database, which may be written ``catalog.database`` (ConnectContext.java, changeCatalogDb)."""
        catalog, dot, database = name.partition(".")
        if dot and catalog != "default_catalog":
            raise SqlError(f"Unknown catalog '{catalog}'", 5078, "42000")
        wanted = database if dot else catalog
        with self.frontend.lock:
            if wanted not in self.frontend.databases and wanted not in SYSTEM_DATABASES:
                raise unknown_database(wanted)
        self.database = wanted

    def execute(self, text: str) -> tuple[list[Result], SqlError | None]:
        """Run a text of one statement or several.

        The whole text is parsed first: one syntax error anywhere, and nothing is executed. Then the statements run
        in order and stop at the first failure.

        Returns
        -------
        tuple
            The results so far, and the error that ended it, if any.
        """
        try:
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
            return lambda: execute_family(self.frontend, statement, found, self.database, self.frontend.zone)
        first = words[0]
        if first in ("SELECT", "WITH", "("):
            tree = parse_tree(text)
            if isinstance(tree, exp.Query):
                return lambda: self.query(tree)
            if isinstance(tree, exp.Insert):
                return lambda: execute_dml(self.frontend, self._binder(), tree.copy())
        if first in ("INSERT", "DELETE", "UPDATE"):
            changed = parse_tree(text)
            if isinstance(changed, (exp.Insert, exp.Delete, exp.Update)):
                return lambda: execute_dml(self.frontend, self._binder(), changed.copy())
        if first in ("SHOW", "DESC", "DESCRIBE"):
            return lambda: self._locked(lambda: self._show(text))
        if first == "ADMIN" and words[1:4] == ["SHOW", "FRONTEND", "CONFIG"]:
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

    def _locked(self, action: Action) -> Result:
        with self.frontend.lock:
            return action()

    def _show(self, text: str) -> ResultRows:
        reader = Reader(text)
        show = Show(self.frontend, self.variables, self.database, self.user)
        word = reader.take().text.upper()
        if word == "SHOW":
            return show.show(reader)
        if word == "ADMIN":
            reader.expect("SHOW", "FRONTEND", "CONFIG")
            return show.config(reader)
        return show.describe(reader)

    def _binder(self) -> Binder:
        identity = f"'{self.user}'@'%'"
        functions: dict[str, object] = {
            **dict.fromkeys(("current_schema", "database", "schema"), self.database),
            **dict.fromkeys(("user", "current_user", "session_user", "system_user"), identity),
            **dict.fromkeys(("catalog", "current_catalog"), "default_catalog"),
            "current_version": self.frontend.current_version(),
            # A backend evaluates version() to a constant of its own; the handshake's is what clients compare.
            "version": self.variables.get("version"),
            "connection_id": self.connection_id,
            "current_role": "root" if self.user == "root" else "public",
            "last_query_id": "",
        }
        return Binder(self.frontend, self.database, self.variables.get, functions)

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
        with self.frontend.lock:
            bound = self._binder().bind(tree.copy())
        # The lock is not held while rows are read, so a slow query stops nobody.
        try:
            self._cursor.execute(bound.sql, bound.parameters)
            return from_duckdb(self._cursor.description or [], self._cursor.fetchall())
        except duckdb.InterruptException as error:
            # MySQL's code for it, worded here.
            raise SqlError("Query was killed", 1317, "70100") from error
        except duckdb.Error as error:
            raise duckdb_error(error) from error


# Statements that a StarRocks server knows and the sandbox does not.
_REAL_STATEMENTS = (
    "ANALYZE CALL CLEAN DECOMMISSION EXECUTE EXPLAIN EXPORT GRANT INSTALL LOAD PAUSE PREPARE RECOVER REFRESH RESUME "
    "REVOKE STOP SUBMIT SUSPEND SYNC TRACE UNINSTALL UNSET"
).split()
