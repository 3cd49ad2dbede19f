"""What following costs: a look, and a day of looks. ``python -m benchmarks.jobs``."""

from __future__ import annotations

import gc
import tempfile
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from starrocks_restore_kernel.cluster import Address, Frontend, JobSample
from starrocks_restore_kernel.facade import connect
from starrocks_restore_kernel.history import History
from starrocks_restore_kernel.jobs import Job, JobIdentity, Poller, Restores
from starrocks_restore_kernel.sandbox import Sandbox
from starrocks_restore_kernel.sandbox.clock import SteppedClock

from .report import Table, Target, machine

_LOOKS = 300
_DAY = 86_400
_SHOP = """CREATE DATABASE db{0}|CREATE TABLE db{0}.t (k INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) BUCKETS {1}
PROPERTIES ("replication_num" = "1")|INSERT INTO db{0}.t VALUES (1)"""


def _downloading(databases: int, tablets: int) -> tuple[float, float]:
    """CPU of the poller's thread and bytes in the answer, a look, while so many jobs download."""
    with tempfile.TemporaryDirectory() as folder, Sandbox(seed=None, clock=SteppedClock()) as sandbox:
        cluster = connect(sandbox.url)
        cluster.query('CREATE REPOSITORY repo WITH BROKER ON LOCATION "s3://bucket/x"')
        for number in range(databases):
            for sql in _SHOP.format(number, tablets).split("|"):
                cluster.query(sql)
            cluster.query(f"BACKUP SNAPSHOT db{number}.s{number} TO repo")
        sandbox.frontend.run(3.0 * tablets)
        history = History(f"sqlite:///{Path(folder) / 'history.sqlite'}")
        restores = Restores(cluster.frontend, history)
        poller = Poller(restores.leader.restore_jobs)
        for number in range(databases):
            (stamp,) = cluster.snapshots("repo", f"s{number}")[0].timestamps[:1]
            cluster.query(
                f"RESTORE SNAPSHOT db{number}.s{number} FROM repo ON (t AS t2) "
                f'PROPERTIES ("backup_timestamp" = "{stamp}", "replication_num" = "1")'
            )
            # Looked at here and not on the poller's own thread, whose time nobody could read.
            poller._jobs[Job(JobIdentity(f"db{number}", f"s{number}", stamp), restores)] = _misses()  # noqa: SLF001
        sandbox.frontend.run(12.0)
        poller.look()
        began = time.thread_time()
        for _ in range(_LOOKS):
            poller.look()
        spent = (time.thread_time() - began) / _LOOKS
        answer = sum(len(each.unfinished_tasks) for each in restores.leader.restore_jobs())
        restores.close()
        history.close()
        cluster.close()
        return spent, answer


def _misses() -> Any:
    from starrocks_restore_kernel.jobs import poller

    return poller._Misses()  # noqa: SLF001 what a job begins with


def _a_day(tasks: int) -> tuple[float, float, float, int]:
    """MB after an hour, MB after a day, microseconds a look, and bytes of the file, with a task gone at each look."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "history.sqlite"
        history = History(f"sqlite:///{place}")
        frontend = Frontend(None, Address("mysql", "fe", 9030, "root"))  # type: ignore[arg-type]
        restores = Restores(frontend, history)
        job = Job(JobIdentity("shop", "snap", "t"), restores)
        row = {
            "JobId": "1", "Label": "snap", "Timestamp": "t", "DbName": "shop", "State": "DOWNLOADING",
            "ReplicationNum": "3", "RestoreObjs": "orders", "CreateTime": "2026-01-01 00:00:00", "Status": "[OK]",
            "Timeout": "86400",
        }  # fmt: skip
        gc.collect()
        tracemalloc.start()
        hour = 0.0
        began = time.perf_counter()
        listed = [f"{number}=10004" for number in range(tasks)]
        for second in range(_DAY):
            left = tasks - second * tasks // _DAY
            text = ", ".join(listed[:left])
            job.take(JobSample.from_row(row | {"UnfinishedTasks": text}, start + timedelta(seconds=second)))
            if second == 3600:
                gc.collect()
                hour = tracemalloc.get_traced_memory()[0] / 1e6
        took = time.perf_counter() - began
        gc.collect()
        day = tracemalloc.get_traced_memory()[0] / 1e6
        tracemalloc.stop()
        history.close()
        return hour, day, took / _DAY * 1e6, place.stat().st_size


@click.command()
def main() -> None:
    """Measure, show the tables, and say which targets are met."""
    costs = {}
    for databases, tablets in ((1, 100), (1, 5_000), (20, 100)):
        costs[databases, tablets] = _downloading(databases, tablets)
    rows = tuple(
        (f"{databases} job{'s' if databases > 1 else ''} of {tablets:,} tablets", f"{spent * 1e3:.2f} ms",
         f"{spent:.2%}", f"{size:,.0f}")
        for (databases, tablets), (spent, size) in costs.items()
    )  # fmt: skip
    hour, day, look, size = _a_day(2_000)
    one = costs[1, 100][0]
    click.echo(machine() + "\n")
    head = ("following", "CPU a look", "of a core at one look a second", "bytes of tasks in the answer")
    click.echo(Table("A look", head, rows, "").text())
    click.echo(
        f"A day of a job of 2,000 tasks: {hour:.2f} MB held after an hour, {day:.2f} MB after a day, "
        f"{look:,.0f} µs a look with the history (memory being traced), {size / 1e6:.1f} MB in the file\n"
    )
    click.echo(Target("a followed cluster costs under 1 % of a core at a look a second", f"{one:.2%}", one < 0.01))
    click.echo(Target("memory is flat over a day", f"{hour:.2f} MB, then {day:.2f} MB", day < 2 * hour + 1))


if __name__ == "__main__":
    main()
