"""What would happen to one object, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .codes import ObstacleCode

__all__ = ["Action", "Block", "Effect", "Kind", "by_action"]


class Action(Enum):
    """What happens to an object; the value is how a person reads it, and the order is how urgent it is."""

    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    OVERWRITE = "overwrite"
    REPLACE = "replace"
    SKIP = "skip"
    RENAME = "create under another name"
    CREATE = "create"

    @property
    def destroys(self) -> bool:
        """Whether something that is there now would be gone."""
        return self in {Action.OVERWRITE, Action.REPLACE}

    @property
    def creates(self) -> bool:
        """Whether something new is made, and nothing else."""
        return self in {Action.CREATE, Action.RENAME}


class Kind(Enum):
    """What an object of a snapshot is, as far as it can be told."""

    TABLE = "table"
    TABLE_OR_MATERIALIZED_VIEW = "table or materialized view"
    """The Details of a snapshot do not tell one from the other."""
    MATERIALIZED_VIEW = "materialized view"
    VIEW = "view"
    FUNCTIONS = "functions"
    CATALOG = "external catalog"
    DATABASE = "database"

    @property
    def holds_data(self) -> bool:
        """Whether it has partitions, and so replicas."""
        return self is Kind.TABLE_OR_MATERIALIZED_VIEW or self is Kind.TABLE or self is Kind.MATERIALIZED_VIEW


@dataclass(frozen=True, slots=True)
class Block:
    """The check of the server that would not let an object pass.

    Attributes
    ----------
    text
        What the server would say: as its answer if ``at_submit``, else in the job's Status.
    difference
        What differs, in few words: what is here, and what was asked for.
    """

    code: ObstacleCode
    text: str
    difference: str = ""
    at_submit: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of a plan.

    Attributes
    ----------
    source, target
        The object's name in the snapshot, and in the target database.
    partitions
        Those restored; None for all of them, and nothing for an object that has none, which is a view.
    rows, bytes
        What is there now and would be overwritten, where the server knows; of the partitions that are replaced alone
        where they are known.
    note
        What else there is to know; of a table that is overwritten also what could not be compared.
    replaced, added, left
        Partitions of an existing table: whose rows would be the snapshot's, those made anew, and those that only the
        cluster has and that stay. None where that is not known, and for what is no existing table.
    block
        Why it would fail, for `Action.BLOCKED`.
    """

    source: str
    target: str
    action: Action
    partitions: tuple[str, ...] | None = None
    rows: int | None = None
    bytes: int | None = None
    note: str = ""
    kind: Kind = Kind.TABLE_OR_MATERIALIZED_VIEW
    replaced: tuple[str, ...] | None = None
    added: tuple[str, ...] | None = None
    left: tuple[str, ...] | None = None
    block: Block | None = None


def by_action(effects: Iterable[Effect]) -> dict[Action, list[Effect]]:
    """The effects of each action there is, the most urgent first."""
    found: dict[Action, list[Effect]] = {action: [] for action in Action}
    for each in effects:
        found[each.action].append(each)
    return {action: of for action, of in found.items() if of}
