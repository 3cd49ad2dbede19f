"""The floors of the design, where import-linter's contracts in pyproject.toml cannot see."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "starrocks_restore_kernel"


def imported(path: Path) -> set[str]:
    """Name the top-level packages that a file imports; relative imports are this package's."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("path", sorted((PACKAGE / "language").glob("**/*.py")), ids=lambda path: path.stem)
def test_the_language_needs_python_alone(path: Path) -> None:
    """The lowest floor imports the standard library and itself, so that it runs where nothing can be installed."""
    assert set() == imported(path) - sys.stdlib_module_names


def test_every_room_has_a_floor() -> None:
    """A room that no contract names could import what it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    named = {name for layer in layers for name in re.findall(r"[\w.]+", layer)}
    rooms = {
        f"starrocks_restore_kernel.{path.stem}"
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" and not path.stem.startswith("__")) or (path / "__init__.py").exists()
    }
    assert set() == rooms - named
    assert {"starrocks_restore_kernel.language", "starrocks_restore_kernel.sandbox"} <= rooms
