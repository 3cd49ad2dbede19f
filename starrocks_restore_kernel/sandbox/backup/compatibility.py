"""What RESTORE compares where the table exists already (RestoreJob.java, checkAndPrepareMeta)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.tables import overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..model.catalog import Rollup, Schema, Table
    from .snapshot_info import SavedPartition, SavedTable, SavedTableMeta

__all__ = ["signature_difference", "table_difference"]


def _signature(
    name: str, kind: str, schema: Schema, rollups: Iterable[Rollup], partitions: list[str]
) -> Iterator[tuple[object, str]]:
    """Yield what the signature covers, in order, each part with its text (RestoreJob.java, getSignatureSequence).

    The server chains Adler-32 sums; the first part that differs is the same here, without the sums. All indexes have
    one storage type here, so that part never differs.
    """
    yield name, "Table name is inconsistent"
    yield kind, "Table type is inconsistent"
    short_keys = {name: min(len(schema.key_columns), 3), **{each.name: each.short_keys for each in rollups}}
    for index in sorted(short_keys):
        yield index, "indexName is inconsistent"
        yield short_keys[index], "short key column count is inconsistent"
    if schema.bloom_filter_columns:
        for column in schema.bloom_filter_columns:
            yield column, "bloom filter is inconsistent"
        yield dict(schema.properties).get("bloom_filter_fpp", "0.05"), "bloom filter is inconsistent"
    yield schema.partition_kind, "partition type is inconsistent"
    if schema.partition_kind.is_range:
        yield _hashed(schema, schema.partition_columns), "partition columns is inconsistent"
    for partition in sorted(partitions, key=str.lower):
        yield partition, "partition name is inconsistent"
        if schema.distribution_columns:
            yield _hashed(schema, schema.distribution_columns), "partition distribution col hash is inconsistent"
            yield schema.buckets, "bucket num is inconsistent"


def _hashed(schema: Schema, names: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    """List what the hash of columns covers: names, types and which are keys (Util.java, schemaHash)."""
    columns = [schema.column(each) for each in names]
    return [(each.name, each.type, each.key) for each in columns if each is not None]


def signature_difference(local: Table, remote: SavedTableMeta, partitions: list[str]) -> str | None:
    """Name the first part of the signature that differs; empty if the lists have different lengths."""
    ours = list(_signature(local.name, type(local).__name__, local.schema, local.rollups.values(), partitions))
    theirs = list(_signature(remote.name, remote.kind, remote.schema, remote.rollups.values(), partitions))
    if len(ours) != len(theirs):
        return ""
    return next((text for (one, text), (other, _) in zip(ours, theirs, strict=True) if one != other), None)


def table_difference(
    local: Table,
    remote: SavedTableMeta,
    saved: SavedTable,
    replication_num: int,
    *,
    refuses_subpartitions: bool = False,
) -> str | None:
    """Say why the snapshot's table does not fit the local one, in the server's words; None if it does.

    Parameters
    ----------
    refuses_subpartitions
        Whether the server takes every partition whose tablets stand under a physical one for a grown one, as 3.3 does:
        in what 3.4 and later wrote, that is all of them.
    """
    difference = _schema_difference(local, remote)
    for each in saved.partitions.values() if difference is None else ():
        grown = remote.physical_count(each.name) > 1 or (refuses_subpartitions and each.under_subpartitions)
        difference = _partition_difference(local, remote, each, replication_num, grown=grown)
        if difference is not None:
            break
    return difference


def _schema_difference(local: Table, remote: SavedTableMeta) -> str | None:
    if local.schema.partition_kind is not remote.schema.partition_kind:
        return "Table's partition type is different"
    shared = [name for name in local.partitions if name in remote.ranges]
    part = signature_difference(local, remote, shared)
    if part is None and len(local.schema.columns) != len(remote.schema.columns):
        part = ""
    if part is not None:
        return f"Table {local.name} already exist but with different schema, errMsg: {part}"
    if local.schema.keys is not remote.schema.keys:
        return f"Table {local.name} already exist but with different key type"
    for ours, theirs in zip(local.schema.columns, remote.schema.columns, strict=True):
        # The name in any case, and everything else, the comment with it (Column.java, equals).
        if replace(ours, name=ours.name.lower()) != replace(theirs, name=theirs.name.lower()):
            return (
                f"Table {local.name} already exist but with different schema, column: {ours.name} in existed table "
                f"is different from the column in backup snapshot, column: {theirs.name}"
            )
    return None


def _partition_difference(
    local: Table, remote: SavedTableMeta, partition: SavedPartition, replication_num: int, *, grown: bool
) -> str | None:
    ours = local.partitions.get(partition.name)
    is_range = local.schema.partition_kind.is_range
    theirs = remote.ranges.get(partition.name)
    where = f"Partition {partition.name} in table {local.name}"
    if ours is not None:
        if grown:
            return f"{where} is automatic bucket partition, can not be restored"
        if is_range and ours.range != theirs:
            return f"{where} has different range with partition in repository"
        if ours.replication_num != replication_num:
            # The number named last is the statement's, not the repository's.
            return (
                f"{where} has different replication num '{ours.replication_num}' "
                f"with partition in repository, which is {replication_num}"
            )
        return None
    if not is_range:
        return f"No partition exist in single partitioned table {local.name}"
    for each in local.partitions.values():
        if each.range is not None and theirs is not None and overlaps(local.schema, each.range, theirs):
            return f"{where} has conflict range with existing ranges"
    return None
