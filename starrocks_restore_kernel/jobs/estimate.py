"""From samples to a percentage that never falls, and a time left that is honest; a pure function.

SHOW RESTORE has no total. What can be known: all tasks of a phase are listed in UnfinishedTasks right after it is
entered, and vanish as they end (RestoreJob.java). So the peak that was seen is the total, and what is gone from it is
done. Tasks weigh the same, whatever their bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..cluster import JobSample, JobState

__all__ = ["Estimate", "estimate"]

# Where each state begins and how much of the whole it is. Ours, and rough: the download is the long phase.
_PHASES = {
    JobState.PENDING: (0.0, 0.02),
    JobState.SNAPSHOTING: (0.02, 0.08),
    JobState.DOWNLOAD: (0.10, 0.0),
    JobState.DOWNLOADING: (0.10, 0.80),
    JobState.COMMIT: (0.90, 0.0),
    JobState.COMMITTING: (0.90, 0.09),
}
_SPREAD = 0.5
"""How far the time left may lie from the plain extrapolation, to either side."""


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
        Seconds left in this phase of downloading, the least and the most; None where nothing can be said.
    """

    state: JobState
    fraction: float
    done: int | None = None
    total: int | None = None
    remaining: tuple[float, float] | None = None


def estimate(samples: Sequence[JobSample]) -> Estimate | None:
    """Judge a job by all its samples, oldest first; None without any.

    A poller that arrives late has missed a phase's true peak: the fraction is then too low at first, never too high
    in sum, and still never falls.
    """
    if not samples:
        return None
    fraction = 0.0
    peaks: dict[JobState, int] = {}
    for sample in samples:
        peaks[sample.state] = max(peaks.get(sample.state, 0), sample.pending_tasks)
        fraction = max(fraction, _fraction(sample, peaks))
    last = samples[-1]
    total = peaks[last.state] or None
    done = None if total is None else total - last.pending_tasks
    return Estimate(last.state, fraction, done, total, _remaining(samples, done))


def _fraction(sample: JobSample, peaks: dict[JobState, int]) -> float:
    if sample.state is JobState.FINISHED:
        return 1.0
    if sample.state is JobState.CANCELLED:
        return 0.0
    begin, weight = _PHASES[sample.state]
    peak = peaks[sample.state]
    return begin + (weight * (peak - sample.pending_tasks) / peak if peak else 0.0)


def _remaining(samples: Sequence[JobSample], done: int | None) -> tuple[float, float] | None:
    """Extrapolate the download from what has ended since it was first seen."""
    last = samples[-1]
    if last.state is not JobState.DOWNLOADING or not done:
        return None
    first = next(sample for sample in samples if sample.state is JobState.DOWNLOADING)
    elapsed = (last.read_at - first.read_at).total_seconds()
    ended = first.pending_tasks - last.pending_tasks
    if elapsed <= 0 or ended <= 0:
        return None
    plain = elapsed / ended * last.pending_tasks
    return plain * (1 - _SPREAD), plain * (1 + _SPREAD)
