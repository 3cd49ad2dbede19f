"""The sandbox as a process of its own, beside a plain mysql-mimic: ``python -m benchmarks.sandbox``."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import pymysql

from .measure import Times
from .report import Table, Target, machine, spread

_ROOT = Path(__file__).parent.parent
_PAGE = _ROOT / "docs" / "sandbox_speed.md"
_CLIENTS = 200
_ROWS = 1_000_000
_TABLES = 100_000
_BURST = 1000
"""How many queries are timed together."""

# The same answer, one row of one number, from the library alone.
_MIMIC = """
import asyncio
from mysql_mimic import MysqlServer, Session
class One(Session):
    async def handle_query(self, sql, attrs):
        return ([(1,)], ["1"]) if sql.startswith("SELECT") else None
async def main():
    server = MysqlServer(session_factory=One)
    await server.start_server(host="127.0.0.1", port=0)
    print(f":{server.sockets()[0].getsockname()[1]}", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@dataclass
class _Results:
    bursts: dict[str, Times] = field(default_factory=dict)
    at_once: float = 0.0
    at_once_queries: float = 0.0
    start: Times = field(default_factory=Times)
    imported: Times = field(default_factory=Times)
    backup: Times = field(default_factory=Times)
    restore: Times = field(default_factory=Times)
    seconds: dict[str, Times] = field(default_factory=dict)


@contextlib.contextmanager
def _process(*command: str) -> Iterator[int]:
    """Run a server until the end; its port is what stands behind the first line's last colon."""
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 our commands
        try:
            line = process.stdout.readline() if process.stdout is not None else ""
            found = re.search(r":(\d+)$", line)
            if found is None:
                raise click.ClickException(f"{command[1:4]} did not start")
            yield int(found[1])
        finally:
            process.kill()


def _sandbox(*words: str) -> contextlib.AbstractContextManager[int]:
    return _process(sys.executable, "-m", "starrocks_restore_kernel.cli", "sandbox", "--port=0", *words)


def _connect(port: int) -> Any:
    return pymysql.connect(host="127.0.0.1", port=port, user="root", ssl_disabled=True, autocommit=True)


def _ask(port: int, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(_connect(port)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _timed(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def _burst(cursor: Any, sql: str) -> Callable[[], None]:
    def ask() -> None:
        for _ in range(_BURST):
            cursor.execute(sql)
            cursor.fetchall()

    return ask


def _back_up(port: int, database: str, source: str) -> str:
    """Back a database up to the end; the timestamp."""
    _ask(port, f"CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://bench/{source}'")
    _ask(port, f"BACKUP SNAPSHOT {database}.s1 TO repo")
    while _ask(port, f"SHOW BACKUP FROM {database}")[0][3] != "FINISHED":
        pass
    return str(_ask(port, "SHOW SNAPSHOT ON repo")[0][1])


def _restore(port: int, timestamp: str, database: str, alias: str) -> None:
    properties = f"PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
    _ask(port, f"RESTORE SNAPSHOT s1 FROM repo DATABASE {database} AS {alias} {properties}")
    while True:
        row = _ask(port, f"SHOW RESTORE FROM {alias}")[0]
        if row[4] in ("FINISHED", "CANCELLED"):
            break
    if row[4] != "FINISHED":
        raise click.ClickException(f"the restore ended {row[4]}: {row[16]}")


def _queries(results: _Results, rounds: int, mimic: str) -> None:
    """Ask the sandbox and the plain server in turn, so that the machine's slow minutes fall on both."""
    with contextlib.ExitStack() as open_:
        port = open_.enter_context(_sandbox("--speed=10000"))
        timestamp = _back_up(port, "shop", "queries")
        _restore(port, timestamp, "shop", "copy")
        cursors = {
            f"sandbox, {sql}": (open_.enter_context(contextlib.closing(_connect(port))).cursor(), sql)
            for sql in (
                "SHOW RESTORE FROM copy",
                "SELECT 1",
                "SELECT count(*) FROM shop.orders",
                "SHOW TABLES FROM shop",
            )
        }
        done = subprocess.run([mimic, "-c", "import mysql_mimic"], check=False, capture_output=True)  # noqa: S603 ours
        if done.returncode:
            results.bursts["mysql-mimic, SELECT 1"] = Times(failure="not installed here")
        else:
            plain = open_.enter_context(_process(mimic, "-c", _MIMIC))
            connection = open_.enter_context(contextlib.closing(_connect(plain)))
            cursors["mysql-mimic, SELECT 1"] = connection.cursor(), "SELECT 1"
        bursts = {name: _burst(*each) for name, each in cursors.items()}
        for each in bursts.values():
            each()
        seconds: dict[str, list[float]] = {name: [] for name in bursts}
        for _ in range(rounds):
            for name, each in bursts.items():
                seconds[name].append(_timed(each))
        results.bursts.update({name: Times(tuple(each)) for name, each in seconds.items()})
        results.at_once, results.at_once_queries = _at_once(port)


def _at_once(port: int) -> tuple[float, float]:
    """Let many clients log in at once, and when all are there ask twenty times each; the seconds of both."""
    ready, go = threading.Barrier(_CLIENTS + 1), threading.Barrier(_CLIENTS + 1)
    done = threading.Barrier(_CLIENTS + 1)

    def client() -> None:
        with contextlib.closing(_connect(port)) as connection, connection.cursor() as cursor:
            ready.wait()
            go.wait()
            for _ in range(20):
                cursor.execute("SHOW RESTORE FROM copy")
                cursor.fetchall()
            done.wait()

    threads = [threading.Thread(target=client, daemon=True) for _ in range(_CLIENTS)]

    def log_in() -> None:
        for each in threads:
            each.start()
        ready.wait(60)

    def ask() -> None:
        go.wait(60)
        done.wait(60)

    return _timed(log_in), _timed(ask)


def _starts(rounds: int) -> tuple[Times, Times]:
    code = (
        "import time; a = time.perf_counter(); import starrocks_restore_kernel.sandbox; print(time.perf_counter() - a)"
    )
    starts, imports = [], []
    for number in range(rounds + 1):
        begun = perf_counter()
        with _sandbox():
            starts.append(perf_counter() - begun)
        done = subprocess.run(  # noqa: S603 our code
            [sys.executable, "-c", code], cwd=_ROOT, check=True, capture_output=True, text=True
        )
        imports.append(float(done.stdout))
        if not number:  # the first round fills the caches of compiled bytecode
            starts, imports = [], []
    return Times(tuple(starts)), Times(tuple(imports))


def _million(results: _Results, rounds: int) -> None:
    backups, restores = [], []
    for _ in range(rounds):
        with _sandbox("--seed=none", "--speed=10000") as port:
            _ask(port, "CREATE DATABASE big")
            _ask(
                port,
                "CREATE TABLE big.t (id BIGINT NOT NULL, day DATE NOT NULL, amount DECIMAL(10, 2), note VARCHAR(32)) "
                "DUPLICATE KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 8 PROPERTIES ('replication_num' = '1')",
            )
            _ask(
                port,
                "INSERT INTO big.t SELECT g.n, date_add('2024-01-01', INTERVAL g.n % 366 DAY), g.n / 100, "
                f"concat('row ', g.n) FROM TABLE(generate_series(1, {_ROWS})) AS g(n)",
            )
            begun = perf_counter()
            timestamp = _back_up(port, "big", "million")
            backups.append(perf_counter() - begun)
            restores.append(_timed(lambda port=port, timestamp=timestamp: _restore(port, timestamp, "big", "copy")))
            ((count,),) = _ask(port, "SELECT count(*) FROM copy.t")
            if count != _ROWS:
                raise click.ClickException(f"{count} rows were restored of {_ROWS}")
    results.backup, results.restore = Times(tuple(backups)), Times(tuple(restores))


_SIZES = {
    f"a cluster of {_TABLES:,} tables": f"tables={_TABLES}",
    "1,000 databases, each with a job": "databases=1000,jobs",
    "1,000 tables of 100 partitions": "tables=1000,partitions=100",
}


def _sizes(results: _Results, rounds: int) -> None:
    made: dict[str, list[float]] = {name: [] for name in _SIZES}
    for _ in range(rounds):
        for name, scale in _SIZES.items():
            begun = perf_counter()
            with _sandbox(f"--scale={scale}"):
                made[name].append(perf_counter() - begun)
    results.seconds.update({f"start with {name}": Times(tuple(each)) for name, each in made.items()})
    with tempfile.TemporaryDirectory() as folder:
        begun = perf_counter()
        with _sandbox(f"--scale=tables={_TABLES},snapshot", f"--folder={folder}") as port:
            results.seconds[f"start with a cluster and a snapshot of {_TABLES:,} tables, kept in a folder"] = Times(
                (perf_counter() - begun,)
            )
            ((_, timestamp, _),) = _ask(port, "SHOW SNAPSHOT ON scale_repo")
            whole = f"SHOW SNAPSHOT ON scale_repo WHERE SNAPSHOT = 'large' AND TIMESTAMP = '{timestamp}'"
            restore = (
                "RESTORE SNAPSHOT large FROM scale_repo DATABASE scale_0001 AS copy{number} ON (TABLE table_000001) "
                f"PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
            )
            asked = {
                f"SHOW SNAPSHOT of {_TABLES:,} tables, with Details": whole,
                f"SHOW TABLES of {_TABLES:,}": "SHOW TABLES FROM scale_0001",
                f"submit a RESTORE of 1 table out of {_TABLES:,}": restore,
            }
            for name, sql in asked.items():
                times = []
                for number in range(rounds):
                    text = sql.replace("{number}", str(number))
                    times.append(_timed(lambda text=text: _ask(port, text)))
                results.seconds[name] = Times(tuple(times))
        begun = perf_counter()
        with _sandbox(f"--folder={folder}"):
            results.seconds[f"start again on a folder with {_TABLES:,} tables"] = Times((perf_counter() - begun,))


# -- what is said of it


def _targets(found: _Results) -> list[Target]:
    show = _BURST / found.bursts["sandbox, SHOW RESTORE FROM copy"].median
    listing = found.seconds[f"SHOW SNAPSHOT of {_TABLES:,} tables, with Details"].median
    seed = found.seconds[f"start with a cluster of {_TABLES:,} tables"].median
    return [
        Target("one PyMySQL asks SHOW RESTORE 2,000 times a second", f"{show:,.0f}", show >= 2000),
        Target(
            f"{_CLIENTS} connections at once",
            f"all are in after {found.at_once:.2f} s, and are answered {_CLIENTS * 20 / found.at_once_queries:,.0f} "
            "times a second together",
            met=True,
        ),
        Target(
            "the tutorial's sandbox starts in less than a second", f"{found.start.median:.2f} s", found.start.median < 1
        ),
        Target(
            f"a restore of {_ROWS:,} rows ends within 10 seconds of the wall at the highest speed",
            f"{found.restore.median:.2f} s",
            found.restore.median <= 10,
        ),
        Target(f"a snapshot of {_TABLES:,} tables is listed in a second", f"{listing:.2f} s", listing <= 1),
        Target(f"a cluster of {_TABLES:,} tables is made within 10 seconds", f"{seed:.2f} s", seed <= 10),
    ]


def _tables(found: _Results) -> list[Table]:
    floor = found.bursts["mysql-mimic, SELECT 1"]
    rows = []
    for name, each in found.bursts.items():
        if not each.seconds:
            rows.append((name, each.failure, "", ""))
            continue
        ratio = f"{each.median / floor.median:.2f}" if floor.seconds else ""
        rows.append((name, f"{_BURST / each.median:,.0f}", spread(each), ratio))
    queries = Table(
        "One client after another",
        ("server and query", "queries/s", f"ms for {_BURST:,}: min / median / max", "times the plain server's"),
        tuple(rows),
        "One PyMySQL connection on loopback, each server a process of its own. mysql-mimic answers a constant with no "
        "parser in the way: what an answer costs in Python at least, its library's own work included.",
    )
    single = {
        "start with the tutorial's seed, until it listens": found.start,
        "of that, the import": found.imported,
        f"back up {_ROWS:,} rows": found.backup,
        f"restore {_ROWS:,} rows": found.restore,
        **found.seconds,
    }
    large = Table(
        "Starting, restoring and size",
        ("what", "ms: min / median / max"),
        tuple((name, spread(each)) for name, each in single.items()),
        "Seconds of the wall, with the clock at 10,000 times its speed where jobs run. A sandbox starts as a command "
        "does, the interpreter included.",
    )
    return [queries, large]


@click.command()
@click.option("--rounds", default=5, show_default=True, help="How often each is measured.")
@click.option("--mimic", default=sys.executable, help="A Python that has mysql-mimic.")
@click.option("--markdown", is_flag=True, help=f"Write {_PAGE.parent.name}/{_PAGE.name} too.")
def main(rounds: int, mimic: str, markdown: bool) -> None:
    """Measure, show the tables, and say which targets are met."""
    found = _Results()
    _queries(found, rounds, mimic)
    found.start, found.imported = _starts(rounds)
    _million(found, rounds)
    _sizes(found, max(rounds // 2, 1))
    targets = _targets(found)
    click.echo("\n".join([machine(), "", *(each.text() for each in _tables(found)), *map(str, targets)]))
    if markdown:
        said = [
            f"- **{'met' if each.met else 'falls short'}**: {each.asked}. Measured: {each.measured}."
            for each in targets
        ]
        lines = [
            "# Speed of the sandbox",
            "",
            f"Measured on {datetime.now(UTC):%Y-%m-%d} by `make bench-sandbox`, which wrote this page. {machine()}",
            "Every number is one run's, as measured; other machines differ, and the ratios are what travels.",
            "",
            "## Targets",
            "",
            *said,
            "",
            *(each.markdown() for each in _tables(found)),
        ]
        _PAGE.write_text("\n".join(lines), "utf-8")
        click.echo(f"\nwrote {_PAGE}")


if __name__ == "__main__":
    main()
