"""Partitions that come and go with the calendar (DynamicPartitionScheduler.java; DynamicPartitionUtil.java)."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..server_errors import SqlError, analysis, framed, internal
from .catalog import Range, Table, TableState
from .partition_names import PartitionDefinition, after, moment_text, range_name, truncated
from .partitions import add_partitions, drop_partitions, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from ..frontend import Frontend
    from .catalog import Schema

__all__ = [
    "ScheduleRecord",
    "check_alter_allowed",
    "check_properties",
    "register_dynamic_partitions",
    "schedule_dynamic_partitions",
]

_PREFIX = "dynamic_partition."
_LEAST = -(2**31)
"""DynamicPartitionProperty.java, MIN_START_OFFSET: nothing is dropped."""

_MOST = 500
"""Config.java, max_dynamic_partition_num."""

_UNITS = ("HOUR", "DAY", "WEEK", "MONTH", "YEAR")
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "largeint")


@dataclass(frozen=True, slots=True)
class _Plan:
    """The properties of one table, read."""

    unit: str
    start: int
    end: int
    prefix: str
    buckets: int
    history: int
    first_weekday: int
    first_day: int
    zone: tzinfo
    replication_num: int | None

    def border(self, now: datetime, offset: int) -> datetime:
        """Where the unit that lies so far from now begins (getPartitionRangeString)."""
        if self.unit == "WEEK":
            return truncated(now + timedelta(weeks=offset), "WEEK", self.first_weekday)
        return after(truncated(now, self.unit, first_day=self.first_day), offset, self.unit)


def _wanted(properties: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {key.removeprefix(_PREFIX): value for key, value in properties if key.startswith(_PREFIX)}


def check_properties(
    frontend: Frontend, schema: Schema, properties: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Check the properties, and fill in what SHOW CREATE TABLE shows of them (checkInputDynamicPartitionProperties).

    Raises
    ------
    SqlError
        For what is missing or wrong.
    """
    wanted = _wanted(properties)
    if not wanted:
        return tuple(properties)
    if not schema.partition_kind.is_range or len(schema.partition_columns) != 1:
        raise internal("Dynamic partition only support single-column range partition")
    if schema.partition_expressions:
        raise internal("Expression partitioning does not support properties of dynamic partitioning")
    if "time_unit" not in wanted:
        raise internal("Must assign dynamic_partition.time_unit properties")
    if "end" not in wanted:
        raise internal("Must assign dynamic_partition.end properties")
    _check_values(wanted)
    column = schema.column(schema.partition_columns[0])
    if wanted["time_unit"].upper() == "HOUR" and column is not None and column.base_type == "date":
        raise analysis("Date type partition does not support dynamic partitioning granularity of hour")
    defaults = {
        "enable": "true",
        "prefix": "p",
        "start": str(_LEAST),
        "time_zone": str(frontend.zone),
        "history_partition_num": "0",
    }
    filled = {f"{_PREFIX}{key}": value for key, value in {**defaults, **wanted}.items()}
    return tuple({**dict(properties), **filled}.items())


def _check_values(wanted: dict[str, str]) -> None:
    if wanted["time_unit"].upper() not in _UNITS:
        unit = wanted["time_unit"]
        raise SqlError(f"Unsupported time unit {unit}. Expect HOUR/DAY/WEEK/MONTH/YEAR.", 5065, "42000")
    for key in ("start", "end", "buckets", "history_partition_num", "start_day_of_week", "start_day_of_month"):
        if key in wanted and not re.fullmatch(r"-?\d+", wanted[key]):
            raise internal(f"Invalid properties: {_PREFIX}{key}")
    if "start" in wanted and int(wanted["start"]) >= 0:
        raise SqlError("Dynamic partition start must less than 0", 5066, "42000")
    if int(wanted["end"]) <= 0:
        raise SqlError("Dynamic partition end must greater than 0", 5066, "42000")
    if int(wanted["end"]) + int(wanted.get("history_partition_num", "0")) > _MOST:
        number = int(wanted["end"]) + int(wanted.get("history_partition_num", "0"))
        raise internal(f"Too many dynamic partitions: {number}. Limit: {_MOST}")
    if not 1 <= int(wanted.get("start_day_of_week", "1")) <= 7:
        raise internal(f"{_PREFIX}start_day_of_week should between 1 and 7")
    if not 1 <= int(wanted.get("start_day_of_month", "1")) <= 28:
        raise internal(f"{_PREFIX}start_day_of_month should between 1 and 28")


def _plan(frontend: Frontend, table: Table) -> _Plan | None:
    wanted = _wanted(table.schema.properties)
    if wanted.get("enable", "false").lower() != "true" or len(table.schema.partition_columns) != 1:
        return None
    try:
        zone: tzinfo = ZoneInfo(wanted["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, KeyError):
        zone = frontend.zone
    number = int(wanted.get("replication_num", "-1"))
    return _Plan(
        unit=wanted["time_unit"].upper(),
        start=int(wanted.get("start", _LEAST)),
        end=int(wanted["end"]),
        prefix=wanted.get("prefix", "p"),
        buckets=int(wanted.get("buckets", "0")),
        history=int(wanted.get("history_partition_num", "0")),
        first_weekday=int(wanted.get("start_day_of_week", "1")),
        first_day=int(wanted.get("start_day_of_month", "1")),
        zone=zone,
        replication_num=number if number > 0 else None,
    )


def check_alter_allowed(table: Table) -> None:
    """Refuse ADD and DROP PARTITION where the scheduler makes and drops them (checkAlterAllowed)."""
    if _wanted(table.schema.properties).get("enable", "false").lower() == "true":
        raise framed(
            internal(
                "Cannot add/drop partition on a Dynamic Partition Table, "
                'Use command `ALTER TABLE tbl_name SET ("dynamic_partition.enable" = "false")` firstly.'
            )
        )


@dataclass(slots=True)
class ScheduleRecord:
    """What the scheduler last did to a table (SchedulerRuntimeInfoCollector.java); it is kept in memory alone."""

    updated: float | None = None
    """When the table's properties were last read."""
    run: float | None = None
    added: str = ""
    """Why partitions could not be added; empty if they could."""
    dropped: str = ""

    @property
    def failed(self) -> bool:
        """Whether SHOW DYNAMIC PARTITION TABLES says ERROR."""
        return bool(self.added or self.dropped)


def register_dynamic_partitions(frontend: Frontend, table: Table) -> None:
    """Note that a table's properties have been set, and schedule it at once (OlapTable.java, onCreate)."""
    if _wanted(table.schema.properties):
        frontend.schedules.setdefault(table.id, ScheduleRecord()).updated = frontend.clock.now()
        schedule_dynamic_partitions(frontend, table)


def schedule_dynamic_partitions(frontend: Frontend, table: Table) -> None:
    """Add the partitions that are due and drop those that are past (executeDynamicPartitionForTable).

    What goes wrong is noted, and hinders nobody. A table that is not in state NORMAL gets no new partitions, and DROP
    PARTITION refuses it.
    """
    plan = _plan(frontend, table)
    if plan is None:
        return
    record = frontend.schedules.setdefault(table.id, ScheduleRecord())
    record.run = frontend.clock.now()
    now = datetime.fromtimestamp(record.run, plan.zone).replace(tzinfo=None)
    column = table.schema.column(table.schema.partition_columns[0])
    type_ = column.base_type if column else "date"
    if table.state is not TableState.NORMAL:
        record.added = (
            f"Table[{table.name}]'s state is not NORMAL.Do not allow doing dynamic add partition. "
            f"table state={table.state.value}"
        )
        return
    past = _past(table, plan, now, type_)
    if past:
        with _noted(record, "dropped"):
            frontend.rows.drop(drop_partitions(frontend, table, past))
    due = _due(table, plan, now, type_)
    if due:
        with _noted(record, "added"):
            add_partitions(frontend, table, due, buckets=plan.buckets or None, replication_num=plan.replication_num)


@contextmanager
def _noted(record: ScheduleRecord, what: str) -> Iterator[None]:
    try:
        yield
    except SqlError as error:
        setattr(record, what, error.message)
    else:
        setattr(record, what, "")


def _due(table: Table, plan: _Plan, now: datetime, type_: str) -> list[PartitionDefinition]:
    order = table.schema.order
    ranges = [each.range for each in table.partitions.values() if each.range is not None]
    found = []
    for offset in range(max(plan.start, -plan.history), plan.end + 1):
        border = plan.border(now, offset)
        new = Range((moment_text(border, type_),), (moment_text(plan.border(now, offset + 1), type_),))
        there = False
        for each in ranges:
            if not overlaps(table.schema, each, new):
                continue
            if order(each.lower) <= order(new.lower) < order(each.upper) and order(each.upper) < order(new.upper):
                # A partition of an older, longer unit reaches into this one, which begins where that ends.
                new = Range(each.upper, new.upper)
                continue
            there = True
            break
        if not there:
            found.append(PartitionDefinition(range_name(border, plan.unit, plan.prefix), new, quiet=True))
    return found


def _past(table: Table, plan: _Plan, now: datetime, type_: str) -> list[str]:
    if plan.start == _LEAST:
        return []
    order = table.schema.order
    least = order((moment_text(plan.border(now, plan.start), type_),))
    return [
        each.name for each in table.partitions.values() if each.range is not None and order(each.range.upper) <= least
    ]
