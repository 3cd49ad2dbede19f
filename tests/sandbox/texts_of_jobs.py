"""What a restore job says, and what backends cannot do; each row is provoked by test_every_text.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stage import snapshot
from sandbox.text_row import R, Row, ended, failing, never
from sandbox.texts_of_submit import catalogs

if TYPE_CHECKING:
    from sandbox.stage import Stage

__all__ = ["RESTORE_JOB", "TASKS"]

_COMMON = "COMMON_ERROR, msg: "


def _without_meta(stage: Stage) -> None:
    assert stage.timestamp
    for path in stage.files("__meta.*"):
        path.unlink()


_TEMPORARY = "ALTER TABLE t ADD TEMPORARY PARTITION tp VALUES [('2024-02-01'), ('2024-03-01'))"
_NEW = "DROP TABLE t"
_STATES = {"PENDING": 0, "SNAPSHOTING": 3, "DOWNLOAD": 6, "DOWNLOADING": 9, "COMMIT": 12, "COMMITTING": 15}
_CATALOG = "RESTORE SNAPSHOT c1 FROM repo $P"
_COLOCATED = (
    "CREATE TABLE c (k INT, v INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) BUCKETS 2 "
    'PROPERTIES ("replication_num" = "1", "colocate_with" = "g")'
)


def _after(seconds: int) -> tuple[str, ...]:
    return (f"STEP {seconds}",) if seconds else ()


RESTORE_JOB: tuple[Row, ...] = (
    ended(
        "restore.database",
        "NOT_FOUND, msg: database {number} does not exist",
        f"{R} $P",
        "DROP DATABASE db1",
        note="no SHOW finds the job of a dropped database; RECOVER DATABASE would bring it back",
    ),
    ended("restore.meta", f"{_COMMON}Failed to read backup meta from file", _without_meta, f"{R} $P"),
    ended(
        "restore.meta.3_3", f"{_COMMON}Failed to read backup meta from file", _without_meta, f"{R} $P", release="3.3"
    ),
    ended(
        "restore.type",
        "UNSUPPORTED, msg: Table: t can not support backup restore, type: {}CLOUD_NATIVE",
        lambda stage: stage.share(),
        f"{R} ON (t) $P",
        options=(("shared_data", True),),
    ),
    ended(
        "restore.state.schema_change",
        f"{_COMMON}Table t's state is not NORMAL: SCHEMA_CHANGE",
        snapshot,
        "ALTER TABLE t ADD COLUMN x INT KEY DEFAULT '1' AFTER k",
        f"{R} ON (t) $P",
    ),
    ended(
        "restore.state.rollup",
        f"{_COMMON}Table t's state is not NORMAL: ROLLUP",
        snapshot,
        "ALTER TABLE t ADD ROLLUP r (dt, v)",
        f"{R} ON (t) $P",
    ),
    ended(
        "restore.state.restore",
        f"{_COMMON}Table t's state is not NORMAL: RESTORE",
        f"{R} ON (t, u AS w) $P",
        note="an exception in PENDING left the table so: a table cannot take a view's place, and no status says it",
    ),
    ended(
        "restore.temporary",
        f"{_COMMON}Do not support restoring table with temp partitions",
        snapshot,
        _TEMPORARY,
        f"{R} ON (t) $P",
    ),
    ended(
        "restore.temporary.3_3",
        f"{_COMMON}Do not support restoring table with temp partitions",
        snapshot,
        _TEMPORARY,
        f"{R} ON (t) $P",
        release="3.3",
    ),
    ended("restore.view", "BAD_REPLACE, msg: Table: u has existed and it is not a View", f"{R} ON (VIEW w AS u) $P"),
    ended(
        "restore.hosts",
        f"{_COMMON}failed to find 3 different hosts to create table: t",
        snapshot,
        _NEW,
        f'{R} ON (t) PROPERTIES ("backup_timestamp" = "$T")',
    ),
    ended(
        "restore.hosts.3_3",
        f"{_COMMON}failed to find 3 different hosts to create table: t",
        snapshot,
        _NEW,
        f'{R} ON (t) PROPERTIES ("backup_timestamp" = "$T")',
        release="3.3",
    ),
    ended(
        "restore.hosts.dead",
        f"{_COMMON}failed to find 1 different hosts to create table: t",
        snapshot,
        _NEW,
        "ADMIN SANDBOX BACKEND '127.0.0.1' DEAD",
        f"{R} ON (t) $P",
    ),
    ended(
        "restore.hosts.shared_data",
        f"{_COMMON}failed to find 1 different hosts to create table: t",
        lambda stage: stage.share(),
        "RESTORE SNAPSHOT s1 FROM repo DATABASE db1 AS db2 $P",
        database="db2",
        options=(("shared_data", True),),
    ),
    ended(
        "restore.colocation",
        f"{_COMMON}check colocate restore failed, errmsg: Colocate tables must have same bucket num: 3, "
        "with group {number}.{number}, "
        "current info type: HASH; distribution columns: [k,]; bucket num: 2; , "
        "you can disable colocate restore by turn off Config.enable_colocate_restore",
        _COLOCATED,
        snapshot,
        "DROP TABLE c",
        _COLOCATED.replace("TABLE c", "TABLE d").replace("BUCKETS 2", "BUCKETS 3"),
        'ADMIN SET FRONTEND CONFIG ("enable_colocate_restore" = "true")',
        f"{R} ON (c) $P",
    ),
    ended(
        "restore.replicas",
        f"{_COMMON}Failed to create replicas for restore. unfinished marks: {{marks}}",
        snapshot,
        _NEW,
        "ADMIN SANDBOX FAULT create_replica_fails",
        f"{R} ON (t) $P",
    ),
    ended(
        "restore.registered",
        f"{_COMMON}Table u already exist in db: db1",
        snapshot,
        "DROP TABLE t",
        "DROP TABLE u",
        f"{R} ON (ALL TABLES, TABLE t AS u) $P",
    ),
    ended(
        "restore.disk",
        f"{_COMMON}disk {{number}} on backend {{number}} exceed limit usage",
        "ADMIN SANDBOX BACKEND '127.0.0.1' DISK 99",
        f"{R} ON (t) $P",
    ),
    never(
        "restore.function",
        f"[{_COMMON}Add Function: f(INT) failed when restore]",
        "a function of the same signature is replaced, which cannot fail",
    ),
    never(
        "restore.catalog",
        f"[{_COMMON}Failed to restore external catalog, errmsg: …]",
        "needs a connector that refuses to be made; the sandbox makes none",
    ),
    never(
        "restore.repository",
        f"[{_COMMON}failed to get repository: {{number}}]",
        "a repository that a job runs on cannot be dropped",
    ),
    ended(
        "restore.dropped.database",
        "NOT_FOUND, msg: database {number} has been dropped",
        f"{R} $P",
        "STEP 9",
        "DROP DATABASE db1",
        note="no SHOW finds the job of a dropped database; RECOVER DATABASE would bring it back",
    ),
    *(
        ended(
            f"restore.dropped.table.{state.lower()}",
            "NOT_FOUND, msg: table {number} has been dropped",
            f"{R} ON (t) $P",
            *_after(seconds),
            "DROP TABLE t",
        )
        for state, seconds in _STATES.items()
        if state != "PENDING"
    ),
    ended(
        "restore.dropped.new_table",
        "NOT_FOUND, msg: table {number} has been dropped",
        snapshot,
        _NEW,
        f"{R} ON (t) $P",
        "STEP 9",
        _NEW,
    ),
    never(
        "restore.dropped.partition",
        "[NOT_FOUND, msg: partition {number} has been dropped]",
        "a table under restore cannot be altered",
    ),
    never(
        "restore.dropped.index",
        "[NOT_FOUND, msg: index {number} has been dropped]",
        "a table under restore cannot be altered",
    ),
    *(
        never(
            f"restore.download.{number}",
            f"[NOT_FOUND, msg: {text}]",
            "the same step has just found all of them; needs a drop in between",
        )
        for number, text in enumerate(
            (
                "db {number} does not exist",
                "restored table {number} does not exist",
                "partition {number} does not exist in restored table: t",
                "index {number} does not exist in partion {number}of restored table t",
                "tablet {number} does not exist in restored table t",
                "replica in be {number} of tablet {number} does not exist in restored table t",
                "failed to get id mapping of globalStateMgr ids: …",
            )
        )
    ),
    never(
        "restore.download.properties",
        f"[{_COMMON}Get properties from s3://… error.]",
        "of properties that no client understands; the sandbox hands none to a backend",
    ),
    never("restore.broker", f"[{_COMMON}failed to get address of broker b]", "needs a broker"),
    *(
        ended(
            f"restore.timeout.{state.lower()}",
            "TIMEOUT, msg: restore job with label: s1  timeout.",
            f'{R} ON (t) PROPERTIES ("backup_timestamp" = "$T", "replication_num" = "1", "timeout" = "600")',
            *_after(seconds),
            lambda stage: stage.cluster.frontend.clock.advance(601),
        )
        for state, seconds in _STATES.items()
    ),
    *(
        ended(
            f"restore.cancel.{state.lower()}",
            f"{_COMMON}user cancelled, current state: {state}",
            f"{R} ON (t) $P",
            *_after(seconds),
            "CANCEL RESTORE FROM db1",
        )
        for state, seconds in _STATES.items()
    ),
    *(
        ended(
            f"restore.cancel.catalog.{state.lower()}",
            f"{_COMMON}user cancelled, current state: {state}",
            catalogs,
            _CATALOG,
            *_after(seconds),
            "CANCEL RESTORE FOR EXTERNAL CATALOG",
            database="",
        )
        for state, seconds in (("PENDING", 0), ("COMMITTING", 3))
    ),
    ended(
        "restore.cancel.3_3",
        f"{_COMMON}user cancelled, current state: DOWNLOADING",
        f"{R} ON (t) $P",
        "STEP 9",
        "CANCEL RESTORE FROM db1",
        release="3.3",
    ),
)

_BACKUP = "BACKUP SNAPSHOT db1.s TO repo ON (t)"


def _gone(stage: Stage) -> None:
    for path in stage.files("rows.parquet.*"):
        path.unlink()


def _spoilt(stage: Stage) -> None:
    for path in stage.files("rows.parquet.*"):
        path.write_bytes(path.read_bytes() + b"x")


def _failed(id_: str, text: str, kind: str, *, state: str, job: str = "RESTORE") -> Row:
    submit = _BACKUP if job == "BACKUP" else f"{R} ON (t) $P"
    return failing(
        id_, text, snapshot, f"ADMIN SANDBOX FAULT {kind} TEXT 'disk is gone'", submit, "STEP 30", state=state, job=job
    )


_FETCHED = (f"{R} ON (t) $P", "STEP 30")

TASKS: tuple[Row, ...] = (
    _failed("task.snapshot", "disk is gone", "snapshot_fails", state="SNAPSHOTING"),
    _failed("task.backup.snapshot", "disk is gone", "snapshot_fails", state="SNAPSHOTING", job="BACKUP"),
    _failed("task.upload", "disk is gone", "upload_fails", state="UPLOADING", job="BACKUP"),
    _failed("task.download", "disk is gone", "download_fails", state="DOWNLOADING"),
    _failed("task.move", "disk is gone", "move_fails", state="COMMITTING"),
    failing(
        "task.missing",
        "get nothing from remote path: s3://bucket/backups/__starrocks_repository_repo/__ss_s1/{path}",
        snapshot,
        _gone,
        *_FETCHED,
        state="DOWNLOADING",
    ),
    failing(
        "task.md5",
        "invalid md5 of downloaded file: {path}, expected: {md5}, get: {md5}",
        snapshot,
        _spoilt,
        *_FETCHED,
        state="DOWNLOADING",
    ),
    failing(
        "task.md5.ordered",
        "invalid md5 of downloaded file: {path}, expected: {md5}, get: {md5}",
        snapshot,
        "ADMIN SANDBOX FAULT md5_mismatch",
        *_FETCHED,
        state="DOWNLOADING",
    ),
    never(
        "task.moved",
        "[{number}: snapshot path does not exist …]",
        "of a primary key table whose tablets a former leader has moved; the sandbox moves them again",
    ),
    never(
        "task.cluster",
        "[{number}: …]",
        "the other texts are the backends' own and those of their storage clients; order any with FAULT … TEXT",
    ),
)
