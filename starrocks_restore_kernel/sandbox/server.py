"""The sandbox as a thing that starts and stops: in a thread, or in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import duckdb

from ..errors import UsageProblem
from ..language.versions import NEWEST
from .clock import FastClock
from .folder import hold, unreadable
from .frontend import Frontend
from .peers import follower
from .seeds import plant, plant_again
from .seeds.planting import half_planted
from .wire.server import WireServer, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor
    from ssl import SSLContext
    from types import TracebackType

    from .clock import Clock
    from .faults import Fault
    from .model.backends import Pace
    from .peers import Peer
    from .seeds import Seed
    from .wire.statement_log import LoggedStatement

__all__ = ["PortTaken", "Sandbox"]

_WORKERS = 32
_PATIENCE = 10.0
"""Seconds that starting and stopping may take before something is wrong."""


def _loopback(host: str) -> str:
    try:
        inside = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise UsageProblem(
            f"the sandbox listens on this machine alone, and {host!r} is not a loopback address",
            hint='write host="127.0.0.1"',
        )
    return host


class PortTaken(OSError):
    """Something listens on a port already."""

    def __init__(self, port: int) -> None:
        super().__init__(errno.EADDRINUSE, f"port {port}: address already in use")
        self.port = port


class Sandbox:
    """A StarRocks frontend with its backends, in a daemon thread of this process.

    Parameters
    ----------
    port
        0 takes a free one; see :attr:`port`.
    host
        A loopback address.
    speed
        Seconds of the FE clock in a second of the wall.
    version
        The release it answers as, ``"3.3"`` to ``"4.1"``.
    folder
        Where everything is kept, and found again at the next start; None takes a temporary folder that is removed.
    users
        Passwords by name; an empty one needs none. Each of them has the role root, and so may do everything.
    seed
        What it begins with: ``"tutorial"``, ``"zoo"``, a `Scale`, or None.
    backends
        How many backends are alive, each on a host of its own.
    followers
        How many frontends follow, each on a port of its own: the next ones behind ``port``, or free ones.
    shared_data
        Whether ``run_mode`` is ``shared_data``: tables are cloud-native, and none can be backed up or restored.
    faults
        The trouble that is ordered from the start.
    clock
        Takes the place of the fast clock. With a clock that is not a `FastClock` no daemon runs: jobs move when
        ``frontend.tick()`` says so.
    pace
        How fast the backends work.
    log
        Is told each text that a client sends, without its secrets.
    tls
        The certificate to offer to clients that ask for TLS.

    Raises
    ------
    UsageProblem
        If the host is not a loopback address, there is no user, or the seed or the version is unknown.

    Examples
    --------
    >>> with Sandbox(seed=None) as sandbox:
    ...     sandbox.url.startswith("starrocks://root@127.0.0.1:")
    True
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        speed: float = 10.0,
        version: str = NEWEST,
        folder: str | Path | None = None,
        users: Mapping[str, str] | None = None,
        seed: Seed = "tutorial",
        backends: int = 1,
        followers: int = 0,
        shared_data: bool = False,
        faults: Iterable[Fault] = (),
        clock: Clock | None = None,
        pace: Pace | None = None,
        log: Callable[[LoggedStatement], object] | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        self.host = _loopback(host)
        self.port = self._asked_port = port
        self.clock: Clock = clock or FastClock(speed)
        self.version = version
        self.users = dict(users) if users is not None else {"root": ""}
        if not self.users:
            raise UsageProblem("a sandbox without users lets nobody in", hint='write users={"root": ""}')
        self.seed = seed
        self._options = {"backends": backends, "pace": pace, "shared_data": shared_data}
        self._followers = followers
        self._faults = tuple(faults)
        self._log = log
        self._tls = tls
        self._folder = None if folder is None else Path(folder)
        self._open = contextlib.ExitStack()
        """What is closed when it stops, or if it does not start."""
        self._frontend: Frontend | None = None
        self._thread: threading.Thread | None = None
        self._daemon: threading.Thread | None = None
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._failure: BaseException | None = None

    @property
    def frontend(self) -> Frontend:
        """The cluster itself: databases, repositories, jobs, clock."""
        if self._frontend is None:
            raise UsageProblem("the sandbox is not running", hint="call start(), or use it in a with statement")
        return self._frontend

    @property
    def kept(self) -> bool:
        """Whether its state outlives it."""
        return self._folder is not None

    @property
    def url(self) -> str:
        """What a client connects to, with the first user's password."""
        password = self.users[next(iter(self.users))]
        return self._url(f":{quote(password, safe='')}" if password else "")

    @property
    def shown_url(self) -> str:
        """The same without the password, to be shown to people."""
        return self._url("")

    def _url(self, password: str) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"starrocks://{quote(next(iter(self.users)), safe='')}{password}@{host}:{self.port}"

    def __repr__(self) -> str:
        return f"<Sandbox {self.version} at {self.shown_url}, {'running' if self.running else 'stopped'}>"

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> Self:
        """Seed the cluster and listen.

        Raises
        ------
        PortTaken
            If something listens on a port already.
        UsageProblem
            If the folder is another sandbox's, or what is in it cannot be read.
        """
        if self.running:
            return self
        quiet()
        self._stopping.clear()
        self._failure = None
        try:
            self._frontend = self._come_up()
            self._listen()
        except BaseException:
            self._clear()
            raise
        if isinstance(self.clock, FastClock):
            self._daemon = threading.Thread(
                target=self._frontend.daemon.follow, args=(self._stopping,), name="sandbox-daemon", daemon=True
            )
            self._daemon.start()
        return self

    def _come_up(self) -> Frontend:
        kept = self._folder is not None
        if self._folder is not None:
            folder = self._folder
            self._open.callback(hold(folder).let_go)
        else:
            folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="starrocks-sandbox-")))
        try:
            frontend = Frontend(self.clock, folder, version=self.version, kept=kept, **self._options)  # type: ignore[arg-type]
            self._open.callback(frontend.close)
            halfway = half_planted(frontend)
        except (duckdb.Error, LookupError, ValueError) as error:
            # LookupError: an entry of the journal that leads to nothing.
            raise unreadable(folder, error) from error
        frontend.accounts.admit(self.users)
        frontend.seed = self.seed
        for fault in self._faults:
            frontend.faults.order(fault)
        for _ in range(self._followers):
            frontend.peers.append(follower(frontend.peers, frontend.start_time))
        if halfway:
            plant_again(frontend, storage=False)
        elif frontend.fresh:
            plant(frontend, self.seed)
        return frontend

    def _listen(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="sandbox-wire", daemon=True)
        self._thread.start()
        if not ready.wait(_PATIENCE):
            raise TimeoutError("the sandbox did not start")
        if self._failure is not None:
            raise self._failure

    def _run(self, ready: threading.Event) -> None:
        try:
            asyncio.run(self._main(ready))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits in start()
            self._failure = error
            ready.set()

    async def _main(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_ignore)
        self._ended = asyncio.Event()
        servers: list[WireServer] = []
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="sandbox-statement") as pool:
            try:
                for number, peer in enumerate(self.frontend.peers):
                    servers.append(await self._serve(peer, self._port_of(number), pool))
                self.port = self.frontend.peers[0].query_port
                self.frontend.config.start_with("query_port", str(self.port))
                ready.set()
                await self._ended.wait()
            finally:
                for end in list(self.frontend.connections.values()):
                    end(True)
                for server in servers:
                    server.close()
                    server.abort()
                    await server.wait_closed()

    def _port_of(self, number: int) -> int:
        # Followers are on the next ports; where any will do, on any. A sandbox that starts again keeps its own.
        if number == 0:
            return self.port
        return self._asked_port + number if self._asked_port else 0

    async def _serve(self, peer: Peer, port: int, pool: Executor) -> WireServer:
        server = WireServer(self.frontend, pool, peer=peer, tls=self._tls, log=self._log)
        try:
            await server.start_server(host=self.host, port=port, backlog=512)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(port) from error
            raise
        peer.query_port = server.sockets()[0].getsockname()[1]
        return server

    def stop(self) -> None:
        """Cut all connections, stop the daemon, and remove a temporary folder; harmless if it is not running."""
        self._stopping.set()
        if self._loop is not None and self._ended is not None and self.running:
            self._loop.call_soon_threadsafe(self._ended.set)
        for thread in (self._thread, self._daemon):
            if thread is not None:
                thread.join(_PATIENCE)
        self._clear()

    def _clear(self) -> None:
        self._thread = self._daemon = self._frontend = None
        self._open.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def _ignore(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    # A client that vanishes in the middle of an answer is not news.
    logging.getLogger(__name__).debug("%s", context.get("message"))
