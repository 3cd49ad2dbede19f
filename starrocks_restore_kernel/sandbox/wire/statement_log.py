"""What clients sent, for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LoggedStatement"]


@dataclass(frozen=True, slots=True)
class LoggedStatement:
    """One text that a client sent.

    Parameters
    ----------
    text
        Without the passwords and keys that were in it.
    seconds
        How long the answer took to be ready, of the wall clock.
    error_code
        0 where all went well.
    """

    connection_id: int
    user: str
    text: str
    seconds: float
    error_code: int = 0
