"""What the builder has to read from a cluster, as values: which question, and how it is put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from ..cluster.values import Repository, Snapshot, SnapshotContents

__all__ = ["Need", "NeedContents", "NeedRepositories", "NeedSnapshots", "SnapshotSource"]


class SnapshotSource(Protocol):
    """Where snapshots are looked up; each call may take minutes on a real cluster, and raises a `RestoreError`."""

    def repositories(self) -> Sequence[Repository]:
        """What SHOW REPOSITORIES lists."""
        ...

    def snapshots(self, repository: str) -> Sequence[Snapshot]:
        """What SHOW SNAPSHOT lists, one remote listing a snapshot."""
        ...

    def contents(self, repository: str, label: str, timestamp: str) -> SnapshotContents:
        """What one snapshot holds."""
        ...


@dataclass(frozen=True, slots=True)
class NeedRepositories:
    """Which repositories there are."""

    large: ClassVar[bool] = False

    def read(self, source: SnapshotSource) -> Any:
        """Put the question; the answer is a tuple of `Repository`."""
        return tuple(source.repositories())

    def __str__(self) -> str:
        return "listing the repositories"


@dataclass(frozen=True, slots=True)
class NeedSnapshots:
    """Which snapshots a repository holds."""

    repository: str
    large: ClassVar[bool] = False

    def read(self, source: SnapshotSource) -> Any:
        """Put the question; the answer is a tuple of `Snapshot`."""
        return tuple(source.snapshots(self.repository))

    def __str__(self) -> str:
        return f"listing the snapshots of {self.repository}"


@dataclass(frozen=True, slots=True)
class NeedContents:
    """What one snapshot holds."""

    repository: str
    label: str
    timestamp: str
    large: ClassVar[bool] = True

    def read(self, source: SnapshotSource) -> Any:
        """Put the question; the answer is a `SnapshotContents`."""
        return source.contents(self.repository, self.label, self.timestamp)

    def __str__(self) -> str:
        return f"reading what {self.label} of {self.timestamp} holds"


Need = NeedRepositories | NeedSnapshots | NeedContents
