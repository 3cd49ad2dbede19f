"""A job's figure that is drawn once and refreshed in its place until the job ends."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ..cluster.job_sample import JobSample
from ..drawing import Drawing, html_block
from ..jobs.estimate import Estimate
from .end import End
from .job_drawing import job_html, job_text

if TYPE_CHECKING:
    from ..jobs import Verdict

__all__ = ["PLOTLY", "JobView", "Later", "Watchable", "bundle", "on_timer", "watch"]

PLOTLY = "application/vnd.plotly.v1+json"
_INTERVAL = 1.0
_LOG = logging.getLogger(__name__)

_LAB_PADDING = 7
"""Pixels that Lab adds to HTML, and does not add to a chart."""

Later = Callable[[float, Callable[[], None]], object]


class Watchable(Protocol):
    """What is watched; `Job` is one."""

    @property
    def samples(self) -> tuple[JobSample, ...]:
        """Every sample so far."""
        ...

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        ...

    @property
    def done(self) -> bool:
        """Whether it has ended, and what came back was looked at."""
        ...

    @property
    def looking(self) -> bool:
        """Whether what came back is being looked at."""
        ...

    @property
    def verdict(self) -> Verdict | None:
        """What was found then."""
        ...

    @property
    def recalled(self) -> str:
        """What was found once, of a job out of the history."""
        ...

    def estimate(self) -> Estimate | None:
        """How far it is."""
        ...

    def subscribe(self, callback: Callable[[Any], None]) -> Callable[[], None]:
        """Call back after each new sample, from any thread; what comes back ends it."""
        ...


def watch(job: Watchable) -> JobView:
    """Watch a job: shown as the last line of a cell, its picture keeps itself up to date until the job ends.

    The saved notebook keeps the last picture, as a plotly figure and as static HTML. Without IPython the view's
    ``str`` is the same as text.
    """
    return JobView(job)


def on_timer(seconds: float, work: Callable[[], None]) -> None:
    """Do some work after some seconds, on a thread that dies with the process."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()


class JobView(Drawing):
    """What `watch` returns.

    Parameters
    ----------
    job
        What is watched.
    clock, later
        Seconds, and a way to be called back after some; tests pass their own.
    """

    def __init__(self, job: Watchable, *, clock: Callable[[], float] = time.monotonic, later: Later = on_timer) -> None:
        self.job = job
        self._clock = clock
        self._later = later

    def text(self) -> str:
        """Headline, bar and phases as of now."""
        return job_text(self.job.samples, self.job.estimate(), self._end())

    def html(self) -> str:
        """The same as HTML."""
        return job_html(self.job.samples, self.job.estimate(), self._end())

    def figure(self, template: str | None = None) -> Any:
        """The figure as of now; see `job_figure`."""
        from .job_chart import job_figure

        return job_figure(self.job.samples, self.job.estimate(), self._end(), template=template)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _end(self) -> End:
        samples = self.job.samples
        lost = self.job.ended and not (samples and samples[-1].state.ended)
        return End(lost, self.job.looking, self.job.verdict, self.job.recalled)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002 IPython filters
        return bundle(self)

    def _ipython_display_(self) -> None:
        from IPython.core.getipython import get_ipython
        from IPython.display import DisplayHandle

        handle: Any = DisplayHandle()  # type: ignore[no-untyped-call]  # IPython's own
        handle.display(bundle(self), raw=True)
        # A terminal cannot redraw: each refresh would be printed below the last.
        shell = get_ipython()
        if not self.job.done and (shell is None or hasattr(shell, "kernel")):
            _Refresh(self, lambda: _replace(handle, bundle(self)), self._clock, self._later).begin()


def _replace(handle: Any, new: dict[str, Any]) -> None:
    # plotly's renderer in JupyterLab never draws a second figure into the same place (plotly/plotly.py#3053). Only a
    # change of the MIME type makes Lab build a new one, so the static picture takes the place for a moment. The two
    # messages arrive together, and the box keeps its height, so that the page does not jump.
    height = new[PLOTLY]["layout"]["height"] - _LAB_PADDING
    held = f'<div style="height:{height}px;overflow:hidden">{new["text/html"]}</div>'
    handle.update({"text/html": held, "text/plain": new["text/plain"]}, raw=True)
    handle.update(new, raw=True)


def bundle(view: JobView) -> dict[str, Any]:
    """The view for every front end: the chart, and the same content without one, all of one moment."""
    still = JobView(_Moment(view.job))
    return {
        PLOTLY: plotly_bundle(still.figure()),
        "text/html": html_block(still.html()),
        "text/plain": still.text(),
    }


class _Moment:
    """A job as it is now: read once, judged once."""

    def __init__(self, job: Watchable) -> None:
        # First what ends: samples that are read after it cannot be older than it says.
        self.done = job.done
        self.looking = job.looking
        self.verdict = job.verdict
        self.recalled = job.recalled
        self.ended = job.ended
        self.samples = job.samples
        self._judged = job.estimate()

    def estimate(self) -> Estimate | None:
        return self._judged

    def subscribe(self, _: Callable[[Any], None]) -> Callable[[], None]:
        return lambda: None


def plotly_bundle(figure: Any) -> dict[str, Any]:
    """What plotly's renderers take, with our configuration."""
    from .job_chart import CONFIG

    return {**json.loads(figure.to_json()), "config": CONFIG}


class _Refresh:
    """One displayed picture, redrawn on samples, not too often, the last one always.

    Samples come from the poller's thread. It must neither print nor die of a failed drawing, and nothing that is
    shown may be older than the interval while the job stands still.
    """

    def __init__(self, view: JobView, draw: Callable[[], None], clock: Callable[[], float], later: Later) -> None:
        self._view = view
        self._draw = draw
        self._clock = clock
        self._later = later
        self._lock = threading.Lock()
        self._drawn = clock()
        self._waiting = False
        self._over = False
        self._stop: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Subscribe; a sample that came since the first drawing is drawn too."""
        self._stop = self._view.job.subscribe(self._sampled)
        if self._view.job.done:
            self._redraw()

    def _sampled(self, _: object) -> None:
        with self._lock:
            if self._over:
                return
            wait = 0.0 if self._view.job.ended else self._drawn + _INTERVAL - self._clock()
            if wait > 0 and self._waiting:
                return
            self._waiting = wait > 0
        if wait > 0:
            self._later(wait, self._redraw)
        else:
            self._redraw()

    def _redraw(self) -> None:
        with self._lock:
            if self._over:
                return
            self._waiting = False
            self._drawn = self._clock()
            self._over = self._view.job.done
            try:
                self._draw()
            except Exception:  # noqa: BLE001 logged: it must not end the poller
                _LOG.exception("the picture of a restore job could not be drawn")
            if self._over:
                self._stop()
