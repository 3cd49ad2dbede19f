"""Databases, tables, partitions and tablets, as a frontend keeps them.

What describes a table never changes and is frozen; what a job or a load moves (state, partitions, versions) is not,
and is touched only under the frontend's lock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum

__all__ = [
    "BaseTable",
    "Column",
    "Database",
    "Edge",
    "ExternalCatalog",
    "Function",
    "Key",
    "KeysType",
    "MaterializedView",
    "Partition",
    "PartitionKind",
    "Range",
    "Replica",
    "Rollup",
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
    EXPR_RANGE = "EXPR_RANGE"
    """Ranges that loads make by an expression over the column, such as ``date_trunc('day', dt)``."""

    @property
    def is_range(self) -> bool:
        """Whether partitions are ranges of values."""
        return self in (PartitionKind.RANGE, PartitionKind.EXPR_RANGE)


class TableState(Enum):
    """The states that matter here (OlapTable.java, OlapTableState)."""

    NORMAL = "NORMAL"
    ROLLUP = "ROLLUP"
    SCHEMA_CHANGE = "SCHEMA_CHANGE"
    OPTIMIZE = "OPTIMIZE"
    RESTORE = "RESTORE"


class Edge(IntEnum):
    """The ends of a range that no value has."""

    MIN = -1
    MAX = 1


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
    generated: str | None = None
    """The expression of a generated column."""

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
    partition_expressions: tuple[str, ...] = ()
    """As written, for the kinds that loads make partitions of; empty where all are made by hand."""
    distribution_columns: tuple[str, ...] = ()
    """Empty for DISTRIBUTED BY RANDOM."""
    buckets: int = 1
    automatic_buckets: bool = False
    """Whether the number of buckets was left to the server."""
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
            return (key, 0)
        column = self.column(name)
        number = column is not None and column.base_type in _NUMBERS
        return (0, int(key)) if number else (0, key)


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
    physical_count: int = 1
    """How many physical partitions it has; more than one where automatic buckets have grown."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """A synchronous materialized view: a second index of its table, which holds no rows of its own here."""

    id: int
    name: str
    columns: tuple[str, ...]
    short_keys: int
    definition: str = ""
    """The query of CREATE MATERIALIZED VIEW; empty for ADD ROLLUP."""


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
    rollups: dict[str, Rollup] = field(default_factory=dict)
    temporary_partitions: dict[str, Partition] = field(default_factory=dict)
    cloud_native: bool = False
    """Whether its data lie in object storage, as all tables of a shared-data cluster have it; it is not backed up."""
    dropped: bool = False
    """Set when nothing leads to it any more, for a load that found it before."""

    @property
    def type(self) -> str:
        """What kind of table the server calls it (Table.java, TableType)."""
        return "CLOUD_NATIVE" if self.cloud_native else "OLAP"

    @property
    def base_index(self) -> int:
        """The id of the index that holds all columns; 0 while there is no partition to tell it."""
        return next((each.index_id for each in self.partitions.values()), 0)

    def ordered(self, *, temporary: bool = False) -> list[Partition]:
        """List the partitions: ranges ascending, others as they were added (PartitionsProcDir.java)."""
        found = (self.temporary_partitions if temporary else self.partitions).values()
        if not self.schema.partition_kind.is_range:
            return list(found)
        return sorted(found, key=lambda each: self.schema.order(each.range.lower if each.range else ()))

    def properties(self) -> dict[str, str]:
        """What SHOW CREATE TABLE lists, sorted (OlapTable.java, getProperties; only what the sandbox knows)."""
        return dict(sorted({**dict(self.schema.properties), "replication_num": str(self.replication_num)}.items()))


@dataclass(frozen=True, slots=True)
class BaseTable:
    """What a materialized view reads, by name and by id (BaseTableInfo.java)."""

    database: str
    name: str
    table_id: int
    database_id: int = 0

    def __str__(self) -> str:
        """Write it as messages do (BaseTableInfo.java, toString)."""
        return f"default_catalog.{self.database_id}.{self.table_id}"


@dataclass(slots=True)
class MaterializedView(Table):
    """An asynchronous materialized view: a table that a query fills (MaterializedView.java)."""

    definition: str = ""
    """The query as the server stores it, with every table's database."""
    original: str = ""
    """The query as it was written, which SHOW CREATE MATERIALIZED VIEW prints."""
    outputs: tuple[str, ...] = ()
    """The columns in the query's order; in the table the sort key stands in front (getOrderedOutputColumns)."""
    refresh: str = "ASYNC"
    """``ASYNC``, ``MANUAL`` or ``INCREMENTAL``; what SHOW calls the refresh type."""
    refresh_clause: str = ""
    """What stands behind REFRESH in its DDL, such as ``ASYNC EVERY(INTERVAL 1 DAY)``."""
    every: int = 0
    """Seconds between two refreshes; 0 where loads into the base tables make them."""
    start: float = 0.0
    """When the first of the refreshes that come again and again is due."""
    base_tables: tuple[BaseTable, ...] = ()
    active: bool = True
    inactive_reason: str = ""
    last_refresh: float | None = None
    refresh_state: str = ""
    """How the last refresh ended: ``SUCCESS``, ``SKIPPED`` or ``FAILED``; empty before the first."""
    refresh_error: str = ""
    base_versions: dict[str, int] = field(default_factory=dict)
    """What was seen of each base table at the last refresh, by its id (baseTableVisibleVersionMap)."""
    filled: bool = False
    """Whether all of it was filled once from the tables that it reads now."""
    comment: str = ""

    @property
    def type(self) -> str:
        """What kind of table the server calls it (Table.java, TableType)."""
        return "CLOUD_NATIVE_MATERIALIZED_VIEW" if self.cloud_native else "MATERIALIZED_VIEW"


@dataclass(slots=True)
class View:
    """A logical view; ``definition`` names its tables with their database, as the server stores it."""

    id: int
    name: str
    definition: str
    create_time: float
    columns: tuple[str, ...] = ()
    comment: str = ""
    schema: tuple[Column, ...] = ()
    """The columns with their types and comments; empty where a snapshot did not bring them."""
    security: bool = False
    """Whether the invoker's privileges are asked for (SECURITY INVOKER)."""

    @property
    def type(self) -> str:
        """What kind of table the server calls it (Table.java, TableType)."""
        return "VIEW"


@dataclass(frozen=True, slots=True)
class Function:
    """A user-defined function of a database; overloads differ in their argument types (Function.java)."""

    id: int
    name: str
    """In lower case, as the server keeps it."""
    arguments: tuple[str, ...]
    returns: str
    kind: str = "SCALAR"
    """``SCALAR``, ``AGGREGATE`` or ``TABLE``."""
    variadic: bool = False
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def signature(self) -> str:
        """The name and the argument types, which together are unique in a database (Function.java, signatureString)."""
        return f"{self.name}({', '.join(self.arguments)}{'...' if self.variadic else ''})"


@dataclass(frozen=True, slots=True)
class ExternalCatalog:
    """An external catalog, of which the sandbox knows the metadata alone."""

    id: int
    name: str
    type: str
    comment: str = ""
    properties: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """With their secrets, so they are kept out of the repr; what may be shown is masked."""


@dataclass(slots=True)
class Database:
    """A database, and what is in it."""

    id: int
    name: str
    tables: dict[str, Table | View] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    """By signature."""
