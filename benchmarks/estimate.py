"""A day of looks at a job of ten thousand tasks, folded into its tally: ``python -m benchmarks.estimate``."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import click

from starrocks_restore_kernel.cluster import JobSample, JobState
from starrocks_restore_kernel.jobs import Tally

_TASKS = 10_000
_LOOKS = 86_400
_START = datetime(2026, 1, 1, tzinfo=UTC)


def _first(*, progress: bool) -> JobSample:
    """The first look at the download, with the lists that a server sends."""
    row = {"JobId": "10231", "Label": "nightly", "DbName": "shop", "State": "DOWNLOADING", "Status": "[OK]"}
    row["UnfinishedTasks"] = ", ".join(f"{n}=10004" for n in range(10_000, 10_000 + _TASKS))
    row["Progress"] = ", ".join(f"[{n}: 0/1]" for n in range(10_000, 10_000 + _TASKS)) if progress else ""
    return JobSample.from_row(row, _START)


def _looks(first: JobSample, count: int) -> Iterator[JobSample]:
    for number in range(count - 1):
        left = _TASKS - _TASKS * number // count
        yield replace(first, read_at=_START + timedelta(seconds=number), pending_tasks=left)
    yield replace(first, read_at=_START + timedelta(seconds=count), state=JobState.FINISHED, pending_tasks=0)


def _fold(first: JobSample, count: int) -> float:
    """Microseconds a sample, of the tally alone."""
    samples = list(_looks(first, count))
    gc.collect()
    tally = Tally()
    begun = perf_counter()
    for sample in samples:
        tally = tally.add(sample)
    passed = perf_counter() - begun
    assert tally.fraction == 1.0  # noqa: S101 a benchmark of something else would be a lie
    return passed / count * 1e6


def _memory(first: JobSample) -> tuple[int, int]:
    """The most bytes traced at once, in a hundredth of the day and in the whole."""
    held = []
    for count in (_LOOKS // 100, _LOOKS):
        looks = _looks(first, _LOOKS)
        tracemalloc.start()
        tally = Tally()
        for _ in range(count - 1):
            tally = tally.add(next(looks))
        held.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert tally.fraction < 1  # noqa: S101 and so it is still held when it is measured
    return held[0], held[1]


def _estimates(first: JobSample) -> float:
    """Microseconds an estimate in the midst of the day."""
    tally = Tally()
    for sample in list(_looks(first, _LOOKS))[: _LOOKS // 2]:
        tally = tally.add(sample)
    begun = perf_counter()
    for _ in range(10_000):
        tally.estimate()
    return (perf_counter() - begun) / 10_000 * 1e6


@click.command()
def main() -> None:
    """Print the figures; nothing is written."""
    slim = _first(progress=False)
    click.echo(f"{_LOOKS:,} looks at {_TASKS:,} tasks each")
    click.echo(f"tally.add, lists taken off:   {min(_fold(slim, _LOOKS) for _ in range(3)):.1f} µs a sample")
    whole = _first(progress=True)
    click.echo(f"tally.add, with its Progress: {min(_fold(whole, _LOOKS // 20) for _ in range(3)):.1f} µs a sample")
    click.echo(f"tally.estimate:               {_estimates(slim):.1f} µs")
    early, late = _memory(slim)
    click.echo(f"most memory in {_LOOKS // 100:,} looks: {early:,} bytes; in {_LOOKS:,}: {late:,} bytes")


if __name__ == "__main__":
    main()
