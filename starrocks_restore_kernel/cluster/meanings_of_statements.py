"""What is said of a statement before there is a job (BackupHandler.java, the analyzers, ErrorCode.java)."""

from __future__ import annotations

from .meaning import Meaning

__all__ = ["GENERAL", "SUBMIT", "UNDER_RESTORE"]

_SNAPSHOT = "copy label and timestamp from SHOW SNAPSHOT, to the last digit"
_SNAPSHOTS_OBJECTS = "compare with the Details column of SHOW SNAPSHOT; names are case-sensitive"
_STORAGE = "check the storage: address, credentials and network of the repository, from every frontend and backend"
_AGAIN = "restore again, once nobody drops what is being restored"
_WAIT = "wait for the job to end: SHOW RESTORE tells how far it is"

SUBMIT = (
    Meaning(
        "Failed to get info…get: 0",
        "the repository holds no snapshot of this label and timestamp",
        "a wrong label, timestamp or repository",
        _SNAPSHOT,
    ),
    Meaning(
        "Failed to get info of snapshot…get: 2",
        "more than one snapshot fits: the label or the timestamp works as a pattern",
        "a * or a shortened timestamp",
        _SNAPSHOT,
    ),
    Meaning(
        "Failed to get info of snapshot…File does not exist",
        "the snapshot is there, and not with this timestamp",
        "a timestamp that was cut short, often without its milliseconds",
        _SNAPSHOT,
    ),
    Meaning(
        "md5sum does not equal",
        "the file that lists the snapshot's contents is not what its name says",
        "a damaged file, or two statements that read it at the same time",
        "try once more; if it stays so, the snapshot is damaged: take another one",
    ),
    Meaning(
        "failed to list remote path",
        "the storage of the repository does not answer",
        "wrong credentials, a wrong endpoint, or no way there from the frontend",
        _STORAGE,
    ),
    Meaning(
        "Failed to get info of snapshot",
        "the file that lists the snapshot's contents cannot be read",
        "a wrong label or timestamp, or files that something else put into the repository",
        _SNAPSHOT,
    ),
    Meaning(
        "Can not specify database for external catalog snapshot",
        "the snapshot holds external catalogs, and the statement names a database",
        "a snapshot of BACKUP ALL EXTERNAL CATALOGS",
        "restore it without a database: RESTORE SNAPSHOT label FROM repository",
    ),
    Meaning(
        "This is not a snapshot for external catalog restore",
        "the statement asks for catalogs, and the snapshot holds a database",
        "a wrong label",
        _SNAPSHOT,
    ),
    Meaning(
        "Can not create database",
        "the database to restore into is not there, and could not be made",
        "a name that is taken or kept for the server, or a missing privilege",
        "create the database first, or name another one: DATABASE a AS b",
    ),
    Meaning(
        "Another backup or restore job is being submitted",
        "one statement at a time is taken in, and another one took over ten seconds",
        "a slow repository",
        "try again in a moment",
    ),
    Meaning(
        "Can only run one backup or restore job",
        "a BACKUP or RESTORE of this database is running",
        "a job that has not ended yet, perhaps somebody else's",
        "wait for the running job (SHOW BACKUP, SHOW RESTORE), or cancel it",
    ),
    Meaning(
        "target database:…is not existed in snapshot",
        "DATABASE names the database that was backed up, and the snapshot is of another one",
        "source and target of AS the wrong way round",
        "DATABASE source AS target",
    ),
    Meaning(
        "Table…does not exist in snapshot",
        "the snapshot holds no table of this name",
        "another case of letters, or another snapshot",
        _SNAPSHOTS_OBJECTS,
    ),
    Meaning(
        "Partition…of table…does not exist in snapshot",
        "the snapshot holds the table, and not this partition",
        "another case of letters, or a partition that is younger than the snapshot",
        _SNAPSHOTS_OBJECTS,
    ),
    Meaning(
        "Do not support restoring temporary partitions",
        "temporary partitions are never in a snapshot",
        "TEMPORARY PARTITION in the ON clause",
        "name partitions that are not temporary",
    ),
    Meaning(
        "Can not find restore function",
        "the snapshot holds no function of this name",
        "another snapshot, or the same function named twice, once with an alias",
        _SNAPSHOTS_OBJECTS,
    ),
    Meaning(
        "Can not find restore catalog",
        "the snapshot holds no external catalog of this name",
        "another snapshot",
        "restore ALL EXTERNAL CATALOGS, or a catalog of another name",
    ),
    Meaning(
        "Do not support set alias as default catalog",
        "an external catalog cannot be restored under the name of the default catalog",
        "default_catalog behind AS",
        "choose another alias",
    ),
    Meaning(
        '"backupMeta" is null',
        "the snapshot's file of definitions cannot be read",
        "a file that is missing or damaged in the repository",
        "check the snapshot's files, and take another snapshot",
    ),
    Meaning(
        '"jobInfo" is null',
        "the server failed at a statement of external catalogs in a session that has a database",
        "USE before the statement",
        "send it in a session without a database",
    ),
    Meaning(
        "can not support backup restore, type",
        "an object of this type can be neither backed up nor restored",
        "a table of a shared-data cluster, an external table, or a table of that name of another type",
        "leave it out of the ON clause, or restore under another name",
    ),
    Meaning(
        "Repository…is read only",
        "a repository that is read only takes no backups; it can be restored from",
        "READ ONLY when it was created here",
        "back up to another repository",
    ),
    Meaning(
        "already exist in repository",
        "the repository holds a snapshot of this label",
        "a label that was used before",
        "choose another label: a snapshot is never overwritten",
    ),
    Meaning(
        "repository with same name already exist",
        "the cluster has a repository of this name",
        "",
        "choose another name, or use the one that is there",
    ),
    Meaning(
        "Currently does not support incremental backup",
        "a snapshot is always whole",
        "a property that asks for less",
        'leave "type" out, or say "full"',
    ),
    Meaning(
        "Do not support backing up",
        "temporary partitions cannot be backed up",
        "a table that has some",
        "drop or exchange its temporary partitions first",
    ),
    Meaning(
        "Invalid backup function",
        "the database has no function of this name",
        "a function that is global, or of another database",
        "SHOW FUNCTIONS FROM the database lists those there are",
    ),
    Meaning(
        "No restore is currently running",
        "there is nothing to cancel",
        "a job that has ended, another database, or a job that is a backup",
        "SHOW RESTORE says what the last job of each database came to",
    ),
    Meaning(
        "No backup job is currently running",
        "there is nothing to cancel",
        "a job that has ended, another database, or a job that is a restore",
        "SHOW BACKUP says what the last job of each database came to",
    ),
    Meaning(
        "can not be cancelled. state",
        "the job has ended already",
        "",
        "SHOW RESTORE, or SHOW BACKUP, says how it ended",
    ),
    Meaning(
        "`ON` clause is forbidden if no Database",
        "a statement with ON must say which database is meant",
        "a label without a database",
        "db.label, or DATABASE db",
    ),
    Meaning(
        "Specifying dbName before snapshot name is forbidden",
        "the database is named twice",
        "db.label and DATABASE in one statement",
        "keep one of them",
    ),
    Meaning(
        "Missing backup_timestamp property",
        "a restore must name the snapshot's timestamp",
        "the property is absent, misspelt or in capitals",
        'take it from SHOW SNAPSHOT: PROPERTIES ("backup_timestamp" = "…")',
    ),
    Meaning(
        "Invalid meta version format",
        "a number of the properties is none",
        "replication_num, meta_version or starrocks_meta_version: the text is the same for the three",
        "look at replication_num first",
    ),
    Meaning(
        "Unknown restore job properties",
        "RESTORE does not know a property",
        "a property of BACKUP, or a slip",
        "backup_timestamp, replication_num, timeout, allow_load, meta_version and starrocks_meta_version are all",
    ),
    Meaning(
        "meta data may has been updated during this period",
        "the job changed while it was printed",
        "",
        "ask again",
    ),
    Meaning(
        "Getting syntax error",
        "the server cannot read the statement",
        "a slip, or a statement for another version",
        "check the statement: it may be written for another version of the server",
    ),
)

UNDER_RESTORE = (
    Meaning(
        "Table state is not NORMAL",
        "the table is the target of a running restore, and can be neither read nor written until it ends",
        "a restore over a table that is there",
        "the table is being restored: wait for the job to end",
    ),
    Meaning("Cannot write RESTORE state table", "the table is being restored", "a running restore", _WAIT),
    Meaning("Table's state is not normal", "the table is being restored, or altered", "a running job", _WAIT),
    Meaning("is under restore", "the table is being restored", "a running restore", _WAIT),
    Meaning("A snapshot restore operation is in progress", "the table is being restored", "a running restore", _WAIT),
)

GENERAL = (
    Meaning(
        "Unknown database 'null'",
        "no database is named",
        "a label without a database, in a release before 3.4",
        "write db.label",
    ),
    Meaning(
        "Unknown database",
        "there is no database of this name",
        "another case of letters, or another cluster",
        "SHOW DATABASES lists those there are; names are case-sensitive",
    ),
    Meaning(
        "Unknown table",
        "there is no table of this name",
        "another case of letters",
        "SHOW TABLES lists those there are; names are case-sensitive",
    ),
    Meaning(
        "Access denied",
        "a privilege is missing",
        "a role that is not active, or none that has it",
        "ask for the privilege, or activate a role that has it: SET ROLE ALL",
    ),
    Meaning(
        "epository",
        "there is no such repository, or it cannot be used so",
        "another case of letters, or another cluster",
        "SHOW REPOSITORIES lists those there are; names are case-sensitive",
    ),
    Meaning(
        "NOT_FOUND, msg: …does not exist",
        "what the job needs is not there any more",
        "it was dropped between the statement and the job's first step, or during the job",
        _AGAIN,
    ),
)
