"""``starrocks-restore lab``: the sandbox, and a JupyterLab beside it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from ..errors import UsageProblem
from .group import need
from .sandbox import speed_option

__all__ = ["lab"]

_FIRST_TUTORIAL = "01-first-restore.ipynb"
_HOST = "127.0.0.1"
_PATIENCE = 60
"""Seconds that the sandbox may take to answer: a first start compiles what it imports."""


@click.command()
@click.option(
    "--port",
    default=9030,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="The sandbox's port; the next free one where it is taken.",
)
@speed_option
@click.option(
    "--notebooks",
    default="notebooks",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that JupyterLab opens.",
)
@click.option("--no-browser", is_flag=True, help="Open no browser window.")
@click.argument("jupyter", nargs=-1, type=click.UNPROCESSED)
def lab(port: int, speed: float, notebooks: Path, no_browser: bool, jupyter: tuple[str, ...]) -> NoReturn:
    """Start the sandbox and a JupyterLab on the first tutorial; what follows -- is JupyterLab's own."""
    need("lab")
    need("sandbox")
    if not notebooks.is_dir():
        raise UsageProblem(
            f"there is no folder {notebooks} here",
            hint="run this in a clone of the project, or name a folder with --notebooks",
        )
    port = _free_port(port)
    _start_sandbox(port, speed)
    address = f"starrocks://root@{_HOST}:{port}"
    click.echo(f"The sandbox answers at {address}")
    click.echo("  in a notebook:  %restore connect sandbox")
    click.echo(f"  in a terminal:  mariadb --host {_HOST} --port {port} --user root")
    options = [f"--ServerApp.root_dir={notebooks.resolve()}"]
    if (notebooks / _FIRST_TUTORIAL).exists():
        options.append(f"--LabApp.default_url=/lab/tree/{_FIRST_TUTORIAL}")
    if no_browser:
        options.append("--no-browser")
    if os.geteuid() == 0:
        options.append("--allow-root")  # a container; on loopback all the same
    command = [sys.executable, "-m", "jupyterlab", f"--ip={_HOST}", *options, *jupyter]
    sys.stdout.flush()
    # From here on this process is JupyterLab: signals reach it as if a person had started it.
    os.execve(command[0], command, {**os.environ, "STARROCKS_RESTORE_SANDBOX": address})  # noqa: S606 (no shell is wanted)


def _free_port(first: int) -> int:
    """Give the first port from ``first`` on that nothing listens on."""
    import socket

    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as attempt:
            # As servers do: a connection that has just ended does not hold a port.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((_HOST, port))
            except OSError:
                continue
            return port
    raise UsageProblem(f"no free port from {first} on", hint="name another with --port")


def _start_sandbox(port: int, speed: float) -> None:
    """Start the sandbox as a process of its own that ends with this one, and wait until it answers."""
    import socket
    import subprocess
    import time

    ours, theirs = os.pipe()[::-1]
    # The end of this pipe is how the sandbox learns that we are gone, however we go: so it must stay open in what we
    # become. Ctrl-C is for JupyterLab, which asks first; the sandbox is in a session that does not hear it.
    os.set_inheritable(ours, True)
    process = subprocess.Popen(  # noqa: S603 (this package, and two numbers)
        [
            sys.executable,
            "-m",
            "starrocks_restore_kernel.cli",
            "sandbox",
            f"--port={port}",
            f"--speed={speed}",
            "--until-eof",
        ],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(theirs)
    deadline = time.monotonic() + _PATIENCE
    while True:
        if process.poll() is not None:
            raise UsageProblem(
                f"the sandbox did not start on port {port}: it ended with status {process.returncode}",
                hint=f"its own words: starrocks-restore sandbox --port {port}",
            )
        with contextlib.suppress(OSError), socket.create_connection((_HOST, port), timeout=1):
            return
        if time.monotonic() > deadline:
            process.terminate()
            raise UsageProblem(f"the sandbox did not answer on port {port} within {_PATIENCE} seconds")
        time.sleep(0.05)
