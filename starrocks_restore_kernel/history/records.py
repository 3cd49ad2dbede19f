"""What is remembered besides samples: what was sent, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

__all__ = ["Event", "EventKind", "JobRecord", "Outcome", "Submission"]


class EventKind(Enum):
    """What can happen to a restore."""

    PLAN = "plan"
    """A plan was made and its statement is about to be sent."""
    SUBMIT = "submit"
    """The server took the statement."""
    JOIN = "join"
    """The statement runs already, and is followed instead of sent."""
    REFUSE = "refuse"
    """The server refused the statement."""
    LOSE_ANSWER = "lose answer"
    """The connection went before the answer came."""
    STATE = "state"
    """The job is in another state."""
    TROUBLE = "trouble"
    """A look at the job failed, or its tasks report errors that they did not report before."""
    CANCEL = "cancel"
    """Somebody here cancelled it."""
    END = "end"
    """It ended: FINISHED, CANCELLED, or not to be found any more."""
    VERDICT = "verdict"
    """What came back was looked at."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, and who was there.

    Attributes
    ----------
    at
        UTC, by our clock.
    cluster
        ``host:port``.
    database
        Empty for external catalogs.
    submission
        The id of the `Submission` that it belongs to; None for a job that somebody else sent.
    who
        The user of the cluster and of this machine: ``root (kim)``.
    where
        The machine, the process and the notebook.
    text
        One sentence for a person; no secret in it.
    data
        More for a program, as JSON holds it.
    """

    at: datetime
    kind: EventKind
    cluster: str
    database: str
    label: str
    timestamp: str
    text: str
    submission: str | None = None
    who: str = ""
    where: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Outcome(Enum):
    """How far a submission came."""

    SENDING = "sending"
    """Written down before the statement is sent; stays if the process dies right then."""
    SENT = "sent"
    """The server took it, and a job runs, or ran unseen."""
    REFUSED = "refused"
    LOST = "lost"
    """The answer was lost, and no job was found: it may still appear."""
    FINISHED = "finished"
    CANCELLED = "cancelled"
    GONE = "gone"
    """It ran, and SHOW RESTORE forgot it before its end was seen."""

    @property
    def open(self) -> bool:
        """Whether the fate of the statement is still to be learned."""
        return self in {Outcome.SENDING, Outcome.SENT, Outcome.LOST}


@dataclass(frozen=True, slots=True)
class Submission:
    """A RESTORE that was sent, or was about to be.

    Attributes
    ----------
    id
        Ours, random, in hexadecimal.
    fingerprint
        Equal for equal statements to equal clusters.
    before
        What stood in the database's slot when it was sent, as (job id, creation time in UTC).
    job_id, created
        Of the job, once it was seen; -1 and None before.
    expected
        What must be there when it has ended, as `jobs.Expectations` writes it.
    verdict
        What was found then, as `jobs.Verdict` writes it.
    """

    id: str
    at: datetime
    cluster: str
    database: str
    repository: str
    label: str
    timestamp: str
    statement: str
    fingerprint: str
    who: str = ""
    where: str = ""
    before: tuple[int, str | None] | None = None
    outcome: Outcome = Outcome.SENDING
    job_id: int = -1
    created: str | None = None
    expected: Mapping[str, Any] | None = None
    verdict: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job of the history, in a line: what a dashboard lists.

    Attributes
    ----------
    state
        The last that was seen.
    first_seen, last_seen
        UTC, by our clock.
    samples
        How many looks there were, equal ones counted.
    peak_tasks
        The most tasks that were left in DOWNLOADING.
    """

    cluster: str
    database: str
    label: str
    timestamp: str
    created: str | None
    job_id: int
    state: str
    status: str
    first_seen: datetime
    last_seen: datetime
    finished: str | None = None
    samples: int = 0
    peak_tasks: int = 0
