from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.model.backends import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

COUNT_T = "SELECT count(*) FROM db1.t"


def test_dropped_table_comes_back_with_its_rows(cluster: Cluster) -> None:
    """The main road: backup, drop, restore, and the same rows are there."""
    before = cluster.run("SELECT * FROM db1.t ORDER BY k")
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (t)")
    job = cluster.finish()
    assert ("FINISHED", "[OK]") == (job["State"], job["Status"])
    assert before == cluster.run("SELECT * FROM db1.t ORDER BY k")


def test_job_walks_through_every_state_in_order(cluster: Cluster) -> None:
    """Six steps at least, with the id unknown until the first has run."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (t)")
    seen = [(cluster.job()["State"], cluster.job()["JobId"] == "-1")]
    while seen[-1][0] != "FINISHED":
        cluster.frontend.run(3)
        seen.append((cluster.job()["State"], cluster.job()["JobId"] == "-1"))
    expected = ["PENDING", "SNAPSHOTING", "DOWNLOAD", "DOWNLOADING", "COMMIT", "COMMITTING", "FINISHED"]
    assert expected == [state for state, _ in seen]
    assert [True] + [False] * 6 == [unknown for _, unknown in seen]


def test_unfinished_tasks_shrink_while_downloading(cluster: Cluster) -> None:
    """One task per tablet replica, signed and naming its backend; the one being worked on reports 0/1."""
    cluster.frontend.pace = Pace(download=1)
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (t)")
    first = cluster.reach("DOWNLOADING")["UnfinishedTasks"].split(", ")
    assert 6 == len(first)
    backend = cluster.frontend.backends.all[0].id
    assert {str(backend)} == {each.split("=")[1] for each in first}
    cluster.frontend.run(3)
    assert first[3:] == cluster.job()["UnfinishedTasks"].split(", ")
    assert f"[{first[3].split('=')[0]}: 0/1]" == cluster.job()["Progress"]


def test_several_tablets_in_a_task_report_how_many_are_done(cluster: Cluster) -> None:
    """With max_download_task_per_be a task holds several tablets, and Progress says something."""
    cluster.frontend.pace = Pace(download=1)
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.run('ADMIN SET FRONTEND CONFIG ("max_download_task_per_be" = "1")')
    cluster.restore(timestamp, clauses="ON (t)")
    cluster.reach("DOWNLOADING")
    cluster.frontend.work(4)
    job = cluster.job()
    assert 1 == len(job["UnfinishedTasks"].split(", "))
    assert job["Progress"].endswith(": 4/6]")


def test_times_appear_as_the_phases_end(cluster: Cluster) -> None:
    """The time columns are NULL until their phase has ended, and count on the FE clock."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (t)")
    names = ("MetaPreparedTime", "SnapshotFinishedTime", "DownloadFinishedTime", "FinishedTime")
    assert [None] * 4 == [cluster.job()[name] for name in names]
    job = cluster.finish()
    times = [job[name] for name in ("CreateTime", *names)]
    assert times == sorted(times)
    assert None not in times


def test_only_the_partitions_in_the_snapshot_are_replaced(cluster: Cluster) -> None:
    """A restore merges: other partitions keep their rows, even those loaded later."""
    timestamp = cluster.backup()
    cluster.run("DELETE FROM db1.t WHERE k > 0; INSERT INTO db1.t VALUES (9, '2024-03-20', 'new')")
    cluster.restore(timestamp, clauses="ON (t PARTITION (p1))")
    assert "t PARTITIONS [p1]" == cluster.finish()["RestoreObjs"]
    assert [(1,), (2,), (9,)] == cluster.run("SELECT k FROM db1.t ORDER BY k")


def test_partition_that_was_dropped_is_added_again(cluster: Cluster) -> None:
    """A range partition that only the snapshot has is made anew."""
    timestamp = cluster.backup()
    cluster.run("ALTER TABLE t DROP PARTITION p2")
    assert [(3,)] == cluster.run(COUNT_T)
    cluster.restore(timestamp, clauses="ON (t)")
    assert "FINISHED" == cluster.finish()["State"]
    assert [("p1",), ("p2",), ("p3",)] == [row[1:2] for row in cluster.run("SHOW PARTITIONS FROM t")]
    assert [(4,)] == cluster.run(COUNT_T)


def test_alias_makes_a_new_table_and_leaves_the_old_alone(cluster: Cluster) -> None:
    """AS gives the copy another name; RestoreObjs still shows the origin."""
    timestamp = cluster.backup()
    cluster.run("DELETE FROM t WHERE k = 1")
    cluster.restore(timestamp, clauses="ON (t AS t_old, u AS u_old)")
    assert "t PARTITIONS [p1, p2, p3], u" == cluster.finish()["RestoreObjs"]
    assert [(3,)] == cluster.run(COUNT_T)
    assert [(4,)] == cluster.run("SELECT count(*) FROM t_old")
    assert [("u_old",)] == [row[1:2] for row in cluster.run("SHOW PARTITIONS FROM u_old")]


def test_alias_of_an_existing_table_fails(cluster: Cluster) -> None:
    """The table's name is part of the signature, so an alias can only make a new table."""
    timestamp = cluster.backup()
    cluster.run("CREATE TABLE u2 (id INT NOT NULL, name VARCHAR(20)) PRIMARY KEY (id) "
                'DISTRIBUTED BY HASH (id) BUCKETS 2 PROPERTIES ("replication_num" = "1")')  # fmt: skip
    cluster.restore(timestamp, clauses="ON (u AS u2)")
    expected = (
        "[COMMON_ERROR, msg: Table u2 already exist but with different schema, errMsg: Table name is inconsistent]"
    )
    assert expected == cluster.finish()["Status"]


def test_new_database_is_made_and_the_view_still_names_the_old(cluster: Cluster) -> None:
    """DATABASE a AS b restores everything elsewhere; a view's text is not rewritten."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, "s1", "DATABASE db1 AS db2")
    assert "FINISHED" == cluster.finish("db2")["State"]
    assert [(4, 3)] == cluster.run("SELECT (SELECT count(*) FROM db2.t), (SELECT count(*) FROM db2.u)")
    cluster.run("TRUNCATE TABLE db1.t")
    assert [] == cluster.run("SELECT * FROM db2.w")


def test_snapshot_without_database_goes_back_to_its_own(cluster: Cluster) -> None:
    """RESTORE SNAPSHOT s1 takes the target from the snapshot."""
    timestamp = cluster.backup()
    cluster.run("DROP DATABASE db1")
    cluster.restore(timestamp, "s1")
    assert "FINISHED" == cluster.finish()["State"]
    assert [("t",), ("u",), ("w",)] == cluster.run("SHOW TABLES FROM db1")


def test_default_replication_number_needs_three_hosts(cluster: Cluster) -> None:
    """The classic trap: replication_num is not the snapshot's but 3, and there is one backend."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.run(f'RESTORE SNAPSHOT db1.s1 FROM repo ON (t) PROPERTIES ("backup_timestamp" = "{timestamp}")')
    job = cluster.finish()
    assert ("CANCELLED", "3") == (job["State"], job["ReplicationNum"])
    assert "[COMMON_ERROR, msg: failed to find 3 different hosts to create table: t]" == job["Status"]


def test_default_replication_number_clashes_with_an_existing_table(cluster: Cluster) -> None:
    """Over an existing table the number must be the table's own."""
    timestamp = cluster.backup()
    cluster.run(f'RESTORE SNAPSHOT db1.s1 FROM repo ON (u) PROPERTIES ("backup_timestamp" = "{timestamp}")')
    text = "Partition u in table u has different replication num '1' with partition in repository, which is 3"
    assert f"[COMMON_ERROR, msg: {text}]" == cluster.finish()["Status"]
    assert [(3,)] == cluster.run("SELECT count(*) FROM u")


def test_three_backends_take_three_replicas(empty: Callable[..., Cluster]) -> None:
    """With three hosts the default works, and each replica downloads."""
    cluster = empty(backends=3)
    cluster.plant()
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u")
    cluster.run(f'RESTORE SNAPSHOT db1.s1 FROM repo ON (u) PROPERTIES ("backup_timestamp" = "{timestamp}")')
    assert 6 == len(cluster.reach("DOWNLOADING")["UnfinishedTasks"].split(", "))
    cluster.finish()
    assert [(3,)] == cluster.run("SELECT count(*) FROM u")
    assert ["3"] == [row[10] for row in cluster.run("SHOW PARTITIONS FROM u")]


def test_table_under_restore_can_neither_be_read_nor_written(cluster: Cluster) -> None:
    """An in-place restore is an outage of the table until it ends."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (t)")
    cluster.reach("DOWNLOADING")
    text = "Getting analyzing error. Detail message: Table state is not NORMAL: 'RESTORING'."
    assert (5014, "HY000", text) == cluster.refused("SELECT * FROM t")
    assert 'Cannot write RESTORE state table "t"' == cluster.refused("INSERT INTO t VALUES (1, '2024-01-01', 'x')")[2]
    assert "restore operation is in progress on the table t." in cluster.refused("TRUNCATE TABLE t")[2]
    (database,) = [row[0] for row in cluster.run("SHOW PROC '/dbs'")]
    states = {row[1]: row[5] for row in cluster.run(f"SHOW PROC '/dbs/{database}'")}
    assert ("RESTORE", "NORMAL") == (states["t"], states["u"])
    cluster.finish()
    assert [(4,)] == cluster.run(COUNT_T)


@pytest.mark.parametrize("state", ["PENDING", "SNAPSHOTING", "DOWNLOAD", "DOWNLOADING", "COMMIT"])
def test_cancel_before_the_moves_leaves_the_rows_as_they_were(cluster: Cluster, state: str) -> None:
    """Up to COMMIT nothing of an existing table is touched, and what was new is gone."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u; DELETE FROM t WHERE k = 1")
    cluster.restore(timestamp, clauses="ON (t, u)")
    cluster.reach(state)
    cluster.run("CANCEL RESTORE FROM db1")
    job = cluster.job()
    assert f"[COMMON_ERROR, msg: user cancelled, current state: {state}]" == job["Status"]
    assert ("CANCELLED", "", True) == (job["State"], job["UnfinishedTasks"], job["FinishedTime"] is not None)
    assert [(3,)] == cluster.run(COUNT_T)
    assert [("t",), ("w",)] == cluster.run("SHOW TABLES")


def test_cancel_while_committing_leaves_old_and_new_rows_side_by_side(cluster: Cluster) -> None:
    """Behind the point of no return some tablets are the snapshot's and some are not."""
    timestamp = cluster.backup()
    cluster.run(
        "DELETE FROM u WHERE id > 0; INSERT INTO u VALUES (11, 'x'), (12, 'x'), (13, 'x'), (14, 'x'), (15, 'x')"
    )
    new = cluster.run("SELECT id FROM u")
    cluster.restore(timestamp, clauses="ON (u)")
    cluster.reach("COMMITTING")
    cluster.frontend.pace = Pace(move=1)
    cluster.frontend.work(1)
    cluster.run("CANCEL RESTORE FROM db1")
    assert "current state: COMMITTING" in cluster.job()["Status"]
    mixed = cluster.run("SELECT id FROM u")
    assert sorted(mixed) != sorted(new)
    assert any(row in new for row in mixed)
    cluster.restore(timestamp, clauses="ON (u)")
    cluster.finish()
    assert [(1,), (2,), (3,)] == cluster.run("SELECT id FROM u ORDER BY id")


def test_restored_view_takes_the_place_of_the_local_one(cluster: Cluster) -> None:
    """A view of the snapshot replaces the local view of that name."""
    timestamp = cluster.backup()
    cluster.run("DROP VIEW w; CREATE VIEW w AS SELECT 1 AS one")
    cluster.restore(timestamp, clauses="ON (VIEW w)")
    cluster.finish()
    assert [("dt",), ("n",)] == [row[:1] for row in cluster.run("DESC w")]


def test_cancelled_restore_of_a_view_loses_the_local_one(cluster: Cluster) -> None:
    """PENDING dropped the old view and the cancel drops the new one (RestoreJob.java, cancelInternal)."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (VIEW w)")
    cluster.reach("SNAPSHOTING")
    cluster.run("CANCEL RESTORE FROM db1")
    assert [("t",), ("u",)] == cluster.run("SHOW TABLES")


def test_view_over_a_table_is_refused(cluster: Cluster) -> None:
    """A local table is never replaced by a view."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (VIEW w AS u)")
    assert "[BAD_REPLACE, msg: Table: u has existed and it is not a View]" == cluster.finish()["Status"]


def test_dropping_a_target_cancels_the_job(cluster: Cluster) -> None:
    """A table or database that is gone ends the job, with its numeric id in the text."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (t)")
    cluster.reach("DOWNLOADING")
    number = cluster.frontend.databases["db1"].tables["t"].id
    cluster.run("DROP TABLE t")
    assert f"[NOT_FOUND, msg: table {number} has been dropped]" == cluster.finish()["Status"]


def test_timeout_cancels_the_job(cluster: Cluster) -> None:
    """Two blanks stand in the server's own text."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (t)", properties='"timeout" = "600"')
    cluster.frontend.clock.advance(601)
    job = cluster.finish()
    assert ("CANCELLED", "600") == (job["State"], job["Timeout"])
    assert "[TIMEOUT, msg: restore job with label: s1  timeout.]" == job["Status"]


def test_missing_data_file_is_retried_and_never_ends_the_job(cluster: Cluster) -> None:
    """What a backend cannot download shows as TaskErrMsg for as long as it lasts."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u")
    away = {path: path.read_bytes() for path in cluster.frontend.folder.rglob("rows.parquet.*")}
    for path in away:
        path.unlink()
    cluster.restore(timestamp, clauses="ON (u)")
    cluster.reach("DOWNLOADING")
    cluster.frontend.run(60)
    job = cluster.job()
    first = job["UnfinishedTasks"].split("=")[0]
    assert "DOWNLOADING" == job["State"]
    assert job["TaskErrMsg"].startswith(f"[{first}: get nothing from remote path: s3://bucket/backups/")
    for path, content in away.items():
        path.write_bytes(content)
    assert ("FINISHED", "") == (cluster.finish()["State"], cluster.job()["TaskErrMsg"])


def test_damaged_data_file_is_noticed(cluster: Cluster) -> None:
    """The checksum in the file's name is verified on download."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u")
    for path in cluster.frontend.folder.rglob("rows.parquet.*"):
        path.write_bytes(path.read_bytes() + b"x")
    cluster.restore(timestamp, clauses="ON (u)")
    cluster.reach("DOWNLOADING")
    cluster.frontend.run(6)
    assert "invalid md5 of downloaded file" in cluster.job()["TaskErrMsg"]
    assert "DOWNLOADING" == cluster.job()["State"]


def test_unreadable_meta_is_found_only_by_the_job(cluster: Cluster) -> None:
    """The submit says nothing of a missing __meta; the job dies of it."""
    timestamp = cluster.backup()
    for path in cluster.frontend.folder.rglob("__meta.*"):
        path.unlink()
    cluster.restore(timestamp)
    assert "[COMMON_ERROR, msg: Failed to read backup meta from file]" == cluster.finish()["Status"]


def test_dead_backend_keeps_the_job_waiting(cluster: Cluster) -> None:
    """Its tasks wait without an error until it returns."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (t)")
    cluster.reach("DOWNLOADING")
    backend = cluster.frontend.backends.all[0]
    backend.alive = False
    tasks = cluster.job()["UnfinishedTasks"]
    cluster.frontend.run(60)
    assert (tasks, "") == (cluster.job()["UnfinishedTasks"], cluster.job()["TaskErrMsg"])
    backend.alive = True
    assert "FINISHED" == cluster.finish()["State"]


def test_jobs_of_two_databases_go_on_side_by_side(cluster: Cluster) -> None:
    """One job per database, any number of databases; SHOW RESTORE lists them all."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, "s1", "DATABASE db1 AS a")
    cluster.restore(timestamp, "s1", "DATABASE db1 AS b")
    cluster.frontend.run(6)
    assert {("a", "DOWNLOAD"), ("b", "DOWNLOAD")} == {
        (row["DbName"], row["State"]) for row in cluster.named("SHOW RESTORE WHERE State = 'nothing'")
    }


def test_replication_number_of_zero_breaks_inside_the_job(cluster: Cluster) -> None:
    """It passes the analyzer; a precondition then throws in every round until the timeout, and ends the round."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (t)", properties='"replication_num" = "0"')
    cluster.frontend.run(9)
    assert ("PENDING", "[OK]") == (cluster.job()["State"], cluster.job()["Status"])


def test_replication_number_is_narrowed_to_sixteen_bits(cluster: Cluster) -> None:
    """65537 means 1 to the partitions, and is shown in full."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u")
    cluster.restore(timestamp, clauses="ON (u)", properties='"replication_num" = "65537"')
    job = cluster.finish()
    assert ("FINISHED", "65537") == (job["State"], job["ReplicationNum"])


def test_versions_of_overwritten_partitions_are_the_snapshots(cluster: Cluster) -> None:
    """The visible version goes back with the rows."""
    timestamp = cluster.backup()
    before = [row[2] for row in cluster.run("SHOW PARTITIONS FROM u")]
    cluster.run("INSERT INTO u VALUES (9, 'nine')")
    cluster.restore(timestamp, clauses="ON (u)")
    cluster.finish()
    assert before == [row[2] for row in cluster.run("SHOW PARTITIONS FROM u")]


def test_auto_increment_goes_back_to_the_snapshots_counter(cluster: Cluster) -> None:
    """After a restore the counter continues where the backup left it."""
    cluster.run("CREATE TABLE a (id BIGINT NOT NULL AUTO_INCREMENT, v INT) PRIMARY KEY (id) "
                'DISTRIBUTED BY HASH (id) BUCKETS 1 PROPERTIES ("replication_num" = "1"); '
                "INSERT INTO a (v) VALUES (1), (2)")  # fmt: skip
    timestamp = cluster.backup()
    cluster.run("INSERT INTO a (v) VALUES (3), (4)")
    cluster.restore(timestamp, clauses="ON (a)")
    cluster.finish()
    cluster.run("INSERT INTO a (v) VALUES (5)")
    assert [(1, 1), (2, 2), (3, 5)] == cluster.run("SELECT id, v FROM a ORDER BY id")
