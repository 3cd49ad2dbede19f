"""The PENDING step of a restore job (RestoreJob.java, checkAndPrepareMeta)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..faults import FaultKind
from ..model.catalog import MaterializedView, Partition, PartitionKind, Table, TableState, View
from ..model.dependents import inactivate_readers
from ..model.materialized_views import backup_reason
from ..model.placement import check_colocation
from ..model.tables import new_tablets
from ..server_errors import SqlError
from .compatibility import table_difference
from .job import TickAborted
from .restore_entry import ReplicaFile

if TYPE_CHECKING:
    from ..model.catalog import Database
    from .restore_job import RestoreJob
    from .snapshot_info import SavedPartition, SavedTable, SavedTableMeta

__all__ = ["prepare"]

_MOST_MARKS = 10


class _Refused(Exception):
    def __init__(self, message: str, code: str = "COMMON_ERROR") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def prepare(job: RestoreJob) -> None:
    """Check the snapshot against the database, make what is new in memory, and send the snapshot tasks."""
    database = job.target
    if database is None:
        job.fail("NOT_FOUND", f"database {job.head.database_id} does not exist")
        return
    job.start_over()
    if job.meta is None:
        job.fail("COMMON_ERROR", "Failed to read backup meta from file")
        return
    try:
        _lock_tables(job, database)
        for saved in job.info.tables.values():
            _prepare_table(job, database, saved, job.meta.tables[saved.name])
        _name(job)
        _create_replicas(job)
        _register(job, database)
    except _Refused as refused:
        job.fail(refused.code, refused.message)
        return
    for function in job.meta.functions:
        # Negative, as those of a user's functions are (GlobalFunctionMgr.java, assignIdToUserDefinedFunction).
        added = replace(function, id=-job.frontend.next_id())
        replaced = database.functions.get(added.signature)
        if replaced is not None:
            job.frontend.journal.forget_function(replaced)
        database.functions[added.signature] = added
        job.frontend.journal.save_function(database, added)
    job.send_snapshot_tasks()


def _lock_tables(job: RestoreJob, database: Database) -> None:
    """Set the existing targets to state RESTORE; those before one that is refused stay so until the clean-up."""
    for origin in job.info.tables:
        table = database.tables.get(job.local_name(origin))
        if not isinstance(table, Table):
            continue
        if table.cloud_native:
            # The braces are a placeholder that the server never fills.
            raise _Refused(f"Table: {table.name} can not support backup restore, type: {{}}CLOUD_NATIVE", "UNSUPPORTED")
        if table.state is not TableState.NORMAL:
            raise _Refused(f"Table {table.name}'s state is not NORMAL: {table.state.value}")
        if table.temporary_partitions:
            raise _Refused("Do not support restoring table with temp partitions")
        table.state = TableState.RESTORE


def _prepare_table(job: RestoreJob, database: Database, saved: SavedTable, remote: SavedTableMeta | View) -> None:
    local = database.tables.get(job.local_name(saved.name))
    if isinstance(remote, View):
        if local is not None and not isinstance(local, View):
            raise _Refused(f"Table: {local.name} has existed and it is not a View", "BAD_REPLACE")
        # The text is kept as it was: under another database it still names the old one.
        _made(job, replace(remote, id=job.frontend.next_id()))
        return
    if isinstance(local, View):
        # checkAndPrepareMeta casts the view to an OlapTable, which throws and ends the round of all jobs.
        raise TickAborted
    if local is None:
        _made(job, _new_table(job, saved, remote))
        return
    if isinstance(local, MaterializedView) and local.active:
        job.skipped.add(saved.name)
        return
    if saved.auto_increment_id is not None:
        local.next_auto_increment = saved.auto_increment_id
    difference = table_difference(
        local,
        remote,
        saved,
        job.data.replication_num,
        refuses_subpartitions=job.frontend.behaviour.refuses_subpartitions,
    )
    if difference is not None:
        raise _Refused(difference)
    for each in saved.partitions.values():
        partition = local.partitions.get(each.name)
        if partition is None:
            job.new_partitions.append(_added_partition(job, local, each, remote))
            job.data.made_partitions.append((local.name, each.name))
        else:
            job.data.versions.append((local.name, partition.name, each.version))
            _map(job, local, partition, saved.name, each.name)


def _made(job: RestoreJob, each: Table | View) -> None:
    job.new_objects.append(each)
    job.data.made_tables.append(each.name)


def _to_short(number: int) -> int:
    """Narrow to 16 bits, as the partition's replication number is (PartitionInfo.java, setReplicationNum)."""
    return (number + 0x8000) % 0x10000 - 0x8000


def _map(job: RestoreJob, table: Table, partition: Partition, origin: str, saved_partition: str) -> None:
    saved = job.info.tables[origin].partitions[saved_partition]
    if job.frontend.behaviour.refuses_subpartitions and saved.under_subpartitions and not saved.others:
        # 3.3 looks for the tablets under the partition itself, where 3.4 and later write none; the exception is no
        # status (RestoreJob.java of 3.3, genFileMappingWithPartition).
        raise TickAborted
    job.data.files += [
        ReplicaFile(
            table.name,
            table.id,
            partition.name,
            partition.physical_id,
            bucket,
            tablet.id,
            replica.backend,
            origin,
            saved_partition,
        )
        for bucket, tablet in enumerate(partition.tablets)
        for replica in tablet.replicas
    ]


def _partition(
    job: RestoreJob, source: SavedPartition, remote: SavedTableMeta, *, number: int, index: int
) -> Partition | None:
    """Make one of the snapshot's partitions with new ids; None if there are not enough hosts."""
    if number <= 0:
        # A precondition of createTabletsForRestore, and so an exception that no status carries.
        raise TickAborted
    frontend = job.frontend
    id_, physical = frontend.next_id(), frontend.next_id()
    # Compute nodes are no hosts for a table of local tablets (NodeSelector.java, seqChooseBackendIds).
    tablets = None if frontend.shared_data else new_tablets(frontend, len(source.tablets), number)
    if tablets is None:
        return None
    return Partition(
        id_,
        source.name,
        physical,
        index,
        _to_short(number),
        tablets,
        version=source.version,
        version_time=frontend.clock.now(),
        range=remote.ranges[source.name],
        values=remote.values[source.name],
        physical_count=remote.physical_count(source.name),
    )


def _added_partition(job: RestoreJob, table: Table, source: SavedPartition, remote: SavedTableMeta) -> Partition:
    first = next(iter(table.partitions.values()), None)
    index = first.index_id if first else job.frontend.next_id()
    made = _partition(job, source, remote, number=job.data.replication_num, index=index)
    if made is None:
        # The reason that createTabletsForRestore gave is overwritten, blanks and all.
        raise _Refused(f"Restored partition {source.name}of {table.name}is null")
    return made


def _new_table(job: RestoreJob, saved: SavedTable, remote: SavedTableMeta) -> Table:
    # A colocation group is left behind, and replicas always go to HDD.
    keeps_group = job.frontend.config["enable_colocate_restore"] == "true"
    gone = ("storage_medium",) if keeps_group else ("colocate_with", "storage_medium")
    kept = tuple((key, value) for key, value in remote.schema.properties if key not in gone)
    number = _to_short(job.data.replication_num)
    table = remote.table(
        job.frontend.next_id(),
        replace(remote.schema, properties=kept),
        create_time=job.frontend.clock.now(),
        rollups={name: replace(each, id=job.frontend.next_id()) for name, each in remote.rollups.items()},
    )
    if isinstance(table, MaterializedView):
        # A snapshot holds no active one (BackupJob.java, prepareAndSendSnapshotTask).
        table.active, table.inactive_reason = False, backup_reason(table.name, in_job=True)
    table.state = TableState.RESTORE
    table.replication_num = number
    table.next_auto_increment = saved.auto_increment_id or 1
    index = job.frontend.next_id()
    _check_group(job, table)
    for each in saved.partitions.values():
        made = _partition(job, each, remote, number=number, index=index)
        if made is None:
            raise _Refused(f"failed to find {number} different hosts to create table: {remote.name}")
        table.partitions[each.name] = made
    return table


def _check_group(job: RestoreJob, table: Table) -> None:
    """Hold a table that keeps its colocation group against the group (RestoreJob.java, createTabletsForRestore)."""
    if job.target is None:
        return
    try:
        check_colocation(job.target, table)
    except SqlError as error:
        text = (
            f"check colocate restore failed, errmsg: {error.message}, "
            "you can disable colocate restore by turn off Config.enable_colocate_restore"
        )
        raise _Refused(text) from error


def _name(job: RestoreJob) -> None:
    """Map the new tablets to the snapshot's, and only then give new tables their aliases."""
    database = job.target
    for (name, saved), partition in zip(job.data.made_partitions, job.new_partitions, strict=True):
        table = database.tables[name] if database is not None else None
        if isinstance(table, Table):
            _map(job, table, partition, name, saved)
    for index, made in enumerate(job.new_objects):
        origin, local = made.name, job.local_name(made.name)
        made.name = job.data.made_tables[index] = local
        if not isinstance(made, Table):
            continue
        if made.schema.partition_kind is PartitionKind.UNPARTITIONED and local != origin:
            # Its one partition bears the table's name (OlapTable.java, setName).
            only = made.partitions.pop(origin)
            only.name = local
            made.partitions[local] = only
            _map(job, made, only, origin, origin)
            continue
        for name, partition in made.partitions.items():
            _map(job, made, partition, origin, name)


def _create_replicas(job: RestoreJob) -> None:
    """Ask the backends for the new replicas; it is a fault of ours if one does not answer in time.

    The server waits for them inside the round, up to ten minutes; no time passes here.
    """
    overwritten = {(table, partition) for table, partition, _ in job.data.versions}
    marks = []
    for each in job.data.files:
        if (each.table, each.partition) in overwritten:
            continue
        backend = job.frontend.backends.get(each.backend)
        if job.frontend.faults.strike(FaultKind.CREATE_REPLICA_FAILS, backend.host if backend else ""):
            marks.append(f"{each.backend}={each.tablet}")
    if marks:
        shown = ", ".join(marks[:_MOST_MARKS])
        raise _Refused(f"Failed to create replicas for restore. unfinished marks: {shown}")


def _register(job: RestoreJob, database: Database) -> None:
    """Make the new partitions, tables and views known, in memory alone (addRestorePartitionsAndTables)."""
    for (name, _), partition in zip(job.data.made_partitions, job.new_partitions, strict=True):
        table = database.tables[name]
        if isinstance(table, Table):
            table.partitions[partition.name] = partition
    for made in job.new_objects:
        if isinstance(made, View):
            replaced = database.tables.pop(made.name, None)
            if replaced is not None:
                job.frontend.journal.shadow(made.id, replaced.id)
                inactivate_readers(job.frontend, replaced, f"base-table dropped: {replaced.name}")
        if made.name in database.tables:
            raise _Refused(f"Table {made.name} already exist in db: {database.name}")
        database.tables[made.name] = made
