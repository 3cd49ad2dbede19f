"""Queues of statements that survive the process, and whose items are worked off by one process each.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import UsageProblem
from ..language.secrets import masked
from .queue_records import ItemState, QueueItem
from .schema import queue_item

__all__ = ["claim", "put", "queue_items", "queues", "settle"]

_NAMES = tuple(each.name for each in fields(QueueItem))
_HELD = tuple(each for each in ItemState if each.held)


def put(connection: Connection, name: str, items: Sequence[QueueItem]) -> None:
    """Write a queue down in place of one of that name; no items take it away.

    Raises
    ------
    UsageProblem
        If items of the one there are in hands, if these are not such as a queue can hold, or if one holds a secret.
    """
    _examine(name, items)
    there = sa.select(queue_item.c.id, queue_item.c.state).where(queue_item.c.name == name).with_for_update()
    for key, state in connection.execute(there):
        if state.held:
            raise UsageProblem(f"the queue {name} is being worked off: {key} runs", hint="wait, or choose another name")
    connection.execute(sa.delete(queue_item).where(queue_item.c.name == name))
    if items:
        connection.execute(sa.insert(queue_item), [{key: getattr(each, key) for key in _NAMES} for each in items])


def _examine(name: str, items: Sequence[QueueItem]) -> None:
    ids = {each.id for each in items}
    if len(ids) < len(items):
        raise UsageProblem(f"two items of the queue {name} have one id", hint="give each an id of its own")
    for each in items:
        if each.name != name:
            raise UsageProblem(f"the item {each.id} is of the queue {each.name}, not {name}", hint="name one queue")
        if strangers := [other for other in each.after if other not in ids]:
            raise UsageProblem(
                f"the item {each.id} comes after {strangers[0]}, which is not in the queue {name}",
                hint="put both into one queue",
            )
        if masked(each.statement) != each.statement:
            # Masked it could not be sent.
            raise UsageProblem(
                f"the statement of the item {each.id} holds a secret, which is not written down",
                hint="run it by itself",
            )


def queue_items(connection: Connection, name: str) -> tuple[QueueItem, ...]:
    """The items of a queue in their order; none for a name that is none."""
    query = sa.select(*(queue_item.c[each] for each in _NAMES)).where(queue_item.c.name == name)
    rows = connection.execute(query.order_by(queue_item.c.position, queue_item.c.id)).mappings()
    return tuple(QueueItem(**{**row, "after": tuple(row["after"])}) for row in rows)


def queues(connection: Connection) -> tuple[str, ...]:
    """The names of all queues, in their order as words."""
    return tuple(connection.execute(sa.select(queue_item.c.name).distinct().order_by(queue_item.c.name)).scalars())


def claim(connection: Connection, name: str, key: str, by: str, at: datetime) -> bool:
    """Take an item in hands; of several that try, one may."""
    query = (
        sa.update(queue_item)
        .where(queue_item.c.name == name, queue_item.c.id == key, queue_item.c.state == ItemState.WAITING)
        .values(state=ItemState.CLAIMED, claimed_by=by, claimed_at=at)
    )
    return connection.execute(query).rowcount == 1


def settle(
    connection: Connection, name: str, key: str, state: ItemState, *, by: str | None, submission: str | None, note: str
) -> bool:
    """Write down how far an item came; with ``by`` only if it is still in those hands. Tells whether it was written."""
    where = [queue_item.c.name == name, queue_item.c.id == key]
    if by is not None:
        where += [queue_item.c.claimed_by == by, queue_item.c.state.in_(_HELD)]
    # As in `submissions._change`: found is not the same as changed.
    if connection.execute(sa.select(queue_item.c.id).where(*where).with_for_update()).scalar() is None:
        return False
    changes: dict[str, object] = {"state": state, "note": note}
    if submission is not None:
        changes["submission"] = submission
    if state is ItemState.WAITING:
        changes |= {"claimed_by": "", "claimed_at": None}
    connection.execute(sa.update(queue_item).where(*where).values(changes))
    return True
