"""Every sample and every event, in a database outside the cluster.

SHOW RESTORE keeps one job a database, and forgets it; this does not. A SQLite file in the user's data folder unless
``STARROCKS_RESTORE_HISTORY`` names another database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..cluster import JobSample
from ..errors import UsageProblem
from .place import history_url
from .queue_records import ItemState, QueueItem
from .records import Event, EventKind, JobRecord, Outcome, Submission

if TYPE_CHECKING:
    from .database import Database

__all__ = ["History", "What", "history_url"]

What = Literal["samples", "events", "jobs", "submissions"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class History:
    """What is remembered of restores.

    Everything may be called from any thread, and by several processes at once. What is written is written whole when a
    call returns, and not at all when it raises. Passwords and keys that slip into a text are hidden before.

    Parameters
    ----------
    url
        A SQLAlchemy URL; tables are made on first use, and a file with them, which its owner alone may read.
    now
        Our clock, in UTC.

    Raises
    ------
    UsageProblem
        If the URL cannot be read, or what it needs is not installed.
    """

    def __init__(self, url: str, *, now: Callable[[], datetime] = _utc_now) -> None:
        from .database import Database

        self._database: Database = Database(url)
        self._now = now

    @property
    def url(self) -> str:
        """Where it is, without what is secret in it."""
        return self._database.shown

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    # -- samples and jobs

    def keep(self, cluster: str, sample: JobSample) -> None:
        """Remember a sample of a cluster, named ``host:port``.

        One that says what the job's last one said makes that last longer. The lists of single tasks are kept where they
        are short; their number always.

        Raises
        ------
        RestoreError
            If it cannot be written.
        """
        from . import samples

        self._database.write(lambda connection: samples.keep(connection, cluster, sample))

    def samples(
        self,
        cluster: str | None = None,
        *,
        database: str | None = None,
        label: str | None = None,
        timestamp: str | None = None,
        created: str | None = None,
        since: datetime | None = None,
        last: int | None = None,
    ) -> tuple[JobSample, ...]:
        """What was kept, oldest first; of one cluster and job, or of all.

        Parameters
        ----------
        since
            Those that still held then.
        last
            How many at most; the newest.
        """
        from . import samples

        names = {"database": database, "label": label, "timestamp": timestamp, "created": created}
        kept = self._database.read(
            lambda connection: samples.samples(connection, cluster, **names, since=since, last=last)
        )
        return tuple(each.sample for each in kept)

    def jobs(
        self, cluster: str | None = None, *, since: datetime | None = None, last: int | None = None
    ) -> tuple[JobRecord, ...]:
        """The jobs of which samples were kept, that seen last first; only those seen since a time, at most ``last``."""
        from . import samples

        return self._database.read(lambda connection: samples.jobs(connection, cluster, since=since, last=last))

    # -- events

    def record(self, event: Event) -> None:
        """Write down what happened.

        Raises
        ------
        RestoreError
            If it cannot be written.
        """
        from . import events

        self._database.write(lambda connection: events.record(connection, event))

    def events(
        self,
        cluster: str | None = None,
        *,
        database: str | None = None,
        submission: str | None = None,
        kinds: Collection[EventKind] | None = None,
        since: datetime | None = None,
        last: int | None = None,
    ) -> tuple[Event, ...]:
        """What happened, oldest first; at most the ``last`` ones."""
        from . import events

        filters = {"database": database, "submission": submission}
        return self._database.read(
            lambda connection: events.events(connection, cluster, **filters, kinds=kinds, since=since, last=last)
        )

    # -- submissions

    def begin(self, submission: Submission) -> None:
        """Write down what is about to be sent.

        Raises
        ------
        RestoreError
            If it cannot be written; a `UsageProblem` if there is one of that id.
        """
        from . import submissions

        self._database.write(lambda connection: submissions.begin(connection, submission))

    def settle(self, id: str, outcome: Outcome, *, job_id: int | None = None, created: str | None = None) -> None:  # noqa: A002 the field's name
        """Write down how far a submission came; the job's id and creation time once they are known.

        Raises
        ------
        RestoreError
            If it cannot be written; a `UsageProblem` if there is no submission of that id.
        """
        from . import submissions

        self._database.write(
            lambda connection: submissions.settle(connection, id, outcome, job_id=job_id, created=created)
        )

    def keep_verdict(self, id: str, verdict: Mapping[str, Any]) -> None:  # noqa: A002 the field's name
        """Write down what was found when the job had ended; raises as `settle` does."""
        from . import submissions

        self._database.write(lambda connection: submissions.keep_verdict(connection, id, verdict))

    def submission(self, id: str) -> Submission | None:  # noqa: A002 the field's name
        """One submission with all that is known of it; None if there is none of that id."""
        from . import submissions

        read = partial(submissions.submissions, key=id, with_expected=True)
        return next(iter(self._database.read(read)), None)

    def submissions(
        self,
        cluster: str | None = None,
        *,
        database: str | None = None,
        fingerprint: str | None = None,
        open_only: bool = False,
        last: int | None = None,
        with_expected: bool = False,
    ) -> tuple[Submission, ...]:
        """What was sent, newest first.

        Parameters
        ----------
        open_only
            Those whose fate is still to be learned.
        with_expected
            With what is expected of each, which may be long; else it is None.
        """
        from . import submissions

        read = partial(
            submissions.submissions,
            cluster=cluster,
            database=database,
            fingerprint=fingerprint,
            open_only=open_only,
            last=last,
            with_expected=with_expected,
        )
        return self._database.read(read)

    # -- queues

    def put_queue(self, name: str, items: Sequence[QueueItem]) -> None:
        """Write a queue down in place of one of that name; no items take it away.

        Raises
        ------
        UsageProblem
            If an item of the one there is claimed or sent, if ids are doubled or missing, or if a statement holds a
            secret: it would have to be written down.
        """
        from . import queues

        self._database.write(lambda connection: queues.put(connection, name, items))

    def queue_items(self, name: str) -> tuple[QueueItem, ...]:
        """The items of a queue in their order; none for a name that is none."""
        from . import queues

        return self._database.read(lambda connection: queues.queue_items(connection, name))

    def queues(self) -> tuple[str, ...]:
        """The names of all queues, sorted."""
        from . import queues

        return self._database.read(queues.queues)

    def claim(self, name: str, item_id: str, by: str) -> bool:
        """Take a waiting item in hands; of several that try, one is told True."""
        from . import queues

        return self._database.write(lambda connection: queues.claim(connection, name, item_id, by, self._now()))

    def settle_item(
        self,
        name: str,
        item_id: str,
        state: ItemState,
        *,
        by: str | None = None,
        submission: str | None = None,
        note: str = "",
    ) -> bool:
        """Write down how far an item came; WAITING gives it back.

        Parameters
        ----------
        by
            Write it only if the item is claimed or sent, and by them.

        Returns
        -------
        bool
            Whether it was written: there is such an item, and it is in those hands.
        """
        from . import queues

        change = partial(queues.settle, by=by, submission=submission, note=note)
        return self._database.write(lambda connection: change(connection, name, item_id, state))

    # -- forgetting, and handing on

    def prune(self, before: datetime, *, cluster: str | None = None) -> int:
        """Forget the jobs that ended and were seen last before a time, with their samples, events and submissions.

        A submission whose fate is still to be learned stays, and so does its job. In batches, so that others may write
        meanwhile; a SQLite file becomes smaller.

        Returns
        -------
        int
            How many jobs.
        """
        from . import pruning

        gone = 0
        while found := self._database.write(lambda connection: pruning.prune_jobs(connection, before, cluster)):
            gone += found
        self._database.write(lambda connection: pruning.prune_rest(connection, before, cluster))
        self._database.give_space_back()
        return gone

    def frame(self, what: What, **filters: Any) -> Any:
        """A pandas frame of what the method of that name gives, with the same filters.

        Samples have ``cluster`` and ``looks`` beside their own fields, mappings are JSON, and times are in UTC.

        Raises
        ------
        UsageProblem
            If there is no such table, or pandas is not installed.
        """
        from . import events, export, samples, submissions

        reads: Mapping[str, tuple[type, Callable[..., tuple[Any, ...]]]] = {
            "samples": (samples.Kept, samples.samples),
            "events": (Event, events.events),
            "jobs": (JobRecord, samples.jobs),
            "submissions": (Submission, submissions.submissions),
        }
        if what not in reads:
            raise UsageProblem(f"the history has no {what}", hint=f"choose one of {', '.join(reads)}")
        kind, read = reads[what]
        return export.frame(kind, self._database.read(partial(read, **filters)))

    def export(self, path: str | Path, what: What, **filters: Any) -> Path:
        """Write such a frame to a file, Parquet or CSV by its suffix.

        Raises
        ------
        UsageProblem
            If the suffix is another, what it needs is not installed, or the file cannot be written.
        """
        from . import export

        return export.write(path, lambda: self.frame(what, **filters))
