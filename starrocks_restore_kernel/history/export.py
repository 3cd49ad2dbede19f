"""The history as tables for other tools: frames, and files of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..cluster import JobSample
from ..errors import UsageProblem
from .records import Event, JobRecord, Submission
from .samples import Kept

__all__ = ["frame", "write"]

_COLUMNS: Mapping[type, tuple[str, ...]] = {
    Kept: ("cluster", "looks", *(each.name for each in fields(JobSample))),
    **{kind: tuple(each.name for each in fields(kind)) for kind in (Event, JobRecord, Submission)},
}
_TIMES = {"at", "first_seen", "last_seen", "read_at", "until"}
"""What is a time by our clock; those of the server are texts, as it writes them."""


def frame(kind: type, values: Iterable[Any]) -> Any:
    """A pandas frame, a row a value, times in UTC.

    Raises
    ------
    UsageProblem
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError:
        raise UsageProblem("frames need pandas", hint="pip install 'starrocks-restore-kernel[lab]'") from None
    names = _COLUMNS[kind]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for value in values:
        for name in names:
            columns[name].append(_cell(value, name))
    made = pd.DataFrame(columns)
    for name in _TIMES & set(names):
        made[name] = pd.to_datetime(made[name], utc=True).astype("datetime64[us, UTC]")
    return made


def _cell(value: Any, name: str) -> Any:
    cell = getattr(value.sample if isinstance(value, Kept) and name not in {"cluster", "looks"} else value, name)
    if name == "until" and cell is None:
        return value.sample.read_at
    if isinstance(cell, Enum):
        return cell.value
    if isinstance(cell, (Mapping, tuple)):
        return json.dumps(cell, ensure_ascii=False)
    return cell


def write(path: str | Path, make: Callable[[], Any]) -> Path:
    """Write a frame to a file, Parquet or CSV by its suffix; one that is there is replaced by a whole one or stays.

    Raises
    ------
    UsageProblem
        If the suffix is another, pyarrow is missing for Parquet, or the file cannot be written.
    """
    place = Path(path)
    writer = _WRITERS.get(place.suffix.lower())
    if writer is None:
        raise UsageProblem(f"{place.name} is neither .parquet nor .csv", hint="choose one of these suffixes")
    half = place.with_name(f".{place.name}.{os.getpid()}.half")
    try:
        writer(half, make)
        half.replace(place)
    except OSError as error:
        raise UsageProblem(f"{place} cannot be written: {error.strerror or error}") from error
    finally:
        half.unlink(missing_ok=True)
    return place


def _csv(path: Path, make: Callable[[], Any]) -> None:
    make().to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _parquet(path: Path, make: Callable[[], Any]) -> None:
    if find_spec("pyarrow") is None:
        raise UsageProblem("Parquet needs pyarrow", hint="pip install 'starrocks-restore-kernel[parquet]'")
    make().to_parquet(path, index=False, engine="pyarrow")


_WRITERS: Mapping[str, Callable[[Path, Callable[[], Any]], None]] = {".csv": _csv, ".parquet": _parquet}
