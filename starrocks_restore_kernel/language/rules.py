"""What a rule is: a function from a statement to its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .diagnostics import Diagnostic, Fix
from .statements import Span, Statement
from .versions import Release

__all__ = ["Context", "Rule", "error", "warning"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides the statement."""

    release: Release
    database: str | None = None


Rule = Callable[[Statement, Context], Iterator[Diagnostic]]


def error(code: str, message: str, span: Span | None, hint: str | None = None, *fixes: Fix) -> Diagnostic:
    """A finding that the server makes too; ``message`` is its text."""
    return Diagnostic(code, "error", message, span, hint, fixes)


def warning(code: str, message: str, span: Span | None, hint: str | None = None, *fixes: Fix) -> Diagnostic:
    """A finding of ours on what the server takes."""
    return Diagnostic(code, "warning", message, span, hint, fixes)
