"""The sandbox as a process of its own."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

from .folder import found_in
from .peers import leader
from .server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["serve"]


def serve(
    port: int = 9030,
    host: str = "127.0.0.1",
    *,
    show: Callable[[str], object] = print,
    last: bool = False,
    **options: Any,
) -> None:
    """Run a sandbox in this process until SIGINT or SIGTERM, and stop it cleanly.

    Call it from the main thread, which is where signals arrive. The other parameters are those of `Sandbox`.

    Parameters
    ----------
    show
        Is given the lines that say how to connect, without passwords.
    last
        Whether the process ends behind this: a second Ctrl-C then has nothing more to interrupt.
    """
    ended = threading.Event()
    previous = {each: signal.signal(each, lambda *_: ended.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    stopped = False
    try:
        with Sandbox(port, host, **options) as sandbox:
            for line in _lines(sandbox):
                show(line)
            ended.wait()
        stopped = True
    finally:
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_IGN if last and stopped else handler)


def _lines(sandbox: Sandbox) -> list[str]:
    user = next(iter(sandbox.users))
    password = " --password" if sandbox.users[user] else ""
    frontend = sandbox.frontend
    lines = [
        f"StarRocks sandbox {frontend.current_version()} listens at {sandbox.shown_url}",
        f"  mariadb --host={sandbox.host} --port={sandbox.port} --user={user}{password}",
        f"  %restore connect {sandbox.shown_url}",
    ]
    lines += [
        f"  a {each.role.value.lower()} of it listens at port {each.query_port}"
        for each in frontend.peers
        if each is not leader(frontend.peers)
    ]
    if sandbox.kept:
        begun = "new in" if frontend.fresh else "found in"
        lines.append(f"  {begun} {frontend.folder}: {found_in(frontend)}")
    return [*lines, "  Ctrl-C stops it."]
