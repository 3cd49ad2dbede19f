"""Submit, follow, estimate, cancel."""

from .backup import BackupResult, wait_for_backup
from .estimate import Estimate, estimate
from .job import Job, JobIdentity
from .poller import Poller
from .submit import cancel_job, send_restore

__all__ = [
    "BackupResult",
    "Estimate",
    "Job",
    "JobIdentity",
    "Poller",
    "cancel_job",
    "estimate",
    "send_restore",
    "wait_for_backup",
]
