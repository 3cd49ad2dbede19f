"""A restore job: its states, what it writes down, and what it shows (RestoreJob.java)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ..clock import time_text
from ..model.catalog import Table, TableState
from ..model.external_catalogs import drop_catalog, restore_catalog
from ..model.tables import drop_object
from .job import Job, JobState, Status
from .restore_finish import finish
from .restore_prepare import prepare
from .restore_steps import download_step, full_disk, local_file, move_step, snapshot_step
from .snapshot_info import BackupMeta, SnapshotInfo
from .tasks import AgentTask, TaskList, in_batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from ..frontend import Frontend
    from ..model.catalog import Database, ExternalCatalog, Partition, View
    from .restore_entry import ReplicaFile, RestoreEntry
    from .snapshot_info import SavedPartition

__all__ = ["RestoreJob"]


class RestoreJob(Job):
    """Bring a snapshot's objects back into one database.

    PENDING and SNAPSHOTING change this frontend's memory alone. With DOWNLOAD the new tables are written down, and
    what is journaled later is COMMIT and the end.
    """

    kind = "RESTORE"

    def __init__(
        self, frontend: Frontend, data: RestoreEntry, info: SnapshotInfo | None = None, meta: BackupMeta | None = None
    ) -> None:
        super().__init__(frontend, data.head)
        self.data = data
        self.info = info if info is not None else SnapshotInfo.read(data.info)
        self.meta = meta
        if meta is None and data.meta is not None:
            self.meta = BackupMeta.read(data.meta)
        self.new_objects: list[Table | View] = []
        self.new_partitions: list[Partition] = []
        """Beside ``data.made_partitions``, what the names stand for."""
        self.skipped: set[str] = set()
        """Active materialized views, until the snapshot tasks are sent (RestoreJob.java, skipRestoreRemoteTableIds)."""
        self._journaled = (data.head.state, data.head.id)
        self.moved: set[int] = set()
        """The tablets whose rows have been moved in place."""

    def local_name(self, origin: str) -> str:
        """The name in the target database, by the alias where there is one."""
        return self.data.aliases.get(origin, origin)

    @property
    def target(self) -> Database | None:
        """The database, if it is still there."""
        return self.frontend.databases_by_id.get(self.head.database_id)

    # -- steps -----------------------------------------------------------------------------------------------------

    @property
    def catalogs(self) -> tuple[ExternalCatalog, ...]:
        """The external catalogs to bring back; a job that has any has nothing else."""
        return self.meta.catalogs if self.meta is not None else ()

    def steps(self) -> dict[JobState, Callable[[], None]]:
        """What is done in each state; external catalogs go a short way."""
        if self.catalogs:
            return {JobState.PENDING: self._create_catalogs, JobState.COMMITTING: self._catalogs_created}
        return {
            JobState.PENDING: lambda: prepare(self),
            JobState.SNAPSHOTING: self._snapshots_finished,
            JobState.DOWNLOAD: self._download,
            JobState.DOWNLOADING: self._downloads_finished,
            JobState.COMMIT: self._commit,
            JobState.COMMITTING: self._moves_finished,
        }

    def timed_out(self) -> Status:
        """Two blanks, as in the source."""
        return Status("TIMEOUT", f"restore job with label: {self.label}  timeout.")

    def still_possible(self) -> None:
        """Fail if a target was dropped meanwhile (RestoreJob.java, checkIfNeedCancel)."""
        if self.state is JobState.PENDING or self.catalogs:
            return
        database = self.target
        if database is None:
            self.fail("NOT_FOUND", f"database {self.head.database_id} has been dropped")
            return
        wanted = {(each.table, each.table_id, each.partition, each.physical_id) for each in self.data.files}
        for name, id_, partition, physical in wanted:
            table = database.tables.get(name)
            if not isinstance(table, Table) or table.id != id_:
                self.fail("NOT_FOUND", f"table {id_} has been dropped")
                return
            found = table.partitions.get(partition)
            if found is None or found.physical_id != physical:
                self.fail("NOT_FOUND", f"partition {physical} has been dropped")
                return

    def _create_catalogs(self) -> None:
        """Make each catalog, in the place of one of the same name (CatalogMgr.java, createCatalogForRestore)."""
        with self.frontend.journal.writing():
            for each in self.catalogs:
                restore_catalog(self.frontend, each)
            self.head.state = JobState.COMMITTING
            self.save()

    def _catalogs_created(self) -> None:
        self.head.finished_time = self.frontend.clock.now()
        self.head.state = JobState.FINISHED
        self.save()

    def start_over(self) -> None:
        """Begin PENDING: a round that an exception ended left things half made, and a new leader knows of none."""
        self.head.id = self.frontend.next_id()
        self._forget_work()

    def send_snapshot_tasks(self) -> None:
        """End PENDING: the backends link what files they have, a task per replica."""
        self.skipped.clear()
        self.tasks = TaskList("MAKE_SNAPSHOT")
        backends = {each.backend for each in self.data.files}
        full = full_disk(self.frontend, backends)
        if full is not None:
            self.fail("COMMON_ERROR", full)
            return
        for each in self.data.files:
            step = snapshot_step(self, each)
            self.tasks.add(AgentTask(self.frontend.next_id(), each.backend, each.tablet, [step]))
        self.data.meta_prepared_time = self.frontend.clock.now()
        self.head.state = JobState.SNAPSHOTING

    def _snapshots_finished(self) -> None:
        if self.tasks.tasks:
            return
        self.data.snapshot_finished_time = self.frontend.clock.now()
        self.head.state = JobState.DOWNLOAD
        with self.frontend.journal.writing():
            self._save_objects()
            self.save()

    def _save_objects(self) -> None:
        """Write down what PENDING made in memory, as far as a replay would come to it.

        A view that took the place of an older one is not among it: a replay finds the old one and leaves it
        (RestoreJob.java, replayCheckAndPrepareMeta), so a restart brings the old text back.
        """
        database = self.target
        if database is None:
            return
        for each in self.new_objects:
            if not self.frontend.journal.shadows(each.id):
                self.frontend.journal.save_object(database, each)
        for (name, _), partition in zip(self.data.made_partitions, self.new_partitions, strict=False):
            table = database.tables.get(name)
            if isinstance(table, Table):
                self.frontend.journal.save_partitions(table, [partition])
        for table in self._restored_tables():
            self.frontend.journal.save_bare(database, table)

    def _restored_tables(self) -> list[Table]:
        database = self.target
        names = [self.local_name(origin) for origin in self.info.tables if origin not in self.skipped]
        found = [database.tables.get(name) for name in names] if database is not None else []
        return [each for each in found if isinstance(each, Table)]

    def _download(self) -> None:
        self.tasks = TaskList("DOWNLOAD", reports_progress=True)
        limit = int(self.frontend.config["max_download_task_per_be"])
        by_backend: dict[int, list[ReplicaFile]] = {each.id: [] for each in self.frontend.backends.all}
        for each in self.data.files:
            by_backend.setdefault(each.backend, []).append(each)
        for backend, mine in by_backend.items():
            for batch in in_batches(mine, limit):
                steps = [download_step(self, each) for each in batch]
                self.tasks.add(AgentTask(self.frontend.next_id(), backend, backend, steps))
        self.head.state = JobState.DOWNLOADING

    def saved(self, each: ReplicaFile) -> SavedPartition:
        """The partition of the snapshot."""
        return self.info.tables[each.origin].partitions[each.saved_partition]

    def _downloads_finished(self) -> None:
        if not self.tasks.tasks:
            self.data.download_finished_time = self.frontend.clock.now()
            self.head.state = JobState.COMMIT
            self.save()

    def _commit(self) -> None:
        """Pass the point of no return: from here on the backends replace tablets."""
        self.tasks = TaskList("MOVE")
        self.moved = set()
        self.frontend.rows.drop_staged({each.physical_id for each in self.data.files})
        for each in self.data.files:
            self.tasks.add(AgentTask(self.frontend.next_id(), each.backend, each.tablet, [move_step(self, each)]))
        self.head.state = JobState.COMMITTING

    def place(self, each: ReplicaFile) -> tuple[Table, Partition] | None:
        """Find the table and the partition of a tablet, if they are still there."""
        database = self.target
        table = database.tables.get(each.table) if database is not None else None
        found = table.partitions.get(each.partition) if isinstance(table, Table) else None
        return (table, found) if isinstance(table, Table) and found is not None else None

    def _moves_finished(self) -> None:
        if self.tasks.tasks:
            return
        database = self.target
        if database is None:
            self.fail("NOT_FOUND", f"database {self.head.database_id} does not exist")
            return
        with self.frontend.journal.writing():
            self._take_over()
            self._set_normal()
            for table in self._restored_tables():
                self.frontend.journal.save_bare(database, table)
            self.head.finished_time = self.frontend.clock.now()
            self.head.state = JobState.FINISHED
            self._forget_work()
            self.save()
        shutil.rmtree(self.local_folder, ignore_errors=True)
        finish(self, database, self._restored_tables())

    def _take_over(self) -> None:
        """Let the moved tablets' rows be the partitions' rows, and give overwritten partitions their versions."""
        now = self.frontend.clock.now()
        versions = {(table, partition): version for table, partition, version in self.data.versions}
        for each in {file.physical_id: file for file in self.data.files}.values():
            place = self.place(each)
            if place is None:
                continue
            table, partition = place
            self.frontend.rows.take_staged(partition)
            self.frontend.rows.measure(table.schema, [partition])
            if (each.table, each.partition) in versions:
                partition.version, partition.version_time = versions[each.table, each.partition], now
            self.frontend.journal.save_partitions(table, [partition])

    def _forget_work(self) -> None:
        self.data.files, self.data.versions = [], []
        self.data.made_tables, self.data.made_partitions = [], []
        self.new_objects, self.new_partitions = [], []

    # -- the end ---------------------------------------------------------------------------------------------------

    def cancelled_by_user(self) -> str:
        """The message of CANCEL RESTORE."""
        return f"user cancelled, current state: {self.state.value}"

    def clean_up(self) -> None:
        """Take back what the job made (RestoreJob.java, cancelInternal).

        All of it is dropped by name, whatever bears the name: so a view that PENDING has replaced is lost, and so are
        a local table, if PENDING failed before a new table got its alias, and functions of the same signatures.
        """
        for each in self.catalogs:
            if each.name in self.frontend.catalogs:
                drop_catalog(self.frontend, each.name)
        if self.state is JobState.COMMITTING:
            self._leave_what_was_moved()
        database = self.target
        if database is not None:
            self._set_normal()
            for name in self.data.made_tables:
                if name in database.tables:
                    self._drop(database, name)
            for name, partition in self.data.made_partitions:
                table = database.tables.get(name)
                gone = table.partitions.pop(partition, None) if isinstance(table, Table) else None
                if gone is not None:
                    self.frontend.rows.drop([gone])
                    self.frontend.journal.forget_partitions([gone])
            if self._journaled[0] is not JobState.PENDING:
                for table in self._restored_tables():
                    self.frontend.journal.save_bare(database, table)
            for function in self.meta.functions if self.meta is not None else ():
                found = database.functions.pop(function.signature, None)
                if found is not None:
                    self.frontend.journal.forget_function(found)
        self._forget_work()
        shutil.rmtree(self.local_folder, ignore_errors=True)

    def _drop(self, database: Database, name: str) -> None:
        """Drop one of the job's tables; a restart learns of it only if the job was written down with DOWNLOAD.

        A replay of the cancel drops what the replayed job had made, which before DOWNLOAD is nothing.
        """
        if self._journaled[0] is JobState.PENDING:
            found = database.tables.pop(name)
            if isinstance(found, Table):
                found.dropped = True
            return
        drop_object(self.frontend, database, name)

    def _leave_what_was_moved(self) -> None:
        """Leave old and new rows side by side, as tablets that were moved before the cancel do.

        An inference from snapshot_loader.cpp, move: a backend replaces a tablet's files at once, and nothing puts
        them back.
        """
        overwritten = {(table, partition) for table, partition, _ in self.data.versions}
        for each in {file.tablet: file for file in self.data.files}.values():
            place = self.place(each)
            if each.tablet in self.moved and place is not None and (each.table, each.partition) in overwritten:
                table, partition = place
                self.frontend.rows.load_bucket(table.schema, partition, each.bucket, local_file(self, each))
                self.frontend.rows.measure(table.schema, [partition])
                self.frontend.journal.save_partitions(table, [partition])
        self.frontend.rows.drop_staged({each.physical_id for each in self.data.files})

    def _set_normal(self) -> None:
        for table in self._restored_tables():
            if table.state is TableState.RESTORE:
                table.state = TableState.NORMAL

    # -- what is known of it ---------------------------------------------------------------------------------------

    def pace(self) -> int:
        """How many tablets a backend handles in a second, in this state."""
        pace = self.frontend.pace
        paces = {
            JobState.SNAPSHOTING: pace.snapshot,
            JobState.DOWNLOADING: pace.download,
            JobState.COMMITTING: pace.move,
        }
        return paces.get(self.state, 0)

    def entry(self) -> RestoreEntry:
        """What is written down; followers see it from now on."""
        self._journaled = (self.state, self.head.id)
        return self.data

    def row_on_follower(self, zone: tzinfo) -> tuple[str | None, ...]:
        """Print the row as a frontend that is not the leader knows it: what was written down, and no tasks."""
        state, id_ = self._journaled
        now = self.head.state, self.head.id
        self.head.state, self.head.id = state, id_
        try:
            return self.printed(zone, TaskList())
        finally:
            self.head.state, self.head.id = now

    def printed(self, zone: tzinfo, tasks: TaskList) -> tuple[str | None, ...]:
        """Build the row of SHOW RESTORE, 18 columns (RestoreJob.java, getInfo)."""
        data = self.data
        return (
            str(self.head.id),
            self.label,
            data.timestamp,
            self.head.database,
            self.state.value,
            "true" if data.allow_load else "false",
            str(data.replication_num),
            self.info.objects(),
            time_text(self.head.create_time, zone),
            time_text(data.meta_prepared_time, zone),
            time_text(data.snapshot_finished_time, zone),
            time_text(data.download_finished_time, zone),
            time_text(self.head.finished_time, zone),
            tasks.unfinished(),
            tasks.progress(),
            tasks.messages(),
            str(self.status),
            str(self.head.timeout),
        )
