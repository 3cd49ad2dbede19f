"""SHOW ALTER TABLE and SHOW ALTER MATERIALIZED VIEW: the jobs that change tables (ShowAlterStmtAnalyzer.java)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from ..model.alter import ALTER_TITLES, AlterKind, AlterState, alter_rows
from ..server_errors import common, framed
from .clauses import read_clauses
from .results import ResultRows, texts
from .show_room import Room

if TYPE_CHECKING:
    from ..model.catalog import Database
    from .clauses import Condition
    from .reader import Reader
    from .show_room import Answer

__all__ = ["ShowAlter"]

_COUNTED = {
    AlterState.PENDING: "Pending",
    AlterState.WAITING_TXN: "Running",
    AlterState.RUNNING: "Running",
    AlterState.FINISHED: "Finished",
    AlterState.CANCELLED: "Cancelled",
}


class ShowAlter(Room):
    """Lists jobs; whoever may ask sees those of all tables of a database, as on a server."""

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        tables = {f"ALTER TABLE {kind.value}": partial(self._of_kind, kind) for kind in AlterKind}
        return {**tables, "ALTER MATERIALIZED VIEW": partial(self._of_kind, AlterKind.ROLLUP)}

    def _of_kind(self, kind: AlterKind, reader: Reader) -> ResultRows:
        database = self.frontend.databases.get(self.place(reader))
        clauses = read_clauses(reader)
        for each in clauses.conditions:
            _check(each)
        found = self.jobs(database, kind)
        titles = {column.name.lower() for column in found.columns}
        for name, _ in clauses.order:
            if name.lower() not in titles:
                raise framed(common(f"Title name[{name}] does not exist"))
        if kind is AlterKind.ROLLUP:
            # What is asked for is read and not looked at (ShowExecutor.java, visitShowAlterStatement).
            return found
        places = {column.name.lower(): place for place, column in enumerate(found.columns)}
        rows = [
            row
            for row in found.rows
            if all(_passes(row[places[each.column.lower()]], each) for each in clauses.conditions)
        ]
        return clauses.arranged(ResultRows(found.columns, rows))

    def jobs(self, database: Database | None, kind: AlterKind) -> ResultRows:
        """List all jobs of a kind; a system database has none."""
        titles = ALTER_TITLES[kind]
        rows = alter_rows(self.frontend, database, kind, self.viewer.zone) if database is not None else []
        if kind is AlterKind.COLUMN and self.frontend.shared_data:
            return texts(f"{titles} Warehouse", [(*row, "default_warehouse") for row in rows])
        return texts(titles, rows)

    def counted(self, database: Database, kind: AlterKind) -> tuple[str, ...]:
        """Count the jobs of a kind: pending, running, finished, cancelled and all (JobsProcDir.java, fetchResult)."""
        of = (each for each in self.frontend.alter_jobs.values() if each.database == database.id and each.kind is kind)
        counts = Counter(_COUNTED[each.state] for each in of)
        numbers = [counts[title] for title in ("Pending", "Running", "Finished", "Cancelled")]
        return tuple(str(number) for number in (*numbers, sum(numbers)))


def _check(each: Condition) -> None:
    """Refuse what is not filtered by (ShowAlterStmtAnalyzer.java, getPredicateValue)."""
    name = each.column.lower()
    if name in ("tablename", "state"):
        if each.operator != "=" or not isinstance(each.value, str):
            raise framed(
                common(
                    'Where clause : TableName = "table1" or State = "FINISHED|CANCELLED|RUNNING|PENDING|WAITING_TXN"'
                )
            )
    elif name not in ("createtime", "finishtime"):
        raise framed(common("The columns of TableName/CreateTime/FinishTime/State are supported."))
    elif not isinstance(each.value, str):
        raise framed(common('Where clause : CreateTime/FinishTime =|>=|<=|>|<|!= "2019-12-02|2019-12-02 14:54:00"'))


def _passes(cell: str, each: Condition) -> bool:
    """Judge one cell (SchemaChangeProcDir.java, filterResult); times have the order of their texts."""
    wanted = str(each.value)
    if each.column.lower() in ("createtime", "finishtime") and len(wanted) == len("2019-12-02"):
        wanted += " 00:00:00"
    return {
        "=": cell == wanted,
        "!=": cell != wanted,
        ">": cell > wanted,
        ">=": cell >= wanted,
        "<": cell < wanted,
        "<=": cell <= wanted,
    }[each.operator]
