"""What the engine under the rows says, turned into error packets: short, and without its inner names."""

from __future__ import annotations

import re

import duckdb

from ..server_errors import SqlError, analysis

__all__ = ["duckdb_error", "killed"]

# Where the server's analyzer has words of its own for what DuckDB finds: a pattern, and the text with its groups.
_WORDS = (
    (r'Referenced column "(.+?)" not found', "Column '{}' cannot be resolved"),
    (r'does not have a column named "(.+?)"', "Column '{}' cannot be resolved"),
    (r'Referenced table "(.+?)" not found', "Unknown table '{}'"),
    (r'Ambiguous reference to column name "(.+?)"', "Column '{}' is ambiguous"),
    (
        r'column "?(.+?)"? must appear in the GROUP BY clause',
        "'{}' must be an aggregate expression or appear in GROUP BY clause",
    ),
    # The server lists the types of the arguments in the brackets.
    (r"Function with name (\S+) does not exist", "No matching function with signature: {}(...)"),
    (r"No function matches the given name and argument types '(.+?)'", "No matching function with signature: {}"),
    (r"WHERE clause cannot contain aggregates", "WHERE clause cannot contain aggregations"),
)

_INNER = re.compile(r"\b(?:snapshot_)?partition_\d+\b|\b(?:staging\.main\.)?incoming_\d+\b|\bstaging\.main\b")


def killed() -> SqlError:
    """Build the error of a query that KILL ended; MySQL's code for it, worded here."""
    return SqlError("Query was killed", 1317, "70100")


def duckdb_error(error: duckdb.Error) -> SqlError:
    """Turn an exception of the engine into an error packet, in StarRocks' words where they are known."""
    if isinstance(error, duckdb.InterruptException):
        return killed()
    text = str(error)
    for pattern, words in _WORDS:
        found = re.search(pattern, text)
        if found:
            return analysis(words.format(*found.groups()))
    return SqlError(_INNER.sub("table", " ".join(text.split("\n", maxsplit=1)[0].split())))
