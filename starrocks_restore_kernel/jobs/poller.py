"""The one thread that looks at SHOW RESTORE for a cluster, for every job that is followed there."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..cluster import JobSample
from ..errors import RestoreError
from .identity import JobIdentity

__all__ = ["Followed", "Poller"]

_LOG = logging.getLogger(__name__)

_MISSES = 3
_PATIENCE = 10
"""Intervals without a row before a job counts as gone: who answers may be a follower, or a new leader, and late."""
_SLOWER = 1.5
_SLOWEST = 3.0
"""Intervals; the leader takes a step every 3 s (BackupHandler.java)."""
_BACKOFF_MOST = 30.0
_LAST_LOOK = 10.0

Read = Callable[[Collection[str]], Sequence[JobSample]]


class Followed(Protocol):
    """What the poller follows; `Job` is it."""

    @property
    def identity(self) -> JobIdentity:
        """Which rows are of it."""
        ...

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        ...

    def take(self, sample: JobSample) -> bool:
        """A row of it was read; tells whether it is news."""
        ...

    def lose(self) -> None:
        """It is not shown any more, or never was."""
        ...

    def report(self, trouble: str | None) -> None:
        """The look failed, and why; None if it went well."""
        ...


@dataclass(slots=True)
class _Misses:
    count: int = 0
    since: float = 0.0


class Poller:
    """Looks, and hands each row to its job.

    The thread starts with the first job and ends with the last; it is a daemon, and dies with the process. It looks
    often while something moves, and less often while nothing does. Nothing is locked while it reads.

    Parameters
    ----------
    read
        Gives the rows of SHOW RESTORE now, for these databases at least.
    interval
        Seconds between two looks while something moves; three times as long at most.
    wait
        Waits that long or until told to stop; `threading.Event.wait` of an own event unless a test passes another.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        read: Read,
        *,
        interval: float = 1.0,
        wait: Callable[[float], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._interval = interval
        self._stop = threading.Event()
        self._wait = self._stop.wait if wait is None else wait
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[Followed, _Misses] = {}
        self._thread: threading.Thread | None = None

    def add(self, job: Followed) -> None:
        """Follow a job; following it twice is following it once."""
        with self._lock:
            self._jobs.setdefault(job, _Misses())
            if self._thread is None:
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="starrocks-restore-poller", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it, but not for a server that hangs; the jobs run on at the server."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_LAST_LOOK)

    def _run(self) -> None:
        delay = self._interval
        while not self._stop.is_set():
            delay = self._next(delay, self._looked())
            with self._lock:
                if not self._jobs:
                    self._thread = None
                    return
            self._wait(delay)
        with self._lock:
            self._thread = None

    def _next(self, delay: float, news: bool | None) -> float:
        if news is None:
            return min(delay * 2, max(_BACKOFF_MOST, self._interval))
        return self._interval if news else min(delay * _SLOWER, self._interval * _SLOWEST)

    def _looked(self) -> bool | None:
        try:
            return self.look()
        except Exception as error:  # noqa: BLE001 a mistake of ours must not leave somebody waiting for ever
            _LOG.exception("a look at restore jobs failed")
            with self._lock:
                jobs = list(self._jobs)
            for job in jobs:
                job.report(f"{type(error).__name__}: {error}")
            return None

    def look(self) -> bool | None:
        """Look once, for all jobs; tells whether there was news, and None if nothing could be read."""
        with self._lock:
            jobs = list(self._jobs)
        try:
            rows = self._read({each.identity.database for each in jobs})
        except RestoreError as error:
            for job in jobs:
                job.report(error.message)
            return None
        news = False
        for job in jobs:
            row = next((each for each in rows if job.identity.matches(each)), None)
            if row is None:
                self._missed(job)
            else:
                job.report(None)
                news |= job.take(row)
                with self._lock:
                    self._jobs[job] = _Misses()
            if job.ended:
                with self._lock:
                    self._jobs.pop(job, None)
        return news

    def _missed(self, job: Followed) -> None:
        now = self._clock()
        with self._lock:
            misses = self._jobs[job]
            misses.since = misses.since if misses.count else now
            misses.count += 1
            gone = misses.count >= _MISSES and now - misses.since >= _PATIENCE * self._interval
        if gone:
            job.lose()
