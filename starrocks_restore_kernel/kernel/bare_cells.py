"""Telling a cell that is a statement from one that is Python."""

from __future__ import annotations

from ..language import begins_statement

__all__ = ["as_magic"]


def as_magic(lines: list[str]) -> list[str]:
    r"""Put ``%%restore`` above a cell that begins with a statement of the family; leave any other as it is.

    An input transformer of IPython's; it must come before those that read Python.

    Examples
    --------
    >>> as_magic(["RESTORE SNAPSHOT s\n", "FROM r"])
    ['%%restore\n', 'RESTORE SNAPSHOT s\n', 'FROM r']
    >>> as_magic(["restore = 5"])
    ['restore = 5']
    """
    return ["%%restore\n", *lines] if begins_statement("".join(lines)) else lines
