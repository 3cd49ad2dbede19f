"""Which job is ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..cluster import JobSample

__all__ = ["JobIdentity"]


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """How a job is found again.

    The server returns no id, shows -1 until the first step, and gives another one when a new leader begins the job anew
    (RestoreJob.java, checkAndPrepareMeta). Its creation time stays.

    Attributes
    ----------
    before
        What stood in the database's one slot when the statement was sent, as (job id, creation time); a row equal to it
        is the job of before.
    created
        The job's creation time in UTC, as the server writes it; None until it was seen.
    """

    database: str
    label: str
    timestamp: str
    before: tuple[int, str | None] | None = None
    created: str | None = None

    def matches(self, sample: JobSample) -> bool:
        """Whether this row is of this job."""
        if (sample.database, sample.label, sample.timestamp) != (self.database, self.label, self.timestamp):
            return False
        if self.created is not None:
            return sample.created == self.created
        return (sample.job_id, sample.created) != self.before

    def seen(self, sample: JobSample) -> JobIdentity:
        """The same, knowing a row of it."""
        return self if self.created is not None else replace(self, created=sample.created)

    @property
    def name(self) -> str:
        """The job in words."""
        return f"the restore of {self.label} into {self.database or 'external catalogs'}"
