"""The frontend's memory: databases, repositories, jobs and backends, and the daemon's tick."""

from __future__ import annotations

import itertools
import re
import shutil
import threading
from typing import TYPE_CHECKING

from ..language.versions import release
from .clock import SteppedClock
from .model.backends import Backend, Backends, Pace
from .model.catalog import Database, Table
from .model.rows import Rows
from .server_errors import SqlError, framed, unknown_database, unknown_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .backup.backup_job import BackupJob
    from .backup.repository import Repository
    from .backup.restore_job import RestoreJob
    from .clock import Clock
    from .model.catalog import View

__all__ = ["DAEMON_PERIOD", "SYSTEM_DATABASES", "Frontend", "TickAborted"]

SYSTEM_DATABASES = ("_statistics_", "information_schema", "sys")
"""The databases that every cluster has; only information_schema has anything in it here."""

DAEMON_PERIOD = 3
"""Seconds between two rounds of the backup handler (BackupHandler.java, constructor)."""

# FeNameFormat.java, DB_NAME_REGEX, with the special characters that are allowed by default.
_DATABASE_NAME = re.compile(r"[a-zA-Z][\w\-~!@#$%^&<>=+]{0,255}|_[a-zA-Z0-9][\w\-~!@#$%^&<>=+]{0,254}", re.ASCII)

_FIRST_ID = 10001


class TickAborted(Exception):
    """An exception that the server's job code does not turn into a status; it ends the round of all jobs."""


class Frontend:
    """One leader frontend with its backends.

    Parameters
    ----------
    clock
        The FE clock; all times that are shown come from it.
    folder
        Where object storage, the backends' files and nothing else lies.
    version
        The release, such as ``"4.1"``.
    backends
        How many backends are alive, each on a host of its own.
    pace
        How fast they work.
    """

    def __init__(
        self, clock: Clock, folder: Path, *, version: str, backends: int = 1, pace: Pace | None = None
    ) -> None:
        self.clock = clock
        self.folder = folder
        self.release = release(version)
        self.version = version
        self.pace = pace or Pace()
        self.lock = threading.RLock()
        self.seed: str | None = None
        """What ADMIN RESET SANDBOX plants again."""
        self.start_time = clock.now()
        self.connections: dict[int, Callable[[bool], None]] = {}
        """How to end each connection, by its id; called with True to end its query alone."""
        self._backend_count = backends
        self._rows = Rows()
        self._begin()

    def _begin(self) -> None:
        self._ids = itertools.count(_FIRST_ID)
        self.databases: dict[str, Database] = {}
        self.repositories: dict[str, Repository] = {}
        self.jobs: dict[int, BackupJob | RestoreJob] = {}
        self.config = default_config(older=self.release.older_words)
        self.backends = Backends(
            [
                Backend(self.next_id(), f"127.0.0.{number + 1}", start_time=self.start_time)
                for number in range(self._backend_count)
            ]
        )

    def reset(self) -> None:
        """Forget everything: databases, jobs, repositories and what lies in them under the sandbox's own folder."""
        with self.lock:
            for database in self.databases.values():
                for table in database.tables.values():
                    if isinstance(table, Table):
                        self.rows.drop(list(table.partitions.values()))
            for each in ("objects", "storage"):
                shutil.rmtree(self.folder / each, ignore_errors=True)
            self._begin()

    def close(self) -> None:
        """Let go of the rows."""
        self._rows.close()

    @property
    def rows(self) -> Rows:
        """Where the rows lie."""
        return self._rows

    def next_id(self) -> int:
        """Count up, as the server's one id generator does for all kinds of objects."""
        return next(self._ids)

    def current_version(self) -> str:
        """What ``current_version()`` answers, ``<version>-<commit>``."""
        parts = self.version.split(".")
        return f"{'.'.join([*parts, '0'][:3])}-sandbox"

    @property
    def handshake_version(self) -> str:
        """The version in the handshake, 8.0.33 since 3.4 (StarRocks PR #52512)."""
        return "5.1.0" if self.release.older_words else "8.0.33"

    # -- names -----------------------------------------------------------------------------------------------------

    def database(self, name: str) -> Database:
        """Find a database, or raise ERR_BAD_DB_ERROR, bare."""
        if name not in self.databases:
            raise unknown_database(name)
        return self.databases[name]

    def database_by_id(self, database_id: int) -> Database | None:
        """Find a database by id."""
        return next((each for each in self.databases.values() if each.id == database_id), None)

    def object(self, database: str, name: str) -> Table | View:
        """Find a table or view, or raise ERR_BAD_TABLE_ERROR, bare."""
        found = self.database(database).tables.get(name)
        if found is None:
            raise unknown_table(name)
        return found

    def check_database_name(self, name: str) -> None:
        """Refuse a name that CREATE DATABASE and BACKUP refuse (FeNameFormat.java, checkDbName)."""
        if not _DATABASE_NAME.fullmatch(name):
            raise framed(SqlError(f"Incorrect database name '{name}'", 1102, "42000"))

    def create_database(self, name: str) -> Database:
        """Make an empty database; the name is checked by the statement, not here (BackupHandler.java does not)."""
        if name in self.databases or name in SYSTEM_DATABASES:
            raise SqlError(f"Can't create database '{name}'; database exists", 1007, "HY000")
        self.databases[name] = Database(self.next_id(), name)
        return self.databases[name]

    def drop_database(self, name: str) -> None:
        """Drop a database with all that is in it; its job is no longer shown, as nothing leads to it."""
        if name not in self.databases:
            raise SqlError(f"Can't drop database '{name}'; database doesn't exist", 1008, "HY000")
        for table in self.databases.pop(name).tables.values():
            if isinstance(table, Table):
                self.rows.drop(list(table.partitions.values()))

    # -- time ------------------------------------------------------------------------------------------------------

    def work(self, seconds: int = 1) -> None:
        """Let the backends work for so many seconds of the FE clock; UnfinishedTasks moves, states do not."""
        with self.lock:
            for job in list(self.jobs.values()):
                job.work(seconds)

    def tick(self) -> None:
        """Let the backends work for three seconds, then give each unfinished job one step.

        The jobs of all databases are stepped in one thread, one after another; an exception that a job does not
        turn into a status ends the round, and the jobs behind it get no step (BackupHandler.java,
        runAfterCatalogReady).
        """
        with self.lock:
            self.work(DAEMON_PERIOD)
            self.handle_jobs()

    def handle_jobs(self) -> None:
        """Run one round of the backup handler."""
        with self.lock:
            try:
                for job in list(self.jobs.values()):
                    job.run()
            except TickAborted:
                return

    def run(self, seconds: float) -> None:
        """Let time pass: a stepped clock is advanced, and the daemon ticks every three seconds."""
        for _ in range(int(seconds // DAEMON_PERIOD)):
            if isinstance(self.clock, SteppedClock):
                self.clock.advance(DAEMON_PERIOD)
            self.tick()


def default_config(*, older: bool) -> dict[str, str]:
    """List the FE configuration that bears on restores, with its defaults (Config.java)."""
    return {
        "backup_job_default_timeout_ms": "86400000",
        "default_replication_num": "3",
        "enable_backup_materialized_view": "true" if older else "false",
        "enable_colocate_restore": "false",
        "history_job_keep_max_second": "604800",
        "label_clean_interval_second": "14400",
        "max_agent_task_threads_num": "4096",
        "max_download_task_per_be": "0",
        "max_upload_task_per_be": "0",
        "mv_active_checker_interval_seconds": "60",
        "run_mode": "shared_nothing",
        "storage_usage_hard_limit_percent": "95",
        "storage_usage_hard_limit_reserve_bytes": "107374182400",
        "tablet_create_timeout_second": "10",
    }
