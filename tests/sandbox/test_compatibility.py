from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

U = 'CREATE TABLE u ({columns}) {keys} {partitions} DISTRIBUTED BY {distribution} PROPERTIES ("replication_num" = "1")'
SAME = {
    "columns": "id INT NOT NULL, name VARCHAR(20)",
    "keys": "PRIMARY KEY (id)",
    "partitions": "",
    "distribution": "HASH (id) BUCKETS 2",
}
DRIFTS = [
    ({"distribution": "HASH (id) BUCKETS 3"}, "different schema, errMsg: bucket num is inconsistent"),
    (
        {"distribution": "HASH (id, name) BUCKETS 2", "keys": "PRIMARY KEY (id, name)"},
        "different schema, errMsg: short key column count",
    ),
    ({"columns": "id INT NOT NULL, name VARCHAR(20), more INT"}, "different schema, errMsg: "),
    ({"keys": "UNIQUE KEY (id)"}, "different key type"),
    (
        {"columns": "id INT NOT NULL, name VARCHAR(30)"},
        "different schema, column: name in existed table is different from the column in backup snapshot, column: name",
    ),
    (
        {"columns": "id BIGINT NOT NULL, name VARCHAR(20)"},
        "different schema, errMsg: partition distribution col hash is inconsistent",
    ),
]


@pytest.mark.parametrize(("drift", "text"), DRIFTS)
def test_table_that_has_drifted_is_refused(cluster: Cluster, drift: dict[str, str], text: str) -> None:
    """Each difference has its own words, and the table is left as it is."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u; " + U.format(**{**SAME, **drift}))
    cluster.restore(timestamp, clauses="ON (u)")
    job = cluster.finish()
    assert "CANCELLED" == job["State"]
    assert f"Table u already exist but with {text}" in job["Status"]
    assert [(0,)] == cluster.run("SELECT count(*) FROM u")


def test_other_partitioning_is_refused_without_a_name(cluster: Cluster) -> None:
    """The one text that does not say which table."""
    timestamp = cluster.backup()
    partitions = "PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (MAXVALUE))"
    cluster.run("DROP TABLE u; " + U.format(**{**SAME, "partitions": partitions}))
    cluster.restore(timestamp, clauses="ON (u)")
    assert "[COMMON_ERROR, msg: Table's partition type is different]" == cluster.finish()["Status"]


def test_comment_of_a_column_matters(cluster: Cluster) -> None:
    """Column.java compares comments too, so a comment that was changed since stands in the way."""
    timestamp = cluster.backup()
    columns = 'id INT NOT NULL COMMENT "who", name VARCHAR(20)'
    cluster.run("DROP TABLE u; " + U.format(**{**SAME, "columns": columns}))
    cluster.restore(timestamp, clauses="ON (u)")
    assert "different schema, column: id in existed table" in cluster.finish()["Status"]


def test_comment_and_properties_of_a_table_do_not_matter(cluster: Cluster) -> None:
    """What is only about the table as a whole is not compared."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u; " + U.format(**{**SAME, "keys": 'PRIMARY KEY (id) COMMENT "people"'}))
    cluster.restore(timestamp, clauses="ON (u)")
    assert "FINISHED" == cluster.finish()["State"]
    assert [(3,)] == cluster.run("SELECT count(*) FROM u")


@pytest.mark.parametrize(
    ("partition", "text"),
    [
        ('p2 VALUES [("2024-02-01"), ("2024-02-15"))', "Partition p2 in table t has different range with partition in"),
        ('px VALUES [("2024-02-10"), ("2024-02-15"))', "Partition p2 in table t has conflict range with existing"),
    ],
)
def test_moved_range_is_refused(cluster: Cluster, partition: str, text: str) -> None:
    """Same name and other range, or another name in the way."""
    timestamp = cluster.backup()
    cluster.run(f"ALTER TABLE t DROP PARTITION p2; ALTER TABLE t ADD PARTITION {partition}")
    cluster.restore(timestamp, clauses="ON (t)")
    assert text in cluster.finish()["Status"]


def test_missing_list_partition_is_refused(cluster: Cluster) -> None:
    """Only range partitions can be added to an existing table."""
    cluster.run("CREATE TABLE l (c VARCHAR(8) NOT NULL, n INT) DUPLICATE KEY (c) PARTITION BY LIST (c) "
                "(PARTITION pa VALUES IN ('a', 'b'), PARTITION pc VALUES IN ('c')) DISTRIBUTED BY HASH (c) BUCKETS 1 "
                'PROPERTIES ("replication_num" = "1"); INSERT INTO l VALUES (\'a\', 1), (\'c\', 2)')  # fmt: skip
    timestamp = cluster.backup()
    cluster.run("ALTER TABLE l DROP PARTITION pc")
    cluster.restore(timestamp, clauses="ON (l)")
    assert "[COMMON_ERROR, msg: No partition exist in single partitioned table l]" == cluster.finish()["Status"]


def test_failure_of_a_later_table_drops_a_local_one_behind_an_alias(cluster: Cluster) -> None:
    """A new table bears its origin name until all have passed, and the clean-up drops by name.

    RestoreJob.java, checkAndPrepareMeta and cancelInternal.
    """
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u; " + U.format(**{**SAME, "distribution": "HASH (id) BUCKETS 3"}))
    cluster.restore(timestamp, clauses="ON (t AS t2, u)")
    assert "CANCELLED" == cluster.finish()["State"]
    assert [("u",), ("w",)] == cluster.run("SHOW TABLES")
