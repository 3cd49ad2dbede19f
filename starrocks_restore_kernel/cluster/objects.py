"""What is read of a database's objects, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Catalog", "Function", "MaterializedView", "Table", "TableConfiguration", "TableKind"]


class TableKind(Enum):
    """What shares the name space of tables; the value is how a person reads it."""

    TABLE = "table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    OTHER = "external table"


@dataclass(frozen=True, slots=True)
class Table:
    """A row of information_schema.tables; rows and bytes are as old as the backends' last report."""

    name: str
    kind: TableKind
    rows: int | None = None
    bytes: int | None = None
    engine: str = ""


@dataclass(frozen=True, slots=True)
class TableConfiguration:
    """A row of information_schema.tables_config: what makes two tables differ, its columns aside."""

    name: str
    engine: str
    """``OLAP``, ``MATERIALIZED_VIEW``, ``VIEW`` and so on."""
    model: str
    """``DUP_KEYS``, ``AGG_KEYS``, ``UNIQUE_KEYS`` or ``PRIMARY_KEYS``."""
    primary_key: str = ""
    partition_key: str = ""
    """Back-quoted names with commas between; empty for a table that is not partitioned."""
    distribution_key: str = ""
    distribution: str = ""
    """``HASH`` or ``RANDOM``."""
    buckets: int | None = None
    sort_key: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    """``colocate_with``, ``dynamic_partition.enable`` and their like."""
    table_id: int | None = None

    @property
    def colocation(self) -> str | None:
        """The colocation group."""
        return self.properties.get("colocate_with") or None

    @property
    def dynamic_partitions(self) -> bool:
        """Whether partitions come and go by themselves."""
        return self.properties.get("dynamic_partition.enable", "").lower() == "true"


@dataclass(frozen=True, slots=True)
class MaterializedView:
    """A row of information_schema.materialized_views."""

    name: str
    active: bool
    inactive_reason: str = ""
    refresh: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A row of SHOW FULL FUNCTIONS."""

    signature: str
    """``name(TYPE, …)``; a function is replaced only by one with the same."""
    returns: str = ""
    kind: str = ""

    @property
    def name(self) -> str:
        """The name alone."""
        return self.signature.partition("(")[0]


@dataclass(frozen=True, slots=True)
class Catalog:
    """A row of SHOW CATALOGS."""

    name: str
    kind: str
    """``Internal`` for the one that holds the cluster's own tables."""
