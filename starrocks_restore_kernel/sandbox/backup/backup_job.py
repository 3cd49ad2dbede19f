"""A backup job (BackupJob.java)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ..clock import backup_timestamp, time_text
from ..model.catalog import Table, View
from .job import Job, JobState
from .repository import upload_file
from .snapshot_info import BackupMeta, SavedPartition, SavedTable, SavedTableMeta, SnapshotInfo
from .tasks import AgentTask, TaskError, TaskList, in_batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..frontend import Frontend
    from ..model.catalog import Database, Partition, Schema
    from .repository import Repository

__all__ = ["BackupJob", "TableReference"]

_DATA_FILE = "rows.parquet"


@dataclass(frozen=True, slots=True)
class TableReference:
    """One object of a BACKUP; ``partitions`` is None for all of them."""

    name: str
    partitions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _TabletSnapshot:
    table: SavedTable
    partition: Partition
    schema: Schema
    bucket: int
    tablet: int
    backend: int


class BackupJob(Job):
    """Write a database's tables into a repository.

    PENDING fixes the rows of all partitions at one moment; what is loaded afterwards is not in the snapshot.
    """

    def __init__(
        self,
        frontend: Frontend,
        repository: Repository,
        *,
        label: str,
        database: Database,
        timeout: int,
        references: tuple[TableReference, ...],
    ) -> None:
        super().__init__(frontend, repository, label=label, database=database, timeout=timeout)
        self.references = references
        self.snapshot_finished_time: float | None = None
        self.upload_finished_time: float | None = None
        self.tasks = TaskList()
        self._snapshots: list[_TabletSnapshot] = []
        self._fixed: list[Partition] = []
        self._meta = BackupMeta({})
        self._info: SnapshotInfo | None = None

    def run(self) -> None:
        """Take one step; only a failure in UPLOAD_INFO is tried again instead of cancelling the job."""
        if self.done:
            return
        if self._timed_out():
            self.fail("TIMEOUT", "")
            self.clean_up()
            return
        steps: dict[JobState, Callable[[], None]] = {
            JobState.PENDING: self._prepare,
            JobState.SNAPSHOTING: self._snapshots_finished,
            JobState.UPLOAD_SNAPSHOT: self._upload,
            JobState.UPLOADING: self._uploads_finished,
            JobState.SAVE_META: self._save_meta,
            JobState.UPLOAD_INFO: self._upload_info,
        }
        steps[self.state]()
        if not self.status.ok and self.state is not JobState.UPLOAD_INFO:
            self.clean_up()

    def work(self, seconds: int) -> None:
        """Let the backends snapshot or upload."""
        pace = self.frontend.pace.snapshot if self.state is JobState.SNAPSHOTING else self.frontend.pace.upload
        if self.state in (JobState.SNAPSHOTING, JobState.UPLOADING):
            self.tasks.work(self.frontend.backends, pace * seconds)

    def _prepare(self) -> None:
        database = self.frontend.databases_by_id.get(self.database_id)
        if database is None:
            self.fail("NOT_FOUND", f"database {self.database_id} does not exist")
            return
        self.id = self.frontend.next_id()
        tables = [database.tables.get(each.name) for each in self.references]
        saved: dict[str, SavedTable] = {}
        metas: dict[str, SavedTableMeta | View] = {}
        for reference, table in zip(self.references, tables, strict=True):
            if table is None:
                self.fail("NOT_FOUND", f"table {reference.name} does not exist")
                return
            if isinstance(table, View):
                saved[table.name], metas[table.name] = SavedTable(table.name, table.id), table
                continue
            names = reference.partitions or tuple(each.name for each in table.ordered())
            if missing := [name for name in names if name not in table.partitions]:
                self.fail("NOT_FOUND", f"partition {missing[0]} does not exist  in table{table.name}")
                return
            chosen = [table.partitions[name] for name in names]
            saved[table.name], metas[table.name] = _saved(table, chosen), _saved_meta(table, chosen)
            self._add_snapshots(saved[table.name], table, chosen)
        self._meta = BackupMeta(metas)
        milliseconds = int(self.create_time * 1000)
        self._info = SnapshotInfo(self.label, self.database, self.database_id, milliseconds, saved)
        self.frontend.rows.snapshot(self._fixed)
        for each in self._snapshots:
            # A backup's snapshot task is signed with its tablet (BackupJob.java, prepareSnapshotTask).
            self.tasks.add(AgentTask(each.tablet, each.backend, each.backend, [lambda: None]))
        self.state = JobState.SNAPSHOTING

    def _add_snapshots(self, saved: SavedTable, table: Table, chosen: list[Partition]) -> None:
        self._fixed += chosen
        self._snapshots += [
            _TabletSnapshot(saved, partition, table.schema, bucket, tablet.id, tablet.replicas[0].backend)
            for partition in chosen
            for bucket, tablet in enumerate(partition.tablets)
        ]

    def _snapshots_finished(self) -> None:
        if not self.tasks.tasks:
            self.snapshot_finished_time = self.frontend.clock.now()
            self.state = JobState.UPLOAD_SNAPSHOT

    def _upload(self) -> None:
        self.tasks = TaskList(reports_progress=True)
        limit = int(self.frontend.config["max_upload_task_per_be"])
        for backend in self.frontend.backends.all:
            mine = [each for each in self._snapshots if each.backend == backend.id]
            for batch in in_batches(mine, limit):
                steps = [self._upload_step(each) for each in batch]
                self.tasks.add(AgentTask(self.frontend.next_id(), backend.id, backend.id, steps))
        self.state = JobState.UPLOADING

    def _upload_step(self, each: _TabletSnapshot) -> Callable[[], None]:
        def upload() -> None:
            local = self._local_folder() / f"{each.tablet}.parquet"
            local.parent.mkdir(parents=True, exist_ok=True)
            saved = each.table.partitions[each.partition.name]
            folder = self.repository.tablet(self.label, self.database_id, each.table.id, saved, each.tablet)
            try:
                self.frontend.rows.save_bucket(each.schema, each.partition, each.bucket, local)
                upload_file(local, folder, _DATA_FILE)
            except (OSError, duckdb.Error) as error:
                raise TaskError(str(error)) from error

        return upload

    def _local_folder(self) -> Path:
        return self.frontend.folder / "storage" / f"backup_{self.id}"

    def _uploads_finished(self) -> None:
        if not self.tasks.tasks:
            self.upload_finished_time = self.frontend.clock.now()
            self.state = JobState.SAVE_META

    def _save_meta(self) -> None:
        self._release()
        self.state = JobState.UPLOAD_INFO

    def _upload_info(self) -> None:
        if self._info is None:
            return
        try:
            self.repository.upload(self.label, "__meta", self._meta.write())
            # Written last: its presence marks a complete backup.
            self.repository.upload(self.label, f"__info_{backup_timestamp(self.create_time)}", self._info.write())
        except OSError as error:
            self.fail("COMMON_ERROR", str(error))
            return
        self.status = type(self.status)()
        self.finished_time = self.frontend.clock.now()
        self.state = JobState.FINISHED

    def _release(self) -> None:
        self.frontend.rows.release(self._fixed)
        self._fixed, self._snapshots = [], []
        shutil.rmtree(self._local_folder(), ignore_errors=True)

    def clean_up(self) -> None:
        """End the job CANCELLED; what was uploaded stays, and the label stays taken."""
        self._release()
        self.tasks = TaskList()
        self.finished_time = self.frontend.clock.now()
        self.state = JobState.CANCELLED

    def row(self) -> tuple[str | None, ...]:
        """Build the row of SHOW BACKUP, 14 columns (BackupJob.java, getInfo)."""
        return (
            str(self.id),
            self.label,
            self.database,
            self.state.value,
            ", ".join(self._object(each) for each in self.references),
            time_text(self.create_time),
            time_text(self.snapshot_finished_time),
            time_text(self.upload_finished_time),
            time_text(self.finished_time),
            self.tasks.unfinished(),
            self.tasks.progress(),
            self.tasks.messages(),
            str(self.status),
            str(self.timeout),
        )

    def _object(self, reference: TableReference) -> str:
        # No blank stands in front of the partitions (TableRefPersist.java, toString).
        partitions = "" if reference.partitions is None else f"PARTITIONS ({', '.join(reference.partitions)})"
        return f"[{self.database}.{reference.name}{partitions}]"


def _saved(table: Table, partitions: list[Partition]) -> SavedTable:
    found = {
        each.name: SavedPartition(
            each.name,
            each.id,
            each.version,
            each.physical_id,
            each.index_id,
            tuple(tablet.id for tablet in each.tablets),
        )
        for each in partitions
    }
    counted = any(column.auto_increment for column in table.schema.columns)
    return SavedTable(table.name, table.id, found, table.next_auto_increment if counted else None)


def _saved_meta(table: Table, partitions: list[Partition]) -> SavedTableMeta:
    return SavedTableMeta(
        table.id,
        table.name,
        table.schema,
        {each.name: each.range for each in partitions},
        {each.name: each.values for each in partitions},
    )
