"""The packets of the MySQL protocol, as bytes (MysqlCodec.java and the Mysql…Packet.java files)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from functools import lru_cache
from typing import TYPE_CHECKING

from ..statements.results import Kind, ResultColumn

if TYPE_CHECKING:
    from ..server_errors import SqlError

__all__ = [
    "LONGEST",
    "MORE_RESULTS",
    "NATIVE",
    "SHA2",
    "BrokenPacket",
    "Capability",
    "ColumnType",
    "Login",
    "Payload",
    "auth_switch",
    "column_definition",
    "end_of_rows",
    "error_packet",
    "greeting",
    "lenenc",
    "lenenc_number",
    "ok_packet",
    "read_change_user",
    "read_login",
]

LONGEST = 0xFFFFFF
"""Bytes of one packet; what is longer goes on in the next."""

NATIVE = "mysql_native_password"
SHA2 = "caching_sha2_password"
MORE_RESULTS = 0x0008
"""SERVER_MORE_RESULTS_EXISTS."""

_UTF8 = 33
_BINARY = 63


class BrokenPacket(Exception):
    """What was read is no packet of a MySQL client; the server ends the connection without a word."""


class Capability(IntFlag):
    """The flags that matter here (MysqlCapability.java)."""

    LONG_FLAG = 0x4
    CONNECT_WITH_DB = 0x8
    PROTOCOL_41 = 0x200
    SSL = 0x800
    SECURE_CONNECTION = 0x8000
    PLUGIN_AUTH = 0x80000
    CONNECT_ATTRS = 0x100000
    LENENC_AUTH = 0x200000


# MysqlCapability.java, DEFAULT_FLAGS: no MULTI_STATEMENTS, no TRANSACTIONS, no DEPRECATE_EOF.
_SERVER = (
    Capability.PROTOCOL_41
    | Capability.LONG_FLAG
    | Capability.CONNECT_WITH_DB
    | Capability.SECURE_CONNECTION
    | Capability.PLUGIN_AUTH
    | Capability.LENENC_AUTH
    | Capability.CONNECT_ATTRS
)


# -- reading


class Payload:
    """A cursor over the bytes of one packet.

    Raises
    ------
    BrokenPacket
        From every reader that finds too little.
    """

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    def __len__(self) -> int:
        """Count the bytes that are left."""
        return len(self.data) - self.position

    def take(self, count: int) -> bytes:
        """Take so many bytes."""
        end = self.position + count
        if count < 0 or end > len(self.data):
            raise BrokenPacket
        found = self.data[self.position : end]
        self.position = end
        return found

    def number(self, size: int, *, signed: bool = False) -> int:
        """Take a number of so many bytes."""
        return int.from_bytes(self.take(size), "little", signed=signed)

    def lenenc_number(self) -> int:
        """Take a number that says its own length."""
        first = self.number(1)
        return first if first < 251 else self.number({252: 2, 253: 3, 254: 8}.get(first, -1))

    def lenenc(self) -> bytes:
        """Take bytes behind their length."""
        return self.take(self.lenenc_number())

    def terminated(self) -> bytes:
        """Take bytes up to a zero, or to the end (MysqlCodec.java, readNulTerminateString)."""
        end = self.data.find(b"\0", self.position)
        found = self.data[self.position :] if end < 0 else self.data[self.position : end]
        self.position = len(self.data) if end < 0 else end + 1
        return found

    def text(self) -> str:
        """Take text up to a zero."""
        return self.terminated().decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Login:
    """What a client says of itself, on connecting or to change its user.

    Parameters
    ----------
    plugin
        None for clients that are too old to name one.
    wants_tls
        Nothing follows; the client begins to encrypt, and says the rest then.
    """

    capabilities: int
    user: str = ""
    response: bytes = field(default=b"", repr=False)
    database: str = ""
    plugin: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    wants_tls: bool = False


def read_login(data: bytes) -> Login | None:
    """Read a handshake response; None for the protocol before 4.1 (MysqlAuthPacket.java, readFrom)."""
    payload = Payload(data)
    flags = payload.number(4)
    if not flags & Capability.PROTOCOL_41:
        return None
    payload.take(4 + 1 + 23)
    if not len(payload) and flags & Capability.SSL:
        return Login(flags, wants_tls=True)
    user = payload.text()
    response = _response(payload, flags)
    database = payload.text() if len(payload) and flags & Capability.CONNECT_WITH_DB else ""
    return Login(flags, user, response, database, *_plugin(payload, flags))


def read_change_user(data: bytes, flags: int) -> Login | None:
    """Read COM_CHANGE_USER, its code in front; None if it is too short (MysqlChangeUserPacket.java, readFrom)."""
    payload = Payload(data, 1)
    user = payload.text()
    if len(payload) < 1:
        return None
    response = _response(payload, flags)
    database = payload.text() if len(payload) else ""
    if len(payload) < 2:
        return None
    payload.take(2)
    return Login(flags, user, response, database, *_plugin(payload, flags))


def _response(payload: Payload, flags: int) -> bytes:
    if flags & Capability.LENENC_AUTH:
        return payload.lenenc()
    return payload.take(payload.number(1)) if flags & Capability.SECURE_CONNECTION else payload.terminated()


def _plugin(payload: Payload, flags: int) -> tuple[str | None, dict[str, str]]:
    plugin = payload.text() if len(payload) and flags & Capability.PLUGIN_AUTH else None
    attributes: dict[str, str] = {}
    if len(payload) and flags & Capability.CONNECT_ATTRS:
        try:
            inner = Payload(payload.lenenc())
            while len(inner):
                key = inner.lenenc().decode("utf-8", "replace")
                attributes[key] = inner.lenenc().decode("utf-8", "replace")
        except BrokenPacket:
            # What was read so far counts (MysqlAuthPacket.java, parseConnectAttrs).
            pass
    return plugin, attributes


# -- writing


def lenenc(data: bytes) -> bytes:
    """Put the length in front."""
    return lenenc_number(len(data)) + data


def lenenc_number(number: int) -> bytes:
    """Write a number so that it says its own length (MysqlCodec.java, writeVInt)."""
    if number < 251:
        return bytes((number,))
    if number < 1 << 16:
        return b"\xfc" + number.to_bytes(2, "little")
    return b"\xfd" + number.to_bytes(3, "little") if number < 1 << 24 else b"\xfe" + number.to_bytes(8, "little")


def greeting(version: str, connection_id: int, salt: bytes, *, tls: bool) -> bytes:
    """Greet a client (MysqlHandshakePacket.java)."""
    flags = int(_SERVER | Capability.SSL) if tls else int(_SERVER)
    return b"".join((
        b"\x0a",
        version.encode() + b"\0",
        struct.pack("<I", connection_id),
        salt[:8] + b"\0",
        struct.pack("<HBHH", flags & 0xFFFF, _UTF8, 0, flags >> 16),
        bytes((len(salt) + 1,)),
        bytes(10),
        salt[8:] + b"\0",
        NATIVE.encode() + b"\0",
    ))  # fmt: skip


def auth_switch(plugin: str, salt: bytes) -> bytes:
    """Ask for another way of logging in (MysqlProto.java, switchAuthPlugin)."""
    return b"\xfe" + plugin.encode() + b"\0" + salt + b"\0"


def ok_packet(affected_rows: int = 0, info: str = "", status: int = 0) -> bytes:
    """Say that it is done (MysqlOkPacket.java); the status has no AUTOCOMMIT in it."""
    more = lenenc(info.encode()) if info else b""
    return b"\0" + lenenc_number(affected_rows) + b"\0" + struct.pack("<HH", status, 0) + more


def error_packet(error: SqlError) -> bytes:
    """Say what went wrong; an empty text would be read as "Query OK" (MysqlErrPacket.java)."""
    head = b"\xff" + struct.pack("<H", error.code) + b"#" + error.sqlstate.encode()[:5].ljust(5, b"0")
    return head + (error.message or "Unknown error").encode("utf-8", "replace")


def end_of_rows(status: int = 0) -> bytes:
    """End the columns, or the rows (MysqlEofPacket.java)."""
    return b"\xfe" + struct.pack("<HH", 0, status)


class ColumnType(IntEnum):
    """MysqlColType.java."""

    TINY = 1
    SHORT = 2
    LONG = 3
    FLOAT = 4
    DOUBLE = 5
    TIMESTAMP = 7
    LONGLONG = 8
    DATE = 10
    TIME = 11
    DATETIME = 12
    NEWDECIMAL = 246
    BLOB = 252
    VAR_STRING = 253
    STRING = 254


# MysqlCodec.java: toMysqlType, getMysqlResultSetFieldLength, getMysqlResultSetFieldCharsetIndex.
_COLUMNS: dict[Kind, tuple[ColumnType, int, int]] = {
    Kind.BOOLEAN: (ColumnType.TINY, 1, _BINARY),
    Kind.TINYINT: (ColumnType.TINY, 4, _BINARY),
    Kind.SMALLINT: (ColumnType.SHORT, 6, _BINARY),
    Kind.INT: (ColumnType.LONG, 11, _BINARY),
    Kind.BIGINT: (ColumnType.LONGLONG, 20, _BINARY),
    Kind.LARGEINT: (ColumnType.STRING, 40, _UTF8),
    Kind.FLOAT: (ColumnType.FLOAT, 12, _BINARY),
    Kind.DOUBLE: (ColumnType.DOUBLE, 22, _BINARY),
    Kind.DECIMAL: (ColumnType.NEWDECIMAL, 0, _BINARY),
    Kind.DATE: (ColumnType.DATE, 10, _BINARY),
    Kind.DATETIME: (ColumnType.DATETIME, 19, _BINARY),
    Kind.TIME: (ColumnType.TIME, 60, _BINARY),
    Kind.CHAR: (ColumnType.STRING, 192, _UTF8),
    Kind.STRING: (ColumnType.VAR_STRING, 192, _UTF8),
    Kind.VARBINARY: (ColumnType.BLOB, 192, _BINARY),
    Kind.SKETCH: (ColumnType.STRING, 192, _UTF8),
    Kind.JSON: (ColumnType.STRING, 60, _UTF8),
    Kind.NESTED: (ColumnType.STRING, 60, _UTF8),
}
_FLOATING = 31
"""Decimals of a number whose point floats."""


def _width(column: ResultColumn) -> int:
    if column.kind is Kind.DECIMAL:
        return column.length + (column.scale > 0) + 3 if column.length else 0
    of_text = column.kind in (Kind.CHAR, Kind.STRING, Kind.VARBINARY) and column.length
    return column.length * 3 if of_text else _COLUMNS[column.kind][1]


@lru_cache(maxsize=4096)
def column_definition(column: ResultColumn, database: str = "", table: str = "", default: str | None = None) -> bytes:
    """Describe a column (MysqlCodec.java, writeField).

    Parameters
    ----------
    default
        Sent for COM_FIELD_LIST alone.
    """
    type_, _, charset = _COLUMNS[column.kind]
    decimals = _FLOATING if column.kind in (Kind.FLOAT, Kind.DOUBLE) else column.scale
    place, name = lenenc(table.encode()), lenenc(column.name.encode("utf-8", "replace"))
    body = struct.pack("<BHIBHBH", 0x0C, charset, _width(column), type_, 0, decimals, 0)
    tail = b"" if default is None else lenenc(default.encode())
    return b"".join((b"\x03def", lenenc(database.encode()), place, place, name, name, body, tail))
