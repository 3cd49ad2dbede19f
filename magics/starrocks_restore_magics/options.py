"""What may stand behind ``%restore`` and ``%%restore``."""

from __future__ import annotations

import argparse
import difflib
import shlex
from collections.abc import Callable
from typing import NoReturn

from starrocks_restore_kernel.errors import UsageProblem

__all__ = ["HELP", "cell_options", "line_options"]

HELP = """\
%restore connect sandbox                     a cluster to practise on, in this notebook
%restore connect starrocks://root@host:9030  a real one (the password is asked for); or a profile's name
%restore repositories                        where snapshots are kept
%restore snapshots REPO [LABEL]              what can be restored
%restore contents REPO LABEL [TIMESTAMP]     the tables and partitions in a snapshot
%restore build [REPO [LABEL]] [--into NAME]  write a restore by clicking
%restore plan save FILE                      keep the last plan as a file, for somebody to look at
%restore plan FILE [--into NAME]             make a saved plan again; says what has changed since
%restore jobs [DB]                           the last restore of each database
%restore watch [DB] [--into NAME]            follow a running restore, whoever sent it
%restore resume                              follow again what was sent before the kernel died
%restore cancel DB [--run] [--force]         show what a cancel would take along; --run cancels
%restore explain DB                          what the job's row means, what usually causes it, what helps
%restore verify DB [--counts] [--into NAME]  look at what came back, object by object
%restore queue NAME [run|stop|clear]         restores that wait for their turn; run works them off
%restore history                             the jobs that were followed, here or by others with this history
%restore history export FILE [WHAT]          as .csv or .parquet: jobs, samples, events or submissions
%restore history prune DAYS                  forget jobs that ended longer ago
%restore events [DB]                         who sent what, and how it ended

%%restore                                    show what the statement would do; changes nothing
%%restore --run [--overwrite] [--into NAME]  do it; --overwrite is the yes to the plan that was shown before
          [--again]                          the yes to overwriting what this statement has overwritten already
%%restore --queue NAME [--as ITEM]           put it into a queue; --after ITEM lets it wait for another one
%%restore --explain                          the same of pasted text: a row, an error, a Status, from any terminal

In a statement {{name}} stands for the notebook's variable, inside a string or a back-quoted name."""

_COMMANDS = (
    "connect",
    "repositories",
    "snapshots",
    "contents",
    "build",
    "plan",
    "jobs",
    "watch",
    "resume",
    "cancel",
    "explain",
    "verify",
    "queue",
    "history",
    "events",
    "help",
)


Command = Callable[[str], argparse.ArgumentParser]


class _Options(argparse.ArgumentParser):
    """An argument parser whose complaints are errors of ours, and that never exits."""

    def error(self, message: str) -> NoReturn:
        raise UsageProblem(message, hint=self.format_usage().strip().removeprefix("usage: "))


def _line_parser() -> argparse.ArgumentParser:
    parser = _Options(prog="%restore", add_help=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Options)

    def command(name: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, prog=f"%restore {name}", add_help=False)

    _of_snapshots(command)
    _of_jobs(command)
    command("help")
    return parser


def _of_snapshots(command: Command) -> None:
    connect = command("connect")
    connect.add_argument("target", metavar="TARGET")
    connect.add_argument("--fresh", action="store_true")
    connect.add_argument("--ask", action="store_true")
    command("repositories")
    snapshots = command("snapshots")
    snapshots.add_argument("repository", metavar="REPO")
    snapshots.add_argument("label", metavar="LABEL", nargs="?")
    contents = command("contents")
    contents.add_argument("repository", metavar="REPO")
    contents.add_argument("label", metavar="LABEL")
    contents.add_argument("timestamp", metavar="TIMESTAMP", nargs="?")
    build = command("build")
    build.add_argument("repository", metavar="REPO", nargs="?")
    build.add_argument("snapshot", metavar="LABEL", nargs="?")
    build.add_argument("--into", metavar="NAME")
    plan = command("plan")
    plan.add_argument("action", metavar="save", nargs="?", choices=("save",))
    plan.add_argument("file", metavar="FILE")
    plan.add_argument("--into", metavar="NAME")


def _of_jobs(command: Command) -> None:
    jobs = command("jobs")
    jobs.add_argument("database", metavar="DB", nargs="?")
    watch = command("watch")
    watch.add_argument("database", metavar="DB", nargs="?")
    watch.add_argument("--into", metavar="NAME")
    cancel = command("cancel")
    cancel.add_argument("database", metavar="DB")
    cancel.add_argument("--run", action="store_true")
    cancel.add_argument("--force", action="store_true")
    command("resume")
    explain = command("explain")
    explain.add_argument("database", metavar="DB")
    verify = command("verify")
    verify.add_argument("database", metavar="DB")
    verify.add_argument("--counts", action="store_true")
    verify.add_argument("--into", metavar="NAME")
    queue = command("queue")
    queue.add_argument("name", metavar="NAME")
    queue.add_argument("action", nargs="?", choices=("run", "stop", "clear"))
    queue.add_argument("--limit", metavar="N", type=int, default=4)
    queue.add_argument("--go-on", action="store_true")
    queue.add_argument("--into", metavar="NAME")
    history = command("history")
    history.add_argument("action", nargs="?", choices=("export", "prune"))
    history.add_argument("argument", metavar="FILE|DAYS", nargs="?")
    history.add_argument("what", metavar="WHAT", nargs="?", default="jobs")
    events = command("events")
    events.add_argument("database", metavar="DB", nargs="?")


def _cell_parser() -> argparse.ArgumentParser:
    parser = _Options(prog="%%restore", add_help=False)
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--overwrite", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--queue", metavar="NAME")
    parser.add_argument("--as", metavar="ITEM", dest="item")
    parser.add_argument("--after", metavar="ITEM", action="append", default=[])
    parser.add_argument("--into", metavar="NAME")
    return parser


def line_options(line: str) -> argparse.Namespace:
    """Read the words behind ``%restore``.

    Raises
    ------
    UsageProblem
        For an unknown command or option; the hint is how it is written.
    """
    words = _words(line) or ["help"]
    if words[0] not in _COMMANDS:
        near = difflib.get_close_matches(words[0], _COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(_COMMANDS)}"
        raise UsageProblem(
            f"%restore has no command {words[0]!r}", hint=f"{hint} For a statement write %%restore above it."
        )
    return _line_parser().parse_args(words)


def cell_options(line: str) -> argparse.Namespace:
    """Read the words behind ``%%restore``.

    Raises
    ------
    UsageProblem
        For an unknown option, or one without that which it belongs to.
    """
    options = _cell_parser().parse_args(_words(line))
    if options.explain and (options.run or options.queue is not None):
        raise UsageProblem("--explain is about a text, and sends nothing", hint="%%restore --explain")
    if options.overwrite and not options.run and options.queue is None:
        raise UsageProblem("--overwrite is the yes to a run", hint="%%restore --run --overwrite")
    if options.again and not options.run:
        raise UsageProblem("--again is the yes to a second run", hint="%%restore --run --overwrite --again")
    if options.queue is None and (options.item is not None or options.after):
        raise UsageProblem("--as and --after are of a queue", hint="%%restore --queue NAME --as ITEM --after ITEM")
    if options.queue is not None and options.run:
        raise UsageProblem(
            "a statement is run now, or queued", hint="%%restore --queue NAME, then %restore queue NAME run"
        )
    return options


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageProblem(f"the line cannot be read: {error}", hint="close the quote") from None
    into = words[words.index("--into") + 1] if "--into" in words[:-1] else None
    if into is not None and not into.isidentifier():
        raise UsageProblem(f"{into!r} is no variable's name", hint="--into job")
    return words
