"""What is written down of a restore job (RestoreJob.java, the serialized fields)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .job import JobHead

__all__ = ["ReplicaFile", "RestoreEntry"]


@dataclass(frozen=True, slots=True)
class ReplicaFile:
    """Where one replica of one tablet gets its rows from (RestoreFileMapping.java)."""

    table: str
    table_id: int
    partition: str
    physical_id: int
    bucket: int
    tablet: int
    backend: int
    origin: str
    """The table's name in the snapshot."""
    saved_partition: str


@dataclass(slots=True)
class RestoreEntry:
    """What is written down of a restore job; the two files of the snapshot are kept as their bytes."""

    head: JobHead
    timestamp: str
    replication_num: int
    allow_load: bool
    info: bytes
    """The chosen objects alone."""
    meta: bytes | None
    """None where the file could not be read, of which the job dies."""
    aliases: dict[str, str] = field(default_factory=dict)
    meta_prepared_time: float | None = None
    snapshot_finished_time: float | None = None
    download_finished_time: float | None = None
    files: list[ReplicaFile] = field(default_factory=list)
    versions: list[tuple[str, str, int]] = field(default_factory=list)
    """Table, partition, and the version it takes from the snapshot, where the partition was there before."""
    made_tables: list[str] = field(default_factory=list)
    """What the job made and takes back if it is cancelled, by the names that its cancel looks for."""
    made_partitions: list[tuple[str, str]] = field(default_factory=list)
