"""What a job asks of the room that it lives in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..cluster import JobSample

if TYPE_CHECKING:
    from .cancellation import Cancellation
    from .job import Job
    from .verification import Verdict

__all__ = ["Keeper"]


class Keeper(Protocol):
    """What looks after a job; `Restores` is it."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written down, while that is so."""
        ...

    def follow(self, job: Job) -> None:
        """Look at it from now on."""
        ...

    def saw(self, job: Job, before: JobSample | None, sample: JobSample) -> None:
        """A sample that is news; called before anybody else hears of it."""
        ...

    def ended(self, job: Job) -> None:
        """Nothing more will come; the verdict is to be found, and handed to `Job.conclude`."""
        ...

    def cancel(self, job: Job, *, force: bool) -> None:
        """Cancel it."""
        ...

    def cancellation(self, job: Job) -> Cancellation:
        """What a cancel would take along now."""
        ...

    def verify(self, job: Job, **options: Any) -> Verdict:
        """Look at what came back."""
        ...
