"""The frontend's memory: databases, repositories, jobs and backends, and the daemon's tick."""

from __future__ import annotations

import itertools
import re
import shutil
import threading
from datetime import UTC
from typing import TYPE_CHECKING

from .backup.handler import handle_jobs, remove_old_jobs
from .backup.repositories import ping_repositories
from .clock import SteppedClock
from .configuration import Configuration
from .daemon import DAEMON_PERIOD, Daemon
from .faults import Faults
from .folder import open_rows
from .model.accounts import Accounts
from .model.alter import run_alter_jobs
from .model.backends import Backend, Backends, Pace
from .model.catalog import Database, Table
from .model.dependents import Dependents, inactivate_readers
from .model.dynamic_partitions import schedule_dynamic_partitions
from .model.journal import Entry
from .model.materialized_views import check_inactive
from .model.refreshes import refresh_due
from .model.rows import Rows
from .peers import first_peer, pass_leadership
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
    from .model.alter import AlterJob
    from .model.catalog import ExternalCatalog, Function, MaterializedView, View
    from .model.dynamic_partitions import ScheduleRecord
    from .model.journal import Journal
    from .seeds import Seed
    from .statements.session import Session

__all__ = ["DAEMON_PERIOD", "SYSTEM_DATABASES", "Frontend"]

SYSTEM_DATABASES = ("_statistics_", "information_schema", "sys")
"""The databases that every cluster has; only information_schema has anything in it here."""

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
    shared_data
        Whether ``run_mode`` is ``shared_data``: tables are cloud-native, and the nodes are compute nodes.
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
        shared_data: bool = False,
    ) -> None:
        self.clock = clock
        self.folder = folder
        self.behaviour = behaviour(version)
        self.version = version
        self.pace = pace or Pace()
        self.faults = Faults()
        self.zone = zone
        self.shared_data = shared_data
        self.lock = threading.RLock()
        self.submit_lock = threading.Lock()
        """Lets one BACKUP or RESTORE at a time be submitted (BackupHandler.java, seqlock)."""
        self.seed: Seed = None
        """What ADMIN RESET SANDBOX plants again."""
        self.connection_ids = itertools.count(1)
        self.connections: dict[int, Callable[[bool], None]] = {}
        """How to end each connection, by its id; called with True to end its query alone."""
        self.logged_in: dict[int, Session] = {}
        """The session of each connection, by its id."""
        folder.mkdir(parents=True, exist_ok=True)
        self.config = Configuration(self.behaviour, shared_data=shared_data, file=folder / "fe.conf" if kept else None)
        self._rows = open_rows(folder) if kept else Rows()
        self._backend_count = backends
        self.fresh = not self.journal.load(Entry.SERVER, int)
        """Whether there was nothing to open: a new folder, or none that is kept."""
        clock.not_before(self.journal.load(Entry.SERVER, int).get("time", 0) / 1000)
        self.journal.now = clock.now
        self.start_time = self._cleaned = clock.now()
        self._next_schedule = self.start_time + int(self.config["dynamic_partition_check_interval_seconds"])
        self.daemon = Daemon(self)
        self.peers = [first_peer(self.start_time)]
        """All frontends of the cluster, this one among them."""
        try:
            self._begin()
            load(self)
        except BaseException:
            self._rows.close()
            raise

    def _begin(self) -> None:
        self._ids = itertools.count(self.journal.load(Entry.SERVER, int).get("next_id", _FIRST_ID))
        self._last_id = 0
        self.accounts = Accounts(self.journal)
        self.databases: dict[str, Database] = {}
        self.databases_by_id: dict[int, Database] = {}
        self.catalogs: dict[str, ExternalCatalog] = {}
        self.global_functions: dict[str, Function] = {}
        """By signature, as those of a database."""
        self.dependents = Dependents()
        self.restored: dict[tuple[str, str], tuple[str, str]] = {}
        """Where restored tables lie now, by database and name in their snapshots (MvRestoreContext.java)."""
        self.restored_views: dict[int, tuple[Database, MaterializedView]] = {}
        self.repositories: dict[str, Repository] = {}
        self.next_ping = 0.0
        """When the repositories are looked at again."""
        self.jobs: dict[int, Job] = {}
        self.alter_jobs: dict[int, AlterJob] = {}
        self.last_alter_round = 0.0
        self.schedules: dict[int, ScheduleRecord] = {}
        """What the scheduler of dynamic partitions last did, by the table's id."""
        self.labels: dict[str, int] = {}
        """The loads that bore a label, by database id and label."""
        self.config.restart()
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

    def reset(self, *, storage: bool = True) -> None:
        """Forget everything: databases, jobs, repositories and what lies in them under the sandbox's own folder.

        Whoever the sandbox was started with stays, with the password of now.
        """
        with self.lock:
            self.rows.drop_all_but([])
            self.journal.clear()
            for each in ("objects", "storage") if storage else ():
                shutil.rmtree(self.folder / each, ignore_errors=True)
            first = self.accounts.first
            (self.folder / "fe.conf").unlink(missing_ok=True)
            self._begin()
            for account in first:
                self.accounts.put(account)

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

        What is configured goes back to what the process was started with and what fe.conf says, as ADMIN SET
        FRONTEND CONFIG is not written down elsewhere; connections are cut (the caller's affair: see ``connections``).
        """
        with self.lock:
            backends = self.backends
            self._begin()
            self.backends = backends
            load(self)
            pass_leadership(self.peers)

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
    def default_replication_num(self) -> str:
        """What a table gets that asks for no number; the setting does not count in shared data (RunMode.java)."""
        return "1" if self.shared_data else self.config["default_replication_num"]

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
                inactivate_readers(self, table, f"base-table dropped: {table.name}")
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
        """Run one round of the daemons: the backup handler's, the alter jobs', those of the materialized views.

        Now and then there is one of the repositories' pings, of dynamic partitions, and of the cleaner.
        """
        handle_jobs(self)
        with self.lock:
            run_alter_jobs(self)
        check_inactive(self)
        refresh_due(self)
        ping_repositories(self)
        self._schedule_partitions()
        now = self.clock.now()
        if now - self._cleaned >= int(self.config["label_clean_interval_second"]):
            self._cleaned = now
            remove_old_jobs(self)

    def _schedule_partitions(self) -> None:
        now = self.clock.now()
        if now < self._next_schedule:
            return
        self._next_schedule = now + int(self.config["dynamic_partition_check_interval_seconds"])
        with self.lock:
            for database in self.databases.values():
                for table in database.tables.values():
                    if isinstance(table, Table) and table.schema.partition_kind.is_range:
                        schedule_dynamic_partitions(self, table)

    def run(self, seconds: float) -> None:
        """Let time pass: a stepped clock is advanced, and the daemon ticks every three seconds."""
        for _ in range(int(seconds // DAEMON_PERIOD)):
            if isinstance(self.clock, SteppedClock):
                self.clock.advance(DAEMON_PERIOD)
            self.tick()
