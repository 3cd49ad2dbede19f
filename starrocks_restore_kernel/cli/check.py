"""``starrocks-restore check``: statements in files judged without a server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..errors import UsageProblem
from .group import Refused, say, server_version

if TYPE_CHECKING:
    from .checking import Checker
    from .passages import Passage
    from .reports import Report

__all__ = ["check"]


@click.command()
@click.argument("names", metavar="FILE...", nargs=-1, required=True)
@server_version
@click.option("--database", metavar="NAME", help="The session's database, as after USE; empty for none.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json", "github"]),
    help="How findings are written.  [default: human; github in a GitHub action]",
)
@click.option("--ignore", metavar="CODE", multiple=True, help="Say nothing of these findings; may be repeated.")
@click.option("--fix", is_flag=True, help="Write back what can be mended, and report what is left.")
@click.option("--quiet", is_flag=True, help="Errors only.")
@click.pass_context
def check(  # noqa: PLR0917 (click hands over by name)
    context: click.Context,
    names: tuple[str, ...],
    server: str,
    database: str | None,
    form: str | None,
    ignore: tuple[str, ...],
    fix: bool,
    quiet: bool,
) -> None:
    """Find what a server would refuse in SQL files and notebooks, and what a person would regret.

    FILE is an SQL file, a notebook (of which the %%restore cells are read), a directory that is gone through for
    both, or - for standard input.

    The exit status is 0 without errors, 1 with some, and 2 where a file could not be read.
    """
    from .checking import Checker
    from .files import STDIN, files
    from .reports import FORMS

    if fix and STDIN in names:
        raise Refused(UsageProblem("--fix writes back to files, and standard input is none", hint="name the file"))
    checker = Checker(server, database, _codes(ignore))
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "human")
    run = _Run(checker, FORMS[form](quiet=quiet), fix=fix, quiet=quiet)
    for name in files(names, run.refuse):
        try:
            run.file(name)
        except UsageProblem as problem:
            run.refuse(problem)
    run.report.end(run.files)
    context.exit(2 if run.refused else 1 if run.errors else 0)


class _Run:
    """One run over all files: what was read, and what came of it."""

    def __init__(self, checker: Checker, report: Report, *, fix: bool, quiet: bool) -> None:
        self.report = report
        self.files = self.errors = self.refused = 0
        self._checker = checker
        self._fix = fix
        self._quiet = quiet

    def refuse(self, problem: UsageProblem) -> None:
        """Tell of a file that could not be read or written."""
        self.refused += 1
        say(str(problem), err=True)

    def file(self, name: str) -> None:
        """Judge one file."""
        from .files import read
        from .passages import passages

        text = read(name)
        found = passages(name, text)
        self.files += 1
        if self._fix:
            found = self._mended(name, text, found)
        for passage in found:
            findings = self._checker.findings(passage)
            self.errors += sum(each.severity == "error" for each in findings)
            shown = [each for each in findings if each.severity == "error" or not self._quiet]
            self.report.passage(name, passage, shown)

    def _mended(self, name: str, text: str, found: list[Passage]) -> list[Passage]:
        from .files import write
        from .passages import rewritten
        from .reports import place

        results = [(passage, *self._checker.mended(passage)) for passage in found]
        sources = {after.cell: after.source for before, after, _ in results if after != before}
        if not sources:
            return found
        try:
            write(name, rewritten(name, text, sources))
        except UsageProblem as problem:
            self.refuse(problem)
            return found
        for before, _, fixed in results:
            for each in fixed:
                titles = "; ".join(dict.fromkeys(fix.title for fix in each.fixes))
                say(f"{place(name, before, each)}: fixed {each.code}: {titles}", err=True)
        return [after for _, after, _ in results]


def _codes(names: tuple[str, ...]) -> frozenset[str]:
    if not names:
        return frozenset()
    from ..language.codes_of_advice import ADVICE_CODES
    from ..language.codes_of_errors import ERROR_CODES

    known = {each.code for each in (*ERROR_CODES, *ADVICE_CODES)}
    for name in names:
        if name not in known:
            raise Refused(UsageProblem(f"there is no finding {name!r}", hint="docs/diagnostics.md lists them"))
    return frozenset(names)
