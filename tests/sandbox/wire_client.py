"""A MySQL client that can do wrong on purpose: packets as bytes, over a plain socket or TLS."""

from __future__ import annotations

import hashlib
import socket
import struct
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

__all__ = ["RawClient", "ask", "native_answer", "sha2_answer"]

# PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH, CONNECT_ATTRS.
FLAGS = 0x200 | 0x8000 | 0x80000 | 0x100000
SSL = 0x800


def ask(connection: Any, sql: str, parameters: object = None) -> Any:
    """Run SQL on a driver's connection; all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def native_answer(password: str, salt: bytes) -> bytes:
    """Answer as mysql_native_password does."""
    if not password:
        return b""
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    twice = hashlib.sha1(once, usedforsecurity=False).digest()
    mask = hashlib.sha1(salt + twice, usedforsecurity=False).digest()
    return bytes(left ^ right for left, right in zip(once, mask, strict=True))


def sha2_answer(password: str, salt: bytes) -> bytes:
    """Answer as caching_sha2_password does."""
    if not password:
        return b"\0"
    once = hashlib.sha256(password.encode()).digest()
    mask = hashlib.sha256(hashlib.sha256(once).digest() + salt).digest()
    return bytes(left ^ right for left, right in zip(once, mask, strict=True))


def _lenenc(data: bytes, at: int) -> tuple[bytes | None, int]:
    first = data[at]
    at += 1
    if first == 0xFB:
        return None, at
    if first > 0xFB:
        size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
        first, at = int.from_bytes(data[at : at + size], "little"), at + size
    return data[at : at + first], at + first


class RawClient:
    """One connection; the greeting is read at once."""

    def __init__(self, port: int) -> None:
        self.socket: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.greeting = self.read()
        end = self.greeting.index(b"\0", 1)
        self.version = self.greeting[1:end].decode()
        self.flags = struct.unpack_from("<H", self.greeting, end + 14)[0]
        self.salt = self.greeting[end + 5 : end + 13] + self.greeting[end + 32 : end + 44]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.socket.close()

    def take(self, count: int) -> bytes:
        """Read bytes; fewer at the end of the connection."""
        found = b""
        while len(found) < count:
            try:
                more = self.socket.recv(count - len(found))
            except ConnectionError:
                break
            if not more:
                break
            found += more
        return found

    def read(self) -> bytes:
        """Read one packet; empty at the end of the connection."""
        head = self.take(4)
        return self.take(int.from_bytes(head[:3], "little"))

    def send(self, payload: bytes, number: int = 0) -> None:
        """Write one packet."""
        self.socket.sendall(len(payload).to_bytes(3, "little") + bytes((number,)) + payload)

    def ended(self) -> bool:
        """Wait for the end of the connection; False if something else comes."""
        return self.take(1) == b""

    def login(  # noqa: PLR0917 - each is a field of the packet
        self,
        user: str = "root",
        response: bytes = b"",
        plugin: str = "mysql_native_password",
        attributes: dict[str, str] | None = None,
        flags: int = FLAGS,
        number: int = 1,
    ) -> bytes:
        """Send a login; the next packet."""
        pairs = b"".join(bytes((len(text),)) + text.encode() for pair in (attributes or {}).items() for text in pair)
        head = struct.pack("<IIB23x", flags, 1 << 24, 33)
        body = user.encode() + b"\0" + bytes((len(response),)) + response + plugin.encode() + b"\0"
        self.send(head + body + bytes((len(pairs),)) + pairs, number)
        return self.read()

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Go over to TLS, the hello right behind the request as some clients send it."""
        self.send(struct.pack("<IIB23x", FLAGS | SSL, 1 << 24, 33), 1)
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def command(self, code: int, body: bytes = b"") -> bytes:
        """Send a command; the next packet."""
        self.send(bytes((code,)) + body)
        return self.read()

    def error(self, packet: bytes) -> tuple[int, str, str]:
        """Take an error packet apart: code, SQLSTATE and text."""
        assert packet[:1] == b"\xff", packet
        return struct.unpack_from("<H", packet, 1)[0], packet[4:9].decode(), packet[9:].decode()

    def columns(self, first: bytes) -> list[dict[str, Any]]:
        """Read the definitions behind their count, with the EOF that ends them."""
        found = [self.definition(self.read()) for _ in range(first[0])]
        assert self.read()[:1] == b"\xfe"
        return found

    @staticmethod
    def definition(packet: bytes) -> dict[str, Any]:
        """Take one column definition apart."""
        names, at = [], 0
        for _ in range(6):
            name, at = _lenenc(packet, at)
            names.append((name or b"").decode())
        charset, length, type_, flags, decimals = struct.unpack_from("<HIBHB", packet, at + 1)
        found = {"schema": names[1], "table": names[2], "name": names[4], "charset": charset, "length": length}
        return {**found, "type": type_, "flags": flags, "decimals": decimals, "rest": packet[at + 13 :]}

    def rows(self) -> list[bytes]:
        """Read the rows as they are, up to the EOF that ends them."""
        found: list[bytes] = []
        while True:
            packet = self.read()
            if packet[:1] == b"\xfe" and len(packet) < 9:
                return found
            found.append(packet)

    @staticmethod
    def texts(packet: bytes) -> list[str | None]:
        """Take a row of the text protocol apart."""
        found: list[str | None] = []
        at = 0
        while at < len(packet):
            value, at = _lenenc(packet, at)
            found.append(None if value is None else value.decode())
        return found

    def query(self, sql: str) -> tuple[list[dict[str, Any]], list[list[str | None]]]:
        """Run a query; its columns and rows."""
        columns = self.columns(self.command(3, sql.encode()))
        return columns, [self.texts(row) for row in self.rows()]
