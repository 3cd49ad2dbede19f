"""What a kind of finding is: its meaning, where the rule stands in StarRocks, an example and its repair.

``docs/diagnostics.md`` is made from the tables of these, and the tests hold each example to its table.
"""

from __future__ import annotations

from dataclasses import dataclass

from .rules import Tables
from .severity import Severity
from .versions import NEWEST

__all__ = ["Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    Attributes
    ----------
    code
        ``SRR…``; it never changes its meaning.
    severity
        ``"error"`` for what the server refuses.
    title
        What is wrong, in a line.
    meaning
        What follows from it.
    source
        Where in StarRocks the rule stands.
    example, repair
        A text with this finding, and one without.
    version
        The server that the example is for.
    """

    code: str
    severity: Severity
    title: str
    meaning: str
    source: str
    example: str
    repair: str
    version: str = NEWEST
    database: str | None = None
    """The session's database that the example is for."""
    tables: Tables | None = None
    """The tables that the example is for."""
