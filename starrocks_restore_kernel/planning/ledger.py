"""Keeping account of what could not be read."""

from __future__ import annotations

from typing import TypeVar

from ..errors import ServerError
from .facts import Unknown

__all__ = ["Ledger"]

Value = TypeVar("Value")


class Ledger:
    """Turns answers into facts: a refusal is None, and written down."""

    def __init__(self) -> None:
        self._unknown: list[Unknown] = []

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """What was written down."""
        return tuple(self._unknown)

    def known(self, part: str, what: str, answer: Value | ServerError) -> Value | None:
        """The value; None for a refusal."""
        if not isinstance(answer, ServerError):
            return answer
        self.note(part, what, answer.message)
        return None

    def note(self, part: str, what: str, reason: str) -> None:
        """Write down that something is not known."""
        self._unknown.append(Unknown(part, what, reason))
