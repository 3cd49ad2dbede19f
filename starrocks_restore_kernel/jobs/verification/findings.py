"""The findings of one verdict as they are gathered: what many objects share is said once, with one statement."""

from __future__ import annotations

from collections.abc import Sequence

from ...language.diagnostics import Diagnostic, Severity
from .codes import VerdictCode
from .expectations import Expectations, Expected
from .mending import Mending

__all__ = ["Findings", "first"]

_GRAVITY = {"error": 0, "warning": 1, "info": 2}
_WORDS = {"error": "wrong", "warning": "remark", "info": "good"}
_WORST = ("good", "skipped", "remark", "not known", "wrong")


class Findings:
    """Gathers findings, and the word on each object."""

    def __init__(self, expectations: Expectations) -> None:
        self.expectations = expectations
        self.mending = Mending(expectations)
        self._found: list[Diagnostic] = []
        self._words: dict[str, str] = {}
        self._unknown: dict[str, list[str]] = {}
        self._again: dict[VerdictCode, list[tuple[Expected, tuple[str, ...]]]] = {}

    def add(
        self, code: VerdictCode, severity: Severity, message: str, hint: str | None = None, name: str | None = None
    ) -> None:
        """One finding, about one object unless it is about the whole."""
        self._found.append(Diagnostic(code.name, severity, message, None, hint))
        if name is not None:
            self.mark(name, _WORDS[severity])

    def unknown(self, what: str, reason: str, name: str | None = None) -> str:
        """Something could not be looked at; what has the same reason is told together."""
        self._unknown.setdefault(reason, []).append(what)
        if name is not None:
            self.mark(name, "not known")
        return "not known"

    def again(self, code: VerdictCode, each: Expected, partitions: tuple[str, ...] = ()) -> None:
        """A miss that the snapshot mends: a database has one job at a time, so all of a code go in one statement."""
        self._again.setdefault(code, []).append((each, partitions))
        self.mark(each.name, "wrong")

    def mark(self, name: str, word: str) -> None:
        """The word on an object; the worst stays."""
        before = self._words.get(name, "good")
        if _WORST.index(word) > _WORST.index(before):
            self._words[name] = word

    def word(self, name: str) -> str:
        """``good`` of what nothing was found about."""
        return self._words.get(name, "good")

    def done(self) -> tuple[Diagnostic, ...]:
        """All of them, the gravest first."""
        for code, of in self._again.items():
            if code is VerdictCode.SRR305:
                message = "; ".join(f"{each.name} lacks {_counted(parts)}" for each, parts in of[:3])
                message += f"; and {len(of) - 3:,} more tables lack some" if len(of) > 3 else ""
            else:
                names = first([each.name for each, _ in of])
                message = f"{names} {'is' if len(of) == 1 else 'are'} not there"
            self._found.append(Diagnostic(code.name, "error", message, None, self.mending.restore(of)))
        for reason, what in self._unknown.items():
            told = list(dict.fromkeys(what))
            hint = "ask for the right, or verify as a user who has it" if "denied" in reason.lower() else None
            message = f"Could not be looked at: {first(told)} ({reason})"
            self._found.append(Diagnostic(VerdictCode.SRR320.name, "warning", message, None, hint))
        return tuple(sorted(self._found, key=lambda each: (_GRAVITY[each.severity], each.code)))


def _counted(names: Sequence[str]) -> str:
    return f"the partition{'' if len(names) == 1 else 's'} {first(names)}"


def first(names: Sequence[str], most: int = 3) -> str:
    """The first few, and how many more."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"
