"""A history of a million samples in SQLite, asked and written to: ``python -m benchmarks.history``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import sqlalchemy as sa

from starrocks_restore_kernel.cluster import JobSample, JobState
from starrocks_restore_kernel.history import Event, EventKind, History
from starrocks_restore_kernel.history.samples import identity_of
from starrocks_restore_kernel.history.schema import job

from .measure import Times
from .report import Table, Target, machine, spread

_PAGE = Path(__file__).parent.parent / "docs" / "history_speed.md"
_JOBS = 10_000
_LOOKS = 100
"""A job's, each with something new in it."""
_DATABASES = 50
_START = datetime(2026, 1, 1, tzinfo=UTC)
_STEP = timedelta(hours=6)
"""From a database's job to its next one."""
_CLUSTER = "fe-1:9030"
_STAMP = "2026-01-01-00-00-00-000"
_WRITES = 500
"""How many writes are timed, one by one."""

_COPIES = (
    "INSERT INTO detail SELECT job + :shift, number, digest, body FROM detail WHERE job <= :first",
    """INSERT INTO sample SELECT job + :shift, number, read_at + :later, until + :later, looks, job_id, state,
    pending_tasks, detail, lists FROM sample WHERE job <= :first""",
)


def _look(database: int, number: int, tablets: int) -> JobSample:
    """One look at a job of so many tablets; nearly all of the time they are downloaded."""
    states = {0: "PENDING", 1: "SNAPSHOTING", 2: "DOWNLOAD", 97: "COMMIT", 98: "COMMITTING", 99: "FINISHED"}
    state = JobState(states.get(number, "DOWNLOADING"))
    left = tablets * (97 - number) // _LOOKS if state is JobState.DOWNLOADING else 0
    read_at = _START + timedelta(seconds=3 * number)
    prepared, made, loaded, ended = (f"{_START:%F %T}" if number > step else None for step in (0, 1, 96, 98))
    return JobSample(
        read_at=read_at,
        job_id=10_231 if number else -1,
        label=f"nightly_{database}",
        timestamp=_STAMP,
        database=f"shop_{database}",
        state=state,
        replication_num="3",
        objects=", ".join(f"table_{n}" for n in range(20)),
        created=f"{_START:%F %T}",
        meta_prepared=prepared,
        snapshot_finished=made,
        download_finished=loaded,
        finished=ended,
        unfinished_tasks=", ".join(f"{n}={n}" for n in range(10_000, 10_000 + left)),
        progress=", ".join(f"[{n}: 0/1]" for n in range(10_000, 10_000 + left)),
        task_errors="",
        status="[OK]",
        timeout="86400",
        pending_tasks=left,
    )


def _build(history: History) -> None:
    """A job a database, by the way that all samples go; the others are copies of its rows, some hours later each."""
    for database in range(_DATABASES):
        for number in range(_LOOKS):
            history.keep(_CLUSTER, _look(database, number, 20 * (database + 1)))
    with history._database._writes.begin() as connection:  # noqa: SLF001 the way past the front door
        first = [dict(row) for row in connection.execute(sa.select(job)).mappings()]
        for copy in range(1, _JOBS // _DATABASES):
            connection.execute(sa.insert(job), [_copied(row, copy) for row in first])
            values = {
                "shift": copy * _DATABASES,
                "later": copy * _STEP // timedelta(microseconds=1),
                "first": _DATABASES,
            }
            for copies in _COPIES:
                connection.execute(sa.text(copies), values)


def _copied(row: Mapping[str, Any], copy: int) -> dict[str, Any]:
    created = f"{_START + copy * _STEP:%F %T}"
    names = (row["cluster"], row["database"], row["label"], row["timestamp"])
    moved = {name: row[name] + copy * _STEP for name in ("first_seen", "last_seen", "over")}
    key = row["id"] + copy * _DATABASES
    return {**row, **moved, "id": key, "created": created, "identity": identity_of(*names, created)}


def _timed(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def _times(rounds: int, action: Callable[[], object]) -> Times:
    return Times(tuple(_timed(action) for _ in range(rounds)))


def _readings(history: History, rounds: int) -> dict[str, Times]:
    names = {"database": "shop_7", "label": "nightly_7", "timestamp": _STAMP}
    created = f"{_START + 100 * _STEP:%F %T}"
    if len(history.samples(_CLUSTER, **names, created=created)) != _LOOKS or len(history.jobs()) != _JOBS:
        raise click.ClickException("the history is not what it should be")
    asked: dict[str, Callable[[], object]] = {
        "the list of jobs, the last 200": lambda: history.jobs(_CLUSTER, last=200),
        f"the list of jobs, all {_JOBS:,}": history.jobs,
        f"the {_LOOKS} samples of one job": lambda: history.samples(_CLUSTER, **names, created=created),
        "the last 200 samples of a cluster": lambda: history.samples(_CLUSTER, last=200),
        "the list of jobs, and one job's samples": lambda: (
            history.jobs(_CLUSTER, last=200),
            history.samples(_CLUSTER, **names, created=created),
        ),
    }
    return {name: _times(rounds, action) for name, action in asked.items()}


def _writings(history: History) -> dict[str, Times]:
    base = replace(_look(7, 50, 500), created="2027-01-01 00:00:00", read_at=_START + timedelta(days=365))
    second = timedelta(seconds=1)
    news = [replace(base, read_at=base.read_at + n * second, pending_tasks=n) for n in range(_WRITES)]
    again = [replace(news[-1], read_at=news[-1].read_at + n * second) for n in range(1, _WRITES)]
    texts = [replace(each, task_errors=f"[{n}: no route to host]" * 50, label="y") for n, each in enumerate(news)]
    first = [replace(each, label=f"x{n}") for n, each in enumerate(news)]
    large = [replace(_look(7, 3, 100_000), label="z", pending_tasks=n) for n in range(20)]
    event = Event(base.read_at, EventKind.STATE, _CLUSTER, base.database, base.label, base.timestamp, "it is on")
    written: dict[str, list[Callable[[], object]]] = {
        "a new sample": [lambda each=each: history.keep(_CLUSTER, each) for each in news],
        "a new sample with other texts": [lambda each=each: history.keep(_CLUSTER, each) for each in texts],
        "a new sample among 100,000 tablets": [lambda each=each: history.keep(_CLUSTER, each) for each in large],
        "a sample that folds": [lambda each=each: history.keep(_CLUSTER, each) for each in again],
        "the first sample of a job": [lambda each=each: history.keep(_CLUSTER, each) for each in first],
        "an event": [lambda: history.record(event)] * _WRITES,
    }
    return {name: Times(tuple(map(_timed, actions))) for name, actions in written.items()}


@click.command()
@click.option("--rounds", default=20, show_default=True, help="How often each question is asked.")
@click.option("--markdown", is_flag=True, help=f"Write {_PAGE.parent.name}/{_PAGE.name} too.")
def main(rounds: int, markdown: bool) -> None:
    """Measure, show the tables, and say which targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "history.sqlite"
        history = History(f"sqlite:///{place}")
        built = Times((_timed(lambda: _build(history)),))
        history.close()  # which brings all into the one file
        size = place.stat().st_size
        reading = _readings(history, rounds)
        writing = _writings(history)
        pruned = Times((_timed(lambda: history.prune(_START + _STEP * (_JOBS // _DATABASES // 2))),))
        left = place.stat().st_size
        history.close()
    whole = {"build it, past the front door": built, f"prune about {_JOBS // 2:,} jobs": pruned}
    tables = [
        _table("Asking", reading, f"{_JOBS * _LOOKS:,} samples of {_JOBS:,} jobs; values as a person gets them."),
        _table("Writing", writing, "One transaction each. The first line is what a poller does."),
        _table(
            "As a whole",
            whole,
            f"The file: {size / 1e6:.0f} MB, {size / _JOBS / _LOOKS:.0f} bytes a sample with all that belongs to it; "
            f"{left / 1e6:.0f} MB when it was pruned.",
        ),
    ]
    dashboard, new = reading["the list of jobs, and one job's samples"], writing["a new sample"]
    everything = reading[f"the list of jobs, all {_JOBS:,}"]
    targets = [
        _target("the dashboard's query, the last 200 jobs and one job's samples, in 200 ms", dashboard, 200),
        _target(f"the list of all {_JOBS:,} jobs in 200 ms", everything, 200),
        _target("a new sample in less than 5 ms", new, 5),
    ]
    click.echo("\n".join([machine(), "", *(f"{each.text()}{each.note}\n" for each in tables), *map(str, targets)]))
    if markdown:
        _PAGE.write_text(_page(tables, targets), "utf-8")
        click.echo(f"\nwrote {_PAGE}")


def _table(title: str, times: Mapping[str, Times], note: str) -> Table:
    return Table(
        title, ("what", "ms: min / median / max"), tuple((name, spread(each)) for name, each in times.items()), note
    )


def _target(asked: str, times: Times, milliseconds: float) -> Target:
    return Target(asked, f"{times.median * 1e3:.2f} ms", times.median * 1e3 <= milliseconds)


def _page(tables: list[Table], targets: list[Target]) -> str:
    return "\n".join(
        [
            "# Speed of the history",
            "",
            f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench-history`, which wrote this page. {machine()}",
            "Every number is one run's, as measured; other machines differ, and the ratios are what travels.",
            "",
            "## Targets",
            "",
            *(
                f"- **{'met' if each.met else 'falls short'}**: {each.asked}. Measured: {each.measured}."
                for each in targets
            ),
            "",
            *(each.markdown() for each in tables),
        ]
    )


if __name__ == "__main__":
    main()
