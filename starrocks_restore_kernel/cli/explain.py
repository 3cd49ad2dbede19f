"""``starrocks-restore explain``: a row or a message in plain words, without a server."""

from __future__ import annotations

import click

from .group import say

__all__ = ["explain"]


@click.command()
@click.argument("file", metavar="[FILE|-]", default="-")
def explain(file: str) -> None:
    """Say what a row of SHOW RESTORE or an error means, what usually causes it, and what helps.

    FILE holds what was copied from any terminal: a row, an error message, a Status or a TaskErrMsg; without it, or
    with -, standard input is read. No server is asked.

    The exit status is 0, and 1 where nothing in the text is known.
    """
    from ..jobs import explain as explained
    from .files import read

    say(explained(read(file)).text())
