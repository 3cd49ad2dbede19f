"""``starrocks-restore sandbox``: the stand-in for a frontend, as a process."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ..errors import UsageProblem
from .group import need

if TYPE_CHECKING:
    from ssl import SSLContext

    from ..sandbox.wire.statement_log import LoggedStatement

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


# The names are repeated here, since --help must not wait for DuckDB; a test holds them to the sandbox's own.
_VERSIONS = ("3.3", "3.4", "3.5", "4.0", "4.1")
_SEEDS = ("tutorial", "zoo", "none")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, callback=_loopback, help="A loopback address.")
@click.option(
    "--port", default=9030, show_default=True, type=click.IntRange(0, 65535), help="Where to listen; 0 takes any."
)
@speed_option
@click.option(
    "--version",
    "server",
    default="4.1",
    show_default=True,
    type=click.Choice(_VERSIONS),
    help="The StarRocks version to be.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything is kept and found again; a temporary folder if not said.",
)
@click.option(
    "--seed", default="tutorial", show_default=True, type=click.Choice(_SEEDS), help="What is in it at the start."
)
@click.option(
    "--scale",
    help="A size in the place of a seed: databases=…, tables=…, partitions=…, jobs, snapshot; with commas between.",
)
@click.option("--backends", default=1, show_default=True, type=click.IntRange(1, 200), help="How many backends.")
@click.option(
    "--followers",
    default=0,
    show_default=True,
    type=click.IntRange(0, 8),
    help="How many frontends follow, on the next ports.",
)
@click.option("--shared-data", is_flag=True, help="Be a cluster whose tables lie on shared storage.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    help="Trouble from the start, such as 'download_fails on 127.0.0.1 times 3'; again for more.",
)
@click.option("--user", default="root", show_default=True, help="Who may log in.")
@click.option(
    "--password-env", metavar="VARIABLE", help="The environment variable that holds the password; without, none."
)
@click.option(
    "--tls-cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Offer TLS, with this certificate."
)
@click.option(
    "--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The certificate's private key."
)
@click.option("--log", is_flag=True, help="Write what clients send to standard error, secrets masked.")
@click.option("--until-eof", is_flag=True, help="Stop when standard input ends: whoever holds its other end is gone.")
def sandbox(  # noqa: PLR0917 (click hands over by name)
    host: str,
    port: int,
    speed: float,
    server: str,
    folder: Path | None,
    seed: str,
    scale: str | None,
    backends: int,
    followers: int,
    shared_data: bool,
    faults: tuple[str, ...],
    user: str,
    password_env: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    log: bool,
    until_eof: bool,
) -> None:
    """Run a stand-in for a StarRocks frontend, with real rows in it, until Ctrl-C."""
    import threading

    need("sandbox")
    if scale is not None and click.get_current_context().get_parameter_source("seed") is not ParameterSource.DEFAULT:
        raise UsageProblem("a sandbox begins with a seed or with a size", hint="leave out --seed or --scale")
    users = {user: _password(password_env)}
    certificate = _certificate(tls_cert, tls_key)
    from ..sandbox import Fault, PortTaken, Scale, serve

    if until_eof:
        threading.Thread(target=_end_with_input, name="until-eof", daemon=True).start()
    try:
        serve(
            port,
            host,
            show=click.echo,
            last=True,
            speed=speed,
            version=server,
            folder=folder,
            users=users,
            seed=Scale.read(scale) if scale is not None else None if seed == "none" else seed,
            backends=backends,
            followers=followers,
            shared_data=shared_data,
            faults=[Fault.read(each) for each in faults],
            log=_to_stderr if log else None,
            tls=certificate,
        )
    except PortTaken as error:
        raise UsageProblem(
            f"something listens on port {error.port} already", hint="name another with --port"
        ) from error


def _to_stderr(sent: LoggedStatement) -> None:
    ended = f"error {sent.error_code}" if sent.error_code else "ok"
    click.echo(f"{sent.connection_id} {sent.user} {sent.seconds * 1000:.1f} ms {ended}: {sent.text}", err=True)


def _password(variable: str | None) -> str:
    """Read a password from where neither the shell's history nor a list of processes shows it."""
    if variable is None:
        return ""
    if variable not in os.environ:
        raise UsageProblem(
            f"there is no environment variable {variable}", hint=f"set it:  read -rs {variable}; export {variable}"
        )
    return os.environ[variable]


def _certificate(certificate: Path | None, key: Path | None) -> SSLContext | None:
    if certificate is None:
        if key is not None:
            raise UsageProblem("a key without a certificate", hint="name that one too, with --tls-cert")
        return None
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise UsageProblem(
            f"{certificate} cannot be used for TLS: {error.strerror or error}",
            hint="give a certificate and its key in PEM, with --tls-cert and --tls-key",
        ) from error
    return context


def _end_with_input() -> None:
    """Wait for the end of standard input, then end this process as a SIGTERM would."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
