"""The stages of the plans are those of the jobs; and a cluster in memory, without a wire."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from planning.conftest import make, stage
from planning.stage import Stage
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend

__all__ = ["make", "memory", "stage", "stamp"]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Cluster]:
    """Two tables, a view and a repository."""
    cluster = Cluster(Frontend(SteppedClock(), tmp_path / "memory", version="4.1"))
    cluster.plant()
    yield cluster
    cluster.session.close()
    cluster.frontend.close()


@pytest.fixture
def stamp(stage: Stage) -> str:
    """A backup of the shop."""
    return stage.backup()
