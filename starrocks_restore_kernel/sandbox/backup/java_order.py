"""The order in which a server's hash maps hand over their keys, which is the order that clients see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["hash_map_order"]

_SMALLEST = 16
_LOAD_FACTOR = 0.75


def _hash_code(text: str) -> int:
    """``String.hashCode``, over UTF-16 units, without a sign."""
    code = 0
    units = text.encode() if text.isascii() else memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    for unit in units:
        code = 31 * code + unit
    return code & 0xFFFFFFFF


def hash_map_order(names: Iterable[str]) -> list[str]:
    """Sort names as a ``java.util.HashMap`` hands them over that grew to hold them all.

    A bucket of eight names or more would be a tree there; such a one is left in the order of its coming here.

    Examples
    --------
    >>> hash_map_order(["orders", "customers", "order_items"])
    ['orders', 'customers', 'order_items']
    """
    listed = list(names)
    if len(listed) < 2:
        return listed
    size = _SMALLEST
    while len(listed) > size * _LOAD_FACTOR:
        size *= 2

    def bucket(name: str) -> int:
        code = _hash_code(name)
        return (code ^ (code >> 16)) & (size - 1)

    return sorted(listed, key=bucket)
