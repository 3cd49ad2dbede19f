"""Samples and rows for tests, as short as they can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starrocks_restore_kernel.cluster import JobSample

START = datetime(2026, 1, 2, 10, 0, 0, tzinfo=UTC)
COLUMNS = (
    "JobId Label Timestamp DbName State AllowLoad ReplicationNum RestoreObjs CreateTime MetaPreparedTime "
    "SnapshotFinishedTime DownloadFinishedTime FinishedTime UnfinishedTasks Progress TaskErrMsg Status Timeout"
).split()


def row(state: str, tasks: int = 0, **changes: Any) -> dict[str, Any]:
    """A row of SHOW RESTORE."""
    values: dict[str, Any] = dict.fromkeys(COLUMNS)
    values |= {
        "JobId": "10231",
        "Label": "snap",
        "Timestamp": "2026-01-01-00-00-00-000",
        "DbName": "shop",
        "State": state,
        "AllowLoad": "false",
        "ReplicationNum": "1",
        "RestoreObjs": "orders",
        "CreateTime": "2026-01-02 10:00:00",
        "UnfinishedTasks": ", ".join(f"{10_000 + task}=10004" for task in range(tasks)),
        "Status": "[OK]",
        "Timeout": "86400",
    }
    return values | changes


def sample(state: str, tasks: int = 0, after: float = 0.0, **changes: Any) -> JobSample:
    """A sample, read some seconds after the first."""
    return JobSample.from_row(row(state, tasks, **changes), START + timedelta(seconds=after))
