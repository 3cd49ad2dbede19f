"""What the server's texts mean, and what helps, where it is known: one table, for errors and for explanations."""

from __future__ import annotations

from .meaning import Meaning
from .meanings_of_jobs import JOB, TASKS
from .meanings_of_statements import GENERAL, SUBMIT, UNDER_RESTORE

__all__ = ["MEANINGS", "meaning", "remedy"]

MEANINGS = (*SUBMIT, *UNDER_RESTORE, *TASKS, *JOB, *GENERAL)
"""The first that fits is meant: what is told of a special case stands before what is told of all."""


def meaning(message: str) -> Meaning | None:
    """What a text means; None where nothing certain can be said.

    Examples
    --------
    >>> meaning("Unknown database 'shop2'").means
    'there is no database of this name'
    """
    return next((each for each in MEANINGS if each.fits(message)), None)


def remedy(message: str) -> str | None:
    """What to do about an error text; None where nothing certain can be said.

    Examples
    --------
    >>> remedy("Unknown database 'shop2'")
    'SHOW DATABASES lists those there are; names are case-sensitive'
    """
    found = meaning(message)
    return None if found is None else found.helps
