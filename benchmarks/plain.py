"""Imported first, it makes sqlglot load from its Python source even where sqlglotc is installed.

sqlglotc lays compiled modules beside the source ones, and Python prefers them; both kinds shall be measured in one
run. It imports next to nothing, so that the import times taken after it are honest.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType


class _SourceOnly:
    """Finds the modules of sqlglot, the compiled ones left out."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name.partition(".")[0] != "sqlglot":
            return None
        finders = (FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)) for folder in path or sys.path)
        return next((spec for finder in finders if (spec := finder.find_spec(name, target))), None)


sys.meta_path.insert(0, _SourceOnly)
