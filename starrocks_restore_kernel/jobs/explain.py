"""What a job's row or a message of the server's means, what usually causes it, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from ..cluster import JobSample, JobState
from ..cluster.remedies import meaning
from ..drawing import Drawing
from ..errors import UsageProblem
from .cancellation import cancellation
from .estimate import Estimate, estimate
from .job import Job
from .meanings import STATES
from .pasted import bare_message, rows
from .task_errors import grouped, task_errors

if TYPE_CHECKING:
    from .verification import Verdict

__all__ = ["Explanation", "explain"]

_HEADINGS = ("what it means", "what usually causes it", "what helps")
_SHOWN = 20
_LONG = 300
_UNREAD = datetime(1970, 1, 1, tzinfo=UTC)
"""When a pasted row was read, nobody knows, and nothing here asks."""


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Drawing):
    """A row or a message in plain words.

    Attributes
    ----------
    title
        What is explained, in the server's words.
    means, causes, helps
        A sentence each.
    more
        Those of the other rows, where several were given.
    """

    title: str
    means: tuple[str, ...]
    causes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    more: tuple[Explanation, ...] = ()

    def text(self) -> str:
        """A paragraph each, for a terminal."""
        lines = [self.title]
        for heading, sentences in self._parts():
            lines += ["", f"{heading}:", *(f"  • {each}" for each in sentences)]
        return "\n\n".join(["\n".join(lines), *(each.text() for each in self.more)])

    def html(self) -> str:
        """The same as HTML."""
        parts = "".join(
            f"<p><b>{heading}</b></p><ul>{''.join(f'<li>{escape(each)}</li>' for each in sentences)}</ul>"
            for heading, sentences in self._parts()
        )
        return f"<h4>{escape(self.title)}</h4>{parts}{''.join(each.html() for each in self.more)}"

    def _parts(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        told = zip(_HEADINGS, (self.means, self.causes, self.helps), strict=True)
        return [(heading, sentences) for heading, sentences in told if sentences]


def explain(what: Job | JobSample | Sequence[JobSample] | Mapping[str, object] | str) -> Explanation:
    """Explain a job, a look at one, a row, or text from any terminal.

    Parameters
    ----------
    what
        A job or its samples, oldest first; a row of SHOW RESTORE or SHOW BACKUP by column names; or text: rows as
        mysql, a CSV file or JSON holds them, an error message, a Status, a TaskErrMsg, or the name of a state.

    Raises
    ------
    UsageProblem
        If nothing in a text is known, or there is nothing to explain.

    Examples
    --------
    >>> explain("ERROR 5064 (42000) at line 1: Another backup or restore job is being submitted.").helps
    ('try again in a moment',)
    """
    if isinstance(what, str):
        return _text(what)
    if isinstance(what, Mapping):
        return _row(what)
    if isinstance(what, JobSample):
        return _sample(what)
    samples = what.samples if isinstance(what, Job) else what
    if not samples:
        raise UsageProblem("nothing was seen of this job yet", hint="wait for the first look, or paste its row")
    if not isinstance(what, Job):
        found = _sample(samples[-1])
        return replace(found, means=found.means + _some(_moving(estimate(samples))))
    found = _sample(samples[-1], what.notes)
    found = replace(found, means=found.means + _some(_moving(what.estimate())))
    return found if what.verdict is None else _proved(found, what.verdict)


def _proved(found: Explanation, verdict: Verdict) -> Explanation:
    """With what came back, which says more than the state does."""
    hints = tuple(each.hint for each in verdict.findings if each.severity == "error" and each.hint)
    return replace(found, means=(*found.means, verdict.summary), helps=hints[:_SHOWN])


def _moving(judged: Estimate | None) -> str:
    """Whether tasks end; empty where the phase has none."""
    if judged is None or judged.state.ended or judged.total is None:
        return ""
    pace = "and none of late" if judged.rate is None else f"{judged.rate:.2g} a second"
    return f"{judged.done:,} of {judged.total:,} tasks of this phase have ended, {pace}"


def _text(text: str) -> Explanation:
    found = rows(text)
    if found:
        first, *others = [_row(each) for each in found[:_SHOWN]]
        return Explanation(first.title, first.means, first.causes, first.helps, tuple(others))
    message = bare_message(text)
    if message.upper() in JobState.__members__:
        return _state(JobState(message.upper()), message.upper())
    known = meaning(message)
    if known is not None:
        return Explanation(_short(message), (known.means,), _some(known.cause), _some(known.helps))
    if task_errors(message):
        means, causes, helps = _tasks(message)
        return Explanation("what tasks report", means, causes, helps)
    raise UsageProblem(
        f"nothing is known of {_short(message)!r}" if message else "there is nothing to explain",
        hint=r"paste a whole row, best of SHOW RESTORE\G, or a whole message; %restore explain DB asks the server",
    )


def _row(row: Mapping[str, object]) -> Explanation:
    state = str(row.get("State") or "").strip()
    if "SnapshotName" in row or state not in JobState.__members__:
        if not row.get("Status") and not row.get("TaskErrMsg"):
            raise UsageProblem(f"no restore job has the state {state!r}", hint="give a row of SHOW RESTORE, whole")
        means, causes, helps = _status(str(row.get("Status") or ""))
        more = _tasks(str(row.get("TaskErrMsg") or ""))
        title = f"backup of {row.get('DbName') or 'external catalogs'}: {state}"
        means = means + more[0] or (f"the backup is in {state}, and nothing is wrong with it",)
        return Explanation(title, means, causes + more[1], helps + more[2])
    number = str(row.get("JobId") or "").strip()
    whole = {**row, "State": state, "JobId": number if number.lstrip("-").isdecimal() else "-1"}
    return _sample(JobSample.from_row(whole, _UNREAD))


def _sample(sample: JobSample, notes: Mapping[str, Any] | None = None) -> Explanation:
    name = f"{sample.database or 'external catalogs'} ← {sample.label}"
    state = _state(sample.state, f"{name}: {sample.state.value}", sample, notes)
    status = _status(sample.status) if not sample.succeeded else ((), (), ())
    tasks = _tasks(sample.task_errors) if not sample.state.ended else ((), (), ())
    # What the server says of the failure stands before what is true of the state in general.
    known = bool(status[0] or tasks[0])
    return Explanation(
        state.title,
        state.means + status[0] + tasks[0],
        status[1] + tasks[1] + (() if known else state.causes),
        status[2] + tasks[2] + state.helps,
    )


def _state(
    state: JobState, title: str, sample: JobSample | None = None, notes: Mapping[str, Any] | None = None
) -> Explanation:
    known = STATES[state]
    means: tuple[str, ...] = (known.does,)
    if sample is not None and not state.ended:
        losses = cancellation(title, sample.database, sample, notes).losses
        means += tuple(f"a cancel now {each}" for each in losses)
    stuck = f"if it does not go on: {known.stuck}" if known.stuck else ""
    return Explanation(title, means, _some(stuck), _some(known.helps))


Told = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _status(status: str) -> Told:
    if not status or status.startswith("[OK"):
        return (), (), ()
    known = meaning(status)
    if known is None:
        helps = "look for the text in the leader's fe.log: it is none that is known here"
        return (f"the server says: {_short(status)}",), (), (helps,)
    return (f"{_short(status)}: {known.means}",), _some(known.cause), _some(known.helps)


def _tasks(text: str) -> Told:
    means: list[str] = []
    causes: list[str] = []
    helps: list[str] = []
    for each in grouped(task_errors(text))[:_SHOWN]:
        count = len(each.tasks)
        who = f"task {each.tasks[0]} reports" if count == 1 else f"{count:,} tasks report, such as {each.tasks[0]}"
        told = "it is tried again until it works or the job's timeout" if each.meaning is None else each.meaning.means
        means.append(f"{who}: {_short(each.message)}: {told}")
        causes += _some("" if each.meaning is None else each.meaning.cause)
        helps += _some("" if each.meaning is None else each.meaning.helps)
    return tuple(means), tuple(causes), tuple(helps)


def _some(sentence: str) -> tuple[str, ...]:
    return (sentence,) if sentence else ()


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
