"""``starrocks-restore format``: statements in files laid out the one way."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..errors import RestoreCheckError, RestoreSyntaxError, UsageProblem
from .group import say, server_version

if TYPE_CHECKING:
    from .passages import Passage

__all__ = ["format_"]


@click.command("format")
@click.argument("names", metavar="FILE...", nargs=-1, required=True)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name the files that would change.")
@server_version
@click.pass_context
def format_(context: click.Context, names: tuple[str, ...], only_check: bool, server: str) -> None:
    """Lay out statements in SQL files and notebooks, comments kept.

    FILE is an SQL file, a notebook (of which the %%restore cells are laid out), a directory that is gone through for
    both, or - to read standard input and write standard output.

    The exit status is 0, with --check 1 if a file would change, and 2 where a file could not be read: such a file
    stays as it is.
    """
    from .files import STDIN, files, read, write

    refused = changed = 0

    def refuse(problem: UsageProblem) -> None:
        nonlocal refused
        refused += 1
        say(str(problem), err=True)

    for name in files(names, refuse):
        try:
            before = read(name)
            after = _formatted(name, before, server)
            changed += after != before
            if only_check:
                if after != before:
                    say(f"would format {'stdin' if name == STDIN else name}")
            elif name == STDIN:
                sys.stdout.buffer.write(after.encode())
            elif after != before:
                write(name, after)
                say(f"formatted {name}", err=True)
        except UsageProblem as problem:
            refuse(problem)
    context.exit(2 if refused else 1 if only_check and changed else 0)


def _formatted(name: str, text: str, version: str) -> str:
    from .passages import passages, rewritten

    found = passages(name, text)
    laid_out = [_laid_out(name, each, version) for each in found]
    sources = {after.cell: after.source for before, after in zip(found, laid_out, strict=True) if after != before}
    return rewritten(name, text, sources) if sources else text


def _laid_out(name: str, passage: Passage, version: str) -> Passage:
    from ..language import format_script, render
    from .reports import place

    # Windows' line ends are kept where they are the only ones: in a mixed text some belong to strings.
    text = passage.text
    windows = 0 < text.count("\n") == text.count("\r\n")
    try:
        text = format_script(text.replace("\r\n", "\n") if windows else text, version)
    except (RestoreSyntaxError, RestoreCheckError) as error:
        first = error.diagnostics[0]
        raise UsageProblem(f"{place(name, passage, first)}: {render(error.text, [first])}") from error
    # A file ends in a line end; a cell does not.
    text = text.rstrip("\n") + ("\n" if passage.cell is None else "")
    text = text.replace("\n", "\r\n") if windows else text
    return replace(passage, source=passage.source[: passage.begin] + text)
