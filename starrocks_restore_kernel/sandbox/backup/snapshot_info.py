"""The two files that describe a snapshot: ``__info`` and ``__meta`` (BackupJobInfo.java, BackupMeta.java).

``__info`` has the server's own layout. ``__meta`` is framed as the server frames it, a length and JSON with
``tblNameMap``, ``functions`` and ``catalogs``; but what describes one table in it is the sandbox's own, so a real
cluster cannot restore a sandbox's snapshot, nor the other way round.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ..model.catalog import (
    Column,
    Edge,
    ExternalCatalog,
    Function,
    KeysType,
    Partition,
    PartitionKind,
    Range,
    Rollup,
    Schema,
    Table,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model.catalog import Key
    from ..releases import Behaviour

__all__ = ["BackupMeta", "SavedPartition", "SavedTable", "SavedTableMeta", "SnapshotInfo"]

# FeConstants.java of the newest line that was read; StarRocksFEMetaVersion.VERSION_CURRENT.
_META_VERSION = 92
_STARROCKS_META_VERSION = 4


@dataclass(frozen=True, slots=True)
class SavedPartition:
    """A partition as ``__info`` lists it, with its tablets in bucket order."""

    name: str
    id: int
    version: int
    physical_id: int
    index_id: int
    tablets: tuple[int, ...]


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
    database_id: int
    backup_time: int
    """Milliseconds since the epoch."""
    tables: Mapping[str, SavedTable]

    def json(self, *, verbose: bool) -> dict[str, Any]:
        """Build the object of the file; the brief form is what SHOW SNAPSHOT calls Details."""
        found: dict[str, Any] = {"name": self.name, "database": self.database}
        if verbose:
            found["id"] = self.database_id
        found["backup_time"] = self.backup_time
        found["backup_objects"] = {each.name: _table_json(each, verbose=verbose) for each in self.tables.values()}
        found["meta_version"] = _META_VERSION
        found["starrocks_meta_version"] = _STARROCKS_META_VERSION
        found["backup_result"] = "succeed"
        return found

    def details(self) -> str:
        """Print the brief form as SHOW SNAPSHOT does (BackupJobInfo.java, getBrief)."""
        return json.dumps(self.json(verbose=False), indent=1, ensure_ascii=False)

    def write(self, behaviour: Behaviour | None = None) -> bytes:
        """Write the file's bytes."""
        del behaviour
        return json.dumps(self.json(verbose=True), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def read(cls, content: bytes) -> SnapshotInfo:
        """Read the file's bytes back; of a table of several indexes only the base index is kept."""
        root = json.loads(content)
        tables = {name: _saved_table(name, each) for name, each in root["backup_objects"].items()}
        return cls(root["name"], root["database"], root["id"], root["backup_time"], tables)

    def objects(self) -> str:
        """List the objects as RestoreObjs does (BackupJobInfo.java, getInfo)."""
        found = []
        for table in self.tables.values():
            # The one partition of an unpartitioned table is named like it and left out.
            names = [each.name for each in table.partitions.values() if each.name != table.name]
            found.append(f"{table.name} PARTITIONS [{', '.join(names)}]" if names else table.name)
        return ", ".join(found)


def _table_json(table: SavedTable, *, verbose: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"id": table.id} if verbose else {}
    if table.auto_increment_id is not None:
        found["autoIncrementId"] = table.auto_increment_id
    found["partitions"] = {
        each.name: _partition_json(table.name, each) if verbose else {} for each in table.partitions.values()
    }
    return found


def _partition_json(table: str, partition: SavedPartition) -> dict[str, Any]:
    index = {
        "id": partition.index_id,
        "schema_hash": 0,
        "tablets": {str(tablet): [] for tablet in partition.tablets},
        "tablets_order": [str(tablet) for tablet in partition.tablets],
    }
    physical = {"id": partition.physical_id, "version": partition.version, "indexes": {table: index}}
    return {
        "id": partition.id,
        "version": partition.version,
        "version_hash": 0,
        "indexes": {},
        "subPartitions": {str(partition.physical_id): physical},
    }


def _saved_table(name: str, each: dict[str, Any]) -> SavedTable:
    partitions = {}
    for partition_name, part in each["partitions"].items():
        physical = next(iter(part["subPartitions"].values()))
        index = physical["indexes"].get(name) or next(iter(physical["indexes"].values()))
        partitions[partition_name] = SavedPartition(
            partition_name,
            part["id"],
            physical["version"],
            physical["id"],
            index["id"],
            tuple(int(tablet) for tablet in index["tablets_order"]),
        )
    return SavedTable(name, each["id"], partitions, each.get("autoIncrementId"))


@dataclass(frozen=True, slots=True)
class SavedTableMeta:
    """A table as ``__meta`` describes it: enough to make it again, and to compare it."""

    id: int
    name: str
    schema: Schema
    ranges: Mapping[str, Range | None]
    values: Mapping[str, tuple[tuple[str, ...], ...] | None]
    rollups: Mapping[str, Rollup] = field(default_factory=dict)
    physical_counts: Mapping[str, int] = field(default_factory=dict)
    kind: str = "Table"
    cloud_native: bool = False

    def physical_count(self, partition: str) -> int:
        """How many physical partitions a partition had."""
        return self.physical_counts.get(partition, 1)

    @classmethod
    def of(cls, table: Table, partitions: list[Partition]) -> SavedTableMeta:
        """Describe a table with some of its partitions."""
        return cls(
            table.id,
            table.name,
            table.schema,
            {each.name: each.range for each in partitions},
            {each.name: each.values for each in partitions},
            table.rollups,
            {each.name: each.physical_count for each in partitions},
            type(table).__name__,
            table.cloud_native,
        )

    def table(self, id_: int, schema: Schema, *, create_time: float, rollups: dict[str, Rollup]) -> Table:
        """Make the table again, without partitions."""
        return Table(id_, self.name, schema, create_time, rollups=rollups)


@dataclass(frozen=True, slots=True)
class BackupMeta:
    """The content of a ``__meta`` file."""

    tables: Mapping[str, SavedTableMeta | View]
    functions: tuple[Function, ...] = ()
    catalogs: tuple[ExternalCatalog, ...] = ()

    def write(self) -> bytes:
        """Write the file's bytes: a big-endian length, then JSON (Text.java, writeString)."""
        named = {name: _meta_json(each) for name, each in self.tables.items()}
        content = json.dumps({"tblNameMap": named, "functions": [], "catalogs": []}, ensure_ascii=False).encode()
        return struct.pack(">i", len(content)) + content

    @classmethod
    def read(cls, content: bytes) -> BackupMeta:
        """Read the file's bytes back.

        Raises
        ------
        ValueError
            If they are not a meta file of a sandbox.
        """
        (length,) = struct.unpack(">i", content[:4])
        root = json.loads(content[4 : 4 + length])
        return cls({name: _saved_meta(each) for name, each in root["tblNameMap"].items()})


def _meta_json(each: SavedTableMeta | View) -> dict[str, Any]:
    if isinstance(each, View):
        return {"clazz": "View", **asdict(each)}
    schema = asdict(each.schema)
    schema["keys"] = each.schema.keys.name
    schema["partition_kind"] = each.schema.partition_kind.name
    ranges = {
        name: None if range_ is None else [_keys_json(range_.lower), _keys_json(range_.upper)]
        for name, range_ in each.ranges.items()
    }
    return {
        "clazz": "OlapTable",
        "id": each.id,
        "name": each.name,
        "schema": schema,
        "ranges": ranges,
        "values": dict(each.values),
    }


def _keys_json(keys: tuple[Key, ...]) -> list[dict[str, str]]:
    return [{"edge": key.name} if isinstance(key, Edge) else {"value": key} for key in keys]


def _keys(found: list[dict[str, str]]) -> tuple[Key, ...]:
    return tuple(Edge[each["edge"]] if "edge" in each else each["value"] for each in found)


def _saved_meta(each: dict[str, Any]) -> SavedTableMeta | View:
    if each["clazz"] == "View":
        return View(
            each["id"],
            each["name"],
            each["definition"],
            each["create_time"],
            tuple(each["columns"]),
            each["comment"],
            tuple(Column(**column) for column in each.get("schema", ())),
            each.get("security", False),
        )
    schema = each["schema"]
    return SavedTableMeta(
        each["id"],
        each["name"],
        Schema(
            columns=tuple(Column(**column) for column in schema["columns"]),
            keys=KeysType[schema["keys"]],
            partition_kind=PartitionKind[schema["partition_kind"]],
            partition_columns=tuple(schema["partition_columns"]),
            distribution_columns=tuple(schema["distribution_columns"]),
            buckets=schema["buckets"],
            sort_columns=tuple(schema["sort_columns"]),
            properties=tuple((key, value) for key, value in schema["properties"]),
            comment=schema["comment"],
        ),
        {
            name: None if range_ is None else Range(_keys(range_[0]), _keys(range_[1]))
            for name, range_ in each["ranges"].items()
        },
        {
            name: None if values is None else tuple(tuple(row) for row in values)
            for name, values in each["values"].items()
        },
    )
