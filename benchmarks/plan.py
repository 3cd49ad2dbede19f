"""What a plan and its facts cost: ``python -m benchmarks.plan``.

Large: the rows of a database with 100,000 tables of 10 partitions, made into facts, the network aside; and what is
judged by them and drawn. Small: a plan of 20 tables against a sandbox over the loopback, with its round trips.
"""

from __future__ import annotations

import json
import os
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from statistics import median
from time import perf_counter
from typing import Any

import click

from starrocks_restore_kernel.cluster import (
    Answer,
    Backend,
    Frontend,
    Grant,
    Grants,
    Partitions,
    Question,
    Repository,
    Session,
    reading,
    reading_objects,
)
from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import (
    ClusterFacts,
    Facts,
    RepositoryFacts,
    TargetFacts,
    UserFacts,
    plan,
)
from starrocks_restore_kernel.sandbox import Sandbox

_BATCH = 10_000
_MEGABYTE = 2**20


def _partition_rows(tables: int, each: int) -> Iterator[Sequence[Sequence[Any]]]:
    """As the driver hands them over: every text an object of its own."""
    batch: list[tuple[Any, ...]] = []
    for table in range(tables):
        for part in range(each):
            values = f"[types: [DATE]; keys: [2024-{part:02}-01]; ..types: [DATE]; keys: [2024-{part + 1:02}-01]; )"
            size = (table * 7919 + part) * 4096
            batch.append((f"table_{table:06}", f"p2024{part:02}", values, 8, 3, 0, size // 40, size))
            if len(batch) == _BATCH:
                yield batch
                batch = []
    yield batch


class _Waiting:
    """Hands batches on, and keeps the time that making them took."""

    def __init__(self, batches: Iterator[Sequence[Sequence[Any]]]) -> None:
        self.batches = batches
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Sequence[Sequence[Any]]]:
        while True:
            start = perf_counter()
            batch = next(self.batches, None)
            self.seconds += perf_counter() - start
            if batch is None:
                return
            yield batch


def _table_answers(tables: int, each: int) -> dict[str, tuple[Question[Any], Answer]]:
    """The answers to the other long questions."""
    names = [f"table_{table:06}" for table in range(tables)]
    properties = '{"replication_num":"3","storage_medium":"HDD","compression":"LZ4"}'
    details = {name: {"partitions": {f"p2024{part:02}": {} for part in range(each)}} for name in names}
    columns = (
        "TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE "
        "DISTRIBUTE_BUCKET SORT_KEY PROPERTIES TABLE_ID"
    )
    return {
        "tables": (
            reading_objects.tables("shop"),
            Answer(
                ("TABLE_NAME", "TABLE_TYPE", "ENGINE", "TABLE_ROWS", "DATA_LENGTH"),
                [(name, "BASE TABLE", "StarRocks", 1000, 40_000) for name in names],
            ),
        ),
        "configuration": (
            reading_objects.configurations("shop"),
            Answer(
                tuple(columns.split()),
                [
                    (name, "OLAP", "DUP_KEYS", "", "`d`", "`k`", "HASH", 8, "`k`", properties, 10_000 + index)
                    for index, name in enumerate(names)
                ],
            ),
        ),
        "states": (
            reading_objects.states("shop"),
            Answer(("TableName", "State"), [(name, "NORMAL") for name in names]),
        ),
        "contents": (
            reading.contents("vault", "monday", "x"),
            Answer(
                ("Snapshot", "Timestamp", "Database", "Details", "Status"),
                [("monday", "x", "shop", json.dumps({"backup_objects": details}), "OK")],
            ),
        ),
    }


def _held(make: Callable[[], object]) -> tuple[float, float]:
    """Megabytes that what was made holds, and that making it took at most."""
    tracemalloc.start()
    kept = make()
    now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return now / _MEGABYTE, most / _MEGABYTE


def _large(tables: int, each: int, rounds: int) -> Iterator[str]:
    seconds = []
    for _ in range(rounds):
        waiting = _Waiting(_partition_rows(tables, each))
        start = perf_counter()
        Partitions(waiting)
        seconds.append(perf_counter() - start - waiting.seconds)
    held, most = _held(lambda: Partitions(_partition_rows(tables, each)))
    yield f"{tables * each:,} partitions   {median(seconds):6.2f} s   holds {held:4.0f} MB, at most {most:4.0f} MB"
    read = Partitions(_partition_rows(tables, each))
    start = perf_counter()
    for table in read:
        read.replicas(table)
    yield f"  replica numbers of each table       {perf_counter() - start:6.2f} s"
    start = perf_counter()
    for table in read:
        read[table]
    yield f"  every partition as a value          {perf_counter() - start:6.2f} s"
    for what, (question, answer) in _table_answers(tables, each).items():
        start = perf_counter()
        question.value(answer)
        taken = perf_counter() - start
        held, _ = _held(lambda question=question, answer=answer: question.value(answer))  # type: ignore[misc]
        yield f"{tables:,} × {what:<15} {taken:6.2f} s   holds {held:4.0f} MB"


# -- judging by the facts


def _facts(tables: int, each: int) -> Facts:
    """A snapshot of so many tables, and a database with as many."""
    read = {what: question.value(answer) for what, (question, answer) in _table_answers(tables, each).items()}
    functions = Grant(frozenset({"USAGE"}), "FUNCTION")
    everything = frozenset({"REPOSITORY", "CREATE DATABASE"})
    grants = (functions, Grant(everything, "SYSTEM"), Grant(everything, "CATALOG"))
    return Facts(
        "4.1",
        ClusterFacts(
            backends=tuple(Backend(str(at), f"10.0.0.{at}", alive=True, decommissioned=False) for at in range(3)),
            configuration={"default_replication_num": "3", "run_mode": "shared_nothing"},
        ),
        UserFacts(Session("4.1", "'root'@'%'", (), "default_catalog", None), Grants("'root'@'%'", grants=grants)),
        RepositoryFacts(
            repositories=(Repository("vault", read_only=False, location="s3://b"),), contents=read["contents"]
        ),
        TargetFacts(
            "shop",
            exists=True,
            tables=read["tables"],
            configurations=read["configuration"],
            states=read["states"],
            partitions=Partitions(_partition_rows(tables, each)),
            views={},
            materialized_views={},
            functions=(),
        ),
    )


_LARGE_PLANS = {
    "every table is overwritten": ("", 3),
    "every table has other replicas": ("", 1),
    "every table is new": (" DATABASE shop AS copy", 3),
}


def _judged(tables: int, each: int, rounds: int) -> Iterator[str]:
    facts = _facts(tables, each)
    for what, (where, number) in _LARGE_PLANS.items():
        label = "monday" if where else "shop.monday"
        properties = f'"backup_timestamp" = "2026-01-01-00-00-00-000", "replication_num" = "{number}"'
        statement = parse(f"RESTORE SNAPSHOT {label} FROM vault{where} PROPERTIES ({properties})")
        if not isinstance(statement, Restore):
            raise TypeError(statement)
        here = replace(facts, target=TargetFacts.missing("copy")) if where else facts
        seconds = []
        for _ in range(rounds):
            start = perf_counter()
            verdict = plan(statement, here).verdict
            seconds.append(perf_counter() - start)
        held, most = _held(lambda statement=statement, here=here: plan(statement, here))  # type: ignore[misc]
        yield (
            f"{tables:,} × {each}, {what:<31} {median(seconds):5.2f} s   holds {held:4.0f} MB, at most {most:4.0f} MB, "
            f"{verdict.value}"
        )
        made = plan(statement, here)
        drawings: dict[str, Callable[[], object]] = {"text": made.text, "HTML": made.html, "record": made.record}
        for drawing, draw in {**drawings, "frame": made.frame}.items():
            start = perf_counter()
            drawn = draw()
            long = f", {len(drawn) / 1024:,.0f} KB" if isinstance(drawn, str) else ""
            yield f"  {drawing:<10} {perf_counter() - start:5.2f} s{long}"


@contextmanager
def _counted() -> Iterator[list[str]]:
    """What goes to frontends meanwhile, one entry a round trip."""
    sent: list[str] = []
    plain = Frontend._cursor  # noqa: SLF001

    @contextmanager
    def counting(frontend: Frontend, **options: Any) -> Iterator[Any]:
        sent.append("")
        with plain(frontend, **options) as cursor:
            yield cursor

    Frontend._cursor = counting  # type: ignore[method-assign]  # noqa: SLF001
    try:
        yield sent
    finally:
        Frontend._cursor = plain  # type: ignore[method-assign]  # noqa: SLF001


def _shop(cluster: Cluster) -> str:
    """Twenty tables and their snapshot; the text of a RESTORE of them."""
    cluster.query("CREATE DATABASE many")
    for index in range(20):
        cluster.query(
            f"CREATE TABLE many.t{index} (k INT, d DATE) DUPLICATE KEY(k) DISTRIBUTED BY HASH(k) BUCKETS 2 "
            'PROPERTIES ("replication_num" = "1")'
        )
    cluster.run('CREATE REPOSITORY vault WITH BROKER ON LOCATION "s3://backups/many"')
    stamp = cluster.run("BACKUP SNAPSHOT many.monday TO vault").timestamp
    names = ", ".join(f"t{index}" for index in range(20))
    properties = f'"backup_timestamp" = "{stamp}", "replication_num" = "1"'
    return f"RESTORE SNAPSHOT many.monday FROM vault ON ({names}) PROPERTIES ({properties})"


def _small(rounds: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, Sandbox(speed=1000.0) as sandbox:
        os.environ["STARROCKS_RESTORE_HISTORY"] = f"sqlite:///{folder}/history.sqlite"
        os.environ["STARROCKS_RESTORE_SANDBOX"] = sandbox.url
        with connect("sandbox", fresh=True, poll_interval=0.02) as cluster, _counted() as sent:
            sql = _shop(cluster)
            for what, refresh in (("all anew", True), ("machines and rights known", False)):
                seconds = []
                for _ in range(rounds):
                    if refresh:
                        cluster.refresh()
                    sent.clear()
                    start = perf_counter()
                    made = cluster.plan(sql)
                    seconds.append(perf_counter() - start)
                yield (
                    f"20 tables, {what:<26} {median(seconds) * 1000:6.0f} ms   {len(sent)} round trips, "
                    f"{made.verdict.value}"
                )


@click.command()
@click.option("--tables", default=100_000, show_default=True)
@click.option("--partitions", default=10, show_default=True, help="Of each table.")
@click.option("--rounds", default=5, show_default=True)
def main(tables: int, partitions: int, rounds: int) -> None:
    """Measure, and show what was found."""
    for line in chain(_small(rounds * 3), _large(tables, partitions, rounds), _judged(tables, partitions, rounds)):
        click.echo(line)


if __name__ == "__main__":
    main()
