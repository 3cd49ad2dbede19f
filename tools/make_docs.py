"""Write the reference pages in ``docs/`` from the code that they tell of: ``make docs``."""  # noqa: INP001 (a script)

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner
from starrocks_restore_magics import options

from starrocks_restore_kernel.cli import main as command_line
from starrocks_restore_kernel.jobs.verification import VerdictCode
from starrocks_restore_kernel.language import check, render
from starrocks_restore_kernel.language.codes import Code
from starrocks_restore_kernel.language.codes_of_advice import ADVICE_CODES
from starrocks_restore_kernel.language.codes_of_errors import ERROR_CODES
from starrocks_restore_kernel.language.versions import NEWEST
from starrocks_restore_kernel.planning.obstacles import ObstacleCode

DOCS = Path(__file__).parents[1] / "docs"
_MADE = "<!-- Made by `make docs`; edit what it is made from instead. -->"
_WIDTH = 100
"""Columns of a page, whatever the terminal has."""


def pages() -> dict[str, str]:
    """Every page that is made, by its file name."""
    made = {"diagnostics.md": _diagnostics, "commands.md": _commands, "sandbox_texts.md": _texts}
    return {name: _page(lines()) for name, lines in made.items()}


def _page(lines: Iterator[str]) -> str:
    return "\n".join([_MADE, *lines]) + "\n"


def _fenced(language: str, text: str) -> list[str]:
    return ["", f"```{language}", *(line.rstrip("\n\r ") for line in text.rstrip("\n").split("\n")), "```"]


# -- diagnostics.md


def _diagnostics() -> Iterator[str]:
    yield "# Diagnostics"
    yield ""
    yield "Each finding has a code that never changes its meaning. An **error** is what the server refuses, in its own"
    yield "words; a **warning** is what it takes and a person would regret; an **info** is good to know. `%%restore`,"
    yield "`starrocks_restore_kernel.check` and [`starrocks-restore check`](commands.md) find those of the first two"
    yield "tables in the text alone; a [plan](#in-a-plan) looks at the cluster too."
    for title, codes in (("Errors", ERROR_CODES), ("Advice", ADVICE_CODES)):
        yield ""
        yield f"## {title}"
        yield ""
        yield "| code | severity | |"
        yield "|---|---|---|"
        for code in codes:
            yield f"| [{code.code}](#{code.code.lower()}) | {code.severity} | {_cell(code.title)} |"
        for code in codes:
            yield from _code(code)
    yield ""
    yield "## In a plan"
    yield ""
    yield "What stands in a statement's way on a cluster; found by `%%restore` and `cluster.plan(statement)`."
    yield ""
    yield "| code | |"
    yield "|---|---|"
    for obstacle in ObstacleCode:
        yield f'| <a id="{obstacle.name.lower()}"></a>{obstacle.name} | {_cell(obstacle.value)} |'
    yield ""
    yield "## After a restore"
    yield ""
    yield "What a job's verdict finds when it has ended; [what each means and how to mend it](verify.md)."
    yield ""
    yield "| code | |"
    yield "|---|---|"
    for found in VerdictCode:
        yield f'| <a id="{found.name.lower()}"></a>{found.name} | {_cell(found.value)} |'


def _code(code: Code) -> Iterator[str]:
    yield ""
    yield f'<a id="{code.code.lower()}"></a>'
    yield ""
    yield f"### {code.code}: {code.title}"
    yield ""
    where = [] if code.version == NEWEST else [f"in StarRocks {code.version}"]
    if code.database is not None:
        where.append(f"in the database {code.database}" if code.database else "in a session without a database")
    yield f"**{code.severity}**{''.join(f', {each}' for each in where)}"
    yield ""
    yield code.meaning
    yield ""
    yield f"Where the rule stands: {code.source}"
    yield from _fenced("sql", code.example)
    yield ""
    yield "`starrocks-restore check` says:" if code.tables is None else "`srk.check(…, tables=…)` says:"
    yield from _fenced("text", _said(code))
    yield ""
    yield "Write instead:"
    yield from _fenced("sql", code.repair)


def _said(code: Code) -> str:
    """What the command prints about the example, without the sum at the end; the command knows no tables."""
    if code.tables is not None:
        return render(code.example, check(code.example, code.version, code.database, tables=code.tables))
    words = ["check", "-", "--format=human", f"--version={code.version}"]
    if code.database is not None:
        words.append(f"--database={code.database}")
    return CliRunner().invoke(command_line, words, input=code.example.encode()).stdout.rpartition("1 file: ")[0]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# -- sandbox_texts.md


def _texts() -> Iterator[str]:
    # The table is what its tests provoke, so it lies beside them.
    sys.path.insert(0, str(DOCS.parent / "tests"))
    from sandbox.every_text import GROUPS

    rows = [row for group in GROUPS.values() for row in group]
    provoked = sum(not row.why_not for row in rows)
    yield "# What the sandbox says"
    yield ""
    yield "Every text of the RESTORE family: what the parser, the analyzer, the authorizer and the handler refuse,"
    yield "and what jobs and their tasks end or wait with."
    yield f"The sandbox's tests provoke {provoked} of them, whole, with code and SQLSTATE;"
    yield f"the other {len(rows) - provoked} say why no client of a sandbox can be made to read them."
    yield ""
    yield "`{number}`, `{path}` and the like stand for what varies."
    yield "A text is StarRocks 4.1's unless its name says another release."
    yield "The list of similar words behind a syntax error is left out; its place is the server's."
    for title, group in GROUPS.items():
        yield ""
        yield f"## {title}"
        yield ""
        yield "| | text | where | provoked |"
        yield "|---|---|---|---|"
        for row in group:
            where = f"{row.code} / {row.sqlstate}" if row.code else row.shown if row.steps else ""
            how = f"no: {row.why_not}" if row.why_not else f"yes; {row.note}" if row.note else "yes"
            yield f"| {row.id} | {_code_cell(row.text)} | {where} | {_cell(how)} |"


def _code_cell(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence} {_cell(text)} {fence}" if "`" in text else f"{fence}{_cell(text)}{fence}"


# -- commands.md


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield "## In a terminal"
    whole = click.Context(
        command_line, info_name="starrocks-restore", terminal_width=_WIDTH, **command_line.context_settings
    )
    for name, command in sorted(command_line.commands.items()):
        yield ""
        yield f"### starrocks-restore {name}"
        yield from _fenced("text", command.get_help(click.Context(command, whole, name)))
    yield ""
    yield "## In a notebook"
    yield ""
    yield "`%load_ext starrocks_restore_kernel` brings the magics. `%restore` alone, or `%restore help`, lists them:"
    yield from _fenced("text", options.HELP)
    yield ""
    yield "With all that each takes:"
    yield from _fenced("text", "\n".join(_usages()))


def _usages() -> Iterator[str]:
    for action in options._line_parser()._actions:  # noqa: SLF001 (argparse tells of its commands in no other way)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for parser in action.choices.values():
                yield _usage(parser)
    yield _usage(options._cell_parser())  # noqa: SLF001


def _usage(parser: argparse.ArgumentParser) -> str:
    # argparse breaks lines by the terminal's width.
    return " ".join(parser.format_usage().removeprefix("usage: ").split())


def write() -> None:
    """Write every page to its place."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
