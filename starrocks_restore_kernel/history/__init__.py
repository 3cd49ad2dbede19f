"""Every sample of every job ever followed, and what was sent, in a database outside the cluster."""

from .queue_records import ItemState, QueueItem
from .records import Event, EventKind, JobRecord, Outcome, Submission
from .store import History, history_url

__all__ = [
    "Event",
    "EventKind",
    "History",
    "ItemState",
    "JobRecord",
    "Outcome",
    "QueueItem",
    "Submission",
    "history_url",
]
