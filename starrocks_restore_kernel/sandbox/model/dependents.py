"""Which materialized views read which tables, and how they become inactive (AlterMVJobExecutor.java).

Every table of a real frontend lists the views that read it (Table.java, relatedMaterializedViews). Here one book beside
the databases does: a hundred thousand tables without a view cost nothing, and nobody walks through them to find one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .catalog import MaterializedView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..frontend import Frontend
    from .catalog import Database, Table, View

__all__ = [
    "BACKUP_REASON",
    "MANUAL_REASON",
    "Dependents",
    "Wanted",
    "inactivate",
    "inactivate_for_columns",
    "inactivate_readers",
    "register_all",
]

MANUAL_REASON = "user use alter materialized view set status to inactive"
"""AlterJobMgr.java, MANUAL_INACTIVE_MV_REASON."""

BACKUP_REASON = "it's in backup and will be activated after restore if possible"
"""MVActiveChecker.java, MV_BACKUP_INACTIVE_REASON; stands in every materialized view that a snapshot holds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a refresh is to do."""

    force: bool = False
    """Whether to fill what is up to date already."""
    start: str = ""
    """``PARTITION START (…)``; the partitions from here on, and before ``end``."""
    end: str = ""
    values: tuple[tuple[str, ...], ...] = ()
    """The partitions of these lists."""


class Dependents:
    """The materialized views of one frontend, by the tables that they read.

    It holds the views themselves, so a view that was renamed or swapped is found; one that was dropped is passed over.
    What is in here and nowhere else is forgotten with the memory: refreshes that wait, and how long a view that could
    not be activated is left alone.
    """

    def __init__(self) -> None:
        self._views: dict[int, tuple[Database, MaterializedView]] = {}
        self._readers: dict[int, dict[int, None]] = defaultdict(dict)
        self.waiting: dict[int, Wanted] = {}
        """The refreshes to do at the next round, by the view's id."""
        self.tried: dict[int, tuple[float, dict[str, int]]] = {}
        """When a refresh last failed, and over what, so that it is not tried again before there is something new."""
        self.next_check = 0.0
        """When the inactive views are looked at again."""
        self.grace: dict[int, tuple[int, float]] = {}
        """How often activating failed, and when it is tried again (MVActiveChecker.java, MvActiveInfo)."""

    def register(self, database: Database, view: MaterializedView) -> None:
        """Make a view known, or know it by its new base tables."""
        self._views[view.id] = (database, view)
        for base in view.base_tables:
            self._readers[base.table_id][view.id] = None

    def all(self) -> list[tuple[Database, MaterializedView]]:
        """List the views that are there, and forget those that are not."""
        gone = [key for key, (database, view) in self._views.items() if database.tables.get(view.name) is not view]
        for key in gone:
            del self._views[key]
            self.waiting.pop(key, None)
            self.grace.pop(key, None)
        return list(self._views.values())

    def of(self, table_id: int) -> list[tuple[Database, MaterializedView]]:
        """List the views that read a table."""
        found = []
        for key in list(self._readers.get(table_id, ())):
            known = self._views.get(key)
            if known is not None and _reads(*known, table_id):
                found.append(known)
            else:
                del self._readers[table_id][key]
        return found


def _reads(database: Database, view: MaterializedView, table_id: int) -> bool:
    there = database.tables.get(view.name) is view
    return there and any(base.table_id == table_id for base in view.base_tables)


def inactivate(frontend: Frontend, database: Database, view: MaterializedView, reason: str) -> None:
    """Make a view inactive, and then all that read it (doInactiveMaterializedViewRecursive)."""
    _inactivate(frontend, [(database, view)], reason)


def inactivate_readers(frontend: Frontend, table: Table | View, reason: str) -> None:
    """Make what reads a table inactive, because the table is no longer what it was.

    Parameters
    ----------
    reason
        Such as ``base-table dropped: t`` (MaterializedViewExceptions.java).
    """
    _inactivate(frontend, frontend.dependents.of(table.id), reason, forget=True)


def inactivate_for_columns(frontend: Frontend, table: Table, columns: Iterable[str]) -> None:
    """Make those inactive whose query names a column that was changed or dropped.

    The server asks the query's plan; here a column that stands in the stored text behind its table's name is used.
    """
    wanted = [name for name in columns if name]
    readers = [
        (database, view)
        for database, view in frontend.dependents.of(table.id)
        if any(f"`{name.lower()}`" in view.definition.lower() for name in wanted)
    ]
    if wanted:
        _inactivate(frontend, readers, f"base table schema changed for columns: {','.join(wanted)}", forget=True)


def _inactivate(
    frontend: Frontend, views: Iterable[tuple[Database, MaterializedView]], reason: str, *, forget: bool = False
) -> None:
    visited: set[int] = set()
    views = list(views)
    if not views:
        return
    with frontend.journal.writing():
        for database, view, why in _reached(frontend, views, reason, visited):
            view.active, view.inactive_reason = False, why
            frontend.dependents.waiting.pop(view.id, None)
            if forget:
                # So that the next refresh fills everything again.
                view.base_versions, view.filled = {}, False
            frontend.journal.save_object(database, view)


def _reached(
    frontend: Frontend, views: Iterable[tuple[Database, MaterializedView]], reason: str, visited: set[int]
) -> Iterator[tuple[Database, MaterializedView, str]]:
    left = [(database, view, reason) for database, view in views]
    while left:
        database, view, why = left.pop(0)
        if view.id in visited:
            continue
        visited.add(view.id)
        yield database, view, why
        left += [(*each, f"base-mv inactive: {view.name}") for each in frontend.dependents.of(view.id)]


def register_all(frontend: Frontend) -> None:
    """Build the book anew, as a frontend that comes up does (MaterializedView.java, onReload)."""
    for database in frontend.databases.values():
        for each in database.tables.values():
            if isinstance(each, MaterializedView):
                frontend.dependents.register(database, each)
