"""Words of StarRocks' queries that sqlglot does not know, written in words that it does."""

from __future__ import annotations

import re

from .reader import Reader

__all__ = ["PREFIX", "spelled"]

PREFIX = "TEMPORARY "
"""What stands before the name of a temporary partition; no name has a blank in it."""

_WORTH_A_LOOK = re.compile(r"\bPARTITIONS?\b(?!\s+BY\b)|\bMINUS\b", re.IGNORECASE)


def spelled(text: str) -> str:
    """Write ``PARTITION p``, ``PARTITIONS (p)``, ``TEMPORARY PARTITION (p)`` and ``MINUS`` as sqlglot reads them.

    Examples
    --------
    >>> spelled("SELECT * FROM t PARTITIONS p, q"), spelled("SELECT 1 MINUS SELECT 2")
    ('SELECT * FROM t PARTITION(`p`), q', 'SELECT 1 EXCEPT SELECT 2')
    """
    if _WORTH_A_LOOK.search(text) is None:
        return text
    reader = Reader(text)
    written, done = [], 0
    while reader.peek().kind != "end":
        start = reader.peek().start
        if reader.at("MINUS") and (reader.peek(1).text.upper() in ("SELECT", "(")):
            reader.take()
            new = "EXCEPT"
        elif _at_partitions(reader):
            new = _partitions(reader)
        else:
            reader.take()
            continue
        last = reader.tokens[reader.index - 1]
        written += [text[done:start], new]
        done = last.start + len(last.text)
    return "".join([*written, text[done:]])


def _at_partitions(reader: Reader) -> bool:
    offset = 1 if reader.at("TEMPORARY") else 0
    if reader.peek(offset).kind != "word" or reader.peek(offset).text.upper() not in ("PARTITION", "PARTITIONS"):
        return False
    following = reader.peek(offset + 1)
    named = following.kind in ("quoted", "string") or (following.kind == "word" and following.text.upper() != "BY")
    return named or (following.text == "(" and reader.peek(offset + 2).kind in ("word", "quoted", "string"))


def _partitions(reader: Reader) -> str:
    prefix = PREFIX if reader.accept("TEMPORARY") else ""
    reader.take()
    if reader.accept("("):
        names = [reader.name_or_string()]
        while reader.accept(","):
            names.append(reader.name_or_string())
        reader.expect(")")
    else:
        names = [reader.name_or_string()]
    return f"PARTITION({', '.join(f'`{prefix}{name}`' for name in names)})"
