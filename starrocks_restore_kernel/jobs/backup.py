"""Following a BACKUP to its end: what a restore needs first is a snapshot and its timestamp."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from ..cluster import Frontend
from ..drawing import Drawing, badge
from ..errors import JobFailed, JobUnknown
from ..language.statements import Backup

__all__ = ["BackupResult", "wait_for_backup"]


@dataclass(frozen=True, slots=True, repr=False)
class BackupResult(Drawing):
    """A finished backup; ``timestamp`` is what a RESTORE of it must name."""

    database: str
    repository: str
    label: str
    timestamp: str

    def text(self) -> str:
        """One line."""
        return (
            f"Backup of {self.database} FINISHED: snapshot {self.label} in {self.repository}, "
            f"timestamp {self.timestamp}"
        )

    def html(self) -> str:
        """The same as HTML."""
        return (
            f"<h4>{badge('FINISHED', 'ok')} Backup of {escape(self.database)}</h4>"
            f"<p>snapshot <b>{escape(self.label)}</b> in {escape(self.repository)}, "
            f"timestamp <code>{escape(self.timestamp)}</code></p>"
        )


def wait_for_backup(
    frontend: Frontend,
    statement: Backup,
    database: str,
    *,
    interval: float = 1.0,
    pause: Callable[[float], None] = time.sleep,
) -> BackupResult:
    """Wait until the backup of a database has ended, and read its timestamp, which no other statement tells.

    Raises
    ------
    JobFailed
        If it was CANCELLED, with the server's reason.
    JobUnknown
        If another job took its place in SHOW BACKUP, or the snapshot shows no timestamp.
    """
    while True:
        rows = [row for row in frontend.backup_rows(database) if row["SnapshotName"] == statement.label]
        if not rows:
            raise JobUnknown(
                f"SHOW BACKUP does not show the backup {statement.label} of {database}",
                hint="it may lack the EXPORT privilege on a table; SHOW SNAPSHOT tells whether the snapshot is there",
            )
        state = str(rows[0]["State"])
        if state == "CANCELLED":
            raise JobFailed(f"the backup {statement.label} of {database} was CANCELLED: {rows[0]['Status']}")
        if state == "FINISHED":
            break
        pause(interval)
    stamps = [
        stamp
        for snapshot in frontend.snapshots(statement.repository, statement.label)
        if snapshot.label == statement.label
        for stamp in snapshot.timestamps
    ]
    if not stamps:
        raise JobUnknown(f"the snapshot {statement.label} shows no timestamp", hint="look at SHOW SNAPSHOT")
    return BackupResult(database, statement.repository, statement.label, stamps[-1])
