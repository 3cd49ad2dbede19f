"""CREATE TABLE, read clause by clause: sqlglot cannot read StarRocks' fixed ranges, nor write its clauses.

The clauses are those of StarRocks.g4: createTableStatement, createTableAsSelectStatement, createTableLikeStatement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..model.catalog import KeysType, Schema
from ..server_errors import analysis, unsupported_here
from .column_clauses import read_columns, read_keys, with_keys
from .partition_clauses import PartitionBy, read_partition_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model.catalog import Column
    from ..model.partition_names import PartitionDefinition
    from .reader import Reader

__all__ = ["CreateTable", "Distribution", "read_create_table", "read_distribution"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A DISTRIBUTED BY; no columns for RANDOM, no buckets where the server chooses."""

    columns: tuple[str, ...] = ()
    buckets: int | None = None


@dataclass(frozen=True, slots=True)
class CreateTable:
    """What a CREATE TABLE asks for, clause by clause; what is left out is None or empty."""

    name: tuple[str, ...]
    if_not_exists: bool
    columns: tuple[Column, ...] = ()
    keys: tuple[KeysType, tuple[str, ...]] | None = None
    comment: str = ""
    partition_by: PartitionBy = field(default_factory=PartitionBy)
    distribution: Distribution | None = None
    sort_columns: tuple[str, ...] = ()
    rollups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    query: str | None = None
    """The query of AS SELECT."""
    like: tuple[str, ...] | None = None

    @property
    def partitions(self) -> tuple[PartitionDefinition, ...]:
        """The partitions that are written out."""
        return self.partition_by.partitions

    def schema(self, columns: Sequence[Column] | None = None) -> Schema:
        """Check the clauses against each other.

        Parameters
        ----------
        columns
            In the place of its own, for AS SELECT.

        Raises
        ------
        SqlError
            For clauses that do not go together (CreateTableAnalyzer.java).
        """
        keyed, kind = with_keys(list(self.columns if columns is None else columns), self.keys)
        distribution = self.distribution
        if distribution is None:
            if "colocate_with" in dict(self.properties):
                raise analysis("Colocate table must specify distribution column")
            if kind is KeysType.PRIMARY_KEYS:
                distribution = Distribution(tuple(each.name for each in keyed if each.key))
            elif kind is KeysType.DUP_KEYS:
                distribution = Distribution()
            else:
                raise analysis(f"Currently not support default distribution in {kind.name}")
        elif not distribution.columns and kind is not KeysType.DUP_KEYS:
            raise analysis(f"{kind.value} cannot use random distribution")
        found = Schema(
            columns=keyed,
            keys=kind,
            partition_kind=self.partition_by.kind,
            partition_columns=self.partition_by.columns,
            partition_expressions=self.partition_by.expressions,
            distribution_columns=distribution.columns,
            buckets=distribution.buckets or 1,
            automatic_buckets=distribution.buckets is None,
            sort_columns=self.sort_columns,
            properties=self.properties,
            comment=self.comment,
        )
        _check_columns(found)
        return found


def _check_columns(schema: Schema) -> None:
    _check_generated(schema)
    for name in schema.partition_columns:
        column = schema.column(name)
        if column is None:
            # PartitionDescAnalyzer.java, analyzeRangePartitionDesc
            raise analysis(f"Partition column[{name}] does not exist in column list.")
        if column.aggregation is not None and not column.key:
            raise analysis(
                "The partition column could not be aggregated column"
                " and unique table's partition column must be key column"
            )
        if schema.partition_kind.is_range and column.base_type in ("float", "double", "decimal", "json"):
            raise analysis(f"Invalid partition column '{column.name}': invalid data type {column.type.upper()}")
    for name in schema.distribution_columns:
        column = schema.column(name)
        if column is None:
            # DistributionDescAnalyzer.java
            raise analysis(f"Distribution column({name}) doesn't exist.")
        if column.aggregation is not None and not column.key:
            # HashDistributionDesc.java; of the other key models
            raise analysis(f"Distribution column[{name}] is not key column")
    for name in schema.sort_columns:
        if schema.column(name) is None:
            raise analysis(f"Unknown column '{name}' does not exist")
    keys = {each.name.lower() for each in schema.key_columns}
    sorted_by = {name.lower() for name in schema.sort_columns}
    if sorted_by and schema.keys in (KeysType.AGG_KEYS, KeysType.UNIQUE_KEYS) and sorted_by != keys:
        raise analysis(f"The sort columns of {schema.keys.value} table must be same with key columns")


def _check_generated(schema: Schema) -> None:
    # CreateTableAnalyzer.java, analyzeGeneratedColumnForOlap
    kinds = [each.generated is not None for each in schema.columns]
    if kinds != sorted(kinds):
        raise analysis("All generated columns must be defined after ordinary columns")
    for each in schema.columns:
        if each.generated is not None and each.key:
            raise analysis(f"Generated Column {each.name} can not be KEY")


def read_create_table(reader: Reader) -> CreateTable:
    """Read what follows ``CREATE TABLE``.

    Raises
    ------
    SqlError
        For a clause that the grammar or the sandbox does not take.
    """
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.qualified()
    columns = read_columns(reader) if reader.at("(") else []
    if reader.accept("ENGINE"):
        reader.expect("=")
        _engine(reader.name())
    if reader.accept("DEFAULT"):
        reader.expect("CHARSET")
    if reader.accept("CHARSET") or reader.accept("CHARACTER", "SET"):
        reader.accept("=")
        reader.take()
    keys = read_keys(reader)
    comment = reader.string() if reader.accept("COMMENT") else ""
    partition_by = read_partition_by(reader, columns)
    distribution = read_distribution(reader)
    sort_columns = reader.names() if reader.accept("ORDER", "BY") else ()
    rollups = _rollups(reader) if reader.accept("ROLLUP") else ()
    properties = reader.properties() if reader.accept("PROPERTIES") else {}
    like = reader.qualified() if not columns and reader.accept("LIKE") else None
    query = None
    if like is None and reader.accept("AS"):
        query = reader.rest()
    else:
        reader.end()
        if like is None and (not columns or not all(each.type for each in columns)):
            raise reader.unexpected("a type")
    return CreateTable(
        name,
        if_not_exists,
        tuple(columns),
        keys,
        comment,
        partition_by,
        distribution,
        sort_columns,
        rollups,
        tuple(properties.items()),
        query,
        like,
    )


def _engine(name: str) -> None:
    if name.lower() not in ("olap", "mysql", "elasticsearch", "hive", "iceberg", "hudi", "jdbc", "file"):
        raise analysis(f"Unknown engine name: {name}")
    if name.lower() != "olap":
        raise unsupported_here(f"ENGINE = {name}")


def _rollups(reader: Reader) -> tuple[tuple[str, tuple[str, ...]], ...]:
    reader.expect("(")
    found = [(reader.name(), reader.names())]
    while reader.accept(","):
        found.append((reader.name(), reader.names()))
    reader.expect(")")
    return tuple(found)


def read_distribution(reader: Reader) -> Distribution | None:
    """Read a DISTRIBUTED BY, if there is one."""
    if not reader.accept("DISTRIBUTED", "BY"):
        return None
    columns: tuple[str, ...] = ()
    if not reader.accept("RANDOM"):
        reader.expect("HASH")
        columns = reader.names()
    buckets = reader.number() if reader.accept("BUCKETS") else None
    # BUCKETS 0 is the server's own word for its choice (HashDistributionDesc.java).
    return Distribution(columns, buckets or None)
