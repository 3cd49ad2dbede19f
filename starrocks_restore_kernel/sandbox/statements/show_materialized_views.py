"""A materialized view's row, in SHOW and in information_schema (ShowMaterializedViewStatus.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.catalog import MaterializedView, PartitionKind
from .show_create import create_rollup, create_statement

if TYPE_CHECKING:
    from ..model.catalog import Rollup, Table

__all__ = ["MATERIALIZED_VIEW_COLUMNS", "materialized_view_rows"]

MATERIALIZED_VIEW_COLUMNS = tuple(
    "MATERIALIZED_VIEW_ID TABLE_SCHEMA TABLE_NAME REFRESH_TYPE IS_ACTIVE INACTIVE_REASON PARTITION_TYPE TASK_ID "
    "TASK_NAME LAST_REFRESH_START_TIME LAST_REFRESH_FINISHED_TIME LAST_REFRESH_DURATION LAST_REFRESH_STATE "
    "LAST_REFRESH_FORCE_REFRESH LAST_REFRESH_START_PARTITION LAST_REFRESH_END_PARTITION "
    "LAST_REFRESH_BASE_REFRESH_PARTITIONS LAST_REFRESH_MV_REFRESH_PARTITIONS LAST_REFRESH_ERROR_CODE "
    "LAST_REFRESH_ERROR_MESSAGE TABLE_ROWS MATERIALIZED_VIEW_DEFINITION EXTRA_MESSAGE QUERY_REWRITE_STATUS CREATOR "
    "LAST_REFRESH_PROCESS_TIME LAST_REFRESH_JOB_ID".split()
)
"""The columns of information_schema.materialized_views, which SHOW has in the same order under other names."""


def materialized_view_rows(database: str, table: Table) -> list[tuple[Any, ...]]:
    """List a table itself if it is a materialized view, and its rollups, which are synchronous ones.

    Returns
    -------
    list of tuple
        Times are seconds since the epoch.
    """
    if isinstance(table, MaterializedView):
        return [_asynchronous(database, table)]
    return [_synchronous(database, table, each) for each in table.rollups.values()]


def _asynchronous(database: str, view: MaterializedView) -> tuple[Any, ...]:
    refreshed = view.last_refresh
    rows = sum(each.row_count for each in view.partitions.values())
    return (
        *(view.id, database, view.name, view.refresh, "true" if view.active else "false", view.inactive_reason or None),
        # A task has an id of its own, and how long a refresh took is not kept here.
        *(view.schema.partition_kind.value, 0, f"mv-{view.id}", refreshed, refreshed, 0.0),
        *("SUCCESS" if refreshed is not None else None, "false", "", "", "", ""),
        *("0" if refreshed is not None else None, "", rows, create_statement(view), "", None, "root"),
        *(refreshed, None),
    )


def _synchronous(database: str, table: Table, rollup: Rollup) -> tuple[Any, ...]:
    kind = table.schema.partition_kind
    # The server counts rows only where there is one partition; those of a rollup are not counted here, and the base
    # table's are what an index without grouping holds.
    rows = sum(each.row_count for each in table.partitions.values()) if kind is PartitionKind.UNPARTITIONED else 0
    text = " ".join(create_rollup(table, rollup).split())
    return (
        *(rollup.id, database, rollup.name, "ROLLUP", "true", None, kind.value, 0, "", None, None, 0.0),
        *(None, "false", "", "", "", "", None, "", rows, text, "", None, None, None, None),
    )
