"""Writing down what is sent before it is sent, and what became of it.

Imports SQLAlchemy, so that nothing may import this at its own import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from ..errors import UsageProblem
from ..language.secrets import masked
from .records import Outcome, Submission
from .samples import identity_of
from .schema import submission

__all__ = ["begin", "keep_verdict", "settle", "submissions"]

_NAMES = tuple(each.name for each in fields(Submission))
_OPEN = tuple(each for each in Outcome if each.open)


def begin(connection: Connection, sent: Submission) -> None:
    """Write one down, without secrets that slipped into its texts.

    Raises
    ------
    UsageProblem
        If there is one of that id.
    """
    values = {name: getattr(sent, name) for name in _NAMES}
    values |= {name: masked(values[name]) for name in ("statement", "expected", "verdict")}
    try:
        connection.execute(sa.insert(submission).values(**values, identity=_identity(values)))
    except IntegrityError as error:
        raise UsageProblem(f"there is a submission {sent.id} already", hint="give each an id of its own") from error


def settle(connection: Connection, key: str, outcome: Outcome, *, job_id: int | None, created: str | None) -> None:
    """Write down how far it came, and which job it is where that is known.

    Raises
    ------
    UsageProblem
        If there is none of that id.
    """
    changes: dict[str, Any] = {"outcome": outcome}
    if job_id is not None:
        changes["job_id"] = job_id
    if created is not None:
        names = [submission.c[name] for name in ("cluster", "database", "label", "timestamp")]
        row = connection.execute(sa.select(*names).where(submission.c.id == key)).mappings().one_or_none()
        changes |= {"created": created} | ({} if row is None else {"identity": _identity({**row, "created": created})})
    _change(connection, key, changes)


def keep_verdict(connection: Connection, key: str, verdict: Mapping[str, Any]) -> None:
    """Write down what was found; raises as `settle` does."""
    _change(connection, key, {"verdict": masked(dict(verdict))})


def _change(connection: Connection, key: str, changes: Mapping[str, Any]) -> None:
    # That there is one is asked for apart: MySQL counts those rows that changed, not those that were found.
    if connection.execute(sa.select(submission.c.id).where(submission.c.id == key)).scalar() is None:
        raise UsageProblem(f"there is no submission {key}", hint="begin it first")
    connection.execute(sa.update(submission).where(submission.c.id == key).values(**changes))


def _identity(values: Mapping[str, Any]) -> str | None:
    names = ("cluster", "database", "label", "timestamp", "created")
    return None if values["created"] is None else identity_of(*(values[name] for name in names))


def submissions(
    connection: Connection,
    cluster: str | None = None,
    *,
    key: str | None = None,
    database: str | None = None,
    fingerprint: str | None = None,
    open_only: bool = False,
    last: int | None = None,
    with_expected: bool = False,
) -> tuple[Submission, ...]:
    """What was sent, newest first; what is expected of each may be long, and comes when asked for."""
    wanted = {"cluster": cluster, "id": key, "database": database, "fingerprint": fingerprint}
    names = [name for name in _NAMES if with_expected or name != "expected"]
    query = sa.select(*(submission.c[name] for name in names)).where(
        *(submission.c[name] == value for name, value in wanted.items() if value is not None)
    )
    if open_only:
        query = query.where(submission.c.outcome.in_(_OPEN))
    query = query.order_by(submission.c.at.desc(), submission.c.id).limit(last)
    return tuple(_submission(row) for row in connection.execute(query).mappings())


def _submission(row: Mapping[Any, Any]) -> Submission:
    before = row["before"]
    return Submission(**{**row, "before": None if before is None else (before[0], before[1])})
