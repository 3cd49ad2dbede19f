from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.objects_in_memory import add_catalog, add_rollup, add_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

TABLES = (
    "TableId TableName IndexNum PartitionColumnName PartitionNum State Type LastConsistencyCheckTime ReplicaCount "
    "PartitionType StoragePath"
)


def test_root_lists_what_a_server_has(cluster: Cluster) -> None:
    """All directories that ProcService.java registers."""
    names = {row[0] for row in cluster.run("SHOW PROC '/'")}
    assert {"dbs", "tasks", "jobs", "backends", "frontends", "transactions", "statistic", "resources"} < names
    assert 25 == len(names)


def test_databases_by_id_and_name(cluster: Cluster) -> None:
    """With their quotas; either leads to the tables."""
    (row,) = cluster.named("SHOW PROC '/dbs'")
    assert ("db1", "3", "8388608.000 TB", None, "9223372036854775807") == tuple(list(row.values())[1:])
    assert cluster.run(f"SHOW PROC '/dbs/{row['DbId']}'") == cluster.run("SHOW PROC '/dbs/db1/'")


def test_tables_tell_kind_and_state(cluster: Cluster) -> None:
    """Views and materialized views too."""
    add_view(cluster)
    add_rollup(cluster)
    rows = cluster.named("SHOW PROC '/dbs/db1'")
    assert TABLES.split() == list(rows[0])
    shown = ("TableName", "IndexNum", "PartitionColumnName", "PartitionNum", "State", "Type", "ReplicaCount")
    assert [
        ["t", "2", "dt", "3", "NORMAL", "OLAP", "6"],
        ["u", "1", "", "1", "NORMAL", "OLAP", "2"],
        ["w", None, None, "1", None, "VIEW", "0"],
        ["mv", "1", "", "1", "NORMAL", "MATERIALIZED_VIEW", "0"],
    ] == [[row[each] for each in shown] for row in rows]


def test_only_proc_shows_a_table_under_restore(cluster: Cluster) -> None:
    """From PENDING to the end of the job."""
    cluster.restore(cluster.backup(), clauses="ON (t)")
    states = []
    for wanted in ("SNAPSHOTING", "FINISHED"):
        cluster.reach(wanted)
        states.append({row["TableName"]: row["State"] for row in cluster.named("SHOW PROC '/dbs/db1'")}["t"])
    assert ["RESTORE", "NORMAL"] == states


def test_tasks_of_all_jobs_are_counted_by_type_and_backend(empty: Callable[..., Cluster]) -> None:
    """While they are out; a dead backend's stay."""
    cluster = empty(backends=2)
    cluster.plant()
    cluster.restore(cluster.backup(), clauses="ON (t)")
    cluster.reach("SNAPSHOTING")
    assert ("MAKE_SNAPSHOT", "0", "6") in cluster.run("SHOW PROC '/tasks'")
    assert ("Total", "0", "6") == cluster.run("SHOW PROC '/tasks'")[-1]
    assert [("10001", "0", "3"), ("10002", "0", "3"), ("Total", "0", "6")] == cluster.run(
        "SHOW PROC '/tasks/MAKE_SNAPSHOT'"
    )
    cluster.frontend.backends.all[1].alive = False
    cluster.frontend.run(6)
    assert [("10001", "0", "0"), ("10002", "0", "3"), ("Total", "0", "3")] == cluster.run(
        "SHOW PROC '/tasks/MAKE_SNAPSHOT'"
    )
    cluster.frontend.backends.all[1].alive = True
    cluster.reach("DOWNLOADING")
    assert ("Total", "0", "6") == cluster.run("SHOW PROC '/tasks/DOWNLOAD'")[-1]
    cluster.finish()
    assert ("Total", "0", "0") == cluster.run("SHOW PROC '/tasks'")[-1]


def test_failed_tasks_are_told_apart(cluster: Cluster) -> None:
    """As failed, with the signature that SHOW RESTORE shows."""
    cluster.restore(cluster.backup(), clauses="ON (u)")
    cluster.reach("DOWNLOADING")
    tasks = cluster.frontend.jobs[cluster.frontend.databases["db1"].id].tasks
    signature = next(iter(tasks.tasks))
    tasks.errors[signature] = "no"
    assert ("Total", "1", "2") == cluster.run("SHOW PROC '/tasks/DOWNLOAD'")[-1]
    assert [(str(signature), "1")] == cluster.run("SHOW PROC '/tasks/DOWNLOAD/10001'")


def test_walk_down_to_a_replica(cluster: Cluster) -> None:
    """Database, table, partitions, index, tablets, replicas."""
    path = "/dbs/db1/t"
    assert [("partitions",), ("temp_partitions",), ("index_schema",)] == cluster.run(f"SHOW PROC '{path}'")
    assert cluster.run("SHOW PARTITIONS FROM t") == cluster.run(f"SHOW PROC '{path}/partitions'")
    assert [] == cluster.run(f"SHOW PROC '{path}/temp_partitions'")
    (index,) = cluster.named(f"SHOW PROC '{path}/partitions/p1'")
    assert ("t", "2") == (index["IndexName"], index["Tablets"])
    path += f"/partitions/p1/{index['IndexId']}"
    tablets = cluster.named(f"SHOW PROC '{path}'")
    assert cluster.named("SHOW TABLET FROM t PARTITION (p1)") == tablets
    (replica,) = cluster.named(f"SHOW PROC '{path}/{tablets[0]['TabletId']}'")
    assert (tablets[0]["ReplicaId"], "false") == (replica["ReplicaId"], replica["IsErrorState"])


def test_indexes_and_their_columns(cluster: Cluster) -> None:
    """The base index, and rollups."""
    rollup = add_rollup(cluster)
    rows = cluster.named("SHOW PROC '/dbs/db1/t/index_schema'")
    assert [("t", "DUP_KEYS(k, dt)"), ("r", "DUP_KEYS(k, v)")] == [(row["IndexName"], row["Keys"]) for row in rows]
    base = rows[0]["IndexId"]
    assert cluster.run("DESC t") == cluster.run(f"SHOW PROC '/dbs/db1/t/index_schema/{base}'")
    assert ["k", "v"] == [row[0] for row in cluster.run(f"SHOW PROC '/dbs/db1/t/index_schema/{rollup.id}'")]
    assert [("-1", "w", "", "", "", "", "")] == cluster.run("SHOW PROC '/dbs/db1/w/index_schema'")


def test_statistics_count_what_lacks_a_replica(empty: Callable[..., Cluster]) -> None:
    """By database, and all together."""
    cluster = empty(backends=2)
    cluster.plant()
    cluster.frontend.backends.all[0].alive = False
    rows = cluster.run("SHOW PROC '/statistic'")
    assert ("db1", "2", "4", "4", "8", "8", "4") == rows[0][1:8]
    assert ("Total", "1", "2", "4", "4", "8", "8", "4") == rows[1][:8]


def test_other_directories_answer(cluster: Cluster) -> None:
    """What a monitor walks through."""
    add_catalog(cluster)
    ids = cluster.run("SHOW PROC '/jobs'")
    assert [("db1",)] == [row[1:] for row in ids]
    kinds = [row[0] for row in cluster.run(f"SHOW PROC '/jobs/{ids[0][0]}'")]
    assert ["load", "rollup", "schema_change", "export"] == kinds
    assert ids == cluster.run("SHOW PROC '/transactions'")
    assert [("running", "0"), ("finished", "0")] == cluster.run("SHOW PROC '/transactions/db1'")
    assert [] == cluster.run("SHOW PROC '/transactions/db1/running'")
    assert [("lake", "Hive", "far")] == cluster.run("SHOW PROC '/catalog'")
    assert ("working_slots", "1") in cluster.run("SHOW PROC '/cluster_balance'")
    assert [] == cluster.run("SHOW PROC '/brokers'")
    assert [] == cluster.run("SHOW PROC '/compute_nodes'")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("dbs", "Path(dbs) does not start with '/'"),
        ("/nope", "Cannot find path: /nope"),
        ("/repositories", "Cannot find path: /repositories"),
        ("/dbs/nope", 'Unknown database id or name "nope"'),
        ("/dbs/9", 'Unknown database id or name "9"'),
        ("/dbs/db1/nope", 'unknown table id or name "nope"'),
        ("/dbs/db1/9", 'unknown table id or name "9"'),
        ("/dbs/db1/t/nope", "Not implemented yet: nope"),
        ("/dbs/db1/w/partitions", "Table[w] is not a OLAP/MATERIALIZED_VIEW/ELASTICSEARCH/HIVE/HUDI table"),
        ("/dbs/db1/w/temp_partitions", "Table[w] does not have temp partitions"),
        ("/dbs/db1/t/partitions/9", 'Unknown partition id or name "9"'),
        ("/dbs/db1/t/partitions/p1/x", "Invalid index id format: x"),
        ("/dbs/db1/t/partitions/p1/9", "Index[9] does not exist."),
        ("/dbs/db1/t/index_schema/9", "Index 9 does not exist"),
        ("/tasks/NOPE", "invalid type name: NOPE"),
        ("/tasks/MOVE/x", "Invalid backend id format: x"),
        ("/jobs/x", "Invalid db id format: x"),
        ("/jobs/9", "Database[9] does not exist."),
        ("/jobs/10101/nope", "Invalid job type: nope"),
        ("/backends/x", "Invalid backend id format: x"),
        ("/backends/9", "Backend[9] does not exist."),
        ("/transactions/db1/nope", "State is invalid"),
        ("/frontends/x/y", "/frontends/x is not a directory"),
    ],
)
def test_unknown_paths_are_refused(cluster: Cluster, path: str, text: str) -> None:
    """In the words of the directory that does not know the name."""
    frame = f"Getting analyzing error. Detail message: Unknown proc node path: {path}. msg: {text}."
    assert (1064, "HY000", frame) == cluster.refused(f"SHOW PROC '{path}'")


def test_no_path_is_refused(cluster: Cluster) -> None:
    """Before any directory is asked."""
    assert "Getting analyzing error. Detail message: Path is null." == cluster.refused("SHOW PROC ''")[2]
