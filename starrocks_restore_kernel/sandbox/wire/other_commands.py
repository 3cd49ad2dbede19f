"""Commands of the MySQL protocol that a frontend does not carry out (ConnectProcessor.java, dispatch)."""

from __future__ import annotations

from ..server_errors import SqlError

__all__ = ["no_command"]

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
