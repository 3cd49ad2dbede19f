"""The sandbox as a thing that starts and stops: in a thread, or in a process of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import logging
import signal
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from ..errors import UsageProblem
from ..language.versions import NEWEST
from .clock import FastClock
from .frontend import DAEMON_PERIOD, Frontend
from .model.accounts import Account
from .seeds import plant
from .wire.server import WireServer, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from .clock import Clock
    from .model.backends import Pace

__all__ = ["Sandbox", "serve"]

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
        Passwords by name; an empty one needs none.
    seed
        What it begins with, ``"tutorial"`` or None.
    backends
        How many backends are alive, each on a host of its own.
    clock
        Takes the place of the fast clock. With a clock that is not a `FastClock` no daemon runs: jobs move when
        ``frontend.tick()`` says so.
    pace
        How fast the backends work.

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
        seed: str | None = "tutorial",
        backends: int = 1,
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.host = _loopback(host)
        self.port = port
        self.clock: Clock = clock or FastClock(speed)
        self.version = version
        self.users = dict(users) if users is not None else {"root": ""}
        if not self.users:
            raise UsageProblem("a sandbox without users lets nobody in", hint='write users={"root": ""}')
        self.seed = seed
        self._backends = backends
        self._pace = pace
        self._folder = None if folder is None else Path(folder)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
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
    def url(self) -> str:
        """What a client connects to."""
        user = next(iter(self.users))
        password = f":{quote(self.users[user], safe='')}" if self.users[user] else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"starrocks://{quote(user, safe='')}{password}@{host}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> Self:
        """Seed the cluster and listen.

        Raises
        ------
        OSError
            If the port is taken.
        """
        if self.running:
            return self
        quiet()
        self._stopping.clear()
        self._failure = None
        folder = self._folder
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="starrocks-sandbox-")
            folder = Path(self._temporary.name)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._frontend = Frontend(
                self.clock,
                folder,
                version=self.version,
                backends=self._backends,
                pace=self._pace,
                kept=self._folder is not None,
            )
            self._frontend.founders = [Account.with_password(*each) for each in self.users.items()]
            for account in self._frontend.founders:
                self._frontend.accounts.put(account)
            self._frontend.seed = self.seed
            if self._frontend.fresh:
                plant(self._frontend, self.seed)
            self._listen()
        except BaseException:
            self._clear()
            raise
        if isinstance(self.clock, FastClock):
            self._daemon = threading.Thread(
                target=self._tick, args=(self._frontend, self.clock.speed), name="sandbox-daemon", daemon=True
            )
            self._daemon.start()
        return self

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
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="sandbox-statement") as pool:
            server = WireServer(self.frontend, pool)
            await server.start_server(host=self.host, port=self.port, backlog=512)
            self.port = server.sockets()[0].getsockname()[1]
            ready.set()
            await self._ended.wait()
            server.close()
            for end in list(self.frontend.connections.values()):
                end(True)
            server.abort()
            await server.wait_closed()

    def _tick(self, frontend: Frontend, speed: float) -> None:
        """Be the daemon: backends work every second of the FE clock, jobs step every third.

        A round that fails is followed by the next one, as on a server; it is said once.
        """
        said = ""
        for count in itertools.count(1):
            if self._stopping.wait(1.0 / speed):
                return
            try:
                frontend.work(1)
                if count % DAEMON_PERIOD == 0:
                    frontend.handle_jobs()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round comes
                if repr(error) != said:
                    said = repr(error)
                    logging.getLogger(__name__).warning("a round of the backup handler failed: %s", said)

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
        self._thread = self._daemon = None
        if self._frontend is not None:
            self._frontend.close()
            self._frontend = None
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def _ignore(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    # A client that vanishes in the middle of an answer is not news.
    logging.getLogger(__name__).debug("%s", context.get("message"))


def serve(
    port: int = 9030,
    host: str = "127.0.0.1",
    *,
    show: Callable[[str], object] = print,
    speed: float = 10.0,
    version: str = NEWEST,
    folder: str | Path | None = None,
    users: Mapping[str, str] | None = None,
    seed: str | None = "tutorial",
    backends: int = 1,
) -> None:
    """Run a sandbox in this process until SIGINT or SIGTERM, and stop it cleanly.

    Call it from the main thread, which is where signals arrive. The parameters are those of `Sandbox`.

    Parameters
    ----------
    show
        Is given the lines that say how to connect.
    """
    ended = threading.Event()
    previous = {each: signal.signal(each, lambda *_: ended.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        sandbox = Sandbox(
            port, host, speed=speed, version=version, folder=folder, users=users, seed=seed, backends=backends
        )
        with sandbox:
            user = next(iter(sandbox.users))
            show(f"StarRocks sandbox {sandbox.frontend.current_version()} listens at {sandbox.url}")
            show(f"  mariadb --host={sandbox.host} --port={sandbox.port} --user={user}")
            show("  Ctrl-C stops it.")
            ended.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
