"""What is read of repositories, snapshots and the cluster's machines, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Backend", "FrontendNode", "Repository", "Session", "Snapshot", "SnapshotContents", "SnapshotObject"]


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
    invalid: tuple[str, ...] = ()
    """Files that are named like no timestamp, as an upload leaves them that was broken off."""

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
    auto_increment: int | None = None
    """What the table's counter is set to, where it has one."""


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
class FrontendNode:
    """A row of SHOW FRONTENDS."""

    name: str
    host: str
    query_port: int | None
    role: str
    """``LEADER``, ``FOLLOWER`` or ``OBSERVER``."""
    alive: bool
    version: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Backend:
    """A row of SHOW BACKENDS; sizes in bytes, as exactly as the server prints them."""

    backend_id: str
    host: str
    alive: bool
    decommissioned: bool
    available: int | None = None
    total: int | None = None
    used_percent: float | None = None
    fullest_disk_percent: float | None = None
    """Of its disks the fullest; how much is free on it is not told."""
    tablets: int | None = None
    version: str = ""
    location: str = ""
    error: str | None = None

    @property
    def takes_replicas(self) -> bool:
        """Whether new replicas may be put there."""
        return self.alive and not self.decommissioned


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are there, and where."""

    version: str
    """``<version>-<commit>``, or with a blank between."""
    user: str
    roles: tuple[str, ...]
    """The active ones; what they were granted in turn is active too."""
    catalog: str
    database: str | None
