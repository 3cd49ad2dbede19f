"""Who reads: our language, and the general SQL libraries beside it. Each is loaded in a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = ["READERS", "Read", "Reader", "load", "refuses"]

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read a statement."""

    name: str
    package: str
    """The distribution that it needs."""
    gives: str
    function: str
    """``module:name`` of what reads, or of what a dialect's object has."""

    @property
    def installed(self) -> str | None:
        """The version here, or None."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None

    @property
    def source_only(self) -> bool:
        """Whether compiled modules are passed over."""
        return self.package == "sqlglot"


READERS = {
    each.name: each
    for each in (
        Reader("parse", "starrocks-restore-kernel", "full tree", "parse"),
        Reader("check", "starrocks-restore-kernel", "all findings", "check"),
        Reader("sqlglot tokens", "sqlglot", "tokens", "tokenize"),
        Reader("sqlglot parse", "sqlglot", "one opaque Command", "parse"),
        Reader("sqlglotc tokens", "sqlglotc", "tokens", "tokenize"),
        Reader("sqlglotc parse", "sqlglotc", "one opaque Command", "parse"),
        Reader("sqlparse", "sqlparse", "grouped tokens", "parse"),
    )
}
"""In the order of the report."""


def load(name: str) -> Read:
    """Import what a reader needs, and hand over the function that reads one text."""
    reader = READERS[name]
    if reader.package == "starrocks-restore-kernel":
        ours: Read = getattr(import_module("starrocks_restore_kernel.language"), reader.function)
        return ours
    if reader.package == "sqlparse":
        parse: Read = import_module("sqlparse").parse
        return parse
    if reader.source_only:
        import_module("benchmarks.plain")
    sqlglot = import_module("sqlglot")
    _assert_kind(import_module("sqlglot.parser").__file__ or "", source=reader.source_only)
    # It warns of every RESTORE that it does not understand; writing that down is no part of reading.
    logging.getLogger("sqlglot").disabled = True
    dialect = sqlglot.Dialect.get_or_raise("starrocks")
    read: Read = getattr(dialect, reader.function)
    return read


def _assert_kind(file: str, *, source: bool) -> None:
    if file.endswith(".py") is not source:
        raise RuntimeError(f"The wrong kind of sqlglot was loaded: {file}")


def refuses(name: str, read: Read, text: str) -> bool:
    """Whether a reader says that a text is no statement: `check` by a syntax error (SRR001), the others by raising."""
    try:
        result = read(text)
    except Exception:  # noqa: BLE001 whatever it raises, it did not take the text
        return True
    return name == "check" and any(each.code == "SRR001" and each.severity == "error" for each in result)
