"""A job whose samples are handed to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from starrocks_restore_kernel.cluster.job_sample import JobSample
from starrocks_restore_kernel.jobs.estimate import Estimate, estimate


class FakeJob:
    """What `watch` needs of a job."""

    def __init__(self, *samples: JobSample) -> None:
        self._samples = list(samples)
        self.lost = False
        self.looking = False
        self.verdict: Any = None
        self.recalled = ""
        self.callbacks: list[Callable[[FakeJob], None]] = []

    @property
    def samples(self) -> tuple[JobSample, ...]:
        return tuple(self._samples)

    @property
    def ended(self) -> bool:
        return self.lost or (bool(self._samples) and self._samples[-1].state.ended)

    @property
    def done(self) -> bool:
        return self.ended and not self.looking

    def estimate(self) -> Estimate | None:
        return estimate(self._samples)

    def subscribe(self, callback: Callable[[FakeJob], None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def add(self, *samples: JobSample) -> None:
        for each in samples:
            self._samples.append(each)
            self.tell()

    def tell(self) -> None:
        for callback in list(self.callbacks):
            callback(self)


@pytest.fixture
def job() -> FakeJob:
    """A new one for each test."""
    return FakeJob()
