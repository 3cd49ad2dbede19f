"""A folder of runbooks, and the command run in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from starrocks_restore_kernel.cli import main

Run = Callable[..., Result]
WriteNotebook = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    """The command line, as outside of GitHub unless ``env`` says otherwise."""

    def run(*words: str, stdin: bytes | str | None = None, env: dict[str, str] | None = None) -> Result:
        return CliRunner(env={"GITHUB_ACTIONS": None, **(env or {})}).invoke(
            main, words, input=stdin, catch_exceptions=False
        )

    return run


@pytest.fixture
def notebook(folder: Path) -> WriteNotebook:
    """Write a notebook of code cells, as Jupyter writes it."""

    def write(name: str, *sources: str, kernel: str = "python3", **more: Any) -> Path:
        cells = [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                "source": source.splitlines(keepends=True),
            }
            for number, source in enumerate(sources)
        ]
        document = {
            "cells": cells,
            "metadata": {"kernelspec": {"display_name": "…", "language": "python", "name": kernel}},
            "nbformat": 4,
            "nbformat_minor": 5,
            **more,
        }
        path = folder / name
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return path

    return write
