"""Send once, follow, estimate, cancel, verify, queue."""

from .backup import BackupResult, wait_for_backup
from .cancellation import Cancellation, cancellation
from .estimate import Estimate, estimate
from .hooks import Hook, Hooks, Webhook
from .identity import JobIdentity
from .job import Job
from .keeper import Keeper
from .listing import job_listing, record_listing
from .poller import Followed, Poller
from .queue import Queue
from .recorder import Recorder
from .restores import Restores
from .sameness import agreed
from .submit import Sender
from .verification import Verdict

__all__ = [
    "BackupResult",
    "Cancellation",
    "Estimate",
    "Followed",
    "Hook",
    "Hooks",
    "Job",
    "JobIdentity",
    "Keeper",
    "Poller",
    "Queue",
    "Recorder",
    "Restores",
    "Sender",
    "Verdict",
    "Webhook",
    "agreed",
    "cancellation",
    "estimate",
    "job_listing",
    "record_listing",
    "wait_for_backup",
]
