"""One look at one restore job: a row of SHOW RESTORE, and when it was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

__all__ = ["JobSample", "JobState", "TaskProgress"]


class JobState(Enum):
    """The states of RestoreJob.java, in their order; the spelling of SNAPSHOTING is the server's."""

    PENDING = "PENDING"
    SNAPSHOTING = "SNAPSHOTING"
    DOWNLOAD = "DOWNLOAD"
    DOWNLOADING = "DOWNLOADING"
    COMMIT = "COMMIT"
    COMMITTING = "COMMITTING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"

    @property
    def ended(self) -> bool:
        """Whether nothing follows; a failure is CANCELLED too."""
        return self in {JobState.FINISHED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """One entry of the Progress column: tablets done of those in one download task."""

    task: str
    finished: int
    total: int


_PROGRESS = re.compile(r"\[([^:\]]+): (\d+)/(\d+)\]")
_OBJECT = re.compile(r"(.+?)(?: PARTITIONS \[(.*?)\])?(?:, |$)")
_NULLS = {"", "NULL", "\\N", "N/A"}


@dataclass(frozen=True, slots=True)
class JobSample:
    """A row of SHOW RESTORE (RestoreJob.java, getInfo).

    Times are as the server writes them, in the session's time zone, which `Frontend` sets to UTC where it follows jobs;
    None where the server sends NULL.
    """

    read_at: datetime
    """When we read it, UTC, by our clock."""
    job_id: int
    """-1 until PENDING has run once, and for external catalogs always."""
    label: str
    timestamp: str
    database: str
    state: JobState
    replication_num: str
    objects: str
    created: str | None
    meta_prepared: str | None
    snapshot_finished: str | None
    download_finished: str | None
    finished: str | None
    unfinished_tasks: str
    progress: str
    task_errors: str
    status: str
    timeout: str
    allow_load: str = "false"
    pending_tasks: int = 0
    """How many tasks UnfinishedTasks lists."""
    until: datetime | None = None
    """Of a sample from the history: when the same was read again, for the last time; None where it was read once."""

    def slim(self) -> JobSample:
        """The same without the lists of single tasks, which are as long as there are tablets; their number stays."""
        return replace(self, unfinished_tasks="", progress="")

    @property
    def task_progress(self) -> tuple[TaskProgress, ...]:
        """The Progress column's entries; those of finished tasks are not in it."""
        return tuple(TaskProgress(m[1], int(m[2]), int(m[3])) for m in _PROGRESS.finditer(self.progress))

    @property
    def restored(self) -> Mapping[str, tuple[str, ...]]:
        """The objects of RestoreObjs by their names in the snapshot, with the partitions that it prints.

        None are printed for views, and none that is named like its table, as that of an unpartitioned table is. Aliases
        and functions are never printed (RestoreJob.java, getInfo). A name with a comma in it cannot be told apart.
        """
        return {m[1]: tuple(m[2].split(", ")) if m[2] else () for m in _OBJECT.finditer(self.objects)}

    @property
    def succeeded(self) -> bool:
        """FINISHED, and the status says OK too."""
        return self.state is JobState.FINISHED and self.status.startswith("[OK")

    @property
    def reason(self) -> str:
        """The text of a status such as ``[COMMON_ERROR, msg: …]``, or the status itself."""
        _, found, rest = self.status.partition("msg: ")
        return rest.removesuffix("]") if found else self.status.strip("[]")

    @classmethod
    def from_row(cls, row: Mapping[str, object], read_at: datetime) -> JobSample:
        """Read a row by its column names; columns that a newer server adds are passed over."""

        def text(column: str) -> str:
            value = row.get(column)
            return "" if value is None else str(value)

        def moment(column: str) -> str | None:
            value = text(column)
            return None if value in _NULLS else value

        return cls(
            read_at=read_at,
            job_id=int(text("JobId") or -1),
            label=text("Label"),
            timestamp=text("Timestamp"),
            database=text("DbName"),
            state=JobState(text("State")),
            replication_num=text("ReplicationNum"),
            objects=text("RestoreObjs"),
            created=moment("CreateTime"),
            meta_prepared=moment("MetaPreparedTime"),
            snapshot_finished=moment("SnapshotFinishedTime"),
            download_finished=moment("DownloadFinishedTime"),
            finished=moment("FinishedTime"),
            unfinished_tasks=text("UnfinishedTasks"),
            progress=text("Progress"),
            task_errors=text("TaskErrMsg"),
            status=text("Status"),
            timeout=text("Timeout"),
            allow_load=text("AllowLoad"),
            pending_tasks=text("UnfinishedTasks").count("="),
        )
