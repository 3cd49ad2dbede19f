"""How the server prints sizes, shares and flags, and how it matches names with LIKE."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo

__all__ = ["NEVER", "byte_size", "capacity", "flag", "like", "never", "percent", "quoted_names", "text_or_none"]

_UNITS = ("B", "KB", "MB", "GB", "TB")


def _scaled(count: int, units: tuple[str, ...]) -> tuple[float, str]:
    power = 0
    while power + 1 < len(units) and count >= 1024 ** (power + 1):
        power += 1
    return count / 1024**power, units[power]


def capacity(count: int, between: str = " ") -> str:
    """Print bytes with three decimals (DebugUtil.java, getByteUint).

    Examples
    --------
    >>> capacity(100 * 2**30), capacity(1536, ""), capacity(0)
    ('100.000 GB', '1.500KB', '0.000 B')
    """
    value, unit = _scaled(count, _UNITS)
    return f"{value:.3f}{between}{unit}"


def byte_size(count: int) -> str:
    """Print bytes with one decimal, cut off and not rounded (ByteSizeValue.java; Strings.java, format1Decimals).

    Examples
    --------
    >>> byte_size(2047), byte_size(1024), byte_size(0)
    ('1.9KB', '1KB', '0B')
    """
    value, unit = _scaled(count, (*_UNITS, "PB"))
    tenths = int(value * 10)
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}{unit}" if rest else f"{whole}{unit}"


def percent(part: float, whole: float, digits: int = 2) -> str:
    """Print a share in percent; of nothing it is 0 (BackendsProcDir.java)."""
    return f"{part * 100 / whole if whole > 0 else 0:.{digits}f} %"


NEVER = 253402271999.0
"""When storage cools down that does not: the end of 9999 in Shanghai (DataProperty.java, MAX_COOLDOWN_TIME_MS)."""


def never(zone: tzinfo) -> str:
    """Print that time in a zone; it may lie in a year that Python does not have.

    Examples
    --------
    >>> from datetime import timezone
    >>> never(UTC), never(timezone(timedelta(hours=9)))
    ('9999-12-31 15:59:59', '10000-01-01 00:59:59')
    """
    offset = datetime(9999, 12, 30, tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()
    # The same weekdays and months come round in 400 years.
    local = datetime(9599, 12, 31, 15, 59, 59, tzinfo=UTC).replace(tzinfo=None) + offset
    return f"{local.year + 400}-{local:%m-%d %H:%M:%S}"


def flag(value: object) -> str:
    """Print a Java boolean."""
    return "true" if value else "false"


def quoted_names(names: Iterable[str]) -> str:
    """Write names in a list, each in back quotes."""
    return ", ".join(f"`{name}`" for name in names)


def text_or_none(value: object) -> str | None:
    """Print a cell; what is NULL stays so."""
    return None if value is None else str(value)


def like(pattern: str | None, *, any_case: bool = False) -> Callable[[str], bool]:
    r"""Build a filter of a LIKE pattern (PatternMatcher.java, createMysqlPattern).

    Names of databases, tables, variables and configuration are matched in their case, those of columns in any
    (CaseSensibility.java). A backslash takes the meaning from ``%``, ``_`` and itself, and is dropped elsewhere.

    Examples
    --------
    >>> like("a\\_%")("a_b"), like("a\\_%")("axb"), like("A%")("abc"), like("A%", any_case=True)("abc")
    (True, False, False, True)
    """
    if pattern is None:
        return lambda _text: True
    parts = []
    for match in re.finditer(r"\\([%_\\])|\\|([%_])|(.)", pattern, re.DOTALL):
        escaped, wild, plain = match.groups()
        if wild is not None:
            parts.append(".*" if wild == "%" else ".")
        else:
            parts.append(re.escape(escaped or plain or ""))
    compiled = re.compile("".join(parts), re.IGNORECASE if any_case else re.NOFLAG)
    return lambda text: compiled.fullmatch(text) is not None
