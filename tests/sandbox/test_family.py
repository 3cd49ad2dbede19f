from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (
            "RESTORE SNAPSHOT a.s FROM r DATABASE a PROPERTIES ('backup_timestamp'='T')",
            (
                1064,
                "HY000",
                "Getting syntax error. Detail message: Specifying dbName before snapshot name is forbidden "
                "if the DbName is specified explicitly in BACKUP/RESTORE.",
            ),
        ),
        (
            "CANCEL RESTORE",
            (1064, "HY000", "Getting syntax error. Detail message: No selected database for cancel BACKUP/RESTORE."),
        ),
        (
            "RESTORE SNAPSHOT db1.s FROM repo",
            (5064, "42000", "Getting analyzing error. Detail message: Missing backup_timestamp property."),
        ),
        (
            "RESTORE SNAPSHOT db1.s FROM repo PROPERTIES ('backup_timestamp'='T', 'timeout'='599')",
            (5064, "42000", "Getting analyzing error. Detail message: timeout must be at least 10 min."),
        ),
        (
            "SHOW RESTORE FROM nope",
            (5501, "3F000", "Getting analyzing error. Detail message: Unknown database 'nope'."),
        ),
        (
            "CREATE REPOSITORY x WITH BROKER ON LOCATION ''",
            (1064, "HY000", "Getting analyzing error. Detail message: You must specify a location on the repository."),
        ),
        (
            "SHOW SNAPSHOT ON nope",
            (5064, "42000", "Getting analyzing error. Detail message: Repository [nope] does not exist."),
        ),
    ],
)
def test_refusal_has_the_servers_code_state_and_frame(cluster: Cluster, sql: str, error: tuple[int, str, str]) -> None:
    """AST builder, analyzer with a code, unknown names: each in its frame."""
    assert error == cluster.refused(sql)


def test_duplicate_is_reported_with_its_place(cluster: Cluster) -> None:
    """The one analyzer error that carries a position."""
    sql = "RESTORE SNAPSHOT db1.s FROM repo ON (t, t) PROPERTIES ('backup_timestamp'='T')"
    code, state, text = cluster.refused(sql)
    assert (1064, "HY000") == (code, state)
    assert text.startswith("Getting analyzing error ")
    assert text.endswith("Detail message: Duplicated table: t.")


def test_syntax_error_is_placed_in_the_whole_text(cluster: Cluster) -> None:
    """One bad statement, and nothing of the packet is executed."""
    text = "DROP TABLE db1.t;\nSHOW BACKUP;\n  RESTORE SNAPSHOT"
    code, state, message = cluster.refused(text)
    assert (1064, "HY000") == (code, state)
    assert message.startswith("Getting syntax error at line 3, column 18. Detail message: ")
    assert [(4,)] == cluster.run("SELECT count(*) FROM db1.t")


def test_first_failure_ends_the_packet(cluster: Cluster) -> None:
    """What ran before it stays done."""
    assert 5501 == cluster.refused("CREATE DATABASE made; USE nope; CREATE DATABASE unmade")[0]
    names = {row[0] for row in cluster.run("SHOW DATABASES")}
    assert ("made" in names, "unmade" in names) == (True, False)


def test_show_restore_has_eighteen_columns(cluster: Cluster) -> None:
    """In the server's order, and none of them counted as a number."""
    result = cluster.session.run("SHOW RESTORE")
    expected = (
        "JobId Label Timestamp DbName State AllowLoad ReplicationNum RestoreObjs CreateTime MetaPreparedTime "
        "SnapshotFinishedTime DownloadFinishedTime FinishedTime UnfinishedTasks Progress TaskErrMsg Status Timeout"
    )
    assert expected.split() == [each.name for each in result.columns]
    assert {"string"} == {each.kind.value for each in result.columns}


def test_new_backup_hides_the_finished_restore(cluster: Cluster) -> None:
    """One job per database is remembered, whichever kind came last."""
    timestamp = cluster.backup()
    cluster.restore(timestamp)
    cluster.finish()
    cluster.run("BACKUP SNAPSHOT db1.s2 TO repo")
    assert [] == cluster.run("SHOW RESTORE")


def test_dropped_database_hides_its_job(cluster: Cluster) -> None:
    """Nothing leads to the job any more."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, "s1", "DATABASE db1 AS db2")
    cluster.finish("db2")
    cluster.run("DROP DATABASE db2")
    assert [] == cluster.run("SHOW RESTORE")


def test_show_repositories(cluster: Cluster) -> None:
    """Broker is empty without one; ErrMsg is NULL while the storage is there."""
    (row,) = cluster.named("SHOW REPOSITORIES")
    assert ("repo", "false", "s3://bucket/backups", "", None) == tuple(
        row[name] for name in ("RepoName", "IsReadOnly", "Location", "Broker", "ErrMsg")
    )


@pytest.fixture
def snapshots(cluster: Cluster) -> Cluster:
    """Two snapshots and a broken one, with the rows that they show."""
    first = cluster.backup("s1")
    second = cluster.backup("s2", on="ON (t)")
    root = cluster.frontend.folder / "objects/s3/bucket/backups/__starrocks_repository_repo"
    (root / "__ss_broken").mkdir()
    cluster.rows = {
        "s1": ("s1", first, "OK"),
        "s2": ("s2", second, "OK"),
        "broken": ("broken", "", "ERROR: no snapshot"),
        "nope": ("nope", "", "ERROR: no snapshot"),
    }
    return cluster


@pytest.mark.parametrize(
    ("where", "labels"),
    [
        ("", ["broken", "s1", "s2"]),
        ("WHERE SNAPSHOT = 's2'", ["s2"]),
        ("WHERE snapshot != 's2'", ["s2"]),
        ("WHERE SNAPSHOT = 'nope'", ["nope"]),
        ("WHERE SNAPSHOT IN ('s1', 'nope')", ["s1"]),
        ("WHERE SNAPSHOT NOT IN ('s1')", ["s1"]),
        ("WHERE SNAPSHOT LIKE 's1'", ["broken", "s1", "s2"]),
    ],
)
def test_filter_of_show_snapshot_is_what_the_server_makes_of_it(
    snapshots: Cluster, where: str, labels: list[str]
) -> None:
    """Any comparison is an equality, NOT IN is IN, LIKE is ignored, and a missing name is a row."""
    assert [snapshots.rows[label] for label in labels] == snapshots.run(f"SHOW SNAPSHOT ON repo {where}")


@pytest.mark.parametrize(
    "where",
    ["TIMESTAMP = 'T'", "SNAPSHOT = s", "SNAPSHOT = 'a' OR SNAPSHOT = 'b'", "SNAPSHOT = 'a' AND x = 'b'"],
)
def test_filter_that_show_snapshot_refuses(snapshots: Cluster, where: str) -> None:
    """The example in the text is the server's own."""
    text = "Where clause should looks like: SNAPSHOT = 'your_snapshot_name' [AND TIMESTAMP = '2018-04-18-19-19-10']"
    expected = (1064, "HY000", f"Getting analyzing error. Detail message: {text}.")
    assert expected == snapshots.refused(f"SHOW SNAPSHOT ON repo WHERE {where}")


def test_snapshot_with_its_timestamp_shows_details(snapshots: Cluster) -> None:
    """Five columns, the JSON of tables and partitions in one."""
    timestamp = snapshots.rows["s2"][1]
    (row,) = snapshots.named(f"SHOW SNAPSHOT ON repo WHERE TIMESTAMP = '{timestamp}' AND SNAPSHOT = 's2'")
    assert ["Snapshot", "Timestamp", "Database", "Details", "Status"] == list(row)
    assert ("db1", "OK") == (row["Database"], row["Status"])
    assert '"backup_objects": {"t": {"partitions": {\n  "p1": {},\n  "p2": {},\n  "p3": {}\n }}}' in row["Details"]


def test_wrong_timestamp_is_a_row_and_no_error(snapshots: Cluster) -> None:
    """Its Status says what was not found."""
    sql = "SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1' AND TIMESTAMP = '2001'"
    (row,) = snapshots.named(sql)
    assert (None, None) == (row["Database"], row["Details"])
    assert row["Status"].startswith("Failed to get info: Expected one file with path: ")


def test_prepared_for_other_versions(empty: Callable[..., Cluster]) -> None:
    """The grammar is that of the release the sandbox answers as."""
    older = empty(version="3.3")
    older.run("CREATE DATABASE db1")
    text = "RESTORE SNAPSHOT s FROM r DATABASE a PROPERTIES ('backup_timestamp'='T')"
    assert older.refused(text)[2].startswith("Getting syntax error at line 1, column 26.")
