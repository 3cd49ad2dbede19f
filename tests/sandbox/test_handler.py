from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

DENIED = (5064, "42000")
PROPERTIES = 'PROPERTIES ("backup_timestamp" = "{}")'


def restore(
    cluster: Cluster, timestamp: str, what: str = "db1.s1", repository: str = "repo", clauses: str = ""
) -> tuple[int, str, str]:
    """Submit a restore that must be refused."""
    return cluster.refused(f"RESTORE SNAPSHOT {what} FROM {repository} {clauses} {PROPERTIES.format(timestamp)}")


def test_repository_is_looked_up_first_and_by_exact_case(cluster: Cluster) -> None:
    """Step 1: names of repositories are case-sensitive."""
    timestamp = cluster.backup()
    assert (*DENIED, "Repository Repo does not exist") == restore(cluster, timestamp, repository="Repo")


def test_wrong_label_or_timestamp_is_not_found(cluster: Cluster) -> None:
    """Step 2: the info file is looked for with the timestamp as given."""
    timestamp = cluster.backup()
    path = "s3://bucket/backups/__starrocks_repository_repo"
    expected = "Failed to get info of snapshot '{}' because: {}. Maybe specified wrong backup timestamp"
    missing = expected.format("nope", f"Expected one file with path: {path}/__ss_nope/__info_{timestamp}. get: 0")
    assert (*DENIED, missing) == restore(cluster, timestamp, "db1.nope")
    short = timestamp[:-4]
    truncated = expected.format("s1", f"File does not exist: {path}/__ss_s1/__info_{short}")
    assert (*DENIED, truncated) == restore(cluster, short)


def test_empty_timestamp_matches_the_file_and_then_fails(cluster: Cluster) -> None:
    """An empty timestamp passes the analyzer and is found to be the wrong name."""
    cluster.backup()
    assert "File does not exist:" in restore(cluster, "")[2]


def test_damaged_info_file_is_refused(cluster: Cluster) -> None:
    """Step 2: the checksum in its name is verified."""
    timestamp = cluster.backup()
    (path,) = cluster.frontend.folder.rglob("__info_*")
    path.write_bytes(b"{}")
    assert "md5sum does not equal. local: 99914b932bd37a50b983c5e7c90ae93b, remote: " in restore(cluster, timestamp)[2]


def test_catalog_clause_needs_a_catalog_snapshot(cluster: Cluster) -> None:
    """Step 3."""
    timestamp = cluster.backup()
    expected = "This is not a snapshot for external catalog restore, snapshot: s1"
    assert (*DENIED, expected) == restore(cluster, timestamp, "s1", clauses="ALL EXTERNAL CATALOGS")


def test_target_is_created_and_stays_when_a_later_check_fails(cluster: Cluster) -> None:
    """Step 4 before step 8: the empty database is left behind."""
    timestamp = cluster.backup()
    expected = "target database: other is not existed in snapshot"
    assert (*DENIED, expected) == restore(cluster, timestamp, "s1", clauses="DATABASE other AS left_behind")
    assert ("left_behind",) in cluster.run("SHOW DATABASES")


def test_system_database_cannot_be_the_target(cluster: Cluster) -> None:
    """Step 4 wraps every cause."""
    timestamp = cluster.backup()
    expected = "Can not create database: information_schema in restore process"
    assert (*DENIED, expected) == restore(cluster, timestamp, "s1", clauses="DATABASE db1 AS information_schema")


def test_one_job_of_a_database_at_a_time(cluster: Cluster) -> None:
    """Step 6: backup and restore exclude each other."""
    timestamp = cluster.backup()
    cluster.restore(timestamp)
    expected = "Can only run one backup or restore job of a database at same time"
    assert (*DENIED, expected) == restore(cluster, timestamp)
    assert (*DENIED, expected) == cluster.refused("BACKUP SNAPSHOT db1.s2 TO repo")
    cluster.finish()
    cluster.run("BACKUP SNAPSHOT db1.s2 TO repo")


@pytest.mark.parametrize(
    ("clauses", "text"),
    [
        ("ON (nope)", "Table nope does not exist in snapshot s1"),
        ("ON (T)", "Table T does not exist in snapshot s1"),
        ("ON (t PARTITION (p9))", "Partition p9 of table t does not exist in snapshot s1"),
        ("ON (t TEMPORARY PARTITION (p1))", "Do not support restoring temporary partitions"),
        ("ON (FUNCTION f)", "Can not find restore function: f"),
    ],
)
def test_objects_must_be_in_the_snapshot(cluster: Cluster, clauses: str, text: str) -> None:
    """Steps 9 and 10, with exact case."""
    timestamp = cluster.backup()
    assert (*DENIED, text) == restore(cluster, timestamp, clauses=clauses)
    assert [] == cluster.run("SHOW RESTORE FROM db1")


@pytest.mark.parametrize(
    ("clauses", "objects"),
    [
        ("", "t PARTITIONS [p1, p2, p3], u, w"),
        ("ON (ALL TABLES)", "t PARTITIONS [p1, p2, p3], u"),
        ("ON (ALL VIEWS)", "w"),
        ("ON (ALL MATERIALIZED VIEWS, ALL FUNCTIONS)", ""),
        ("ON (VIEW t)", "t PARTITIONS [p1, p2, p3]"),
        ("ON (db9.u)", "u"),
        ("ON (ALL TABLES, TABLE t PARTITION (p2) AS x)", "t PARTITIONS [p2], u"),
        ("ON (t PARTITION (dt = '2024-01-01'))", "t PARTITIONS [p1, p2, p3]"),
    ],
)
def test_what_a_restore_takes(cluster: Cluster, clauses: str, objects: str) -> None:
    """Scope: everything, all of a kind, or what is listed; kinds are not enforced, qualifiers ignored."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses=clauses)
    assert objects == cluster.job()["RestoreObjs"]


def test_job_of_nothing_runs_through_all_states(cluster: Cluster) -> None:
    """ALL of something that the snapshot lacks is no error."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (ALL MATERIALIZED VIEWS)")
    assert ("FINISHED", "[OK]") == (cluster.finish()["State"], cluster.job()["Status"])


def test_label_with_a_database_ignores_where_the_snapshot_came_from(cluster: Cluster) -> None:
    """The db.label form is not compared with the snapshot's database."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, "db7.s1")
    assert "FINISHED" == cluster.finish("db7")["State"]
    assert [(4,)] == cluster.run("SELECT count(*) FROM db7.t")


def test_3_3_wants_the_database_to_be_there(empty: Callable[..., Cluster]) -> None:
    """Before 3.4 nothing is created, and a label alone names no database even after USE."""
    cluster = empty(version="3.3")
    cluster.plant()
    timestamp = cluster.backup()
    assert (5501, "3F000", "Unknown database 'null'") == restore(cluster, timestamp, "s1")
    assert (5501, "3F000", "Unknown database 'db2'") == restore(cluster, timestamp, "db2.s1")
    cluster.run("CREATE DATABASE db2")
    cluster.restore(timestamp, "db2.s1")
    assert "FINISHED" == cluster.finish("db2")["State"]


def test_read_only_repository_can_be_restored_from(cluster: Cluster) -> None:
    """READ ONLY blocks BACKUP alone; another cluster's repository needs the same name and place."""
    timestamp = cluster.backup()
    cluster.run("DROP REPOSITORY repo; CREATE READ ONLY REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/backups'")
    assert (*DENIED, "Repository repo is read only") == cluster.refused("BACKUP SNAPSHOT db1.s2 TO repo")
    cluster.restore(timestamp)
    assert "FINISHED" == cluster.finish()["State"]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("BACKUP SNAPSHOT nope.s TO repo", (5501, "3F000", "Unknown database 'nope'")),
        ("BACKUP SNAPSHOT db1.s TO nope", (5064, "42000", "Repository [nope] does not exist")),
        ("BACKUP SNAPSHOT db1.`` TO repo", (5082, "42000", "Incorrect label name ''")),
        ("BACKUP SNAPSHOT db1.s TO repo ON (nope)", (1064, "HY000", "Incorrect table name 'nope'")),
        ("BACKUP SNAPSHOT `1 x`.s TO repo", (1102, "42000", "Incorrect database name '1 x'")),
        (
            "BACKUP SNAPSHOT db1.s TO repo PROPERTIES ('x' = 'y')",
            (5064, "42000", "Unknown backup job properties: [x]"),
        ),
        (
            "BACKUP ALL EXTERNAL CATALOGS SNAPSHOT s TO repo",
            (5064, "42000", "No external catalog can be backed up"),
        ),
        (
            "BACKUP EXTERNAL CATALOGS (hive) SNAPSHOT s TO repo",
            (5064, "42000", "external catalog hive does not existed."),
        ),
    ],
)
def test_backup_is_analyzed_in_the_servers_words(cluster: Cluster, sql: str, error: tuple[int, str, str]) -> None:
    """Each of the analyzer's refusals, in its frame."""
    code, state, text = error
    assert (code, state, f"Getting analyzing error. Detail message: {text}.") == cluster.refused(sql)


def test_label_can_be_used_once(cluster: Cluster) -> None:
    """A label that has a directory is taken, complete or not."""
    cluster.backup()
    expected = "Snapshot with name 's1' already exist in repository"
    assert (*DENIED, expected) == cluster.refused("BACKUP SNAPSHOT db1.s1 TO repo")


def test_backup_without_a_database_fails_even_after_use(cluster: Cluster) -> None:
    """The analyzer takes the session's database and the submit does not."""
    assert (1064, "HY000") == cluster.refused("USE db1; BACKUP SNAPSHOT s TO repo")[:2]


@pytest.mark.parametrize(("word", "text"), [("RESTORE", "restore"), ("BACKUP", "backup job")])
def test_nothing_to_cancel(cluster: Cluster, word: str, text: str) -> None:
    """No job, or a job of the other kind."""
    assert (*DENIED, f"No {text} is currently running") == cluster.refused(f"CANCEL {word} FROM db1")
    unknown = "Getting analyzing error. Detail message: Unknown database 'nope'."
    assert (5501, "3F000", unknown) == cluster.refused(f"CANCEL {word} FROM nope")


def test_done_job_cannot_be_cancelled(cluster: Cluster) -> None:
    """The state is named."""
    timestamp = cluster.backup()
    text = "Failed to cancel job: Job with label s1 can not be cancelled. state: FINISHED"
    assert (*DENIED, text) == cluster.refused("CANCEL BACKUP FROM db1")
    assert (*DENIED, "No restore is currently running") == cluster.refused("CANCEL RESTORE FROM db1")
    cluster.restore(timestamp)
    cluster.finish()
    assert (*DENIED, text) == cluster.refused("CANCEL RESTORE FROM db1")


def test_repository_in_use_cannot_be_dropped(cluster: Cluster) -> None:
    """And one that is not there neither."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo")
    text = "Backup or restore job is running on this repository. Can not drop it"
    assert (*DENIED, text) == cluster.refused("DROP REPOSITORY repo")
    cluster.finish(kind="BACKUP")
    cluster.run("DROP REPOSITORY repo")
    text = "Getting analyzing error. Detail message: Repository does not exist."
    assert (*DENIED, text) == cluster.refused("DROP REPOSITORY repo")


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (
            "CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://x/y'",
            (5064, "42000", "Failed to create repository: repository with same name already exist: repo"),
        ),
        (
            "CREATE REPOSITORY `1r` WITH BROKER ON LOCATION 's3://x/y'",
            (5063, "42000", "Getting analyzing error. Detail message: Incorrect repository name '1r'."),
        ),
        (
            "CREATE REPOSITORY r2 WITH BROKER b ON LOCATION 's3://x/y'",
            (5064, "42000", "Getting analyzing error. Detail message: failed to get address of broker b."),
        ),
    ],
)
def test_repository_that_cannot_be_made(cluster: Cluster, sql: str, error: tuple[int, str, str]) -> None:
    """Taken, badly named, or behind a broker."""
    assert error == cluster.refused(sql)
