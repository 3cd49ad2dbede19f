"""What a verdict costs: ``python -m benchmarks.verify``.

Large: what must be there, its record, and the judgement, for 100,000 tables of 10 partitions, the network aside. Small:
the look at 20 restored tables on a sandbox over the loopback, with its round trips.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from statistics import median
from time import perf_counter
from typing import Any

import click

from starrocks_restore_kernel.cluster import Partitions
from starrocks_restore_kernel.facade import connect
from starrocks_restore_kernel.jobs.verification import Expectations, Observed, expect, judge, verify
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import plan
from starrocks_restore_kernel.sandbox import Sandbox

from .plan import _counted, _facts, _held, _partition_rows, _shop

_MEGABYTE = 2**20


def _timed(rounds: int, what: str, do: Callable[[], Any]) -> str:
    seconds = []
    for _ in range(rounds):
        start = perf_counter()
        do()
        seconds.append(perf_counter() - start)
    held, most = _held(do)
    return f"{what:<44} {median(seconds):5.2f} s   holds {held:4.0f} MB, at most {most:4.0f} MB"


def _large(tables: int, each: int, rounds: int) -> Iterator[str]:
    facts = _facts(tables, each)
    properties = '"backup_timestamp" = "2026-01-01-00-00-00-000", "replication_num" = "3"'
    statement = parse(f"RESTORE SNAPSHOT shop.monday FROM vault PROPERTIES ({properties})")
    if not isinstance(statement, Restore):
        raise TypeError(statement)
    made = plan(statement, facts)
    size = f"{tables:,} × {each}"
    expectations = expect(made, facts)
    record = expectations.record()
    text = json.dumps(record)
    yield _timed(rounds, f"{size}, what must be there", lambda: expect(made, facts))
    yield _timed(rounds, f"{size}, its record", expectations.record)
    yield f"  as JSON {len(text) / _MEGABYTE:.1f} MB"
    yield _timed(rounds, f"{size}, read from it", lambda: Expectations.from_record(record))
    target = facts.target
    seen = {
        "all is there": target,
        "every table is gone": replace(target, tables={}),
        "every table lacks a partition": replace(target, partitions=Partitions(_partition_rows(tables, each - 1))),
        "every state is unknown": replace(target, states=None),
    }
    for what, there in seen.items():
        observed = Observed(there, datetime.now(UTC))
        yield _timed(rounds, f"{size}, {what}", lambda observed=observed: judge(expectations, observed))  # type: ignore[misc]
        verdict = judge(expectations, observed)
        drawings: dict[str, Callable[[], object]] = {"text": verdict.text, "HTML": verdict.html}
        for drawing, draw in {**drawings, "record": verdict.record, "frame": verdict.frame}.items():
            start = perf_counter()
            drawn = draw()
            long = f", {len(drawn) / 1024:,.0f} KB" if isinstance(drawn, str) else ""
            yield f"  {drawing:<10} {perf_counter() - start:5.2f} s{long}"


def _small(rounds: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, Sandbox(speed=1000.0, followers=1) as sandbox:
        os.environ["STARROCKS_RESTORE_HISTORY"] = f"sqlite:///{folder}/history.sqlite"
        os.environ["STARROCKS_RESTORE_SANDBOX"] = sandbox.url
        with connect("sandbox", fresh=True, poll_interval=0.02) as cluster, _counted() as sent:
            made = cluster.plan(_shop(cluster))
            if not isinstance(made.statement, Restore):
                raise TypeError(made)
            expectations = expect(made, cluster.facts(made.statement))
            made.submit(overwrite=True).wait()
            options: dict[str, dict[str, Any]] = {
                "nothing more": {},
                "counts": {"counts": True},
                "counts and a query": {"counts": True, "query": "SELECT count(*) >= 0 FROM {table}"},
            }
            for what, how in options.items():
                seconds = []
                for _ in range(rounds):
                    sent.clear()
                    start = perf_counter()
                    verdict = verify(cluster.frontend, expectations, **how)
                    seconds.append(perf_counter() - start)
                yield (
                    f"20 tables, 2 frontends, {what:<20} {median(seconds) * 1000:6.0f} ms   {len(sent)} round trips, "
                    f"{verdict.status.value}"
                )


@click.command()
@click.option("--tables", default=100_000, show_default=True)
@click.option("--partitions", default=10, show_default=True, help="Of each table.")
@click.option("--rounds", default=3, show_default=True)
def main(tables: int, partitions: int, rounds: int) -> None:
    """Measure, and show what was found."""
    for line in chain(_small(rounds * 3), _large(tables, partitions, rounds)):
        click.echo(line)


if __name__ == "__main__":
    main()
