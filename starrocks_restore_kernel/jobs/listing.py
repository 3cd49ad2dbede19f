"""Many jobs as a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ..cluster import JobSample, JobState
from ..drawing import Listing
from ..history import JobRecord

__all__ = ["job_listing", "job_table", "record_listing"]

_NAMED = 5

_HEADINGS = ("job", "database", "snapshot", "state", "done", "created (UTC)", "ended", "tasks left", "status")


def job_listing(samples: Sequence[JobSample], title: str) -> Listing:
    """Samples as a table, a row each."""
    rows = tuple(
        (
            each.job_id,
            each.database,
            each.label,
            each.state.value,
            "100%" if each.state is JobState.FINISHED else None,
            each.created,
            each.finished,
            each.pending_tasks or None,
            "OK" if each.status.startswith("[OK") else each.reason,
        )
        for each in samples
    )
    return Listing(_HEADINGS, rows, tuple(samples), title)


def record_listing(records: Sequence[JobRecord]) -> Listing:
    """Jobs of the history as a table, a row each."""
    headings = ("database", "snapshot", "timestamp", "state", "created (UTC)", "ended", "looks", "status")
    rows = tuple(
        (
            each.database,
            each.label,
            each.timestamp,
            each.state,
            each.created,
            each.finished,
            each.samples,
            "OK" if each.status.startswith("[OK") else each.status,
        )
        for each in records
    )
    return Listing(headings, rows, tuple(records), "Jobs kept")


def job_table(last: JobSample | None) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """One job as headings and a row; no row for one that was not seen yet."""
    headings = ("job", "objects", "replicas", "created (UTC)", "downloaded", "ended", "tasks left")
    if last is None:
        return headings, []
    row = (
        last.job_id,
        _objects(last),
        last.replication_num,
        last.created,
        last.download_finished,
        last.finished,
        last.pending_tasks or None,
    )
    return headings, [row]


def _objects(sample: JobSample) -> str:
    """The first objects with how many partitions of each; SHOW RESTORE lists them all, partition by partition."""
    shown = [
        f"{name} ({len(partitions)} partition{'s' if len(partitions) > 1 else ''})" if partitions else name
        for name, partitions in islice(sample.restored.items(), _NAMED)
    ]
    more = len(sample.restored) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
