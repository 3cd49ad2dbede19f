"""Stages for the plans to be tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from planning.stage import SHOP, Make, Stage

from starrocks_restore_kernel.sandbox import Sandbox
from starrocks_restore_kernel.sandbox.clock import SteppedClock


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make stages."""
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", f"sqlite:///{tmp_path / 'history.sqlite'}")
    made: list[Stage] = []

    def start(**options: object) -> Stage:
        sandbox = Sandbox(seed=None, clock=SteppedClock(), **options)  # type: ignore[arg-type]
        made.append(Stage(sandbox.start()))
        return made[-1]

    yield start
    for each in made:
        each.cluster.close()
        each.sandbox.stop()


@pytest.fixture
def stage(make: Make) -> Stage:
    """The small shop."""
    made = make()
    made.do(SHOP)
    return made
