"""What is wrong in a passage, and as much of it mended as can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import RestoreSyntaxError
from ..language import Diagnostic, apply_fixes, check, parse
from .passages import Passage

__all__ = ["Checker"]

# Findings that judge what a value says; of a notebook's variable only the name is known.
_ABOUT_VALUES = {"SRR023", "SRR024", "SRR025", "SRR102", "SRR111", "SRR114", "SRR115"}
_ROUNDS = 10
_DEPTH = 3
_TRIED = 20


@dataclass(frozen=True, slots=True)
class Checker:
    """How passages are judged: for which server, in which database, and what nobody wants to hear of."""

    version: str
    database: str | None = None
    ignored: frozenset[str] = frozenset()

    def findings(self, passage: Passage) -> list[Diagnostic]:
        """All that is wrong, without what is ignored."""
        return [each for each in self._all(passage) if each.code not in self.ignored]

    def mended(self, passage: Passage) -> tuple[Passage, list[Diagnostic]]:
        """Apply the fixes there are, as long as they leave no more errors than before; with what was fixed."""
        fixed: list[Diagnostic] = []
        for _ in range(_ROUNDS):
            step = self._step(passage)
            if step is None:
                break
            passage = step[0]
            fixed += step[1]
        return passage, fixed

    def _step(self, passage: Passage) -> tuple[Passage, list[Diagnostic]] | None:
        """Apply all fixes at once, or else the first that helps alone."""
        found = self._all(passage)
        fixable = self._fixable(found)
        for attempt in (fixable, *([each] for each in fixable[:_TRIED])):
            better = self._tried(passage, attempt, _errors(found))
            if better is not None:
                return better
        return None

    def _tried(
        self, passage: Passage, fixes: list[Diagnostic], allowed: int
    ) -> tuple[Passage, list[Diagnostic]] | None:
        """Apply fixes, and then those of the errors that these bring to light: a syntax error hides all others."""
        before, applied = passage.source, []
        for _ in range(_DEPTH):
            passage = replace(passage, source=apply_fixes(passage.source, fixes))
            applied += fixes
            found = self._all(passage)
            if _errors(found) <= allowed:
                return (passage, applied) if passage.source != before else None
            fixes = self._fixable(found)
        return None

    def _fixable(self, found: list[Diagnostic]) -> list[Diagnostic]:
        return [each for each in found if each.fixes and each.code not in self.ignored]

    def _all(self, passage: Passage) -> list[Diagnostic]:
        found = check(passage.text, self.version, self.database)
        if passage.cell is None:
            return found
        if not any(each.code == "SRR001" for each in found):
            # A script may hold several statements and foreign ones; a cell is one statement of ours.
            try:
                parse(passage.text, self.version)
            except RestoreSyntaxError as error:
                found += error.diagnostics
        return list(_without_places(passage.text, found))


def _without_places(text: str, found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Leave out what is said of ``{{name}}`` as if it were the value."""
    for each in found:
        if each.span is None:
            yield each
        elif each.code == "SRR001" and text.startswith("{{", each.span.start):
            yield replace(each, hint="{{name}} stands inside a string or a back-quoted name")
        elif each.code not in _ABOUT_VALUES or "{{" not in each.message + text[each.span.start : each.span.end]:
            yield each


def _errors(found: list[Diagnostic]) -> int:
    return sum(each.severity == "error" for each in found)
