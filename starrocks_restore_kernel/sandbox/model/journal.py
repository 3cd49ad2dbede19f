"""The edit log: what a frontend writes down, and so what it knows after a restart (EditLog.java).

A real one appends operations and replays them; this one keeps the last value of each entry, which a replay would come
to. It lies in the DuckDB database of the rows, so that one transaction holds both: a process that is killed between two
statements, or in the midst of one, opens whole. Where the rows end with the process, so does a `MemoryJournal`.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

import msgspec

from .catalog import Function, Partition, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import duckdb

    from .catalog import Database, View

__all__ = [
    "FORMAT",
    "GLOBAL",
    "DatabaseEntry",
    "Entry",
    "FunctionEntry",
    "Journal",
    "MemoryJournal",
    "PartitionEntry",
    "TableEntry",
]

Value = TypeVar("Value")

GLOBAL = 0
"""Stands for the database of a global function, which has none."""

_BATCH = 10_000
"""How many entries are handed to DuckDB at once: more take longer each, and memory."""

FORMAT = 2
"""Counts up when what is written down changes so that an older sandbox would misread it."""

_LARGE = 1 << 16
"""Bytes from which on an entry is packed."""

_ZLIB = b"x"
"""What a packed entry begins with, and no JSON does."""


class Entry(Enum):
    """What kinds of things are written down."""

    ALTER_JOB = "alter_job"
    CATALOG = "catalog"
    COUNTER = "counter"
    DATABASE = "database"
    FUNCTION = "function"
    GRANT = "grant"
    """One object's privileges, so that a grant to a role with ten thousand writes that one alone."""
    JOB = "job"
    LABEL = "label"
    """The label of a load, which a database takes once."""
    PARTITION = "partition"
    REPOSITORY = "repository"
    ROLE = "role"
    SERVER = "server"
    """What is no object: the next id, the time, the format."""
    TABLE = "table"
    USER = "user"
    VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class DatabaseEntry:
    """A database without what is in it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table without its partitions, a materialized view or a view; ``kind`` is the name of its class."""

    database: int
    kind: str
    object: msgspec.Raw


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function, and the id of its database; :data:`GLOBAL` for one of all databases."""

    database: int
    function: Function


@dataclass(frozen=True, slots=True)
class PartitionEntry:
    """A partition, so that a load into one of ten thousand writes that one alone."""

    table: int
    partition: Partition
    temporary: bool = False


class Journal:
    """Entries by kind and key; what is saved inside a transaction is written with it.

    Parameters
    ----------
    writing
        Opens a transaction, or joins the one that is open.
    """

    def __init__(self, writing: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]) -> None:
        self.writing = writing
        self._unwritten: dict[tuple[str, str], bytes | None] = {}
        self._shadowed: dict[int, int] = {}
        self.now: Callable[[], float] | None = None
        """The FE clock, whose time is written down with all else: one that ran fast must not go back."""

    def begin(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Make the journal's table where it is not there yet."""
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS journal (kind VARCHAR, key VARCHAR, value BLOB, PRIMARY KEY (kind, key))"
        )

    def save(self, kind: Entry, key: object, value: object) -> None:
        """Write one entry down."""
        with self.writing():
            self._note(kind, key, value)

    def _note(self, kind: Entry, key: object, value: object) -> None:
        # For those who are in a transaction already: of many entries, to join it costs more than the entry does.
        self._unwritten[kind.value, str(key)] = _packed(msgspec.json.encode(value))

    def forget(self, kind: Entry, key: object) -> None:
        """Strike one entry out."""
        with self.writing():
            self._unwritten[kind.value, str(key)] = None

    def flush(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Write what has been saved; the transaction calls it before it commits."""
        self._note_time()
        unwritten, self._unwritten = list(self._unwritten.items()), {}
        for start in range(0, len(unwritten), _BATCH):
            self._write(cursor, unwritten[start : start + _BATCH])

    def _note_time(self) -> None:
        if self._unwritten and self.now is not None:
            self._unwritten[Entry.SERVER.value, "time"] = msgspec.json.encode(int(self.now() * 1000))
            self._unwritten[Entry.SERVER.value, "format"] = msgspec.json.encode(FORMAT)

    def committed(self) -> None:
        """Hear that the transaction has taken effect."""

    def _write(self, cursor: duckdb.DuckDBPyConnection, entries: list[tuple[tuple[str, str], bytes | None]]) -> None:
        gone = [each for each, value in entries if value is None]
        kept = [(*each, value) for each, value in entries if value is not None]
        if gone:
            cursor.execute(
                "DELETE FROM journal WHERE (kind, key) IN (SELECT unnest($kinds), unnest($keys))",
                {"kinds": [kind for kind, _ in gone], "keys": [key for _, key in gone]},
            )
        if kept:
            kinds, keys, values = (list(each) for each in zip(*kept, strict=True))
            cursor.execute(
                "INSERT OR REPLACE INTO journal SELECT unnest($kinds), unnest($keys), unnest($values)",
                {"kinds": kinds, "keys": keys, "values": values},
            )

    def drop_unwritten(self) -> None:
        """Forget what a transaction saved that was rolled back."""
        self._unwritten = {}

    def clear(self) -> None:
        """Strike everything out."""
        with self.writing() as cursor:
            self._unwritten = {}
            cursor.execute("DELETE FROM journal")

    def load(self, kind: Entry, type_: type[Value]) -> dict[str, Value]:
        """Read all entries of a kind, by key, in the order of their keys as numbers."""
        decoder = msgspec.json.Decoder(type_)
        return {key: decoder.decode(_unpacked(value)) for key, value in self._read(kind)}

    def _read(self, kind: Entry) -> list[tuple[str, bytes]]:
        with self.writing() as cursor:
            self.flush(cursor)
            return cursor.execute(
                "SELECT key, value FROM journal WHERE kind = $kind ORDER BY try_cast(key AS BIGINT), key",
                {"kind": kind.value},
            ).fetchall()

    @staticmethod
    def decode(value: object, type_: type[Value]) -> Value:
        """Make an object of what was loaded as plain JSON."""
        return msgspec.convert(value, type_)

    # -- objects ---------------------------------------------------------------------------------------------------

    def save_database(self, database: Database) -> None:
        """Write a database down, without what is in it."""
        self.save(Entry.DATABASE, database.id, DatabaseEntry(database.id, database.name))

    def forget_database(self, database: Database) -> None:
        """Strike a database out, with all that is in it."""
        with self.writing():
            for each in database.tables.values():
                self.forget_object(each)
            for function in database.functions.values():
                self.forget(Entry.FUNCTION, function.id)
            self.forget(Entry.DATABASE, database.id)

    def save_object(self, database: Database, each: Table | View) -> None:
        """Write a table with its partitions, a materialized view or a view down."""
        with self.writing():
            if isinstance(each, Table):
                self._note_partitions(each, each.partitions.values(), temporary=False)
                self._note_partitions(each, each.temporary_partitions.values(), temporary=True)
            self.save_bare(database, each)

    def save_bare(self, database: Database, each: Table | View) -> None:
        """Write a table down without its partitions, or a view."""
        with self.writing():
            bare = each
            if isinstance(each, Table):
                self._note(Entry.COUNTER, each.id, each.next_auto_increment)
                bare = replace(each, partitions={}, temporary_partitions={})
            entry = TableEntry(database.id, type(each).__name__, msgspec.Raw(msgspec.json.encode(bare)))
            self._note(Entry.TABLE, each.id, entry)
            self._lift_shadow(each.id)

    def shadow(self, id_: int, older: int) -> None:
        """Note that memory holds another object in the place of an older one, which stays written down.

        So it is with a view that RESTORE replaced: the journal learns of the new one only when it is altered, and of
        the old one's end only when the new one is dropped.
        """
        self._shadowed[id_] = older

    def shadows(self, id_: int) -> bool:
        """Whether an older object is still written down in the place of this one."""
        return id_ in self._shadowed

    def _lift_shadow(self, id_: int) -> None:
        older = self._shadowed.pop(id_, None)
        if older is not None:
            self.forget(Entry.TABLE, older)

    def save_counter(self, table: Table) -> None:
        """Write down how far a table's AUTO_INCREMENT has counted; of a table it alone moves with loads."""
        self.save(Entry.COUNTER, table.id, table.next_auto_increment)

    def forget_object(self, each: Table | View) -> None:
        """Strike a table or view out."""
        with self.writing():
            if isinstance(each, Table):
                self.forget_partitions([*each.partitions.values(), *each.temporary_partitions.values()])
                self.forget(Entry.COUNTER, each.id)
            self.forget(Entry.TABLE, each.id)
            self._lift_shadow(each.id)

    def save_function(self, database: Database, function: Function) -> None:
        """Write a function down."""
        self.save(Entry.FUNCTION, function.id, FunctionEntry(database.id, function))

    def forget_function(self, function: Function) -> None:
        """Strike a function out."""
        self.forget(Entry.FUNCTION, function.id)

    def save_partitions(self, table: Table, partitions: Iterable[Partition], *, temporary: bool = False) -> None:
        """Write partitions down."""
        with self.writing():
            self._note_partitions(table, partitions, temporary=temporary)

    def _note_partitions(self, table: Table, partitions: Iterable[Partition], *, temporary: bool) -> None:
        for each in partitions:
            self._note(Entry.PARTITION, each.id, PartitionEntry(table.id, each, temporary))

    def forget_partitions(self, partitions: Iterable[Partition]) -> None:
        """Strike partitions out."""
        with self.writing():
            for each in partitions:
                self.forget(Entry.PARTITION, each.id)


def _packed(content: bytes) -> bytes:
    # A job holds its snapshot's description, which is long and says the same over and over.
    return zlib.compress(content, level=1) if len(content) > _LARGE else content


def _unpacked(value: bytes) -> bytes:
    if value[:1] != _ZLIB:
        return value
    try:
        return zlib.decompress(value)
    except zlib.error as error:
        raise ValueError(f"an entry of the journal is damaged: {error}") from error


class MemoryJournal(Journal):
    """The same entries in a dictionary: for a sandbox whose state ends with it, to write them into tables is dear."""

    def __init__(self, writing: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]) -> None:
        super().__init__(writing)
        self._written: dict[str, dict[str, bytes]] = defaultdict(dict)

    def begin(self, _cursor: duckdb.DuckDBPyConnection) -> None:
        """There is no table to make."""

    def flush(self, _cursor: duckdb.DuckDBPyConnection) -> None:
        """Leave it to `committed`: a dictionary has no transactions."""
        self._note_time()

    def committed(self) -> None:
        """Let what has been saved count as written."""
        unwritten, self._unwritten = self._unwritten, {}
        _put(self._written, unwritten)

    def clear(self) -> None:
        """Strike everything out."""
        with self.writing():
            self._unwritten = {(kind, key): None for kind, entries in self._written.items() for key in entries}

    def _read(self, kind: Entry) -> list[tuple[str, bytes]]:
        with self.writing():
            entries = {kind.value: dict(self._written[kind.value])}
            _put(entries, {each: value for each, value in self._unwritten.items() if each[0] == kind.value})
        return sorted(entries[kind.value].items(), key=_by_number)


def _by_number(entry: tuple[str, bytes]) -> tuple[bool, int, str]:
    key, _ = entry
    return (False, int(key), key) if key.isdecimal() else (True, 0, key)


def _put(written: dict[str, dict[str, bytes]], unwritten: Mapping[tuple[str, str], bytes | None]) -> None:
    for (kind, key), value in unwritten.items():
        if value is None:
            written[kind].pop(key, None)
        else:
            written[kind][key] = value
