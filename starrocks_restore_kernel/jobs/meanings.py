"""What each state of a job does, and what stuck looks like there (RestoreJob.java)."""

from __future__ import annotations

from dataclasses import dataclass

from ..cluster import JobState

__all__ = ["STATES", "StateMeaning"]

_BACKENDS = "look at SHOW BACKENDS: is one of them dead, or full?"
_TASKS = (
    "a task that fails is tried again until the job's timeout, so what looks stuck is a wrong credential, a file that "
    "is missing or a dead backend: TaskErrMsg names the first two; where it is empty for minutes, a backend is dead or "
    "overloaded"
)
_AT_ONCE = "it passes on the leader in one step; a follower shows it until the next one, and no tasks"


@dataclass(frozen=True, slots=True)
class StateMeaning:
    """One state.

    Attributes
    ----------
    does
        What happens in it.
    stuck
        What it looks like, or comes of, where it does not go on.
    helps
        What to do then.
    """

    does: str
    stuck: str
    helps: str


STATES = {
    JobState.PENDING: StateMeaning(
        "it waits for the leader, which then checks every table and makes the new ones, in one step",
        "JobId -1 for minutes: another job holds the leader's only thread, or the same exception comes every 3 s",
        "look at the other jobs (SHOW RESTORE, SHOW BACKUP) and into the leader's fe.log; ask the leader, since a "
        "follower shows PENDING until the download begins",
    ),
    JobState.SNAPSHOTING: StateMeaning(
        "backends link the files that they have, so that equal ones need not be downloaded; that is quick",
        _TASKS,
        _BACKENDS,
    ),
    JobState.DOWNLOAD: StateMeaning(
        f"download tasks are made; {_AT_ONCE}", "ask the leader", "SHOW FRONTENDS names it"
    ),
    JobState.DOWNLOADING: StateMeaning(
        "backends download every replica of every tablet: the long phase, and nothing is overwritten yet",
        _TASKS,
        _BACKENDS,
    ),
    JobState.COMMIT: StateMeaning(
        f"moving into place begins: the point of no return; {_AT_ONCE}", "ask the leader", "SHOW FRONTENDS names it"
    ),
    JobState.COMMITTING: StateMeaning(
        "backends put the downloaded files in the place of the old ones",
        f"{_TASKS}; after a change of the leader a move can have been done already, and then fails for ever",
        "let it end; it is not undone by a cancel",
    ),
    JobState.FINISHED: StateMeaning("the restore is done, and its tables can be used", "", "verify what came back"),
    JobState.CANCELLED: StateMeaning(
        "the restore failed or was cancelled, and what it had made was taken away; Status says why", "", ""
    ),
}
