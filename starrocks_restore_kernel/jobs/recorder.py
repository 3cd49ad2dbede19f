"""What is written to the history while jobs run; nothing of it is lost while the history cannot be written."""

from __future__ import annotations

import getpass
import logging
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

from ..cluster import JobSample
from ..errors import RestoreError, UsageProblem
from ..history import Event, EventKind, History, Outcome, Submission
from .hooks import Hooks
from .identity import JobIdentity

__all__ = ["Recorder", "here", "me"]

_LOG = logging.getLogger(__name__)


def me(user: str) -> str:
    """A user of the cluster, and who that is on this machine."""
    try:
        return f"{user} ({getpass.getuser()})"
    except (OSError, KeyError, ImportError):
        # No name for this user id, as in some containers.
        return user


def here(environ: Mapping[str, str] | None = None) -> str:
    """The machine, the process, and the notebook where Jupyter tells its name (``JPY_SESSION_NAME``)."""
    environ = os.environ if environ is None else environ
    notebook = PurePath(environ.get("JPY_SESSION_NAME", "")).name
    return f"{socket.gethostname()}, process {os.getpid()}{f', {notebook}' if notebook else ''}"


class Recorder:
    """Writes samples and events of one cluster, and tells the hooks.

    What cannot be written waits in memory, in its order, and is written before anything newer; ``trouble`` says why.
    Safe to use from several threads.

    Parameters
    ----------
    cluster
        ``host:port``.
    who, where
        See `me` and `here`.
    now
        UTC.
    """

    def __init__(
        self, history: History, cluster: str, hooks: Hooks, *, who: str, where: str, now: Callable[[], datetime]
    ) -> None:
        self.history = history
        self.cluster = cluster
        self._hooks = hooks
        self._who = who
        self._where = where
        self._now = now
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], object]] = deque()
        self._flushing = False
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why the history could not be written, while it cannot be."""
        return self._trouble

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return len(self._waiting)

    def sample(self, sample: JobSample) -> None:
        """Keep a sample."""
        self._write(lambda: self.history.keep(self.cluster, sample))

    def event(
        self,
        kind: EventKind,
        job: JobIdentity,
        text: str,
        *,
        submission: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep an event and tell it."""
        event = Event(
            self._now(), kind, self.cluster, job.database, job.label, job.timestamp, text,
            submission, self._who, self._where, data or {},
        )  # fmt: skip
        self._write(lambda: self.history.record(event))
        self._hooks.tell(event)

    def begin(self, submission: Submission) -> None:
        """Write down what is about to be sent.

        Raises
        ------
        RestoreError
            If that is not possible: nothing may be sent then, as nobody could find out later whether it was.
        """
        self.flush()
        self.history.begin(submission)

    def settle(
        self, submission: str, outcome: Outcome, *, job_id: int | None = None, created: str | None = None
    ) -> None:
        """Write down what became of it."""
        self._write(lambda: self.history.settle(submission, outcome, job_id=job_id, created=created))

    def verdict(self, submission: str, verdict: Mapping[str, Any]) -> None:
        """Write down what was found after it."""
        self._write(lambda: self.history.keep_verdict(submission, verdict))

    def flush(self) -> bool:
        """Write what waits, if it can be; tells whether nothing waits any more."""
        with self._lock:
            if self._flushing or not self._waiting:
                return not self._waiting
            self._flushing = True
        # Not under the lock: the history may be on the other side of a network.
        try:
            while (work := self._next()) is not None:
                self._do(work)
                with self._lock:
                    self._waiting.popleft()
        except BaseException as error:
            with self._lock:
                self._flushing = False
            if not isinstance(error, RestoreError):
                raise
            self._trouble = error.message
        return not self._waiting

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            if self._waiting:
                return self._waiting[0]
            # Whoever puts something in from here on flushes it.
            self._trouble, self._flushing = None, False
            return None

    def submission(
        self, job: JobIdentity, statement: str, fingerprint: str, repository: str, **more: Any
    ) -> Submission:
        """A submission by who is here, now."""
        return Submission(
            os.urandom(8).hex(), self._now(), self.cluster, job.database, repository, job.label, job.timestamp,
            statement, fingerprint, self._who, self._where, job.before, **more,
        )  # fmt: skip

    def _write(self, work: Callable[[], object]) -> None:
        if not self._waiting:
            try:
                self._do(work)
            except RestoreError as error:
                self._trouble = error.message
            else:
                return
        with self._lock:
            self._waiting.append(work)
        self.flush()

    @staticmethod
    def _do(work: Callable[[], object]) -> None:
        try:
            work()
        except UsageProblem as error:
            # Of something that was pruned meanwhile: it will not go better at a second try.
            _LOG.warning("not written down: %s", error.message)
