"""Commands of the MySQL protocol beside queries, and those that a frontend refuses (ConnectProcessor.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..frontend import SYSTEM_DATABASES
from ..model.catalog import Table
from ..server_errors import SqlError
from ..statements.results import column_of

if TYPE_CHECKING:
    from ..frontend import Frontend
    from ..statements.results import ResultColumn

__all__ = ["listed_fields", "no_command"]

# MysqlCommand.java: what has a name there, and no handler in ConnectProcessor.java, dispatch.
_UNSUPPORTED = {
    0x00: "Sleep",
    0x05: "Create DB",
    0x06: "Drop Db",
    0x07: "Refresh",
    0x08: "Shutdown",
    0x09: "Statistics",
    0x0A: "Processlist",
    0x0B: "Connect",
    0x0C: "Kill",
    0x0D: "Debug",
    0x0F: "Time",
    0x10: "DELETE_INSERT",
    0x18: "COM_STMT_SEND_LONG_DATA",
    0x1D: "COM_DAEMON",
}


def no_command(code: int) -> SqlError:
    """Build the refusal of a command."""
    if code in _UNSUPPORTED:
        return SqlError(f"Unsupported command({_UNSUPPORTED[code]})")
    return SqlError("Unknown command(null)", 1047, "08S01")


def listed_fields(frontend: Frontend, database: str, name: str) -> list[tuple[ResultColumn, str]]:
    """List the columns of a table with their defaults, for COM_FIELD_LIST (handleFieldList).

    Raises
    ------
    SqlError
        If there is no such table.
    """
    if not name:
        raise SqlError("Empty tableName")
    with frontend.lock:
        if database in frontend.databases:
            found = frontend.databases[database].tables.get(name)
        elif database in SYSTEM_DATABASES:
            found = None
        else:
            raise SqlError(f"Unknown database({database})")
        if found is None:
            raise SqlError(f"Unknown table({name})")
        if isinstance(found, Table):
            return [(column_of(each.name, each.type), each.default or "") for each in found.schema.columns]
        return [(column_of(each, "varchar"), "") for each in found.columns]
