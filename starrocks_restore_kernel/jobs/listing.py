"""Many jobs as a table."""

from __future__ import annotations

from collections.abc import Sequence

from ..cluster import JobSample, JobState
from ..drawing import Listing

__all__ = ["job_listing"]

_HEADINGS = ("job", "database", "snapshot", "state", "done", "created", "ended", "tasks left", "status")


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
