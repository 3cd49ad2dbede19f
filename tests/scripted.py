"""A frontend that answers by heart: rows and refusals made by hand, for what no sandbox shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starrocks_restore_kernel.cluster import Address, Frontend
from starrocks_restore_kernel.errors import RestoreError, ServerError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DENIED = ServerError("Access denied; you need (at least one of) the OPERATE", code=5203, sqlstate="42000")
SYNTAX = ServerError("Getting syntax error at line 1, column 9.", code=1064, sqlstate="HY000")


def unknown_database(name: str) -> ServerError:
    """What a name lookup says."""
    text = f"Getting analyzing error. Detail message: Unknown database '{name}'."
    return ServerError(text, code=5501, sqlstate="3F000")


def rows(columns: str, *values: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows under the column names, which are given in one text."""
    return [dict(zip(columns.split(), each, strict=True)) for each in values]


Reply = Sequence[Mapping[str, Any]] | RestoreError | list[Any]


class Scripted(Frontend):
    """Answers each statement with what stands behind the longest beginning of it; several replies are given in turn.

    ``sent`` holds what went out, a text a round trip.
    """

    def __init__(self, script: Mapping[str, Any], *, several: bool = True) -> None:
        super().__init__(None, Address("mysql", "fe", 9030, "ann"), now=lambda: NOW)  # type: ignore[arg-type]
        self.script = dict(script)
        self.several = several
        self.sent: list[str] = []
        self.guard = threading.Lock()

    @contextmanager
    def _cursor(self, *, unbuffered: bool = False) -> Iterator[Any]:
        del unbuffered
        yield _Cursor(self)

    def reply(self, sql: str) -> Any:
        """The next reply to a statement."""
        known = [each for each in self.script if sql.startswith(each)]
        assert known, f"nothing is known of {sql}"
        reply = self.script[max(known, key=len)]
        if isinstance(reply, InTurn):
            reply = reply.replies.pop(0)
        return reply


@dataclass
class InTurn:
    """Replies for one look after the other."""

    replies: list[Any] = field(default_factory=list)


@dataclass
class _Cursor:
    frontend: Scripted
    waiting: list[str] = field(default_factory=list)
    found: list[Any] = field(default_factory=list)

    @property
    def description(self) -> Any:
        return [(name,) for name in self.found[0]] if self.found else [("nothing",)]

    def execute(self, sql: str) -> None:
        with self.frontend.guard:
            self.frontend.sent.append(sql)
        self.waiting = sql.split(";\n")
        if len(self.waiting) > 1 and not self.frontend.several:
            raise SYNTAX
        self.nextset()

    def nextset(self) -> bool:
        if not self.waiting:
            return False
        with self.frontend.guard:
            reply = self.frontend.reply(self.waiting.pop(0))
        if isinstance(reply, Exception):
            raise reply
        self.found = list(reply)
        return True

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.found]

    def fetchmany(self, count: int) -> list[tuple[Any, ...]]:
        """A row at a time; an error among the rows is met when its turn comes."""
        del count
        if not self.found:
            return []
        row = self.found.pop(0)
        if isinstance(row, Exception):
            raise row
        return [tuple(row.values())]
