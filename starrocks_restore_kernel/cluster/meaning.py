"""One text of the server's in plain words."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Meaning"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One text.

    Attributes
    ----------
    fragment
        What of it never varies; ``…`` stands for what does.
    means, cause, helps
        A sentence each; the cause is empty where there is none to tell.
    """

    fragment: str
    means: str
    cause: str
    helps: str

    def fits(self, message: str) -> bool:
        """Whether a message is this text."""
        at = 0
        for part in self.fragment.split("…"):
            at = message.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return True
