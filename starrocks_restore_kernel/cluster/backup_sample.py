"""One look at one backup job: a row of SHOW BACKUP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["BackupSample"]

_ENDED = frozenset({"FINISHED", "CANCELLED"})


@dataclass(frozen=True, slots=True)
class BackupSample:
    """A row of SHOW BACKUP (BackupJob.java, getInfo). It names no repository and no timestamp."""

    job_id: int
    label: str
    database: str
    """Empty for a backup of external catalogs."""
    state: str
    objects: str = ""
    created: str | None = None
    finished: str | None = None
    status: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing follows; until then it holds the database's one job slot."""
        return self.state in _ENDED

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> BackupSample:
        """Read a row by its column names."""

        def text(column: str) -> str:
            value = row.get(column)
            return "" if value is None else str(value)

        return cls(
            int(text("JobId") or -1),
            str(row["SnapshotName"]),
            text("DbName"),
            str(row["State"]),
            text("BackupObjs"),
            text("CreateTime") or None,
            text("FinishedTime") or None,
            text("Status"),
        )
