"""What a rule is: a function from a statement to its findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from .diagnostics import Diagnostic, Fix
from .statements import Span, Statement
from .versions import Release

__all__ = ["Context", "Rule", "Tables", "error", "head", "info", "warning"]


Tables = Mapping[str, Mapping[str, Collection[str]]]


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides the statement."""

    release: Release
    database: str | None = None
    """The session's database; empty where it is known to have none, None where nothing is known."""
    tables: Tables | None = None
    """The tables of each database with their partitions, where they are known."""


Rule = Callable[[Statement, Context], Iterator[Diagnostic]]


def head(statement: Statement) -> Span | None:
    """The statement's first word: where a finding points that is about the whole of it."""
    span = statement.span
    if span is None:
        return None
    # The classes are named after the words that their statements begin with.
    first = re.match("[A-Z][a-z]+", type(statement).__name__)
    return span._replace(end=min(span.end, span.start + (first.end() if first else 1)))


def error(code: str, message: str, span: Span | None, hint: str | None = None, *fixes: Fix) -> Diagnostic:
    """A finding that the server makes too; ``message`` is its text."""
    return Diagnostic(code, "error", message, span, hint, fixes)


def info(code: str, message: str, span: Span | None, hint: str | None = None, *fixes: Fix) -> Diagnostic:
    """Something good to know."""
    return Diagnostic(code, "info", message, span, hint, fixes)


def warning(code: str, message: str, span: Span | None, hint: str | None = None, *fixes: Fix) -> Diagnostic:
    """A finding of ours on what the server takes."""
    return Diagnostic(code, "warning", message, span, hint, fixes)
