"""What looks after a job in a test: it notes what it is asked, and concludes at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from samples import sample

from starrocks_restore_kernel.cluster import JobSample
from starrocks_restore_kernel.jobs import Cancellation, Job, JobIdentity, Poller, cancellation

IDENTITY = JobIdentity("shop", "snap", "2026-01-01-00-00-00-000")


@dataclass
class Keeping:
    """A `Keeper` over a poller, or over nothing."""

    poller: Poller | None = None
    verdict: Any = None
    trouble: str | None = None
    kept: list[JobSample] = field(default_factory=list)
    cancelled: list[tuple[str, bool]] = field(default_factory=list)

    def follow(self, job: Job) -> None:
        """Hand it to the poller."""
        assert self.poller is not None
        self.poller.add(job)

    def saw(self, _: Job, __: JobSample | None, seen: JobSample) -> None:
        """Note it."""
        self.kept.append(seen)

    def ended(self, job: Job) -> None:
        """The verdict is the one that was given."""
        job.conclude(self.verdict)

    def cancel(self, job: Job, *, force: bool) -> None:
        """Note it."""
        self.cancelled.append((job.label, force))

    def cancellation(self, job: Job) -> Cancellation:
        """Judged by the last sample."""
        return cancellation(job.identity.name, job.database, job.last or sample("PENDING"))

    def verify(self, _: Job, **__: Any) -> Any:
        """What was given."""
        return self.verdict
