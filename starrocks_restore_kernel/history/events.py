"""Writing events down, and reading them again.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..language.secrets import masked
from .records import Event, EventKind
from .schema import event

__all__ = ["events", "record"]

_NAMES = tuple(each.name for each in fields(Event))


def record(connection: Connection, happened: Event) -> None:
    """Write one down, without secrets that slipped into its texts."""
    values = {name: getattr(happened, name) for name in _NAMES}
    values |= {"text": masked(happened.text), "data": masked(dict(happened.data))}
    connection.execute(sa.insert(event).values(values))


def events(
    connection: Connection,
    cluster: str | None = None,
    *,
    database: str | None = None,
    submission: str | None = None,
    kinds: Collection[EventKind] | None = None,
    since: datetime | None = None,
    last: int | None = None,
) -> tuple[Event, ...]:
    """What happened, oldest first."""
    wanted = {"cluster": cluster, "database": database, "submission": submission}
    query = sa.select(*(event.c[name] for name in _NAMES)).where(
        *(event.c[name] == value for name, value in wanted.items() if value is not None)
    )
    if kinds is not None:
        query = query.where(event.c.kind.in_(kinds))
    if since is not None:
        query = query.where(event.c.at >= since)
    query = query.order_by(event.c.at.desc(), event.c.id.desc()).limit(last)
    return tuple(Event(**row) for row in reversed(connection.execute(query).mappings().all()))
