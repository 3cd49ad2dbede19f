"""A backup job (BackupJob.java)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from ..clock import backup_timestamp, time_text
from ..faults import FaultKind
from ..model.catalog import ExternalCatalog, Function, Table, View
from .job import Job, JobHead, JobState, Status
from .repository import StorageError, upload_file
from .snapshot_info import BackupMeta, SavedPartition, SavedTable, SavedTableMeta, SnapshotInfo
from .tasks import AgentTask, TaskError, TaskList, in_batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from ..frontend import Frontend
    from ..model.catalog import Partition, Tablet

__all__ = ["BackupEntry", "BackupJob", "TableReference"]


_DATA_FILE = "rows.parquet"


@dataclass(frozen=True, slots=True)
class TableReference:
    """One object of a BACKUP; ``partitions`` is None for all of them."""

    name: str
    partitions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TabletSnapshot:
    """One tablet whose rows a backend has fixed, and will upload."""

    table: str
    partition: str
    physical_id: int
    bucket: int
    tablet: int
    backend: int


@dataclass(slots=True)
class BackupEntry:
    """What is written down of a backup job."""

    head: JobHead
    references: tuple[TableReference, ...]
    functions: tuple[Function, ...] = ()
    catalogs: tuple[ExternalCatalog, ...] = ()
    snapshot_finished_time: float | None = None
    upload_finished_time: float | None = None
    snapshots: list[TabletSnapshot] = field(default_factory=list)
    info: bytes | None = None
    meta: bytes | None = None


class BackupJob(Job):
    """Write a database's objects, or external catalogs, into a repository.

    PENDING fixes the rows of all partitions at one moment; what is loaded afterwards is not in the snapshot.
    """

    kind = "BACKUP"

    def __init__(self, frontend: Frontend, data: BackupEntry) -> None:
        super().__init__(frontend, data.head)
        self.data = data

    @property
    def references(self) -> tuple[TableReference, ...]:
        """The objects that the statement came to, in order."""
        return self.data.references

    # -- steps -----------------------------------------------------------------------------------------------------

    def steps(self) -> dict[JobState, Callable[[], None]]:
        """What is done in each state."""
        return {
            JobState.PENDING: self._prepare_catalogs if self.data.catalogs else self._prepare,
            JobState.SNAPSHOTING: self._snapshots_finished,
            JobState.UPLOAD_SNAPSHOT: self._upload,
            JobState.UPLOADING: self._uploads_finished,
            JobState.SAVE_META: self._save_meta,
            JobState.UPLOAD_INFO: lambda: None,
        }

    def timed_out(self) -> Status:
        """A backup says nothing."""
        return Status("TIMEOUT", "")

    def keeps_trying(self) -> bool:
        """Only a failure in UPLOAD_INFO is tried again instead of cancelling the job; a timeout ends it there too."""
        return self.state is JobState.UPLOAD_INFO and self.status.code != "TIMEOUT"

    def run(self) -> None:
        """Take one step; the last one writes to the storage, and holds no lock meanwhile."""
        uploads = self.state is JobState.UPLOAD_INFO
        super().run()
        if uploads and self.state is JobState.UPLOAD_INFO and self.repository is not None:
            self._upload_info()

    def _prepare_catalogs(self) -> None:
        """Go the short way of external catalogs, which have no tablets and get no job id."""
        info = SnapshotInfo(self.label, "", self.head.database_id, _milliseconds(self.head.create_time), {})
        self._describe(info, BackupMeta({}, (), self.data.catalogs))
        self.head.state = JobState.SAVE_META

    def _prepare(self) -> None:
        database = self.frontend.databases_by_id.get(self.head.database_id)
        if database is None:
            self.fail("NOT_FOUND", f"database {self.head.database_id} does not exist")
            return
        self.head.id = self.frontend.next_id()
        self.data.snapshots = []
        tables: dict[str, SavedTable] = {}
        metas: dict[str, SavedTableMeta | View] = {}
        fixed: list[Partition] = []
        for reference in self.references:
            table = database.tables.get(reference.name)
            if not self._checked(reference, table):
                return
            if isinstance(table, View):
                tables[table.name], metas[table.name] = SavedTable(table.name, table.id), table
            elif table is not None:
                names = reference.partitions or tuple(table.partitions)
                chosen = [table.partitions[name] for name in names]
                tables[table.name] = _saved(table, chosen)
                metas[table.name] = SavedTableMeta.of(table, chosen)
                fixed += chosen
                if not self._add_snapshots(table, chosen):
                    return
        info = SnapshotInfo(self.label, database.name, database.id, _milliseconds(self.head.create_time), tables)
        self._describe(info, BackupMeta(metas, self.data.functions, ()))
        self.frontend.rows.snapshot(fixed)
        self.tasks = TaskList("MAKE_SNAPSHOT")
        for each in self.data.snapshots:
            # A backup's snapshot task is signed with its tablet (BackupJob.java, prepareSnapshotTask).
            self.tasks.add(AgentTask(each.tablet, each.backend, each.backend, [self._snapshot_step(each)]))
        self.head.state = JobState.SNAPSHOTING

    def _describe(self, info: SnapshotInfo, meta: BackupMeta) -> None:
        self.data.info = info.write(self.frontend.behaviour)
        self.data.meta = meta.write()

    def _checked(self, reference: TableReference, table: Table | View | None) -> bool:
        """Look at one object again, as time has passed since the submit (BackupJob.java, checkBackupTables)."""
        if table is None:
            self.fail("NOT_FOUND", f"table {reference.name} does not exist")
        elif isinstance(table, Table):
            missing = [name for name in reference.partitions or () if name not in table.partitions]
            if missing:
                self.fail("NOT_FOUND", f"partition {missing[0]} does not exist  in table{reference.name}")
        return self.status.ok

    def _add_snapshots(self, table: Table, chosen: list[Partition]) -> bool:
        for partition in chosen:
            for bucket, tablet in enumerate(partition.tablets):
                backend = self._replica(tablet)
                if backend is None:
                    text = f"failed to choose replica to make snapshot for tablet {tablet.id}. visible version: "
                    self.fail("COMMON_ERROR", f"{text}{partition.version}")
                    return False
                self.data.snapshots.append(
                    TabletSnapshot(table.name, partition.name, partition.physical_id, bucket, tablet.id, backend)
                )
        return True

    def _replica(self, tablet: Tablet) -> int | None:
        """Choose the first replica whose backend lives (BackupJob.java, chooseReplica)."""
        alive = {each.id for each in self.frontend.backends.all if each.alive}
        return next((each.backend for each in tablet.replicas if each.backend in alive), None)

    def _snapshot_step(self, each: TabletSnapshot) -> Callable[[], None]:
        return lambda: self.strike(FaultKind.SNAPSHOT_FAILS, each.backend, "make snapshot failed")

    def _snapshots_finished(self) -> None:
        if not self.tasks.tasks:
            self.data.snapshot_finished_time = self.frontend.clock.now()
            self.head.state = JobState.UPLOAD_SNAPSHOT
            self.save()

    def _upload(self) -> None:
        self.tasks = TaskList("UPLOAD", reports_progress=True)
        limit = int(self.frontend.config["max_upload_task_per_be"])
        by_backend: dict[int, list[TabletSnapshot]] = {}
        for each in self.data.snapshots:
            by_backend.setdefault(each.backend, []).append(each)
        info, meta = SnapshotInfo.read(self.data.info or b""), BackupMeta.read(self.data.meta or b"")
        for backend, mine in by_backend.items():
            for batch in in_batches(mine, limit):
                steps = [self._upload_step(info, meta, each) for each in batch]
                self.tasks.add(AgentTask(self.frontend.next_id(), backend, backend, steps))
        self.head.state = JobState.UPLOADING

    def _upload_step(self, info: SnapshotInfo, meta: BackupMeta, each: TabletSnapshot) -> Callable[[], None]:
        def upload() -> None:
            self.strike(FaultKind.UPLOAD_FAILS, each.backend, f"failed to upload tablet {each.tablet}")
            table = meta.tables[each.table]
            if isinstance(table, View) or self.repository is None:
                return
            local = self.local_folder / f"{each.tablet}.parquet"
            local.parent.mkdir(parents=True, exist_ok=True)
            saved = info.tables[each.table].partitions[each.partition]
            try:
                buckets = len(saved.tablets)
                self.frontend.rows.save_bucket(table.schema, each, each.bucket, local, buckets=buckets)
                folder = self.repository.tablet(
                    self.label, info.database_id, info.tables[each.table].id, saved, each.tablet
                )
                upload_file(local, folder, _DATA_FILE)
            except (OSError, StorageError, duckdb.Error) as error:
                raise TaskError(str(error)) from error

        return upload

    def _uploads_finished(self) -> None:
        if not self.tasks.tasks:
            self.data.upload_finished_time = self.frontend.clock.now()
            self.head.state = JobState.SAVE_META
            self.save()

    def _save_meta(self) -> None:
        self._release()
        self.head.state = JobState.UPLOAD_INFO
        self.save()

    def _upload_info(self) -> None:
        repository, stamp = self.repository, backup_timestamp(self.head.create_time, self.frontend.zone)
        if repository is None:
            return
        status = Status()
        try:
            repository.upload(self.label, "__meta", self.data.meta or b"")
            # Written last: its presence marks a complete backup.
            repository.upload(self.label, f"__info_{stamp}", self.data.info or b"")
        except (OSError, StorageError) as error:
            status = Status("COMMON_ERROR", str(error))
        with self.frontend.lock:
            if self.done:
                return
            self.head.status = status
            if status.ok:
                self.head.finished_time = self.frontend.clock.now()
                self.head.state = JobState.FINISHED
                self.data.info = self.data.meta = None
                self.save()

    def _release(self) -> None:
        self.frontend.rows.release(self.data.snapshots)
        self.data.snapshots = []
        shutil.rmtree(self.local_folder, ignore_errors=True)

    # -- the end ---------------------------------------------------------------------------------------------------

    def cancelled_by_user(self) -> str:
        """The message of CANCEL BACKUP."""
        return "user cancelled"

    def clean_up(self) -> None:
        """Let go of the rows; what was uploaded stays, and the label stays taken."""
        self._release()

    # -- what is known of it ---------------------------------------------------------------------------------------

    def pace(self) -> int:
        """How many tablets a backend handles in a second, in this state."""
        pace = self.frontend.pace
        return {JobState.SNAPSHOTING: pace.snapshot, JobState.UPLOADING: pace.upload}.get(self.state, 0)

    def entry(self) -> BackupEntry:
        """What is written down."""
        return self.data

    def printed(self, zone: tzinfo, tasks: TaskList) -> tuple[str | None, ...]:
        """Build the row of SHOW BACKUP, 14 columns (BackupJob.java, getInfo)."""
        return (
            str(self.head.id),
            self.label,
            self.head.database,
            self.state.value,
            ", ".join(self._object(each) for each in self.references),
            time_text(self.head.create_time, zone),
            time_text(self.data.snapshot_finished_time, zone),
            time_text(self.data.upload_finished_time, zone),
            time_text(self.head.finished_time, zone),
            tasks.unfinished(),
            tasks.progress(),
            tasks.messages(),
            str(self.status),
            str(self.head.timeout),
        )

    def _object(self, reference: TableReference) -> str:
        # No blank stands in front of the partitions (TableRefPersist.java, toString).
        partitions = "" if reference.partitions is None else f"PARTITIONS ({', '.join(reference.partitions)})"
        return f"[{self.head.database}.{reference.name}{partitions}]"


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


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
