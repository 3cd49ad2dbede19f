"""Where statements stand in a file: the whole of an SQL file, some cells of a notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageProblem
from ..language import begins_statement

__all__ = ["Passage", "passages", "rewritten"]

_KERNEL = "starrocks-restore"
# IPython strips blank lines and the first line's indent before it looks for a magic (inputtransformer2.py).
_MAGIC = re.compile(r"\s*%%restore(?![\w?])[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that statements stand in.

    Attributes
    ----------
    source
        The file's text, or the cell's with its magic.
    begin
        Where in ``source`` the statements begin.
    cell
        The cell's number in the notebook, from 1; None for an SQL file.
    """

    source: str
    begin: int = 0
    cell: int | None = None

    @property
    def text(self) -> str:
        """The source with the magic blanked out, so that places in it are places in the source."""
        return re.sub(r"[^\n]", " ", self.source[: self.begin]) + self.source[self.begin :]


def passages(name: str, text: str) -> list[Passage]:
    """Find what a file holds for us; a name that ends in ``.ipynb`` is a notebook's.

    Raises
    ------
    UsageProblem
        If a notebook is no notebook.
    """
    if not _is_notebook(name):
        return [Passage(text)]
    document = _document(name, text)
    ours = document["metadata"].get("kernelspec")
    bare = isinstance(ours, dict) and ours.get("name") == _KERNEL
    return list(_cells(document["cells"], bare=bare))


def _is_notebook(name: str) -> bool:
    return Path(name).suffix.lower() == ".ipynb"


def _document(name: str, text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageProblem(f"{name}: no notebook: {error}") from error
    if not (
        isinstance(document, dict)
        and isinstance(document.get("cells"), list)
        and isinstance(document.setdefault("metadata", {}), dict)
    ):
        raise UsageProblem(f"{name}: no notebook: it has no cells", hint="save it in format 4: jupyter nbconvert")
    return document


def _cells(cells: list[Any], *, bare: bool) -> Iterator[Passage]:
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = _source(cell)
        magic = _MAGIC.match(source)
        if magic is not None:
            yield Passage(source, magic.end(), number)
        elif bare and begins_statement(source):
            yield Passage(source, 0, number)


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source")
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def rewritten(name: str, text: str, sources: Mapping[int | None, str]) -> str:
    """Give a file's text with other sources in it, by cell; all else in a notebook stays as it is written."""
    if not _is_notebook(name):
        return sources.get(None, text)
    document = _document(name, text)
    written = _writing(text, document)
    for number, source in sources.items():
        assert number is not None  # noqa: S101 (only an SQL file has no cells)
        cell = document["cells"][number - 1]
        # nbformat keeps a source as its lines; other programs as one string.
        cell["source"] = source.splitlines(keepends=True) if isinstance(cell["source"], list) else source
    return written(document)


def _writing(text: str, document: dict[str, Any]) -> Callable[[dict[str, Any]], str]:
    """Tell how the notebook is written, by trying; nbformat's way if it is none that we know."""
    indent = re.match(r"\s*\{\r?\n([ \t]*)", text)
    end = text[len(text.rstrip()) :]

    def writer(indent: str | int | None, *, ascii_only: bool) -> Callable[[dict[str, Any]], str]:
        return lambda document: json.dumps(document, indent=indent, ensure_ascii=ascii_only) + end

    ways = [writer(indent[1] if indent else None, ascii_only=ascii_only) for ascii_only in (False, True)]
    # A lone surrogate can be written as an escape alone.
    usual = writer(1, ascii_only=re.search("[\ud800-\udfff]", writer(1, ascii_only=False)(document)) is not None)
    return next((way for way in ways if way(document) == text), usual)
