"""Counting both sides of a restore: each table, each partition, and a query of the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..drawing import Listing
from ..errors import UsageProblem
from ..language.quoting import quote_name, quote_partition
from .desk import Desk
from .facts import TargetFacts

__all__ = ["Compared", "Pair", "Queries", "Side", "check_queries", "compare"]

Queries = str | Mapping[str, str]
"""A query with ``{table}`` in it for every table, or one a table, by the table's name in the snapshot."""

_AT_ONCE = 100
"""Partitions counted by one statement."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A table as it is, and its restored copy.

    Attributes
    ----------
    source
        Its name in the snapshot.
    partitions
        Those restored; None for all.
    existed
        Whether there was a table to compare and exchange with when the procedure was made.
    live_id
        The id that it had then; a table keeps it whatever its name is (OlapTable.java). None where it is not known.
    """

    source: str
    live: str
    copy: str
    partitions: tuple[str, ...] | None = None
    existed: bool = True
    live_id: int | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as it is now."""

    database: str
    target: TargetFacts

    def holds(self, table: str) -> bool:
        """Whether the table is there."""
        return table in (self.target.tables or {})

    def partitions(self, table: str) -> tuple[str, ...]:
        """Its partitions by name; nothing for a table that is not partitioned, whose one bears its name."""
        known = {} if self.target.partitions is None else self.target.partitions
        names = tuple(each.name for each in known.get(table, ()) if not each.temporary)
        return () if names == (table,) else names

    def place(self, table: str, version: str) -> str:
        """The table as SQL names it."""
        return f"{quote_name(self.database, version)}.{quote_name(table, version)}"


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison; a side is None where it has no such table or partition."""

    table: str
    what: str
    """A partition, ``all rows``, or the query."""
    now: Any
    restored: Any

    @property
    def same(self) -> bool:
        """Whether both sides have it, and it is equal."""
        return self.now is not None and self.now == self.restored


def compare(desk: Desk, pairs: Sequence[Pair], live: Side, copy: Side, queries: Mapping[str, str] = {}) -> Listing:
    """Count, and ask both sides what the user asks.

    Returns
    -------
    Listing
        Of `Compared` values: each table's rows in all, those of its partitions, and the query of the table.
    """
    found = [each for pair in pairs for each in _compared(desk, pair, live, copy, queries.get(pair.source))]
    rows = tuple((each.table, each.what, each.now, each.restored, _difference(each)) for each in found)
    differ = sum(not each.same for each in found)
    title = "Compared: no difference" if not differ else f"Compared: {differ:,} of {len(found):,} differ"
    return Listing(("table", "what", "now", "restored", "difference"), rows, tuple(found), title)


def _compared(desk: Desk, pair: Pair, live: Side, copy: Side, query: str | None) -> Iterator[Compared]:
    sides = (live, pair.live), (copy, pair.copy)
    wholes = [_whole(desk, side, table) for side, table in sides]
    yield Compared(pair.source, "all rows", *wholes)
    parts = [_by_partition(desk, side, table, pair.partitions) for side, table in sides]
    for name in dict.fromkeys([*parts[0], *parts[1]]):
        yield Compared(pair.source, f"partition {name}", parts[0].get(name), parts[1].get(name))
    if query is not None:
        yield Compared(pair.source, query, *(_asked(desk, side, table, query) for side, table in sides))


def _whole(desk: Desk, side: Side, table: str) -> int | None:
    if not side.holds(table):
        return None
    (row,) = desk.query(f"SELECT COUNT(*) AS n FROM {side.place(table, desk.version)}")
    return int(row["n"])


def _by_partition(desk: Desk, side: Side, table: str, only: tuple[str, ...] | None) -> dict[str, int]:
    if not side.holds(table):
        return {}
    place = side.place(table, desk.version)
    wanted = None if only is None else frozenset(only)
    names = [name for name in side.partitions(table) if wanted is None or name in wanted]
    counted: dict[str, int] = {}
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        # A name is told by its place, so that no text has to come back as it was sent.
        counts = (
            f"SELECT {number} AS place, COUNT(*) AS n FROM {place} PARTITION ({quote_partition(name, desk.version)})"
            for number, name in enumerate(some)
        )
        for row in desk.query(" UNION ALL ".join(counts)):
            counted[some[int(row["place"])]] = int(row["n"])
    return {name: counted[name] for name in names if name in counted}


def _asked(desk: Desk, side: Side, table: str, query: str) -> Any:
    """The rows of the user's query; one cell for itself."""
    if not side.holds(table):
        return None
    rows = [tuple(row.values()) for row in desk.query(query.replace("{table}", side.place(table, desk.version)))]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    # Without ORDER BY each side may give its rows in another order.
    return tuple(sorted(rows, key=repr))


def _difference(each: Compared) -> object:
    if each.same:
        return "same"
    if each.now is None:
        return "not there now"
    if each.restored is None:
        return "not restored"
    if isinstance(each.now, int | Decimal) and isinstance(each.restored, int | Decimal):
        return f"{each.restored - each.now:+,}"
    return "differs"


def check_queries(queries: Queries | None, tables: Sequence[str]) -> dict[str, str]:
    """A query a table.

    Raises
    ------
    UsageProblem
        If one is for a table that is not compared, or does not say where the table's name comes.
    """
    if queries is None:
        return {}
    found = dict.fromkeys(tables, queries) if isinstance(queries, str) else dict(queries)
    for table, query in found.items():
        if table not in tables:
            raise UsageProblem(f"{table} is not compared", hint=f"compared: {', '.join(tables)}")
        if "{table}" not in query:
            raise UsageProblem("the query would ask one side twice", hint="write {table} where the table's name comes")
    return found
