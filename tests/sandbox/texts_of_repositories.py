"""What CANCEL, SHOW and the repositories' statements say; each row is provoked by test_every_text.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.text_row import R, Row, bare, cell, never, semantic
from sandbox.texts_of_submit import GONE, REPO, UNREACHABLE, damaged

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.stage import Stage

__all__ = ["CANCEL", "REPOSITORIES"]


def _repository(name: str, content: str | None) -> Callable[[Stage], None]:
    def write(stage: Stage) -> None:
        (root,) = stage.files("__starrocks_repository_repo")
        info = root.parent / f"__starrocks_repository_{name}" / "__repo_info"
        info.parent.mkdir()
        if content is None:
            info.mkdir()
        else:
            info.write_text(content)

    return write


_CREATE = "CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://bucket/backups'"
_FAILED = "Failed to create repository: "

CANCEL: tuple[Row, ...] = (
    bare("handler.cancel.restore", "No restore is currently running", "CANCEL RESTORE FROM db1"),
    bare("handler.cancel.backup", "No backup job is currently running", "CANCEL BACKUP FROM db1"),
    bare(
        "handler.cancel.other_restore",
        "No restore is currently running",
        "BACKUP SNAPSHOT db1.s TO repo",
        "CANCEL RESTORE FROM db1",
    ),
    bare("handler.cancel.other_backup", "No backup job is currently running", f"{R} $P", "CANCEL BACKUP FROM db1"),
    bare("handler.cancel.restore_catalog", "No restore is currently running", "CANCEL RESTORE FOR EXTERNAL CATALOG"),
    bare("handler.cancel.backup_catalog", "No backup job is currently running", "CANCEL BACKUP FOR EXTERNAL CATALOG"),
    bare(
        "handler.cancel.finished",
        "Failed to cancel job: Job with label s1 can not be cancelled. state: FINISHED",
        f"{R} $P",
        "STEP 60",
        "CANCEL RESTORE FROM db1",
    ),
    bare(
        "handler.cancel.cancelled",
        "Failed to cancel job: Job with label s1 can not be cancelled. state: CANCELLED",
        f"{R} $P",
        "CANCEL RESTORE FROM db1",
        "CANCEL RESTORE FROM db1",
    ),
    bare(
        "handler.cancel.backup_finished",
        "Failed to cancel job: Job with label s can not be cancelled. state: FINISHED",
        "BACKUP SNAPSHOT db1.s TO repo",
        "STEP 60",
        "CANCEL BACKUP FROM db1",
    ),
)

REPOSITORIES: tuple[Row, ...] = (
    bare(
        "handler.repository.name",
        f"{_FAILED}repository with same name already exist: repo",
        "CREATE REPOSITORY repo WITH BROKER ON LOCATION 's3://x'",
    ),
    bare(
        "handler.repository.folder", f"{_FAILED}the existing repo info is not a file", _repository("r", None), _CREATE
    ),
    bare(
        "handler.repository.time",
        f"{_FAILED}failed to parse create time of repository: yesterday",
        _repository("r", '{"name": "r", "create_time": "yesterday"}'),
        _CREATE,
    ),
    bare(
        "handler.repository.unreachable",
        f"{_FAILED}failed to list remote path: s3://bucket/backups/__starrocks_repository_r/__repo_info. msg: {GONE}",
        "ADMIN SANDBOX FAULT repository_unreachable ON 'r' TIMES 2",
        _CREATE,
    ),
    bare(
        "handler.repository.hdfs",
        f"{_FAILED}failed to list remote path: hdfs:///x/__starrocks_repository_r/__repo_info. "
        "msg: invalid hdfs path. authority is null",
        "CREATE REPOSITORY r WITH BROKER ON LOCATION 'hdfs:///x'",
    ),
    never("handler.repository.broker", "broker does not exist: b", "the analyzer looks for the broker before"),
    never(
        "handler.repository.read", f"{_FAILED}failed to read repo info file: …", "needs the frontend's own disk to fail"
    ),
    never(
        "handler.repository.twice",
        f"{_FAILED}Invalid repository dir. expected one repo info file. get more: …",
        "needs a storage that lists one path twice; test_repository.py gives one a pattern for a name",
    ),
    bare(
        "handler.repository.in_use",
        "Backup or restore job is running on this repository. Can not drop it",
        f"{R} $P",
        "DROP REPOSITORY repo",
    ),
    never(
        "handler.repository.drop",
        "Failed to drop repository: repository does not exist",
        "the analyzer looks for it before",
    ),
    *(
        semantic(
            f"show.race.{word.lower()}",
            "meta data may has been updated during this period, please try again",
            sql,
            "ADMIN SANDBOX FAULT read_race ON 'db1' TIMES 1",
            f"SHOW {word} FROM db1",
        )
        for word, sql in (("RESTORE", f"{R} $P"), ("BACKUP", "BACKUP SNAPSHOT db1.s TO repo"))
    ),
    semantic(
        "show.snapshot.list",
        f"Failed to list snapshot in repo: repo, err: failed to list remote path: {REPO}/__ss_*. msg: {GONE}",
        UNREACHABLE,
        "SHOW SNAPSHOT ON repo",
    ),
    cell("show.snapshot.none", "ERROR: no snapshot", "SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 'nope'"),
    cell(
        "show.snapshot.label",
        f"ERROR: Failed to get info: failed to list remote path: {REPO}/__ss_s1/__info_*. msg: {GONE}",
        lambda stage: stage.timestamp,
        UNREACHABLE,
        "SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1'",
    ),
    cell(
        "show.snapshot.timestamp",
        f"Failed to get info: Expected one file with path: {REPO}/__ss_s1/__info_1999. get: 0",
        "SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1' AND TIMESTAMP = '1999'",
    ),
    cell(
        "show.snapshot.md5",
        "Failed to get info: md5sum does not equal. local: {md5}, remote: {md5}",
        damaged,
        "SHOW SNAPSHOT ON repo WHERE SNAPSHOT = 's1' AND TIMESTAMP = '$T'",
    ),
    never("show.snapshot.local", "Failed to read info from local file: …", "needs the frontend's own disk to fail"),
)
