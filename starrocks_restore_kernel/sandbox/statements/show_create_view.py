"""The DDL of a materialized view written back (MaterializedView.java, getMaterializedViewDdlStmt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..clock import time_text
from ..model.catalog import PartitionKind

if TYPE_CHECKING:
    from ..model.catalog import MaterializedView

__all__ = ["create_materialized_view", "escaped", "refresh_clause"]


def create_materialized_view(view: MaterializedView, *, simple: bool = True) -> str:
    """Write the statement that makes a view.

    Parameters
    ----------
    simple
        Whether its query stands there as it was written, which SHOW CREATE does, or as the server keeps it.
    """
    columns = {each.name: each for each in view.schema.columns}
    comments = {name: columns[name].comment for name in view.outputs or columns if name in columns}
    listed = ", ".join(f"`{name}`" + (f' COMMENT "{escaped(text)}"' if text else "") for name, text in comments.items())
    lines = [f"CREATE MATERIALIZED VIEW `{view.name}` ({listed})"]
    if view.comment:
        lines.append(f'COMMENT "{escaped(view.comment)}"')
    if view.schema.partition_kind is not PartitionKind.UNPARTITIONED:
        lines.append(f"PARTITION BY ({', '.join(view.schema.partition_expressions)})")
    lines.append(_distribution(view))
    if view.schema.sort_columns:
        lines.append(f"ORDER BY ({','.join(view.schema.sort_columns)})")
    lines.append(f"REFRESH {view.refresh_clause}")
    properties = {**dict(view.schema.properties), "replication_num": str(view.replication_num)}
    lines.append("PROPERTIES (")
    lines.append(",\n".join(f'"{key}" = "{value}"' for key, value in properties.items()))
    lines.append(")")
    lines.append(f"AS {view.original if simple and view.original else view.definition};")
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Write a text so that it can stand between double quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def refresh_clause(kind: str, *, deferred: bool, start: float, every: int, unit: str) -> str:
    """Write what stands behind REFRESH; the start only where the statement gave one."""
    text = f"DEFERRED {kind}" if deferred else kind
    if start:
        text += f' START("{time_text(start)}")'
    return text + (f" EVERY(INTERVAL {every} {unit})" if every else "")


def _distribution(view: MaterializedView) -> str:
    schema = view.schema
    buckets = "" if schema.automatic_buckets else f" BUCKETS {schema.buckets} "
    if not schema.distribution_columns:
        return f"DISTRIBUTED BY RANDOM{buckets.rstrip()}"
    names = ", ".join(f"`{name}`" for name in schema.distribution_columns)
    return f"DISTRIBUTED BY HASH({names}){buckets}"
