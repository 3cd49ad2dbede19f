"""The rows themselves: one DuckDB table per partition, Parquet files on the way to and from a repository.

A partition has its table from its first row on: a hundred thousand empty ones cost nothing.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import duckdb
from sqlglot import exp

from .catalog import Edge, PartitionKind
from .column_types import duckdb_type
from .journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from .catalog import Key, Partition, Schema

__all__ = ["Rows", "bucket_of", "no_rows", "partition_condition", "rows_name"]


class Physical(Protocol):
    """What has rows, and a number that names them."""

    @property
    def physical_id(self) -> int:
        """The physical partition's id."""
        ...


def rows_name(partition: Physical) -> str:
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
    if schema.partition_kind.is_range and partition.range is not None:
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
    """The DuckDB database of one sandbox, and the journal in it.

    Reads go on at any time, each session on a cursor of its own; whatever writes holds one lock, because
    two DuckDB transactions that write the same table refuse each other.

    Parameters
    ----------
    path
        The file to keep everything in; None keeps it in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._root = duckdb.connect(":memory:" if path is None else str(path))
        self._writing = threading.RLock()
        self._open: duckdb.DuckDBPyConnection | None = None
        self.journal = Journal(self.writing)
        self._held: set[str] = set()
        with self.writing() as cursor:
            self.journal.begin(cursor)
        self._look()

    def _look(self) -> None:
        with self.cursor() as cursor:
            self._held = {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Open a cursor for one session."""
        return self._root.cursor()

    def close(self) -> None:
        """Let go of the database; what lay in memory alone is forgotten."""
        self._root.close()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold the write lock around one transaction: rows and journal all take effect, or nothing does.

        One inside another is part of it.
        """
        with self._writing:
            if self._open is not None:
                yield self._open
                return
            with self._root.cursor() as cursor:
                cursor.begin()
                self._open = cursor
                try:
                    yield cursor
                    self.journal.flush(cursor)
                except BaseException:
                    cursor.rollback()
                    self.journal.drop_unwritten()
                    self._look()
                    raise
                finally:
                    self._open = None
                cursor.commit()

    def holds(self, partition: Partition) -> bool:
        """Whether the partition has a table, which it has from its first row on."""
        return rows_name(partition) in self._held

    def hold(self, cursor: duckdb.DuckDBPyConnection, schema: Schema, partition: Partition) -> str:
        """Make sure of a partition's table, and name it, quoted."""
        name = rows_name(partition)
        if name not in self._held:
            columns = ", ".join(
                f"{_quoted(each.name)} {duckdb_type(each.type).sql('duckdb')}" for each in schema.columns
            )
            cursor.execute(f"CREATE TABLE {_quoted(name)} ({columns})")
            self._held.add(name)
        return _quoted(name)

    def drop(self, partitions: Sequence[Partition]) -> None:
        """Drop the partitions' tables, where they are."""
        held = [rows_name(each) for each in partitions if self.holds(each)]
        if held:
            with self.writing() as cursor:
                for name in held:
                    cursor.execute(f"DROP TABLE {_quoted(name)}")
            self._held.difference_update(held)

    def drop_all_but(self, owned: Iterable[Physical], fixed: Iterable[Physical] = ()) -> None:
        """Drop what no partition owns any more, as backends do whose frontend does not know a tablet.

        Parameters
        ----------
        fixed
            What :meth:`snapshot` has fixed and is still wanted.
        """
        known = {rows_name(each) for each in owned} | {f"snapshot_{rows_name(each)}" for each in fixed}
        orphans = [name for name in self._held if name.startswith(_PREFIXES) and name not in known]
        with self.writing() as cursor:
            for name in orphans:
                cursor.execute(f"DROP TABLE {_quoted(name)}")
        self._held.difference_update(orphans)

    def clear(self, partitions: Sequence[Partition]) -> None:
        """Empty the partitions."""
        with self.writing() as cursor:
            for partition in partitions:
                if self.holds(partition):
                    cursor.execute(f"DELETE FROM {_quoted(rows_name(partition))}")

    def measure(self, schema: Schema, partitions: Sequence[Partition]) -> None:
        """Count the rows of the partitions, and estimate their bytes at eight a value."""
        with self.writing() as cursor:
            for partition in partitions:
                counted = None
                if self.holds(partition):
                    counted = cursor.execute(f"SELECT count(*) FROM {_quoted(rows_name(partition))}").fetchone()
                partition.row_count = counted[0] if counted else 0
                partition.data_size = partition.row_count * len(schema.columns) * 8

    def snapshot(self, partitions: Sequence[Partition]) -> None:
        """Fix the partitions' rows under a second name, all at one moment."""
        with self.writing() as cursor:
            for partition in partitions:
                if self.holds(partition):
                    name = rows_name(partition)
                    fixed = f"snapshot_{name}"
                    cursor.execute(f"CREATE OR REPLACE TABLE {_quoted(fixed)} AS SELECT * FROM {_quoted(name)}")
                    self._held.add(fixed)

    def release(self, partitions: Iterable[Physical]) -> None:
        """Forget the snapshots again."""
        with self.writing() as cursor:
            for partition in partitions:
                fixed = f"snapshot_{rows_name(partition)}"
                if fixed in self._held:
                    cursor.execute(f"DROP TABLE {_quoted(fixed)}")
                    self._held.discard(fixed)

    def save_bucket(self, schema: Schema, partition: Physical, bucket: int, path: Path) -> None:
        """Write one tablet's rows of the snapshot as a Parquet file."""
        fixed = f"snapshot_{rows_name(partition)}"
        if fixed in self._held:
            source = exp.to_table("x")
            source.set("this", exp.to_identifier(fixed, quoted=True))
            same = exp.EQ(this=bucket_of(schema), expression=exp.Literal.number(bucket))
            chosen = exp.select("*").from_(source).where(same).sql("duckdb")
        else:
            chosen = no_rows(schema).sql("duckdb")
        target = exp.Literal.string(str(path)).sql("duckdb")
        with self.cursor() as cursor:
            cursor.execute(f"COPY ({chosen}) TO {target} (FORMAT PARQUET)")

    def stage(self, schema: Schema, partition: Partition, path: Path) -> None:
        """Add a Parquet file's rows to those that shall take the place of the partition's."""
        name = f"staged_{rows_name(partition)}"
        with self.writing() as cursor:
            if name not in self._held:
                cursor.execute(f"CREATE TABLE {_quoted(name)} AS {no_rows(schema).sql('duckdb')}")
                self._held.add(name)
            files = {"files": [str(path)]}
            cursor.execute(f"INSERT INTO {_quoted(name)} BY NAME SELECT * FROM read_parquet($files)", files)

    def take_staged(self, partition: Partition) -> None:
        """Let the staged rows, if only none at all, be the partition's."""
        name = rows_name(partition)
        self.drop([partition])
        with self.writing() as cursor:
            if f"staged_{name}" in self._held:
                cursor.execute(f"ALTER TABLE {_quoted(f'staged_{name}')} RENAME TO {_quoted(name)}")
                self._held.discard(f"staged_{name}")
                self._held.add(name)

    def drop_staged(self, physical_ids: Iterable[int]) -> None:
        """Forget the staged rows of these partitions."""
        names = [name for each in physical_ids if (name := f"staged_partition_{each}") in self._held]
        with self.writing() as cursor:
            for name in names:
                cursor.execute(f"DROP TABLE {_quoted(name)}")
        self._held.difference_update(names)

    def load_bucket(self, schema: Schema, partition: Partition, bucket: int, path: Path) -> None:
        """Replace one tablet's rows, as a backend does when it moves a downloaded tablet in place."""
        old = exp.EQ(this=bucket_of(schema), expression=exp.Literal.number(bucket))
        with self.writing() as cursor:
            name = self.hold(cursor, schema, partition)
            cursor.execute(f"DELETE FROM {name} WHERE {old.sql('duckdb')}")
            files = {"files": [str(path)]}
            cursor.execute(f"INSERT INTO {name} BY NAME SELECT * FROM read_parquet($files)", files)


_PREFIXES = ("partition_", "snapshot_partition_", "staged_partition_")


def no_rows(schema: Schema) -> exp.Select:
    """Select nothing, in the table's columns and types."""
    columns = [
        exp.alias_(exp.cast(exp.null(), duckdb_type(each.type)), each.name, quoted=True) for each in schema.columns
    ]
    return exp.select(*columns).where(exp.false())
