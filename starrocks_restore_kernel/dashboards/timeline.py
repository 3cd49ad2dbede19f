"""What samples say about time: when each phase was seen, and how far the job was; pure functions over samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..cluster.job_sample import JobSample, JobState
from ..jobs.tally import Tally

__all__ = ["PHASES", "Phase", "Point", "elapsed", "phases", "progress", "span_words", "thin"]

PHASES = ("PENDING", "SNAPSHOTING", "DOWNLOADING", "COMMITTING")
"""The phases that take time, in the server's spelling and order."""

_PHASE_OF = {
    JobState.PENDING: "PENDING",
    JobState.SNAPSHOTING: "SNAPSHOTING",
    JobState.DOWNLOAD: "DOWNLOADING",
    JobState.DOWNLOADING: "DOWNLOADING",
    JobState.COMMIT: "COMMITTING",
    JobState.COMMITTING: "COMMITTING",
}


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase as it was seen, in seconds since the first sample."""

    name: str
    start: float
    end: float
    """When the next phase was first seen, or the last sample."""
    open: bool
    """Whether it was still going on at the last sample."""

    @property
    def seconds(self) -> float:
        """How long it was seen."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Point:
    """How far the job was at one moment."""

    seconds: float
    percent: float
    tasks: int


def elapsed(samples: Sequence[JobSample]) -> list[float]:
    """Seconds since the first sample; a clock that was set back does not make them fall."""
    found: list[float] = []
    for sample in samples:
        seconds = (sample.read_at - samples[0].read_at).total_seconds()
        found.append(max(seconds, found[-1] if found else 0.0))
    return found


def phases(samples: Sequence[JobSample]) -> tuple[Phase, ...]:
    """The phases that were seen, in order. What a follower missed between two looks is not made up."""
    times = elapsed(samples)
    starts: list[tuple[str | None, float]] = []
    for sample, seconds in zip(samples, times, strict=True):
        name = _PHASE_OF.get(sample.state)
        if not starts or starts[-1][0] != name:
            starts.append((name, seconds))
    ended = [*starts, (None, times[-1] if times else 0.0)]
    last = len(starts) - 1
    return tuple(
        Phase(name, start, end, open=number == last)
        for number, ((name, start), (_, end)) in enumerate(pairwise(ended))
        if name is not None
    )


def progress(samples: Sequence[JobSample], limit: int) -> tuple[Point, ...]:
    """At most ``limit`` points, of which the percentage never falls."""
    drawn = set(map(id, thin(samples, limit)))
    tally = Tally()
    points: list[Point] = []
    for sample, seconds in zip(samples, elapsed(samples), strict=True):
        tally = tally.add(sample)
        if id(sample) in drawn:
            points.append(Point(seconds, 100.0 * tally.fraction, sample.pending_tasks))
    return tuple(points)


def thin(samples: Sequence[JobSample], limit: int) -> tuple[JobSample, ...]:
    """At most ``limit`` samples, evenly spread, with the first and last look at each state."""
    if len(samples) <= limit:
        return tuple(samples)
    edges = {0, len(samples) - 1}
    for number in range(1, len(samples)):
        if samples[number].state is not samples[number - 1].state:
            edges |= {number - 1, number}
    # The server never goes back to a state, so the edges are few; a limit below them would be a limit on the truth.
    room = max(0, limit - len(edges))
    step = len(samples) / (room + 1)
    spread = {int(step * number) for number in range(1, room + 1)}
    return tuple(samples[number] for number in sorted(edges | spread))


def span_words(seconds: float) -> str:
    """A length of time as a person says it.

    Examples
    --------
    >>> span_words(0.4), span_words(75), span_words(3720)
    ('under 1 s', '1 min 15 s', '1 h 2 min')
    """
    whole = round(seconds)
    if seconds < 1:
        return "under 1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
