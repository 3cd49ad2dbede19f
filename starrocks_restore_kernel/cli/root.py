"""The command that holds the others."""

from __future__ import annotations

import sys

import click

from .check import check
from .explain import explain
from .format import format_
from .group import Commands
from .lab import lab
from .plan import plan
from .sandbox import sandbox

__all__ = ["main"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """See what a StarRocks RESTORE would do, run it once, watch it, prove it."""


@main.command()
def version() -> None:
    """Print the version of this package and of the Python it runs on."""
    from importlib.metadata import version as installed

    click.echo(f"starrocks-restore {installed('starrocks-restore-kernel')} on Python {sys.version.split()[0]}")


for _command in (check, explain, format_, lab, plan, sandbox):
    main.add_command(_command)
