"""The road's fixtures: a sandbox whose clock runs fast, and a history of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from starrocks_restore_kernel.facade import Cluster, connect
from starrocks_restore_kernel.sandbox import Sandbox

CREATE = 'CREATE REPOSITORY vault WITH BROKER ON LOCATION "s3://backups/shop"'
BACKUP = "BACKUP SNAPSHOT shop.monday TO vault"
SPEED = 300.0


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests of the road."""
    with Sandbox(speed=SPEED, users={"root": "", "ann": "s3cret"}) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """That sandbox, as the environment of a notebook would name it."""
    monkeypatch.setenv("STARROCKS_RESTORE_SANDBOX", f"starrocks://root@127.0.0.1:{running_sandbox.port}")
    monkeypatch.setenv("STARROCKS_RESTORE_HISTORY", f"sqlite:///{tmp_path / 'history.sqlite'}")
    monkeypatch.delenv("STARROCKS_PASSWORD", raising=False)
    return running_sandbox


@pytest.fixture
def cluster(sandbox: Sandbox) -> Iterator[Cluster]:
    """A connection to the sandbox in its first state."""
    with connect("sandbox", fresh=True, poll_interval=0.02) as connected:
        yield connected


def backed_up(cluster: Cluster) -> str:
    """Make a repository and a backup of the shop; the timestamp."""
    cluster.run(CREATE)
    return str(cluster.run(BACKUP).timestamp)


def restore(stamp: str, on: str = "ON (orders)", replicas: int = 1, head: str = "shop.monday FROM vault") -> str:
    """The text of a RESTORE of that backup."""
    properties = f'"backup_timestamp" = "{stamp}", "replication_num" = "{replicas}"'
    return f"RESTORE SNAPSHOT {head} {on} PROPERTIES ({properties})"
