"""Forgetting what is old: whole jobs, and what belongs to them.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..cluster import JobState
from .records import Outcome
from .schema import event, job, submission

__all__ = ["prune_jobs", "prune_rest"]

_ENDED = tuple(each.value for each in JobState if each.ended)
_OPEN = tuple(each for each in Outcome if each.open)
_BATCH = 200
"""Jobs that go in one transaction, so that others may write between, and a full disk needs little room."""


def prune_jobs(connection: Connection, before: datetime, cluster: str | None) -> int:
    """Forget some of the jobs that ended and were seen last before a time, with their samples; how many.

    A job ended if its end was seen, or if its timeout has passed, when the server cancels it (RestoreJob.java, run).
    """
    still_open = sa.select(submission.c.identity).where(
        submission.c.outcome.in_(_OPEN), submission.c.identity.is_not(None)
    )
    ended = sa.or_(job.c.state.in_(_ENDED), job.c.over < before)
    query = sa.select(job.c.id).where(job.c.last_seen < before, ended, job.c.identity.not_in(still_open))
    if cluster is not None:
        query = query.where(job.c.cluster == cluster)
    ids = connection.execute(query.order_by(job.c.id).limit(_BATCH)).scalars().all()
    if ids:
        connection.execute(sa.delete(job).where(job.c.id.in_(ids)))
    return len(ids)


def prune_rest(connection: Connection, before: datetime, cluster: str | None) -> None:
    """Forget the submissions and events before a time whose jobs are no more."""
    there = sa.select(job.c.identity)
    old = [submission.c.at < before, submission.c.outcome.not_in(_OPEN)]
    old.append(sa.or_(submission.c.identity.is_(None), submission.c.identity.not_in(there)))
    # An event of somebody else's job names no submission: it stays as long as a job of that snapshot does.
    same = [event.c[name] == job.c[name] for name in ("cluster", "database", "label", "timestamp")]
    names_a_submission = sa.exists().where(submission.c.id == event.c.submission)
    past = [event.c.at < before, ~names_a_submission]
    past.append(sa.or_(event.c.submission.is_not(None), ~sa.exists().where(*same)))
    if cluster is not None:
        old.append(submission.c.cluster == cluster)
        past.append(event.c.cluster == cluster)
    connection.execute(sa.delete(submission).where(*old))
    connection.execute(sa.delete(event).where(*past))
