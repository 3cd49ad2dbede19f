"""The one thread that looks at SHOW RESTORE for a cluster, for every job that is followed there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ..cluster import JobSample
from ..errors import RestoreError
from .job import Job

__all__ = ["Poller"]

_MISSES = 3
"""Looks without a row before a job counts as gone: a leader may be a moment late."""
_BACKOFF_MOST = 30.0

Read = Callable[[], Sequence[JobSample]]
Keep = Callable[[JobSample], None]


class Poller:
    """Looks, hands each row to its job, and keeps it.

    The thread starts with the first job and ends with the last; it is a daemon, and dies with the process. Looking and
    keeping happen outside the lock.

    Parameters
    ----------
    read
        Gives the rows of SHOW RESTORE now.
    keep
        Takes each new sample, to remember it; its errors are shown on the job and stop nothing.
    interval
        Seconds between looks. The leader takes a step every 3 s (BackupHandler.java), so less than 1 shows little.
    wait
        Waits that long or until told to stop; `threading.Event.wait` of an own event unless a test passes another.
    """

    def __init__(
        self,
        read: Read,
        keep: Keep,
        *,
        interval: float = 1.0,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._read = read
        self._keep = keep
        self._interval = interval
        self._stop = threading.Event()
        self._wait = self._stop.wait if wait is None else wait
        self._lock = threading.Lock()
        self._jobs: dict[Job, int] = {}
        self._thread: threading.Thread | None = None

    def add(self, job: Job) -> None:
        """Follow a job; following it twice is following it once."""
        with self._lock:
            self._jobs.setdefault(job, 0)
            if self._thread is None:
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="starrocks-restore-poller", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it; the jobs run on at the server."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        delay = self._interval
        while not self._stop.is_set():
            delay = self._interval if self.look() else min(delay * 2, _BACKOFF_MOST)
            with self._lock:
                if not self._jobs:
                    self._thread = None
                    return
            self._wait(delay)
        with self._lock:
            self._thread = None

    def look(self) -> bool:
        """Look once, for all jobs; tells whether the server could be read."""
        with self._lock:
            jobs = list(self._jobs)
        try:
            rows = self._read()
        except RestoreError as error:
            for job in jobs:
                job.report_trouble(error.message)
            return False
        for job in jobs:
            self._update(job, next((row for row in rows if job.identity.matches(row)), None))
        return True

    def _update(self, job: Job, row: JobSample | None) -> None:
        if row is None:
            with self._lock:
                self._jobs[job] += 1
                gone = self._jobs[job] >= _MISSES
            if gone:
                job.lose()
        else:
            with self._lock:
                self._jobs[job] = 0
            job.report_no_trouble()
            if job.is_news(row):
                self._remember(job, row)
                job.record(row)
        if job.ended:
            with self._lock:
                self._jobs.pop(job, None)

    def _remember(self, job: Job, row: JobSample) -> None:
        try:
            self._keep(row)
        except RestoreError as error:
            job.report_trouble(f"the sample could not be kept: {error.message}")
