from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.model.catalog import Edge, Range
from starrocks_restore_kernel.sandbox.statements.ddl import read_create_table
from starrocks_restore_kernel.sandbox.statements.reader import Reader

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster


def ranges(clause: str, type_: str = "DATE") -> list[tuple[str, Range | None]]:
    """Read a table's partitions."""
    asked = read_create_table(
        Reader(f"t (a {type_} NOT NULL, b INT) PARTITION BY RANGE (a) ({clause}) DISTRIBUTED BY HASH (a)")
    )
    return [(each.name, each.range) for each in asked.partitions]


def test_less_than_begins_where_the_smaller_one_ends() -> None:
    """In whatever order they are written."""
    clause = (
        "PARTITION c VALUES LESS THAN (MAXVALUE), "
        "PARTITION a VALUES LESS THAN ('5'), PARTITION b VALUES LESS THAN ('10')"
    )
    expected = [
        ("c", Range(("10",), (Edge.MAX,))),
        ("a", Range((Edge.MIN,), ("5",))),
        ("b", Range(("5",), ("10",))),
    ]
    assert expected == ranges(clause, "INT")


def test_fixed_ranges_are_read_as_written() -> None:
    """``VALUES [("a"), ("b"))``, which sqlglot cannot read."""
    expected = [("p", Range(("2024-01-01",), ("2024-02-01",)))]
    assert expected == ranges('PARTITION p VALUES [("2024-01-01"), ("2024-02-01"))')


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ('START ("2024-01-15") END ("2024-04-01") EVERY (INTERVAL 1 MONTH)', ["p202401", "p202402", "p202403"]),
        ('START ("2024-01-01") END ("2024-01-04") EVERY (INTERVAL 1 DAY)', ["p20240101", "p20240102", "p20240103"]),
        ('START ("2023-01-01") END ("2025-01-01") EVERY (INTERVAL 1 YEAR)', ["p2023", "p2024"]),
    ],
)
def test_batches_of_partitions_are_named_by_their_start(clause: str, names: list[str]) -> None:
    """MultiRangePartitionDesc.java gives them names."""
    found = ranges(clause)
    assert names == [name for name, _ in found]
    assert all(one.upper == other.lower for (_, one), (_, other) in pairwise(found))


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("CREATE TABLE x (a INT, a INT) DISTRIBUTED BY HASH (a)", "Duplicate column name 'a'"),
        (
            "CREATE TABLE x (a INT, b INT) DUPLICATE KEY (b) DISTRIBUTED BY HASH (a)",
            "Key columns must be the first few",
        ),
        ("CREATE TABLE x (a INT) DISTRIBUTED BY HASH (z)", "Distribution column(z) doesn't exist."),
        ("CREATE TABLE x (a INT) DISTRIBUTED BY HASH (a) PROPERTIES ('replication_num' = '0')", "larger than 0"),
        ("CREATE TABLE x (a INT) ENGINE = mysql", "The sandbox does not do this"),
        ("CREATE TABLE x (a INT", "Unexpected input '<EOF>'"),
        ("CREATE TABLE u (a INT)", "Table 'u' already exists"),
        ("CREATE VIEW w AS SELECT 1", "Table 'w' already exists"),
        ("CREATE VIEW v AS SELECT * FROM nope", "Unknown table 'db1.nope'"),
        ("CREATE DATABASE db1", "Can't create database 'db1'; database exists"),
        ("CREATE DATABASE `1 x`", "Incorrect database name '1 x'"),
        ("DROP DATABASE nope", "Can't drop database 'nope'; database doesn't exist"),
        ("DROP TABLE nope", "Unknown table 'nope'"),
        ("DROP TABLE w", "'db1'.'w' is not 'TABLE'"),
        ("ALTER TABLE t RENAME u", "Table name[u] is already used"),
        ("ALTER TABLE t SWAP WITH nope", "Unknown table 'nope'"),
        ("ALTER TABLE t ADD PARTITION p1 VALUES LESS THAN ('2025-01-01')", "Duplicate partition name p1"),
        (
            "ALTER TABLE t ADD PARTITION x VALUES [('2024-02-10'), ('2024-02-11'))",
            " is intersected with range: [types: ",
        ),
        (
            "ALTER TABLE t ADD PARTITION x VALUES [('2025-02-10'), ('2025-02-10'))",
            "Invalid range: [types: [DATE]; keys",
        ),
        ("FROBNICATE", "Unexpected input 'FROBNICATE'"),
    ],
)
def test_ddl_that_is_refused(cluster: Cluster, sql: str, text: str) -> None:
    """And the tables are as they were."""
    assert text in cluster.refused(sql)[2]
    assert [("t",), ("u",), ("w",)] == cluster.run("SHOW TABLES FROM db1")


def test_default_replication_needs_three_backends(cluster: Cluster) -> None:
    """CREATE TABLE without replication_num fails on one backend, as on a laptop (PropertyAnalyzer.java)."""
    (backend,) = cluster.frontend.backends.all
    expected = (
        "Getting analyzing error. Detail message: Table replication num should be less than of equal to the number of "
        "available BE nodes. You can change this default by setting the replication_num table properties. "
        f"Current alive backend is [{backend.id}].."
    )
    assert (1064, "HY000", expected) == cluster.refused("CREATE TABLE x (a INT) DISTRIBUTED BY HASH (a) BUCKETS 1")


def test_buckets_are_chosen_where_none_are_given(cluster: Cluster) -> None:
    """Sixteen for an unpartitioned table, twice the backends for a partitioned one (CatalogUtils.java)."""
    tail = "DISTRIBUTED BY HASH (a) PROPERTIES ('replication_num' = '1')"
    cluster.run(f"CREATE TABLE x (a INT) {tail}")
    cluster.run(f"CREATE TABLE y (a INT) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (MAXVALUE)) {tail}")
    assert ["16", "2"] == [cluster.run(f"SHOW PARTITIONS FROM {name}")[0][9] for name in ("x", "y")]


def test_quiet_forms_do_nothing(cluster: Cluster) -> None:
    """IF EXISTS and IF NOT EXISTS."""
    cluster.run("CREATE DATABASE IF NOT EXISTS db1; DROP TABLE IF EXISTS nope; DROP DATABASE IF EXISTS nope; "
                "CREATE TABLE IF NOT EXISTS u (a INT); CREATE VIEW IF NOT EXISTS w AS SELECT 1; "
                "ALTER TABLE t DROP PARTITION IF EXISTS p9")  # fmt: skip
    assert [(4, 3)] == cluster.run("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM u)")


def test_swap_and_rename_take_the_rows_along(cluster: Cluster) -> None:
    """Names change, rows stay; the one partition of an unpartitioned table is named like it."""
    cluster.run("CREATE TABLE u2 (id INT NOT NULL) PRIMARY KEY (id) PROPERTIES ('replication_num' = '1'); "
                "ALTER TABLE u SWAP WITH u2; ALTER TABLE u RENAME u3")  # fmt: skip
    assert [(0, 3)] == cluster.run("SELECT (SELECT count(*) FROM u3), (SELECT count(*) FROM u2)")
    assert ["u3"] == [row[1] for row in cluster.run("SHOW PARTITIONS FROM u3")]


def test_dropped_tables_leave_no_rows_behind(cluster: Cluster) -> None:
    """The engine holds what the catalog holds, and no more."""
    cluster.run("DROP TABLE t; DROP DATABASE db1")
    with cluster.frontend.rows.cursor() as cursor:
        assert [] == cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()


def test_show_create_table_makes_the_same_table(cluster: Cluster) -> None:
    """What it prints can be run, and prints the same again."""
    cluster.run('CREATE TABLE everything (a BIGINT NOT NULL COMMENT "key", b DECIMAL(10, 2) DEFAULT "1.5", '
                "c STRING, d DATETIME DEFAULT CURRENT_TIMESTAMP, e ARRAY<INT>, f LARGEINT, g BOOLEAN NULL, h JSON) "
                'DUPLICATE KEY (a) COMMENT "all" PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN ("10"), '
                'PARTITION q VALUES [("10"), ("20"))) DISTRIBUTED BY HASH (a) BUCKETS 3 ORDER BY (c) '
                'PROPERTIES ("replication_num" = "1", "compression" = "LZ4")')  # fmt: skip
    ((_, created),) = cluster.run("SHOW CREATE TABLE everything")
    cluster.run("DROP TABLE everything; " + created)
    assert [("everything", created)] == cluster.run("SHOW CREATE TABLE everything")
    assert '"compression" = "LZ4",\n"replication_num" = "1"\n);' in created
