"""What is read from a cluster, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Backend", "Repository", "Snapshot", "SnapshotContents", "SnapshotObject", "Table"]


@dataclass(frozen=True, slots=True)
class Repository:
    """A row of SHOW REPOSITORIES."""

    name: str
    read_only: bool
    location: str
    created: str | None = None
    error: str | None = None
    """The leader's last failed ping; a follower knows none (RepositoryMgr.java)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A row of SHOW SNAPSHOT in its three-column form."""

    label: str
    timestamps: tuple[str, ...]
    """The cell's lines, without those that begin with ``Invalid:``."""
    status: str

    @property
    def usable(self) -> bool:
        """Whether it can be restored from: the server says OK, and there is a timestamp."""
        return self.status == "OK" and bool(self.timestamps)


@dataclass(frozen=True, slots=True)
class SnapshotObject:
    """A table, materialized view or view in a snapshot; the Details do not say which.

    A logical view has no partitions there (BackupJobInfo.java).
    """

    name: str
    partitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SnapshotContents:
    """What SHOW SNAPSHOT … AND TIMESTAMP … says is inside; functions and catalogs are not listed there."""

    label: str
    timestamp: str
    database: str
    """Empty for a snapshot of external catalogs."""
    objects: tuple[SnapshotObject, ...]
    status: str = "OK"


@dataclass(frozen=True, slots=True)
class Backend:
    """A row of SHOW BACKENDS."""

    backend_id: str
    host: str
    alive: bool
    decommissioned: bool
    available: str | None = None
    total: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A row of information_schema.tables."""

    name: str
    kind: str
    """``BASE TABLE``, ``VIEW`` and so on, as the server says."""
    rows: int | None
    bytes: int | None
