"""A process that is killed while several clients are in the midst of something: its folder opens whole."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import pymysql
import pytest
from sandbox.child import Child, running
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox import Frontend, SteppedClock
from starrocks_restore_kernel.sandbox.model.catalog import Table, TableState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CLIENTS = 4
TABLE = '(k INT NOT NULL, v VARCHAR(8)) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) PROPERTIES ("replication_num" = "1")'


class Killer:
    """Kills a process when so much has been acknowledged, whoever was at work then."""

    def __init__(self, child: Child, acknowledged: int) -> None:
        self.child = child
        self._left = acknowledged
        self._counting = threading.Lock()

    def count(self) -> None:
        """Count one acknowledgement."""
        with self._counting:
            self._left -= 1
            if self._left == 0:
                self.child.process.kill()

    def run(self, client: Callable[[pymysql.Connection, int], None]) -> None:
        """Let clients work until the end."""

        def work(number: int) -> None:
            with contextlib.suppress(pymysql.Error, OSError):
                client(self.child.connect(), number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.child.process.wait()


@contextlib.contextmanager
def reopened(folder: Path) -> Iterator[Cluster]:
    """Open what a killed process left."""
    cluster = Cluster(Frontend(SteppedClock(), folder, version="4.1", kept=True))
    yield cluster
    cluster.session.close()
    cluster.frontend.close()


def assert_no_orphans(frontend: Frontend) -> None:
    """Every table of rows is a partition's, and the other way round nothing that had rows lost them."""
    owned = {
        f"partition_{partition.physical_id}"
        for database in frontend.databases.values()
        for table in database.tables.values()
        if isinstance(table, Table)
        for partition in table.partitions.values()
    }
    with frontend.rows.cursor() as cursor:
        there = {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert set() == {name for name in there if "partition_" in name} - owned


def send(connection: pymysql.Connection, sql: str) -> None:
    """Send one statement, and wait until it is acknowledged."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("acknowledged", [23, 61, 118])
def test_every_acknowledged_row_is_there(tmp_path: Path, acknowledged: int) -> None:
    """And of each statement all rows or none."""
    told: set[int] = set()
    with running(f"--folder={tmp_path}", "--seed=none") as child:
        child.query("CREATE DATABASE db1")
        child.query(f"CREATE TABLE db1.t {TABLE}")
        killer = Killer(child, acknowledged)

        def client(connection: pymysql.Connection, number: int) -> None:
            for count in range(100_000):
                key = number * 100_000 + count
                send(connection, f"INSERT INTO db1.t VALUES ({key}, 'a'), ({key}, 'b'), ({key}, 'c')")
                told.add(key)
                killer.count()

        killer.run(client)
    with reopened(tmp_path) as cluster:
        found = dict(cluster.run("SELECT k, count(*) FROM db1.t GROUP BY k"))
        assert set() == told - set(found)
        assert {3} == set(found.values())
        assert len(found) <= len(told) + CLIENTS
        assert_no_orphans(cluster.frontend)


@pytest.mark.parametrize("acknowledged", [23, 61, 118])
def test_every_acknowledged_change_of_a_table_is_there(tmp_path: Path, acknowledged: int) -> None:
    """Made, filled, renamed, emptied and dropped: what a client was told holds, all but the statement in flight."""
    rows: dict[str, int | None] = {}
    in_flight: dict[int, tuple[str, ...]] = {}
    with running(f"--folder={tmp_path}", "--seed=none") as child:
        child.query("CREATE DATABASE db1")
        killer = Killer(child, acknowledged)

        def client(connection: pymysql.Connection, number: int) -> None:
            for count in range(100_000):
                first, second = f"t_{number}_{count}", f"u_{number}_{count}"
                steps: list[tuple[str, dict[str, int | None]]] = [
                    (f"CREATE TABLE db1.{first} {TABLE}", {first: 0}),
                    (f"INSERT INTO db1.{first} VALUES (1, 'a'), (2, 'b')", {first: 2}),
                    (f"ALTER TABLE db1.{first} RENAME {second}", {first: None, second: 2}),
                    (f"TRUNCATE TABLE db1.{second}", {second: 0}),
                    (f"DROP TABLE db1.{second}", {second: None}),
                ]
                for sql, after in steps[: 2 + count % 4]:
                    in_flight[number] = tuple(after)
                    send(connection, sql)
                    rows.update(after)
                    in_flight[number] = ()
                    killer.count()

        killer.run(client)
    uncertain = {name for names in in_flight.values() for name in names}
    with reopened(tmp_path) as cluster:
        tables = cluster.frontend.databases["db1"].tables
        for name, count in rows.items():
            if name not in uncertain:
                found = cluster.run(f"SELECT count(*) FROM db1.{name}")[0][0] if name in tables else None
                assert count == found, name
        assert set() == set(tables) - set(rows) - uncertain
        assert_no_orphans(cluster.frontend)


@pytest.mark.parametrize("polls", [0, 3, 9, 20, 40])
def test_a_restore_goes_on_from_what_was_written_down(tmp_path: Path, polls: int) -> None:
    """Killed in whatever state: SHOW RESTORE tells of the job, it comes to its end, and all rows are there."""
    with running(f"--folder={tmp_path}", "--seed=none", "--speed=2000") as child:
        for sql in (
            "CREATE DATABASE db1",
            f"CREATE TABLE db1.t {TABLE}",
            "INSERT INTO db1.t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
            "CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/backups'",
            "BACKUP SNAPSHOT db1.s1 TO repo",
        ):
            child.query(sql)
        while child.query("SHOW BACKUP FROM db1")[0][3] != "FINISHED":
            pass
        ((_, timestamp, _),) = child.query("SHOW SNAPSHOT ON repo")
        with contextlib.closing(child.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(
                "RESTORE SNAPSHOT db1.s1 FROM repo ON (t AS t2) "
                f"PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
            )
            for _ in range(polls):
                cursor.execute("SHOW RESTORE FROM db1")
            child.process.kill()
            child.process.wait()
    with reopened(tmp_path) as cluster:
        job = cluster.job()
        assert job["State"] in ("PENDING", "DOWNLOAD", "COMMIT", "FINISHED")
        assert ("s1", timestamp) == (job["Label"], job["Timestamp"])
        assert "FINISHED" == cluster.finish()["State"]
        assert [(3, 3)] == cluster.run("SELECT (SELECT count(*) FROM db1.t), (SELECT count(*) FROM db1.t2)")
        tables = cluster.frontend.databases["db1"].tables.values()
        assert [TableState.NORMAL] * 2 == [each.state for each in tables if isinstance(each, Table)]
        assert_no_orphans(cluster.frontend)


@pytest.mark.parametrize("acknowledged", [1, 4])
def test_a_backup_goes_on_from_what_was_written_down(tmp_path: Path, acknowledged: int) -> None:
    """Killed after some of its polls; the snapshot is whole or the job says why there is none."""
    with running(f"--folder={tmp_path}", "--speed=1000") as child:
        child.query("CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/backups'")
        child.query("BACKUP SNAPSHOT shop.s1 TO repo")
        killer = Killer(child, acknowledged)

        def client(connection: pymysql.Connection, _number: int) -> None:
            while True:
                send(connection, "SHOW BACKUP FROM shop")
                killer.count()

        killer.run(client)
    with reopened(tmp_path) as cluster:
        assert "s1" == cluster.job("shop", "BACKUP")["SnapshotName"]
        job = cluster.finish("shop", "BACKUP")
        if job["State"] == "FINISHED":
            ((label, _, status),) = cluster.run("SHOW SNAPSHOT ON repo")
            assert ("s1", "OK") == (label, status)
        else:
            assert job["Status"] != "[OK]"
        assert_no_orphans(cluster.frontend)


def test_a_seed_that_was_half_planted_is_planted_anew(tmp_path: Path) -> None:
    """What lies in the repositories beside it stays."""
    from starrocks_restore_kernel.sandbox import Sandbox
    from starrocks_restore_kernel.sandbox.model.journal import Entry

    with Sandbox(clock=SteppedClock(), folder=tmp_path) as first:
        cluster = Cluster(first.frontend)
        cluster.run("CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/x'; DROP TABLE shop.orders FORCE")
        cluster.session.close()
        first.frontend.journal.save(Entry.SERVER, "planting", 1)
        (left,) = first.frontend.folder.rglob("__repo_info*")
    with Sandbox(clock=SteppedClock(), folder=tmp_path) as second:
        cluster = Cluster(second.frontend)
        assert [(12000,)] == cluster.run("SELECT count(*) FROM shop.orders")
        assert [] == list(second.frontend.repositories)
        assert left.is_file()
        cluster.session.close()
