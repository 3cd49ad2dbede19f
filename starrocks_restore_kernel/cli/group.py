"""What every command shares: how an error is shown, and how a missing extra is named.

What a command needs is imported inside it, so that ``--help`` answers at once.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import click

from ..errors import RestoreError, UsageProblem

__all__ = ["Commands", "Refused", "Shown", "emit", "need", "say", "server_version"]

# The modules that tell whether an extra is installed, by the name that pip knows it under.
_EXTRAS = {
    "lab": ("jupyterlab", "ipywidgets", "anywidget", "plotly", "pandas"),
    "sandbox": ("duckdb", "sqlglot"),
}


class Shown(click.ClickException):
    """An error of this package, as the command line shows it: its own lines, and exit status 1."""

    def __init__(self, error: RestoreError) -> None:
        super().__init__(str(error))

    def show(self, file: Any = None) -> None:
        """Write the lines without click's own words around them."""
        click.echo(self.message, err=True, file=file)


class Refused(Shown):
    """The same where 1 would say that a file holds errors: 2, as click says of an option that it refuses."""

    exit_code = 2


class Commands(click.Group):
    """A group whose commands may raise :class:`RestoreError`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and show what it raises."""
        try:
            return super().invoke(ctx)
        except RestoreError as error:
            raise Shown(error) from error


def need(extra: str) -> None:
    """Refuse in one line where an extra is not installed."""
    missing = [name for name in _EXTRAS[extra] if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageProblem(
            f"this needs {', '.join(missing)}, not installed here",
            hint=f"pip install 'starrocks-restore-kernel[{extra}]'",
        )


def emit(text: str, *, err: bool = False) -> None:
    """Print a line whatever the encoding: what it lacks, lone surrogates too, is escaped."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err)


def say(text: str, *, err: bool = False) -> None:
    """Print a line for a person, without what would steer the terminal."""
    emit("".join(char if char.isprintable() or char in "\n\t" else "·" for char in text), err=err)


def _known(_context: click.Context, _parameter: click.Parameter, version: str) -> str:
    from ..language.versions import release

    try:
        return release(version).name
    except UsageProblem as error:
        raise Refused(error) from error


# Written out, so that ``--help`` need not load the language; a test holds it to ``language.NEWEST``.
server_version = click.option(
    "--version",
    "server",
    default="4.1",
    show_default=True,
    metavar="VERSION",
    callback=_known,
    help="The StarRocks version that the statements are for.",
)
