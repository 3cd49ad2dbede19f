"""Every sample, event and submission, in a database outside the cluster."""

from .records import Event, EventKind, JobRecord, Outcome, Submission
from .store import History, history_url

__all__ = ["Event", "EventKind", "History", "JobRecord", "Outcome", "Submission", "history_url"]
