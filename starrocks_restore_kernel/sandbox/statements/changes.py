"""Statements that change rows, read and run for one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from .dml import execute_delete, execute_update
from .insert import execute_insert, read_insert, read_partition_names
from .query import duckdb_error, parse_tree
from .results import Done

if TYPE_CHECKING:
    from ..frontend import Frontend
    from .query import Binder
    from .reader import Reader

__all__ = ["Change", "read_change"]

Run = Callable[["Frontend", "Binder", duckdb.DuckDBPyConnection], Done]


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that changes one table's rows: what it needs leave for, and how it is done."""

    privilege: str
    target: tuple[str, ...]
    reads: exp.Expr
    """The tree whose tables are read; of a DELETE and an UPDATE the target is among them."""
    run: Run


def read_change(reader: Reader) -> Change | None:
    """Read an INSERT, a DELETE or an UPDATE, with a WITH in front or without; None for anything else."""
    if reader.accept("INSERT"):
        statement = read_insert(reader)
        run = _translating(lambda frontend, binder, cursor: execute_insert(frontend, binder, cursor, statement))
        return Change("INSERT", statement.target, statement.query, run)
    if reader.at("DELETE"):
        return _delete(reader)
    if not (reader.at("UPDATE") or reader.at("WITH")):
        return None
    tree = parse_tree(reader.text)
    if isinstance(tree, exp.Delete):
        deleted = tree
        run = _translating(lambda a, b, c: execute_delete(a, b, c, deleted.copy(), None))
        return Change("DELETE", _target(tree), tree, run)
    if isinstance(tree, exp.Update):
        updated = tree
        run = _translating(lambda a, b, c: execute_update(a, b, c, updated.copy()))
        return Change("UPDATE", _target(tree), tree, run)
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
    run = _translating(lambda a, b, c: execute_delete(a, b, c, tree.copy(), partitions))
    return Change("DELETE", _target(tree), tree, run)


def _target(tree: exp.Delete | exp.Update) -> tuple[str, ...]:
    target = tree.this
    return tuple(part for part in (target.db, target.name) if part) if isinstance(target, exp.Table) else ()


def _translating(change: Run) -> Run:
    def run(frontend: Frontend, binder: Binder, cursor: duckdb.DuckDBPyConnection) -> Done:
        try:
            return change(frontend, binder, cursor)
        except duckdb.Error as error:
            raise duckdb_error(error) from error

    return run
