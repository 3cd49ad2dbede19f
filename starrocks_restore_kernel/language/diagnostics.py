"""What is wrong with a text, as data, and as lines with a caret for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .severity import Severity
from .statements import Span

__all__ = ["Diagnostic", "Fix", "Severity", "apply_fixes", "render"]


@dataclass(frozen=True, slots=True)
class Fix:
    """A replacement of ``text[start:end]`` that can be applied."""

    start: int
    end: int
    replacement: str
    title: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Attributes
    ----------
    code
        ``SRR…``, stable; see `starrocks_restore_kernel.language.codes`.
    severity
        ``"error"`` if the server refuses the statement; warnings are ours.
    message
        The server's own words where it refuses.
    span
        Where in the text, or None if the finding is about no place in it.
    hint
        What to do.
    fixes
        Replacements that mend it.
    """

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    hint: str | None = None
    fixes: tuple[Fix, ...] = ()


def apply_fixes(text: str, diagnostics: Sequence[Diagnostic]) -> str:
    """Apply the fixes of all diagnostics; of two that overlap, the first in the text."""
    end = -1
    parts: list[str] = []
    position = 0
    for fix in sorted({fix for each in diagnostics for fix in each.fixes}, key=lambda fix: (fix.start, fix.end)):
        if fix.start < position or fix.end <= end:
            continue
        parts += [text[position : fix.start], fix.replacement]
        position = end = fix.end
    return "".join([*parts, text[position:]])


_WIDTH = 100
_SHOWN = 5


def render(text: str, diagnostics: Sequence[Diagnostic]) -> str:
    """The findings as a person reads them: message, the line with a caret, what to do."""
    blocks = [_block(text, each) for each in diagnostics[:_SHOWN]]
    if len(diagnostics) > _SHOWN:
        blocks.append([f"… and {len(diagnostics) - _SHOWN} more"])
    return "\n".join(line for block in blocks for line in block)


def _block(text: str, diagnostic: Diagnostic) -> list[str]:
    lines = [f"{diagnostic.severity} {diagnostic.code}: {_visible(diagnostic.message)}"]
    if diagnostic.span is not None:
        lines += _excerpt(text, diagnostic.span)
    if diagnostic.hint:
        lines.append(f"  → {_visible(diagnostic.hint)}")
    return lines


def _excerpt(text: str, span: Span) -> list[str]:
    """The line, or what of a long one lies around the place; only that much of the text is looked at."""
    begin = span.start - span.column
    first = begin if span.end - begin <= _WIDTH else max(begin, span.start - _WIDTH // 2)
    end = text.find("\n", span.start, first + _WIDTH)
    shown = text[first : first + _WIDTH if end < 0 else end].removesuffix("\r")
    column = span.start - first
    marks = max(1, min(span.end - span.start, len(shown) - column))
    # Tabs are kept in the margin, so that the caret stands under its place however wide they are drawn.
    margin = "".join(char if char == "\t" else " " for char in shown[:column])
    number = str(span.line)
    return [f"  {number} │ {_visible(shown)}", f"  {' ' * len(number)} │ {margin}{'^' * marks}"]


def _visible(text: str) -> str:
    """The text with what a terminal would act upon made visible."""
    return "".join(char if char.isprintable() or char == "\t" else "·" for char in text)
