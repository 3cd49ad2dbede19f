"""What a backup job and a restore job have in common (AbstractJob.java)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..server_errors import common

if TYPE_CHECKING:
    from ..frontend import Frontend
    from ..model.catalog import Database
    from .repository import Repository

__all__ = ["Job", "JobState", "Status"]


class JobState(Enum):
    """The states of both kinds of jobs (BackupJob.java, BackupJobState; RestoreJob.java, RestoreJobState)."""

    PENDING = "PENDING"
    SNAPSHOTING = "SNAPSHOTING"
    UPLOAD_SNAPSHOT = "UPLOAD_SNAPSHOT"
    UPLOADING = "UPLOADING"
    SAVE_META = "SAVE_META"
    UPLOAD_INFO = "UPLOAD_INFO"
    DOWNLOAD = "DOWNLOAD"
    DOWNLOADING = "DOWNLOADING"
    COMMIT = "COMMIT"
    COMMITTING = "COMMITTING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Status:
    """A job's status as the SHOW statements print it (Status.java)."""

    code: str = "OK"
    message: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong."""
        return self.code == "OK"

    def __str__(self) -> str:
        return "[OK]" if self.ok else f"[{self.code}, msg: {self.message}]"


OK = Status()


class Job:
    """One backup or restore job of one database; the frontend remembers the last of each database alone.

    Parameters
    ----------
    timeout
        Seconds.
    """

    def __init__(
        self, frontend: Frontend, repository: Repository, *, label: str, database: Database, timeout: int
    ) -> None:
        self.frontend = frontend
        self.repository = repository
        self.label = label
        self.database_id = database.id
        self.database = database.name
        self.timeout = timeout
        self.id = -1
        """``-1`` until PENDING has run."""
        self.state = JobState.PENDING
        self.status = OK
        self.create_time = frontend.clock.now()
        self.finished_time: float | None = None

    @property
    def done(self) -> bool:
        """Whether the job has ended."""
        return self.state in (JobState.FINISHED, JobState.CANCELLED)

    def _timed_out(self) -> bool:
        return self.frontend.clock.now() - self.create_time > self.timeout

    def fail(self, code: str, message: str) -> None:
        """Note why the job cannot go on; the step that called it ends in a cancel."""
        self.status = Status(code, message)

    def run(self) -> None:
        """Take one step."""
        raise NotImplementedError

    def work(self, seconds: int) -> None:
        """Let the backends work on the job's tasks."""
        raise NotImplementedError

    def cancel_by_user(self, message: str) -> None:
        """Cancel as the CANCEL statements do.

        Raises
        ------
        SqlError
            If the job has ended.
        """
        if self.done:
            text = f"Job with label {self.label} can not be cancelled. state: {self.state.value}"
            raise common(f"Failed to cancel job: {text}")
        self.fail("COMMON_ERROR", message)
        self.clean_up()

    def clean_up(self) -> None:
        """End the job CANCELLED, and take back what it made."""
        raise NotImplementedError
