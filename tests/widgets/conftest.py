"""A source of snapshots that answers at once and counts its questions."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from starrocks_restore_kernel.cluster.values import Repository, Snapshot, SnapshotContents, SnapshotObject
from starrocks_restore_kernel.errors import ServerError
from starrocks_restore_kernel.widgets import Builder, BuilderModel

OLD, NEW = "2026-11-20-02-00-00-118", "2026-11-21-02-00-00-374"
OBJECTS = (
    SnapshotObject("customers", ("customers",)),
    SnapshotObject("orders", ("p1", "p2", "p3")),
    SnapshotObject("revenue", ()),
)


class FakeSource:
    """Two repositories, of which the second cannot be listed."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.names = ["repo", "gone"]
        self.held = OBJECTS

    def repositories(self) -> Sequence[Repository]:
        self.asked.append("repositories")
        return [Repository(name, read_only=False, location="s3://x") for name in self.names]

    def snapshots(self, repository: str) -> Sequence[Snapshot]:
        self.asked.append(f"snapshots {repository}")
        if repository == "gone":
            raise ServerError("no route to storage", code=1064, sqlstate="42000")
        return [
            Snapshot("nightly", (OLD, NEW), "OK"),
            Snapshot("weekly", (OLD,), "OK"),
            Snapshot("broken", (), "ERROR"),
        ]

    def contents(self, repository: str, label: str, timestamp: str) -> SnapshotContents:
        self.asked.append(f"contents {repository} {label} {timestamp}")
        return SnapshotContents(label, timestamp, "" if label == "broken" else "shop", self.held)


@pytest.fixture
def source() -> FakeSource:
    """A new one for each test."""
    return FakeSource()


@pytest.fixture
def model(source: FakeSource) -> BuilderModel:
    """A model in which the weekly snapshot is chosen and read."""
    made = BuilderModel()
    made.read_all(source)
    made.choose_repository("repo")
    made.read_all(source)
    made.choose_snapshot("weekly")
    made.read_all(source)
    return made


@pytest.fixture
def open_builder(source: FakeSource) -> Callable[..., Builder]:
    """Open a builder whose worker works at once."""

    def opened(model: BuilderModel | None = None, **options: Any) -> Builder:
        options.setdefault("run", lambda work: work())
        return Builder(source, model or BuilderModel(), **options)

    return opened
