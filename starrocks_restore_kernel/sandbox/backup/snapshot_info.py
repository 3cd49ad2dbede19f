"""The file ``__info`` of a snapshot: tables, partitions and tablets in the server's own layout (BackupJobInfo.java)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from .java_json import decoded, indented
from .java_order import hash_map_order
from .snapshot_meta import BackupMeta, SavedTableMeta

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..releases import Behaviour

__all__ = ["BackupMeta", "SavedPartition", "SavedPhysical", "SavedTable", "SavedTableMeta", "SnapshotInfo"]

# FeConstants.java of the newest line that was read; StarRocksFEMetaVersion.VERSION_CURRENT.
_META_VERSION = 92
_STARROCKS_META_VERSION = 4

_NOTHING: dict[str, Any] = {}


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
        objects = {each.name: _brief(each.partitions, each.auto_increment_id) for each in self.tables.values()}
        return _details(self.name, self.database, self.backup_time, objects)

    @staticmethod
    def read_details(content: bytes) -> tuple[str, str]:
        """Read the database and the brief form alone from the file's bytes, which may list a million tablets.

        Raises
        ------
        ValueError
            As ``read`` does.
        """
        root = decoded(content, _DECODER)
        objects = {name: _brief(each.partitions, each.auto_increment_id) for name, each in root.backup_objects.items()}
        return root.database, _details(root.name, root.database, root.backup_time, objects)

    def write(self, behaviour: Behaviour | None = None) -> bytes:
        """Write the file's bytes, keys in the order of the server's maps.

        Parameters
        ----------
        behaviour
            Of the release whose layout it shall be; None keeps what each partition came with.
        """
        keep = behaviour is None or behaviour.tablets_under_subpartitions
        objects = {name: _table_json(self.tables[name], keep=keep) for name in hash_map_order(self.tables)}
        root = {
            **_root(self.name, self.database, self.backup_time),
            "id": self.database_id,
            "backup_objects": objects,
        }
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


# -- writing ---------------------------------------------------------------------------------------------------------


def _root(name: str, database: str, backup_time: int) -> dict[str, Any]:
    return {
        "database": database,
        # Of the frontend that writes, and in Details of the one that reads.
        "meta_version": _META_VERSION,
        "backup_time": backup_time,
        "name": name,
        "starrocks_meta_version": _STARROCKS_META_VERSION,
        "backup_result": "succeed",
    }


def _details(name: str, database: str, backup_time: int, objects: dict[str, Any]) -> str:
    return indented({**_root(name, database, backup_time), "backup_objects": objects})


def _brief(partitions: Iterable[str], auto_increment_id: int | None) -> dict[str, Any]:
    names: dict[str, Any] = dict.fromkeys(partitions, _NOTHING)
    if auto_increment_id is None:
        return {"partitions": names}
    return {"partitions": names, "autoIncrementId": auto_increment_id}


def _table_json(table: SavedTable, *, keep: bool) -> dict[str, Any]:
    partitions = table.partitions
    found: dict[str, Any] = {
        "partitions": {
            name: _partition_json(table.name, partitions[name], keep=keep) for name in hash_map_order(partitions)
        }
    }
    if table.auto_increment_id is not None:
        found["autoIncrementId"] = table.auto_increment_id
    found["id"] = table.id
    return found


def _partition_json(table: str, partition: SavedPartition, *, keep: bool) -> dict[str, Any]:
    indexes = _indexes_json(table, partition.index_id, partition.tablets)
    under = (partition.under_subpartitions and keep) or bool(partition.others)
    physical = {str(partition.physical_id): _physical_json(partition.physical_id, partition.version, indexes)}
    for each in partition.others:
        physical[str(each.id)] = _physical_json(
            each.id, each.version, _indexes_json(table, each.index_id, each.tablets)
        )
    return {
        "indexes": {} if under else indexes,
        "id": partition.id,
        "version_hash": 0,
        "version": partition.version,
        "subPartitions": {key: physical[key] for key in hash_map_order(physical)} if under else {},
    }


def _physical_json(id_: int, version: int, indexes: dict[str, Any]) -> dict[str, Any]:
    return {"indexes": indexes, "id": id_, "version": version}


def _indexes_json(table: str, index_id: int, tablets: tuple[int, ...]) -> dict[str, Any]:
    order = [str(each) for each in tablets]
    index = {
        "schema_hash": 0,
        "tablets_order": order,
        "id": index_id,
        "tablets": dict.fromkeys(hash_map_order(order), ()),
    }
    return {table: index}


# -- reading ---------------------------------------------------------------------------------------------------------


class _Index(msgspec.Struct, gc=False):
    id: int
    schema_hash: int
    tablets: msgspec.Raw
    # Apache Doris writes numbers.
    tablets_order: list[str | int] = []


class _Physical(msgspec.Struct, gc=False):
    id: int
    version: int
    indexes: dict[str, _Index]


class _Partition(msgspec.Struct, gc=False, rename={"sub_partitions": "subPartitions"}):
    id: int
    version: int
    indexes: dict[str, _Index]
    sub_partitions: dict[str, _Physical] = {}


class _Table(msgspec.Struct, gc=False, rename={"auto_increment_id": "autoIncrementId"}):
    id: int
    partitions: dict[str, _Partition]
    auto_increment_id: int | None = None


class _File(msgspec.Struct, gc=False):
    name: str
    database: str
    id: int
    backup_time: int
    backup_objects: dict[str, _Table]
    backup_result: str


_DECODER = msgspec.json.Decoder(_File)


def _saved_table(name: str, each: _Table) -> SavedTable:
    partitions = {key: _saved_partition(name, key, each.partitions[key]) for key in hash_map_order(each.partitions)}
    return SavedTable(name, each.id, partitions, each.auto_increment_id)


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
