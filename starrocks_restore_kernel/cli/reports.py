"""Findings for a person, for a program, and for GitHub's margin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from ..language import Diagnostic, render
from .files import STDIN
from .group import emit, say
from .passages import Passage

__all__ = ["FORMS", "Report", "place"]

_SHOWN = 100
"""Findings a passage that a person is shown; the end says how many more there are."""


class Report(Protocol):
    """Told of each passage's findings, then of the end."""

    def passage(self, path: str, passage: Passage, found: Sequence[Diagnostic]) -> None:
        """Take the findings in one file, or in one cell of it."""

    def end(self, files: int) -> None:
        """Say what is left to say, of so many files."""


def place(path: str, passage: Passage, finding: Diagnostic) -> str:
    """Where a finding is: ``path:line:column``, or ``path, cell 3, line 2``; lines and columns from 1.

    Examples
    --------
    >>> place("a.sql", Passage(""), Diagnostic("SRR001", "error", "wrong"))
    'a.sql'
    """
    span = finding.span
    name = "stdin" if path == STDIN else path
    if passage.cell is None:
        return name if span is None else f"{name}:{span.line}:{span.column + 1}"
    return f"{name}, cell {passage.cell}" if span is None else f"{name}, cell {passage.cell}, line {span.line}"


class Human:
    """A line that editors jump by, the excerpt with a caret, and what to do."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._counts = {"error": 0, "warning": 0, "info": 0}

    def passage(self, path: str, passage: Passage, found: Sequence[Diagnostic]) -> None:
        """Print them, up to a hundred."""
        for each in found:
            self._counts[each.severity] += 1
        for each in found[:_SHOWN]:
            say(f"{place(path, passage, each)}: {render(passage.source, [each])}")
        if len(found) > _SHOWN:
            say(f"{path}: … and {len(found) - _SHOWN} more")

    def end(self, files: int) -> None:
        """Print the sum."""
        if not self._quiet:
            errors, warnings = self._counts["error"], self._counts["warning"]
            say(f"{_counted(files, 'file')}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}")


class Json:
    """One list of objects."""

    def __init__(self, *, quiet: bool) -> None:
        del quiet  # what is left out is left out before
        self._objects: list[dict[str, Any]] = []

    def passage(self, path: str, passage: Passage, found: Sequence[Diagnostic]) -> None:
        """Keep them for the end."""
        self._objects += [_object(path, passage, each) for each in found]

    def end(self, files: int) -> None:
        """Print the list: ASCII, so that no terminal and no lone surrogate can spoil it."""
        del files
        emit(json.dumps(self._objects, indent=2))


def _object(path: str, passage: Passage, finding: Diagnostic) -> dict[str, Any]:
    span = finding.span
    return {
        "path": path,
        "cell": passage.cell,
        "line": span and span.line,
        "column": None if span is None else span.column + 1,
        "start": span and span.start,
        "end": span and span.end,
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "fixes": [
            {"start": fix.start, "end": fix.end, "replacement": fix.replacement, "title": fix.title}
            for fix in finding.fixes
        ],
    }


class GitHub:
    """Workflow commands that GitHub shows beside the changed lines (actions/toolkit, command.ts)."""

    _LEVELS = {"error": "error", "warning": "warning", "info": "notice"}  # noqa: RUF012 (never changed)

    def __init__(self, *, quiet: bool) -> None:
        del quiet  # what is left out is left out before

    def passage(self, path: str, passage: Passage, found: Sequence[Diagnostic]) -> None:
        """Print a command for each."""
        for each in found:
            properties = {"file": path, "line": "1"}
            message = each.message
            if passage.cell is not None:
                # Where a cell stands in the file is the notebook's business; the first line can always be shown.
                line = "" if each.span is None else f", line {each.span.line}"
                message = f"cell {passage.cell}{line}: {message}"
            elif each.span is not None:
                properties |= {"line": str(each.span.line), "col": str(each.span.column + 1)}
            properties["title"] = each.code
            if each.hint:
                message += f"\n→ {each.hint}"
            said = ",".join(f"{key}={_escaped_property(value)}" for key, value in properties.items())
            emit(f"::{self._LEVELS[each.severity]} {said}::{_escaped(message)}")

    def end(self, files: int) -> None:
        """Nothing: each command stands for itself."""


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


FORMS: dict[str, type[Human | Json | GitHub]] = {"human": Human, "json": Json, "github": GitHub}
