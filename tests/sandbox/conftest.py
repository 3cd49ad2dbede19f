"""Clusters of this room's own, without a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """Make empty clusters."""
    made: list[Cluster] = []

    def make(**arguments: Any) -> Cluster:
        options = {"version": "4.1", **arguments}
        cluster = Cluster(Frontend(SteppedClock(), tmp_path / f"box{len(made)}", **options))
        made.append(cluster)
        return cluster

    yield make
    for each in made:
        each.session.close()
        each.frontend.close()


@pytest.fixture
def cluster(empty: Callable[..., Cluster]) -> Cluster:
    """Two tables, a view and a repository."""
    made = empty()
    made.plant()
    return made
