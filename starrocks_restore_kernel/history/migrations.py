"""The layouts that a history had, and how each becomes the next.

====== ========================================================================================
layout what it is
====== ========================================================================================
0      nothing yet
1      one table ``sample`` with a row a look, clusters named ``scheme://user@host:port/database``
2      jobs, samples that share their texts, events, submissions, queues; clusters are ``host:port``
====== ========================================================================================

A step is a function that takes a database from its layout to a later one, and writes down which. On SQLite and
PostgreSQL it is one transaction. MySQL commits by itself at each CREATE and DROP; so a step must be able to begin again
where it stopped.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ..cluster import JobSample, JobState
from ..errors import RestoreError
from .samples import keep
from .schema import metadata

__all__ = ["VERSION", "bring_up_to_date"]

VERSION = 2
"""The layout that this release reads and writes."""

_MYSQL = ("SELECT get_lock('starrocks_restore_history', 120)", "SELECT release_lock('starrocks_restore_history')")
_LOCKS = {"postgresql": ("SELECT pg_advisory_xact_lock(1397902152)", ""), "mysql": _MYSQL, "mariadb": _MYSQL}
"""What those lock who change the layout, and give free behind the transaction; a writer of SQLite is alone as such."""
_BATCH = 50
"""Rows of the first layout read at a time; each may hold megabytes."""
_WAL_TRIES = 200

_ASIDE = "sample_1"
_OF_FIRST = {"cluster", "read_at", "unfinished_tasks", "task_errors"}
"""Some columns by which the first layout's table is told from one of another program."""

_version = sa.Table("schema_version", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True))


def bring_up_to_date(engine: Engine, shown: str) -> None:
    """Make the tables, or change those of an older release; several processes may do so at once.

    Parameters
    ----------
    shown
        What the database is called in an error.

    Raises
    ------
    RestoreError
        If its layout is newer than this release; nothing is touched then.
    """
    with engine.connect() as connection:
        # Only what is written down: tables of an older layout may be renamed by another process right now.
        found = _written(connection) or 0
    if found > VERSION:
        raise RestoreError(
            f"{shown} has the layout {found}, and this release reads up to {VERSION}",
            hint="pip install --upgrade starrocks-restore-kernel, or name another place with STARROCKS_RESTORE_HISTORY",
        )
    if found == VERSION:
        return
    if engine.dialect.name == "sqlite":
        _prepare_file(engine)
    while found < VERSION:
        with _alone(engine) as connection:
            found = _layout(connection)  # another process may have been faster
            if found < VERSION:
                _STEPS[found](connection)


def _written(connection: Connection) -> int | None:
    if not sa.inspect(connection).has_table(_version.name):
        return None
    written = connection.execute(sa.select(_version.c.version)).scalar()
    return None if written is None else int(written)


def _layout(connection: Connection) -> int:
    """What is there; to be asked by who is alone."""
    written = _written(connection)
    if written is not None:
        return written
    inspector = sa.inspect(connection)
    tables = set(inspector.get_table_names())
    first = "sample" in tables and {each["name"] for each in inspector.get_columns("sample")} >= _OF_FIRST
    return 1 if first or _ASIDE in tables else 0


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction beside which nobody else changes the layout."""
    lock, unlock = _LOCKS.get(engine.dialect.name, ("", ""))
    with engine.execution_options(writes=True).connect() as connection:
        try:
            with connection.begin():
                if lock and connection.execute(sa.text(lock)).scalar() == 0:
                    raise RestoreError("another process changes the layout of the history", hint="try again later")
                yield connection
        finally:
            if unlock:
                connection.execute(sa.text(unlock))


def _prepare_file(engine: Engine) -> None:
    """Let readers read while one writes, and space be given back; both are kept in the file."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of use in an empty file alone
        for left in reversed(range(_WAL_TRIES)):
            try:
                cursor.execute("PRAGMA journal_mode = WAL").fetchall()
            except engine.dialect.loaded_dbapi.OperationalError as error:
                # Where two change the mode at once one is refused without the wait that is asked for elsewhere.
                if "locked" not in str(error) or not left:
                    raise sa.exc.OperationalError("PRAGMA journal_mode = WAL", None, error) from error
                time.sleep(0.05)
            else:
                return
    finally:
        connection.close()


# -- the steps


def _begin(connection: Connection) -> None:
    _make_tables(connection)
    _write_down(connection)


def _make_tables(connection: Connection) -> None:
    """Those that are not there; what is there must be left from a step that was cut off."""
    inspector = sa.inspect(connection)
    for name in sorted(metadata.tables.keys() & set(inspector.get_table_names())):
        if {each["name"] for each in inspector.get_columns(name)} != set(metadata.tables[name].columns.keys()):
            raise RestoreError(
                f"the history cannot be there: the table {name} is another program's",
                hint="give it a database of its own, and name that with STARROCKS_RESTORE_HISTORY",
            )
    metadata.create_all(connection)


def _write_down(connection: Connection) -> None:
    # As the last: a layout that is written down is whole.
    _version.create(connection, checkfirst=True)
    connection.execute(_version.delete())
    connection.execute(_version.insert().values(version=VERSION))


_FIRST: dict[str, Any] = {"read_at": sa.DateTime(), "job_id": sa.BigInteger(), "state": sa.String(16)}
"""The columns of the first layout that hold no text. Some files have pending_tasks too, which can be counted."""
_COUNTED = {"until", "pending_tasks"}


def _keep_again(connection: Connection) -> None:
    """Put the samples of the first layout aside, and keep each again, as if it came in now.

    So this step leads to whatever layout is the newest.
    """
    if "sample" in (tables := sa.inspect(connection).get_table_names()) and _ASIDE not in tables:
        connection.execute(sa.text(f"ALTER TABLE sample RENAME TO {_ASIDE}"))
    _make_tables(connection)
    _version.create(connection, checkfirst=True)
    names = [each.name for each in fields(JobSample) if each.name not in _COUNTED]
    columns: list[sa.ColumnClause[Any]] = [sa.column("id", sa.Integer), sa.column("cluster", sa.String)]
    columns += [sa.column(name, _FIRST.get(name, sa.Text())) for name in names]
    aside = sa.table(_ASIDE, *columns)
    last = -1
    batch = sa.select(aside).where(aside.c.id > sa.bindparam("last")).order_by(aside.c.id).limit(_BATCH)
    while rows := connection.execute(batch, {"last": last}).mappings().all():
        for row in rows:
            keep(connection, _place(row["cluster"]), _sample(row, names))
        last = rows[-1]["id"]
    connection.execute(sa.delete(aside))
    _write_down(connection)
    connection.execute(sa.text(f"DROP TABLE {_ASIDE}"))


def _sample(row: Mapping[Any, Any], names: list[str]) -> JobSample:
    values = {name: row[name] for name in names}
    values |= {"state": JobState(values["state"]), "read_at": values["read_at"].replace(tzinfo=UTC)}
    return JobSample(**values, pending_tasks=(values["unfinished_tasks"] or "").count("="))


_ADDRESS = re.compile(r"[\w+]+://(?:.*@)?([^@/]+:\d+)(?:/.*)?", re.DOTALL)


def _place(cluster: str) -> str:
    """``host:port`` of what a cluster was called in the first layout; another name stays as it is."""
    found = _ADDRESS.fullmatch(cluster)
    return found[1] if found else cluster


_STEPS: Mapping[int, Callable[[Connection], None]] = {0: _begin, 1: _keep_again}
"""What leads on from each layout."""
