"""The frontend's memory: databases, repositories, jobs and backends, and the daemon's tick."""

from __future__ import annotations

import itertools
import re
import shutil
import threading
from datetime import UTC
from typing import TYPE_CHECKING

from .backup.handler import handle_jobs, remove_old_jobs
from .clock import SteppedClock
from .faults import Faults
from .model.accounts import Accounts
from .model.backends import Backend, Backends, Pace
from .model.catalog import Database, Table
from .model.journal import Entry
from .model.rows import Rows
from .recovery import load
from .releases import behaviour
from .server_errors import SqlError, framed, unknown_database, unknown_table
from .statements.variables import GlobalVariables

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from pathlib import Path

    from .backup.job import Job
    from .backup.repository import Repository
    from .clock import Clock
    from .model.accounts import Account
    from .model.catalog import ExternalCatalog, View
    from .model.journal import Journal
    from .releases import Behaviour

__all__ = ["DAEMON_PERIOD", "SYSTEM_DATABASES", "Frontend"]

SYSTEM_DATABASES = ("_statistics_", "information_schema", "sys")
"""The databases that every cluster has; only information_schema has anything in it here."""

DAEMON_PERIOD = 3
"""Seconds between two rounds of the backup handler (BackupHandler.java, constructor)."""

# FeNameFormat.java, DB_NAME_REGEX, with the special characters that are allowed by default.
_DATABASE_NAME = re.compile(r"[a-zA-Z][\w\-~!@#$%^&<>=+]{0,255}|_[a-zA-Z0-9][\w\-~!@#$%^&<>=+]{0,254}", re.ASCII)

_FIRST_ID = 10101
_FIRST_BACKEND = 10001
_ID_BATCH = 1000


class Frontend:
    """One leader frontend with its backends.

    Locks: ``lock`` guards the memory, and is never asked for inside of ``rows.writing()``, which loads hold long.

    Parameters
    ----------
    clock
        The FE clock; all times that are shown come from it.
    folder
        Where object storage, the backends' files and, if it is kept, the state lie.
    version
        The release, such as ``"4.1"``.
    backends
        How many backends are alive, each on a host of its own.
    pace
        How fast they work.
    kept
        Whether the state outlives the process; what the folder holds is opened again.
    zone
        The time zone of the frontend's machine, which a session begins with.
    """

    def __init__(
        self,
        clock: Clock,
        folder: Path,
        *,
        version: str,
        backends: int = 1,
        pace: Pace | None = None,
        kept: bool = False,
        zone: tzinfo = UTC,
    ) -> None:
        self.clock = clock
        self.folder = folder
        self.behaviour = behaviour(version)
        self.version = version
        self.pace = pace or Pace()
        self.faults = Faults()
        self.zone = zone
        self.lock = threading.RLock()
        self.submit_lock = threading.Lock()
        """Lets one BACKUP or RESTORE at a time be submitted (BackupHandler.java, seqlock)."""
        self.seed: str | None = None
        """What ADMIN RESET SANDBOX plants again."""
        self.founders: list[Account] = []
        """Who may log in from the first, and again after a reset."""
        self.connections: dict[int, Callable[[bool], None]] = {}
        """How to end each connection, by its id; called with True to end its query alone."""
        folder.mkdir(parents=True, exist_ok=True)
        self._rows = Rows(folder / "state.duckdb" if kept else None)
        self._backend_count = backends
        self.fresh = not self.journal.load(Entry.SERVER, int)
        """Whether there was nothing to open: a new folder, or none that is kept."""
        clock.not_before(self.journal.load(Entry.SERVER, int).get("time", 0) / 1000)
        self.journal.now = clock.now
        self.start_time = self._cleaned = clock.now()
        self._begin()
        load(self)

    def _begin(self) -> None:
        self._ids = itertools.count(self.journal.load(Entry.SERVER, int).get("next_id", _FIRST_ID))
        self._last_id = 0
        self.accounts = Accounts()
        for account in self.founders:
            self.accounts.put(account)
        self.databases: dict[str, Database] = {}
        self.databases_by_id: dict[int, Database] = {}
        self.catalogs: dict[str, ExternalCatalog] = {}
        self.repositories: dict[str, Repository] = {}
        self.jobs: dict[int, Job] = {}
        self.config = default_config(self.behaviour)
        self.variables = GlobalVariables(
            handshake_version=self.handshake_version,
            version_comment=self.current_version(),
            zone=self.zone,
            suggests=self.behaviour.suggests_variables,
            catalogs=lambda: self.catalogs,
            saved=self.journal.load(Entry.VARIABLE, str),
            save=lambda name, text: self.journal.save(Entry.VARIABLE, name, text),
        )
        self.backends = Backends(
            [
                Backend(_FIRST_BACKEND + number, f"127.0.0.{number + 1}", start_time=self.start_time)
                for number in range(self._backend_count)
            ]
        )

    def reset(self) -> None:
        """Forget everything: databases, jobs, repositories and what lies in them under the sandbox's own folder."""
        with self.lock:
            self.rows.drop_all_but([])
            self.journal.clear()
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

    @property
    def journal(self) -> Journal:
        """What has been written down, and a restart knows."""
        return self._rows.journal

    def change_leader(self) -> None:
        """Become the next leader: forget what is in memory alone, and go on from what was written down.

        What is configured goes back to its defaults, as ADMIN SET FRONTEND CONFIG is not written down; connections
        are cut (the caller's affair: see ``connections``).
        """
        with self.lock:
            backends = self.backends
            self._begin()
            self.backends = backends
            load(self)

    def next_id(self) -> int:
        """Count up, as the server's one id generator does for all kinds of objects.

        Ids are written down a batch ahead, so a restart leaves a gap and never gives one twice (IdGenerator.java).
        """
        found = next(self._ids)
        if found >= self._last_id:
            self._last_id = found + _ID_BATCH
            self.journal.save(Entry.SERVER, "next_id", self._last_id)
        return found

    def current_version(self) -> str:
        """What ``current_version()`` answers, ``<version>-<commit>``."""
        parts = self.version.split(".")
        return f"{'.'.join([*parts, '0'][:3])}-sandbox"

    @property
    def handshake_version(self) -> str:
        """The version in the handshake."""
        return self.behaviour.handshake_version

    # -- names -----------------------------------------------------------------------------------------------------

    def database(self, name: str) -> Database:
        """Find a database, or raise ERR_BAD_DB_ERROR, bare."""
        if name not in self.databases:
            raise unknown_database(name)
        return self.databases[name]

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
        database = Database(self.next_id(), name)
        self.add_database(database)
        self.journal.save_database(database)
        return database

    def add_database(self, database: Database) -> None:
        """Make a database known."""
        self.databases[database.name] = self.databases_by_id[database.id] = database

    def drop_database(self, name: str) -> None:
        """Drop a database with all that is in it; its job is no longer shown, as nothing leads to it."""
        if name not in self.databases:
            raise SqlError(f"Can't drop database '{name}'; database doesn't exist", 1008, "HY000")
        gone = self.databases.pop(name)
        del self.databases_by_id[gone.id]
        with self.journal.writing():
            self.journal.forget_database(gone)
            for table in gone.tables.values():
                if isinstance(table, Table):
                    table.dropped = True
                    self.rows.drop([*table.partitions.values(), *table.temporary_partitions.values()])

    # -- time ------------------------------------------------------------------------------------------------------

    def work(self, seconds: int = 1) -> None:
        """Let the backends work for so many seconds of the FE clock; UnfinishedTasks moves, states do not."""
        for job in list(self.jobs.values()):
            job.work(seconds)

    def tick(self) -> None:
        """Let the backends work for three seconds, then run one round of the daemons."""
        self.work(DAEMON_PERIOD)
        self.handle_jobs()

    def handle_jobs(self) -> None:
        """Run one round of the daemons: the backup handler's, and now and then the cleaner's."""
        handle_jobs(self)
        now = self.clock.now()
        if now - self._cleaned >= int(self.config["label_clean_interval_second"]):
            self._cleaned = now
            remove_old_jobs(self)

    def run(self, seconds: float) -> None:
        """Let time pass: a stepped clock is advanced, and the daemon ticks every three seconds."""
        for _ in range(int(seconds // DAEMON_PERIOD)):
            if isinstance(self.clock, SteppedClock):
                self.clock.advance(DAEMON_PERIOD)
            self.tick()


def default_config(behaviour_: Behaviour) -> dict[str, str]:
    """List the FE configuration that bears on restores, with its defaults (Config.java)."""
    return {
        "backup_job_default_timeout_ms": "86400000",
        "default_replication_num": "3",
        "enable_backup_materialized_view": str(behaviour_.backs_up_materialized_views).lower(),
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
