"""Send once, follow, estimate, cancel, verify, queue."""

from .backup import BackupResult, wait_for_backup
from .cancellation import Cancellation, cancellation
from .estimate import Estimate, PhaseEstimate, estimate
from .explain import Explanation, explain
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
from .tally import Tally
from .verification import Verdict

__all__ = [
    "BackupResult",
    "Cancellation",
    "Estimate",
    "Explanation",
    "Followed",
    "Hook",
    "Hooks",
    "Job",
    "JobIdentity",
    "Keeper",
    "PhaseEstimate",
    "Poller",
    "Queue",
    "Recorder",
    "Restores",
    "Sender",
    "Tally",
    "Verdict",
    "Webhook",
    "agreed",
    "cancellation",
    "estimate",
    "explain",
    "job_listing",
    "record_listing",
    "wait_for_backup",
]
