"""The PENDING step of a restore job (RestoreJob.java, checkAndPrepareMeta)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..frontend import TickAborted
from ..model.catalog import Partition, PartitionKind, Table, TableState, View
from ..model.tables import drop_object, new_tablets
from .compatibility import table_difference

if TYPE_CHECKING:
    from ..model.catalog import Database
    from .restore_job import RestoreJob
    from .snapshot_info import SavedPartition, SavedTable, SavedTableMeta

__all__ = ["ReplicaFile", "prepare"]


@dataclass(frozen=True, slots=True)
class ReplicaFile:
    """Where one replica of one tablet gets its rows from (RestoreFileMapping.java)."""

    table: Table
    partition: Partition
    bucket: int
    tablet: int
    backend: int
    saved_table: int
    saved: SavedPartition

    @property
    def saved_tablet(self) -> int:
        """The tablet in the snapshot; the buckets correspond by their order."""
        return self.saved.tablets[self.bucket]


class _Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def prepare(job: RestoreJob) -> None:
    """Check the snapshot against the database, make what is new, and send the snapshot tasks."""
    frontend = job.frontend
    database = frontend.databases_by_id.get(job.database_id)
    if database is None:
        job.fail("NOT_FOUND", f"database {job.database_id} does not exist")
        return
    job.id = frontend.next_id()
    meta = job.request.meta
    if meta is None:
        job.fail("COMMON_ERROR", "Failed to read backup meta from file")
        return
    if not job.lock_tables(database):
        return
    try:
        for saved in job.request.info.tables.values():
            _prepare_table(job, database, saved, meta.tables[saved.name])
    except _Refused as refused:
        job.fail(refused.code, refused.message)
        return
    _register(job, database)
    if job.status.ok:
        job.send_snapshot_tasks()


def _prepare_table(job: RestoreJob, database: Database, saved: SavedTable, remote: SavedTableMeta | View) -> None:
    local = database.tables.get(job.local_name(saved.name))
    if isinstance(remote, View):
        if local is not None and not isinstance(local, View):
            raise _Refused("BAD_REPLACE", f"Table: {local.name} has existed and it is not a View")
        # The text is kept as it was: under another database it still names the old one.
        job.made.tables.append(replace(remote, id=job.frontend.next_id()))
        return
    if isinstance(local, View):
        # checkAndPrepareMeta casts the view to an OlapTable, which throws and ends the round of all jobs.
        raise TickAborted
    number = _to_short(job.request.replication_num)
    if local is None:
        job.made.tables.append(_new_table(job, saved, remote, number))
        return
    if saved.auto_increment_id is not None:
        local.next_auto_increment = saved.auto_increment_id
    difference = table_difference(local, remote, saved, job.request.replication_num)
    if difference is not None:
        raise _Refused("COMMON_ERROR", difference)
    for each in saved.partitions.values():
        partition = local.partitions.get(each.name)
        if partition is None:
            partition = _new_partition(job, local, each, remote, number)
            job.made.partitions.append((local.name, partition))
        else:
            job.versions.append((partition, each.version))
            _map(job, local, partition, saved, each.name)


def _to_short(number: int) -> int:
    """Narrow to 16 bits, as the partition's replication number is (PartitionInfo.java, setReplicationNum)."""
    return (number + 0x8000) % 0x10000 - 0x8000


def _map(job: RestoreJob, table: Table, partition: Partition, saved: SavedTable, name: str) -> None:
    source = saved.partitions[name]
    job.files += [
        ReplicaFile(table, partition, bucket, tablet.id, replica.backend, saved.id, source)
        for bucket, tablet in enumerate(partition.tablets)
        for replica in tablet.replicas
    ]


def _new_partition(
    job: RestoreJob, table: Table, source: SavedPartition, remote: SavedTableMeta, number: int
) -> Partition:
    if number <= 0:
        # A precondition of createTabletsForRestore, and so an exception that no status carries.
        raise TickAborted
    frontend = job.frontend
    name = source.name
    first = next(iter(table.partitions.values()), None)
    index = first.index_id if first else frontend.next_id()
    id_, physical = frontend.next_id(), frontend.next_id()
    tablets = new_tablets(frontend, len(source.tablets), number)
    if tablets is None:
        raise _Refused("COMMON_ERROR", f"failed to find {number} different hosts to create table: {remote.name}")
    return Partition(
        id_,
        name,
        physical,
        index,
        number,
        tablets,
        version=source.version,
        version_time=frontend.clock.now(),
        range=remote.ranges[name],
        values=remote.values[name],
    )


def _new_table(job: RestoreJob, saved: SavedTable, remote: SavedTableMeta, number: int) -> Table:
    # A colocation group is left behind, and replicas always go to HDD.
    gone = (
        ("storage_medium",)
        if job.frontend.config["enable_colocate_restore"] == "true"
        else ("colocate_with", "storage_medium")
    )
    kept = tuple((key, value) for key, value in remote.schema.properties if key not in gone)
    table = Table(
        job.frontend.next_id(),
        # The alias comes only when every table has passed, see _register.
        remote.name,
        replace(remote.schema, properties=kept),
        job.frontend.clock.now(),
        state=TableState.RESTORE,
        replication_num=number,
        next_auto_increment=saved.auto_increment_id or 1,
    )
    for each in saved.partitions.values():
        table.partitions[each.name] = _new_partition(job, table, each, remote, number)
    return table


def _register(job: RestoreJob, database: Database) -> None:
    """Make the new partitions, tables and views known (RestoreJob.java, addRestorePartitionsAndTables)."""
    frontend = job.frontend
    saved = job.request.info.tables
    for name, partition in job.made.partitions:
        table = database.tables[name]
        if isinstance(table, Table):
            table.partitions[partition.name] = partition
            _map(job, table, partition, saved[name], partition.name)
    for made in job.made.tables:
        origin = made.name
        local = job.local_name(origin)
        if isinstance(made, Table):
            for name, partition in list(made.partitions.items()):
                _map(job, made, partition, saved[origin], name)
            if made.schema.partition_kind is PartitionKind.UNPARTITIONED and local != origin:
                only = made.partitions.pop(origin)
                only.name = local
                made.partitions[local] = only
        made.name = local
        if isinstance(made, View) and local in database.tables:
            drop_object(frontend, database, local)
        if local in database.tables:
            job.fail("COMMON_ERROR", f"Table {local} already exist in db: {database.name}")
            return
        database.tables[local] = made
