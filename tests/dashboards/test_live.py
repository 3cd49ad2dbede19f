import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from samples import sample

from starrocks_restore_kernel.dashboards import JobView, watch
from starrocks_restore_kernel.dashboards.live import PLOTLY

Published = tuple[dict[str, Any], bool, str]
"""Data, whether it is an update, display id."""


class Clock:
    """A clock that is set, and what was asked to be done later."""

    def __init__(self) -> None:
        self.now = 100.0
        self.later: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Published]]:
    """What is published, as (data, whether it is an update, display id)."""
    published: list[Published] = []

    class Publisher:
        def publish(self, data: dict[str, Any], *_: Any, transient: Any = None, update: Any = False, **__: Any) -> None:
            published.append((data, update, transient["display_id"]))

    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "display_pub", Publisher())
    monkeypatch.setattr(shell, "kernel", object(), raising=False)  # a front end that can redraw
    yield published
    InteractiveShell.clear_instance()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def show(job: Any, clock: Clock, shown: list[Published]) -> JobView:
    """Display a view of the job under the clock."""
    view = JobView(job, clock=clock, later=lambda seconds, work: clock.later.append((seconds, work)))
    view._ipython_display_()
    return view


def pictures(shown: list[Published]) -> list[str]:
    """The headlines of the charts that were published."""
    return [data["text/plain"].split("\n")[0] for data, _, _ in shown if PLOTLY in data]


def test_it_is_shown_once_and_then_replaced_in_its_place(
    job: Any, clock: Clock, show: JobView, shown: list[Published]
) -> None:
    """One display, whose id every update carries; the last one is the end."""
    clock.now += 5
    job.add(sample("DOWNLOADING", 4, after=1))
    clock.now += 5
    job.add(sample("FINISHED", after=9))
    assert [False, True, True, True, True] == [update for _, update, _ in shown]
    assert len({display_id for _, _, display_id in shown}) == 1
    assert [
        "restore job: not seen yet",
        "shop ← snap · DOWNLOADING · 10%",
        "shop ← snap · FINISHED · 100%",
    ] == pictures(shown)


def test_the_place_changes_its_kind_so_that_lab_draws_anew(
    job: Any, clock: Clock, show: JobView, shown: list[Published]
) -> None:
    """Plotly's renderer ignores a second figure, so still HTML stands between two charts."""
    clock.now += 5
    job.add(sample("PENDING"))
    assert [True, False, True] == [PLOTLY in data for data, _, _ in shown]


def test_samples_in_quick_succession_are_drawn_once_a_little_later(
    job: Any, clock: Clock, show: JobView, shown: list[Published]
) -> None:
    """At most one picture a second, and none older than that while nothing comes."""
    clock.now += 0.25
    job.add(sample("PENDING"), sample("SNAPSHOTING", 3, after=1))
    assert len(pictures(shown)) == 1
    (seconds, draw), *others = clock.later
    assert (0.75, []) == (seconds, others)
    draw()
    assert pictures(shown)[1:] == ["shop ← snap · SNAPSHOTING · 2%"]


def test_the_end_is_drawn_at_once_and_is_the_last(
    job: Any, clock: Clock, show: JobView, shown: list[Published]
) -> None:
    """A picture that was waiting comes to nothing, and the subscription ends."""
    job.add(sample("DOWNLOADING", 3))
    job.add(sample("FINISHED", after=1))
    assert pictures(shown)[-1].endswith("FINISHED · 100%")
    count = len(shown)
    clock.later[0][1]()
    assert count == len(shown)
    assert [] == job.callbacks


def test_a_lost_job_ends_with_a_word_about_it(job: Any, clock: Clock, show: JobView, shown: list[Published]) -> None:
    """SHOW RESTORE keeps one job a database, so a job can vanish."""
    job.add(sample("DOWNLOADING", 3))
    job.lost = True
    job.tell()
    assert "does not show this job any more" in shown[-1][0]["text/plain"]
    assert "does not show this job any more" in shown[-1][0]["text/html"]
    assert [] == job.callbacks


def test_an_ended_job_is_drawn_and_not_subscribed_to(job: Any, clock: Clock, shown: list[Published]) -> None:
    """There is nothing to wait for."""
    job.add(sample("FINISHED"))
    watch(job)._ipython_display_()
    assert ["shop ← snap · FINISHED · 100%"] == pictures(shown)
    assert [] == job.callbacks


@pytest.mark.usefixtures("show")
def test_a_drawing_that_fails_is_logged_and_does_not_end_the_poller(
    job: Any,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The callback comes from the thread that follows the job."""
    monkeypatch.setattr(JobView, "html", lambda _: 1 / 0)
    clock.now += 5
    job.add(sample("PENDING"))
    assert "could not be drawn" in caplog.text


def test_every_front_end_finds_the_same_content(job: Any) -> None:
    """A chart, and the same without one."""
    job.add(sample("PENDING"), sample("DOWNLOADING", 4, after=3), sample("DOWNLOADING", 1, after=9))
    data = watch(job)._repr_mimebundle_()
    assert {PLOTLY, "text/html", "text/plain"} == set(data)
    for words in ("shop", "snap", "DOWNLOADING", "70%", "PENDING"):
        assert words in data["text/plain"]
        assert words in data["text/html"]
        assert words in json.dumps(data[PLOTLY])
    assert "<svg" in data["text/html"]


def test_there_is_no_button_that_leaves_the_notebook(job: Any) -> None:
    """Plotly's bar of buttons has one that sends the chart to a cloud."""
    assert watch(job)._repr_mimebundle_()[PLOTLY]["config"]["displayModeBar"] is False


def test_the_saved_picture_is_small(job: Any) -> None:
    """A notebook that watched a day of restoring stays a notebook."""
    job._samples = [sample("DOWNLOADING", 2_000 - number, after=10 * number) for number in range(2_000)]
    assert len(json.dumps(watch(job)._repr_mimebundle_())) < 50_000


def test_reasons_are_escaped(job: Any) -> None:
    """A server's text is text."""
    job.add(sample("CANCELLED", Status="[COMMON_ERROR, msg: <script>]"))
    assert "<script>" in str(watch(job))
    assert "<script>" not in watch(job).html()


def test_a_script_gets_text(job: Any) -> None:
    """Without IPython the view is its words."""
    job.add(sample("DOWNLOADING", 4))
    assert str(watch(job)).startswith("shop ← snap · DOWNLOADING · 10%\n████░")


def test_importing_the_room_is_light() -> None:
    """Nothing heavy is loaded before something is drawn, not even to watch a job in a script."""
    code = (
        "import sys, starrocks_restore_kernel.dashboards as room\n"
        "from starrocks_restore_kernel.dashboards import watch\n"
        "heavy = {'plotly', 'pandas', 'anywidget', 'ipywidgets'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert all(getattr(room, name).__name__ == name for name in room.__all__)\n"
    )
    done = subprocess.run(  # noqa: S603 a program of our own
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_a_terminal_gets_one_picture(
    job: Any, clock: Clock, shown: list[Published], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot redraw, so each refresh would be printed below the last."""
    monkeypatch.delattr(InteractiveShell.instance(), "kernel")
    JobView(job, clock=clock)._ipython_display_()
    clock.now += 5
    job.add(sample("FINISHED", after=9))

    assert [False] == [update for _, update, _ in shown]


def test_the_verdict_is_drawn_when_it_comes(job: Any, clock: Clock, show: JobView, shown: list[Published]) -> None:
    """FINISHED is no proof: the picture goes on until what came back was looked at."""

    class Verdict:
        failed, summary = True, "orders has <no> rows"

        def text(self) -> str:
            return f"Verdict: {self.summary}"

        def html(self) -> str:
            return "<p>Verdict</p>"

    job.looking = True
    job.add(sample("FINISHED"))
    assert "what came back is being looked at" in json.dumps(shown[-1][0][PLOTLY])
    assert job.callbacks
    clock.now += 5
    job.looking, job.verdict = False, Verdict()
    job.tell()

    assert "orders has &lt;no&gt; rows" in json.dumps(shown[-1][0][PLOTLY]["layout"]["title"]["subtitle"])
    assert "Verdict: orders has <no> rows" in shown[-1][0]["text/plain"]
    assert "<p>Verdict</p>" in shown[-1][0]["text/html"]
    assert [] == job.callbacks
