"""One restore job: its samples so far, and what can be said of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ..cluster import JobSample, JobState
from ..drawing import Drawing, badge, html_table, text_table
from ..errors import JobFailed, JobUnknown, RestoreError
from .estimate import Estimate, estimate

if TYPE_CHECKING:
    from .poller import Poller

__all__ = ["Job", "JobIdentity"]

_TONE = {JobState.FINISHED: "ok", JobState.CANCELLED: "bad"}


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """How a job is found again: the server returns no id, and shows -1 until the first step.

    ``before`` is what stood in the database's one slot when the statement was sent, as (job id, creation time); a row
    equal to it is the job of before.
    """

    database: str
    label: str
    timestamp: str
    before: tuple[int, str | None] | None = None

    def matches(self, sample: JobSample) -> bool:
        """Whether this row is of this job."""
        return (sample.database, sample.label, sample.timestamp) == (self.database, self.label, self.timestamp) and (
            sample.job_id,
            sample.created,
        ) != self.before


class Job(Drawing):
    """A job that was submitted, or found running.

    Samples arrive from the poller's thread once `follow` was called; everything here may be called from any thread.
    """

    def __init__(self, identity: JobIdentity, poller: Poller, cancel: Callable[[Job], None]) -> None:
        self.identity = identity
        self._poller = poller
        self._cancel = cancel
        self._samples: list[JobSample] = []
        self._lost: RestoreError | None = None
        self._trouble: str | None = None
        self._changed = threading.Condition()
        self._subscribers: list[Callable[[Job], None]] = []

    @property
    def database(self) -> str:
        """The database restored into."""
        return self.identity.database

    @property
    def label(self) -> str:
        """The snapshot's name."""
        return self.identity.label

    @property
    def timestamp(self) -> str:
        """The backup timestamp."""
        return self.identity.timestamp

    @property
    def samples(self) -> tuple[JobSample, ...]:
        """Every sample so far, oldest first; equal ones in a row are kept once."""
        with self._changed:
            return tuple(self._samples)

    @property
    def state(self) -> JobState | None:
        """The last state seen; None before the first sample."""
        with self._changed:
            return self._samples[-1].state if self._samples else None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come: FINISHED, CANCELLED, or not to be found any more."""
        with self._changed:
            return self._lost is not None or (bool(self._samples) and self._samples[-1].state.ended)

    @property
    def succeeded(self) -> bool:
        """Whether the server says FINISHED and OK."""
        with self._changed:
            return bool(self._samples) and self._samples[-1].succeeded

    @property
    def trouble(self) -> str | None:
        """Why the last look failed, while it keeps failing."""
        with self._changed:
            return self._trouble

    def estimate(self) -> Estimate | None:
        """How far it is; None before the first sample."""
        return estimate(self.samples)

    # -- acting

    def follow(self) -> Job:
        """Let the cluster's poller look after this job, and return at once."""
        if not self.ended:
            self._poller.add(self)
        return self

    def wait(self, timeout: float | None = None) -> Job:
        """Wait until it has ended.

        Parameters
        ----------
        timeout
            Seconds; None waits for ever. An interrupt (Ctrl-C) leaves the job running.

        Raises
        ------
        TimeoutError
            If it has not ended by then; it runs on.
        JobFailed
            If it was CANCELLED, with the server's reason.
        JobUnknown
            If it vanished from SHOW RESTORE.
        """
        self.follow()
        with self._changed:
            if not self._changed.wait_for(self._ended_now, timeout):
                raise TimeoutError(f"{self._name()} has not ended in {timeout} s")
            if self._lost is not None:
                raise self._lost
            last = self._samples[-1]
        if not last.succeeded:
            hint = "SHOW RESTORE keeps the reason; mend it and restore again"
            raise JobFailed(f"{self._name()} was {last.state.value}: {last.reason}", hint=hint)
        return self

    def _name(self) -> str:
        return f"the restore of {self.label} into {self.database or 'external catalogs'}"

    def _ended_now(self) -> bool:
        return self._lost is not None or (bool(self._samples) and self._samples[-1].state.ended)

    def cancel(self, *, force: bool = False) -> None:
        """Cancel it.

        Parameters
        ----------
        force
            Cancel in COMMIT and COMMITTING too, where what is being overwritten stays broken (RestoreJob.java, cancel).

        Raises
        ------
        JobFailed
            If it is committing and ``force`` is not said.
        ServerError
            If there is nothing to cancel.
        """
        if self.state in {JobState.COMMIT, JobState.COMMITTING} and not force:
            raise JobFailed(
                f"{self.label} is {self.state.value}: a cancel now would leave half-overwritten tables",
                hint="let it end; force=True cancels all the same, and then only a full restore helps",
            )
        self._cancel(self)

    def subscribe(self, callback: Callable[[Job], None]) -> Callable[[], None]:
        """Call back after each new sample, from the poller's thread.

        Returns
        -------
        callable
            Ends the subscription.
        """
        with self._changed:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._changed:
                if callback in self._subscribers:
                    self._subscribers.remove(callback)

        return unsubscribe

    # -- what the poller reports

    def is_news(self, sample: JobSample) -> bool:
        """Whether a sample says anything that the last one did not."""
        with self._changed:
            return not self._samples or _said(self._samples[-1]) != _said(sample)

    def record(self, sample: JobSample) -> None:
        """Take a sample that is news, tell who subscribed, and then wake who waits."""
        with self._changed:
            self._samples.append(sample)
        self._tell()

    def report_no_trouble(self) -> None:
        """The last look went well."""
        with self._changed:
            self._trouble = None

    def report_trouble(self, text: str) -> None:
        """The last look failed; the job is kept and looked for again."""
        with self._changed:
            self._trouble = text

    def lose(self) -> None:
        """The job is not in SHOW RESTORE any more, or never was."""
        with self._changed:
            last = self._samples[-1].state.value if self._samples else "never"
            self._lost = JobUnknown(
                f"SHOW RESTORE does not show {self._name()} (last seen: {last})",
                hint="a later BACKUP or RESTORE, or DROP DATABASE, takes its row away: look at the tables themselves",
            )
        self._tell()

    def _tell(self) -> None:
        with self._changed:
            callbacks = list(self._subscribers)
        for callback in callbacks:
            callback(self)
        # Whoever waits for the end finds every view drawn and every sample kept.
        with self._changed:
            self._changed.notify_all()

    # -- drawing

    def text(self) -> str:
        """Where it stands, for a terminal."""
        return "\n".join([self._title(), *self._details(), "", text_table(*self._table())])

    def html(self) -> str:
        """The same as HTML."""
        state = self.state
        mark = badge(state.value if state else "NOT SEEN YET", _TONE.get(state, "dim") if state else "dim")
        details = "".join(f"<p>{escape(line)}</p>" for line in self._details())
        return f"<h4>{mark} {escape(self._title())}</h4>{details}{html_table(*self._table())}"

    def _title(self) -> str:
        judged = self.estimate()
        where = "submitted" if judged is None else f"{judged.state.value}, {judged.fraction:.0%}"
        return f"T{self._name()[1:]}: {where}"

    def _details(self) -> list[str]:
        with self._changed:
            lost, trouble = self._lost, self._trouble
            last = self._samples[-1] if self._samples else None
        lines = []
        if lost is not None:
            lines += lost.lines()
        if trouble is not None:
            lines.append(f"the last look failed: {trouble}")
        if last is not None and not last.status.startswith("[OK"):
            lines.append(last.reason)
        if last is not None and last.task_errors:
            lines.append(f"tasks report: {last.task_errors}")
        return lines

    def _table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        last = self.samples[-1:]
        headings = ("job", "objects", "replicas", "created", "downloaded", "ended", "tasks left")
        return headings, [
            (
                each.job_id,
                each.objects,
                each.replication_num,
                each.created,
                each.download_finished,
                each.finished,
                each.pending_tasks or None,
            )
            for each in last
        ]


def _said(sample: JobSample) -> tuple[object, ...]:
    """A sample without the moment of reading."""
    return tuple(getattr(sample, name) for name in sample.__slots__ if name != "read_at")
