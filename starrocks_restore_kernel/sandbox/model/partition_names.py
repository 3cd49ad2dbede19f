"""Partitions that the server names itself: batches, and those that loads and the scheduler make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ..server_errors import analysis
from .catalog import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "PartitionDefinition",
    "after",
    "date_batch",
    "list_name",
    "moment_of",
    "moment_text",
    "number_batch",
    "range_name",
    "truncated",
]


@dataclass(frozen=True, slots=True)
class PartitionDefinition:
    """One PARTITION of a CREATE or ALTER TABLE, before the table gives it ids."""

    name: str
    range: Range | None = None
    values: tuple[tuple[str, ...], ...] | None = None
    replication_num: int | None = None
    quiet: bool = False
    """Whether it is written with IF NOT EXISTS."""


_MOST = 4096
"""Config.java, max_partitions_in_one_batch."""

_LONGEST_LIST_NAME = 50
"""FeConstants.java, MAX_LIST_PARTITION_NAME_LENGTH."""

_NAMES = {"MINUTE": "%Y%m%d%H%M", "HOUR": "%Y%m%d%H", "DAY": "%Y%m%d", "MONTH": "%Y%m", "YEAR": "%Y"}

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "largeint")


def moment_of(text: str) -> datetime | None:
    """Read a date or a time as partition values are written; None for what is none."""
    digits = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    try:
        return datetime.fromisoformat("-".join(digits.groups()) if digits else text)
    except ValueError:
        return None


def moment_text(moment: datetime, type_: str) -> str:
    """Write a bound as the partition column's type prints it; integers are dates as ``yyyyMMdd``."""
    if type_ == "datetime":
        # strftime does not pad years, isoformat does.
        return moment.replace(microsecond=0).isoformat(" ")
    return moment.date().isoformat().replace("-", "") if type_ in _NUMBERS else moment.date().isoformat()


def truncated(moment: datetime, unit: str, first_weekday: int = 1, first_day: int = 1) -> datetime:
    """Go back to where the unit begins; weekdays count from Monday, 1."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "WEEK":
        return day - timedelta(days=(day.isoweekday() - first_weekday) % 7)
    if unit == "MONTH":
        start = day.replace(day=first_day)
        return start if day.day >= first_day else after(start, -1, "MONTH")
    return {
        "MINUTE": moment.replace(second=0, microsecond=0),
        "HOUR": moment.replace(minute=0, second=0, microsecond=0),
        "DAY": day,
        "YEAR": day.replace(month=1, day=1),
    }[unit]


def after(moment: datetime, count: int, unit: str) -> datetime:
    """Go on by so many units."""
    if unit in ("MONTH", "YEAR"):
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "YEAR" else 1)
        return moment.replace(year=months // 12, month=months % 12 + 1)
    return moment + {
        "MINUTE": timedelta(minutes=count),
        "HOUR": timedelta(hours=count),
        "DAY": timedelta(days=count),
        "WEEK": timedelta(weeks=count),
    }[unit]  # fmt: skip


def range_name(moment: datetime, unit: str, prefix: str = "p") -> str:
    """Name a partition by where it begins (MultiRangePartitionDesc.java; DynamicPartitionUtil.java)."""
    if unit != "WEEK":
        return prefix + moment.strftime(_NAMES[unit])
    # java.util.Calendar in its usual locale: weeks begin on Sunday, and the first one holds the first of January.
    first = date(moment.year, 1, 1)
    week = (moment.timetuple().tm_yday - 1 + first.isoweekday() % 7) // 7 + 1
    sunday = moment.date() - timedelta(days=moment.isoweekday() % 7)
    if (sunday + timedelta(days=6)).year > moment.year:
        # The server calls the week that the next year begins in the 53rd of this one.
        week = 53
    return f"{prefix}{moment.year}_{week:02d}"


def date_batch(first: str, last: str, count: int, unit: str, *, type_: str, prefix: str) -> list[tuple[str, Range]]:
    """Make the partitions of ``START … END … EVERY (INTERVAL …)`` (MultiRangePartitionDesc.java)."""
    if type_ not in ("date", "datetime", *_NUMBERS):
        raise analysis(f"Unsupported batch partition build type:{type_.upper()}.")
    if unit not in ("HOUR", "DAY", "WEEK", "MONTH", "YEAR"):
        raise analysis(f"Batch build partition does not support time interval type: {unit}")
    if unit == "HOUR" and type_ != "datetime":
        raise analysis("Batch build partition for hour interval only supports partition column as DATETIME type")
    start, stop = moment_of(first), moment_of(last)
    if start is None or stop is None or type_ in _NUMBERS:
        raise analysis("Batch build partition EVERY is date type but START or END does not type match.")
    if start >= stop:
        raise analysis("Batch build partition start date should less than end date.")
    return _limited(_date_batch(start, stop, count, unit, type_=type_, prefix=prefix))


def _date_batch(
    start: datetime, stop: datetime, count: int, unit: str, *, type_: str, prefix: str
) -> Iterator[tuple[str, Range]]:
    while start < stop:
        name = range_name(truncated(start, "WEEK") if unit == "WEEK" else start, unit, prefix)
        # The first one begins as written, and ends where its unit does.
        end = after(truncated(start, unit), count, unit)
        if unit != "DAY":
            end = min(end, stop)
        yield name, Range((moment_text(start, type_),), (moment_text(end, type_),))
        start = end


def number_batch(first: str, last: str, step: int, *, type_: str, prefix: str) -> list[tuple[str, Range]]:
    """Make the partitions of ``START … END … EVERY (10)`` (MultiRangePartitionDesc.java)."""
    if type_ in ("date", "datetime"):
        raise analysis("Unknown timeunit for batch build partition.")
    if type_ not in _NUMBERS:
        raise analysis(f"Unsupported batch partition build type:{type_.upper()}.")
    try:
        start, stop = int(first), int(last)
    except ValueError:
        raise analysis("Batch build partition EVERY is number type but START or END does not type match.") from None
    if start >= stop or step < 1:
        raise analysis("Batch build partition start value should less then end value.")
    if (stop - start) / step > _MOST:
        raise analysis(f"The number of batch partitions should not exceed:{_MOST}")
    return [(f"{prefix}{number}", Range((str(number),), (str(number + step),))) for number in range(start, stop, step)]


def _limited(made: Iterator[tuple[str, Range]]) -> list[tuple[str, Range]]:
    found = []
    for each in made:
        found.append(each)
        if len(found) > _MOST:
            raise analysis(f"The number of batch partitions should not exceed:{_MOST}")
    return found


def list_name(values: tuple[str, ...]) -> str:
    """Name a list partition that a load makes by its values (AnalyzerUtils.java, getFormatPartitionValue)."""
    name = "p" + "_".join(_formatted(value) for value in values)
    if len(name) > _LONGEST_LIST_NAME:
        name = f"{name[:_LONGEST_LIST_NAME]}_{_java_hash(name):x}"
    return name


def _formatted(value: str) -> str:
    kept = [each if each.isascii() and each.isalnum() else "" if each in "-: " else f"{ord(each):x}" for each in value]
    return ("_" if value.startswith("-") else "") + "".join(kept)


def _java_hash(text: str) -> int:
    """String.hashCode of Java, as the unsigned number that toHexString prints."""
    found = 0
    data = text.encode("utf-16-be")
    for index in range(0, len(data), 2):
        found = (31 * found + int.from_bytes(data[index : index + 2], "big")) & 0xFFFFFFFF
    return found
