"""``starrocks-restore plan``: a saved plan, made again on a cluster."""

from __future__ import annotations

import click

from .group import say

__all__ = ["plan"]


@click.command()
@click.argument("file", metavar="FILE")
@click.argument("target", metavar="TARGET")
def plan(file: str, target: str) -> None:
    """Make a saved plan again on a cluster, and say what has changed since.

    FILE is what %restore plan save wrote. TARGET is starrocks://user@host:9030 or the name of a profile; the password
    comes from the profile, STARROCKS_PASSWORD or the keyring. Nothing is run.

    The exit status is 0 where the plan is still true, and 1 where it is not.
    """
    from ..facade import connect

    with connect(target) as cluster:
        say(cluster.load_plan(file).text())
