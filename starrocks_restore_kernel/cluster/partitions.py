"""The partitions of a whole database, held in columns: a million of them are a few dozen megabytes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple

from .sizes import parse_size

__all__ = ["Partition", "PartitionColumns", "Partitions"]

_COLUMNS = tuple(map(itemgetter, range(8)))
_ABSENT = -1
_TRUE = frozenset({True, "1", "true", "TRUE", "True"})


class Partition(NamedTuple):
    """A partition of a table.

    Where it has several physical ones, rows and bytes are their sum.
    """

    name: str
    values: str = ""
    """Its range or list as the server shows it; empty for a table that is not partitioned."""
    buckets: int | None = None
    replication_num: int | None = None
    temporary: bool = False
    rows: int | None = None
    bytes: int | None = None
    physical: int = 1
    """How many physical partitions it has; more than one with automatic bucketing."""


class PartitionColumns(NamedTuple):
    """The physical partitions of one table, a sequence a column; -1 is a number that is not known."""

    names: Sequence[str]
    values: Sequence[str]
    replicas: Sequence[int]
    temporary: Sequence[int]
    rows: Sequence[int]
    bytes: Sequence[int]


class Partitions(Mapping[str, tuple[Partition, ...]]):
    """The partitions of each table, made when they are asked for.

    Examples
    --------
    >>> rows = [("orders", "p1", "[…)", 8, 3, 0, 10, 1200), ("orders", "p1", "[…)", 8, 3, 0, 20, 2200)]
    >>> (p1,) = Partitions([rows])["orders"]
    >>> p1.name, p1.replication_num, p1.rows, p1.bytes, p1.physical
    ('p1', 3, 30, 3400, 2)
    """

    COLUMNS = (
        "TABLE_NAME",
        "PARTITION_NAME",
        "PARTITION_VALUE",
        "BUCKETS",
        "REPLICATION_NUM",
        "IS_TEMP",
        "ROW_COUNT",
        "DATA_SIZE",
    )
    """Of information_schema.partitions_meta: the order that rows are taken in, one a physical partition."""

    __slots__ = ("_buckets", "_bytes", "_names", "_places", "_replicas", "_rows", "_temporary", "_values")

    def __init__(self, batches: Iterable[Sequence[Sequence[Any]]] = ()) -> None:
        self._names: list[str] = []
        self._values: list[str] = []
        self._buckets, self._replicas = array("i"), array("i")
        self._rows, self._bytes = array("q"), array("q")
        self._temporary = bytearray()
        # Rows of a table come together; where they do not, it has several places.
        self._places: dict[str, list[range]] = {}
        # A text that comes again is kept once: a database's tables mostly have the same partitions.
        pool: dict[str, str] = {}
        for batch in batches:
            if batch:
                self._take(batch, pool.setdefault)

    def _take(self, batch: Sequence[Sequence[Any]], known: Any) -> None:
        # A pass a column: turning the rows over with zip(*batch) takes three times as long.
        tables, names, values, buckets, replicas, temporary, rows, sizes = (list(map(each, batch)) for each in _COLUMNS)
        if None in values:
            values = ["" if each is None else each for each in values]
        start = len(self._names)
        self._names += map(known, names, names)
        self._values += map(known, values, values)
        self._buckets += _integers("i", buckets)
        self._replicas += _integers("i", replicas)
        self._rows += _integers("q", rows)
        self._bytes += _integers("q", sizes)
        self._temporary += bytes(map(_TRUE.__contains__, temporary))
        for table, run in groupby(tables):
            stop = start + len(list(run))
            places = self._places.setdefault(table, [])
            if places and places[-1].stop == start:
                places[-1] = range(places[-1].start, stop)
            else:
                places.append(range(start, stop))
            start = stop

    @classmethod
    def of(cls, tables: Mapping[str, Iterable[Partition]]) -> Partitions:
        """The partitions given, as if they had been read."""
        return cls(
            [
                [
                    (table, p.name, p.values, p.buckets, p.replication_num, p.temporary, *counted)
                    for p in partitions
                    for counted in [(p.rows, p.bytes), *[(0, 0)] * (p.physical - 1)]
                ]
                for table, partitions in tables.items()
            ]
        )

    def __getitem__(self, table: str) -> tuple[Partition, ...]:
        places = self._places[table]
        found = tuple(chain.from_iterable(self._at(place.start, place.stop) for place in places))
        if len({(each.name, each.temporary) for each in found}) == len(found):
            return found
        return _merged(found)

    def _at(self, start: int, stop: int) -> Iterator[Partition]:
        here = slice(start, stop)
        return map(
            Partition,
            self._names[here],
            self._values[here],
            map(_known, self._buckets[here]),
            map(_known, self._replicas[here]),
            map(bool, self._temporary[here]),
            map(_known, self._rows[here]),
            map(_known, self._bytes[here]),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, table: object) -> bool:
        return table in self._places

    def __repr__(self) -> str:
        return f"Partitions({len(self)} tables, {self.physical} physical partitions)"

    @property
    def physical(self) -> int:
        """How many physical partitions there are in all."""
        return len(self._names)

    def columns(self, table: str) -> PartitionColumns:
        """The physical partitions of a table; nothing of one that has none. No `Partition` is made."""
        places = self._places.get(table, ())
        if len(places) == 1:
            here = slice(places[0].start, places[0].stop)
            return PartitionColumns(
                self._names[here],
                self._values[here],
                self._replicas[here],
                self._temporary[here],
                self._rows[here],
                self._bytes[here],
            )
        # What stands in several places is put together; of what is not there that is nothing.
        return PartitionColumns(
            *([each for place in places for each in column[place.start : place.stop]] for column in self._columns())
        )

    def _columns(self) -> Iterator[Sequence[Any]]:
        yield from (self._names, self._values, self._replicas, self._temporary, self._rows, self._bytes)

    def replicas(self, table: str) -> dict[str, int]:
        """The replica number of each partition that is not temporary, by name, where it is known.

        The short way for many tables: no `Partition` is made.
        """
        found: dict[str, int] = {}
        for place in self._places.get(table, ()):
            here = slice(place.start, place.stop)
            replicas, temporary = self._replicas[here], self._temporary[here]
            names = self._names[here]
            if any(temporary) or _ABSENT in replicas:
                rows = zip(names, replicas, temporary, strict=True)
                found.update((name, number) for name, number, gone in rows if not gone and number != _ABSENT)
            else:
                found.update(zip(names, replicas, strict=True))
        return found


def _known(number: int) -> int | None:
    return None if number == _ABSENT else number


def _integers(code: str, column: Sequence[Any]) -> array[int]:
    try:
        return array(code, column)
    except TypeError:
        # NULLs, or the texts that some releases send for DATA_SIZE (ByteSizeValue.java).
        return array(code, [_ABSENT if number is None else number for number in map(parse_size, column)])


def _merged(partitions: Iterable[Partition]) -> tuple[Partition, ...]:
    merged: dict[tuple[str, bool], Partition] = {}
    for each in partitions:
        key = each.name, each.temporary
        before = merged.get(key)
        merged[key] = (
            each
            if before is None
            else before._replace(
                rows=_sum(before.rows, each.rows),
                bytes=_sum(before.bytes, each.bytes),
                physical=before.physical + 1,
            )
        )
    return tuple(merged.values())


def _sum(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right
