"""The file ``__meta`` of a snapshot: what its tables, views, functions and catalogs are (BackupMeta.java).

It is framed as the server frames it, a length and JSON with ``tblNameMap``, ``functions`` and ``catalogs``; but what
describes one object in it is the sandbox's own, so a real cluster cannot restore a sandbox's snapshot, nor the other
way round.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from ..model.catalog import (
    ExternalCatalog,
    Function,
    MaterializedView,
    Partition,
    Range,
    Rollup,
    Schema,
    Table,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BackupMeta", "SavedTableMeta"]


@dataclass(frozen=True, slots=True)
class SavedTableMeta:
    """A table as ``__meta`` describes it: enough to make it again, and to compare it; partitions by their names."""

    id: int
    name: str
    schema: Schema
    ranges: dict[str, Range | None]
    values: dict[str, tuple[tuple[str, ...], ...] | None]
    rollups: dict[str, Rollup] = field(default_factory=dict)
    replication_nums: dict[str, int] = field(default_factory=dict)
    """As PartitionInfo.java keeps it; a restore takes the statement's number."""
    physical_counts: dict[str, int] = field(default_factory=dict)
    """How many physical partitions each has; one that is not named has one."""
    materialized_view: MaterializedView | None = None
    """The view itself, without partitions, where the table is one."""
    cloud_native: bool = False

    @property
    def kind(self) -> str:
        """The name of the class that it was and becomes again."""
        return (Table if self.materialized_view is None else MaterializedView).__name__

    def physical_count(self, partition: str) -> int:
        """How many physical partitions a partition had."""
        return self.physical_counts.get(partition, 1)

    def table(self, id_: int, schema: Schema, *, create_time: float, rollups: dict[str, Rollup]) -> Table:
        """Make the table again, without partitions."""
        view = self.materialized_view
        if view is None:
            return Table(id_, self.name, schema, create_time, rollups=rollups)
        return replace(
            view, id=id_, name=self.name, schema=schema, create_time=create_time, rollups=rollups, partitions={}
        )

    @classmethod
    def of(cls, table: Table, partitions: Iterable[Partition]) -> SavedTableMeta:
        """Describe a table with some of its partitions."""
        chosen = list(partitions)
        return cls(
            table.id,
            table.name,
            table.schema,
            {each.name: each.range for each in chosen},
            {each.name: each.values for each in chosen},
            dict(table.rollups),
            {each.name: each.replication_num for each in chosen},
            {each.name: each.physical_count for each in chosen if each.physical_count != 1},
            replace(table, partitions={}, temporary_partitions={}) if isinstance(table, MaterializedView) else None,
            table.cloud_native,
        )


@dataclass(frozen=True, slots=True)
class BackupMeta:
    """The content of a ``__meta`` file."""

    tables: dict[str, SavedTableMeta | View]
    functions: tuple[Function, ...] = ()
    catalogs: tuple[ExternalCatalog, ...] = ()

    def write(self) -> bytes:
        """Write the file's bytes: a big-endian length, then JSON (Text.java, writeString)."""
        named = {name: _framed(each) for name, each in self.tables.items()}
        content = msgspec.json.encode(_File(named, self.functions, self.catalogs))
        return struct.pack(">i", len(content)) + content

    @classmethod
    def read(cls, content: bytes) -> BackupMeta:
        """Read the file's bytes back; what stands behind them is ignored, as Text.readString does.

        Raises
        ------
        ValueError
            If they are not a meta file of a sandbox.
        """
        try:
            (length,) = struct.unpack_from(">i", content)
            if not 0 <= length <= len(content) - 4:
                raise ValueError(f"{length} bytes are said to follow, and {len(content) - 4} do")
            root = _DECODER.decode(memoryview(content)[4 : 4 + length])
        except (struct.error, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(str(error)) from error
        return cls({name: each.object for name, each in root.tables.items()}, root.functions, root.catalogs)


# The server's own mark of what kind of table follows (GsonUtils.java, TABLE_TYPE_ADAPTER_FACTORY).
class _Olap(msgspec.Struct, gc=False, tag_field="clazz", tag="OlapTable"):
    object: SavedTableMeta


class _Materialized(msgspec.Struct, gc=False, tag_field="clazz", tag="MaterializedView"):
    object: SavedTableMeta


class _View(msgspec.Struct, gc=False, tag_field="clazz", tag="View"):
    object: View


class _File(msgspec.Struct, rename={"tables": "tblNameMap"}):
    tables: dict[str, _Olap | _Materialized | _View]
    # A release before 3.4 writes neither.
    functions: tuple[Function, ...] = ()
    catalogs: tuple[ExternalCatalog, ...] = ()


_DECODER = msgspec.json.Decoder(_File)


def _framed(each: SavedTableMeta | View) -> _Olap | _Materialized | _View:
    if isinstance(each, View):
        return _View(each)
    return _Olap(each) if each.materialized_view is None else _Materialized(each)
