"""SHOW MATERIALIZED VIEWS, FUNCTIONS, CATALOGS, DYNAMIC PARTITION TABLES and VARIABLES (ShowExecutor.java)."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

from ..model.catalog import Table
from ..model.dynamic_partitions import ScheduleRecord
from ..server_errors import SqlError, framed
from .printed import flag, like, text_or_none
from .results import Kind, ResultRows, texts, typed
from .show_create import masked
from .show_materialized_views import MATERIALIZED_VIEW_COLUMNS, materialized_view_rows
from .show_room import Room
from .show_variables import show_variables

if TYPE_CHECKING:
    from ..model.catalog import Function
    from .reader import Reader
    from .show_room import Answer

__all__ = ["ShowObjects"]

_NONE = "\\N"
"""FeConstants.java, NULL_STRING."""

_DYNAMIC = (
    "TableName Enable TimeUnit Start End Prefix Buckets ReplicationNum StartOf LastUpdateTime LastSchedulerTime State "
    "LastCreatePartitionMsg LastDropPartitionMsg InScheduler"
)

# What SHOW MATERIALIZED VIEWS calls a column in another way (ShowMaterializedViewsStmt.java, ALIAS_MAP).
_ALIASES = {
    "MATERIALIZED_VIEW_ID": "id",
    "TABLE_SCHEMA": "database_name",
    "TABLE_NAME": "name",
    "TABLE_ROWS": "rows",
    "MATERIALIZED_VIEW_DEFINITION": "text",
}
_TIMES = ("LAST_REFRESH_START_TIME", "LAST_REFRESH_FINISHED_TIME", "LAST_REFRESH_PROCESS_TIME")

_VIEW_KINDS = {
    Kind.BIGINT: "id task_id rows",
    Kind.DATETIME: "last_refresh_start_time last_refresh_finished_time last_refresh_process_time",
    Kind.DOUBLE: "last_refresh_duration",
}

_FUNCTION_TITLES = ["Signature", "Return Type", "Function Type", "Intermediate Type", "Properties"]

_INTERNAL_CATALOG = (
    "default_catalog",
    "Internal",
    "An internal catalog contains this cluster's self-managed tables.",
)


class ShowObjects(Room):
    """What there is beside plain tables and views."""

    def answers(self) -> dict[str, Answer]:
        """What is answered here, by the words behind SHOW."""
        return {
            "MATERIALIZED VIEWS": self._materialized_views,
            "FUNCTIONS": lambda reader: self._functions(reader, full=False),
            "FULL FUNCTIONS": lambda reader: self._functions(reader, full=True),
            # Built-in functions are the engine's own here, and global ones are not there.
            **dict.fromkeys(("BUILTIN FUNCTIONS", "GLOBAL FUNCTIONS"), lambda _reader: texts(["Function Name"])),
            **dict.fromkeys(
                ("FULL BUILTIN FUNCTIONS", "FULL GLOBAL FUNCTIONS"), lambda _reader: texts(_FUNCTION_TITLES)
            ),
            "CATALOGS": self._catalogs,
            "DYNAMIC PARTITION TABLES": self._dynamic_partitions,
            **{
                words: partial(self._variables, scope)
                for words, scope in {
                    "VARIABLES": "SESSION",
                    "SESSION VARIABLES": "SESSION",
                    "LOCAL VARIABLES": "SESSION",
                    "GLOBAL VARIABLES": "GLOBAL",
                    "VERBOSE VARIABLES": "VERBOSE",
                }.items()
            },
        }

    def _materialized_views(self, reader: Reader) -> ResultRows:
        database = self.place(reader)
        timed = [place for place, name in enumerate(MATERIALIZED_VIEW_COLUMNS) if name in _TIMES]
        rows = []
        for table in self.tables_of(database):
            for values in materialized_view_rows(database, table) if isinstance(table, Table) else ():
                cells = [text_or_none(value) or "" for value in values]
                cells[_DURATION] = f"{values[_DURATION]:.3f}"
                row: list[str | None] = list(cells)
                for place in timed:
                    row[place] = self.time(values[place])
                rows.append(tuple(row))
        titles = [_ALIASES.get(name, name.lower()) for name in MATERIALIZED_VIEW_COLUMNS]
        # LIKE is of the name, which is not the first column.
        if reader.accept("LIKE"):
            matches = like(reader.string())
            reader.end()
            return typed(texts(titles, [row for row in rows if matches(str(row[2]))]), _VIEW_KINDS)
        return typed(self.filtered(texts(titles, rows), reader), _VIEW_KINDS)

    # -- functions -------------------------------------------------------------------------------------------------

    def _functions(self, reader: Reader, *, full: bool) -> ResultRows:
        database = self.place(reader)
        pattern = reader.string() if reader.accept("LIKE") else None
        if reader.accept("WHERE"):
            raise framed(SqlError("Only support like 'function_pattern' syntax.", 5081, "42000"))
        reader.end()
        held = self.frontend.databases[database].functions if database in self.frontend.databases else {}
        found = [
            each
            for signature, each in held.items()
            if (pattern is None or _matches(pattern, each.name))
            and self.viewer.sight.may_see_function(database, signature)
        ]
        if not full:
            names = sorted({each.name for each in found})
            return texts(["Function Name"], [(name,) for name in names])
        return texts(_FUNCTION_TITLES, sorted(map(_function, found)))

    # -- catalogs --------------------------------------------------------------------------------------------------

    def _catalogs(self, reader: Reader) -> ResultRows:
        found = [
            (name, each.type.capitalize(), each.comment)
            for name, each in self.frontend.catalogs.items()
            if self.viewer.sight.may_see_catalog(name)
        ]
        return self.filtered(texts("Catalog Type Comment", sorted([*found, _INTERNAL_CATALOG])), reader)

    # -- dynamic partitions ----------------------------------------------------------------------------------------

    def _dynamic_partitions(self, reader: Reader) -> ResultRows:
        database = self.place(reader)
        reader.end()
        rows = []
        for table in self.tables_of(database):
            if isinstance(table, Table):
                settings = {
                    key.removeprefix("dynamic_partition."): value
                    for key, value in table.schema.properties
                    if key.startswith("dynamic_partition.")
                }
                if settings:
                    rows.append(self._dynamic(table, settings))
        return texts(_DYNAMIC, rows)

    def _dynamic(self, table: Table, settings: dict[str, str]) -> tuple[str | None, ...]:
        enabled = settings.get("enable", "").lower() == "true"
        unit = settings.get("time_unit", "").upper()
        # A number of its own makes the server show the cluster's default (ShowExecutor.java shows it so).
        own = settings.get("replication_num", "-1") != "-1"
        replicas = self.frontend.default_replication_num if own else str(table.replication_num)
        first = {
            "WEEK": f"{_DAYS[int(settings.get('start_day_of_week', '1')) - 1]}",
            "MONTH": f"{_ordinal(int(settings.get('start_day_of_month', '1')))}",
        }
        record = self.frontend.schedules.get(table.id, ScheduleRecord())
        return (
            *(table.name, flag(enabled), unit, settings.get("start", str(-(2**31))), settings.get("end", "0")),
            *(settings.get("prefix", "p"), settings.get("buckets", "0"), replicas, first.get(unit)),
            *(self.time(record.updated) or _NONE, self.time(record.run) or _NONE),
            *("ERROR" if record.failed else "NORMAL", record.added or _NONE, record.dropped or _NONE, flag(enabled)),
        )

    def _variables(self, scope: str, reader: Reader) -> ResultRows:
        variables = self.viewer.variables
        return show_variables(variables, reader, scope) if variables is not None else texts("Variable_name Value")


_DURATION = MATERIALIZED_VIEW_COLUMNS.index("LAST_REFRESH_DURATION")

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def _ordinal(day: int) -> str:
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _matches(pattern: str, name: str) -> bool:
    """Match as SHOW FUNCTIONS does, in any case, with ``?`` for one character (ShowFunctionsStmt.java, like)."""
    parts = ({"%": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern.lower())
    return re.fullmatch("".join(parts), name.lower()) is not None


def _function(each: Function) -> tuple[str, ...]:
    """Print one function (Function.java, getInfo); its properties come in an order that means nothing."""
    arguments = ",".join(text.split("(")[0].upper() for text in each.arguments)
    more = ", ..." if each.variadic else ""
    properties = {"fid": str(each.id), **{key: masked(key, value) for key, value in each.properties}}
    return (
        *(f"{each.name}({arguments}{more})", each.returns.split("(")[0].upper(), each.kind.capitalize(), "NULL"),
        json.dumps(properties, separators=(",", ":"), ensure_ascii=False),
    )
