"""What the backup handler says before a job is queued; each row is provoked by test_every_text.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.text_row import Q, R, Row, bare, never, refused

if TYPE_CHECKING:
    from sandbox.stage import Stage

__all__ = ["GONE", "HANDLER", "REPO", "UNREACHABLE", "catalogs", "damaged"]

REPO = "s3://bucket/backups/__starrocks_repository_repo"
UNREACHABLE = "ADMIN SANDBOX FAULT repository_unreachable ON 'repo'"
GONE = "Fail to get file status: Unable to execute HTTP request: Connection refused"
_LAKE = "CREATE EXTERNAL CATALOG lake PROPERTIES ('type' = 'hive')"
_JAR = "PROPERTIES ('symbol' = 'com.x.Add', 'type' = 'StarrocksJar', 'file' = 'http://host/udf.jar')"
_BUSY = "Can only run one backup or restore job of a database at same time"


def catalogs(stage: Stage) -> None:
    """Back an external catalog up as c1, whose timestamp is the one from now on."""
    for step in (_LAKE, "BACKUP ALL EXTERNAL CATALOGS SNAPSHOT c1 TO repo", "STEP 30"):
        stage.do(step)
    ((_, stage.timestamp, _),) = stage.cluster.run("SHOW SNAPSHOT ON repo")


def damaged(stage: Stage) -> None:
    """Spoil the info file of the snapshot."""
    assert stage.timestamp
    (path,) = stage.files("__info_*")
    path.write_bytes(b"{}")


def _folder(stage: Stage) -> None:
    (root,) = stage.files("__starrocks_repository_repo")
    (root / "__ss_x" / "__info_dir").mkdir(parents=True)


def _unsigned(stage: Stage) -> None:
    (root,) = stage.files("__starrocks_repository_repo")
    (root / "__ss_x").mkdir()
    (root / "__ss_x" / "__info_bare").write_text("{}")


def _without_meta(stage: Stage) -> None:
    for path in stage.files("__meta.*"):
        path.unlink()


def _locked(stage: Stage) -> None:
    """Let another session be in the midst of a submit."""
    stage.cluster.frontend.submit_lock.acquire()


def _info(reason: str, label: str = "s1") -> str:
    return f"Failed to get info of snapshot '{label}' because: {reason}. Maybe specified wrong backup timestamp"


HANDLER: tuple[Row, ...] = (
    bare("handler.repository", "Repository Repo does not exist", f"RESTORE SNAPSHOT db1.s1 FROM Repo {Q}"),
    bare(
        "handler.info.label",
        _info(f"Expected one file with path: {REPO}/__ss_nope/__info_{{path}}. get: 0", "nope"),
        "RESTORE SNAPSHOT db1.nope FROM repo $P",
    ),
    bare(
        "handler.info.timestamp",
        _info(f"Expected one file with path: {REPO}/__ss_s1/__info_1999. get: 0"),
        lambda stage: stage.timestamp,
        f'{R} PROPERTIES ("backup_timestamp" = "1999")',
    ),
    bare(
        "handler.info.two",
        _info(f"Expected one file with path: {REPO}/__ss_s*/__info_2. get: 2", "s*"),
        lambda stage: (stage.timestamp, stage.cluster.backup("s2")),
        'RESTORE SNAPSHOT db1.`s*` FROM repo PROPERTIES ("backup_timestamp" = "2")',
    ),
    bare(
        "handler.info.truncated",
        _info(f"File does not exist: {REPO}/__ss_s1/__info_2"),
        lambda stage: stage.timestamp,
        f'{R} PROPERTIES ("backup_timestamp" = "2")',
    ),
    bare(
        "handler.info.directory",
        _info(f"Expected file with path: {REPO}/__ss_x/__info_dir. but get dir", "x"),
        _folder,
        'RESTORE SNAPSHOT db1.x FROM repo PROPERTIES ("backup_timestamp" = "dir")',
    ),
    bare(
        "handler.info.unsigned",
        _info(f"file name should contains checksum: {REPO}/__ss_x/__info_bare", "x"),
        _unsigned,
        'RESTORE SNAPSHOT db1.x FROM repo PROPERTIES ("backup_timestamp" = "bare")',
    ),
    bare("handler.info.md5", _info("md5sum does not equal. local: {md5}, remote: {md5}"), damaged, f"{R} $P"),
    bare(
        "handler.info.unreachable",
        _info(f"failed to list remote path: {REPO}/__ss_s1/__info_{{path}}*. msg: {GONE}"),
        lambda stage: stage.timestamp,
        UNREACHABLE,
        f"{R} $P",
    ),
    bare(
        "handler.catalog.database",
        "Can not specify database for external catalog snapshot",
        catalogs,
        "RESTORE SNAPSHOT db1.c1 FROM repo $P",
    ),
    bare(
        "handler.catalog.database_clause",
        "Can not specify database for external catalog snapshot",
        catalogs,
        "RESTORE SNAPSHOT c1 FROM repo DATABASE db1 $P",
    ),
    bare(
        "handler.catalog.none",
        "This is not a snapshot for external catalog restore, snapshot: s1",
        "RESTORE SNAPSHOT s1 FROM repo ALL EXTERNAL CATALOGS $P",
    ),
    bare(
        "handler.create_database",
        "Can not create database: information_schema in restore process",
        "RESTORE SNAPSHOT s1 FROM repo DATABASE db1 AS information_schema $P",
        note="by the name of a system database; on a server whatever keeps a database from being made",
    ),
    bare(
        "handler.lock",
        "Another backup or restore job is being submitted. Please wait and try again",
        lambda stage: stage.timestamp,
        _locked,
        f"{R} $P",
    ),
    never(
        "handler.lock.interrupted",
        "Got interrupted exception when try locking. Try again",
        "needs a thread of the JVM to be interrupted",
    ),
    bare("handler.busy", _BUSY, f"{R} $P", f"{R} $P"),
    bare("handler.busy.backup", _BUSY, f"{R} $P", "BACKUP SNAPSHOT db1.s2 TO repo"),
    bare("handler.busy.3_3", _BUSY, f"{R} $P", f"{R} $P", release="3.3"),
    bare(
        "handler.busy.catalog",
        "Can only run one backup or restore job of external catalog",
        catalogs,
        "RESTORE SNAPSHOT c1 FROM repo $P",
        "RESTORE SNAPSHOT c1 FROM repo $P",
    ),
    bare(
        "handler.busy.catalog_backup",
        "Can only run one backup or restore job of external catalog",
        catalogs,
        "RESTORE SNAPSHOT c1 FROM repo $P",
        "BACKUP ALL EXTERNAL CATALOGS SNAPSHOT c2 TO repo",
    ),
    bare(
        "handler.origin",
        "target database: other is not existed in snapshot",
        "RESTORE SNAPSHOT s1 FROM repo DATABASE other AS db1 $P",
    ),
    bare("handler.table", "Table T does not exist in snapshot s1", f"{R} ON (T) $P"),
    bare("handler.table.3_3", "Table T does not exist in snapshot s1", f"{R} ON (T) $P", release="3.3"),
    bare(
        "handler.temporary", "Do not support restoring temporary partitions", f"{R} ON (t TEMPORARY PARTITION (p1)) $P"
    ),
    bare(
        "handler.temporary.3_3",
        "Do not support restoring temporary partitions",
        f"{R} ON (t TEMPORARY PARTITION (p1)) $P",
        release="3.3",
    ),
    bare("handler.partition", "Partition p9 of table t does not exist in snapshot s1", f"{R} ON (t PARTITION (p9)) $P"),
    bare(
        "handler.partition.3_3",
        "Partition p9 of table t does not exist in snapshot s1",
        f"{R} ON (t PARTITION (p9)) $P",
        release="3.3",
    ),
    bare("handler.function", "Can not find restore function: g", f"{R} ON (FUNCTION G) $P"),
    bare(
        "handler.function.renamed",
        "Can not find restore function: f",
        f"CREATE FUNCTION f(INT) RETURNS INT {_JAR}",
        f"{R} ON (FUNCTION f AS g, FUNCTION f) $P",
    ),
    bare(
        "handler.catalog.missing",
        "Can not find restore catalog: nope",
        catalogs,
        "RESTORE SNAPSHOT c1 FROM repo EXTERNAL CATALOGS (nope) $P",
    ),
    bare(
        "handler.catalog.default",
        "Do not support set alias as default catalog for external catalog restore",
        catalogs,
        "RESTORE SNAPSHOT c1 FROM repo EXTERNAL CATALOGS (lake AS default_catalog) $P",
    ),
    refused(
        "handler.catalog.meta",
        1064,
        "HY000",
        'Cannot invoke "com.starrocks.backup.BackupMeta.getCatalogs()" because "backupMeta" is null',
        catalogs,
        _without_meta,
        "RESTORE SNAPSHOT c1 FROM repo $P",
        note="an exception of the JVM; the name of the parameter is inferred",
    ),
    never(
        "handler.type",
        "Table: t can not support backup restore, type: X",
        "no BACKUP writes a snapshot with such a table",
    ),
    refused(
        "handler.3_3.no_database",
        5501,
        "3F000",
        "Unknown database 'null'",
        "USE db1",
        "RESTORE SNAPSHOT s1 FROM repo $P",
        release="3.3",
    ),
    refused(
        "handler.3_3.database",
        5501,
        "3F000",
        "Unknown database 'db9'",
        "RESTORE SNAPSHOT db9.s1 FROM repo $P",
        release="3.3",
    ),
    # -- BACKUP
    bare(
        "handler.backup.catalog_repository",
        "Repository nope does not exist",
        _LAKE,
        "BACKUP ALL EXTERNAL CATALOGS SNAPSHOT s TO nope",
    ),
    bare(
        "handler.backup.read_only",
        "Repository repo is read only",
        "DROP REPOSITORY repo",
        "CREATE READ ONLY REPOSITORY repo WITH BROKER ON LOCATION 's3://bucket/backups'",
        "BACKUP SNAPSHOT db1.s TO repo",
    ),
    bare(
        "handler.backup.type",
        "Table: t can not support backup restore, type: CLOUD_NATIVE",
        "BACKUP SNAPSHOT db1.s TO repo",
        options=(("shared_data", True),),
    ),
    bare(
        "handler.backup.temporary_table",
        "Do not support backing up table with temp partitions",
        "ALTER TABLE t ADD TEMPORARY PARTITION tp VALUES [('2024-02-01'), ('2024-03-01'))",
        "BACKUP SNAPSHOT db1.s TO repo",
    ),
    bare(
        "handler.backup.temporary",
        "Do not support backing up temp partitions",
        "BACKUP SNAPSHOT db1.s TO repo ON (t TEMPORARY PARTITION (p1))",
    ),
    never(
        "handler.backup.table",
        "Unknown table 't'",
        "5502 / 42602, of a table that is dropped between the analyzer and the handler",
    ),
    never(
        "handler.backup.partition",
        "Unknown partition p in tablet",
        "of a partition that is dropped between the analyzer and the handler",
    ),
    never(
        "handler.backup.copy",
        "Failed to copy table t with selected partitions",
        "needs the JVM to fail at copying a table",
    ),
    bare(
        "handler.backup.unreachable",
        f"failed to list remote path: {REPO}/__ss_*. msg: {GONE}",
        UNREACHABLE,
        "BACKUP SNAPSHOT db1.s TO repo",
    ),
    bare(
        "handler.backup.label",
        "Snapshot with name 's1' already exist in repository",
        lambda stage: stage.timestamp,
        "BACKUP SNAPSHOT db1.s1 TO repo",
    ),
    bare(
        "handler.backup.incremental",
        "Currently does not support incremental backup",
        lambda stage: stage.timestamp,
        'BACKUP SNAPSHOT db1.s1 TO repo PROPERTIES ("type" = "incremental")',
    ),
    bare(
        "handler.backup.function",
        "Invalid backup function(s), function name: f",
        "BACKUP SNAPSHOT db1.s TO repo ON (FUNCTION f, TABLE t)",
    ),
    refused(
        "handler.backup.session_database",
        1064,
        "HY000",
        'Cannot read field "dbName" because "jobInfo" is null',
        "BACKUP SNAPSHOT s TO repo",
        note="an exception of the JVM",
    ),
)
