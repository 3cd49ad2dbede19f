"""What a backup job and a restore job have in common (AbstractJob.java)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..faults import FaultKind
from ..model.journal import Entry
from ..server_errors import analysis, common
from .tasks import TaskError, TaskList

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from pathlib import Path

    from ..frontend import Frontend
    from .repository import Repository

__all__ = ["CATALOG_JOB", "Job", "JobHead", "JobState", "Status", "TickAborted"]

CATALOG_JOB = -1
"""The id that stands for the database in a job of external catalogs (BackupHandler.java, FAKE_DB_ID)."""


class TickAborted(Exception):
    """An exception that the server's job code does not turn into a status; it ends the round of all jobs."""


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


@dataclass(slots=True)
class JobHead:
    """What every job is from its submit on, and what is written down of it."""

    label: str
    database_id: int
    database: str
    """Empty for a job of external catalogs."""
    repository_id: int
    timeout: int
    """Seconds."""
    create_time: float
    id: int = -1
    """``-1`` until PENDING has run, and for ever in a job of external catalogs."""
    state: JobState = JobState.PENDING
    status: Status = Status()
    finished_time: float | None = None


class Job:
    """One backup or restore job of one database; the frontend remembers the last of each database alone.

    A job is stepped by the leader's daemon; what it writes down at a few of its steps is what a restart, another
    leader and a follower know of it.
    """

    kind: str
    """``BACKUP`` or ``RESTORE``."""

    def __init__(self, frontend: Frontend, head: JobHead) -> None:
        self.frontend = frontend
        self.head = head
        self.tasks = TaskList()
        self.repository: Repository | None = None
        """Looked up at the first step after a restart."""

    @property
    def label(self) -> str:
        """The snapshot's name."""
        return self.head.label

    @property
    def state(self) -> JobState:
        """Where it is."""
        return self.head.state

    @property
    def status(self) -> Status:
        """OK, or why it ended."""
        return self.head.status

    @property
    def done(self) -> bool:
        """Whether the job has ended."""
        return self.state in (JobState.FINISHED, JobState.CANCELLED)

    @property
    def local_folder(self) -> Path:
        """Where the backends keep the job's files."""
        return self.frontend.folder / "storage" / f"{self.kind.lower()}_{self.head.id}"

    # -- steps -----------------------------------------------------------------------------------------------------

    def steps(self) -> dict[JobState, Callable[[], None]]:
        """What is done in each state."""
        raise NotImplementedError

    def timed_out(self) -> Status:
        """Say that the time is over."""
        raise NotImplementedError

    def clean_up(self) -> None:
        """Take back what the job made."""
        raise NotImplementedError

    def still_possible(self) -> None:
        """Fail the job if what it works on has gone."""

    def keeps_trying(self) -> bool:
        """Whether a failure in this state is tried again instead of ending the job."""
        return False

    def run(self) -> None:
        """Take one step (RestoreJob.java, run; BackupJob.java, run)."""
        with self.frontend.lock:
            if self.done:
                return
            if self.frontend.clock.now() - self.head.create_time > self.head.timeout:
                self.head.status = self.timed_out()
            elif not self._has_repository():
                self.fail("COMMON_ERROR", f"failed to get repository: {self.head.repository_id}")
            else:
                self.still_possible()
                if self.status.ok or self.keeps_trying():
                    self.steps()[self.state]()
            if not self.status.ok and not self.keeps_trying():
                self.cancel()

    def _has_repository(self) -> bool:
        if self.repository is None:
            known = self.frontend.repositories.values()
            self.repository = next((each for each in known if each.id == self.head.repository_id), None)
        return self.repository is not None

    def fail(self, code: str, message: str) -> None:
        """Note why the job cannot go on; the step that called it ends in a cancel."""
        self.head.status = Status(code, message)

    def cancel(self) -> None:
        """End the job CANCELLED, whatever the reason."""
        with self.frontend.journal.writing():
            self.clean_up()
            self.tasks = TaskList()
            self.head.finished_time = self.frontend.clock.now()
            self.head.state = JobState.CANCELLED
            self.save()

    def cancelled_by_user(self) -> str:
        """The message of a CANCEL statement."""
        raise NotImplementedError

    def cancel_by_user(self) -> None:
        """Cancel as the CANCEL statements do.

        Raises
        ------
        SqlError
            If the job has ended.
        """
        if self.done:
            text = f"Job with label {self.label} can not be cancelled. state: {self.state.value}"
            raise common(f"Failed to cancel job: {text}")
        self.fail("COMMON_ERROR", self.cancelled_by_user())
        self.cancel()

    # -- backends --------------------------------------------------------------------------------------------------

    def pace(self) -> int:
        """How many tablets a backend handles in a second, in this state; 0 where it is not asked."""
        raise NotImplementedError

    def work(self, seconds: int) -> None:
        """Let the backends work on the job's tasks; the caller does not hold the frontend's lock."""
        pace = self.pace()
        if pace:
            self.tasks.work(self.frontend.backends, pace * seconds, self.frontend.lock)

    def strike(self, kind: FaultKind, backend: int, text: str) -> None:
        """Fail a task if a fault says so.

        Raises
        ------
        TaskError
            With the fault's text, or this one.
        """
        found = self.frontend.backends.get(backend)
        fault = self.frontend.faults.strike(kind, found.host if found else "")
        if fault is not None:
            raise TaskError(fault.text or text)

    # -- what is known of it ---------------------------------------------------------------------------------------

    def entry(self) -> object:
        """What is written down."""
        raise NotImplementedError

    def save(self) -> None:
        """Write the job down as it is now."""
        self.frontend.journal.save(Entry.JOB, self.head.database_id, self.entry())

    def row(self, zone: tzinfo) -> tuple[str | None, ...]:
        """Print the row of SHOW BACKUP or SHOW RESTORE, times in this zone.

        Raises
        ------
        SqlError
            If a fault says that the job changes at this moment (RestoreJob.java, getInfo).
        """
        if self.frontend.faults.strike(FaultKind.READ_RACE, self.head.database) is not None:
            raise analysis("meta data may has been updated during this period, please try again")
        return self.printed(zone, self.tasks)

    def printed(self, zone: tzinfo, tasks: TaskList) -> tuple[str | None, ...]:
        """Print the row with these tasks; a follower has none."""
        raise NotImplementedError
