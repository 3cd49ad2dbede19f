"""ALTER TABLE: columns, rollups, properties, names, and the jobs behind them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.frontend import Frontend
from starrocks_restore_kernel.sandbox.model.alter import ALTER_TITLES, AlterKind, alter_rows, run_alter_jobs
from starrocks_restore_kernel.sandbox.model.catalog import Rollup, Table, TableState
from starrocks_restore_kernel.sandbox.model.tables import add_rollup

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

ONE = 'PROPERTIES ("replication_num" = "1")'


def table(cluster: Cluster, name: str = "t") -> Table:
    """The table, as the frontend knows it."""
    found = cluster.frontend.object("db1", name)
    assert isinstance(found, Table)
    return found


def rounds(cluster: Cluster, count: int = 2) -> None:
    """Let the alter handler go round so often, ten seconds each."""
    for _ in range(count):
        cluster.frontend.clock.advance(10)  # type: ignore[attr-defined]
        run_alter_jobs(cluster.frontend)


def jobs(cluster: Cluster, kind: AlterKind) -> list[dict[str, str]]:
    """What SHOW ALTER TABLE lists, by column name."""
    database = cluster.frontend.databases["db1"]
    titles = ALTER_TITLES[kind].split()
    return [dict(zip(titles, row, strict=True)) for row in alter_rows(cluster.frontend, database, kind, UTC)]


def test_value_column_comes_and_goes_at_once(cluster: Cluster) -> None:
    """Old rows show its default, and the order of columns is the table's."""
    cluster.run("ALTER TABLE t ADD COLUMN c INT DEFAULT '7' AFTER dt, ADD COLUMN (x DATE, y VARCHAR(5) DEFAULT 'y')")
    assert [(1, "2024-01-10", 7, "a", None, "y")] == cluster.run("SELECT * FROM t WHERE k = 1")
    cluster.run(
        "INSERT INTO t VALUES (9, '2024-02-02', 1, 'z', '2024-01-01', 'n'); ALTER TABLE t DROP COLUMN c, DROP COLUMN x"
    )
    assert [(1, "a", "y"), (9, "z", "n")] == cluster.run("SELECT k, v, y FROM t WHERE k IN (1, 9) ORDER BY k")
    assert ["FINISHED", "FINISHED"] == [each["State"] for each in jobs(cluster, AlterKind.COLUMN)]


def test_changed_columns_survive_a_restart_and_a_new_leader(empty: Callable[..., Cluster]) -> None:
    """Schema and rows are written down together, finished jobs too."""
    cluster = empty(kept=True)
    cluster.plant()
    cluster.run("ALTER TABLE t ADD COLUMN c INT DEFAULT '7'; ALTER TABLE t RENAME COLUMN v TO w")
    cluster.frontend.change_leader()
    assert [("a", 7)] == cluster.run("SELECT w, c FROM t WHERE k = 1")
    cluster.session.close()
    cluster.frontend.close()
    opened = Frontend(cluster.frontend.clock, cluster.frontend.folder, version="4.1", kept=True)
    found = opened.object("db1", "t")
    assert isinstance(found, Table)
    assert ["k", "dt", "w", "c"] == [each.name for each in found.schema.columns]
    assert 2 == len(opened.alter_jobs)
    opened.close()


def test_type_is_changed_by_a_job(cluster: Cluster) -> None:
    """The table is in state SCHEMA_CHANGE meanwhile: read and loaded, but not altered."""
    cluster.run("ALTER TABLE t MODIFY COLUMN v VARCHAR(40) DEFAULT 'q'")
    assert TableState.SCHEMA_CHANGE is table(cluster).state
    cluster.run("INSERT INTO t (k, dt) VALUES (5, '2024-01-01')")
    text = cluster.refused("ALTER TABLE t DROP COLUMN v")[2]
    assert text.startswith("A schema change operation is in progress on the table t. Please wait until")
    assert [("PENDING", "\\N")] == [(each["State"], each["FinishTime"]) for each in jobs(cluster, AlterKind.COLUMN)]
    rounds(cluster, 1)
    assert [("RUNNING", "0/1")] == [(each["State"], each["Progress"]) for each in jobs(cluster, AlterKind.COLUMN)]
    rounds(cluster, 1)
    assert ["FINISHED"] == [each["State"] for each in jobs(cluster, AlterKind.COLUMN)]
    assert TableState.NORMAL is table(cluster).state
    assert "varchar(40)" == cluster.run("DESC t")[2][1]
    assert [(5,)] == cluster.run("SELECT count(*) FROM t")


def test_rows_that_do_not_fit_the_new_type_cancel_the_job(cluster: Cluster) -> None:
    """And stay as they were."""
    cluster.run("ALTER TABLE t MODIFY COLUMN v INT")
    rounds(cluster)
    (job,) = jobs(cluster, AlterKind.COLUMN)
    assert ("CANCELLED", True) == (job["State"], job["Msg"].startswith("alter failed: "))
    assert "partition_" not in job["Msg"]
    assert [("a",)] == cluster.run("SELECT v FROM t WHERE k = 1")
    assert TableState.NORMAL is table(cluster).state


def test_running_job_goes_on_under_a_new_leader(cluster: Cluster) -> None:
    """It is written down with what it will do."""
    cluster.run("ALTER TABLE t MODIFY COLUMN v VARCHAR(40)")
    rounds(cluster, 1)
    cluster.frontend.change_leader()
    assert TableState.SCHEMA_CHANGE is table(cluster).state
    rounds(cluster, 1)
    assert "varchar(40)" == cluster.run("DESC t")[2][1]


def test_job_of_a_dropped_table_is_cancelled(cluster: Cluster) -> None:
    """Nothing else can become of it."""
    cluster.run("ALTER TABLE t MODIFY COLUMN v VARCHAR(40); DROP TABLE t")
    rounds(cluster, 1)
    assert [("CANCELLED", "Table or database does not exist: t")] == [
        (each["State"], each["Msg"]) for each in jobs(cluster, AlterKind.COLUMN)
    ]


def test_job_is_cancelled_by_hand(cluster: Cluster) -> None:
    """CANCEL ALTER TABLE; and only where there is one."""
    assert "Table[t] is not under SCHEMA_CHANGE." in cluster.refused("CANCEL ALTER TABLE COLUMN FROM t")[2]
    assert "Table[t] is not under ROLLUP" in cluster.refused("CANCEL ALTER TABLE ROLLUP FROM t")[2]
    cluster.run("ALTER TABLE t MODIFY COLUMN v VARCHAR(40); CANCEL ALTER TABLE COLUMN FROM db1.t")
    assert [("CANCELLED", "user cancelled")] == [
        (each["State"], each["Msg"]) for each in jobs(cluster, AlterKind.COLUMN)
    ]
    assert TableState.NORMAL is table(cluster).state


def test_rollup_is_built_by_a_job(cluster: Cluster) -> None:
    """The state is ROLLUP until then, which is what a restore stumbles over."""
    cluster.run("ALTER TABLE t ADD ROLLUP r (dt, v)")
    assert TableState.ROLLUP is table(cluster).state
    text = cluster.refused("ALTER TABLE t ADD PARTITION x VALUES LESS THAN ('2030-01-01')")[2]
    assert text.startswith("A materialized view or rollup index is being created on the table t.")
    rounds(cluster)
    assert {"r": ("dt", "v")} == {each.name: each.columns for each in table(cluster).rollups.values()}
    (job,) = jobs(cluster, AlterKind.ROLLUP)
    assert ("t", "r", "FINISHED") == (job["BaseIndexName"], job["RollupIndexName"], job["State"])
    cluster.frontend.change_leader()
    assert ["r"] == list(table(cluster).rollups)
    cluster.run("ALTER TABLE t DROP ROLLUP r")
    assert {} == table(cluster).rollups


def test_table_under_rollup_cannot_be_restored(cluster: Cluster) -> None:
    """The job finds its state, and dies of it."""
    timestamp = cluster.backup()
    cluster.run("ALTER TABLE t ADD ROLLUP r (dt, v)")
    cluster.restore(timestamp)
    assert "Table t's state is not NORMAL: ROLLUP" in cluster.finish()["Status"]


def test_synchronous_materialized_view_is_a_rollup_with_a_query(cluster: Cluster) -> None:
    """Its name is unique in the database."""
    database = cluster.frontend.databases["db1"]
    view = Rollup(cluster.frontend.next_id(), "mv", ("dt",), 1, "SELECT dt, count(*) FROM t GROUP BY dt")
    add_rollup(cluster.frontend, database, table(cluster), view)
    rounds(cluster)
    assert ["mv"] == list(table(cluster).rollups)


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("ALTER TABLE t ADD COLUMN k INT", "Can not add column which already exists in base table: k"),
        ("ALTER TABLE t ADD COLUMN n INT NOT NULL", "Field 'n' is not null but doesn't have a default value"),
        ("ALTER TABLE t ADD COLUMN n INT SUM", "Can not assign aggregation method on column in Duplicate data model"),
        ("ALTER TABLE t ADD COLUMN n INT AFTER nope", "Column[nope] does not found"),
        ("ALTER TABLE t ADD COLUMN n INT FIRST", "Cannot add value column[n] at first"),
        ("ALTER TABLE t ADD COLUMN n INT AFTER k", "Invalid column order. value should be after key."),
        ("ALTER TABLE u ADD COLUMN n INT KEY DEFAULT '1'", "Can not add key column: n for primary key table"),
        ("ALTER TABLE t DROP COLUMN nope", "Column does not exists: nope"),
        ("ALTER TABLE t DROP COLUMN dt", "Partition column[dt] cannot be dropped. index[t]"),
        ("ALTER TABLE t DROP COLUMN k", "Distribution column[k] cannot be dropped. index[t]"),
        ("ALTER TABLE u DROP COLUMN id", "Can not drop key column in primary data model table"),
        ("ALTER TABLE t MODIFY COLUMN nope INT", "Column[nope] does not exists"),
        ("ALTER TABLE t MODIFY COLUMN dt DATETIME NOT NULL", "Can not modify partition column[dt]. index[t]"),
        ("ALTER TABLE t MODIFY COLUMN v VARCHAR(20) NOT NULL", "Can not change from nullable to non-nullable"),
        ("ALTER TABLE u MODIFY COLUMN id BIGINT", "Can not modify key column: id for primary key table"),
        ("ALTER TABLE t RENAME COLUMN nope TO x", "Unknown column 'nope' in 't'"),
        ("ALTER TABLE t RENAME COLUMN v TO k", "Duplicate column name 'k'"),
        ("ALTER TABLE t ADD ROLLUP t (k)", "Rollup name should be different with base table:t"),
        ("ALTER TABLE t ADD ROLLUP r (nope)", "Column[nope] does not exist"),
        ("ALTER TABLE u ADD ROLLUP r (id)", "Do not support add rollup on primary key table[u]"),
        ("ALTER TABLE t DROP ROLLUP r", "Materialized view [r] does not exist in table [t]"),
        ("ALTER TABLE t SET ('nope' = '1')", "Unknown properties: {nope=1}"),
        ("ALTER TABLE t SET ('compression' = 'LZ4', 'nope' = '1')", "Can only set one table property at a time"),
        ("ALTER TABLE t SET ('replication_num' = '1')", "you should specify partitions with MODIFY PARTITION clause."),
        ("ALTER TABLE t SET ('bloom_filter_columns' = 'nope')", "Invalid bloom filter column 'nope': not exists"),
        ("ALTER TABLE u DISTRIBUTED BY RANDOM", "PRIMARY KEY must use hash distribution"),
        ("ALTER TABLE t DISTRIBUTED BY HASH (nope)", "Distribution column(nope) doesn't exist."),
        ("ALTER TABLE t RENAME t", "Same table name t"),
        ("ALTER TABLE w RENAME x", "Table 'w' is not a OLAP table"),
        ("ALTER TABLE t FROBNICATE", "Unexpected input 'FROBNICATE'"),
        ("ALTER DATABASE db1 RENAME db1", "Same database name"),
        ("ALTER DATABASE nope RENAME x", "Unknown database 'nope'"),
    ],
)
def test_change_that_is_refused(cluster: Cluster, sql: str, text: str) -> None:
    """In the server's words; the table stays as it was."""
    before = cluster.run("SHOW CREATE TABLE t"), cluster.run("SHOW CREATE TABLE u")
    assert text in cluster.refused(sql)[2]
    assert before == (cluster.run("SHOW CREATE TABLE t"), cluster.run("SHOW CREATE TABLE u"))


def test_temporary_partitions_forbid_jobs(cluster: Cluster) -> None:
    """A rollup or a slow schema change waits until they are gone."""
    cluster.run("ALTER TABLE t ADD TEMPORARY PARTITION tp VALUES [('2024-02-01'), ('2024-03-01'))")
    for clause in ("ADD ROLLUP r (k)", "MODIFY COLUMN v VARCHAR(99)"):
        assert "temp partitions in table" in cluster.refused(f"ALTER TABLE t {clause}")[2]
    cluster.run("ALTER TABLE t DROP ALL TEMPORARY PARTITIONS; ALTER TABLE t ADD ROLLUP r (k)")


def test_properties_and_comment_are_set(cluster: Cluster) -> None:
    """And shown again, by a new leader too."""
    cluster.run("ALTER TABLE t SET ('bloom_filter_columns' = 'v'); ALTER TABLE t COMMENT = 'hello'; "
                "ALTER TABLE t SET ('default.replication_num' = '1')")  # fmt: skip
    cluster.frontend.change_leader()
    assert ("v",) == table(cluster).schema.bloom_filter_columns
    assert 'COMMENT "hello"' in cluster.run("SHOW CREATE TABLE t")[0][1]


def test_other_buckets_are_made_by_a_job(cluster: Cluster) -> None:
    """The rows stay, the tablets are new."""
    cluster.run("ALTER TABLE t DISTRIBUTED BY HASH (k) BUCKETS 5")
    assert TableState.OPTIMIZE is table(cluster).state
    assert "The table t is currently in state OPTIMIZE" in cluster.refused("ALTER TABLE t COMMENT = 'x'")[2]
    rounds(cluster)
    assert {5} == {len(each.tablets) for each in table(cluster).partitions.values()}
    assert [(4,)] == cluster.run("SELECT count(*) FROM t")
    assert ["ALTER DISTRIBUTION"] == [each["Operation"] for each in jobs(cluster, AlterKind.OPTIMIZE)]


def test_drift_since_a_backup_is_found_by_the_restore(cluster: Cluster) -> None:
    """A column more, and the table is another one."""
    timestamp = cluster.backup()
    cluster.run("ALTER TABLE t ADD COLUMN c INT")
    cluster.restore(timestamp)
    assert "Table t already exist but with different schema" in cluster.finish()["Status"]


def test_database_is_renamed_with_all_that_is_in_it(cluster: Cluster) -> None:
    """Under a new leader too."""
    cluster.run("ALTER DATABASE db1 RENAME db2; USE db2")
    cluster.frontend.change_leader()
    assert [(4,)] == cluster.run("SELECT count(*) FROM db2.t")
    assert "Unknown database 'db1'" in cluster.refused("SELECT * FROM db1.t")[2]


def test_table_like_another(cluster: Cluster) -> None:
    """Its columns and partitions, and no rows."""
    cluster.run("CREATE TABLE t2 LIKE t")
    ((_, one),), ((_, other),) = cluster.run("SHOW CREATE TABLE t"), cluster.run("SHOW CREATE TABLE t2")
    assert one == other.replace("`t2`", "`t`")
    assert [(0,)] == cluster.run("SELECT count(*) FROM t2")


def test_table_from_a_query(cluster: Cluster) -> None:
    """Columns by name and type, and its rows; nothing if the query fails."""
    cluster.run(f"CREATE TABLE c {ONE} AS SELECT v, sum(k) AS s, min(dt) AS d, 1.5 AS x FROM t GROUP BY v")
    assert [("a", 1, "2024-01-10", "1.5")] == cluster.run("SELECT * FROM c WHERE v = 'a'")
    assert ["varchar(65533)", "bigint", "date", "decimal(2,1)"] == [
        each.type for each in table(cluster, "c").schema.columns
    ]
    cluster.run(
        f"CREATE TABLE e (a, b) DUPLICATE KEY (a) DISTRIBUTED BY HASH (a) BUCKETS 3 {ONE} AS SELECT id, name FROM u"
    )
    assert [(3,)] == cluster.run("SELECT count(b) FROM e")
    cluster.refused(f"CREATE TABLE f {ONE} AS SELECT nope FROM u")
    assert "f" not in cluster.frontend.databases["db1"].tables


def test_colocated_tables_must_fit_their_group(empty: Callable[..., Cluster]) -> None:
    """Buckets, number and types of columns, replicas: each with the server's text."""
    cluster = empty(backends=2)
    cluster.plant()
    make = (
        "CREATE TABLE {} (a INT, b {}) DUPLICATE KEY (a) DISTRIBUTED BY HASH ({}) BUCKETS {} "
        "PROPERTIES ('replication_num' = '{}', 'colocate_with' = 'g')"
    )
    cluster.run(make.format("c1", "INT", "a", 4, 1))
    cluster.run(make.format("c2", "INT", "b", 4, 1))
    for name, type_, columns, buckets, number, text in (
        ("x", "INT", "a", 5, 1, "Colocate tables must have same bucket num: 4, with group "),
        ("x", "INT", "a, b", 4, 1, "Colocate tables distribution columns size must be the same : 1, with group "),
        ("x", "BIGINT", "b", 4, 1, "Colocate tables distribution columns must have the same data type with group "),
        ("x", "INT", "a", 4, 2, "Colocate tables must have same replication num: 1, with group "),
    ):
        code, state, found = cluster.refused(make.format(name, type_, columns, buckets, number))
        assert (5063, "42000", True) == (code, state, found.startswith(text))


def test_table_under_restore_is_let_alone(cluster: Cluster) -> None:
    """Neither read, nor loaded, nor altered; but dropped it can be."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (TABLE t, TABLE u)")
    cluster.reach("DOWNLOADING")
    assert {
        "SELECT count(*) FROM t": 5014,
        "INSERT INTO t VALUES (1, '2024-01-01', 'x')": 1064,
        "DELETE FROM t WHERE k = 1": 1064,
        "UPDATE u SET name = 'x' WHERE id = 1": 5014,
        "TRUNCATE TABLE t": 1064,
        "ALTER TABLE t ADD COLUMN c INT": 1064,
        "ALTER TABLE t DROP PARTITION p1": 1064,
        "ALTER TABLE t RENAME x": 1064,
        "ALTER TABLE t SWAP WITH u": 1064,
    } == {
        sql: cluster.refused(sql)[0]
        for sql in (
            "SELECT count(*) FROM t",
            "INSERT INTO t VALUES (1, '2024-01-01', 'x')",
            "DELETE FROM t WHERE k = 1",
            "UPDATE u SET name = 'x' WHERE id = 1",
            "TRUNCATE TABLE t",
            "ALTER TABLE t ADD COLUMN c INT",
            "ALTER TABLE t DROP PARTITION p1",
            "ALTER TABLE t RENAME x",
            "ALTER TABLE t SWAP WITH u",
        )
    }
    assert 'Cannot write RESTORE state table "t"' == cluster.refused("INSERT INTO t VALUES (1, '2024-01-01', 'x')")[2]
    assert "Table's state is not normal: t" == cluster.refused("DELETE FROM t WHERE k = 1")[2]
    cluster.run("DROP TABLE t")
    assert [("u",), ("w",)] == cluster.run("SHOW TABLES FROM db1")


def test_a_counter_goes_on_from_where_it_is_told(cluster: Cluster) -> None:
    """Only forward (LocalMetastore.java, alterTableAutoIncrement)."""
    cluster.run(
        "CREATE TABLE c (id BIGINT NOT NULL AUTO_INCREMENT, n INT) PRIMARY KEY (id) "
        f"DISTRIBUTED BY HASH (id) BUCKETS 1 {ONE}"
    )
    cluster.run("ALTER TABLE c AUTO_INCREMENT = 40; INSERT INTO c (n) VALUES (1)")
    assert [(40,)] == cluster.run("SELECT id FROM c")
    assert "must be greater than current value: 41" in cluster.refused("ALTER TABLE c AUTO_INCREMENT = 41")[2]
    assert "value must be positive" in cluster.refused("ALTER TABLE c AUTO_INCREMENT = 0")[2]
