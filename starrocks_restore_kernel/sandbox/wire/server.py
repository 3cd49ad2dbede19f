"""The MySQL protocol: where clients connect (MysqlServer.java, AcceptListener.java, ConnectScheduler.java)."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from typing import TYPE_CHECKING

from .channel import Channel
from .connection import Connection

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from ..frontend import Frontend
    from .statement_log import LoggedStatement

__all__ = ["WireServer", "quiet"]

_LOGIN_TIMEOUT = 10.0
"""Ours, after MySQL's connect_timeout: a frontend waits for ever, which holds one of its threads."""

_CHECK_PERIOD = 1.0
"""Seconds between two looks for idle connections (ConnectScheduler.java, TimeoutChecker)."""


def quiet() -> None:
    """Keep sqlglot's logs away from the user: an error packet is an answer, not an incident."""
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL + 1)


class WireServer:
    """Accepts connections for one frontend; used inside of a running event loop.

    Parameters
    ----------
    pool
        Where statements run.
    tls
        The server's certificate; None offers no encryption.
    log
        Is told each text that a client sends, without its secrets, on the thread of the event loop.
    """

    def __init__(
        self,
        frontend: Frontend,
        pool: Executor,
        *,
        tls: ssl.SSLContext | None = None,
        log: Callable[[LoggedStatement], object] | None = None,
    ) -> None:
        self.frontend = frontend
        self._pool = pool
        self._tls = tls
        self._log = log
        self._ids = itertools.count(1)
        self._server: asyncio.Server | None = None
        self._checker: asyncio.Task[None] | None = None
        self._connections: dict[Connection, asyncio.Task[None]] = {}

    async def start_server(self, host: str, port: int, backlog: int = 512) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Channel(self._accept), host, port, backlog=backlog)
        self._checker = loop.create_task(self._check())

    def sockets(self) -> Sequence[socket.socket]:
        """Where it listens."""
        return () if self._server is None else self._server.sockets

    def connections(self) -> int:
        """Count the connections, those that have not logged in among them."""
        return len(self._connections)

    def _accept(self, channel: Channel) -> None:
        connection = Connection(self.frontend, channel, next(self._ids), self._pool, tls=self._tls, log=self._log)
        task = asyncio.get_running_loop().create_task(connection.serve())
        self._connections[connection] = task
        task.add_done_callback(lambda _task: self._connections.pop(connection, None))

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(_CHECK_PERIOD)
            self.end_idle(time.monotonic())

    def end_idle(self, now: float) -> None:
        """End what has been silent for too long: logins that never finish, and sessions after ``wait_timeout``.

        Parameters
        ----------
        now
            Of the monotonic clock.
        """
        for each in list(self._connections):
            if each.idle_since is not None:
                patience = _LOGIN_TIMEOUT
                if each.work is not None:
                    patience = float(str(each.work.variables.get("wait_timeout")))
                if now - each.idle_since > patience:
                    each.channel.abort()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        if self._checker is not None:
            self._checker.cancel()

    def abort(self) -> None:
        """Cut every connection."""
        for each in list(self._connections):
            each.channel.abort()

    async def wait_closed(self) -> None:
        """Wait until nothing is served any more."""
        if self._connections:
            await asyncio.wait(list(self._connections.values()))
        if self._server is not None:
            await self._server.wait_closed()
