"""The estimate over the sandbox's own jobs, at random times and with random trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.cluster import JobSample
from starrocks_restore_kernel.jobs import Tally
from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend

WIDE = """
CREATE DATABASE db1;
USE db1;
CREATE TABLE t (k INT, v INT) DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) BUCKETS 24 PROPERTIES ("replication_num" = "1");
INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);
CREATE REPOSITORY repo WITH BROKER ON LOCATION "s3://bucket/backups"
"""
HOST = "127.0.0.1"
STEPS = st.sampled_from(
    [
        "work",
        "tick",
        "tick",
        "look",
        "look",
        "ADMIN SANDBOX FAULT download_fails TIMES 3",
        "ADMIN SANDBOX FAULT snapshot_fails TIMES 2",
        "ADMIN SANDBOX FAULT move_fails TIMES 2",
        f"ADMIN SANDBOX BACKEND '{HOST}' DEAD",
        f"ADMIN SANDBOX BACKEND '{HOST}' ALIVE",
        "ADMIN SANDBOX LEADER CHANGE",
    ]
)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A table of many tablets, and its snapshot s1."""
    folder: Path = tmp_path_factory.mktemp("schedules")
    cluster = Cluster(Frontend(SteppedClock(), folder, version="4.1"))
    cluster.run(WIDE)
    cluster.backup()
    yield cluster
    cluster.session.close()
    cluster.frontend.close()


def step(cluster: Cluster, what: str) -> None:
    """Let a second pass for the backends alone, or three for all, or give an order."""
    if what == "work":
        cluster.frontend.clock.advance(1)
        cluster.frontend.work()
    elif what == "tick":
        cluster.frontend.run(3)
    elif what != "look":
        cluster.run(what)


def look(cluster: Cluster, tally: Tally) -> Tally:
    """Read the job's row; what must hold after every look holds."""
    sample = JobSample.from_row(cluster.job(), datetime.fromtimestamp(cluster.frontend.clock.now(), UTC))
    after = tally.add(sample)
    found = after.estimate()
    assert found is not None
    assert tally.fraction <= found.fraction
    assert (found.fraction == 1) is (sample.state.value == "FINISHED")
    assert sample.state is found.state
    assert found.total is None or 0 <= (found.done or 0) <= found.total
    return after


@settings(max_examples=100, deadline=None)
@given(
    steps=st.lists(STEPS, max_size=30),
    cancelled=st.booleans(),
    a_task=st.sampled_from([0, 2]),
    seen=st.booleans(),
)
def test_the_percentage_never_falls_whatever_happens(
    wide: Cluster, steps: list[str], cancelled: bool, a_task: int, seen: bool
) -> None:
    """Ticks, looks, tasks that fail, a dead backend, another leader, a cancel: and at FINISHED it is 100."""
    cluster = wide
    cluster.run(f'ADMIN SET FRONTEND CONFIG ("max_download_task_per_be" = "{a_task}")')
    ((_, timestamp, _),) = cluster.run("SHOW SNAPSHOT ON repo")
    cluster.restore(timestamp)
    tally = look(cluster, Tally())
    for each in steps:
        step(cluster, each)
        if seen or each == "look":
            tally = look(cluster, tally)
    cluster.run(f"ADMIN SANDBOX CLEAR; ADMIN SANDBOX BACKEND '{HOST}' ALIVE")
    if cancelled and cluster.job()["State"] not in {"FINISHED", "CANCELLED"}:
        cluster.run("CANCEL RESTORE FROM db1")
    reached = tally.fraction
    for _ in range(200):
        tally = look(cluster, tally)
        if tally.state is not None and tally.state.ended:
            break
        cluster.frontend.run(3)

    assert tally.state is not None
    assert tally.state.ended
    if tally.state.value == "FINISHED":
        assert 1.0 == tally.fraction
        assert [(3,)] == cluster.run("SELECT count(*) FROM db1.t")
    else:
        assert reached == tally.fraction
