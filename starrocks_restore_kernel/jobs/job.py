"""One restore job: its samples so far, and what can be said of it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ..cluster import JobSample, JobState
from ..drawing import Drawing, badge, html_table, text_table
from ..errors import JobFailed, JobUnknown, RestoreError
from .estimate import Estimate
from .identity import JobIdentity
from .keeper import Keeper
from .listing import job_table
from .sample_log import SampleLog
from .tally import Tally

if TYPE_CHECKING:
    from .cancellation import Cancellation
    from .verification import Verdict

__all__ = ["Job"]

_LOG = logging.getLogger(__name__)

_TONE = {JobState.FINISHED: "ok", JobState.CANCELLED: "bad"}


class Job(Drawing):
    """A job that was submitted, or found running.

    Samples arrive from the poller's thread once `follow` was called; everything here may be called from any thread.
    ``await job`` waits as `wait` does.

    Attributes
    ----------
    identity
        How its row is recognised.
    submission
        The id of what was sent; None for a job that somebody else sent.
    joined
        Whether it ran already when its statement was to be sent, once at least.
    notes
        What a cancel must know of its plan, as `plan_notes` writes it; None for a job that somebody else sent.
    recalled
        The verdict of once in a sentence, for a job out of the history; empty where there is none.
    """

    def __init__(
        self,
        identity: JobIdentity,
        keeper: Keeper,
        *,
        submission: str | None = None,
        joined: bool = False,
        notes: Mapping[str, Any] | None = None,
        recalled: str = "",
        earlier: Sequence[JobSample] = (),
    ) -> None:
        self.identity = identity
        self.submission = submission
        self.joined = joined
        self.notes = notes
        self.recalled = recalled
        self._keeper = keeper
        self._log = SampleLog()
        self._tally = Tally()
        for each in earlier:
            self._log.add(each)
            self._tally = self._tally.add(each)
        self._lost: RestoreError | None = None
        self._trouble: str | None = None
        self._verdict: Verdict | None = None
        self._looked_at = False
        self._concluded = False
        self._changed = threading.Condition()
        self._subscribers: list[Callable[[Job], None]] = []

    @property
    def database(self) -> str:
        """The database restored into; empty for external catalogs."""
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
        """The samples so far, oldest first; equal ones in a row are kept once, and of very many every second."""
        with self._changed:
            return self._log.values()

    @property
    def last(self) -> JobSample | None:
        """The newest sample."""
        with self._changed:
            return self._log.last

    @property
    def state(self) -> JobState | None:
        """The last state seen; None before the first sample."""
        last = self.last
        return None if last is None else last.state

    @property
    def ended(self) -> bool:
        """Whether nothing more will come: FINISHED, CANCELLED, or not to be found any more."""
        with self._changed:
            return self._over()

    @property
    def verdict(self) -> Verdict | None:
        """What was found when it had ended; None before, and for a job that was CANCELLED."""
        with self._changed:
            return self._verdict

    @property
    def done(self) -> bool:
        """Whether it has ended, and what came back was looked at."""
        with self._changed:
            return self._concluded

    @property
    def looking(self) -> bool:
        """Whether what came back is being looked at."""
        with self._changed:
            return self._looked_at and not self._concluded

    @property
    def succeeded(self) -> bool:
        """Whether the server says FINISHED and OK, and what is there does not contradict it."""
        with self._changed:
            last = self._log.last
            return last is not None and last.succeeded and not (self._verdict is not None and self._verdict.failed)

    @property
    def trouble(self) -> str | None:
        """Why the last look failed, while it keeps failing."""
        with self._changed:
            return self._trouble

    def estimate(self) -> Estimate | None:
        """How far it is; None before the first sample."""
        with self._changed:
            tally = self._tally
        return tally.estimate()

    # -- acting

    def follow(self) -> Job:
        """Let the cluster's poller look after this job, or at what came back if it has ended; returns at once."""
        if self.ended:
            self._look_at_it()
        else:
            self._keeper.follow(self)
        return self

    def wait(self, timeout: float | None = None) -> Job:
        """Wait until it has ended and its verdict is there.

        Parameters
        ----------
        timeout
            Seconds; None waits for ever. An interrupt (Ctrl-C) leaves the job running.

        Raises
        ------
        TimeoutError
            If it has not ended by then; it runs on.
        JobFailed
            If it was CANCELLED, with the server's reason, or what came back is not what was restored.
        JobUnknown
            If it vanished from SHOW RESTORE.
        """
        self.follow()
        with self._changed:
            if not self._changed.wait_for(lambda: self._concluded, timeout):
                raise TimeoutError(f"{self.identity.name} has not ended in {timeout} s")
        return self._fate()

    def __await__(self) -> Generator[Any, None, Job]:
        return self._finished().__await__()

    async def _finished(self) -> Job:
        async for _ in self.news():
            pass
        return self._fate()

    async def news(self) -> AsyncIterator[Job]:
        """The job itself, at once and after each change, until its verdict is there; for ``async for``."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake(_: Job) -> None:
            # The loop may be closed by the time that the poller comes round.
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        unsubscribe = self.subscribe(wake)
        self.follow()
        try:
            while True:
                changed.clear()
                done = self.done
                yield self
                if done:
                    return
                await changed.wait()
        finally:
            unsubscribe()

    def _fate(self) -> Job:
        with self._changed:
            if self._lost is not None:
                raise self._lost
            last, verdict = self._log.last, self._verdict
        name = self.identity.name
        if last is not None and not last.succeeded:
            hint = "SHOW RESTORE keeps the reason; mend it and restore again"
            raise JobFailed(f"{name} was {last.state.value}: {last.reason}", hint=hint)
        if verdict is not None and verdict.failed:
            raise JobFailed(f"{name} is FINISHED, and yet {verdict.summary}", hint="job.verdict says how to mend it")
        return self

    def cancellation(self) -> Cancellation:
        """What a cancel would take along now; changes nothing."""
        return self._keeper.cancellation(self)

    def cancel(self, *, force: bool = False) -> None:
        """Cancel it.

        Parameters
        ----------
        force
            Cancel in COMMIT and COMMITTING too, where what is being overwritten stays broken (RestoreJob.java, cancel).

        Raises
        ------
        JobFailed
            If it is committing and ``force`` is not said, or has ended.
        ServerError
            If the server refuses.
        """
        self._keeper.cancel(self, force=force)

    def verify(self, **options: Any) -> Verdict:
        """Look at what came back, now, and keep the verdict.

        Parameters
        ----------
        options
            ``counts=True`` counts the rows of each table; ``query`` is asked of each, with ``{table}`` for its name.
        """
        verdict = self._keeper.verify(self, **options)
        self.conclude(verdict)
        return verdict

    def subscribe(self, callback: Callable[[Job], None]) -> Callable[[], None]:
        """Call back after each change, from the thread that saw it.

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

    def take(self, sample: JobSample) -> bool:
        """Take a row that was read; if it is news, keep it, tell who subscribed, and tell so."""
        news = self.recall(sample)
        if news and sample.state.ended:
            self._look_at_it()
        return news

    def recall(self, sample: JobSample) -> bool:
        """The same without a look at what came back, for a job that had ended before anybody asked."""
        with self._changed:
            before, news = self._log.last, self._log.is_news(sample)
            self.identity = self.identity.seen(sample)
            # What says nothing new does say that nothing has moved.
            self._tally = self._tally.add(sample)
        if news:
            self._keeper.saw(self, before, sample)
            with self._changed:
                self._log.add(sample)
            self._tell()
        return news

    def report(self, trouble: str | None) -> None:
        """The last look failed; the job is kept and looked for again."""
        with self._changed:
            changed, self._trouble = trouble != self._trouble, trouble
        if changed:
            self._tell()

    def lose(self) -> None:
        """The job is not in SHOW RESTORE any more, or never was."""
        with self._changed:
            last = self._log.last.state.value if self._log.last is not None else "never"
            self._lost = JobUnknown(
                f"SHOW RESTORE does not show {self.identity.name} (last seen: {last})",
                hint="a later BACKUP or RESTORE, or DROP DATABASE, takes its row away: job.verdict says what is there",
            )
        self._tell()
        self._look_at_it()

    def _look_at_it(self) -> None:
        with self._changed:
            first, self._looked_at = not self._looked_at, True
        if first:
            self._keeper.ended(self)

    def conclude(self, verdict: Verdict | None) -> None:
        """The verdict is there, or none is to be had."""
        with self._changed:
            self._verdict = verdict
            self._concluded = self._over()
        self._tell()

    def _over(self) -> bool:
        return self._lost is not None or (self._log.last is not None and self._log.last.state.ended)

    def _tell(self) -> None:
        with self._changed:
            callbacks = list(self._subscribers)
        for callback in callbacks:
            try:
                callback(self)
            except Exception:  # noqa: BLE001 somebody else's function must not end the poller
                _LOG.exception("a callback of %s failed", self.identity.name)
        # Whoever waits for the end finds every view drawn and every sample kept.
        with self._changed:
            self._changed.notify_all()

    # -- drawing

    def text(self) -> str:
        """Where it stands, for a terminal."""
        parts = [self._title(), *self._details(), "", text_table(*job_table(self.last))]
        if self.verdict is not None:
            parts += ["", self.verdict.text()]
        return "\n".join(parts)

    def html(self) -> str:
        """The same as HTML."""
        state = self.state
        mark = badge(state.value if state else "NOT SEEN YET", _TONE.get(state, "dim") if state else "dim")
        details = "".join(f"<p>{escape(line)}</p>" for line in self._details())
        verdict = "" if self.verdict is None else self.verdict.html()
        return f"<h4>{mark} {escape(self._title())}</h4>{details}{html_table(*job_table(self.last))}{verdict}"

    def _title(self) -> str:
        judged = self.estimate()
        where = "submitted" if judged is None else f"{judged.state.value}, {judged.fraction:.0%}"
        name = self.identity.name
        return f"{name[0].upper()}{name[1:]}: {where}{' (it ran already, and is followed)' if self.joined else ''}"

    def _details(self) -> list[str]:
        with self._changed:
            lost, trouble, last = self._lost, self._trouble, self._log.last
        lines = []
        if lost is not None:
            lines += lost.lines()
        if trouble is not None:
            lines.append(f"the last look failed: {trouble}")
        if self._keeper.trouble is not None:
            lines.append(f"what is seen waits to be written down: {self._keeper.trouble}")
        if last is not None and not last.status.startswith("[OK"):
            lines.append(last.reason)
        if last is not None and last.task_errors:
            lines.append(f"tasks report: {last.task_errors}")
        return lines
