"""``starrocks-restore sandbox``: the stand-in for a frontend, as a process."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import click

from ..errors import UsageProblem
from .group import need

__all__ = ["sandbox", "speed_option"]


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


speed_option = click.option(
    "--speed",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="How many times as fast as on a wall clock jobs run.",
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, callback=_loopback, help="A loopback address.")
@click.option("--port", default=9030, show_default=True, type=click.IntRange(1, 65535), help="Where to listen.")
@speed_option
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
    import threading

    need("sandbox")
    from ..sandbox.server import serve

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
