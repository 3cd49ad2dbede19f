"""What a backup job says; each row is provoked by test_every_text.py."""

from __future__ import annotations

from sandbox.text_row import Row, ended, never

__all__ = ["BACKUP_JOB"]

_COMMON = "COMMON_ERROR, msg: "
_B = "BACKUP SNAPSHOT db1.s TO repo ON (t)"
_BACKUP_STATES = {"PENDING": 0, "SNAPSHOTING": 3, "UPLOAD_SNAPSHOT": 6, "UPLOADING": 9, "SAVE_META": 12}


def _after(seconds: int) -> tuple[str, ...]:
    return (f"STEP {seconds}",) if seconds else ()


BACKUP_JOB: tuple[Row, ...] = (
    ended(
        "backup.database",
        "NOT_FOUND, msg: database {number} does not exist",
        _B,
        "DROP DATABASE db1",
        job="BACKUP",
        note="no SHOW finds the job of a dropped database",
    ),
    ended("backup.table", "NOT_FOUND, msg: table t does not exist", _B, "DROP TABLE t", job="BACKUP"),
    ended(
        "backup.partition",
        "NOT_FOUND, msg: partition p1 does not exist  in tablet",
        "BACKUP SNAPSHOT db1.s TO repo ON (t PARTITION (p1))",
        "ALTER TABLE t DROP PARTITION p1",
        job="BACKUP",
    ),
    never(
        "backup.type",
        "[UNSUPPORTED, msg: Table: t can not support backup restore, type: X]",
        "needs a table of that kind to take the other's name between the submit and the first step",
    ),
    ended(
        "backup.replica",
        f"{_COMMON}failed to choose replica to make snapshot for tablet {{number}}. visible version: {{number}}",
        "ADMIN SANDBOX BACKEND '127.0.0.1' DEAD",
        _B,
        job="BACKUP",
    ),
    never(
        "backup.version",
        "[OLAP_VERSION_ALREADY_MERGED, msg: make snapshot failed, version already merged]",
        "needs a backend that has compacted the version away",
    ),
    never("backup.copy", f"[{_COMMON}faild to copy table: t]", "needs the JVM to fail at copying a table"),
    *(
        never(f"backup.disk.{number}", f"[{_COMMON}{text}]", "needs the frontend's own disk to fail")
        for number, text in enumerate(
            (
                "Failed to create tmp dir: …",
                "Failed to create meta info file: …",
                "Failed to create job info file: …",
                "failed to save meta info and job info file: …",
                "file is invalid: …",
            )
        )
    ),
    never(
        "backup.repository",
        f"[{_COMMON}failed to get repository: {{number}}]",
        "a repository that a job runs on cannot be dropped",
    ),
    ended(
        "backup.upload_info",
        f"{_COMMON}failed to delete remote path: s3://bucket/backups/__starrocks_repository_repo/__ss_s/__meta.part. "
        "msg: delete path s3://bucket/backups/__starrocks_repository_repo/__ss_s/__meta.parterror",
        _B,
        "STEP 15",
        "ADMIN SANDBOX FAULT repository_unreachable ON 'repo'",
        "STEP 6",
        job="BACKUP",
        state="UPLOAD_INFO",
        note="tried again until it works or the time is over",
    ),
    *(
        ended(
            f"backup.timeout.{state.lower()}",
            "TIMEOUT, msg: ",
            f'{_B} PROPERTIES ("timeout" = "600")',
            *_after(seconds),
            lambda stage: stage.cluster.frontend.clock.advance(601),
            job="BACKUP",
        )
        for state, seconds in _BACKUP_STATES.items()
    ),
    *(
        ended(
            f"backup.cancel.{state.lower()}",
            f"{_COMMON}user cancelled",
            _B,
            *_after(seconds),
            "CANCEL BACKUP FROM db1",
            job="BACKUP",
        )
        for state, seconds in _BACKUP_STATES.items()
    ),
)
