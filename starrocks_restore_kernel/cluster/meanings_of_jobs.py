"""What a job and its tasks say (RestoreJob.java, BackupJob.java, the backends' snapshot_loader.cpp)."""

from __future__ import annotations

from .meaning import Meaning

__all__ = ["JOB", "TASKS"]

_ELSEWHERE = "restore under a new name (t AS t2) or into a new database (DATABASE a AS b), and exchange the two then"
_STORAGE = "check the storage: address, credentials and network of the repository, from every frontend and backend"
_AGAIN = "restore again, once nobody drops what is being restored"
_SCRATCH = "restore again; if it comes back, look into the leader's fe.log"

JOB = (
    Meaning(
        "Failed to read backup meta from file",
        "the snapshot's file of definitions cannot be read",
        "a file that is missing or damaged in the repository, or a snapshot of a much newer version",
        "check the bucket and the versions of both clusters, and take another snapshot",
    ),
    Meaning(
        "failed to find…different hosts",
        "the new table needs as many hosts as it has replicas, and there are fewer alive",
        "a replication_num that is not given (then it is the default, 3), or dead backends",
        'set "replication_num" to at most the living hosts of SHOW BACKENDS',
    ),
    Meaning(
        "has different replication num",
        "the table that is there has another number of replicas than the statement says; the second number is the "
        "statement's, and not the repository's",
        "a replication_num that is not given (then it is the default, 3)",
        'set "replication_num" to the table\'s own number; tables of different numbers need a statement each',
    ),
    Meaning(
        "Table name is inconsistent",
        "the name is a part of what is compared: an alias can only make a new table",
        "t AS t2 where t2 is there already",
        "choose an alias that is free",
    ),
    Meaning(
        "different schema",
        "the table that is there is not the one that was backed up",
        "a column, an index, a bloom filter, partition columns or buckets that were changed since the backup",
        _ELSEWHERE,
    ),
    Meaning("different key type", "the table that is there has another key model", "it was made anew", _ELSEWHERE),
    Meaning("partition type is different", "the two are partitioned in different ways", "it was made anew", _ELSEWHERE),
    Meaning(
        "different range with partition in repository",
        "a partition of the same name holds another range",
        "partitions that were made anew since the backup",
        _ELSEWHERE,
    ),
    Meaning(
        "has conflict range",
        "a partition of the snapshot overlaps with one that is there",
        "partitions that were made anew since the backup",
        _ELSEWHERE,
    ),
    Meaning(
        "is automatic bucket partition",
        "a partition with automatic buckets cannot be put into a table that is there",
        "a table without a fixed number of buckets",
        _ELSEWHERE,
    ),
    Meaning(
        "No partition exist in single partitioned table",
        "only range-partitioned tables take partitions that they do not have yet",
        "a partition that is missing in the table that is there",
        "add the partition first, or restore under a new name",
    ),
    Meaning(
        "Restored partition…is null",
        "the server lost a partition that it was to add",
        "a partition that the table did not have",
        "add the partition first, or restore under a new name",
    ),
    Meaning(
        "state is not NORMAL",
        "a table that is there cannot be restored now",
        "a schema change, a rollup, another restore, or a state that a failed restore left behind",
        "wait for SHOW ALTER TABLE to be done; a left-over RESTORE state is gone when the leader starts again",
    ),
    Meaning(
        "Do not support restoring table with temp partitions",
        "a table that is there has temporary partitions",
        "an exchange of partitions that was begun",
        "drop or exchange its temporary partitions first",
    ),
    Meaning(
        "has existed and it is not a View",
        "a view of the snapshot would take the place of something that is no view",
        "a table of the view's name or alias",
        "choose another alias, or leave the view out",
    ),
    Meaning(
        "already exist in db",
        "a new table could not be registered: its name was taken meanwhile",
        "somebody made a table of that name while the job was preparing",
        "restore again",
    ),
    Meaning(
        "check colocate restore failed",
        "the table does not fit the colocation group that it was in",
        "enable_colocate_restore is on, and the group has other buckets now",
        'ADMIN SET FRONTEND CONFIG ("enable_colocate_restore" = "false"), and restore again',
    ),
    Meaning(
        "Failed to create replicas for restore",
        "backends did not make the new replicas in time; the marks are backend=tablet",
        "a dead or slow backend",
        "look at SHOW BACKENDS; a larger tablet_create_timeout_second gives them more time",
    ),
    Meaning(
        "exceed limit usage",
        "a disk of a backend is over 95 % full, with under 100 GB free",
        "the data needs room twice until the restore ends",
        "make room on that backend, or add one",
    ),
    Meaning(
        "TIMEOUT, msg: ]",
        "the backup took longer than it may",
        "tasks that failed again and again (TaskErrMsg), a dead backend, or a slow storage",
        'mend what TaskErrMsg says, or give it longer: "timeout" in seconds',
    ),
    Meaning(
        "restore job with label…timeout",
        "the job took longer than it may, and everything that it had made was taken away",
        "tasks that failed again and again (TaskErrMsg), a dead backend, or more data than a day is enough for",
        'mend what TaskErrMsg says, or give it longer: "timeout" in seconds',
    ),
    Meaning(
        "has been dropped",
        "what was being restored was dropped while the job ran; the number is its id",
        "DROP during the job",
        _AGAIN,
    ),
    Meaning(
        "user cancelled, current state: COMMIT",
        "cancelled behind the point of no return: tables that were overwritten may be half the snapshot's and half as "
        "before",
        "CANCEL RESTORE",
        "restore the same tables again, to the end; until then do not rely on their rows",
    ),
    Meaning(
        "user cancelled",
        "somebody cancelled the job before it overwrote rows; what it had made was taken away, and views and "
        "functions that it had replaced are not brought back",
        "CANCEL RESTORE, or CANCEL BACKUP",
        "nothing, if that was wanted; else send it again",
    ),
    Meaning(
        "failed to get repository",
        "the repository is gone",
        "DROP REPOSITORY during the job",
        "create the repository again, of the same location, and restore again",
    ),
    Meaning(
        "failed when restore",
        "a function of the snapshot could not be added",
        "a function that the server does not take any more",
        "leave the functions out: name the tables in ON",
    ),
    Meaning(
        "Failed to restore external catalog",
        "an external catalog could not be made; one of that name was dropped before",
        "properties that do not hold here: addresses, credentials, files",
        "create the catalog by hand, with the properties that hold here",
    ),
    Meaning("failed to get id mapping", "the server's own count of the job is wrong", "", _SCRATCH),
    Meaning(
        "failed to choose replica",
        "a tablet has no replica that is whole and alive",
        "a dead backend",
        "look at SHOW BACKENDS, and back up again when it is back",
    ),
    Meaning(
        "failed to delete remote path",
        "the storage does not let a file be replaced",
        "credentials that may write and not delete, or a storage that does not answer",
        _STORAGE,
    ),
    Meaning("get address of broker", "no broker of this name is alive", "", "SHOW BROKER lists those there are"),
)

TASKS = (
    Meaning(
        "get nothing from remote path",
        "a tablet's folder in the repository is empty",
        "files that were deleted from the bucket, by a rule of the storage perhaps",
        "the snapshot is damaged: cancel, and take another one",
    ),
    Meaning(
        "invalid md5 of downloaded file",
        "a file of the snapshot is not what its name says",
        "a file that was damaged in the repository or on its way",
        "if the same file fails again and again, the snapshot is damaged: cancel, and take another one",
    ),
    Meaning(
        "snapshot path does not exist",
        "a backend was asked to move files that it has moved already",
        "a leader that changed during COMMITTING",
        "it may never succeed: let the job end by its timeout, and restore again to the end",
    ),
    Meaning(
        "Unable to execute HTTP request",
        "the storage does not answer",
        "a wrong endpoint, or no way there",
        _STORAGE,
    ),
)
