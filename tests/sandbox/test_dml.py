from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

ONE = 'DISTRIBUTED BY HASH ({0}) BUCKETS 1 PROPERTIES ("replication_num" = "1")'


def test_rows_find_their_partitions(cluster: Cluster) -> None:
    """Each row goes where its range is, the lowest one taking what is smaller than all."""
    cluster.run("INSERT INTO t (k, dt) VALUES (5, '1999-01-01'), (6, '2024-03-31')")
    counts = {row[1]: row[17] for row in cluster.run("SHOW PARTITIONS FROM t")}
    assert {"p1": "3", "p2": "1", "p3": "2"} == counts


def test_row_outside_of_all_partitions_is_refused_and_nothing_stays(cluster: Cluster) -> None:
    """An insert takes effect whole or not at all."""
    code, state, text = cluster.refused("INSERT INTO t VALUES (5, '2024-01-01', 'x'), (6, '2030-01-01', 'y')")
    assert (5610, "22000") == (code, state)
    assert text.endswith("The row is out of partition ranges. Please add a new partition.")
    assert [(4,)] == cluster.run("SELECT count(*) FROM t")


def test_primary_key_replaces_and_the_last_row_wins(cluster: Cluster) -> None:
    """An upsert, within the statement too."""
    cluster.run("INSERT INTO u VALUES (1, 'new'), (4, 'first'), (4, 'last')")
    assert [(1, "new"), (2, "two"), (3, "three"), (4, "last")] == cluster.run("SELECT * FROM u ORDER BY id")


def test_duplicate_key_keeps_every_row(cluster: Cluster) -> None:
    """No key is checked."""
    cluster.run("INSERT INTO t SELECT * FROM t")
    assert [(8,)] == cluster.run("SELECT count(*) FROM t")


def test_list_partitions_take_their_values(cluster: Cluster) -> None:
    """Values of a list, one column or several."""
    cluster.run(
        "CREATE TABLE l (c VARCHAR(8) NOT NULL, n INT NOT NULL) DUPLICATE KEY (c, n) PARTITION BY LIST (c, n) "
        "(PARTITION a VALUES IN (('x', 1), ('y', 2)), PARTITION b VALUES IN (('x', 2))) " + ONE.format("c")
    )
    cluster.run("INSERT INTO l VALUES ('x', 1), ('y', 2), ('x', 2)")
    rows = cluster.run("SHOW PARTITIONS FROM l")
    assert [("a", '[["x","1"],["y","2"]]', "2"), ("b", '[["x","2"]]', "1")] == [(r[1], r[7], r[17]) for r in rows]
    assert 5610 == cluster.refused("INSERT INTO l VALUES ('y', 1)")[0]


def test_several_range_columns(cluster: Cluster) -> None:
    """Bounds are compared column by column."""
    cluster.run("CREATE TABLE m (a INT NOT NULL, b INT NOT NULL) DUPLICATE KEY (a, b) PARTITION BY RANGE (a, b) "
                "(PARTITION p VALUES LESS THAN (1, 5), PARTITION q VALUES LESS THAN (MAXVALUE, MAXVALUE)) "
                + ONE.format("a"))  # fmt: skip
    cluster.run("INSERT INTO m VALUES (1, 4), (1, 5), (2, 0), (0, 9)")
    assert [(0, 9), (1, 4)] == cluster.run("SELECT * FROM m PARTITION (p) ORDER BY a")


def test_defaults_fill_what_is_left_out(cluster: Cluster) -> None:
    """A default, the clock, NULL, or a refusal."""
    cluster.run(
        "CREATE TABLE d (a INT NOT NULL, b VARCHAR(8) DEFAULT 'x', c DATETIME DEFAULT CURRENT_TIMESTAMP, e INT) "
        "DUPLICATE KEY (a) " + ONE.format("a")
    )
    cluster.run("INSERT INTO d (a) VALUES (1)")
    assert [(1, "x", "2025-01-02 10:00:00", None)] == cluster.run("SELECT * FROM d")
    assert "Column has no default value, column=a" in cluster.refused("INSERT INTO d (b) VALUES ('y')")[2]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("INSERT INTO u (id, nope) VALUES (1, 2)", "Unknown column 'nope' in 'u'"),
        (
            "INSERT INTO u (id) VALUES (1, 2)",
            "Inserted target column count: 1 doesn't match select/value column count: 2",
        ),
        ("INSERT INTO u VALUES (NULL, 'x')", "null value in column 'id'"),
        ("INSERT INTO nope VALUES (1)", "Unknown table 'nope'"),
        ("INSERT INTO w VALUES (1)", "cannot be modified because it is a view"),
        ("DELETE FROM u", "Delete must specify where clause to prevent full table delete"),
        ("DELETE FROM t", "Where clause is not set"),
        ("UPDATE t SET v = 'x' WHERE k = 1", "table t does not support update"),
        ("UPDATE u SET name = 'x'", "must specify where clause to prevent full table update"),
        ("UPDATE u SET id = 2 WHERE id = 1", "primary key column cannot be updated: id"),
    ],
)
def test_change_that_is_refused(cluster: Cluster, sql: str, text: str) -> None:
    """And then nothing has changed."""
    assert text in cluster.refused(sql)[2]
    assert [(4, 3)] == cluster.run("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM u)")


def test_update_and_delete_change_what_they_name(cluster: Cluster) -> None:
    """Conditions may ask other tables."""
    cluster.run("UPDATE u SET name = concat(name, '!') WHERE id IN (SELECT k FROM t WHERE v = 'b')")
    cluster.run("DELETE FROM u WHERE id NOT IN (SELECT k FROM t WHERE k < 3)")
    cluster.run("DELETE FROM t WHERE k = 4 AND v IS NOT NULL")
    assert [("one",), ("two!",)] == cluster.run("SELECT name FROM u ORDER BY id")
    assert [(1,), (2,), (3,)] == cluster.run("SELECT k FROM t ORDER BY k")


def test_truncate_empties_a_table_or_a_partition(cluster: Cluster) -> None:
    """And refuses a partition that is not there."""
    cluster.run("TRUNCATE TABLE t PARTITION (p1)")
    assert [(2,)] == cluster.run("SELECT count(*) FROM t")
    assert "Partition p9 does not exist" == cluster.refused("TRUNCATE TABLE t PARTITION p9")[2]
    cluster.run("TRUNCATE TABLE t")
    assert [(0,)] == cluster.run("SELECT count(*) FROM t")


def test_every_load_raises_the_version(cluster: Cluster) -> None:
    """Only of the partitions it touched."""
    before = [int(row[2]) for row in cluster.run("SHOW PARTITIONS FROM t")]
    cluster.run("INSERT INTO t VALUES (9, '2024-02-02', 'x')")
    after = [int(row[2]) for row in cluster.run("SHOW PARTITIONS FROM t")]
    assert [before[0], before[1] + 1, before[2]] == after
