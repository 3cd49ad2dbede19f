"""The backends: who is there, what lies on their disks, and how fast they work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .catalog import Table

__all__ = ["Backend", "Backends", "Disk", "DiskLoad", "Pace"]


@dataclass(slots=True)
class Disk:
    """One disk of a backend, in bytes; the rows lie elsewhere, so only a fault or a test fills it."""

    path: str
    total: int = 100 * 2**30
    used: int = 0
    """What lies there beside tablets."""
    medium: str = "HDD"
    online: bool = True
    """An offline disk counts for nothing (Backend.java, getTotalCapacityB)."""

    @property
    def path_hash(self) -> int:
        """The number that messages name it by; a real backend hashes the path otherwise."""
        return crc32(self.path.encode())


@dataclass(slots=True)
class Backend:
    """One backend. A dead one finishes no task, and a job waits for it until its timeout."""

    id: int
    host: str
    alive: bool = True
    decommissioned: bool = False
    start_time: float = 0.0
    speed: float = 1.0
    """How fast it works, as a part of the usual pace."""
    disks: list[Disk] = field(default_factory=lambda: [Disk("/data/storage")])
    location: dict[str, str] = field(default_factory=dict)
    """Its labels, such as ``rack``, as ALTER SYSTEM MODIFY BACKEND … SET sets them."""
    error: str = ""
    """What the last heartbeat complained of."""

    @property
    def status(self) -> str:
        """The state that heartbeats found it in (ComputeNode.java, Status)."""
        return "OK" if self.alive else "DISCONNECTED"


@dataclass(slots=True)
class DiskLoad:
    """What the tablets on one disk come to."""

    disk: Disk
    tablets: int = 0
    data: int = 0

    @property
    def available(self) -> int:
        """What is left, in bytes."""
        return max(self.disk.total - self.disk.used - self.data, 0)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many tablets one backend handles in a second of the FE clock.

    Figures of ours: they make a small job last long enough to be watched. A snapshot and a move are hard links on a
    real backend, and so they are fast here too.
    """

    snapshot: int = 20
    upload: int = 8
    download: int = 2
    move: int = 20


class Backends:
    """All backends of the cluster."""

    def __init__(self, backends: list[Backend]) -> None:
        self.all = backends
        self._turn = 0

    def get(self, backend_id: int) -> Backend | None:
        """Find a backend by id."""
        return next((each for each in self.all if each.id == backend_id), None)

    def loads(self, tables: Iterable[Table]) -> dict[int, list[DiskLoad]]:
        """Count what lies on each disk, by backend; a backend's tablets take turns on its disks by their ids."""
        found = {each.id: [DiskLoad(disk) for disk in each.disks] for each in self.all}
        for table in tables:
            for partition in (*table.partitions.values(), *table.temporary_partitions.values()):
                share = partition.data_size // max(len(partition.tablets), 1)
                for tablet in partition.tablets:
                    for replica in tablet.replicas:
                        disks = found.get(replica.backend)
                        if disks:
                            load = disks[tablet.id % len(disks)]
                            load.tablets += 1
                            load.data += share
        return found

    def available(self) -> list[Backend]:
        """List the backends that take new replicas."""
        return [each for each in self.all if each.alive and not each.decommissioned]

    def choose(self, number: int) -> list[int] | None:
        """Choose backends on distinct hosts, in turn; None if there are not enough (NodeSelector.java)."""
        by_host = {each.host: each.id for each in self.available()}
        if number > len(by_host):
            return None
        ids = list(by_host.values())
        self._turn += 1
        return [ids[(self._turn + offset) % len(ids)] for offset in range(number)]
