"""One StarRocks frontend over the MySQL protocol: connect, read, send."""

from . import reading, reading_objects
from .address import Address, resolve
from .backup_sample import BackupSample
from .frontend import Frontend, open_frontend
from .grants import Grant, Grants
from .job_sample import JobSample, JobState, TaskProgress
from .leader import Leader
from .objects import Catalog, Function, MaterializedView, Table, TableConfiguration, TableKind
from .partitions import Partition, PartitionColumns, Partitions
from .question import Answer, Question
from .values import Backend, FrontendNode, Repository, Session, Snapshot, SnapshotContents, SnapshotObject

__all__ = [
    "Address",
    "Answer",
    "Backend",
    "BackupSample",
    "Catalog",
    "Frontend",
    "FrontendNode",
    "Function",
    "Grant",
    "Grants",
    "JobSample",
    "JobState",
    "Leader",
    "MaterializedView",
    "Partition",
    "PartitionColumns",
    "Partitions",
    "Question",
    "Repository",
    "Session",
    "Snapshot",
    "SnapshotContents",
    "SnapshotObject",
    "Table",
    "TableConfiguration",
    "TableKind",
    "TaskProgress",
    "open_frontend",
    "reading",
    "reading_objects",
    "resolve",
]
