"""Databases, tables, partitions and tablets, as a frontend keeps them.

What describes a table never changes and is frozen; what a job or a load moves (state, partitions, versions) is not,
and is touched only under the frontend's lock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

__all__ = [
    "Column",
    "Database",
    "Edge",
    "Key",
    "KeysType",
    "Partition",
    "PartitionKind",
    "Range",
    "Replica",
    "Schema",
    "Table",
    "TableState",
    "Tablet",
    "View",
]


class KeysType(Enum):
    """The key model; the value is what DDL says (KeysType.java)."""

    DUP_KEYS = "DUPLICATE KEY"
    AGG_KEYS = "AGGREGATE KEY"
    UNIQUE_KEYS = "UNIQUE KEY"
    PRIMARY_KEYS = "PRIMARY KEY"

    @property
    def replaces(self) -> bool:
        """Whether a row with a known key takes the old row's place."""
        return self in (KeysType.UNIQUE_KEYS, KeysType.PRIMARY_KEYS)


class PartitionKind(Enum):
    """How a table is partitioned (PartitionType.java)."""

    UNPARTITIONED = "UNPARTITIONED"
    RANGE = "RANGE"
    LIST = "LIST"


class TableState(Enum):
    """The states that matter here (OlapTable.java, OlapTableState)."""

    NORMAL = "NORMAL"
    RESTORE = "RESTORE"


class Edge(Enum):
    """The ends of a range that no value has."""

    MIN = "MIN"
    MAX = "MAXVALUE"


Key = str | Edge
"""A partition value as text, or an end."""

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "largeint")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``type`` is StarRocks' own text, such as ``varchar(20)``."""

    name: str
    type: str
    key: bool = False
    nullable: bool = True
    default: str | None = None
    aggregation: str | None = None
    auto_increment: bool = False
    comment: str = ""

    @property
    def base_type(self) -> str:
        """The type without its parameters, in lower case."""
        return self.type.split("(")[0].split("<")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Range:
    """``[lower, upper)`` of a range partition, a value per partition column."""

    lower: tuple[Key, ...]
    upper: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """What CREATE TABLE says once and for all."""

    columns: tuple[Column, ...]
    keys: KeysType = KeysType.DUP_KEYS
    partition_kind: PartitionKind = PartitionKind.UNPARTITIONED
    partition_columns: tuple[str, ...] = ()
    distribution_columns: tuple[str, ...] = ()
    """Empty for DISTRIBUTED BY RANDOM."""
    buckets: int = 1
    sort_columns: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    comment: str = ""

    def column(self, name: str) -> Column | None:
        """Find a column; their names ignore case in StarRocks."""
        return next((each for each in self.columns if each.name.lower() == name.lower()), None)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The key's columns, in order."""
        return tuple(each for each in self.columns if each.key)

    @property
    def bloom_filter_columns(self) -> tuple[str, ...]:
        """The columns named by ``bloom_filter_columns``."""
        text = dict(self.properties).get("bloom_filter_columns", "")
        return tuple(part.strip() for part in text.split(",") if part.strip())

    def order(self, keys: tuple[Key, ...]) -> tuple[tuple[int, int | str], ...]:
        """Make partition values comparable: numbers as numbers, dates as their ISO text."""
        return tuple(self._order(name, key) for name, key in zip(self.partition_columns, keys, strict=False))

    def _order(self, name: str, key: Key) -> tuple[int, int | str]:
        if isinstance(key, Edge):
            return (0 if key is Edge.MIN else 2, 0)
        column = self.column(name)
        number = column is not None and column.base_type in _NUMBERS
        return (1, int(key)) if number else (1, key)


@dataclass(frozen=True, slots=True)
class Replica:
    """One copy of a tablet."""

    id: int
    backend: int


@dataclass(frozen=True, slots=True)
class Tablet:
    """One bucket of a partition."""

    id: int
    replicas: tuple[Replica, ...]


@dataclass(slots=True)
class Partition:
    """One partition. Its rows lie in the DuckDB table that ``rows.Rows`` names after ``physical_id``."""

    id: int
    name: str
    physical_id: int
    index_id: int
    replication_num: int
    tablets: tuple[Tablet, ...]
    version: int = 1
    version_time: float = 0.0
    range: Range | None = None
    values: tuple[tuple[str, ...], ...] | None = None
    """The value lists of a list partition."""
    data_size: int = 0
    row_count: int = 0


@dataclass(slots=True)
class Table:
    """An OLAP table."""

    id: int
    name: str
    schema: Schema
    create_time: float
    partitions: dict[str, Partition] = field(default_factory=dict)
    state: TableState = TableState.NORMAL
    replication_num: int = 1
    next_auto_increment: int = 1

    def ordered(self) -> list[Partition]:
        """List the partitions: ranges ascending, others as they were added (PartitionsProcDir.java)."""
        if self.schema.partition_kind is not PartitionKind.RANGE:
            return list(self.partitions.values())
        return sorted(
            self.partitions.values(), key=lambda each: self.schema.order(each.range.lower if each.range else ())
        )

    def properties(self) -> dict[str, str]:
        """What SHOW CREATE TABLE lists, sorted (OlapTable.java, getProperties; only what the sandbox knows)."""
        return dict(sorted({**dict(self.schema.properties), "replication_num": str(self.replication_num)}.items()))


@dataclass(slots=True)
class View:
    """A logical view; ``definition`` names its tables with their database, as the server stores it."""

    id: int
    name: str
    definition: str
    create_time: float
    columns: tuple[str, ...] = ()
    comment: str = ""


@dataclass(slots=True)
class Database:
    """A database, and what is in it."""

    id: int
    name: str
    tables: dict[str, Table | View] = field(default_factory=dict)
