"""The folder that outlives a sandbox: one at a time has it, and what cannot be read there is said plainly."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import duckdb

from ..errors import UsageProblem
from .model.journal import FORMAT, Entry
from .model.rows import Rows

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path

    from .frontend import Frontend

__all__ = ["Hold", "found_in", "hold", "open_rows", "unreadable"]

_STATE = "state.duckdb"
_LOCK = "sandbox.lock"


class Hold:
    """A folder of one's own, until it is let go or the process ends, however it ends.

    Raises
    ------
    UsageProblem
        If another sandbox has it, in this process or in another.
    """

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":
                # DuckDB's own lock holds off other processes alone: in this one it would share the file. Elsewhere
                # than on a POSIX system that must do.
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            process = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            raise in_use(folder, process) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def let_go(self) -> None:
        """Let another one have it."""
        os.close(self._file)


def hold(folder: Path) -> Hold:
    """Take a folder, which is made if it is not there.

    Raises
    ------
    UsageProblem
        If another sandbox has it, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Hold(folder)
    except OSError as error:
        raise UsageProblem(
            f"nothing can be kept in {folder}: {error.strerror or error}", hint="name a folder that you may write to"
        ) from error


def in_use(folder: Path, process: str = "") -> UsageProblem:
    """Say who has the folder."""
    who = f" (process {process})" if process else ""
    return UsageProblem(
        f"another sandbox is at work in {folder}{who}", hint="stop that one first, or name another folder"
    )


def unreadable(folder: Path, why: object) -> UsageProblem:
    """Say that the state is damaged; the text is the first line of what DuckDB or the journal's reader says."""
    first = str(why).strip().partition("\n")[0] or type(why).__name__
    return UsageProblem(
        f"the sandbox's state in {folder / _STATE} cannot be read: {first}",
        hint=f"name another folder; or move {_STATE} away to begin anew, the repositories beside it stay",
    )


def open_rows(folder: Path) -> Rows:
    """Open what a folder holds, or begin there.

    Raises
    ------
    UsageProblem
        If it is damaged, another process has it open, or a newer sandbox wrote it.
    """
    try:
        rows = Rows(folder / _STATE)
    except duckdb.Error as error:
        if "Could not set lock" in str(error) or "being used by another process" in str(error):
            raise in_use(folder) from error
        raise unreadable(folder, error) from error
    try:
        written = rows.journal.load(Entry.SERVER, int).get("format", FORMAT)
    except (duckdb.Error, ValueError) as error:
        rows.close()
        raise unreadable(folder, error) from error
    if written > FORMAT:
        rows.close()
        raise UsageProblem(
            f"a newer sandbox wrote {folder / _STATE}, in format {written}; this one reads {FORMAT}",
            hint="bring this package up to date, or name another folder",
        )
    return rows


def found_in(frontend: Frontend) -> str:
    """Count what a frontend came up with, for whoever starts it."""
    with frontend.lock:
        counts = {
            "database": len(frontend.databases),
            "table or view": sum(len(each.tables) for each in frontend.databases.values()),
            "repository": len(frontend.repositories),
            "job": len(frontend.jobs),
        }
    plurals = {"table or view": "tables and views", "repository": "repositories"}
    return ", ".join(
        f"{count:,} {name if count == 1 else plurals.get(name, f'{name}s')}" for name, count in counts.items()
    )
