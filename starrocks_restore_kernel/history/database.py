"""The database under a history: how it is opened, and how several may read and write at once.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from ..errors import RestoreError, UsageProblem
from ..language.secrets import is_secret
from .migrations import bring_up_to_date

__all__ = ["Database"]

Value = TypeVar("Value")

_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
"""For a URL that names none: those that come with this package, or by an extra of it."""
_HINT = "STARROCKS_RESTORE_HISTORY names another place for it"
_BUSY_SECONDS = 30
"""How long a writer waits for the others."""
_TRIES = 5
_LOST_RACES = {1205, 1213, 1020, "40001", "40P01"}
"""Lock wait timeout, deadlock, and a record that changed meanwhile, of MySQL and of PostgreSQL: to be tried again."""


class Database:
    """Transactions on the database of a URL, which is brought up to date before the first.

    Safe to use from several threads, and beside other processes.
    """

    def __init__(self, url: str) -> None:
        self._url = _read(url)
        self._engine = _engine(self._url)
        # A reader sees one state of several tables; a writer the newest rows, which it locks.
        levels = (
            ({}, {}) if self.sqlite else ({"isolation_level": each} for each in ("REPEATABLE READ", "READ COMMITTED"))
        )
        reading, writing = levels
        self._reads = self._engine.execution_options(**reading)
        self._writes = self._engine.execution_options(writes=True, **writing)
        self._ready = False

    @property
    def shown(self) -> str:
        """The URL without what is secret in it."""
        query = {key: "hidden" if is_secret(key) else value for key, value in self._url.query.items()}
        return self._url.set(query=query).render_as_string(hide_password=True)

    @property
    def sqlite(self) -> bool:
        """Whether it is a file of ours, and no server."""
        return self._url.get_backend_name() == "sqlite"

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def read(self, work: Callable[[Connection], Value]) -> Value:
        """Do something in one transaction that sees one state.

        Raises
        ------
        RestoreError
            If the database cannot be used.
        """
        with _Storing():
            self._open()
            with self._reads.begin() as connection:
                return work(connection)

    def write(self, work: Callable[[Connection], Value]) -> Value:
        """Do something in one transaction, whole or not at all; again if another writer came between.

        Raises
        ------
        RestoreError
            If the database cannot be used: nothing was written then.
        """
        with _Storing():
            self._open()
            return self._written(work)

    def _written(self, work: Callable[[Connection], Value]) -> Value:
        for _ in range(_TRIES - 1):
            try:
                with self._writes.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _lost_a_race(error):
                    raise
        with self._writes.begin() as connection:
            return work(connection)

    def give_space_back(self) -> None:
        """Let a SQLite file become as small as what is in it; servers see to that themselves."""
        if not self.sqlite:
            return
        with _Storing():
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                if cursor.execute("PRAGMA auto_vacuum").fetchone() != (2,):
                    # A file of the first layout: only a whole VACUUM turns this on.
                    cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
                    cursor.execute("VACUUM")
                # A step of this statement frees one page, and execute takes one step where there are no columns.
                cursor.executescript("PRAGMA incremental_vacuum")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except self._engine.dialect.loaded_dbapi.Error as error:
                raise SQLAlchemyError(str(error)) from error
            finally:
                connection.close()

    def _open(self) -> None:
        if not self._ready:
            _make_file(self._url)
            bring_up_to_date(self._engine, self.shown)
            self._ready = True


class _Storing:
    """Turns what the database says into an error of ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (SQLAlchemyError, OSError, UnicodeError)):
            reason = str(getattr(error, "orig", None) or error).split("\n", 1)[0]
            raise RestoreError(f"the history cannot be used: {reason}", hint=_HINT) from error


def _read(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        # The text is not repeated: it may hold a password.
        raise UsageProblem(
            "the URL of the history cannot be read", hint="write sqlite:///file or postgresql://user@host/database"
        ) from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _engine(url: URL) -> Engine:
    options: dict[str, Any] = {"pool_pre_ping": True}
    if url.get_backend_name() == "sqlite":
        options = {"connect_args": {"timeout": _BUSY_SECONDS}}
        if url.database in {None, "", ":memory:"}:
            # There is one connection to a database in memory, for which threads take turns.
            options = {"poolclass": sa.QueuePool, "pool_size": 1, "max_overflow": 0}
            options["connect_args"] = {"check_same_thread": False}
    try:
        engine = sa.create_engine(url, **options)
    except ModuleNotFoundError as error:
        extra = " 'starrocks-restore-kernel[postgresql]'" if error.name == "psycopg" else f" {error.name}"
        raise UsageProblem(
            f"{error.name} is not installed, which the history needs", hint=f"pip install{extra}"
        ) from None
    except NoSuchModuleError:
        raise UsageProblem(f"{url.drivername!r} is no database that SQLAlchemy knows here", hint=_HINT) from None
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    # Python's sqlite3 would begin transactions where it thinks best.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # In WAL mode NORMAL survives the death of a process whole, and is spared a wait for the disk at each sample; when
    # the machine itself loses power the last moments may be missing, and the file is whole all the same.
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    # Who reads first and writes then is refused at once if another wrote between: so a writer says so at its beginning.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_file(url: URL) -> None:
    """Make a SQLite file that only its owner may read; those that SQLite makes beside it take after it."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name.startswith((":memory:", "file:")):
        return
    if Path(name).parent.is_dir():  # where it is not, SQLite says so
        with suppress(FileExistsError):
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _lost_a_race(error: DBAPIError) -> bool:
    reason = error.orig
    number = reason.args[0] if reason is not None and reason.args else None
    return isinstance(error, IntegrityError) or bool({number, getattr(reason, "sqlstate", None)} & _LOST_RACES)
