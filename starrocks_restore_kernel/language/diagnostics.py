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
    lines = [f"{diagnostic.severity} {diagnostic.code}: {diagnostic.message}"]
    if diagnostic.span is not None:
        lines += _excerpt(text, diagnostic.span)
    if diagnostic.hint:
        lines.append(f"  → {diagnostic.hint}")
    return lines


def _excerpt(text: str, span: Span) -> list[str]:
    begin = span.start - span.column
    end = text.find("\n", begin)
    line = text[begin:] if end < 0 else text[begin:end]
    # A long line is shown around the place.
    offset = max(0, span.column - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = line[offset : offset + _WIDTH]
    column = span.column - offset
    marks = max(1, min(span.end - span.start, len(shown) - column))
    # Tabs are kept in the margin, so that the caret stands under its place however wide they are drawn.
    margin = "".join(char if char == "\t" else " " for char in shown[:column])
    number = str(span.line)
    visible = "".join(char if char.isprintable() or char == "\t" else "·" for char in shown)
    return [f"  {number} │ {visible}", f"  {' ' * len(number)} │ {margin}{'^' * marks}"]
