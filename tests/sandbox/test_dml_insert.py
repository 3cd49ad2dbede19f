"""INSERT in all its forms, and tables whose keys are unique."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from starrocks_restore_kernel.sandbox.frontend import Frontend
from starrocks_restore_kernel.sandbox.model.catalog import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

ONE = 'DISTRIBUTED BY HASH (k) BUCKETS 2 PROPERTIES ("replication_num" = "1")'


def test_aggregate_table_shows_aggregated_rows(cluster: Cluster) -> None:
    """Within one load and over several, each column by its own method."""
    cluster.run("CREATE TABLE a (k INT, s BIGINT SUM, hi INT MAX, lo INT MIN, r VARCHAR(9) REPLACE, "
                f"n INT REPLACE_IF_NOT_NULL, b BITMAP BITMAP_UNION) AGGREGATE KEY (k) {ONE}")  # fmt: skip
    cluster.run("INSERT INTO a VALUES (1, 1, 1, 1, 'a', 5, to_bitmap(10)), (1, 2, 3, 0, 'b', NULL, to_bitmap(9))")
    cluster.run("INSERT INTO a VALUES (1, 9, 2, 7, 'c', NULL, to_bitmap(9)), (2, 1, 1, 1, 'x', 1, to_bitmap(1)), "
                "(NULL, 4, 1, 1, 'y', 1, NULL); INSERT INTO a VALUES (NULL, 5, 1, 1, 'z', 1, NULL)")  # fmt: skip
    assert [
        (None, 9, 1, 1, "z", 1, 0),
        (1, 12, 3, 0, "c", 5, 2),
        (2, 1, 1, 1, "x", 1, 1),
    ] == cluster.run("SELECT k, s, hi, lo, r, n, bitmap_count(b) FROM a ORDER BY k NULLS FIRST")


@pytest.mark.parametrize("model", ["UNIQUE KEY", "PRIMARY KEY"])
def test_replacing_tables_keep_the_last_row(cluster: Cluster, model: str) -> None:
    """Of one load, and of all loads."""
    cluster.run(f"CREATE TABLE a (k INT NOT NULL, v INT) {model} (k) {ONE}")
    cluster.run("INSERT INTO a VALUES (1, 1), (2, 1), (1, 2); INSERT INTO a VALUES (2, 3), (3, 3)")
    assert [(1, 2), (2, 3), (3, 3)] == cluster.run("SELECT * FROM a ORDER BY k")


def test_unique_rows_are_replaced_in_their_partition(cluster: Cluster) -> None:
    """Keys hold the partition columns, so no other partition is looked at."""
    cluster.run("CREATE TABLE a (k INT NOT NULL, dt DATE NOT NULL, v INT) PRIMARY KEY (k, dt) "
                f"PARTITION BY date_trunc('day', dt) {ONE}")  # fmt: skip
    cluster.run("INSERT INTO a VALUES (1, '2024-01-01', 1), (1, '2024-01-02', 2); "
                "INSERT INTO a VALUES (1, '2024-01-02', 3); UPDATE a SET v = v + 10 WHERE dt = '2024-01-02'; "
                "DELETE FROM a WHERE dt = '2024-01-01'")  # fmt: skip
    assert [(1, "2024-01-02", 13)] == cluster.run("SELECT * FROM a")


def test_overwrite_replaces_a_table_or_a_partition(cluster: Cluster) -> None:
    """And nothing else; a table may be read while it is overwritten by what is read."""
    cluster.run("INSERT OVERWRITE t PARTITION (p1) VALUES (9, '2024-01-01', 'new')")
    assert [(3,), (4,), (9,)] == cluster.run("SELECT k FROM t ORDER BY k")
    cluster.run("INSERT OVERWRITE t SELECT * FROM t WHERE k > 3")
    assert [(4,), (9,)] == cluster.run("SELECT k FROM t ORDER BY k")
    assert 5610 == cluster.refused("INSERT OVERWRITE t VALUES (1, '1999-01-01', 'x'), (1, '2030-01-01', 'x')")[0]
    assert [(4,), (9,)] == cluster.run("SELECT k FROM t ORDER BY k")


def test_insert_names_its_columns_and_partitions(cluster: Cluster) -> None:
    """By a list, by name, with defaults, into one partition alone."""
    cluster.run(f"CREATE TABLE a (k INT, v VARCHAR(9) DEFAULT 'd', w INT AS k * 2) DUPLICATE KEY (k) {ONE}")
    cluster.run("INSERT INTO a (v, k) VALUES ('x', 1), (DEFAULT, 2); INSERT INTO a BY NAME SELECT 3 AS k; "
                "INSERT INTO a VALUES (4, DEFAULT)")  # fmt: skip
    assert [(1, "x", 2), (2, "d", 4), (3, "d", 6), (4, "d", 8)] == cluster.run("SELECT * FROM a ORDER BY k")
    assert 5610 == cluster.refused("INSERT INTO t PARTITION (p1) VALUES (5, '2024-03-01', 'x')")[0]
    assert "Unknown partition 'p9' in table 't'" in cluster.refused("INSERT INTO t PARTITION p9 VALUES (1)")[2]


def test_label_is_taken_once(cluster: Cluster) -> None:
    """In its database, and after a change of leaders too; a load that failed leaves it free."""
    assert 5610 == cluster.refused("INSERT INTO u WITH LABEL a VALUES (NULL, 'x')")[0]
    cluster.run("INSERT INTO u WITH LABEL a VALUES (9, 'x')")
    cluster.frontend.change_leader()
    assert "Label [a] has already been used." == cluster.refused("INSERT INTO u WITH LABEL a VALUES (8, 'x')")[2]
    cluster.run("INSERT INTO t WITH LABEL b (k, dt) VALUES (8, '2024-01-01')")


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("INSERT INTO t VALUES ('x', '2024-01-01', 'v')", "1 rows do not fit the types of their columns"),
        ("INSERT INTO t VALUES (1, '2024-13-01', 'v')", "1 rows do not fit the types of their columns"),
        ("INSERT INTO u VALUES (9, 'a name of more than twenty bytes')", "1 rows do not fit"),
        ("INSERT INTO u (name) VALUES ('x')", "missing key columns:id for primary key table"),
        ("INSERT INTO u (id, id) VALUES (1, 2)", "Duplicate column name 'id'"),
        ("INSERT INTO u SELECT 1", "Inserted target column count: 2 doesn't match select/value column count: 1"),
        ("INSERT INTO u VALUES (7, 'x'), (8)", "doesn't match select/value column count: 1"),
        ("DELETE FROM t WHERE k = 1 OR k = 2", "Compound predicate's op should be AND"),
        ("DELETE FROM t WHERE 1 = k", "Left expr of binary predicate should be column name"),
        ("DELETE FROM t WHERE k = dt", "Right expr of binary predicate should be value"),
        ("DELETE FROM t WHERE k IN (SELECT id FROM u)", "Child of in predicate should be value"),
        ("DELETE FROM t WHERE v LIKE 'a%'", "Where clause only supports compound predicate"),
        ("DELETE FROM t PARTITION (p9) WHERE k = 1", "Partition does not exist. name: p9"),
        ("DELETE FROM t USING u WHERE t.k = u.id", "Do not support `using` clause in non-primary table"),
        ("DELETE FROM u PARTITION (u) WHERE id = 1", "Delete for primary key table do not support specifying"),
        ("UPDATE u SET nope = 1 WHERE id = 1", "table 'u' do not existing column 'nope'"),
    ],
)
def test_load_that_is_refused_changes_nothing(cluster: Cluster, sql: str, text: str) -> None:
    """Whole or not at all."""
    assert text in cluster.refused(sql)[2]
    assert [(4, 3)] == cluster.run("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM u)")


def test_delete_and_update_look_at_other_tables(cluster: Cluster) -> None:
    """USING, FROM and WITH, on primary key tables."""
    cluster.run("UPDATE u SET name = s.v FROM (SELECT k, v FROM t) AS s WHERE u.id = s.k AND s.k < 3")
    assert [("a",), ("b",), ("three",)] == cluster.run("SELECT name FROM u ORDER BY id")
    cluster.run("DELETE FROM u USING t WHERE u.id = t.k AND t.v = 'a'")
    cluster.run("WITH gone AS (SELECT 2 AS id) DELETE FROM u WHERE id IN (SELECT id FROM gone)")
    assert [("three",)] == cluster.run("SELECT name FROM u")


def test_delete_keeps_to_its_partition(cluster: Cluster) -> None:
    """DELETE … PARTITION, and the version of that one alone."""
    cluster.run("DELETE FROM t PARTITION (p1) WHERE k > 0 AND k NOT IN (2)")
    assert [(2,), (3,), (4,)] == cluster.run("SELECT k FROM t ORDER BY k")


def test_failed_commit_leaves_rows_and_versions_alone(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frontend knows of rows only what is written."""
    table = cluster.frontend.object("db1", "t")
    assert isinstance(table, Table)
    before = [(each.version, each.row_count) for each in table.partitions.values()]

    def fail(_: object) -> None:
        raise duckdb.IOException("disk full")

    monkeypatch.setattr(cluster.frontend.journal, "flush", fail)
    assert "disk full" in cluster.refused("INSERT INTO t VALUES (9, '2024-01-01', 'x')")[2]
    monkeypatch.undo()
    assert before == [(each.version, each.row_count) for each in table.partitions.values()]
    assert [(4,)] == cluster.run("SELECT count(*) FROM t")


def test_killed_frontend_opens_with_whole_loads(empty: Callable[..., Cluster]) -> None:
    """What was answered is there, and what was not is not."""
    cluster = empty(kept=True)
    cluster.plant()

    def killed() -> None:
        with cluster.frontend.rows.writing():
            cluster.run("INSERT INTO t VALUES (9, '2024-01-01', 'x')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    cluster.session.close()
    cluster.frontend.close()
    opened = Frontend(cluster.frontend.clock, cluster.frontend.folder, version="4.1", kept=True)
    table = opened.object("db1", "t")
    assert isinstance(table, Table)
    assert [2, 1, 1] == [each.row_count for each in table.ordered()]
    opened.close()


def test_full_random_buckets_get_another_physical_partition(cluster: Cluster) -> None:
    """Automatic buckets with a bucket_size grow, which a restore refuses; others do not."""
    tail = "DISTRIBUTED BY RANDOM{} PROPERTIES ('replication_num' = '1', 'bucket_size' = '100')"
    cluster.run("CREATE TABLE a (k INT) DUPLICATE KEY (k) " + tail.format(""))
    cluster.run("CREATE TABLE b (k INT) DUPLICATE KEY (k) " + tail.format(" BUCKETS 4"))
    rows = "SELECT g.n FROM TABLE(generate_series(1, 1000)) AS g(n)"
    cluster.run(f"INSERT INTO a {rows}; INSERT INTO b {rows}")
    found = [cluster.frontend.object("db1", name) for name in ("a", "b")]
    assert [(6,), (1,)] == [
        tuple(each.physical_count for each in table.partitions.values()) for table in found if isinstance(table, Table)
    ]


def test_auto_increment_counts_on(cluster: Cluster) -> None:
    """Over loads and leaders."""
    cluster.run(f"CREATE TABLE a (k BIGINT NOT NULL AUTO_INCREMENT, v INT) PRIMARY KEY (k) {ONE}")
    cluster.run("INSERT INTO a (v) VALUES (1), (2)")
    cluster.frontend.change_leader()
    cluster.run("INSERT INTO a (v) VALUES (3)")
    assert [(1, 1), (2, 2), (3, 3)] == cluster.run("SELECT * FROM a ORDER BY k")
