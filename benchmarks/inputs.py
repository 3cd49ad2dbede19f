"""What is read: judged statements, and long ones made up to a size."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["SIZES", "accepted_restores", "objects", "right", "wrong"]

_CONFORMANCE = Path(__file__).parent.parent / "tests" / "language" / "conformance" / "syntax_4_1.jsonl"
SIZES = (1_000, 10_000, 50_000, 100_000)
"""Objects in ON of the long statements."""

_ITEMS = (
    "TABLE table_{0}",
    "TABLE table_{0} AS restored_{0}",
    "TABLE table_{0} PARTITION (p1, p2)",
    "VIEW view_{0}",
)


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in _CONFORMANCE.read_text("utf-8").splitlines())


def accepted_restores() -> list[str]:
    """The RESTORE statements that StarRocks' grammar takes."""
    return [row["sql"] for row in _rows() if row["accept"] and row["kind"] == "restoreStatement"]


def right() -> list[str]:
    """All statements of the family that StarRocks' grammar takes."""
    return [row["sql"] for row in _rows() if row["accept"]]


def wrong() -> list[str]:
    """Those that it refuses for their syntax; scripts of several statements are not among them."""
    return [row["sql"] for row in _rows() if not row["accept"] and row["why"] == "syntax"]


def objects(count: int) -> str:
    """One RESTORE of so many objects, an object a line: in turn bare, renamed, by partitions, a view."""
    items = ",\n  ".join(_ITEMS[number % len(_ITEMS)].format(number) for number in range(count))
    properties = '"backup_timestamp" = "2024-12-09-10-25-58-842", "replication_num" = "3"'
    return f"RESTORE SNAPSHOT shop.nightly FROM repo ON (\n  {items}\n) PROPERTIES ({properties})"
