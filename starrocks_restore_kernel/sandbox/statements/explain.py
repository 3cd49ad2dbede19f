"""EXPLAIN: which tables a statement reads, and nothing of how a real server would run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ..model.catalog import Table
from .results import texts

if TYPE_CHECKING:
    from ..frontend import Frontend
    from .reader import Reader
    from .results import ResultRows

__all__ = ["explained", "explained_text"]


def explained_text(reader: Reader) -> str:
    """Take the words between EXPLAIN and the statement, and return the statement."""
    for word in ("LOGICAL", "ANALYZE", "VERBOSE", "COSTS", "SCHEDULER", "REWRITE", "OPTIMIZER"):
        if reader.accept(word):
            break
    return reader.rest()


def explained(frontend: Frontend, database: str | None, tree: exp.Expr) -> ResultRows:
    """Write the plan; the text is the sandbox's own, under the server's title."""
    lines = ["PLAN OF THE SANDBOX (a StarRocks server prints fragments here)"]
    hidden = {cte.alias for cte in tree.find_all(exp.CTE)}
    for each in tree.find_all(exp.Table):
        if not each.name or (each.name in hidden and not each.db):
            continue
        name = each.db or database or ""
        found = frontend.object(name, each.name) if name in frontend.databases else None
        if isinstance(found, Table):
            rows = sum(partition.row_count for partition in found.partitions.values())
            lines.append(f"  SCAN {name}.{each.name}: partitions={len(found.partitions)}, rows={rows}")
        else:
            lines.append(f"  SCAN {name}.{each.name}" if name else f"  SCAN {each.name}")
    return texts(["Explain String"], [(line,) for line in lines])
