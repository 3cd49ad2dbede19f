"""Repositories: the layout on the storage, CREATE and SHOW, and what goes wrong with them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox.backup.repositories import ping_repositories
from starrocks_restore_kernel.sandbox.clock import SteppedClock, time_text
from starrocks_restore_kernel.sandbox.faults import Fault, FaultKind
from starrocks_restore_kernel.sandbox.frontend import Frontend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPO = "s3://bucket/backups/__starrocks_repository_repo"
REFUSED = "Unable to execute HTTP request: Connection refused"


def root_of(cluster: Cluster, name: str = "repo") -> Path:
    """Where a repository of the small cluster lies."""
    return cluster.frontend.folder / "objects/s3/bucket/backups" / f"__starrocks_repository_{name}"


def create(cluster: Cluster, name: str, location: str = "s3://bucket/backups", **properties: str) -> None:
    """Run CREATE REPOSITORY."""
    listed = ", ".join(f"'{key.replace('__', '.')}' = '{value}'" for key, value in properties.items())
    more = f" PROPERTIES ({listed})" if listed else ""
    cluster.run(f"CREATE REPOSITORY {name} WITH BROKER ON LOCATION '{location}'{more}")


def test_layout_of_a_repository(cluster: Cluster) -> None:
    """The names that Repository.java gives, checksums in them, and nothing half written."""
    timestamp = cluster.backup(on="ON (u)")
    files = sorted(path.relative_to(root_of(cluster)).as_posix() for path in root_of(cluster).rglob("*.*"))
    database = cluster.frontend.databases["db1"]
    table = database.tables["u"]
    partition = table.partitions["u"]
    content = (
        f"__ss_s1/__ss_content/__db_{database.id}/__tbl_{table.id}/__part_{partition.physical_id}/"
        f"__idx_{partition.index_id}"
    )
    stems = [
        f"__ss_s1/__info_{timestamp}",
        "__ss_s1/__meta",
        *(f"{content}/__{each.id}/rows.parquet" for each in partition.tablets),
    ]
    assert stems == [each.rpartition(".")[0] for each in files]
    assert [each.rpartition(".")[2] for each in files] == [
        md5((root_of(cluster) / each).read_bytes(), usedforsecurity=False).hexdigest() for each in files
    ]


def test_repository_writes_down_its_name_and_time(cluster: Cluster) -> None:
    """As Repository.java does, keys in the order of its map."""
    text = '{"create_time":"2025-01-02 10:00:00","name":"repo"}'
    assert text == (root_of(cluster) / "__repo_info").read_text()


def test_what_is_on_the_storage_wins(cluster: Cluster) -> None:
    """Name and time of an existing repository replace the statement's."""
    info = root_of(cluster, "moved") / "__repo_info"
    info.parent.mkdir()
    info.write_text('{"name": "first", "create_time": "2020-02-02 02:02:02"}')
    create(cluster, "moved")
    shown = {row["RepoName"]: row["CreateTime"] for row in cluster.named("SHOW REPOSITORIES")}
    assert {"repo": "2025-01-02 10:00:00", "first": "2020-02-02 02:02:02"} == shown


def test_prefix_of_old_is_found_first(cluster: Cluster) -> None:
    """A repository that was made before StarRocks had its name, also after a restart."""
    old = root_of(cluster, "x").with_name("__palo_repository_old")
    (old / "__ss_ancient").mkdir(parents=True)
    (old / "__repo_info").write_text('{"name": "old", "create_time": "2019-02-02 02:02:02"}')
    create(cluster, "old")
    assert [("ancient", "", "ERROR: no snapshot")] == cluster.run("SHOW SNAPSHOT ON old")
    cluster.frontend.change_leader()
    assert [("ancient", "", "ERROR: no snapshot")] == cluster.run("SHOW SNAPSHOT ON old")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (None, (5064, "42000", "Failed to create repository: the existing repo info is not a file")),
        (
            '{"name": "a", "create_time": "yesterday"}',
            (5064, "42000", "Failed to create repository: failed to parse create time of repository: yesterday"),
        ),
        ('{"name": "a"}', (1064, "HY000", 'JSONObject["create_time"] not found.')),
        ("rubbish", (1064, "HY000", "A JSONObject text must begin with '{' at 1 [character 2 line 1]")),
    ],
)
def test_damaged_repository_is_refused(cluster: Cluster, content: str | None, refusal: tuple[int, str, str]) -> None:
    """What the server makes a status of, and what its JSON library throws."""
    info = root_of(cluster, "bad") / "__repo_info"
    info.parent.mkdir()
    if content is None:
        info.mkdir()
    else:
        info.write_text(content)
    assert refusal == cluster.refused("CREATE REPOSITORY bad WITH BROKER ON LOCATION 's3://bucket/backups'")
    assert [("repo",)] == [row[1:2] for row in cluster.run("SHOW REPOSITORIES")]


@pytest.mark.parametrize(
    ("location", "text"),
    [
        ("hdfs:///x", "invalid hdfs path. authority is null"),
        ("nosuch://x/y", "Protocol not known: nosuch"),
    ],
)
def test_location_that_no_storage_has(cluster: Cluster, location: str, text: str) -> None:
    """The client's text in the server's frame."""
    sql = f"CREATE REPOSITORY r2 WITH BROKER ON LOCATION '{location}' PROPERTIES ('sandbox.storage' = 'fsspec')"
    path = f"{location}/__starrocks_repository_r2/__repo_info"
    expected = f"Failed to create repository: failed to list remote path: {path}. msg: {text}"
    assert (5064, "42000", expected) == cluster.refused(sql)


def test_same_name_is_taken(cluster: Cluster) -> None:
    """Whatever its location."""
    expected = "Failed to create repository: repository with same name already exist: repo"
    sql = "CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://elsewhere'"
    assert (5064, "42000", expected) == cluster.refused(sql)


def test_other_name_of_the_same_place_is_an_empty_repository(cluster: Cluster) -> None:
    """The repository's name is part of the path; even a read-only one writes its info."""
    cluster.backup()
    cluster.run("CREATE READ ONLY REPOSITORY other WITH BROKER ON LOCATION 's3://bucket/backups'")
    assert [] == cluster.run("SHOW SNAPSHOT ON other")
    assert (root_of(cluster, "other") / "__repo_info").is_file()


def test_dropped_repository_keeps_its_snapshots(cluster: Cluster) -> None:
    """The statement forgets it, the storage does not."""
    timestamp = cluster.backup()
    cluster.run("DROP REPOSITORY repo")
    assert (5064, "42000") == cluster.refused("DROP REPOSITORY repo")[:2]
    create(cluster, "repo")
    assert [("s1", timestamp, "OK")] == cluster.run("SHOW SNAPSHOT ON repo")


@pytest.mark.parametrize("location", ["file://{folder}/shared", "{folder}/shared", "memory://{folder}/shared"])
def test_two_sandboxes_share_a_location(empty: Callable[..., Cluster], tmp_path: Path, location: str) -> None:
    """A snapshot is backed up by one, and restored by the other, in a folder or in the memory."""
    place = location.format(folder=tmp_path)
    first, second = empty(), empty(version="3.5")
    first.plant()
    first.run("DROP REPOSITORY repo")
    create(first, "repo", place)
    timestamp = first.backup()
    create(second, "repo", place)
    assert [("s1", timestamp, "OK")] == second.run("SHOW SNAPSHOT ON repo")
    second.restore(timestamp, "s1")
    assert "FINISHED" == second.finish()["State"]
    assert first.run("SELECT * FROM db1.t ORDER BY k") == second.run("SELECT * FROM db1.t ORDER BY k")
    assert [(3,)] == second.run("SELECT count(*) FROM db1.u")


def test_real_storage_takes_its_options_and_keeps_its_secrets(cluster: Cluster) -> None:
    """Known keys are translated; secrets are written down for a restart, and printed nowhere."""
    properties = {"sandbox__storage": "fsspec", "aws__s3__secret_key": "hush-hush", "sandbox__storage__depth": "[1]"}
    create(cluster, "real", "memory://secrets", **properties)
    cluster.frontend.change_leader()
    made = cluster.frontend.repositories["real"]
    assert [] == cluster.run("SHOW SNAPSHOT ON real")
    assert {"secret": "hush-hush", "depth": [1]} == made.storage._opened[0].storage_options
    assert "hush" not in f"{made!r}{made.storage!r}{made.entry!r}{cluster.named('SHOW REPOSITORIES')}"
    assert "no ***" == made.storage.plain(ValueError("no hush-hush"))


def test_secrets_of_a_folder_are_not_kept(cluster: Cluster) -> None:
    """Nobody needs them where s3:// is a folder of the sandbox."""
    create(cluster, "mine", aws__s3__secret_key="hush-hush")
    assert {} == cluster.frontend.repositories["mine"].entry.properties


def test_label_never_leaves_the_bucket(cluster: Cluster) -> None:
    """A path cannot climb above it, whatever a label is called."""
    for label in ("../../../../../../etc/x", "a/../../../../../../../../etc"):
        cluster.frontend.repositories["repo"].upload(label, "__meta", b"x")
    bucket = cluster.frontend.folder / "objects/s3/bucket"
    made = {path.relative_to(bucket).parent.as_posix() for path in bucket.rglob("__meta.*")}
    assert {"etc/x", "etc"} == made
    assert set(cluster.frontend.folder.rglob("__meta.*")) == set(bucket.rglob("__meta.*"))


# -- trouble ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def unreachable(cluster: Cluster) -> Cluster:
    """A cluster whose storage has gone away after a backup."""
    cluster.timestamp = cluster.backup()
    cluster.frontend.faults.order(Fault(FaultKind.REPOSITORY_UNREACHABLE, "repo"))
    return cluster


def test_unreachable_storage_shows_in_every_form_of_show_snapshot(unreachable: Cluster) -> None:
    """The listing of them all fails as a statement, one snapshot fails in its row."""
    failed = "failed to list remote path: {}. msg: Fail to get file status: " + REFUSED
    text = f"Failed to list snapshot in repo: repo, err: {failed.format(f'{REPO}/__ss_*')}"
    expected = (1064, "HY000", f"Getting analyzing error. Detail message: {text}.")
    assert expected == unreachable.refused("SHOW SNAPSHOT ON repo")
    assert expected == unreachable.refused("SHOW SNAPSHOT ON repo WHERE SNAPSHOT IN ('s1')")
    status = f"ERROR: Failed to get info: {failed.format(f'{REPO}/__ss_s1/__info_*')}"
    assert [("s1", None, status)] == unreachable.run("SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1'")
    time = unreachable.timestamp
    status = f"Failed to get info: {failed.format(f'{REPO}/__ss_s1/__info_{time}*')}"
    sql = f"SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1' AND TIMESTAMP = '{time}'"
    assert [("s1", time, None, None, status)] == unreachable.run(sql)


def test_unreachable_storage_makes_no_repository(cluster: Cluster) -> None:
    """With the text that was ordered, for as often as it was."""
    cluster.frontend.faults.order(Fault(FaultKind.REPOSITORY_UNREACHABLE, "new", times=2, text="no route to host"))
    path = "s3://b/__starrocks_repository_new/__repo_info"
    failed = f"failed to list remote path: {path}. msg: Fail to get file status: no route to host"
    sql = "CREATE REPOSITORY new WITH BROKER ON LOCATION 's3://b'"
    assert (5064, "42000", f"Failed to create repository: {failed}") == cluster.refused(sql)
    cluster.run(sql)
    assert 2 == len(cluster.run("SHOW REPOSITORIES"))


def test_ping_shows_what_the_last_look_found(unreachable: Cluster) -> None:
    """Every ten minutes; NULL when all is well again."""
    unreachable.frontend.next_ping = unreachable.frontend.clock.now() + 600
    unreachable.frontend.run(597)
    assert [None] == [row["ErrMsg"] for row in unreachable.named("SHOW REPOSITORIES")]
    unreachable.frontend.run(3)
    failed = f"failed to check remote path exist: {REPO}. msg: errors while check if path {REPO} exist"
    time = time_text(unreachable.frontend.clock.now())
    assert [f"{time}: {failed}"] == [row["ErrMsg"] for row in unreachable.named("SHOW REPOSITORIES")]
    unreachable.frontend.faults.clear()
    unreachable.frontend.run(600)
    assert [None] == [row["ErrMsg"] for row in unreachable.named("SHOW REPOSITORIES")]


def test_ping_misses_a_directory_that_was_removed(cluster: Cluster) -> None:
    """The repository's own directory is looked for."""
    root_of(cluster).rename(root_of(cluster, "gone"))
    ping_repositories(cluster.frontend)
    assert [f"2025-01-02 10:00:00: remote path does not exist: {REPO}"] == [
        row["ErrMsg"] for row in cluster.named("SHOW REPOSITORIES")
    ]


def test_ping_is_forgotten_by_the_next_leader_who_looks_again(unreachable: Cluster) -> None:
    """What a ping found is in memory alone."""
    ping_repositories(unreachable.frontend)
    unreachable.frontend.change_leader()
    assert [None] == [row["ErrMsg"] for row in unreachable.named("SHOW REPOSITORIES")]
    ping_repositories(unreachable.frontend)
    assert unreachable.named("SHOW REPOSITORIES")[0]["ErrMsg"].endswith(f"{REPO} exist")


def test_backend_cannot_upload_while_the_storage_is_away(cluster: Cluster) -> None:
    """The client's text shows as TaskErrMsg; when it is back, the backup goes on."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo ON (u)")
    cluster.frontend.run(6)
    cluster.frontend.faults.order(Fault(FaultKind.REPOSITORY_UNREACHABLE, "repo"))
    cluster.frontend.run(30)
    job = cluster.job(kind="BACKUP")
    assert "UPLOADING" == job["State"]
    assert REFUSED in job["TaskErrMsg"]
    cluster.frontend.faults.clear()
    assert "FINISHED" == cluster.finish(kind="BACKUP")["State"]


def test_truncated_data_file_is_found_by_its_checksum(cluster: Cluster) -> None:
    """And never ends the job."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE u FORCE")
    for path in root_of(cluster).rglob("rows.parquet.*"):
        path.write_bytes(b"")
    cluster.restore(timestamp, clauses="ON (u)")
    cluster.reach("DOWNLOADING")
    cluster.frontend.run(60)
    assert "rows.parquet, expected: " in cluster.job()["TaskErrMsg"]
    assert cluster.job()["TaskErrMsg"].split("]")[0].endswith("get: d41d8cd98f00b204e9800998ecf8427e")


# -- locks and restarts ----------------------------------------------------------------------------------------------


@contextmanager
def slow_storage(
    monkeypatch: pytest.MonkeyPatch, cluster: Cluster
) -> Iterator[tuple[threading.Event, threading.Event]]:
    """A storage that says when it was asked, and answers when it is told to."""
    asked, go_on = threading.Event(), threading.Event()
    strike = cluster.frontend.faults.strike

    def wait(kind: FaultKind, target: str) -> Fault | None:
        asked.set()
        assert go_on.wait(30)
        return strike(kind, target)

    monkeypatch.setattr(cluster.frontend.faults, "strike", wait)
    yield asked, go_on
    go_on.set()


@pytest.mark.parametrize("what", ["create", "show", "ping"])
def test_slow_storage_stops_nobody(monkeypatch: pytest.MonkeyPatch, cluster: Cluster, what: str) -> None:
    """The frontend's lock is free while a storage is asked."""
    from starrocks_restore_kernel.language import parse
    from starrocks_restore_kernel.sandbox.backup.repositories import create_repository
    from starrocks_restore_kernel.sandbox.statements.show_snapshot import show_repositories, show_snapshot

    frontend = cluster.frontend
    actions: dict[str, Callable[[], object]] = {
        "create": lambda: create_repository(frontend, parse("CREATE REPOSITORY n WITH BROKER ON LOCATION 's3://b'")),
        "show": lambda: show_snapshot(frontend, parse("SHOW SNAPSHOT ON repo"), lambda: None),
        "ping": lambda: ping_repositories(frontend),
    }
    with slow_storage(monkeypatch, cluster) as (asked, go_on):
        thread = threading.Thread(target=actions[what])
        thread.start()
        assert asked.wait(30)
        assert frontend.lock.acquire(timeout=30)
        frontend.lock.release()
        assert 1 == len(show_repositories(frontend).rows)
        go_on.set()
        thread.join(30)
    assert not thread.is_alive()


def test_repository_survives_a_restart(tmp_path: Path) -> None:
    """With all that it was told, and without asking the storage."""
    first = Cluster(Frontend(SteppedClock(), tmp_path / "box", version="4.1", kept=True))
    first.plant()
    first.run(
        "CREATE READ ONLY REPOSITORY real WITH BROKER ON LOCATION 'memory://restarted' "
        "PROPERTIES ('sandbox.storage' = 'fsspec', 'sandbox.storage.depth' = 'text')"
    )
    timestamp, before = first.backup(), first.run("SHOW REPOSITORIES")
    first.session.close()
    first.frontend.close()
    second = Cluster(Frontend(SteppedClock(), tmp_path / "box", version="4.1", kept=True))
    assert before == second.run("SHOW REPOSITORIES")
    assert [("s1", timestamp, "OK")] == second.run("SHOW SNAPSHOT ON repo")
    assert {"sandbox.storage": "fsspec", "sandbox.storage.depth": "text"} == (
        second.frontend.repositories["real"].entry.properties
    )
    second.session.close()
    second.frontend.close()
