"""The file ``__info`` of a snapshot: tables, partitions and tablets in the server's own layout (BackupJobInfo.java)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from .java_json import decoded, indented, quoted
from .java_order import hash_map_order
from .snapshot_meta import BackupMeta, SavedTableMeta

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..releases import Behaviour

__all__ = ["BackupMeta", "SavedPartition", "SavedPhysical", "SavedTable", "SavedTableMeta", "SnapshotInfo"]

# FeConstants.java of the newest line that was read; StarRocksFEMetaVersion.VERSION_CURRENT.
_META_VERSION = 92
_STARROCKS_META_VERSION = 4


@dataclass(frozen=True, slots=True)
class SavedPhysical:
    """A further physical partition of a partition whose buckets have grown."""

    id: int
    version: int
    index_id: int
    tablets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedPartition:
    """A partition as ``__info`` lists it, with the tablets of its first physical partition in bucket order."""

    name: str
    id: int
    version: int
    physical_id: int
    index_id: int
    tablets: tuple[int, ...]
    others: tuple[SavedPhysical, ...] = ()
    """Its other physical partitions."""
    under_subpartitions: bool = True
    """Whether the tablets stand under a physical partition, as 3.4 and later write them.

    3.3 does so for a partition of several alone, and restores no other of that kind: an existing partition it refuses
    ("is automatic bucket partition, can not be restored"), and for a new one it finds no index and dies of it
    (RestoreJob.java of 3.3, checkAndPrepareMeta and genFileMappingWithPartition).
    """

    @property
    def stored_under(self) -> int:
        """The id in the path of its tablets."""
        return self.physical_id if self.under_subpartitions else self.id


@dataclass(frozen=True, slots=True)
class SavedTable:
    """A table or a view as ``__info`` lists it; a view has no partitions."""

    name: str
    id: int
    partitions: Mapping[str, SavedPartition] = field(default_factory=dict)
    auto_increment_id: int | None = None


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """The content of an ``__info`` file."""

    name: str
    database: str
    """Empty for a snapshot of external catalogs."""
    database_id: int
    backup_time: int
    """Milliseconds since the epoch."""
    tables: Mapping[str, SavedTable]

    def details(self) -> str:
        """Print the brief form as SHOW SNAPSHOT does (BackupJobInfo.java, getBrief)."""
        return self.read_details(self.write())[1]

    @staticmethod
    def read_details(content: bytes) -> tuple[str, str]:
        """Read the database and the brief form alone from the file's bytes, which may list a million tablets.

        Raises
        ------
        ValueError
            As ``read`` does; but what describes a partition is not looked at.
        """
        root = decoded(content, _BRIEF_DECODER)
        return root.database, _details(root)

    def write(self, behaviour: Behaviour | None = None) -> bytes:
        """Write the file's bytes, keys in the order of the server's maps.

        Parameters
        ----------
        behaviour
            Of the release whose layout it shall be; None keeps what each partition came with.
        """
        keep = behaviour is None or behaviour.tablets_under_subpartitions
        root = _File(
            database=self.database,
            backup_time=self.backup_time,
            name=self.name,
            id=self.database_id,
            backup_objects={name: _table(self.tables[name], keep=keep) for name in hash_map_order(self.tables)},
        )
        return msgspec.json.encode(root)

    @classmethod
    def read(cls, content: bytes) -> SnapshotInfo:
        """Read the file's bytes back, tables and partitions in the order in which the server goes through them.

        Of a table of several indexes only the base index is kept.

        Raises
        ------
        ValueError
            If it is no such file; a RuntimeException of the server's JSON library, which no status carries.
        """
        root = decoded(content, _DECODER)
        tables = {name: _saved_table(name, root.backup_objects[name]) for name in hash_map_order(root.backup_objects)}
        return cls(root.name, root.database, root.id, root.backup_time, tables)

    def objects(self) -> str:
        """List the objects as RestoreObjs does (BackupJobInfo.java, getInfo)."""
        found = []
        for table in self.tables.values():
            # The one partition of an unpartitioned table is named like it and left out.
            names = [each.name for each in table.partitions.values() if each.name != table.name]
            found.append(f"{table.name} PARTITIONS [{', '.join(names)}]" if names else table.name)
        return ", ".join(found)


# -- the layout ------------------------------------------------------------------------------------------------------

# Fields in the order in which the server's HashMaps write them.


class _Index(msgspec.Struct, gc=False, kw_only=True):
    schema_hash: int = 0
    # Apache Doris writes numbers.
    tablets_order: list[str | int] = []
    id: int
    tablets: msgspec.Raw


class _Physical(msgspec.Struct, gc=False, kw_only=True):
    indexes: dict[str, _Index]
    id: int
    version: int


class _Partition(msgspec.Struct, gc=False, kw_only=True, rename={"sub_partitions": "subPartitions"}):
    indexes: dict[str, _Index]
    id: int
    version_hash: int = 0
    version: int
    sub_partitions: dict[str, _Physical] = {}


class _Table(msgspec.Struct, gc=False, kw_only=True, rename={"auto_increment_id": "autoIncrementId"}):
    partitions: dict[str, _Partition]
    auto_increment_id: int | msgspec.UnsetType | None = msgspec.UNSET
    id: int


class _File(msgspec.Struct, gc=False, kw_only=True):
    database: str
    meta_version: int = _META_VERSION
    backup_time: int
    name: str
    starrocks_meta_version: int = _STARROCKS_META_VERSION
    backup_result: str = "succeed"
    id: int
    backup_objects: dict[str, _Table]


class _Anything(msgspec.Struct, gc=False):
    pass


class _BriefTable(msgspec.Struct, gc=False, rename={"auto_increment_id": "autoIncrementId"}):
    id: int
    partitions: dict[str, _Anything]
    auto_increment_id: int | None = None


class _BriefFile(msgspec.Struct, gc=False):
    name: str
    database: str
    id: int
    backup_time: int
    backup_objects: dict[str, _BriefTable]


_DECODER = msgspec.json.Decoder(_File)
_BRIEF_DECODER = msgspec.json.Decoder(_BriefFile)


# -- writing ---------------------------------------------------------------------------------------------------------


def _details(root: _BriefFile) -> str:
    indent = 1 if len(root.backup_objects) == 1 else 2
    objects = {name: _brief(each, indent) for name, each in root.backup_objects.items()}
    return indented(
        {
            "name": quoted(root.name),
            "database": quoted(root.database),
            "backup_time": str(root.backup_time),
            "backup_objects": indented(objects, 1),
            # Of the frontend that reads; what the file says of the one that wrote it is not shown.
            "meta_version": str(_META_VERSION),
            "starrocks_meta_version": str(_STARROCKS_META_VERSION),
            "backup_result": '"succeed"',
        }
    )


def _brief(table: _BriefTable, indent: int) -> str:
    names = dict.fromkeys(table.partitions, "{}")
    if table.auto_increment_id is None:
        return indented({"partitions": indented(names, indent)})
    members = {"partitions": indented(names, indent + 1), "autoIncrementId": str(table.auto_increment_id)}
    return indented(members, indent)


def _table(table: SavedTable, *, keep: bool) -> _Table:
    partitions = table.partitions
    found = {name: _partition(table.name, partitions[name], keep=keep) for name in hash_map_order(partitions)}
    counter = table.auto_increment_id
    return _Table(partitions=found, auto_increment_id=msgspec.UNSET if counter is None else counter, id=table.id)


def _partition(table: str, partition: SavedPartition, *, keep: bool) -> _Partition:
    indexes = _indexes(table, partition.index_id, partition.tablets)
    id_, version = partition.id, partition.version
    if not partition.others and not (partition.under_subpartitions and keep):
        return _Partition(indexes=indexes, id=id_, version=version)
    physical = {str(partition.physical_id): _Physical(indexes=indexes, id=partition.physical_id, version=version)}
    for each in partition.others:
        tablets = _indexes(table, each.index_id, each.tablets)
        physical[str(each.id)] = _Physical(indexes=tablets, id=each.id, version=each.version)
    ordered = {key: physical[key] for key in hash_map_order(physical)}
    return _Partition(indexes={}, id=id_, version=version, sub_partitions=ordered)


def _indexes(table: str, index_id: int, tablets: tuple[int, ...]) -> dict[str, _Index]:
    order: list[str | int] = [str(each) for each in tablets]
    files = ",".join([f'"{each}":[]' for each in hash_map_order(map(str, tablets))])
    return {table: _Index(tablets_order=order, id=index_id, tablets=msgspec.Raw(f"{{{files}}}".encode()))}


# -- reading ---------------------------------------------------------------------------------------------------------


def _saved_table(name: str, each: _Table) -> SavedTable:
    partitions = {key: _saved_partition(name, key, each.partitions[key]) for key in hash_map_order(each.partitions)}
    counter = each.auto_increment_id
    return SavedTable(name, each.id, partitions, None if counter is msgspec.UNSET else counter)


def _saved_partition(table: str, name: str, each: _Partition) -> SavedPartition:
    if not each.sub_partitions:
        index_id, tablets = _base_index(table, each.indexes)
        return SavedPartition(name, each.id, each.version, each.id, index_id, tablets, under_subpartitions=False)
    # The first to be made has the lowest id.
    first, *others = sorted(each.sub_partitions.values(), key=lambda physical: physical.id)
    index_id, tablets = _base_index(table, first.indexes)
    return SavedPartition(
        name,
        each.id,
        first.version,
        first.id,
        index_id,
        tablets,
        tuple(SavedPhysical(other.id, other.version, *_base_index(table, other.indexes)) for other in others),
    )


def _base_index(table: str, indexes: dict[str, _Index]) -> tuple[int, tuple[int, ...]]:
    index = indexes.get(table) or next(iter(indexes.values()), None)
    if index is None:
        return 0, ()
    # What was written before the order was kept is in the order of the ids (BackupJobInfo.java, sortTabletIds).
    order = index.tablets_order or sorted(int(each) for each in msgspec.json.decode(index.tablets, type=dict[str, Any]))
    return index.id, tuple(map(int, order))
