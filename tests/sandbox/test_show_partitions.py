from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.objects_in_memory import add_rollup

from starrocks_restore_kernel.sandbox.model.catalog import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

TITLES = (
    "PartitionId PartitionName VisibleVersion VisibleVersionTime VisibleVersionHash State PartitionKey {} "
    "DistributionKey Buckets ReplicationNum StorageMedium CooldownTime LastConsistencyCheckTime DataSize StorageSize "
    "IsInMemory RowCount DataVersion VersionEpoch VersionTxnType"
)
FRAME = "Getting analyzing error. Detail message: {}."


def table(cluster: Cluster, name: str = "t") -> Table:
    """Find a table of db1."""
    found = cluster.frontend.databases["db1"].tables[name]
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize(("version", "last"), [("4.1", ["TabletBalanced"]), ("3.5", [])])
def test_columns_of_partitions(empty: Callable[..., Cluster], version: str, last: list[str]) -> None:
    """In the release's order; ranges and lists are titled so."""
    cluster = empty(version=version)
    cluster.plant()
    cluster.run(
        "CREATE TABLE l (c VARCHAR(9) NOT NULL) PARTITION BY LIST (c) (PARTITION pa VALUES IN ('a', 'b')) "
        'DISTRIBUTED BY RANDOM BUCKETS 1 PROPERTIES ("replication_num" = "1")'
    )
    for name, title in (("t", "Range"), ("l", "List")):
        assert [*TITLES.format(title).split(), *last] == list(cluster.named(f"SHOW PARTITIONS FROM {name}")[0])
    (row,) = cluster.named("SHOW PARTITIONS FROM l")
    assert ("pa", "ALL KEY") == (row["PartitionName"], row["DistributionKey"])


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("WHERE PartitionName = 'p2'", ["p2"]),
        ("WHERE PartitionName LIKE 'P%' AND State = 'NORMAL'", ["p1", "p2", "p3"]),
        ("WHERE Buckets >= 2 AND ReplicationNum != 3", ["p1", "p2", "p3"]),
        ("WHERE Buckets < 2", []),
        ("WHERE LastConsistencyCheckTime > '2020-01-01'", []),
        ("ORDER BY PartitionId DESC", ["p3", "p2", "p1"]),
        ("ORDER BY RowCount, PartitionName DESC LIMIT 2", ["p3", "p2"]),
        ("LIMIT 1, 5", ["p2", "p3"]),
        ("LIMIT 1 OFFSET 1", ["p2"]),
    ],
)
def test_partitions_are_filtered_sorted_and_cut(cluster: Cluster, clause: str, names: list[str]) -> None:
    """As PartitionsProcDir does it."""
    assert names == [row["PartitionName"] for row in cluster.named(f"SHOW PARTITIONS FROM t {clause}")]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SHOW PARTITIONS FROM w", FRAME.format("Table[w] does not exists or is not OLAP/Paimon table")),
        ("SHOW PARTITIONS FROM nope", FRAME.format("Table[nope] does not exists or is not OLAP/Paimon table")),
        ("SHOW PARTITIONS FROM t WHERE RowCount = 1", FRAME.format(
            "Only the columns of PartitionId/PartitionName/State/Buckets/ReplicationNum/LastConsistencyCheckTime are "
            "supported.")),
        ("SHOW PARTITIONS FROM t WHERE State > 'A'", FRAME.format("Only operator =|like are supported for State")),
        ("SHOW PARTITIONS FROM t WHERE Buckets LIKE '2'",
         FRAME.format('Where clause : PartitionName|State like "p20191012|NORMAL"')),
        ("SHOW PARTITIONS FROM t WHERE Buckets = 1 OR Buckets = 2",
         FRAME.format("Only allow compound predicate with operator AND")),
        ("SHOW PARTITIONS FROM t WHERE 1 = Buckets", FRAME.format("Show filter by column")),
        ("SHOW PARTITIONS FROM t ORDER BY nope", FRAME.format("Incorrect column name 'nope'")),
        ("SHOW PARTITIONS FROM t LIMIT 5, 1", "fromIndex(5) > toIndex(3)"),
        ("SHOW DATA FROM nope", FRAME.format("Unknown table 'nope'")),
        ("SHOW DATA FROM w", FRAME.format("Table 'w' is not a OLAP table")),
        ("SHOW TABLET FROM w", FRAME.format("Table 'w' is not a OLAP table")),
        ("SHOW TABLET FROM t PARTITION (p9)", FRAME.format("Unknown partition: p9")),
        ("ADMIN SHOW REPLICA STATUS FROM nope", FRAME.format("Table does not exist or is not OLAP table: nope")),
        ("ADMIN SHOW REPLICA STATUS FROM t PARTITION (p9)", FRAME.format("Partition does not exist: p9")),
        ("ADMIN SHOW REPLICA DISTRIBUTION FROM nope.t", FRAME.format("Database nope does not exist")),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(cluster: Cluster, sql: str, text: str) -> None:
    """In the server's words."""
    assert text == cluster.refused(sql)[2]


def test_temporary_partitions_have_a_list_of_their_own(cluster: Cluster) -> None:
    """They are in no other list, and information_schema marks them."""
    found = table(cluster)
    found.temporary_partitions["tp"] = found.partitions.pop("p3")
    found.temporary_partitions["tp"].name = "tp"
    assert ["tp"] == [row["PartitionName"] for row in cluster.named("SHOW TEMPORARY PARTITIONS FROM t")]
    assert ["p1", "p2"] == [row["PartitionName"] for row in cluster.named("SHOW PARTITIONS FROM t")]
    sql = "SELECT PARTITION_NAME, IS_TEMP FROM information_schema.partitions_meta WHERE TABLE_NAME = 't' ORDER BY 1"
    assert [("p1", 0), ("p2", 0), ("tp", 1)] == cluster.run(sql)


def test_data_is_summed_by_table_and_by_index(cluster: Cluster) -> None:
    """With the quota and what is left of it."""
    add_rollup(cluster)
    table(cluster).partitions["p1"].data_size = 3 * 2**20
    rows = cluster.run("SHOW DATA")
    assert [("t", "3.000 MB", "6"), ("u", "48.000 B", "2"), ("Total", "3.000 MB", "8")] == rows[:3]
    assert ["Quota", "Left"] == [row[0] for row in rows[3:]]
    rows = cluster.run("SHOW DATA FROM db1.t")
    assert [("t", "r"), ("", "t"), ("", "Total")] == [row[:2] for row in rows]
    assert ("", "Total", "3.000 MB", "6", "") == rows[2]


def test_tablets_are_listed_and_found(cluster: Cluster) -> None:
    """A row a replica; one tablet tells where it belongs, and how to look at it."""
    rows = cluster.named("SHOW TABLET FROM t PARTITION (p1, p2)")
    assert 4 == len(rows)
    first = rows[0]
    assert ("10001", "NORMAL", f"http://127.0.0.1:8040/api/meta/header/{first['TabletId']}", "/data/storage") == (
        *(first["BackendId"], first["State"]),
        *(first["MetaUrl"], first["DiskRootPath"]),
    )
    assert [] == cluster.run("SHOW TABLET FROM t WHERE BackendId = 3")
    assert 1 == len(cluster.run("SHOW TABLET FROM t WHERE Version = 2 AND State = 'normal' LIMIT 1"))
    (found,) = cluster.named(f"SHOW TABLET {first['TabletId']}")
    assert ("db1", "t", "p1", "true") == tuple(
        found[each] for each in ("DbName", "TableName", "PartitionName", "IsSync")
    )
    command = found["DetailCmd"].removesuffix(";")
    assert [first["ReplicaId"]] == [row["ReplicaId"] for row in cluster.named(command)]
    assert [(None, "false")] == [(row["DbName"], row["IsSync"]) for row in cluster.named("SHOW TABLET 1")]


def test_replicas_are_judged_and_counted(empty: Callable[..., Cluster]) -> None:
    """A dead backend's are dead; the distribution is drawn."""
    cluster = empty(backends=2)
    cluster.plant()
    cluster.frontend.backends.all[0].alive = False
    assert ["DEAD", "OK"] == sorted({row["Status"] for row in cluster.named("ADMIN SHOW REPLICA STATUS FROM t")})
    dead = cluster.named("ADMIN SHOW REPLICA STATUS FROM t WHERE STATUS != 'OK'")
    assert {"10001"} == {row["BackendId"] for row in dead}
    assert [("10001", "3", ">", "50.00 %"), ("10002", "3", ">", "50.00 %")] == cluster.run(
        "ADMIN SHOW REPLICA DISTRIBUTION FROM t"
    )
