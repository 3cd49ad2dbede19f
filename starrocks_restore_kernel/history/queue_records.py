"""What a queue holds: statements in an order, and how far each came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

__all__ = ["ItemState", "QueueItem"]


class ItemState(Enum):
    """How far a statement of a queue came."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    """A process has it, and will send it."""
    SENT = "sent"
    """It runs; its submission says how."""
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It will not be sent, as one that it comes after failed or somebody said so."""

    @property
    def held(self) -> bool:
        """Whether a process has it in its hands."""
        return self in {ItemState.CLAIMED, ItemState.SENT}


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One statement of a queue.

    Attributes
    ----------
    name
        The queue's.
    position
        From 0, in the order in which they are to be sent.
    id
        Unique in the queue.
    yes
        The digest of the plan that somebody said yes to, where it destroys; empty without a yes.
    after
        The ids of the items that must be done before.
    submission
        The id of the `Submission`, once it was begun.
    claimed_by, claimed_at
        Who has or had it in hands, and since when, in UTC.
    note
        One sentence on how it came to its state.
    """

    name: str
    position: int
    id: str
    database: str
    statement: str
    yes: str = ""
    after: tuple[str, ...] = ()
    state: ItemState = ItemState.WAITING
    submission: str | None = None
    claimed_by: str = ""
    claimed_at: datetime | None = None
    note: str = ""
