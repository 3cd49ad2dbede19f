"""Questions that read the rows themselves: exact counts, a query of the user's, the highest number of a counter.

Several tables go in one statement, and several statements in one text; where a statement is refused, its tables are
asked one at a time, so that one that is broken hides no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...cluster import Answer, Frontend, Question
from ...errors import ServerError
from ...language.quoting import quote_name

__all__ = ["behind", "counted", "queried"]

_TABLES = 50
"""Tables a statement: a plan of more fragments than these is slow to make."""
_COUNTER = re.compile(r"^\s*`([^`]+)` [^\n]*\bAUTO_INCREMENT\b", re.MULTILINE)
"""A column's line of SHOW CREATE TABLE."""


def counted(frontend: Frontend, places: Mapping[str, str]) -> dict[str, int | str]:
    """The rows of each; the server's reason where it refuses.

    Parameters
    ----------
    places
        What stands behind FROM, by name.
    """
    found: dict[str, int | str] = {}
    groups = [list(names) for names in _batched(list(places), _TABLES)]
    answers = frontend.ask_all([_of_many(names, places) for names in groups])
    broken: list[str] = []
    for names, answer in zip(groups, answers, strict=True):
        if isinstance(answer, ServerError):
            broken += names
        else:
            found |= {names[at]: rows for at, rows in answer.items()}
    if broken:
        alone = frontend.ask_all([_of_many([name], places) for name in broken])
        for name, answer in zip(broken, alone, strict=True):
            found[name] = answer.message if isinstance(answer, ServerError) else answer[0]
    return found


def _of_many(names: Sequence[str], places: Mapping[str, str]) -> Question[dict[int, int]]:
    # A number stands for the name, so that no name is ever written as a text.
    parts = (f"SELECT {at} AS `at`, count(*) AS `rows` FROM {places[name]}" for at, name in enumerate(names))

    def read(answer: Answer) -> dict[int, int]:
        return {int(row["at"]): int(row["rows"]) for row in answer}

    return Question("exact counts", " UNION ALL ".join(parts), read)


def queried(frontend: Frontend, query: str, places: Mapping[str, str]) -> dict[str, Any]:
    """The first cell that a query answers of each; a `ServerError` where it is refused.

    The query is the user's, of any shape, so it stands alone; many go in one text.
    """

    def read(answer: Answer) -> Any:
        row = next(iter(answer.rows), None)
        return None if row is None else row[0]

    questions = [Question("the query", query.replace("{table}", place), read) for place in places.values()]
    return dict(zip(places, frontend.ask_all(questions), strict=True))


def behind(frontend: Frontend, places: Mapping[str, str]) -> dict[str, int | str]:
    """The highest number in the AUTO_INCREMENT column of each, 0 without rows; the reason where it is not known."""
    if not places:
        return {}
    columns = frontend.ask_all([_column(place) for place in places.values()])
    found: dict[str, int | str] = {}
    asked: dict[str, Question[int]] = {}
    for (name, place), column in zip(places.items(), columns, strict=True):
        if isinstance(column, ServerError):
            found[name] = column.message
        elif column is None:
            found[name] = "SHOW CREATE TABLE shows no AUTO_INCREMENT column"
        else:
            sql = f"SELECT max({quote_name(column)}) AS `highest` FROM {place}"
            asked[name] = Question("the highest number", sql, _highest)
    for name, answer in zip(asked, frontend.ask_all(list(asked.values())), strict=True):
        found[name] = answer.message if isinstance(answer, ServerError) else answer
    return found


def _column(place: str) -> Question[str | None]:
    def read(answer: Answer) -> str | None:
        (row,) = answer
        match = _COUNTER.search(str(row["Create Table"]))
        return match[1] if match else None

    return Question("the AUTO_INCREMENT column", f"SHOW CREATE TABLE {place}", read)


def _highest(answer: Answer) -> int:
    (row,) = answer
    return 0 if row["highest"] is None else int(row["highest"])


def _batched(names: Sequence[str], size: int) -> list[Sequence[str]]:
    return [names[at : at + size] for at in range(0, len(names), size)]
