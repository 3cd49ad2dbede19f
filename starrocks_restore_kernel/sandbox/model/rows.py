"""The rows themselves: one DuckDB table per partition, Parquet files on the way to and from a repository."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from .catalog import Edge, PartitionKind
from .column_types import duckdb_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .catalog import Key, Partition, Schema

__all__ = ["Rows", "bucket_of", "partition_condition", "rows_name"]


def rows_name(partition: Partition) -> str:
    """Name the DuckDB table of a partition."""
    return f"partition_{partition.physical_id}"


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def bucket_of(schema: Schema) -> exp.Expr:
    """Write the bucket of a row as an expression.

    StarRocks hashes the distribution columns with CRC32 (HashDistributionPruner.java); DuckDB's hash does here, since
    nobody looks at which row lies in which tablet. A random distribution hashes the whole row.
    """
    names = schema.distribution_columns or tuple(each.name for each in schema.columns)
    hashed = exp.Anonymous(this="hash", expressions=[exp.column(name, quoted=True) for name in names])
    return exp.Mod(this=hashed, expression=exp.Literal.number(schema.buckets))


def _value(key: Key, type_: str) -> exp.Expr:
    return exp.cast(exp.Literal.string(str(key)), duckdb_type(type_), dialect="duckdb")


def _compare(schema: Schema, keys: tuple[Key, ...], operator: type[exp.Binary], edge: Edge) -> exp.Expr | None:
    if keys and keys[0] is edge:
        return None
    names = schema.partition_columns
    known = [(name, key) for name, key in zip(names, keys, strict=False) if not isinstance(key, Edge)]
    left = [exp.column(name, quoted=True) for name, _ in known]
    right = []
    for name, key in known:
        column = schema.column(name)
        right.append(_value(key, column.type if column else "varchar"))
    if len(known) == 1:
        return operator(this=left[0], expression=right[0])
    return operator(this=exp.Tuple(expressions=left), expression=exp.Tuple(expressions=right))


def partition_condition(schema: Schema, partition: Partition) -> exp.Expr:
    """Write what a row of this partition satisfies; NULL belongs to the lowest range, as in StarRocks."""
    if schema.partition_kind is PartitionKind.RANGE and partition.range is not None:
        lower = _compare(schema, partition.range.lower, exp.GTE, Edge.MIN)
        upper = _compare(schema, partition.range.upper, exp.LT, Edge.MAX)
        bounds = [each for each in (lower, upper) if each is not None]
        condition: exp.Expr = exp.and_(*bounds) if bounds else exp.true()
        if lower is None and schema.partition_columns:
            first = exp.column(schema.partition_columns[0], quoted=True)
            return exp.or_(condition, exp.Is(this=first, expression=exp.null()))
        return condition
    if schema.partition_kind is PartitionKind.LIST and partition.values is not None:
        choices = []
        for values in partition.values:
            parts: list[exp.Expr] = []
            for name, value in zip(schema.partition_columns, values, strict=False):
                column = schema.column(name)
                parts.append(
                    exp.EQ(
                        this=exp.column(name, quoted=True),
                        expression=_value(value, column.type if column else "varchar"),
                    )
                )
            choices.append(exp.and_(*parts))
        return exp.or_(*choices)
    return exp.true()


class Rows:
    """The DuckDB database of one sandbox.

    Reads go on at any time, each session on a cursor of its own; whatever writes holds one lock, because
    two DuckDB transactions that write the same table refuse each other.
    """

    def __init__(self) -> None:
        self._root = duckdb.connect(":memory:")
        self._writing = threading.RLock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Open a cursor for one session."""
        return self._root.cursor()

    def close(self) -> None:
        """Forget everything."""
        self._root.close()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold the write lock around one transaction: all of it takes effect, or nothing."""
        with self._writing, self._root.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()

    def create(self, schema: Schema, partitions: Sequence[Partition]) -> None:
        """Make an empty table for each partition."""
        columns = ", ".join(f"{_quoted(each.name)} {duckdb_type(each.type).sql('duckdb')}" for each in schema.columns)
        with self.writing() as cursor:
            for partition in partitions:
                cursor.execute(f"CREATE TABLE {_quoted(rows_name(partition))} ({columns})")

    def drop(self, partitions: Sequence[Partition]) -> None:
        """Drop the partitions' tables, where they are."""
        with self.writing() as cursor:
            for partition in partitions:
                cursor.execute(f"DROP TABLE IF EXISTS {_quoted(rows_name(partition))}")

    def clear(self, partitions: Sequence[Partition]) -> None:
        """Empty the partitions."""
        with self.writing() as cursor:
            for partition in partitions:
                cursor.execute(f"DELETE FROM {_quoted(rows_name(partition))}")

    def measure(self, partitions: Sequence[Partition]) -> None:
        """Count the rows of the partitions, and estimate their bytes at eight a value."""
        with self.cursor() as cursor:
            for partition in partitions:
                found = cursor.execute(
                    "SELECT estimated_size, column_count FROM duckdb_tables() WHERE table_name = $name",
                    {"name": rows_name(partition)},
                ).fetchone()
                counted = cursor.execute(f"SELECT count(*) FROM {_quoted(rows_name(partition))}").fetchone()
                partition.row_count = counted[0] if counted else 0
                partition.data_size = partition.row_count * (found[1] if found else 0) * 8

    def snapshot(self, partitions: Sequence[Partition]) -> None:
        """Fix the partitions' rows under a second name, all at one moment."""
        with self.writing() as cursor:
            for partition in partitions:
                name = rows_name(partition)
                cursor.execute(f"CREATE TABLE {_quoted('snapshot_' + name)} AS SELECT * FROM {_quoted(name)}")

    def release(self, partitions: Sequence[Partition]) -> None:
        """Forget the snapshots again."""
        with self.writing() as cursor:
            for partition in partitions:
                cursor.execute(f"DROP TABLE IF EXISTS {_quoted('snapshot_' + rows_name(partition))}")

    def save_bucket(self, schema: Schema, partition: Partition, bucket: int, path: Path) -> None:
        """Write one tablet's rows of the snapshot as a Parquet file."""
        source = exp.to_table("x")
        source.set("this", exp.to_identifier("snapshot_" + rows_name(partition), quoted=True))
        chosen = (
            exp.select("*").from_(source).where(exp.EQ(this=bucket_of(schema), expression=exp.Literal.number(bucket)))
        )
        target = exp.Literal.string(str(path)).sql("duckdb")
        with self.cursor() as cursor:
            cursor.execute(f"COPY ({chosen.sql('duckdb')}) TO {target} (FORMAT PARQUET)")

    def load(self, replaced: Sequence[tuple[Partition, Sequence[Path]]]) -> None:
        """Replace the rows of partitions by those of Parquet files, all or none."""
        with self.writing() as cursor:
            for partition, paths in replaced:
                name = _quoted(rows_name(partition))
                cursor.execute(f"DELETE FROM {name}")
                self._append(cursor, name, paths)

    def load_bucket(self, schema: Schema, partition: Partition, bucket: int, path: Path) -> None:
        """Replace one tablet's rows, as a backend does when it moves a downloaded tablet in place."""
        name = _quoted(rows_name(partition))
        old = exp.EQ(this=bucket_of(schema), expression=exp.Literal.number(bucket))
        with self.writing() as cursor:
            cursor.execute(f"DELETE FROM {name} WHERE {old.sql('duckdb')}")
            self._append(cursor, name, [path])

    def _append(self, cursor: duckdb.DuckDBPyConnection, name: str, paths: Sequence[Path]) -> None:
        if paths:
            files = [str(path) for path in paths]
            cursor.execute(f"INSERT INTO {name} BY NAME SELECT * FROM read_parquet($files)", {"files": files})
