"""One connection's bytes: packets in and out, their numbers, and TLS (MysqlChannel.java, MysqlPackageDecoder.java)."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from .packets import LONGEST, BrokenPacket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Channel", "Gone", "TooLong"]

_ENOUGH = 1 << 20
"""Bytes that a client may send ahead before it is made to wait."""


class Gone(Exception):
    """The client has gone, or the server has cut it off."""


class TooLong(Exception):
    """More than may be in one packet; nothing of what follows can be understood."""


class Channel(asyncio.Protocol):
    """Reads and writes packets.

    Parameters
    ----------
    begin
        Called with the channel when a client has connected.

    Attributes
    ----------
    sequence
        The number of the next packet, read or written.
    lost
        Called when the connection has ended, by whichever side.
    """

    def __init__(self, begin: Callable[[Channel], object]) -> None:
        self._begin = begin
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._reader: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._ended = self._loop.create_future()
        self._tls: ssl.SSLObject | None = None
        self._encrypting = False
        self._cipher_in = ssl.MemoryBIO()
        self._cipher_out = ssl.MemoryBIO()
        self._transport: asyncio.Transport | None = None
        self._out = bytearray()
        self.sequence = 0
        self.lost: Callable[[], None] = lambda: None

    # -- asyncio's side --------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve."""
        self._transport = transport  # type: ignore[assignment] # create_server makes transports that write
        self._begin(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came, deciphered."""
        if self._tls is not None:
            self._cipher_in.write(data)
            if self._encrypting:
                self._decipher()
        else:
            self._buffer += data
        if len(self._buffer) > _ENOUGH and self._reader is None and self._transport is not None:
            self._transport.pause_reading()
        _wake(self._reader)

    def connection_lost(self, _error: Exception | None) -> None:
        """Wake whoever waits, and say so."""
        if not self._ended.done():
            self._ended.set_result(None)
        _wake(self._reader)
        _wake(self._room)
        self.lost()

    def pause_writing(self) -> None:
        """Stop writing: the client reads slower than we write."""
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        """Go on writing."""
        _wake(self._room)
        self._room = None

    # -- reading ---------------------------------------------------------------------------------------------------

    async def read(self, most: int) -> bytes:
        """Read one packet, whole.

        Raises
        ------
        Gone
            If the client has.
        BrokenPacket
            If the packets are not numbered as they must be.
        TooLong
            If there are more than ``most`` bytes.
        """
        parts: list[bytes] = []
        length = 0
        while True:
            head = await self._take(4)
            size = int.from_bytes(head[:3], "little")
            if head[3] != self.sequence:
                raise BrokenPacket
            length += size
            if length > most:
                raise TooLong
            parts.append(await self._take(size))
            self.sequence = (head[3] + 1) & 0xFF
            if size < LONGEST:
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._more()
        found = bytes(self._buffer[:count])
        del self._buffer[:count]
        return found

    async def _more(self) -> None:
        if self._ended.done() or self._transport is None:
            raise Gone
        self._transport.resume_reading()
        self._reader = self._loop.create_future()
        try:
            await self._reader
        finally:
            self._reader = None

    # -- writing ---------------------------------------------------------------------------------------------------

    def put(self, payload: bytes) -> None:
        """Add one packet to what is written next."""
        while len(payload) >= LONGEST:
            self._out += LONGEST.to_bytes(3, "little") + bytes((self.sequence,)) + payload[:LONGEST]
            self.sequence = (self.sequence + 1) & 0xFF
            payload = payload[LONGEST:]
        self._out += (len(payload) | self.sequence << 24).to_bytes(4, "little") + payload
        self.sequence = (self.sequence + 1) & 0xFF

    def put_all(self, payloads: Iterable[bytes]) -> None:
        """Add many packets."""
        for each in payloads:
            self.put(each)

    async def flush(self) -> None:
        """Write what was added; where the client does not read, wait until it does.

        Raises
        ------
        Gone
            If the client has.
        """
        out, self._out = self._out, bytearray()
        self._write(out)
        while self._room is not None and not self._ended.done():
            await asyncio.wait([self._room])
        if self._ended.done():
            raise Gone

    def _write(self, data: bytes | bytearray) -> None:
        if self._transport is None or self._ended.done():
            return
        if self._tls is None:
            self._transport.write(data)
            return
        rest = memoryview(data)
        while rest:
            rest = rest[self._tls.write(rest) :]
        self._transport.write(self._cipher_out.read())

    async def wait(self, seconds: float) -> None:
        """Do nothing for a while, or until the client has gone."""
        await asyncio.wait([self._ended], timeout=seconds)

    def close(self) -> None:
        """Write what is left, and end the connection."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def client(self) -> str:
        """The client's address and port (MysqlChannel.java, getRemoteHostPortString)."""
        name = None if self._transport is None else self._transport.get_extra_info("peername")
        return f"{name[0]}:{name[1]}" if name else ""

    # -- TLS -------------------------------------------------------------------------------------------------------

    @property
    def encrypted(self) -> bool:
        """Whether TLS is spoken."""
        return self._encrypting

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go over to TLS; what the client has sent of it already lies in the buffer.

        Raises
        ------
        ssl.SSLError
            If the two do not agree.
        """
        self._tls = context.wrap_bio(self._cipher_in, self._cipher_out, server_side=True)
        self._cipher_in.write(bytes(self._buffer))
        self._buffer.clear()
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send_cipher()
                await self._more()
            else:
                break
        self._encrypting = True
        self._send_cipher()
        self._decipher()

    def _decipher(self) -> None:
        if self._tls is None:
            return
        try:
            while data := self._tls.read(1 << 16):
                self._buffer += data
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.abort()
        self._send_cipher()

    def _send_cipher(self) -> None:
        if self._transport is not None and self._cipher_out.pending:
            self._transport.write(self._cipher_out.read())


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
