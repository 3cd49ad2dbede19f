"""The files that a command is given: found, read, and written back whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ..errors import UsageProblem

__all__ = ["STDIN", "files", "read", "write"]

STDIN = "-"
_LIMIT = 16 * 2**20
_SUFFIXES = {".sql", ".ipynb"}
# Jupyter's copies, and what git keeps for itself: a branch may be called fix.sql.
_NOT_ENTERED = {".ipynb_checkpoints", ".git"}


def files(names: Iterable[str], refuse: Callable[[UsageProblem], None]) -> Iterator[str]:
    """Name each file once: those given, and the SQL files and notebooks in the directories given.

    Parameters
    ----------
    names
        Files, directories, and ``-`` for standard input.
    refuse
        Told of each directory that cannot be listed; the others are still gone through.
    """
    seen: set[str] = set()
    for name in names:
        for path in _below(name, refuse):
            place = path if path == STDIN else os.path.realpath(path)
            if place not in seen:
                seen.add(place)
                yield path


def _below(name: str, refuse: Callable[[UsageProblem], None]) -> Iterator[str]:
    if name == STDIN or not Path(name).is_dir():
        yield name
        return
    for folder, folders, inside in os.walk(name, onerror=lambda error: refuse(_refusal(error.filename, error))):
        folders[:] = sorted(set(folders) - _NOT_ENTERED)
        yield from (str(Path(folder) / each) for each in sorted(inside) if Path(each).suffix.lower() in _SUFFIXES)


def read(name: str) -> str:
    """Give a file's text as it is: with its byte order mark, if it has one, and with its line ends.

    Raises
    ------
    UsageProblem
        If it cannot be read, is larger than 16 MiB or is no UTF-8.
    """
    try:
        if name == STDIN:
            content = sys.stdin.buffer.read(_LIMIT + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(_LIMIT + 1)
    except OSError as error:
        raise _refusal(name, error) from error
    if len(content) > _LIMIT:
        raise UsageProblem(f"{name}: larger than 16 MiB", hint="split it")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        what = f"byte 0x{content[error.start]:02x} at {error.start} is no UTF-8"
        raise UsageProblem(f"{name}: {what}", hint="save it as UTF-8") from error


def write(name: str, text: str) -> None:
    """Replace a file's text in one step, its mode kept; behind a symbolic link, the file it leads to.

    Raises
    ------
    UsageProblem
        If it cannot be written; then it is as it was.
    """
    path = Path(os.path.realpath(name))
    spare: Path | None = None
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        spare = Path(made)
        with open(handle, "wb") as file:  # noqa: PTH123 (a descriptor, no path)
            file.write(text.encode())
        spare.chmod(path.stat().st_mode)
        spare.replace(path)
    except OSError as error:
        if spare is not None:
            spare.unlink(missing_ok=True)
        raise _refusal(name, error) from error


def _refusal(name: str, error: OSError) -> UsageProblem:
    return UsageProblem(f"{name}: {error.strerror or error}")
