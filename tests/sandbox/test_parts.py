"""The small parts: clock, reader, tasks, backups, seeds."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.backup.tasks import AgentTask, TaskError, TaskList, in_batches
from starrocks_restore_kernel.sandbox.model.backends import Backend, Backends
from starrocks_restore_kernel.sandbox.server_errors import SqlError
from starrocks_restore_kernel.sandbox.statements.reader import Reader, split

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT ';'; SELECT 2;;", ["SELECT ';'", "SELECT 2"]),
        ("-- only; a comment", []),
        ("a; /* ; */ b -- ;\n; c", ["a", "/* ; */ b -- ;", "c"]),
        ("a; RESTORE 'x ; b", ["a", "RESTORE 'x ; b"]),
        ("`a;b`", ["`a;b`"]),
    ],
)
def test_text_is_cut_at_its_semicolons(text: str, pieces: list[str]) -> None:
    """Not at those in strings, names and comments; an unclosed quote takes the rest."""
    assert pieces == [each.text.strip() for each in split(text)]


def test_piece_keeps_its_place() -> None:
    """Lines and columns are those of the whole text."""
    piece = split("a;\n  b")[1]
    assert (1, 2) == (piece.text.count("\n"), len(piece.text.split("\n")[1]) - 1)


def test_string_loses_its_quotes_and_escapes() -> None:
    """Doubled quotes and backslashes."""
    assert ["it's", 'a"b', "tab\there"] == [Reader(t).string() for t in ("'it''s'", '"a\\"b"', "'tab\\there'")]


def test_reader_says_where_it_stumbled() -> None:
    """Line from 1, column from 0, thousands grouped as MessageFormat does."""
    with pytest.raises(SqlError, match=r"at line 2, column 2\. Detail message: Unexpected input 'x'"):
        Reader("\n  x").expect("y")
    with pytest.raises(SqlError, match="at line 1, column 1,000"):
        Reader(" " * 1000 + "x").expect("y")


@pytest.mark.parametrize(
    ("count", "limit", "sizes"), [(5, 0, [1] * 5), (5, 2, [2, 3]), (2, 5, [1, 1]), (0, 3, []), (7, 3, [2, 2, 3])]
)
def test_tablets_are_shared_out_among_tasks(count: int, limit: int, sizes: list[int]) -> None:
    """As prepareDownloadTasks does: the last task takes what is left."""
    assert sizes == [len(each) for each in in_batches(list(range(count)), limit)]


def test_failed_step_is_tried_again() -> None:
    """Its message stays until it works."""
    tries = []

    def step() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise TaskError("no such file")

    tasks = TaskList()
    tasks.add(AgentTask(7, 1, 1, [step]))
    backends = Backends([Backend(1, "a")])
    tasks.work(backends, 1, threading.RLock())
    tasks.work(backends, 1, threading.RLock())
    assert ("7=1", "[7: no such file]") == (tasks.unfinished(), tasks.messages())
    tasks.work(backends, 1, threading.RLock())
    assert ("", "") == (tasks.unfinished(), tasks.messages())


def test_backends_are_chosen_on_distinct_hosts() -> None:
    """Two on one host count once; dead and leaving ones do not count."""
    backends = Backends([Backend(1, "a"), Backend(2, "a"), Backend(3, "b"), Backend(4, "c", alive=False)])
    assert 2 == len(set(backends.choose(2)))
    assert backends.choose(3) is None


def test_cancelled_backup_leaves_its_label_taken(cluster: Cluster) -> None:
    """What was uploaded stays, without an info file."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo")
    cluster.frontend.run(15)
    cluster.run("CANCEL BACKUP FROM db1")
    assert "[COMMON_ERROR, msg: user cancelled]" == cluster.job(kind="BACKUP")["Status"]
    assert [("s1", "", "ERROR: no snapshot")] == cluster.run("SHOW SNAPSHOT ON repo")
    assert "already exist in repository" in cluster.refused("BACKUP SNAPSHOT db1.s1 TO repo")[2]


def test_backup_holds_the_rows_of_its_first_step(cluster: Cluster) -> None:
    """What is loaded while it uploads is not in it."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo")
    cluster.frontend.run(3)
    cluster.run("INSERT INTO u VALUES (9, 'late')")
    cluster.finish(kind="BACKUP")
    ((_, timestamp, _),) = cluster.run("SHOW SNAPSHOT ON repo")
    cluster.restore(timestamp, "s1", "DATABASE db1 AS db2")
    cluster.finish("db2")
    assert [(3, 4)] == cluster.run("SELECT (SELECT count(*) FROM db2.u), (SELECT count(*) FROM db1.u)")


def test_backup_shows_fourteen_columns_and_its_objects(cluster: Cluster) -> None:
    """Partitions in the list only where they were named."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo ON (u, t PARTITION (p1))")
    job = cluster.job(kind="BACKUP")
    assert 14 == len(job)
    assert "[db1.tPARTITIONS (p1)], [db1.u]" == job["BackupObjs"]


def test_reset_goes_back_to_the_seed(cluster: Cluster) -> None:
    """Ours, not StarRocks': everything is dropped, repositories and jobs with it."""
    cluster.backup()
    cluster.run("ADMIN RESET SANDBOX")
    assert ([], []) == (cluster.run("SHOW REPOSITORIES"), cluster.run("SHOW BACKUP"))
    assert ("db1",) not in cluster.run("SHOW DATABASES")
    assert [] == list(cluster.frontend.folder.rglob("*.parquet*"))


def test_tutorial_holds_the_same_rows_each_time(empty: Callable[..., Cluster]) -> None:
    """Arithmetic, no chance: six months of orders, each order with its customer."""
    from starrocks_restore_kernel.sandbox.seeds import plant

    cluster = empty()
    plant(cluster.frontend, "tutorial")
    cluster.run("USE shop")
    assert [(12000, "1251420.00")] == cluster.run("SELECT count(*), sum(amount) FROM orders")
    assert [(0,)] == cluster.run(
        "SELECT count(*) FROM orders o LEFT JOIN customers c ON o.customer_id = c.customer_id WHERE c.name IS NULL"
    )
    assert 6 == len(cluster.run("SHOW PARTITIONS FROM orders"))
    assert [(182,)] == cluster.run("SELECT count(*) FROM daily_revenue")
