"""What a CANCEL RESTORE would take along, by the state that the job is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from ..cluster import JobSample, JobState
from ..drawing import Drawing, badge
from ..language.statements import CancelRestore

__all__ = ["Cancellation", "cancellation"]

_LATE = {JobState.COMMIT, JobState.COMMITTING}


@dataclass(frozen=True, slots=True, repr=False)
class Cancellation(Drawing):
    """A cancel that was not sent.

    Attributes
    ----------
    state
        What the job is in.
    losses
        What would be gone, a sentence each.
    harmless
        Whether nothing would be lost but what the job itself has made.
    allowed
        Whether it is sent without ``force``.
    """

    name: str
    state: JobState
    losses: tuple[str, ...]
    harmless: bool
    allowed: bool
    sql: str

    @property
    def summary(self) -> str:
        """In one sentence."""
        if self.state.ended:
            return f"{self.name} has ended already: {self.state.value}"
        return f"{self.name} is {self.state.value}: {'; '.join(self.losses)}"

    def text(self) -> str:
        """For a terminal."""
        if self.state.ended:
            return self.summary
        lines = [f"{self.name} is {self.state.value}. A cancel now:", *(f"  • {each}" for each in self.losses)]
        return "\n".join([*lines, "", self.sql, "", self._next_step()])

    def html(self) -> str:
        """The same as HTML."""
        if self.state.ended:
            return f"<p>{escape(self.summary)}</p>"
        tone = "ok" if self.harmless else "warn" if self.allowed else "bad"
        items = "".join(f"<li>{escape(each)}</li>" for each in self.losses)
        return (
            f"<h4>Cancel {badge(self.state.value, tone)} {escape(self.name)}</h4><ul>{items}</ul>"
            f'<pre class="srk-sql">{escape(self.sql)}</pre><p class="srk-dim">{escape(self._next_step())}</p>'
        )

    def _next_step(self) -> str:
        if self.allowed:
            return "Nothing was changed. To do it: %restore cancel DB --run, or job.cancel()."
        return (
            "Nothing was changed. Let it end; if it must be: %restore cancel DB --run --force, job.cancel(force=True)."
        )


def cancellation(name: str, database: str, sample: JobSample, plan: Mapping[str, Any] | None = None) -> Cancellation:
    """Judge a cancel (RestoreJob.java, cancelInternal).

    Parameters
    ----------
    sample
        The newest look at the job.
    plan
        What `plan_notes` wrote down of its plan; None for a job that somebody else sent.
    """
    statement = CancelRestore(database) if database else CancelRestore(external_catalog=True)
    losses = _losses(sample.state, plan)
    return Cancellation(
        name,
        sample.state,
        tuple(losses),
        harmless=sample.state not in _LATE and plan is not None and not _replaced(plan),
        allowed=sample.state not in _LATE and not sample.state.ended,
        sql=statement.sql(),
    )


def _replaced(plan: Mapping[str, Any]) -> list[str]:
    """What the job puts in the place of something that was dropped first."""
    told = [f"the views {_names(*plan['views'])}"] if plan["views"][0] else []
    told += ["functions of the same signatures"] if plan["functions"] else []
    return told + (["external catalogs of the same names"] if plan["catalogs"] else [])


def _losses(state: JobState, plan: Mapping[str, Any] | None) -> list[str]:
    if state in _LATE:
        what = _names(*plan["overwritten"]) if plan is not None else ""
        whose = what or "every table that is overwritten"
        told = [f"leaves {whose} torn: some tablets are the snapshot's already; only a full restore mends that"]
    else:
        told = ["leaves the rows of existing tables as they are: nothing of them was overwritten yet"]
    told.append("drops the tables, partitions and functions that the job has made")
    if plan is None:
        told.append(
            "loses the views and functions of before that the job has replaced, if it has: its plan is not known"
        )
    elif _replaced(plan):
        told.append(f"loses {' and '.join(_replaced(plan))} of before: they were dropped in the first step")
    return told


def _names(count: int, some: list[str]) -> str:
    shown = ", ".join(some)
    return shown if count <= len(some) else f"{shown} and {count - len(some):,} more"
