"""What an obstacle is judged by: computed once, and handed to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import TranslationError
from ...language.diagnostics import Diagnostic, Severity
from ...language.quoting import quote_name
from ...language.rules import head
from ...language.statements import Restore, Span
from ..codes import ObstacleCode
from ..effect import Action, Effect, Kind, by_action
from ..facts import Facts
from ..selection import Selected

__all__ = ["Case", "Obstacle", "found", "names", "quoted"]


@dataclass(frozen=True, slots=True)
class Case:
    """A statement, what is known of the cluster, and what it would do there.

    Attributes
    ----------
    chosen
        The objects of the snapshot that it takes; empty for external catalogs.
    rate
        Bytes a second that earlier restores came to; None where none is known.
    """

    statement: Restore
    facts: Facts
    chosen: tuple[Selected, ...]
    effects: tuple[Effect, ...]
    rate: float | None = None
    _by_action: Mapping[Action, Sequence[Effect]] = field(init=False, repr=False, compare=False)
    _data: Mapping[Action, Sequence[Effect]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grouped = by_action(self.effects)
        with_data = {action: [each for each in of if each.kind.holds_data] for action, of in grouped.items()}
        object.__setattr__(self, "_by_action", grouped)
        object.__setattr__(self, "_data", with_data)

    def of(self, *actions: Action) -> Iterator[Effect]:
        """The effects of these actions."""
        for action in actions:
            yield from self._by_action.get(action, ())

    def with_data(self, *actions: Action) -> Sequence[Effect]:
        """Those of them that are tables or materialized views."""
        if len(actions) == 1:
            return self._data.get(actions[0], ())
        return [each for action in actions for each in self._data.get(action, ())]

    def pairs(self) -> Iterator[tuple[Selected, Effect]]:
        """Each object that is taken, with what happens to it."""
        others = {Kind.FUNCTIONS, Kind.CATALOG, Kind.DATABASE}
        return zip(self.chosen, (each for each in self.effects if each.kind not in others), strict=True)

    @property
    def database(self) -> str:
        """The target, for a sentence."""
        return self.facts.target.database or "the target"

    @property
    def place(self) -> Span | None:
        """Where a finding points that is about the whole statement."""
        return head(self.statement)


Obstacle = Callable[[Case], Iterator[Diagnostic]]


def found(
    code: ObstacleCode, severity: Severity, message: str, span: Span | None = None, hint: str | None = None
) -> Diagnostic:
    """A finding."""
    return Diagnostic(code.name, severity, message, span, hint)


def names(of: Sequence[str], most: int = 3) -> str:
    """The first of them, and how many more."""
    shown = ", ".join(of[:most])
    return shown if len(of) <= most else f"{shown} and {len(of) - most:,} more"


def quoted(name: str) -> str:
    """A name as SQL, for a hint; one that cannot be written stays as it is."""
    try:
        return quote_name(name)
    except TranslationError:
        return name
