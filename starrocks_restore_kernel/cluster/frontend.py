"""One StarRocks frontend over the MySQL protocol: send, and read into plain values. It judges nothing.

Texts go to the server byte for byte (``no_parameters``: PyMySQL would otherwise format ``%``). StarRocks refuses SHOW
inside a transaction, so every connection is in AUTOCOMMIT.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import ConnectionFailed, LoginRefused, RestoreError, ServerError
from ..language.expressions import Column, Comparison, Literal, LiteralKind, Logical
from ..language.quoting import quote_name, quote_string
from ..language.statements import ShowRepositories, ShowRestore, ShowSnapshot
from .address import Address
from .job_sample import JobSample
from .remedies import remedy
from .values import Backend, Repository, Snapshot, SnapshotContents, SnapshotObject, Table

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.exc import DBAPIError

__all__ = ["Frontend", "Row", "open_frontend"]

Row = dict[str, Any]

_RACE = "meta data may has been updated during this period"  # the server's words, RestoreJob formatting race
_DENIED = 1045
_GONE = {2002, 2003, 2005, 2006, 2013, 2014}
_SHOWN_TRIES = 3


def open_frontend(address: Address, *, connect_timeout: int = 10, read_timeout: int = 900) -> Frontend:
    """Connect.

    Parameters
    ----------
    connect_timeout, read_timeout
        Seconds. RESTORE answers only after two files came from object storage, so reading may take long.

    Raises
    ------
    ConnectionFailed
        If nothing answers there, or the login is refused.
    """
    import sqlalchemy

    options = dict(address.options)
    arguments: dict[str, Any] = {
        "connect_timeout": int(options.pop("connect_timeout", connect_timeout)),
        "read_timeout": int(options.pop("read_timeout", read_timeout)),
    }
    # Without this PyMySQL loads every CA certificate at each connect and encrypts without verifying, if at all.
    encryption: dict[str, Any] = {key: value for key, value in options.items() if key.startswith("ssl_")}
    arguments |= encryption or {"ssl_disabled": True}
    driver = "starrocks" if address.scheme == "starrocks" else "mysql+pymysql"
    url = sqlalchemy.URL.create(
        driver, address.user, address.password or None, address.host, address.port, address.database
    )
    engine = sqlalchemy.create_engine(
        url,
        connect_args=arguments,
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,
        pool_recycle=3600,
        hide_parameters=True,
        execution_options={"no_parameters": True},
    )
    frontend = Frontend(engine, address)
    try:
        frontend.query("SELECT 1")
    except RestoreError:
        engine.dispose()
        raise
    return frontend


class Frontend:
    """A connected frontend; safe to use from several threads, each statement takes a connection of the pool."""

    def __init__(
        self, engine: Engine, address: Address, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine = engine
        self._now = now
        self.address = address

    def __repr__(self) -> str:
        return f"Frontend({self.address})"

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # -- the wire

    def query(self, sql: str) -> list[Row]:
        """Send one statement and read its rows, a dict a row; no rows for a statement that has none."""
        return self.rows(sql)[1]

    def rows(self, sql: str) -> tuple[tuple[str, ...], list[Row]]:
        """The column names and the rows."""
        with self._errors(), self._engine.connect() as connection:
            result = connection.exec_driver_sql(sql)
            if not result.returns_rows:
                return (), []
            columns = tuple(result.keys())
            return columns, [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def send(self, sql: str) -> None:
        """Send one statement that answers OK or an error."""
        self.query(sql)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        from sqlalchemy.exc import DBAPIError

        try:
            yield
        except DBAPIError as error:
            self._raise(error)

    def _raise(self, error: DBAPIError) -> NoReturn:
        arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
        code = arguments[0] if arguments and isinstance(arguments[0], int) else 0
        text = str(arguments[1]) if len(arguments) > 1 else str(error.orig)
        # The cause is dropped on purpose: the driver's error repeats the statement, which may hold credentials.
        if code == _DENIED:
            hint = "check the user and the password; STARROCKS_PASSWORD or a profile keeps it out of the notebook"
            raise LoginRefused(f"{self.address} refused the login: {text}", hint=hint) from None
        if code in _GONE:
            hint = "is a frontend running there? Its MySQL port is 9030 unless changed (query_port)"
            raise ConnectionFailed(f"{self.address} does not answer: {text}", hint=hint) from None
        sqlstate = getattr(error.orig, "sqlstate", None) or "HY000"
        raise ServerError(text, code=code, sqlstate=sqlstate, hint=remedy(text)) from None

    # -- what it is

    def version(self) -> str:
        """``current_version()``: ``<version>-<commit>``, or with a blank between."""
        (row,) = self.query("SELECT current_version() AS version")
        return str(row["version"])

    def config(self, name: str) -> str | None:
        """A frontend configuration item of the connected frontend; None where there is none. Needs OPERATE."""
        rows = self.query(f"ADMIN SHOW FRONTEND CONFIG LIKE {quote_string(name)}")
        return next((str(row["Value"]) for row in rows if row["Key"] == name), None)

    def backends(self) -> tuple[Backend, ...]:
        """SHOW BACKENDS. Needs OPERATE or NODE."""
        return tuple(
            Backend(
                str(row["BackendId"]),
                str(row["IP"]),
                _truth(row["Alive"]),
                _truth(row["SystemDecommissioned"]),
                row.get("AvailCapacity"),
                row.get("TotalCapacity"),
            )
            for row in self.query("SHOW BACKENDS")
        )

    def databases(self) -> tuple[str, ...]:
        """The databases that this user may see."""
        return tuple(str(next(iter(row.values()))) for row in self.query("SHOW DATABASES"))

    def tables(self, database: str) -> tuple[Table, ...]:
        """Tables, views and materialized views of a database, with what is known of their size."""
        sql = (
            "SELECT TABLE_NAME, TABLE_TYPE, TABLE_ROWS, DATA_LENGTH FROM information_schema.tables "
            f"WHERE TABLE_SCHEMA = {quote_string(database)}"
        )
        return tuple(
            Table(
                str(row["TABLE_NAME"]), str(row["TABLE_TYPE"]), _number(row["TABLE_ROWS"]), _number(row["DATA_LENGTH"])
            )
            for row in self.query(sql)
        )

    def partition_replicas(self, database: str) -> dict[str, dict[str, int]]:
        """For each table the replica number of each partition (one row a physical partition there; the last stands)."""
        sql = (
            "SELECT TABLE_NAME, PARTITION_NAME, REPLICATION_NUM FROM information_schema.partitions_meta "
            f"WHERE DB_NAME = {quote_string(database)}"
        )
        found: dict[str, dict[str, int]] = {}
        for row in self.query(sql):
            found.setdefault(str(row["TABLE_NAME"]), {})[str(row["PARTITION_NAME"])] = int(row["REPLICATION_NUM"])
        return found

    # -- repositories and snapshots

    def repositories(self) -> tuple[Repository, ...]:
        """SHOW REPOSITORIES."""
        return tuple(
            Repository(
                str(row["RepoName"]),
                _truth(row["IsReadOnly"]),
                str(row["Location"]),
                row.get("CreateTime"),
                row.get("ErrMsg") or None,
            )
            for row in self.query(ShowRepositories().sql())
        )

    def snapshots(self, repository: str, label: str | None = None) -> tuple[Snapshot, ...]:
        """SHOW SNAPSHOT: one listing call to the storage a snapshot, so name the label where it is known."""
        where = None if label is None else _equals("SNAPSHOT", label)
        return tuple(
            Snapshot(
                str(row["Snapshot"]),
                tuple(
                    line for line in (row["Timestamp"] or "").split("\n") if line and not line.startswith("Invalid:")
                ),
                str(row["Status"]),
            )
            for row in self.query(ShowSnapshot(repository, where).sql(pretty=False))
        )

    def contents(self, repository: str, label: str, timestamp: str) -> SnapshotContents:
        """What is inside one snapshot; its ``status`` is the server's text where it could not be read."""
        where = Logical("AND", (_equals("SNAPSHOT", label), _equals("TIMESTAMP", timestamp)))
        rows = self.query(ShowSnapshot(repository, where).sql(pretty=False))
        if not rows or rows[0]["Status"] != "OK":
            status = str(rows[0]["Status"]) if rows else "the server sent no row"
            return SnapshotContents(label, timestamp, "", (), status)
        row = rows[0]
        try:
            objects = json.loads(row["Details"])["backup_objects"]
            found = tuple(SnapshotObject(name, tuple(each.get("partitions", {}))) for name, each in objects.items())
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return SnapshotContents(
                label, timestamp, str(row["Database"] or ""), (), f"its Details cannot be read: {error}"
            )
        return SnapshotContents(
            label, timestamp, str(row["Database"] or ""), tuple(sorted(found, key=lambda each: each.name))
        )

    # -- jobs

    def restore_jobs(self, database: str | None = None) -> tuple[JobSample, ...]:
        """SHOW RESTORE: the last job of each database, and that of external catalogs whatever was asked for."""
        sql = ShowRestore(database).sql(pretty=False)
        rows = self._retrying(sql)
        read_at = self._now()
        return tuple(JobSample.from_row(row, read_at) for row in rows)

    def backup_rows(self, database: str) -> list[Row]:
        """SHOW BACKUP of one database, as it comes."""
        return self._retrying(f"SHOW BACKUP FROM {quote_name(database)}")

    def _retrying(self, sql: str) -> list[Row]:
        for tries in range(1, _SHOWN_TRIES + 1):
            try:
                return self.query(sql)
            except ServerError as error:
                if _RACE not in error.message or tries == _SHOWN_TRIES:
                    raise
        raise AssertionError  # the loop returns or raises


def _equals(column: str, value: str) -> Comparison:
    return Comparison("=", Column((column,)), Literal(LiteralKind.STRING, value))


def _truth(value: object) -> bool:
    return str(value).strip().lower() in {"true", "1", "yes"}


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))
