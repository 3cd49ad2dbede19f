"""What is neither a query nor of the RESTORE family: DDL, SET, USE, KILL, ADMIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..server_errors import SqlError, unsupported_here
from .exporting import Exporting
from .faults import read_sandbox
from .objects import ObjectCommands
from .places import Places
from .results import Done
from .settings import read_set
from .table_commands import TableCommands

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
    from .reader import Reader
    from .session import Action, Result, Session

__all__ = ["Commands"]

_TRANSACTIONS = (("BEGIN",), ("START", "TRANSACTION"), ("COMMIT",), ("ROLLBACK",))


class Commands:
    """Reads such statements for one session; what it returns carries them out, later."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.frontend: Frontend = session.frontend
        self._places = Places(session)
        self._objects = ObjectCommands(session)
        self._tables = TableCommands(session)
        self._exporting = Exporting(session)

    def action(self, reader: Reader) -> Action | None:
        """Read one statement; None if it is of no kind known here."""
        if any(reader.accept(*words) for words in _TRANSACTIONS):
            # Outside of explicit transactions, which the sandbox does not have, these do nothing.
            return Done
        readers: dict[str, Callable[[Reader], Action | None]] = {
            "USE": self._use,
            "SET": self._set,
            "CREATE": self._create,
            "DROP": self._drop,
            "ALTER": self._alter,
            "TRUNCATE": self._tables.truncate,
            "REFRESH": self._objects.refresh,
            "EXPORT": self._exporting.export,
            "LOAD": self._exporting.load,
            "CANCEL": self._cancel,
            "KILL": self._kill,
            "ADMIN": self._admin,
        }
        read = readers.get(reader.peek().text.upper())
        if read is None:
            return None
        reader.take()
        return read(reader)

    # -- the session -----------------------------------------------------------------------------------------------

    def _use(self, reader: Reader) -> Action:
        if reader.peek().kind == "string":
            return self._objects.catalogs.use(reader)
        name = ".".join(reader.qualified())
        reader.end()

        def use() -> Result:
            self.session.use(name)
            return Done()

        return use

    def _set(self, reader: Reader) -> Action:
        # There is a variable of that name too.
        if reader.at("CATALOG") and not reader.at("CATALOG", "="):
            reader.take()
            return self._objects.catalogs.set(reader)
        return read_set(self.session, reader)

    def _kill(self, reader: Reader) -> Action:
        only_query = reader.accept("QUERY")
        reader.accept("CONNECTION")
        number = reader.number()
        reader.end()

        def kill() -> Result:
            end = self.frontend.connections.get(number)
            if end is None:
                raise SqlError(f"Unknown thread id: {number}", 1094, "HY000")
            end(only_query)
            return Done()

        return kill

    def _admin(self, reader: Reader) -> Action:
        if reader.accept("RESET", "SANDBOX"):
            # Ours: no StarRocks server knows this statement.
            reader.end()
            return self._reset
        if reader.accept("SANDBOX"):
            return read_sandbox(self.session, reader)
        if not reader.accept("SET", "FRONTEND", "CONFIG"):
            raise unsupported_here("this ADMIN statement")
        reader.expect("(")
        key = reader.string()
        reader.expect("=")
        value = reader.string()
        reader.expect(")")
        persistent = reader.accept("WITH", "PERSISTENT")
        reader.end()
        return self._places.locked(lambda: self.frontend.config.change(key, value, persistent=persistent))

    def _reset(self) -> Result:
        from ..seeds import plant_again

        plant_again(self.frontend)
        return Done()

    def _cancel(self, reader: Reader) -> Action:
        return self._objects.cancel(reader) or self._tables.cancel(reader)

    # -- databases, tables, views ----------------------------------------------------------------------------------

    def _create(self, reader: Reader) -> Action:
        if reader.accept("DATABASE") or reader.accept("SCHEMA"):
            return self._create_database(reader)
        known = self._objects.create(reader)
        if known is not None:
            return known
        if reader.accept("TABLE"):
            return self._tables.create(reader)
        raise unsupported_here(f"CREATE {reader.peek().text.upper()}")

    def _create_database(self, reader: Reader) -> Action:
        quiet = reader.accept("IF", "NOT", "EXISTS")
        name = reader.qualified()[-1]
        if reader.accept("PROPERTIES"):
            reader.properties()
        reader.end()

        def create() -> None:
            self.frontend.check_database_name(name)
            if not (quiet and name in self.frontend.databases):
                self.frontend.create_database(name)

        return self._places.locked(create)

    def _drop(self, reader: Reader) -> Action:
        if reader.accept("DATABASE") or reader.accept("SCHEMA"):
            return self._drop_database(reader)
        if reader.accept("TABLE"):
            return self._tables.drop(reader)
        known = self._objects.drop(reader)
        if known is None:
            raise unsupported_here(f"DROP {reader.peek().text.upper()}")
        return known

    def _drop_database(self, reader: Reader) -> Action:
        quiet = reader.accept("IF", "EXISTS")
        name = reader.qualified()[-1]
        reader.accept("FORCE")
        reader.end()

        def drop() -> None:
            if not (quiet and name not in self.frontend.databases):
                self.frontend.drop_database(name)

        return self._places.locked(drop)

    def _alter(self, reader: Reader) -> Action:
        if reader.accept("TABLE"):
            return self._tables.alter(reader)
        if reader.accept("DATABASE"):
            return self._tables.alter_database(reader)
        known = self._objects.alter(reader)
        if known is None:
            raise unsupported_here(f"ALTER {reader.peek().text.upper()}")
        return known
