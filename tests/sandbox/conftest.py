"""Clusters of this room's own, without a wire and with one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pymysql
import pytest
from sandbox.small_cluster import Cluster
from sandbox.wire_client import RawClient

from starrocks_restore_kernel.sandbox import Sandbox
from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pymysql.connections import Connection


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


@pytest.fixture(scope="module")
def wired() -> Iterator[Sandbox]:
    """Share one sandbox on a socket, whose clock stands still."""
    with Sandbox(clock=SteppedClock(), users={"root": "", "ana": "secret"}) as running:
        yield running


@pytest.fixture
def connect(wired: Sandbox) -> Iterator[Callable[..., Connection]]:
    """Open connections with PyMySQL, and close them at the end."""
    with contextlib.ExitStack() as open_:

        def make(**arguments: Any) -> Connection:
            options = {"host": "127.0.0.1", "port": wired.port, "user": "root", **arguments}
            return open_.enter_context(contextlib.closing(pymysql.connect(**options)))

        yield make


@pytest.fixture
def raw(wired: Sandbox) -> Iterator[Callable[[], RawClient]]:
    """Open plain sockets, and close them at the end."""
    with contextlib.ExitStack() as open_:
        yield lambda: open_.enter_context(RawClient(wired.port))
