"""Sizes and shares as the server prints them, read back into numbers."""

from __future__ import annotations

import re

__all__ = ["parse_percent", "parse_size"]

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGTP]?)B?\s*", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}


def parse_size(value: object) -> int | None:
    """Bytes of a number or of a text such as ``1.500 TB``; None where there is none, or none that can be read.

    Units are powers of 1024, and what was printed was rounded (DebugUtil.java, getByteUint; ByteSizeValue.java).

    Examples
    --------
    >>> parse_size("1.500 TB"), parse_size("2KB"), parse_size("17"), parse_size(None)
    (1649267441664, 2048, 17, None)
    """
    if isinstance(value, int):
        return value
    found = _SIZE.fullmatch("" if value is None else str(value))
    return None if found is None else round(float(found[1]) * 1024 ** _POWERS[found[2].upper()])


def parse_percent(value: object) -> float | None:
    """The number of a text such as ``12.34 %``; None where there is none.

    Examples
    --------
    >>> parse_percent("12.34 %"), parse_percent("N/A")
    (12.34, None)
    """
    try:
        return float(str(value).rstrip("% "))
    except ValueError:
        return None
