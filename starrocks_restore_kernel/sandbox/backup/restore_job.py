"""A restore job: its states, and what they show (RestoreJob.java)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..clock import time_text
from ..model.catalog import Table, TableState
from ..model.tables import drop_object
from .job import Job, JobState
from .repository import StorageError, download_files
from .restore_prepare import prepare
from .tasks import AgentTask, TaskError, TaskList, in_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ..frontend import Frontend
    from ..model.catalog import Database, Partition, View
    from .repository import Repository
    from .restore_prepare import ReplicaFile
    from .snapshot_info import BackupMeta, SnapshotInfo

__all__ = ["RestoreJob", "RestoreRequest"]


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """What a RESTORE statement asks of the job, once the submit checks have passed.

    ``info`` holds the chosen objects alone; ``meta`` is None if the file could not be read, which the job reports.
    """

    timestamp: str
    info: SnapshotInfo
    meta: BackupMeta | None
    aliases: Mapping[str, str]
    replication_num: int
    allow_load: bool


@dataclass(slots=True)
class _Made:
    """What a job has made and must take back if it is cancelled."""

    tables: list[Table | View] = field(default_factory=list)
    partitions: list[tuple[str, Partition]] = field(default_factory=list)


class RestoreJob(Job):
    """Bring a snapshot's tables back into one database."""

    def __init__(
        self,
        frontend: Frontend,
        repository: Repository,
        *,
        label: str,
        database: Database,
        timeout: int,
        request: RestoreRequest,
    ) -> None:
        super().__init__(frontend, repository, label=label, database=database, timeout=timeout)
        self.request = request
        self.meta_prepared_time: float | None = None
        self.snapshot_finished_time: float | None = None
        self.download_finished_time: float | None = None
        self.tasks = TaskList()
        self.made = _Made()
        self.files: list[ReplicaFile] = []
        self.versions: list[tuple[Partition, int]] = []
        """The versions that overwritten partitions take from the snapshot."""
        self._downloaded: dict[int, Path] = {}
        self._moved: set[int] = set()

    def local_name(self, name: str) -> str:
        """The name in the target database, by the alias where there is one."""
        return self.request.aliases.get(name, name)

    def run(self) -> None:
        """Take one step (RestoreJob.java, run)."""
        if self.done:
            return
        if self._timed_out():
            self.fail("TIMEOUT", f"restore job with label: {self.label}  timeout.")
            self.clean_up()
            return
        if self.state is not JobState.PENDING:
            self._check_still_there()
        if self.status.ok:
            steps: dict[JobState, Callable[[], None]] = {
                JobState.PENDING: lambda: prepare(self),
                JobState.SNAPSHOTING: self._snapshots_finished,
                JobState.DOWNLOAD: self._download,
                JobState.DOWNLOADING: self._downloads_finished,
                JobState.COMMIT: self._commit,
                JobState.COMMITTING: self._moves_finished,
            }
            steps[self.state]()
        if not self.status.ok:
            self.clean_up()

    def work(self, seconds: int) -> None:
        """Let the backends snapshot, download or move."""
        paces = {
            JobState.SNAPSHOTING: self.frontend.pace.snapshot,
            JobState.DOWNLOADING: self.frontend.pace.download,
            JobState.COMMITTING: self.frontend.pace.move,
        }
        if self.state in paces:
            self.tasks.work(self.frontend.backends, paces[self.state] * seconds)

    def _check_still_there(self) -> None:
        """Cancel if a target was dropped meanwhile (RestoreJob.java, checkIfNeedCancel)."""
        database = self.frontend.databases_by_id.get(self.database_id)
        if database is None:
            self.fail("NOT_FOUND", f"database {self.database_id} has been dropped")
            return
        for each in self.files:
            if database.tables.get(each.table.name) is not each.table:
                self.fail("NOT_FOUND", f"table {each.table.id} has been dropped")
                return
            if each.table.partitions.get(each.partition.name) is not each.partition:
                self.fail("NOT_FOUND", f"partition {each.partition.physical_id} has been dropped")
                return

    def send_snapshot_tasks(self) -> None:
        """End PENDING: the backends link what files they have, a task per replica."""
        self.tasks = TaskList()
        for each in self.files:
            self.tasks.add(AgentTask(self.frontend.next_id(), each.backend, each.tablet, [lambda: None]))
        self.meta_prepared_time = self.frontend.clock.now()
        self.state = JobState.SNAPSHOTING

    def _snapshots_finished(self) -> None:
        if not self.tasks.tasks:
            self.snapshot_finished_time = self.frontend.clock.now()
            self.state = JobState.DOWNLOAD

    def _download(self) -> None:
        self.tasks = TaskList(reports_progress=True)
        limit = int(self.frontend.config["max_download_task_per_be"])
        for backend in self.frontend.backends.all:
            mine = [each for each in self.files if each.backend == backend.id]
            for batch in in_batches(mine, limit):
                steps = [self._download_step(each) for each in batch]
                self.tasks.add(AgentTask(self.frontend.next_id(), backend.id, backend.id, steps))
        self.state = JobState.DOWNLOADING

    def _download_step(self, each: ReplicaFile) -> Callable[[], None]:
        def download() -> None:
            if each.tablet in self._downloaded:
                return
            info = self.request.info
            source = self.repository.tablet(
                info.name, info.database_id, each.saved_table, each.saved, each.saved_tablet
            )
            try:
                self._downloaded[each.tablet] = download_files(source, self._local_folder() / str(each.tablet))
            except (OSError, StorageError) as error:
                raise TaskError(str(error)) from error

        return download

    def _local_folder(self) -> Path:
        return self.frontend.folder / "storage" / f"restore_{self.id}"

    def _downloads_finished(self) -> None:
        if not self.tasks.tasks:
            self.download_finished_time = self.frontend.clock.now()
            self.state = JobState.COMMIT

    def _commit(self) -> None:
        """Pass the point of no return: from here on the backends replace tablets."""
        self.tasks = TaskList()
        for each in self.files:
            steps = [self._move_step(each)]
            self.tasks.add(AgentTask(self.frontend.next_id(), each.backend, each.tablet, steps))
        self.state = JobState.COMMITTING

    def _move_step(self, each: ReplicaFile) -> Callable[[], None]:
        return lambda: self._moved.add(each.tablet)

    def _moves_finished(self) -> None:
        if self.tasks.tasks:
            return
        replaced: dict[int, tuple[Partition, list[Path]]] = {}
        for each in self.files:
            path = self._downloaded[each.tablet]
            paths = replaced.setdefault(each.partition.physical_id, (each.partition, []))[1]
            if path not in paths:
                paths.append(path)
        schemas = {each.partition.physical_id: each.table.schema for each in self.files}
        with self.frontend.rows.writing():
            for partition, paths in replaced.values():
                self.frontend.rows.load(schemas[partition.physical_id], partition, paths)
        now = self.frontend.clock.now()
        for partition, version in self.versions:
            partition.version, partition.version_time = version, now
        for partition, _ in replaced.values():
            self.frontend.rows.measure(schemas[partition.physical_id], [partition])
        self._set_normal()
        shutil.rmtree(self._local_folder(), ignore_errors=True)
        self.finished_time = now
        self.state = JobState.FINISHED

    def clean_up(self) -> None:
        """End the job CANCELLED (RestoreJob.java, cancelInternal).

        What the job made is dropped by name, whatever bears the name: so a view that PENDING has replaced is lost,
        and a local table may go if PENDING failed before a new table got its alias.
        """
        if self.state is JobState.COMMITTING:
            self._leave_what_was_moved()
        database = self.frontend.databases_by_id.get(self.database_id)
        if database is not None:
            self._set_normal()
            for made in self.made.tables:
                if made.name in database.tables:
                    drop_object(self.frontend, database, made.name)
            for name, partition in self.made.partitions:
                table = database.tables.get(name)
                if isinstance(table, Table) and table.partitions.get(partition.name) is partition:
                    self.frontend.rows.drop([table.partitions.pop(partition.name)])
        self.tasks = TaskList()
        shutil.rmtree(self._local_folder(), ignore_errors=True)
        self.finished_time = self.frontend.clock.now()
        self.state = JobState.CANCELLED

    def _leave_what_was_moved(self) -> None:
        """Leave old and new rows side by side, as tablets that were moved before the cancel do.

        An inference from snapshot_loader.cpp, move: a backend replaces a tablet's files at once, and nothing puts
        them back.
        """
        new = {id(partition) for _, partition in self.made.partitions}
        names = {made.name for made in self.made.tables}
        touched: dict[int, tuple[Table, Partition]] = {}
        for each in {file.tablet: file for file in self.files}.values():
            if each.tablet in self._moved and id(each.partition) not in new and each.table.name not in names:
                self.frontend.rows.load_bucket(
                    each.table.schema, each.partition, each.bucket, self._downloaded[each.tablet]
                )
                touched[each.partition.physical_id] = each.table, each.partition
        for table, partition in touched.values():
            self.frontend.rows.measure(table.schema, [partition])

    def _set_normal(self) -> None:
        database = self.frontend.databases_by_id.get(self.database_id)
        for name in self.request.info.tables:
            table = database.tables.get(self.local_name(name)) if database is not None else None
            if isinstance(table, Table) and table.state is TableState.RESTORE:
                table.state = TableState.NORMAL

    def row(self) -> tuple[str | None, ...]:
        """Build the row of SHOW RESTORE, 18 columns (RestoreJob.java, getInfo)."""
        return (
            str(self.id),
            self.label,
            self.request.timestamp,
            self.database,
            self.state.value,
            "true" if self.request.allow_load else "false",
            str(self.request.replication_num),
            self.request.info.objects(),
            time_text(self.create_time),
            time_text(self.meta_prepared_time),
            time_text(self.snapshot_finished_time),
            time_text(self.download_finished_time),
            time_text(self.finished_time),
            self.tasks.unfinished(),
            self.tasks.progress(),
            self.tasks.messages(),
            str(self.status),
            str(self.timeout),
        )

    def lock_tables(self, database: Database) -> bool:
        """Set the existing targets to state RESTORE; False if one of them is in another state already."""
        for name in self.request.info.tables:
            table = database.tables.get(self.local_name(name))
            if not isinstance(table, Table):
                continue
            if table.state is not TableState.NORMAL:
                self.fail("COMMON_ERROR", f"Table {table.name}'s state is not NORMAL: {table.state.value}")
                return False
            table.state = TableState.RESTORE
        return True
