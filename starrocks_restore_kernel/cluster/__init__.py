"""One StarRocks frontend over the MySQL protocol: connect, read, send."""

from .address import Address, resolve
from .frontend import Frontend, open_frontend
from .job_sample import JobSample, JobState, TaskProgress
from .values import Backend, Repository, Snapshot, SnapshotContents, SnapshotObject, Table

__all__ = [
    "Address",
    "Backend",
    "Frontend",
    "JobSample",
    "JobState",
    "Repository",
    "Snapshot",
    "SnapshotContents",
    "SnapshotObject",
    "Table",
    "TaskProgress",
    "open_frontend",
    "resolve",
]
