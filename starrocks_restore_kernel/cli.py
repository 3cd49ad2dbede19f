"""``starrocks-restore``: the sandbox, a JupyterLab beside it, and what version this is.

What a command needs is imported inside it, so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import click

from .errors import RestoreError, UsageProblem

__all__ = ["main"]

_FIRST_TUTORIAL = "01-first-restore.ipynb"
_HOST = "127.0.0.1"
_PATIENCE = 60
"""Seconds that the sandbox may take to answer: a first start compiles what it imports."""

# The modules that tell whether an extra is installed, by the name that pip knows it under.
_EXTRAS = {
    "lab": ("jupyterlab", "ipywidgets", "anywidget", "plotly", "pandas"),
    "sandbox": ("duckdb", "mysql_mimic", "sqlglot"),
}


class _Shown(click.ClickException):
    """An error of this package, as the command line shows it: its own lines, and exit status 1."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True, file=file)


class _Commands(click.Group):
    """A group whose commands may raise :class:`RestoreError`."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RestoreError as error:
            raise _Shown("\n".join(error.lines())) from error


def _need(extra: str) -> None:
    """Refuse in one line where an extra is not installed."""
    missing = [name for name in _EXTRAS[extra] if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageProblem(
            f"this needs {', '.join(missing)}, not installed here",
            hint=f"pip install 'starrocks-restore-kernel[{extra}]'",
        )


def _loopback(_context: click.Context, _parameter: click.Parameter, host: str) -> str:
    # The sandbox lets root in without a password: it is for this machine alone.
    import ipaddress

    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise click.BadParameter(f"{host} is no address of this machine alone; the sandbox has no passwords to keep")
    return host


_speed = click.option(
    "--speed",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="How many times as fast as on a wall clock jobs run.",
)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """See what a StarRocks RESTORE would do, run it once, watch it, prove it."""


@main.command()
def version() -> None:
    """Print the version of this package and of the Python it runs on."""
    from importlib.metadata import version as installed

    click.echo(f"starrocks-restore {installed('starrocks-restore-kernel')} on Python {sys.version.split()[0]}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, callback=_loopback, help="A loopback address.")
@click.option("--port", default=9030, show_default=True, type=click.IntRange(1, 65535), help="Where to listen.")
@_speed
@click.option("--version", "server", default="4.1", show_default=True, help="The StarRocks version to be.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where repositories are kept; a temporary folder if not said.",
)
@click.option(
    "--seed",
    default="tutorial",
    show_default=True,
    type=click.Choice(["tutorial", "none"]),
    help="What is in it at the start.",
)
@click.option("--until-eof", is_flag=True, help="Stop when standard input ends: whoever holds its other end is gone.")
def sandbox(  # noqa: PLR0917 (click hands over by name)
    host: str, port: int, speed: float, server: str, folder: Path | None, seed: str, until_eof: bool
) -> None:
    """Run a stand-in for a StarRocks frontend, with real rows in it, until Ctrl-C."""
    _need("sandbox")
    from .sandbox.server import serve

    if until_eof:
        threading.Thread(target=_end_with_input, name="until-eof", daemon=True).start()
    try:
        serve(
            port,
            host,
            show=click.echo,
            speed=speed,
            version=server,
            folder=folder,
            seed=None if seed == "none" else seed,
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise UsageProblem(f"something listens on port {port} already", hint="name another with --port") from error


def _end_with_input() -> None:
    """Wait for the end of standard input, then end this process as a SIGTERM would."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@main.command()
@click.option(
    "--port",
    default=9030,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="The sandbox's port; the next free one where it is taken.",
)
@_speed
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
    _need("lab")
    _need("sandbox")
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


if __name__ == "__main__":
    main()
