"""Keeping looks at jobs, compactly, and reading them again.

A job has a row, which holds what a list of jobs shows. A look has a row of numbers; the texts that looks share stand
once, in a row of ``detail``. A look that says nothing new makes the row before it longer.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..cluster import JobSample, JobState
from .records import JobRecord
from .schema import detail, job, sample

__all__ = ["Kept", "identity_of", "jobs", "keep", "samples"]

_LISTS = 2_000
"""Characters up to which the lists of single tasks are kept: some hundred tasks, so that those at which a job hangs can
be told. Longer ones are one tablet a task, and nothing is in them that their number does not say."""
_OF_JOB = ("label", "timestamp", "database", "created")
_OF_SAMPLE = ("read_at", "until", "job_id", "state", "pending_tasks", "unfinished_tasks", "progress")
_OF_DETAIL = tuple(each.name for each in fields(JobSample) if each.name not in {*_OF_JOB, *_OF_SAMPLE})
_SAID = tuple(each.name for each in fields(JobSample) if each.name not in {*_OF_JOB, "read_at", "until"})
_TIMEOUT = 86_400
"""Seconds: of a job that names none (Config.java, backup_job_default_timeout_ms)."""
_FOREVER = 3_650 * 86_400
"""Seconds: more of a timeout is no time that a calendar holds."""


def identity_of(cluster: str, database: str, label: str, timestamp: str, created: str | None) -> str:
    """What tells a job from all others: a digest of its names."""
    return _digest([cluster, database, label, timestamp, created])


def _digest(values: Sequence[object]) -> str:
    return blake2b(json.dumps(values).encode(), digest_size=16).hexdigest()


# -- keeping

_FIND = sa.select(job).where(job.c.identity == sa.bindparam("wanted")).with_for_update()
_FIND_DETAIL = sa.select(detail.c.number).where(
    detail.c.job == sa.bindparam("of"), detail.c.digest == sa.bindparam("wanted")
)
_LENGTHEN = (
    sa.update(sample)
    .where(sample.c.job == sa.bindparam("of"), sample.c.number == sa.bindparam("nth"))
    .values(until=sa.bindparam("seen"), looks=sample.c.looks + 1)
)


def keep(connection: Connection, cluster: str, look: JobSample) -> None:
    """Remember a look: as a row of its own, or as one more of what was seen last."""
    look = _lasting(look)
    digest = _digest([_plain(getattr(look, name)) for name in _SAID])
    identity = identity_of(cluster, look.database, look.label, look.timestamp, look.created)
    row = connection.execute(_FIND, {"wanted": identity}).mappings().one_or_none()
    known: Mapping[Any, Any] = _begin(connection, cluster, identity, look) if row is None else row
    seen = max(known["last_seen"], look.read_at)
    changes: dict[str, Any] = {"last_seen": seen, "samples": known["samples"] + 1}
    if known["newest_digest"] == digest:
        connection.execute(_LENGTHEN, {"of": known["id"], "nth": known["newest"], "seen": seen})
    else:
        changes |= _add(connection, known, look)
        # One that comes late, from another process, tells nothing of how the job is now.
        if look.read_at >= known["last_seen"]:
            changes |= _now(look) | {"newest": known["rows"], "newest_digest": digest}
    connection.execute(sa.update(job).where(job.c.id == known["id"]).values(changes))


def _lasting(look: JobSample) -> JobSample:
    """What is kept of a look."""
    return look if len(look.unfinished_tasks) + len(look.progress) <= _LISTS else look.slim()


def _plain(value: object) -> object:
    return value.value if isinstance(value, JobState) else value


def _now(look: JobSample) -> dict[str, Any]:
    timeout = int(look.timeout) if look.timeout.isdecimal() else _TIMEOUT
    return {
        "job_id": look.job_id,
        "state": look.state.value,
        "status": look.status,
        "finished": look.finished,
        "over": look.read_at + timedelta(seconds=min(timeout, _FOREVER)),
    }


def _begin(connection: Connection, cluster: str, identity: str, look: JobSample) -> dict[str, Any]:
    names = {name: getattr(look, name) for name in _OF_JOB}
    counts = dict.fromkeys(("samples", "peak_tasks", "rows", "details", "newest"), 0)
    values = {
        "identity": identity,
        "cluster": cluster,
        "first_seen": look.read_at,
        "last_seen": look.read_at,
        **names,
        **counts,
        **_now(look),
        "newest_digest": "",
    }
    (key,) = connection.execute(sa.insert(job).values(values)).inserted_primary_key or (None,)
    return values | {"id": key}


def _add(connection: Connection, known: Mapping[Any, Any], look: JobSample) -> dict[str, Any]:
    body = {name: getattr(look, name) for name in _OF_DETAIL}
    digest = _digest([*body.values()])
    number = connection.execute(_FIND_DETAIL, {"of": known["id"], "wanted": digest}).scalar()
    details = known["details"]
    if number is None:
        number, details = details, details + 1
        connection.execute(sa.insert(detail).values(job=known["id"], number=number, digest=digest, body=body))
    lists = [look.unfinished_tasks, look.progress]
    row = {
        "job": known["id"],
        "number": known["rows"],
        "read_at": look.read_at,
        "until": look.read_at,
        "looks": 1,
        "job_id": look.job_id,
        "state": look.state,
        "pending_tasks": look.pending_tasks,
        "detail": number,
        "lists": lists if any(lists) else None,
    }
    connection.execute(sa.insert(sample).values(row))
    downloading = look.pending_tasks if look.state is JobState.DOWNLOADING else 0
    return {
        "details": details,
        "rows": known["rows"] + 1,
        "first_seen": min(known["first_seen"], look.read_at),
        "peak_tasks": max(known["peak_tasks"], downloading),
    }


# -- reading


@dataclass(frozen=True, slots=True)
class Kept:
    """A sample of the history, with what a `JobSample` has no place for."""

    cluster: str
    looks: int
    sample: JobSample


def samples(
    connection: Connection,
    cluster: str | None = None,
    *,
    database: str | None = None,
    label: str | None = None,
    timestamp: str | None = None,
    created: str | None = None,
    since: datetime | None = None,
    last: int | None = None,
) -> tuple[Kept, ...]:
    """What was kept, oldest first."""
    wanted = {"cluster": cluster, "database": database, "label": label, "timestamp": timestamp, "created": created}
    query = sa.select(job).where(*(job.c[name] == value for name, value in wanted.items() if value is not None))
    if since is not None:
        query = query.where(job.c.last_seen >= since)
    if last is not None:
        # The last n samples are of the n jobs seen last: each has one that is as new as the job.
        query = query.order_by(job.c.last_seen.desc(), job.c.id.desc()).limit(last)
    chosen = query.with_only_columns(job.c.id).subquery()
    # The texts that many samples share are fetched and read once.
    of_jobs = {row["id"]: row for row in connection.execute(query).mappings()}
    bodies = connection.execute(
        sa.select(detail.c.job, detail.c.number, detail.c.body).join(chosen, detail.c.job == chosen.c.id)
    )
    texts = {(of, number): body for of, number, body in bodies}
    looks = sa.select(sample).join(chosen, sample.c.job == chosen.c.id)
    if since is not None:
        looks = looks.where(sample.c.until >= since)
    if last is not None:
        looks = looks.order_by(sample.c.until.desc(), sample.c.job.desc(), sample.c.number.desc()).limit(last)
    rows = sorted(connection.execute(looks), key=lambda row: (row.read_at, row.job, row.number))
    return tuple(_kept(of_jobs[row.job], texts[row.job, row.detail], row) for row in rows)


def _kept(of_job: Mapping[Any, Any], texts: Mapping[str, Any], row: Any) -> Kept:
    unfinished, progress = row.lists or ("", "")
    look = JobSample(
        read_at=row.read_at,
        until=row.until if row.looks > 1 else None,
        job_id=row.job_id,
        state=row.state,
        pending_tasks=row.pending_tasks,
        unfinished_tasks=unfinished,
        progress=progress,
        label=of_job["label"],
        timestamp=of_job["timestamp"],
        database=of_job["database"],
        created=of_job["created"],
        **texts,
    )
    return Kept(of_job["cluster"], row.looks, look)


_RECORD = tuple(each.name for each in fields(JobRecord))


def jobs(
    connection: Connection, cluster: str | None = None, *, since: datetime | None = None, last: int | None = None
) -> tuple[JobRecord, ...]:
    """A record a job, that seen last first."""
    query = sa.select(*(job.c[name] for name in _RECORD)).order_by(job.c.last_seen.desc(), job.c.id.desc())
    if cluster is not None:
        query = query.where(job.c.cluster == cluster)
    if since is not None:
        query = query.where(job.c.last_seen >= since)
    return tuple(JobRecord(*row) for row in connection.execute(query.limit(last)))
