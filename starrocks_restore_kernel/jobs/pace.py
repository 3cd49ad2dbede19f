"""How fast tasks end: a few marks of when how many had, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Pace"]

_MOST = 32
_SHARE = 64
"""Marks lie at least so small a share of the phase apart: all of them together tell of its later half."""
_SPREAD = 0.5
"""How far the time left may lie from the plain extrapolation, to either side."""
_PAUSES = 4
"""So many times the longest pause so far without a task that ends, and nobody knows."""
_SHORTEST_STALL = 60.0
"""Seconds; a tablet may take as long though all before it were small."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A bounded window over the tasks of one phase.

    Attributes
    ----------
    marks
        Seconds and tasks done by then; the first is the first look, every other one a look at which more were done.
    """

    marks: tuple[tuple[float, float], ...] = ()

    def seen(self, now: float, done: float, begun: float) -> Pace:
        """What a look adds.

        Parameters
        ----------
        now, begun
            Seconds on one clock: of the look, and of the first look at the phase.
        done
            Tasks, with shares of those that tell how far they are.
        """
        marks = self.marks
        if marks and done <= marks[-1][1]:
            return self
        # A mark that stands too near the one before it gives its place up: the last is always the last that moved.
        if len(marks) > 1 and now - marks[-2][0] < (now - begun) / _SHARE:
            marks = marks[:-1]
        return Pace((*marks, (now, done))[-_MOST:])

    def rate(self, now: float) -> float | None:
        """Tasks a second until now; None before one has ended, and in a stall."""
        done = self._done()
        if not done or self._stalls(now):
            return None
        passed = now - self.marks[0][0]
        return done / passed if passed > 0 else None

    def remaining(self, now: float, left: float) -> tuple[float, float] | None:
        """Seconds for what is left, the least and the most; None where the rate is.

        The least goes by the time until the last task ended, the most by all the time since: a pause widens the range.
        """
        slow = self.rate(now)
        passed = self.marks[-1][0] - self.marks[0][0] if self.marks else 0.0
        if slow is None or passed <= 0:
            return None
        return left * passed / self._done() * (1 - _SPREAD), left / slow * (1 + _SPREAD)

    def _done(self) -> float:
        return self.marks[-1][1] - self.marks[0][1] if self.marks else 0.0

    def _stalls(self, now: float) -> bool:
        longest = max((after - before for (before, _), (after, _) in pairwise(self.marks)), default=0.0)
        return now - self.marks[-1][0] > max(_SHORTEST_STALL, _PAUSES * longest)
