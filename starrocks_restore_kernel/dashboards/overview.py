"""Several jobs at one glance: a bar each, with its state in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from ..cluster.job_sample import JobSample, JobState
from ..drawing import Drawing, html_block, html_table, text_table
from ..jobs.estimate import Estimate, estimate
from .job_drawing import percent_bar
from .live import PLOTLY, Watchable, plotly_bundle

__all__ = ["Dashboard", "dashboard", "overview_figure"]

_SHOWN = 50
_HEADINGS = ("database", "snapshot", "state", "done", "reason")


def overview_figure(samples: Sequence[JobSample]) -> Any:
    """One bar a database: its latest job's state and percentage.

    Parameters
    ----------
    samples
        Looks at any number of jobs, oldest first. SHOW RESTORE keeps one job a database, and so does this.

    Returns
    -------
    plotly.graph_objects.Figure
        The 50 jobs that were looked at last; the title says how many there are.
    """
    import plotly.graph_objects as go

    rows = _latest(samples)
    shown = rows[:_SHOWN]
    figure = go.Figure()
    figure.add_bar(
        orientation="h",
        y=[_name(last) for last, _ in shown],
        x=[round(100 * judged.fraction, 1) for _, judged in shown],
        text=[f"{last.state.value} {judged.fraction:.0%}" for last, judged in shown],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": [_colour(last.state) for last, _ in shown],
            "pattern": {
                "shape": ["x" if last.state is JobState.CANCELLED else "" for last, _ in shown],
                "size": 6,
                "solidity": 0.3,
            },
        },
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    count = f"{len(rows)} restore job{'' if len(rows) == 1 else 's'}" if rows else "no restore job was seen"
    more = f", {_SHOWN} shown" if len(rows) > _SHOWN else ""
    figure.update_layout(
        template="none",
        height=110 + 30 * max(1, len(shown)),
        margin={"l": 20, "r": 150, "t": 48, "b": 36},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 12, "color": "#808080"},
        title={"text": f"<b>{count}{more}</b>", "x": 0, "xref": "paper", "font": {"size": 14}},
        showlegend=False,
    )
    figure.update_xaxes(range=[0, 100], ticksuffix=" %", gridcolor="rgba(128,128,128,0.25)", zeroline=False)
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False, type="category")
    figure.update_yaxes(ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")
    return figure


def dashboard(jobs: Iterable[Watchable]) -> Dashboard:
    """All these jobs as of now; draw it again for a later look, or `watch` one of them live."""
    return Dashboard(jobs)


class Dashboard(Drawing):
    """The overview as a chart, with the same content as HTML and text."""

    def __init__(self, jobs: Iterable[Watchable]) -> None:
        self._jobs = tuple(jobs)

    @property
    def samples(self) -> tuple[JobSample, ...]:
        """Every sample of every job, oldest first."""
        return tuple(sorted((each for job in self._jobs for each in job.samples), key=lambda each: each.read_at))

    def text(self) -> str:
        """A line a job."""
        rows = _latest(self.samples)
        return text_table(_HEADINGS, map(_row, rows[:_SHOWN]), total=len(rows)) if rows else "no restore job was seen"

    def html(self) -> str:
        """A row a job, with its bar."""
        rows = _latest(self.samples)
        if not rows:
            return '<p class="srk-dim">no restore job was seen</p>'
        bars = "".join(
            f"<p>{escape(_name(last))}: {last.state.value} {judged.fraction:.0%}</p>"
            + percent_bar(judged.fraction, "stopped" if last.state is JobState.CANCELLED else "done")
            for last, judged in rows[:5]
        )
        return bars + html_table(_HEADINGS, map(_row, rows[:_SHOWN]), total=len(rows))

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002 IPython filters
        return {
            PLOTLY: plotly_bundle(overview_figure(self.samples)),
            "text/html": html_block(self.html()),
            "text/plain": self.text(),
        }


def _latest(samples: Sequence[JobSample]) -> list[tuple[JobSample, Estimate]]:
    """Each database's latest job, the one that was looked at last first."""
    jobs: dict[str, list[JobSample]] = {}
    for each in samples:
        mine = jobs.pop(each.database, [])
        # Another job took the database's one slot: what was seen of the one before says nothing about this one.
        same = bool(mine) and _identity(mine[-1]) == _identity(each)
        jobs[each.database] = [*mine, each] if same else [each]
    found = []
    for mine in reversed(list(jobs.values())):
        judged = estimate(mine)
        if judged is not None:
            found.append((mine[-1], judged))
    return found


def _identity(sample: JobSample) -> tuple[str, str, str | None]:
    # Not the job's number, which is -1 at first.
    return sample.label, sample.timestamp, sample.created


def _name(sample: JobSample) -> str:
    return f"{sample.database or 'external catalogs'} ← {sample.label}"


def _colour(state: JobState) -> str:
    if state is JobState.CANCELLED:
        return "#D55E00"
    return "#009E73" if state is JobState.FINISHED else "#0072B2"


def _row(row: tuple[JobSample, Estimate]) -> tuple[str, ...]:
    last, judged = row
    reason = "" if last.status.startswith("[OK") else last.reason
    return last.database or "external catalogs", last.label, last.state.value, f"{judged.fraction:.0%}", reason
