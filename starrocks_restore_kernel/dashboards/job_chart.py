"""One restore job as a figure: its phases, and below them how far it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..cluster.job_sample import JobSample
from ..jobs.estimate import Estimate
from ..jobs.estimate import estimate as judge
from .end import End
from .timeline import PHASES, Phase, Point, phases, progress, span_words
from .words import headline

__all__ = ["COLOURS", "CONFIG", "job_figure"]

CONFIG = {"displaylogo": False, "displayModeBar": False}
"""Without plotly's buttons, of which one sends a chart to its cloud. And not ``responsive``: JupyterLab hides its page
while it changes the theme, and a responsive chart takes that for a height of nothing, for good."""

COLOURS = {"PENDING": "#999999", "SNAPSHOTING": "#E69F00", "DOWNLOADING": "#0072B2", "COMMITTING": "#009E73"}
"""Okabe and Ito's, told apart by the colour-blind; each phase has a pattern and a word besides."""

_PATTERNS = {"PENDING": "", "SNAPSHOTING": "/", "DOWNLOADING": "", "COMMITTING": "x"}
_GREY = "#808080"  # reads on white and on black
_FAINT = "rgba(128,128,128,0.25)"
_LINE = "#0072B2"
_DONE_WORD = "#2b86bd"
_LEFT = "#D55E00"
_CANCELLED = "#D55E00"
_POINTS = 150
_NOTHING: list[float] = [float("nan")]
_OPEN = End()
_REASON = 90


def job_figure(
    samples: Sequence[JobSample], estimate: Estimate | None = None, end: End = _OPEN, *, template: str | None = None
) -> go.Figure:
    """Draw one restore job.

    Parameters
    ----------
    samples
        All looks at the job, oldest first; none gives an empty figure that says so.
    estimate
        The estimate over all samples, where the caller has it already.
    end
        What is known of its end beside the samples.
    template
        A plotly template, such as ``"plotly_dark"``; without one the figure is transparent and reads on light and dark.

    Returns
    -------
    plotly.graph_objects.Figure
        At most a few hundred points however many samples there are. Time is seconds since the first sample.
    """
    figure = make_subplots(
        rows=2,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09,
        row_heights=[0.46, 0.54],
        specs=[[{}], [{"secondary_y": True}]],
    )
    judged = estimate if estimate is not None else judge(samples)
    _draw_phases(figure, samples)
    points = progress(samples, _POINTS)
    _draw_progress(figure, points)
    _lay_out(figure, samples, judged, end, template)
    _mark_axes(figure, phases(samples), max((each.tasks for each in points), default=0))
    return figure


def _draw_phases(figure: go.Figure, samples: Sequence[JobSample]) -> None:
    seen = phases(samples)
    for name in PHASES:
        mine = [each for each in seen if each.name == name]
        figure.add_bar(
            row=1,
            col=1,
            orientation="h",
            name=name,
            # A phase that was not seen keeps its line, with nothing on it.
            y=[name for _ in mine] or [name],
            base=[each.start for each in mine] or [0.0],
            x=[each.seconds for each in mine] or _NOTHING,
            text=[span_words(each.seconds) + (" so far" if each.open else "") for each in mine] or [""],
            textposition="auto",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            cliponaxis=False,
            marker={
                "color": COLOURS[name],
                "line": {"width": 1, "color": COLOURS[name]},
                "pattern": {
                    "shape": _PATTERNS[name],
                    "fillmode": "overlay",
                    "size": 6,
                    "solidity": 0.25,
                    "fgcolor": "rgba(255,255,255,0.55)",
                },
            },
            insidetextfont={"color": "#ffffff" if name == "DOWNLOADING" else "#000000"},
            hovertemplate="%{y}: %{text}<extra></extra>",
            showlegend=False,
        )


def _draw_progress(figure: go.Figure, points: Sequence[Point]) -> None:
    times = [each.seconds for each in points]
    lone = len(points) == 1
    figure.add_scatter(
        row=2,
        col=1,
        name="done",
        x=times,
        y=[round(each.percent, 2) for each in points],
        mode="lines+markers" if lone else "lines",
        line={"color": _LINE, "width": 2.5},
        fill="tozeroy",
        fillcolor="rgba(0,114,178,0.12)",
        hovertemplate="%{y:.0f} % done<extra></extra>",
    )
    if any(each.tasks for each in points):
        figure.add_scatter(
            row=2,
            col=1,
            secondary_y=True,
            name="tasks left",
            x=times,
            y=[each.tasks for each in points],
            mode="lines+markers" if lone else "lines",
            line={"color": _LEFT, "width": 1.5, "dash": "dot", "shape": "hv"},
            hovertemplate="%{y} tasks left<extra></extra>",
        )


def _lay_out(
    figure: go.Figure, samples: Sequence[JobSample], judged: Estimate | None, end: End, template: str | None
) -> None:
    font = {"size": 12} if template else {"size": 12, "color": _GREY}
    title: dict[str, Any] = {
        "text": f"<b>{escape(headline(samples, judged))}</b>",
        "x": 0,
        "xref": "paper",
        "font": {"size": 14},
    }
    said = " · ".join(end.words(samples))
    if said:
        said = said if len(said) <= _REASON else said[: _REASON - 1] + "…"
        colour = {"color": _CANCELLED} if end.bad(samples) else {}
        title["subtitle"] = {"text": escape(said), "font": {"size": 12, **colour}}
    figure.update_layout(
        template=template or "none",
        height=320,
        autosize=True,
        margin={"l": 110, "r": 60, "t": 68 if "subtitle" in title else 48, "b": 40},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=font,
        title=title,
        bargap=0.3,
        barmode="overlay",
        hovermode="closest",
        showlegend=False,
    )


def _mark_axes(figure: go.Figure, seen: Sequence[Phase], peak: int) -> None:
    furthest = max((each.end for each in seen), default=0.0)
    steps = _ticks(furthest)
    # Room to the right for the words beside a short bar.
    figure.update_xaxes(range=[0, max(furthest * 1.06, 1.0)], gridcolor=_FAINT, zeroline=False, showline=False)
    figure.update_xaxes(tickvals=steps, ticktext=[span_words(each) if each else "0" for each in steps])
    figure.update_xaxes(title={"text": "since it was first seen", "standoff": 6}, row=2, col=1)
    # Invisible ticks keep the words off the bars.
    figure.update_yaxes(ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)", zeroline=False, fixedrange=True)
    figure.update_yaxes(categoryorder="array", categoryarray=list(reversed(PHASES)), showgrid=False, row=1, col=1)
    figure.update_yaxes(
        title={"text": "done", "font": {"color": _DONE_WORD}, "standoff": 4},
        range=[0, 104],
        tickvals=[0, 50, 100],
        ticktext=["0", "50 %", "100 %"],
        gridcolor=_FAINT,
        row=2,
        col=1,
        secondary_y=False,
    )
    if peak:
        figure.update_yaxes(
            title={"text": "tasks left", "font": {"color": _LEFT}, "standoff": 4},
            range=[0, 1.04 * peak],
            tickvals=[0, peak],
            showgrid=False,
            row=2,
            col=1,
            secondary_y=True,
        )


def _ticks(furthest: float) -> list[float]:
    """Some seven round moments from the first look to the last."""
    steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200]
    step = next((each for each in steps if furthest / each <= 7), 86400 * math.ceil(furthest / 86400 / 7))
    return [float(step * number) for number in range(int(furthest / step) + 1)]
