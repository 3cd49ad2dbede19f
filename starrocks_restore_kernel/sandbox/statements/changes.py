"""Statements that change rows, read and run for one session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from .dml import execute_delete, execute_update
from .insert import execute_insert, read_insert, read_partition_names
from .query import duckdb_error, parse_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
    from .query import Binder
    from .reader import Reader
    from .results import Done

    Change = Callable[[Frontend, Binder, duckdb.DuckDBPyConnection], Done]

__all__ = ["read_change"]


def read_change(reader: Reader) -> Change | None:
    """Read an INSERT, a DELETE or an UPDATE, with a WITH in front or without; None for anything else."""
    if reader.accept("INSERT"):
        statement = read_insert(reader)
        return _translating(lambda frontend, binder, cursor: execute_insert(frontend, binder, cursor, statement))
    if reader.at("DELETE"):
        return _delete(reader)
    if not (reader.at("UPDATE") or reader.at("WITH")):
        return None
    tree = parse_tree(reader.text)
    if isinstance(tree, exp.Delete):
        deleted = tree
        return _translating(lambda a, b, c: execute_delete(a, b, c, deleted.copy(), None))
    if isinstance(tree, exp.Update):
        updated = tree
        return _translating(lambda a, b, c: execute_update(a, b, c, updated.copy()))
    return None


def _delete(reader: Reader) -> Change:
    reader.expect("DELETE", "FROM")
    reader.qualified()
    start = reader.peek().start
    partitions = read_partition_names(reader)
    # sqlglot knows no partitions there, so it is shown the text without them.
    text = reader.text if partitions is None else f"{reader.text[:start]} {reader.rest()}"
    tree = parse_tree(text)
    if not isinstance(tree, exp.Delete):
        raise reader.unexpected("DELETE")
    return _translating(lambda a, b, c: execute_delete(a, b, c, tree.copy(), partitions))


def _translating(change: Change) -> Change:
    def run(frontend: Frontend, binder: Binder, cursor: duckdb.DuckDBPyConnection) -> Done:
        try:
            return change(frontend, binder, cursor)
        except duckdb.Error as error:
            raise duckdb_error(error) from error

    return run
