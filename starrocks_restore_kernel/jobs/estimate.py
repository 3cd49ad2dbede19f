"""How far a job is: a percentage that never falls, and a time left that is honest; a pure function of samples.

SHOW RESTORE has no total. What can be known: all tasks of a phase are listed in UnfinishedTasks right after it is
entered, and vanish as they end (RestoreJob.java). So the peak that was seen is the total, and what is gone from it is
done. Tasks weigh the same, whatever their bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..cluster import JobSample, JobState

__all__ = ["Estimate", "PhaseEstimate", "estimate"]


@dataclass(frozen=True, slots=True)
class PhaseEstimate:
    """One phase as it was seen.

    Attributes
    ----------
    name
        In plain words.
    done, total
        Tasks; None in a phase without tasks, and where none were seen.
    seconds
        From the first look at it to the first look at what followed.
    """

    name: str
    done: int | None
    total: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """How far a job is.

    Attributes
    ----------
    fraction
        0 to 1 of the whole job; never falls as samples are added, and 1 only at FINISHED.
    done, total
        Tasks of the current phase; None in a phase without tasks.
    remaining
        Seconds left of downloading or of moving into place, the least and the most; None where nothing can be said.
    phase
        What it does now, in plain words.
    rate
        Tasks a second; None where it is unknown, as in a stall.
    phases
        Those that were seen, in the order of the server's.
    """

    state: JobState
    fraction: float
    done: int | None = None
    total: int | None = None
    remaining: tuple[float, float] | None = None
    phase: str = ""
    rate: float | None = None
    phases: tuple[PhaseEstimate, ...] = ()


def estimate(samples: Iterable[JobSample]) -> Estimate | None:
    """Judge a job by all its samples, oldest first; None without any.

    A poller that arrives late has missed a phase's true peak: the fraction is then too low at first, never too high
    in sum, and still never falls. Who has the samples one by one keeps a `Tally` instead.
    """
    # A tally gives estimates: the other way round is only here.
    from .tally import Tally

    tally = Tally()
    for sample in samples:
        tally = tally.add(sample)
    return tally.estimate()
