"""Figures as a person reads them."""

from __future__ import annotations

__all__ = ["counted", "duration", "size"]

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")
_SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def size(number: float | None) -> str:
    """Bytes, in powers of 1024 as the server counts.

    Examples
    --------
    >>> size(512), size(1536), size(3 * 2**40)
    ('512 B', '1.5 KB', '3 TB')
    """
    if number is None:
        return ""
    power = 0
    while abs(number) >= 1024 and power < len(_UNITS) - 1:
        number /= 1024
        power += 1
    return f"{number:.1f}".removesuffix(".0") + f" {_UNITS[power]}"


def duration(seconds: float) -> str:
    """A stretch of time in its greatest unit.

    Examples
    --------
    >>> duration(86_400), duration(5400), duration(45)
    ('1 day', '1.5 hours', '45 seconds')
    """
    length, unit = next(((length, unit) for length, unit in _SPANS if seconds >= length), _SPANS[-1])
    number = f"{seconds / length:.1f}".removesuffix(".0")
    return f"{number} {unit}{'' if number == '1' else 's'}"


def counted(number: int, noun: str) -> str:
    """A number and a noun.

    Examples
    --------
    >>> counted(1, "table"), counted(2500, "table")
    ('1 table', '2,500 tables')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
