"""What is remembered of a job from look to look, so that no sample has to be kept for its estimate."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from ..cluster import JobSample, JobState
from .estimate import Estimate, PhaseEstimate
from .pace import Pace

__all__ = ["Phase", "PhaseTally", "Tally"]


class Phase(Enum):
    """What a job does, in plain words and in its order."""

    PREPARING = "preparing"
    LINKING = "linking what is there already"
    DOWNLOADING = "downloading"
    MOVING = "moving into place"


# What each state is part of, where it begins, and how much of the whole its tasks are. The shares are ours, and
# rough: the download is the long phase. Only the states that followers never show have tasks (RestoreJob.java).
_STATES = {
    JobState.PENDING: (Phase.PREPARING, 0.0, 0.0),
    JobState.SNAPSHOTING: (Phase.LINKING, 0.02, 0.08),
    JobState.DOWNLOAD: (Phase.DOWNLOADING, 0.10, 0.0),
    JobState.DOWNLOADING: (Phase.DOWNLOADING, 0.10, 0.80),
    JobState.COMMIT: (Phase.MOVING, 0.90, 0.0),
    JobState.COMMITTING: (Phase.MOVING, 0.90, 0.09),
}
_ORDER = {phase: number for number, phase in enumerate(Phase)}
_TIMED = {Phase.DOWNLOADING, Phase.MOVING}
"""Where the time left of the phase says something of the job's."""
_LATE = 60.0
"""Seconds; a sample that is older than the newest by more was read by a clock that was set back."""
_GAP = 600.0
"""Seconds; after so long without a look, the clock may have been set forward: the rate begins anew."""


@dataclass(frozen=True, slots=True)
class PhaseTally:
    """One phase.

    Attributes
    ----------
    first, last
        When it was seen, by the clock of the looks.
    seconds
        How long it lasted, as far as that clock went forward.
    begun
        Seconds of the job at its first look.
    peak, left
        The most tasks that were listed, and those at the last look.
    """

    phase: Phase
    first: datetime
    last: datetime
    begun: float
    seconds: float = 0.0
    peak: int = 0
    left: int = 0

    def estimate(self) -> PhaseEstimate:
        """The same for whoever looks at it."""
        total = self.peak or None
        return PhaseEstimate(self.phase.value, None if total is None else total - self.left, total, self.seconds)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is remembered of a job: of the same size however long it runs.

    Attributes
    ----------
    state
        The last one seen; after the end nothing is taken any more.
    fraction
        The highest reached.
    read_at
        Of the newest look.
    seconds
        How long it was looked at.
    current
        The phase of the last look, or the one that the job ended in.
    phases
        Those that were seen, in their order.
    pace
        The rate in the phase ``paced``.
    """

    state: JobState | None = None
    fraction: float = 0.0
    read_at: datetime | None = None
    seconds: float = 0.0
    current: Phase | None = None
    phases: tuple[PhaseTally, ...] = ()
    paced: Phase | None = None
    pace: Pace = field(default_factory=Pace)

    def add(self, sample: JobSample) -> Tally:
        """Take one more look.

        A look that is a little older than the newest came late, and is passed over, and so is all after the end. Where
        the job falls back, as with a new leader, the fraction stays and the rate begins anew.
        """
        if self.state is not None and self.state.ended:
            return self
        gap = 0.0 if self.read_at is None else (sample.read_at - self.read_at).total_seconds()
        if -_LATE <= gap < 0 and not sample.state.ended:
            return self
        until = sample.until or sample.read_at
        stayed = max(0.0, (until - sample.read_at).total_seconds()) if gap >= 0 or gap < -_LATE else 0.0
        passed = max(0.0, gap)
        begun = self.seconds + passed
        seconds = begun + stayed
        phases = {each.phase: each for each in self.phases}
        if self.current is not None and passed:
            before = phases[self.current]
            phases[self.current] = replace(before, seconds=before.seconds + passed)
        if sample.state.ended:
            return self._ended(sample, until, seconds, phases)

        phase, start, weight = _STATES[sample.state]
        tasks = sample.pending_tasks
        found = phases.get(phase)
        if found is None:
            found = PhaseTally(phase, sample.read_at, until, begun)
        peak, left = found.peak, found.left
        if weight:
            peak, left = max(peak, tasks), tasks
        phases[phase] = PhaseTally(phase, found.first, until, found.begun, found.seconds + stayed, peak, left)
        if self.current is not None and _ORDER[phase] > _ORDER[self.current]:
            # The server leaves a phase when all its tasks have ended, whether anybody saw the last of them or not.
            _complete(phases, below=_ORDER[phase])

        fraction, paced, pace = start, self.paced, self.pace
        if weight and peak:
            done = peak - left
            inside = done + _inside(sample)
            fraction += weight * inside / peak
            fell = phase is not paced or done < found.peak - found.left or peak > found.peak
            if fell or gap > _GAP or gap < 0:
                pace = Pace()
            paced, pace = phase, pace.seen(begun, inside, found.begun)
        ordered = tuple(sorted(phases.values(), key=_place)) if len(phases) > 1 else tuple(phases.values())
        return Tally(sample.state, max(self.fraction, fraction), until, seconds, phase, ordered, paced, pace)

    def _ended(self, sample: JobSample, until: datetime, seconds: float, phases: dict[Phase, PhaseTally]) -> Tally:
        finished = sample.state is JobState.FINISHED
        if finished:
            _complete(phases, below=len(_ORDER))
        ordered = tuple(sorted(phases.values(), key=_place))
        fraction = 1.0 if finished else self.fraction
        return Tally(sample.state, fraction, until, seconds, self.current, ordered)

    def estimate(self) -> Estimate | None:
        """How far the job is; None before the first look."""
        if self.state is None:
            return None
        phases = tuple(each.estimate() for each in self.phases)
        if self.state.ended or self.current is None:
            return Estimate(self.state, self.fraction, phase=self.state.value.lower(), phases=phases)
        now = next(each for each in self.phases if each.phase is self.current)
        shown = now.estimate()
        rate = remaining = None
        if self.paced is self.current:
            rate = self.pace.rate(self.seconds)
            if self.current in _TIMED:
                remaining = self.pace.remaining(self.seconds, now.left)
        return Estimate(self.state, self.fraction, shown.done, shown.total, remaining, self.current.value, rate, phases)


def _place(each: PhaseTally) -> int:
    return _ORDER[each.phase]


def _complete(phases: dict[Phase, PhaseTally], *, below: int) -> None:
    for phase, each in phases.items():
        if each.left and _ORDER[phase] < below:
            phases[phase] = replace(each, left=0)


def _inside(sample: JobSample) -> float:
    """How much of the listed tasks is done, in tasks.

    Only where a task holds several tablets, with ``max_download_task_per_be`` above 0, does Progress say more than 0/1.
    """
    text = sample.progress
    if not text or text.count("/1]") == text.count("]"):
        return 0.0
    parts = sum(min(1.0, each.finished / each.total) for each in sample.task_progress if each.total > 0)
    return min(parts, float(sample.pending_tasks))
