"""The samples of one job, in memory that does not grow with its length."""

from __future__ import annotations

from itertools import pairwise

from ..cluster import JobSample

__all__ = ["SampleLog"]

_MOST = 4_000
"""More than a chart draws; a day at a sample a second is thinned out to it."""


class SampleLog:
    """Samples, oldest first; equal ones in a row are kept once.

    Only the last holds its lists of tasks. Where there are too many, every second goes that is neither the first nor
    the last of its state.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._samples: list[JobSample] = []

    @property
    def last(self) -> JobSample | None:
        """The newest."""
        return self._samples[-1] if self._samples else None

    def values(self) -> tuple[JobSample, ...]:
        """All of them."""
        return tuple(self._samples)

    def is_news(self, sample: JobSample) -> bool:
        """Whether a sample says anything that the last one did not."""
        last = self.last
        return last is None or _said(last) != _said(sample)

    def add(self, sample: JobSample) -> None:
        """Take one more."""
        if self._samples:
            self._samples[-1] = self._samples[-1].slim()
        self._samples.append(sample)
        if len(self._samples) > self._most:
            self._thin()

    def _thin(self) -> None:
        states = [each.state for each in self._samples]
        edges = {0, len(states) - 1}
        for index, (left, right) in enumerate(pairwise(states)):
            if left is not right:
                edges |= {index, index + 1}
        self._samples = [each for index, each in enumerate(self._samples) if index in edges or index % 2]


def _said(sample: JobSample) -> tuple[object, ...]:
    """A sample without the moments of reading."""
    return tuple(getattr(sample, name) for name in sample.__slots__ if name not in {"read_at", "until"})
