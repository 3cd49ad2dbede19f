"""What a table's state forbids, in the server's words (InvalidOlapTableStateException.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..server_errors import internal
from .catalog import TableState

if TYPE_CHECKING:
    from .catalog import Table

__all__ = ["require_normal"]

# FeConstants.java
_DOCUMENTS = "https://docs.starrocks.io/docs/sql-reference/sql-statements"
_SHOW_ALTER = f"{_DOCUMENTS}/table_bucket_part_index/SHOW_ALTER"
_SHOW_ALTER_VIEW = f"{_DOCUMENTS}/materialized_view/SHOW_ALTER_MATERIALIZED_VIEW"
_SHOW_RESTORE = f"{_DOCUMENTS}/backup_restore/SHOW_RESTORE"

_WHAT = {
    TableState.ROLLUP: (
        "A materialized view or rollup index is being created on the table {}. "
        "Please wait until the current operation completes. "
        f"To check the status of the operation, see {_SHOW_ALTER_VIEW} or {_SHOW_ALTER}"
    ),
    TableState.SCHEMA_CHANGE: (
        "A schema change operation is in progress on the table {}. Please wait until the current operation completes. "
        f"To check the status of the operation, see {_SHOW_ALTER}"
    ),
    TableState.RESTORE: (
        "A snapshot restore operation is in progress on the table {}. "
        f"Please wait until the current operation completes. To check the status of the operation, see {_SHOW_RESTORE}"
    ),
}


def require_normal(table: Table) -> None:
    """Refuse to alter a table that something else is at work on.

    Raises
    ------
    SqlError
        Saying what it is, and where to look.
    """
    if table.state is not TableState.NORMAL:
        what = _WHAT.get(table.state, f"The table {{}} is currently in state {table.state.value}")
        raise internal(what.format(table.name))
