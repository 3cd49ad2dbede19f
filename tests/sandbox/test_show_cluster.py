from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox.model.backends import Disk
from starrocks_restore_kernel.sandbox.peers import follower

if TYPE_CHECKING:
    from collections.abc import Callable

GB = 2**30

FRONTENDS = (
    "Id Name IP EditLogPort HttpPort QueryPort RpcPort Role ClusterId Join Alive ReplayedJournalId LastHeartbeat "
    "IsHelper ErrMsg StartTime Version"
)
BACKENDS = (
    "BackendId IP HeartbeatPort BePort HttpPort BrpcPort LastStartTime LastHeartbeat Alive SystemDecommissioned "
    "ClusterDecommissioned TabletNum DataUsedCapacity AvailCapacity TotalCapacity UsedPct MaxDiskUsedPct ErrMsg "
    "Version Status DataTotalCapacity DataUsedPct CpuCores MemLimit NumRunningQueries MemUsedPct CpuUsedPct "
    "DataCacheMetrics Location StatusCode"
)


def test_one_frontend_and_it_leads(cluster: Cluster) -> None:
    """SHOW FRONTENDS is how a client finds the leader, and the port to reach it."""
    cluster.frontend.config.start_with("query_port", "19030")
    (row,) = cluster.named("SHOW FRONTENDS")
    assert FRONTENDS.split() == list(row)
    assert ("LEADER", "true", "19030", "4.1.0-sandbox") == (
        *(row["Role"], row["Alive"], row["QueryPort"]),
        row["Version"],
    )
    assert list(row.values()) == list(cluster.run("SHOW PROC '/frontends'")[0])


def test_followers_are_listed_with_their_ports(cluster: Cluster) -> None:
    """Each where it is reached, the one that leads as such, a dead one without the time it started."""
    peers = cluster.frontend.peers
    peers += [follower(peers, cluster.frontend.start_time), follower(peers, cluster.frontend.start_time)]
    for number, each in enumerate(peers):
        each.query_port = 19030 + number
    cluster.frontend.change_leader()
    peers[2].alive = False
    assert [
        ("FOLLOWER", "19030", "true", "2025-01-02 10:00:00"),
        ("LEADER", "19031", "true", "2025-01-02 10:00:00"),
        ("FOLLOWER", "19032", "false", "NULL"),
    ] == [(row["Role"], row["QueryPort"], row["Alive"], row["StartTime"]) for row in cluster.named("SHOW FRONTENDS")]


def test_backends_tell_who_is_alive(empty: Callable[..., Cluster]) -> None:
    """Distinct hosts, tablets counted, a dead one shown as such."""
    cluster = empty(backends=2)
    cluster.plant()
    cluster.frontend.backends.all[1].alive = False
    cluster.frontend.backends.all[1].location = {"rack": "r1"}
    rows = cluster.named("SHOW BACKENDS")
    assert BACKENDS.split() == list(rows[0])
    assert [("127.0.0.1", "true", "OK", ""), ("127.0.0.2", "false", "DISCONNECTED", "rack:r1")] == [
        (row["IP"], row["Alive"], row["StatusCode"], row["Location"]) for row in rows
    ]
    assert 8 == sum(int(row["TabletNum"]) for row in rows)


def test_capacity_is_counted_by_disk(empty: Callable[..., Cluster]) -> None:
    """The fullest disk shows apart from the sum; an offline one counts for nothing."""
    cluster = empty()
    disks = [Disk("/a", 100 * GB, 98 * GB), Disk("/b", 300 * GB), Disk("/c", 900 * GB, online=False)]
    cluster.frontend.backends.all[0].disks = disks
    (row,) = cluster.named("SHOW BACKENDS")
    shown = [row[each] for each in ("TotalCapacity", "AvailCapacity", "UsedPct", "MaxDiskUsedPct", "DataUsedPct")]
    assert ["400.000 GB", "302.000 GB", "24.50 %", "98.00 %", "0.00 %"] == shown
    found = cluster.named("SHOW PROC '/backends/10001'")
    assert [("/a", "98.000 GB", "98.00 %", "ONLINE"), ("/b", "0.000 B", "0.00 %", "ONLINE")] == [
        (each["RootPath"], each["OtherUsedCapacity"], each["TotalUsedPct"], each["State"]) for each in found[:2]
    ]
    assert "OFFLINE" == found[2]["State"]


def test_tablets_take_room_on_their_disks(cluster: Cluster) -> None:
    """What tables hold is data used, and a big table is seen in all figures of capacity."""
    table = cluster.frontend.databases["db1"].tables["u"]
    next(iter(table.partitions.values())).data_size = 50 * GB  # type: ignore[union-attr]
    (row,) = cluster.named("SHOW BACKENDS")
    assert ("50.000 GB", "50.000 GB", "50.00 %", "50.00 %") == (
        *(row["DataUsedCapacity"], row["AvailCapacity"]),
        *(row["MaxDiskUsedPct"], row["DataUsedPct"]),
    )


def test_shared_data_has_compute_nodes_and_cloud_native_tables(empty: Callable[..., Cluster]) -> None:
    """No backends, tables of another type with other partitions, one replica without asking."""
    cluster = empty(shared_data=True)
    cluster.run("CREATE DATABASE lake; USE lake; CREATE TABLE x (a INT) DISTRIBUTED BY HASH (a) BUCKETS 1")
    assert "shared_data" == cluster.run("ADMIN SHOW FRONTEND CONFIG LIKE 'run_mode'")[0][2]
    assert [] == cluster.run("SHOW BACKENDS")
    (node,) = cluster.named("SHOW COMPUTE NODES")
    assert ("127.0.0.1", "true", "default_warehouse", "1") == (
        *(node["IP"], node["Alive"]),
        *(node["WarehouseName"], node["TabletNum"]),
    )
    assert "CLOUD_NATIVE" == cluster.named("SHOW PROC '/dbs/lake'")[0]["Type"]
    assert "CLOUD_NATIVE" == cluster.run("SELECT TABLE_ENGINE FROM information_schema.tables_config")[0][0]
    (partition,) = cluster.named("SHOW PARTITIONS FROM x")
    assert ("true", "0.00") == (partition["EnableDataCache"], partition["AvgCS"])
    assert "storage_volume" in cluster.run("SHOW CREATE DATABASE lake")[0][1]
    assert ["TabletId", "BackendId", "DataSize", "RowCount", "MinVersion"] == list(
        cluster.named("SHOW TABLET FROM x")[0]
    )


def test_shared_nothing_has_no_compute_nodes(cluster: Cluster) -> None:
    """The statement answers with its columns."""
    result = cluster.session.run("SHOW COMPUTE NODES")
    assert ("ComputeNodeId", []) == (result.columns[0].name, result.rows)  # type: ignore[union-attr]


def test_processes_are_the_connections(cluster: Cluster) -> None:
    """Whoever may operate the cluster sees all of them; another user their own alone, whole with FULL."""
    cluster.run("CREATE USER ann; CREATE USER bob")
    ann, bob = (Cluster(cluster.frontend, user=name, connection_id=place) for place, name in ((7, "ann"), (8, "bob")))
    cluster.frontend.run(6)
    assert [("root", "Query", 0), ("ann", "Sleep", 6), ("bob", "Sleep", 6)] == [
        (each["User"], each["Command"], each["Time"]) for each in cluster.named("SHOW PROCESSLIST")
    ]
    assert ["bob"] == [each["User"] for each in cluster.named("SHOW PROCESSLIST FOR 'bob'")]
    long = "SHOW FULL PROCESSLIST" + " " * 80 + "FOR 'ann'"
    assert [(7, "ann", long)] == [(each["Id"], each["User"], each["Info"]) for each in ann.named(long)]
    assert [] == bob.named("SHOW PROCESSLIST FOR 'ann'")
    ann.session.close()
    assert [0, 8] == [each["Id"] for each in cluster.named(long.replace("FULL ", "").replace("FOR 'ann'", ""))]
    bob.session.close()


def test_times_are_in_the_sessions_zone(cluster: Cluster) -> None:
    """In every room: nodes, partitions, table status, system tables."""
    cluster.run("SET time_zone = '+08:00'")
    local = "2025-01-02 18:00:00"
    assert local == cluster.named("SHOW FRONTENDS")[0]["StartTime"]
    assert local == cluster.named("SHOW BACKENDS")[0]["LastStartTime"]
    assert local == cluster.named("SHOW PARTITIONS FROM t")[0]["VisibleVersionTime"]
    assert local == cluster.named("SHOW TABLE STATUS LIKE 't'")[0]["Create_time"]
    sql = "SELECT CREATE_TIME FROM information_schema.tables WHERE TABLE_NAME = 't'"
    assert [(local,)] == cluster.run(sql)
    cluster.run("SET time_zone = 'America/New_York'")
    assert [("2025-01-02 05:00:00",)] == cluster.run(sql)


def test_no_cooldown_is_the_end_of_time_in_shanghai(cluster: Cluster) -> None:
    """In the session's zone, even where that is a year of five digits."""
    shown = []
    for zone in ("UTC", "+08:00", "+09:00"):
        cluster.run(f"SET time_zone = '{zone}'")
        sql = "SELECT COOLDOWN_TIME FROM information_schema.partitions_meta WHERE TABLE_NAME = 'u'"
        shown.append((cluster.named("SHOW PARTITIONS FROM u")[0]["CooldownTime"], cluster.run(sql)[0][0]))
    assert [
        ("9999-12-31 15:59:59", "9999-12-31 15:59:59"),
        ("9999-12-31 23:59:59", "9999-12-31 23:59:59"),
        ("10000-01-01 00:59:59", None),
    ] == shown


@pytest.mark.parametrize(
    ("sql", "titles"),
    [
        ("SHOW LOAD FROM db1 WHERE STATE = 'LOADING' LIMIT 1",
         "JobId Label State Progress Type Priority ScanRows FilteredRows UnselectedRows SinkRows EtlInfo TaskInfo "
         "ErrorMsg CreateTime EtlStartTime EtlFinishTime LoadStartTime LoadFinishTime TrackingSQL JobDetails "
         "Warehouse"),
        ("SHOW ROUTINE LOAD",
         "Id Name CreateTime PauseTime EndTime DbName TableName State DataSourceType CurrentTaskNum JobProperties "
         "DataSourceProperties CustomProperties Statistic Progress TimestampProgress ReasonOfStateChanged "
         "ErrorLogUrls TrackingSQL OtherMsg"),
        ("SHOW BROKER", "Name IP Port Alive LastStartTime LastUpdateTime ErrMsg"),
        ("SHOW ERRORS LIMIT 1", "Level Code Message"),
        ("SHOW GLOBAL STATUS LIKE 'x%'", "Variable_name Value"),
        ("SHOW INDEX FROM t FROM db1",
         "Table Non_unique Key_name Seq_in_index Column_name Collation Cardinality Sub_part Packed Null Index_type "
         "Comment"),
    ],
)  # fmt: skip
def test_what_is_not_there_has_its_columns(cluster: Cluster, sql: str, titles: str) -> None:
    """In the server's order, and no rows."""
    result = cluster.session.run(sql)
    assert (titles.split(), []) == ([each.name for each in result.columns], result.rows)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("SHOW ENGINES", ("OLAP", "YES", "Default storage engine of StarRocks", "NO", "NO", "NO")),
        ("SHOW CHARACTER SET WHERE Charset = 'utf8'", ("utf8", "UTF-8 Unicode", "utf8_general_ci", "3")),
        ("SHOW COLLATION LIKE 'utf8%'", ("utf8_general_ci", "utf8", 33, "Yes", "Yes", 1)),
    ],
)
def test_what_is_fixed(cluster: Cluster, sql: str, first: tuple[object, ...]) -> None:
    """The same on every server."""
    assert first == cluster.run(sql)[0]


@pytest.mark.parametrize(
    ("sql", "near"),
    [("SHOW RESTOR FROM db1", "RESTORE"), ("SHOW TABELS", "TABLES"), ("SHOW ALTR TABLE COLUMN", "ALTER")],
)
def test_a_slip_is_a_syntax_error(cluster: Cluster, sql: str, near: str) -> None:
    """With what was meant among what is offered."""
    text = cluster.refused(sql)[2]
    assert f"Unexpected input '{sql.split()[1]}', the most similar input is {{" in text
    assert repr(near) in text


@pytest.mark.parametrize("sql", ["SHOW NONSENSE", "SHOW WAREHOUSES", "ADMIN SHOW NOTHING", "SHOW PROC '/compactions'"])
def test_what_only_a_server_has_is_said(cluster: Cluster, sql: str) -> None:
    """By the sandbox, in words of its own."""
    assert "The sandbox does not do this" in cluster.refused(sql)[2]
