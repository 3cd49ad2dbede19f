"""Rows out of text that was pasted from a terminal, a file or a ticket; the time grows in step with the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

__all__ = ["bare_message", "rows"]

RESTORE = (
    "JobId Label Timestamp DbName State AllowLoad ReplicationNum RestoreObjs CreateTime MetaPreparedTime "
    "SnapshotFinishedTime DownloadFinishedTime FinishedTime UnfinishedTasks Progress TaskErrMsg Status Timeout"
).split()
BACKUP = (
    "JobId SnapshotName DbName State BackupObjs CreateTime SnapshotFinishedTime UploadFinishedTime FinishedTime "
    "UnfinishedTasks Progress TaskErrMsg Status Timeout"
).split()
_COLUMNS = {*RESTORE, *BACKUP}
_FIELD = re.compile(r"\s*(\w+): ?(.*)")
_CSV = re.compile(r'"([^"]*(?:""[^"]*)*)"(,|\r?\n|$)|([^,\r\n]*)(,|\r?\n|$)')
_CLIENT = re.compile(
    r"\s*(?:ERROR\s+\d+\s*\(\w+\)(?:\s+at line \d+)?(?:\s+in file: '[^']*')?:|\w*Error:\s*\(?\d+,|\(\d+,)"
)

Row = dict[str, str]


def rows(text: str) -> list[Row]:
    r"""The rows of SHOW RESTORE or SHOW BACKUP in a text, by column name; empty where there are none.

    Read are mysql's tables with borders, its rows of ``\G``, columns that tabs or commas part, with a heading or as
    many as the server sends, and JSON.
    """
    for read in (_json, _vertical, _bordered, _tabbed, _comma):
        found = [row for row in read(text) if row.get("State")]
        if found:
            return found
    return []


def bare_message(text: str) -> str:
    """A message without what a client writes around it, such as ``ERROR 5064 (42000) at line 1: ``."""
    message = text.strip()
    found = _CLIENT.match(message[:300])
    if found is not None:
        message = message[found.end() :].strip().removesuffix(")")
    quoted = len(message) > 1 and message[0] == message[-1] and message[0] in "\"'"
    return message[1:-1].strip() if quoted else message


def _json(text: str) -> Iterator[Row]:
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield {str(key): "" if cell is None else str(cell) for key, cell in each.items()}


def _vertical(text: str) -> Iterator[Row]:
    row: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        found = _FIELD.match(line)
        if found is not None and found[1] in _COLUMNS and (found[1] not in row or found[1] == "JobId"):
            last = found[1]
            if last in row:
                yield _joined(row)
                row = {}
            row[last] = [found[2]]
        elif line.startswith("***"):
            last = ""
        elif last:
            row[last].append(line)
    if row:
        # What a client writes below its rows ends at the first line of the last field.
        yield _joined(row)


def _joined(row: dict[str, list[str]]) -> Row:
    return {name: _null("\n".join(lines[:1] if name == "Timeout" else lines)) for name, lines in row.items()}


def _bordered(text: str) -> Iterator[Row]:
    heading: list[str] = []
    parted: list[str] = []
    borders = 0
    for line in text.splitlines():
        stripped = line.strip()
        if not parted and not stripped.startswith("|"):
            continue
        parted.append(stripped)
        borders += stripped.count("|")
        # A cell may hold a line's end: the row goes on until its last border.
        if not stripped.endswith("|") or borders < max(len(heading) + 1, 2):
            continue
        cells = [cell.strip() for cell in "\n".join(parted)[1:-1].split("|")]
        parted, borders = [], 0
        if not heading:
            heading = cells if "State" in cells else []
        elif len(cells) == len(heading):
            yield _named(heading, cells)


def _tabbed(text: str) -> Iterator[Row]:
    yield from _table(line.split("\t") for line in text.splitlines() if "\t" in line)


def _comma(text: str) -> Iterator[Row]:
    yield from _table(_records(text))


def _records(text: str) -> Iterator[list[str]]:
    record: list[str] = []
    at = 0
    while at < len(text):
        found = _CSV.match(text, at)
        if found is None:
            return
        quoted = found[1]
        record.append(found[3] if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if (found[2] if quoted is not None else found[4]) != ",":
            if len(record) > 1:
                yield record
            record = []


def _table(records: Iterator[list[str]]) -> Iterator[Row]:
    heading: Sequence[str] = ()
    for cells in records:
        names = [cell.strip().lstrip("\ufeff") for cell in cells]
        if "State" in names and "DbName" in names:
            heading = names
        elif heading and len(cells) == len(heading):
            yield _named(heading, cells)
        elif not heading and len(cells) in {len(RESTORE), len(BACKUP)}:
            yield _named(RESTORE if len(cells) == len(RESTORE) else BACKUP, cells)


def _named(heading: Sequence[str], cells: Sequence[str]) -> Row:
    return {name: _null(cell.strip().replace("\\n", "\n")) for name, cell in zip(heading, cells, strict=True)}


def _null(cell: str) -> str:
    return "" if cell in {"NULL", "\\N"} else cell
