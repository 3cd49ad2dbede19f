"""The rows themselves: one DuckDB table per partition, Parquet files on the way to and from a repository.

A partition has its table from its first row on: a hundred thousand empty ones cost nothing.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

import duckdb
from sqlglot import exp

from .column_types import duckdb_type, duckdb_type_text
from .journal import Journal, MemoryJournal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .catalog import Column, Partition, Schema

__all__ = ["Rows", "bucket_of", "no_rows", "quoted", "rows_name"]


class Physical(Protocol):
    """What has rows, and a number that names them."""

    @property
    def physical_id(self) -> int:
        """The physical partition's id."""
        ...


def rows_name(partition: Physical) -> str:
    """Name the DuckDB table of a partition."""
    return f"partition_{partition.physical_id}"


def quoted(name: str) -> str:
    """Write a name for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def bucket_of(schema: Schema, buckets: int) -> exp.Expr:
    """Write the bucket of a row as an expression.

    StarRocks hashes the distribution columns with CRC32 (HashDistributionPruner.java); DuckDB's hash does here, since
    nobody looks at which row lies in which tablet. A random distribution hashes the whole row.
    """
    names = schema.distribution_columns or tuple(each.name for each in schema.columns)
    hashed = exp.Anonymous(this="hash", expressions=[exp.column(name, quoted=True) for name in names])
    return exp.Mod(this=hashed, expression=exp.Literal.number(max(buckets, 1)))


def _buckets(schema: Schema, partition: Partition) -> int:
    return len(partition.tablets) or schema.buckets


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
        self._committed: list[Callable[[], None]] = []
        self._staged = itertools.count(1)
        # Rows on their way in lie beside the database: they are never written to the file, and all cursors see them.
        self._root.execute(f"ATTACH ':memory:' AS {_STAGING}")
        self.journal = MemoryJournal(self.writing) if path is None else Journal(self.writing)
        self._held: set[str] = set()
        with self.writing() as cursor:
            self.journal.begin(cursor)
        if path is not None:
            self._look()

    def _look(self) -> None:
        with self.cursor() as cursor:
            found = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
            self._held = {name for (name,) in found.fetchall()}

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
                self._committed = []
                try:
                    yield cursor
                    self.journal.flush(cursor)
                    cursor.commit()
                except BaseException:
                    self._open = None
                    # A commit that failed has ended the transaction itself.
                    with suppress(duckdb.TransactionException):
                        cursor.rollback()
                    self.journal.drop_unwritten()
                    self._look()
                    raise
                self._open = None
                self.journal.committed()
                for act in self._committed:
                    act()

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something to the memory once the open transaction has been written, and not if it is rolled back."""
        self._committed.append(act)

    @contextmanager
    def staged(self, cursor: duckdb.DuckDBPyConnection, select: str, parameters: object = None) -> Iterator[str]:
        """Hold the rows of a query in a table of their own, outside of every transaction; gives its name, quoted.

        A long query that is loaded from so holds no lock, and whoever's cursor it is can interrupt it.
        """
        name = f"{_STAGING}.main.{quoted(f'incoming_{next(self._staged)}')}"
        try:
            cursor.execute(f"CREATE TABLE {name} AS {select}", parameters)
            yield name
        finally:
            # A cursor that was interrupted may still be; another one cleans up.
            with self.cursor() as other:
                other.execute(f"DROP TABLE IF EXISTS {name}")

    def holds(self, partition: Partition) -> bool:
        """Whether the partition has a table, which it has from its first row on."""
        return rows_name(partition) in self._held

    def hold(self, cursor: duckdb.DuckDBPyConnection, schema: Schema, partition: Partition) -> str:
        """Make sure of a partition's table, and name it, quoted."""
        name = rows_name(partition)
        if name not in self._held:
            columns = ", ".join(f"{quoted(each.name)} {duckdb_type_text(each.type)}" for each in schema.columns)
            cursor.execute(f"CREATE TABLE {quoted(name)} ({columns})")
            self._held.add(name)
        return quoted(name)

    def reshape(self, old: Schema, new: Schema, renamed: Mapping[str, str], partitions: Sequence[Partition]) -> None:
        """Write the partitions' rows anew in other columns; new ones are filled with their defaults.

        Parameters
        ----------
        renamed
            The old names by the new ones, where they differ.

        Raises
        ------
        duckdb.Error
            If a value does not fit its column's new type; then nothing has changed.
        """
        same = [(each.name, each.type) for each in old.columns] == [(each.name, each.type) for each in new.columns]
        held = [each for each in partitions if self.holds(each)]
        if same or not held:
            return
        values = ", ".join(_reshaped(old, column, renamed.get(column.name, column.name)) for column in new.columns)
        with self.writing() as cursor:
            for partition in held:
                name = quoted(rows_name(partition))
                cursor.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {values} FROM {name}")

    def drop(self, partitions: Sequence[Partition]) -> None:
        """Drop the partitions' tables, where they are."""
        held = [rows_name(each) for each in partitions if self.holds(each)]
        if held:
            with self.writing() as cursor:
                for name in held:
                    cursor.execute(f"DROP TABLE {quoted(name)}")
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
                cursor.execute(f"DROP TABLE {quoted(name)}")
        self._held.difference_update(orphans)

    def clear(self, partitions: Sequence[Partition]) -> None:
        """Empty the partitions."""
        with self.writing() as cursor:
            for partition in partitions:
                if self.holds(partition):
                    cursor.execute(f"DELETE FROM {quoted(rows_name(partition))}")

    def measure(self, schema: Schema, partitions: Sequence[Partition]) -> None:
        """Count the rows of the partitions, and estimate their bytes at eight a value."""
        with self.writing() as cursor:
            for partition in partitions:
                counted = None
                if self.holds(partition):
                    counted = cursor.execute(f"SELECT count(*) FROM {quoted(rows_name(partition))}").fetchone()
                partition.row_count = counted[0] if counted else 0
                partition.data_size = partition.row_count * len(schema.columns) * 8

    def snapshot(self, partitions: Sequence[Partition]) -> None:
        """Fix the partitions' rows under a second name, all at one moment."""
        with self.writing() as cursor:
            for partition in partitions:
                if self.holds(partition):
                    name = rows_name(partition)
                    fixed = f"snapshot_{name}"
                    cursor.execute(f"CREATE OR REPLACE TABLE {quoted(fixed)} AS SELECT * FROM {quoted(name)}")
                    self._held.add(fixed)

    def release(self, partitions: Iterable[Physical]) -> None:
        """Forget the snapshots again."""
        with self.writing() as cursor:
            for partition in partitions:
                fixed = f"snapshot_{rows_name(partition)}"
                if fixed in self._held:
                    cursor.execute(f"DROP TABLE {quoted(fixed)}")
                    self._held.discard(fixed)

    def save_bucket(
        self, schema: Schema, partition: Physical, bucket: int, path: Path, *, buckets: int | None = None
    ) -> None:
        """Write one tablet's rows of the snapshot as a Parquet file.

        Parameters
        ----------
        buckets
            How many the partition has, where that is not what its table's new partitions get.
        """
        fixed = f"snapshot_{rows_name(partition)}"
        if fixed in self._held:
            source = exp.to_table("x")
            source.set("this", exp.to_identifier(fixed, quoted=True))
            same = exp.EQ(this=bucket_of(schema, buckets or schema.buckets), expression=exp.Literal.number(bucket))
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
                cursor.execute(f"CREATE TABLE {quoted(name)} AS {no_rows(schema).sql('duckdb')}")
                self._held.add(name)
            files = {"files": [str(path)]}
            cursor.execute(f"INSERT INTO {quoted(name)} BY NAME SELECT * FROM read_parquet($files)", files)

    def take_staged(self, partition: Partition) -> None:
        """Let the staged rows, if only none at all, be the partition's."""
        name = rows_name(partition)
        self.drop([partition])
        with self.writing() as cursor:
            if f"staged_{name}" in self._held:
                cursor.execute(f"ALTER TABLE {quoted(f'staged_{name}')} RENAME TO {quoted(name)}")
                self._held.discard(f"staged_{name}")
                self._held.add(name)

    def drop_staged(self, physical_ids: Iterable[int]) -> None:
        """Forget the staged rows of these partitions."""
        names = [name for each in physical_ids if (name := f"staged_partition_{each}") in self._held]
        with self.writing() as cursor:
            for name in names:
                cursor.execute(f"DROP TABLE {quoted(name)}")
        self._held.difference_update(names)

    def load_bucket(self, schema: Schema, partition: Partition, bucket: int, path: Path) -> None:
        """Replace one tablet's rows, as a backend does when it moves a downloaded tablet in place."""
        old = exp.EQ(this=bucket_of(schema, _buckets(schema, partition)), expression=exp.Literal.number(bucket))
        with self.writing() as cursor:
            name = self.hold(cursor, schema, partition)
            cursor.execute(f"DELETE FROM {name} WHERE {old.sql('duckdb')}")
            files = {"files": [str(path)]}
            cursor.execute(f"INSERT INTO {name} BY NAME SELECT * FROM read_parquet($files)", files)


def _reshaped(old: Schema, column: Column, source: str) -> str:
    if old.column(source) is not None:
        value: exp.Expr = exp.column(source, quoted=True)
    elif column.default is None or column.default.startswith("("):
        value = exp.null()
    elif column.default.upper() == "CURRENT_TIMESTAMP":
        value = exp.CurrentTimestamp()
    else:
        value = exp.Literal.string(column.default)
    return exp.alias_(exp.cast(value, duckdb_type(column.type)), column.name, quoted=True).sql("duckdb")


_STAGING = "staging"
_PREFIXES = ("partition_", "snapshot_partition_", "staged_partition_")


def no_rows(schema: Schema) -> exp.Select:
    """Select nothing, in the table's columns and types."""
    columns = [
        exp.alias_(exp.cast(exp.null(), duckdb_type(each.type)), each.name, quoted=True) for each in schema.columns
    ]
    return exp.select(*columns).where(exp.false())
