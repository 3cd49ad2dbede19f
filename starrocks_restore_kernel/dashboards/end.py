"""How a job's end is told: its verdict, or that it is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cluster.job_sample import JobSample, JobState

if TYPE_CHECKING:
    from ..jobs import Verdict

__all__ = ["End"]


@dataclass(frozen=True, slots=True)
class End:
    """What is known of a job beside its samples.

    Attributes
    ----------
    lost
        Whether SHOW RESTORE does not show it any more.
    looking
        Whether what came back is being looked at.
    recalled
        What was found once, of a job out of the history; empty where nothing is known.
    """

    lost: bool = False
    looking: bool = False
    verdict: Verdict | None = None
    recalled: str = ""

    def words(self, samples: Sequence[JobSample]) -> list[str]:
        """Sentences, the most important first."""
        said = []
        last = samples[-1] if samples else None
        if last is not None and not last.status.startswith("[OK"):
            said.append(last.reason)
        if self.verdict is not None:
            said.append(self.verdict.summary)
        elif last is not None and last.state is JobState.FINISHED:
            unseen = f"at its end: {self.recalled}" if self.recalled else "what came back was not looked at"
            said.append("what came back is being looked at" if self.looking else unseen)
        if self.lost:
            said.append("SHOW RESTORE does not show this job any more")
        return said

    def bad(self, samples: Sequence[JobSample]) -> bool:
        """Whether it ended badly."""
        cancelled = bool(samples) and samples[-1].state is JobState.CANCELLED
        return cancelled or (self.verdict is not None and self.verdict.failed)
