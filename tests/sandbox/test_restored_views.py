"""Materialized views, dynamic partitions, functions and catalogs through a backup, a loss and a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.model.catalog import MaterializedView

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

MV = """
CREATE MATERIALIZED VIEW mv DISTRIBUTED BY HASH(k) BUCKETS 1 REFRESH ASYNC
PROPERTIES ("replication_num" = "1") AS SELECT k, count(*) AS n FROM t GROUP BY k;
REFRESH MATERIALIZED VIEW mv WITH SYNC MODE
"""
COUNT = "SELECT count(*) FROM mv"


@pytest.fixture
def timestamp(cluster: Cluster) -> str:
    """A snapshot of the tables, the view and a materialized view of four rows."""
    cluster.run(MV)
    cluster.run('ADMIN SET FRONTEND CONFIG ("enable_backup_materialized_view" = "true")')
    return cluster.backup()


def view(cluster: Cluster, database: str = "db1") -> MaterializedView:
    """The materialized view."""
    found = cluster.frontend.databases[database].tables["mv"]
    assert isinstance(found, MaterializedView)
    return found


def test_database_backup_leaves_materialized_views_out(cluster: Cluster) -> None:
    """By default since 3.5: the configuration says so, and no error does."""
    cluster.run(MV)
    cluster.backup()
    assert "mv" not in cluster.job(kind="BACKUP")["BackupObjs"]


def test_lost_view_comes_back_active_with_its_rows(cluster: Cluster, timestamp: str) -> None:
    """Bound to the tables that are there, and told of a load by the next refresh."""
    cluster.run("DROP MATERIALIZED VIEW mv; DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (ALL TABLES, MATERIALIZED VIEW mv)")
    assert "FINISHED" == cluster.finish()["State"]
    assert [(4,)] == cluster.run(COUNT)
    assert (True, "") == (view(cluster).active, view(cluster).inactive_reason)
    cluster.run("INSERT INTO t VALUES (5, '2024-01-10', 'e')")
    cluster.frontend.run(6)
    assert [(5,)] == cluster.run(COUNT)


def test_view_is_inactive_while_it_is_restored(cluster: Cluster, timestamp: str) -> None:
    """No snapshot holds an active one, and the reason says where it comes from."""
    cluster.run("DROP MATERIALIZED VIEW mv")
    cluster.restore(timestamp, clauses="ON (MATERIALIZED VIEW mv)")
    cluster.reach("DOWNLOADING")
    reason = (
        "Set the materialized view mv inactive in backup because it's in backup and will be activated after restore "
        "if possible"
    )
    assert (False, reason) == (view(cluster).active, view(cluster).inactive_reason)


def test_active_view_is_skipped_in_silence(cluster: Cluster, timestamp: str) -> None:
    """Data and definition stay, and SHOW RESTORE lists it all the same."""
    cluster.run("INSERT INTO t VALUES (5, '2024-01-10', 'e'); REFRESH MATERIALIZED VIEW mv WITH SYNC MODE")
    cluster.restore(timestamp, clauses="ON (MATERIALIZED VIEW mv)")
    job = cluster.finish()
    assert ("FINISHED", "[OK]", "mv") == (job["State"], job["Status"], job["RestoreObjs"])
    assert [(5,)] == cluster.run(COUNT)


def test_inactive_view_is_overwritten(cluster: Cluster, timestamp: str) -> None:
    """It is compared like a table, and its rows are those of the snapshot."""
    cluster.run("INSERT INTO t VALUES (5, '2024-01-10', 'e'); REFRESH MATERIALIZED VIEW mv WITH SYNC MODE")
    cluster.run("ALTER MATERIALIZED VIEW mv INACTIVE")
    cluster.restore(timestamp, clauses="ON (MATERIALIZED VIEW mv)")
    assert "FINISHED" == cluster.finish()["State"]
    assert [(4,)] == cluster.run(COUNT)


def test_view_in_another_database_reads_the_tables_restored_beside_it(cluster: Cluster, timestamp: str) -> None:
    """Bound to the new tables; its text keeps the old names as long as the old tables are there."""
    cluster.restore(timestamp, what="s1", clauses="DATABASE db1 AS db2")
    assert "FINISHED" == cluster.finish("db2")["State"]
    assert ("db2", True) == (view(cluster, "db2").base_tables[0].database, view(cluster, "db2").active)
    assert "`db1`" in view(cluster, "db2").definition


def test_view_without_its_table_stays_inactive(cluster: Cluster, timestamp: str) -> None:
    """The job is FINISHED all the same, and the view says what it misses."""
    cluster.run("DROP MATERIALIZED VIEW mv; DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (MATERIALIZED VIEW mv)")
    assert ("FINISHED", "[OK]") == tuple(cluster.finish()[name] for name in ("State", "Status"))
    assert not view(cluster).active
    assert view(cluster).inactive_reason.startswith(
        "Cannot active the materialized view mv after restore, please check"
    )


@pytest.mark.usefixtures("timestamp")
def test_skipped_view_stays_locked_when_the_job_fails_behind_it(cluster: Cluster) -> None:
    """Its state was set to RESTORE before it was skipped, and a failure in PENDING forgets it."""
    create = "CREATE TABLE z (id {}) DUPLICATE KEY (id) DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ({})"
    cluster.run(create.format("INT", "'replication_num' = '1'"))
    stamp = cluster.backup("s2")
    cluster.run("DROP TABLE z;" + create.format("BIGINT", "'replication_num' = '1'"))
    # The job looks at mv before z, in the order of its map.
    cluster.restore(stamp, what="db1.s2", clauses="ON (MATERIALIZED VIEW mv, TABLE z)")
    assert "CANCELLED" == cluster.finish()["State"]
    assert 5014 == cluster.refused(COUNT)[0]
    cluster.frontend.change_leader()
    assert [(4,)] == cluster.run(COUNT)


def test_dynamic_partitions_go_on_after_a_restore(cluster: Cluster) -> None:
    """The scheduler adds what is due, and drops what the snapshot brought back and is past."""
    cluster.run(
        "CREATE TABLE d (dt DATE NOT NULL) DUPLICATE KEY (dt) PARTITION BY RANGE (dt) () DISTRIBUTED BY HASH (dt) "
        'BUCKETS 1 PROPERTIES ("replication_num" = "1", "dynamic_partition.enable" = "true", '
        '"dynamic_partition.time_unit" = "DAY", "dynamic_partition.start" = "-2", "dynamic_partition.end" = "1", '
        '"dynamic_partition.prefix" = "p", "dynamic_partition.buckets" = "1")'
    )
    before = [row[1] for row in cluster.run("SHOW PARTITIONS FROM d")]
    timestamp = cluster.backup(on="ON (d)")
    cluster.run("DROP TABLE d")
    cluster.frontend.clock.advance(10 * 86400)
    cluster.restore(timestamp, clauses="ON (d)")
    assert "FINISHED" == cluster.finish()["State"]
    after = [row[1] for row in cluster.run("SHOW PARTITIONS FROM d")]
    assert before != after
    assert not set(before) & set(after)


def catalogs(cluster: Cluster) -> str:
    """Back two external catalogs up; the timestamp."""
    cluster.run(
        'CREATE EXTERNAL CATALOG lake PROPERTIES ("type" = "hive", "hive.metastore.uris" = "thrift://a:9083");'
        'CREATE EXTERNAL CATALOG ice PROPERTIES ("type" = "iceberg", "iceberg.catalog.type" = "hive", '
        '"hive.metastore.uris" = "thrift://b:9083")'
    )
    cluster.run("BACKUP ALL EXTERNAL CATALOGS SNAPSHOT cats TO repo")
    for _ in range(10):
        cluster.frontend.run(3)
    (row,) = cluster.named("SHOW BACKUP")
    assert ("FINISHED", "-1", "") == (row["State"], row["JobId"], row["DbName"])
    ((_, timestamp, _),) = cluster.run("SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 'cats'")
    return str(timestamp)


def catalog_job(cluster: Cluster) -> dict[str, str]:
    """Let the job of external catalogs end."""
    for _ in range(10):
        cluster.frontend.run(3)
    (row,) = [each for each in cluster.named("SHOW RESTORE") if not each["DbName"]]
    return row


def test_catalogs_come_back_by_a_short_way(cluster: Cluster) -> None:
    """PENDING, COMMITTING, FINISHED; never an id, and shown whatever database is asked for."""
    timestamp = catalogs(cluster)
    cluster.run("DROP CATALOG lake; DROP CATALOG ice")
    properties = f"PROPERTIES ('backup_timestamp' = '{timestamp}')"
    cluster.run(f"RESTORE SNAPSHOT cats FROM repo EXTERNAL CATALOGS (lake AS sea) {properties}")
    seen = []
    while not seen or seen[-1] not in ("FINISHED", "CANCELLED"):
        (row,) = cluster.named("SHOW RESTORE FROM db1")
        seen.append(row["State"])
        cluster.frontend.run(3)
    assert ["PENDING", "COMMITTING", "FINISHED"] == list(dict.fromkeys(seen))
    assert ("-1", "") == (row["JobId"], row["RestoreObjs"])
    assert ["sea"] == list(cluster.frontend.catalogs)


def test_catalog_of_the_same_name_is_replaced(cluster: Cluster) -> None:
    """Dropped first, and made anew with what the snapshot says; without a clause all of them come."""
    timestamp = catalogs(cluster)
    cluster.run("DROP CATALOG ice; DROP CATALOG lake")
    cluster.run('CREATE EXTERNAL CATALOG lake PROPERTIES ("type" = "hive", "hive.metastore.uris" = "thrift://new:1")')
    cluster.run(f"RESTORE SNAPSHOT cats FROM repo PROPERTIES ('backup_timestamp' = '{timestamp}')")
    assert "FINISHED" == catalog_job(cluster)["State"]
    assert "thrift://a:9083" == dict(cluster.frontend.catalogs["lake"].properties)["hive.metastore.uris"]
    assert {"lake", "ice"} == set(cluster.frontend.catalogs)


def test_catalog_job_survives_a_leader_change(cluster: Cluster) -> None:
    """COMMITTING is written down, and so are the catalogs."""
    timestamp = catalogs(cluster)
    cluster.run("DROP CATALOG lake; DROP CATALOG ice")
    cluster.run(f"RESTORE SNAPSHOT cats FROM repo PROPERTIES ('backup_timestamp' = '{timestamp}')")
    cluster.frontend.run(3)
    cluster.frontend.change_leader()
    assert "FINISHED" == catalog_job(cluster)["State"]
    assert {"lake", "ice"} == set(cluster.frontend.catalogs)


def test_cancel_of_catalogs_takes_them_away(cluster: Cluster) -> None:
    """The older one of the same name is gone with the new one."""
    timestamp = catalogs(cluster)
    cluster.run(f"RESTORE SNAPSHOT cats FROM repo PROPERTIES ('backup_timestamp' = '{timestamp}')")
    cluster.frontend.run(3)
    cluster.run("CANCEL RESTORE FOR EXTERNAL CATALOG")
    assert "[COMMON_ERROR, msg: user cancelled, current state: COMMITTING]" == catalog_job(cluster)["Status"]
    assert {} == cluster.frontend.catalogs


@pytest.mark.parametrize(
    ("clauses", "text"),
    [
        ("EXTERNAL CATALOGS (nope)", "Can not find restore catalog: nope"),
        (
            "EXTERNAL CATALOGS (lake AS default_catalog)",
            "Do not support set alias as default catalog for external catalog restore",
        ),
        ("DATABASE db1", "Can not specify database for external catalog snapshot"),
    ],
)
def test_catalog_restore_is_refused(cluster: Cluster, clauses: str, text: str) -> None:
    """At submit, in the server's words."""
    timestamp = catalogs(cluster)
    sql = f"RESTORE SNAPSHOT cats FROM repo {clauses} PROPERTIES ('backup_timestamp' = '{timestamp}')"
    assert (5064, "42000", text) == cluster.refused(sql)


def test_one_job_of_catalogs_at_a_time(cluster: Cluster) -> None:
    """In the whole cluster."""
    timestamp = catalogs(cluster)
    sql = f"RESTORE SNAPSHOT cats FROM repo PROPERTIES ('backup_timestamp' = '{timestamp}')"
    cluster.run(sql)
    assert "Can only run one backup or restore job of external catalog" == cluster.refused(sql)[2]
