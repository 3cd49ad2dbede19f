"""SHOW SNAPSHOT: patterns in names, broken snapshots, and snapshots of other releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.backup.globs import has_wildcard, pattern, unescaped
from starrocks_restore_kernel.sandbox.backup.storage import storage_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.small_cluster import Cluster

REPO = "s3://bucket/backups/__starrocks_repository_repo"


@pytest.fixture
def root(cluster: Cluster) -> Path:
    """Where the small cluster's repository lies."""
    return cluster.frontend.folder / "objects/s3/bucket/backups/__starrocks_repository_repo"


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("s3://bucket/a/b", "/box/objects/s3/bucket/a/b"),
        ("s3a://bucket/../../etc", "/box/objects/s3a/bucket/etc"),
        ("s3://../../etc", "/box/objects/s3/etc"),
        ("S3://bucket", "/box/objects/s3/bucket"),
        ("hdfs://host:9000/x/", "/box/objects/hdfs/host:9000/x"),
        ("oss://b/what?#is", "/box/objects/oss/b/what?#is"),
        ("file:///var/backups", "/var/backups"),
        ("file:/var/backups", "/var/backups"),
        ("/var/backups", "/var/backups"),
    ],
)
def test_locations_lie_on_disk(tmp_path: Path, location: str, path: str) -> None:
    """Object stores under the sandbox's folder, and never outside of it."""
    expected = path.replace("/box", str(tmp_path)) if path.startswith("/box") else path
    assert expected == storage_path(tmp_path, location).as_posix()


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        ("s*", ["s1", "s2", "s.1"]),
        ("s?", ["s1", "s2"]),
        ("[st]1", ["s1", "t1"]),
        ("[^s]1", ["t1"]),
        ("[!s]1", ["t1"]),
        ("{s1,t1}", ["s1", "t1"]),
        ("s.1", ["s.1"]),
        ("a,b}", ["a,b}"]),
        ("x\\*", ["x*"]),
    ],
)
def test_patterns_are_read_as_hadoop_reads_them(glob: str, names: list[str]) -> None:
    """A component that is no pattern is a name."""
    every = ["s1", "s2", "t1", "s.1", "a,b}", "x*"]
    found = [each for each in every if pattern(glob).fullmatch(each)] if has_wildcard(glob) else [unescaped(glob)]
    assert names == found


@pytest.mark.parametrize(
    ("glob", "text"),
    [
        ("[a", "Illegal file pattern: Unclosed character class near index 2\n[a"),
        ("[a[b]", "Illegal file pattern: Unclosed character class near index 2\n[a[b]\n  ^"),
        ("{a*", "Illegal file pattern: Unclosed group near index 3\n{a*"),
        ("*\\", "Illegal file pattern: Missing escaped character near index 2\n*\\"),
    ],
)
def test_illegal_pattern_is_refused(glob: str, text: str) -> None:
    """In Java's words."""
    with pytest.raises(ValueError, match=r"^Illegal") as caught:
        pattern(glob)
    assert text == str(caught.value)


def test_label_is_a_pattern(cluster: Cluster) -> None:
    """All timestamps of all labels that match are in one cell; but a snapshot cannot be opened by a pattern."""
    first, second = cluster.backup("s1"), cluster.backup("s2")
    assert [("s*", f"{first}\n{second}", "OK")] == cluster.run("SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's*'")
    assert [("{s2,x}", second, "OK")] == cluster.run("SHOW SNAPSHOT ON repo WHERE SNAPSHOT = '{s2,x}'")
    sql = "SHOW SNAPSHOT ON repo WHERE SNAPSHOT = '{}' AND TIMESTAMP = '{}'"
    ((_, _, _, _, status),) = cluster.run(sql.format("[s]1", first))
    assert status.startswith(f"Failed to get info: fail to open reader for {REPO}/__ss_[s]1/__info_{first}.")
    ((_, _, _, _, status),) = cluster.run(sql.format("s1", "2*"))
    assert f"Failed to get info: File does not exist: {REPO}/__ss_s1/__info_2*" == status
    ((_, _, status),) = cluster.run("SHOW SNAPSHOT ON repo WHERE SNAPSHOT = '[s'")
    assert status.endswith(
        "msg: Fail to get file status: Illegal file pattern: Unclosed character class near index 7\n__ss_[s"
    )


def test_half_written_info_is_shown_as_invalid(cluster: Cluster, root: Path) -> None:
    """What an upload left behind that did not come to its end."""
    timestamp = cluster.backup()
    (root / "__ss_s1" / "__info_2020.part").write_bytes(b"")
    assert [("s1", f"Invalid: __info_2020.part\n{timestamp}", "OK")] == cluster.run("SHOW SNAPSHOT ON repo")
    ((*_, status),) = cluster.run("SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1' AND TIMESTAMP = '2020'")
    assert f"Failed to get info: file name should contains checksum: {REPO}/__ss_s1/__info_2020.part" == status


def test_details_fail_in_the_row_where_the_server_has_a_status(cluster: Cluster, root: Path) -> None:
    """A wrong checksum, a directory, two files; but a whole file of rubbish fails as a statement."""
    timestamp = cluster.backup()
    sql = f"SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1' AND TIMESTAMP = '{timestamp}'"
    (path,) = root.rglob("__info_*")
    name, digest = path.name.split(".")
    path.write_bytes(b"{}")
    md5 = "99914b932bd37a50b983c5e7c90ae93b"
    expected = f"Failed to get info: md5sum does not equal. local: {md5}, remote: {digest}"
    assert [("s1", timestamp, None, None, expected)] == cluster.run(sql)
    path.rename(path.with_name(f"{name}.{md5}"))
    assert (1064, "HY000", 'JSONObject["name"] not found.') == cluster.refused(sql)
    (path.parent / f"{name}.part").mkdir()
    expected = f"Failed to get info: Expected one file with path: {REPO}/__ss_s1/{name}. get: 2"
    assert expected == cluster.run(sql)[0][4]
    path.with_name(f"{name}.{md5}").unlink()
    expected = f"Failed to get info: Expected file with path: {REPO}/__ss_s1/{name}. but get dir"
    assert expected == cluster.run(sql)[0][4]


def test_files_beside_the_snapshots_are_not_listed(cluster: Cluster, root: Path) -> None:
    """Directories alone are snapshots, whatever else bears the prefix."""
    (root / "__ss_file").write_bytes(b"")
    (root / "other").mkdir()
    assert [] == cluster.run("SHOW SNAPSHOT ON repo")


@pytest.mark.parametrize(
    "where",
    [
        "NOT SNAPSHOT = 'a'",
        "'a' = SNAPSHOT",
        "SNAPSHOT = ''",
        "SNAPSHOT = 'a' AND TIMESTAMP = 'b' AND TIMESTAMP = 'c'",
        "SNAPSHOT = 'a' AND SNAPSHOT LIKE 'b'",
        "SNAPSHOT = 2024",
    ],
)
def test_more_filters_that_are_refused(cluster: Cluster, where: str) -> None:
    """NOT is a compound predicate to the server, and a conjunction has two terms."""
    assert "Where clause should looks like: SNAPSHOT" in cluster.refused(f"SHOW SNAPSHOT ON repo WHERE {where}")[2]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("x IN ('a')", "Left expr of should be snapshot"),
        ("'a' IN ('a')", "Left expr of should be snapshot"),
        ("SNAPSHOT IN ('a', 1)", "Child of in predicate should be string value"),
    ],
)
def test_lists_that_are_refused(cluster: Cluster, where: str, text: str) -> None:
    """The first text is the server's own English."""
    expected = (1064, "HY000", f"Getting analyzing error. Detail message: {text}.")
    assert expected == cluster.refused(f"SHOW SNAPSHOT ON repo WHERE {where}")


@pytest.mark.parametrize(
    ("where", "label"),
    [
        ("SNAPSHOT = 's1' AND SNAPSHOT = 's2'", "s2"),
        ("SNAPSHOT IN ('')", "s1"),
        ("SNAPSHOT IS NULL", "s1"),
        ("'s' LIKE 'x'", "s1"),
        ("x.SNAPSHOT <=> 's1'", "s1"),
    ],
)
def test_filters_that_mean_something_else(cluster: Cluster, where: str, label: str) -> None:
    """The last of two keys counts, empty names are skipped, what is no predicate is ignored."""
    cluster.backup("s1")
    assert label == cluster.run(f"SHOW SNAPSHOT ON repo WHERE {where}")[0][0]


def test_unknown_repository_is_refused(cluster: Cluster) -> None:
    """Before the filter is looked at."""
    expected = (5064, "42000", "Getting analyzing error. Detail message: Repository [Repo] does not exist.")
    assert expected == cluster.refused("SHOW SNAPSHOT ON Repo WHERE SNAPSHOT = 1")


@pytest.mark.parametrize("version", ["3.3", "3.4", "4.0"])
def test_snapshot_can_be_seen_by_every_release(cluster: Cluster, empty: Callable[..., Cluster], version: str) -> None:
    """In both layouts of the info file."""
    timestamp = cluster.backup()
    other = empty(version=version)
    shared = storage_path(cluster.frontend.folder, "s3://bucket/backups")
    other.run(f"CREATE READ ONLY REPOSITORY repo WITH BROKER ON LOCATION 'file://{shared}'")
    sql = f"SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1' AND TIMESTAMP = '{timestamp}'"
    assert cluster.run(sql) == other.run(sql)


def test_storage_of_a_filesystem_with_buckets(cluster: Cluster, tmp_path: Path) -> None:
    """One whose paths begin with a bucket and no slash, with an option from the statement."""
    cluster.run(
        "CREATE REPOSITORY far WITH BROKER ON LOCATION 'dir://bucket/deep' PROPERTIES ('sandbox.storage' = 'fsspec', "
        f"'sandbox.storage.path' = '{tmp_path}/there', 'sandbox.storage.target_protocol' = 'file')"
    )
    cluster.run("BACKUP SNAPSHOT db1.s1 TO far")
    assert "FINISHED" == cluster.finish(kind="BACKUP")["State"]
    ((label, timestamp, status),) = cluster.run("SHOW SNAPSHOT ON far")
    assert ("s1", "OK") == (label, status)
    assert (tmp_path / "there/bucket/deep/__starrocks_repository_far/__repo_info").is_file()
    cluster.run(
        "RESTORE SNAPSHOT s1 FROM far DATABASE db1 AS db2 "
        f"PROPERTIES ('backup_timestamp' = '{timestamp}', 'replication_num' = '1')"
    )
    assert "FINISHED" == cluster.finish("db2")["State"]
    assert [(4,)] == cluster.run("SELECT count(*) FROM db2.t")


# -- from release to release -----------------------------------------------------------------------------------------


@pytest.fixture
def move(empty: Callable[..., Cluster]) -> Callable[[str, str], tuple[Cluster, str]]:
    """Back the small cluster up on one release, and make the repository known on another."""

    def moved(old: str, new: str) -> tuple[Cluster, str]:
        first, second = empty(version=old), empty(version=new)
        first.plant()
        timestamp = first.backup(on="ON (t)")
        second.plant()
        second.run("DROP REPOSITORY repo")
        shared = storage_path(first.frontend.folder, "s3://bucket/backups")
        second.run(f"CREATE READ ONLY REPOSITORY repo WITH BROKER ON LOCATION 'file://{shared}'")
        return second, timestamp

    return moved


@pytest.mark.parametrize(("old", "new"), [("3.3", "3.3"), ("3.3", "4.1"), ("3.5", "4.1"), ("4.1", "3.4")])
def test_snapshot_moves_between_releases(move: Callable[[str, str], tuple[Cluster, str]], old: str, new: str) -> None:
    """3.4 and later read what 3.3 wrote, over a table that is there and beside it."""
    cluster, timestamp = move(old, new)
    cluster.run("DELETE FROM t WHERE k > 0")
    cluster.restore(timestamp)
    assert "FINISHED" == cluster.finish()["State"]
    cluster.restore(timestamp, clauses="ON (t AS t2)")
    assert "FINISHED" == cluster.finish()["State"]
    assert [(4, 4)] == cluster.run("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM t2)")


def test_3_3_refuses_what_3_4_wrote_over_an_existing_table(
    move: Callable[[str, str], tuple[Cluster, str]],
) -> None:
    """Every partition looks like one whose buckets have grown."""
    cluster, timestamp = move("4.1", "3.3")
    cluster.restore(timestamp)
    text = "Partition p1 in table t is automatic bucket partition, can not be restored"
    assert f"[COMMON_ERROR, msg: {text}]" == cluster.finish()["Status"]


def test_3_3_dies_of_what_3_4_wrote_as_a_new_table(move: Callable[[str, str], tuple[Cluster, str]]) -> None:
    """An exception that no status carries, in every round, until the job times out."""
    cluster, timestamp = move("4.1", "3.3")
    cluster.restore(timestamp, clauses="ON (t AS t2)", properties='"timeout" = "600"')
    cluster.frontend.run(300)
    assert ("PENDING", "[OK]") == tuple(cluster.job()[name] for name in ("State", "Status"))
    assert "[TIMEOUT, msg: restore job with label: s1  timeout.]" == cluster.finish()["Status"]
