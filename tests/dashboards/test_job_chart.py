import itertools
import json
import math
from typing import Any

from samples import sample

from starrocks_restore_kernel.dashboards import job_figure

RUNNING = (
    sample("PENDING"),
    sample("SNAPSHOTING", 4, after=2),
    sample("DOWNLOADING", 10, after=6),
    sample("DOWNLOADING", 5, after=16),
)


def bars(figure: Any) -> dict[str, float | None]:
    """Phase to its length; None where the line is empty."""
    return {bar.name: None if math.isnan(bar.x[0]) else bar.x[0] for bar in figure.data if bar.type == "bar"}


def lines(figure: Any) -> dict[str, Any]:
    """The lines by name."""
    return {line.name: line for line in figure.data if line.type == "scatter"}


def title(figure: Any) -> str:
    """The title's text."""
    return figure.layout.title.text


def test_every_phase_has_a_line_and_the_seen_ones_a_bar() -> None:
    """The order is the server's, from top to bottom."""
    figure = job_figure(RUNNING)
    assert bars(figure) == {"PENDING": 2, "SNAPSHOTING": 4, "DOWNLOADING": 10, "COMMITTING": None}
    assert figure.layout.yaxis.categoryarray == ("COMMITTING", "DOWNLOADING", "SNAPSHOTING", "PENDING")


def test_phases_are_told_by_words_and_patterns_too() -> None:
    """Neighbours differ in pattern, and each bar says its length."""
    drawn = [bar for bar in job_figure(RUNNING).data if bar.type == "bar"]
    shapes = [bar.marker.pattern.shape for bar in drawn]
    assert all(one != other for one, other in itertools.pairwise(shapes))
    assert ["2 s", "4 s", "10 s so far", ""] == [bar.text[0] for bar in drawn]


def test_the_title_says_database_snapshot_state_and_percent() -> None:
    """Half of the download is half of its share of the whole."""
    assert title(job_figure(RUNNING)).startswith("<b>shop ← snap · DOWNLOADING · 50%")


def test_progress_and_tasks_left_are_lines() -> None:
    """The percentage on the left, the tasks of the phase on the right."""
    drawn = lines(job_figure(RUNNING))
    assert tuple(drawn["tasks left"].y) == (0, 4, 10, 5)
    assert drawn["done"].y[-1] == 50


def test_no_sample_says_so() -> None:
    """An empty figure, and no invented percentage."""
    figure = job_figure(())
    assert title(figure) == "<b>restore job: not seen yet</b>"
    assert set(bars(figure).values()) == {None}


def test_one_sample_is_a_point() -> None:
    """A line of one point would be invisible."""
    figure = job_figure(RUNNING[2:3])
    assert lines(figure)["done"].mode == "lines+markers"
    assert title(figure).startswith("<b>shop ← snap · DOWNLOADING · 10%")


def test_a_cancelled_job_gives_its_reason_shortened() -> None:
    """And keeps the percentage it had."""
    reason = "no such file " * 30
    figure = job_figure((*RUNNING, sample("CANCELLED", after=20, Status=f"[COMMON_ERROR, msg: {reason}]")))
    assert title(figure) == "<b>shop ← snap · CANCELLED · 50%</b>"
    assert figure.layout.title.subtitle.text.startswith("no such file no such file")
    assert len(figure.layout.title.subtitle.text) == 90


def test_names_are_escaped() -> None:
    """Plotly reads a part of HTML in titles."""
    assert "&lt;b&gt;" in title(job_figure((sample("PENDING", DbName="<b>"),)))


def test_the_figure_is_bounded() -> None:
    """A day of samples draws a few hundred points, in tens of kilobytes."""
    many = [sample("DOWNLOADING", 2_000 - number, after=10 * number) for number in range(2_000)]
    figure = job_figure(many)
    assert len(lines(figure)["done"].x) <= 300
    assert len(figure.to_json()) < 30_000


def test_it_is_transparent_unless_a_template_is_asked_for() -> None:
    """So that it reads on light and on dark; a template brings its own font colour."""
    plain, dark = job_figure(RUNNING), job_figure(RUNNING, template="plotly_dark")
    assert (plain.layout.paper_bgcolor, plain.layout.font.color) == ("rgba(0,0,0,0)", "#808080")
    assert dark.layout.font.color is None
    assert dark.layout.template.layout.font.color is not None


def test_ticks_of_time_are_round_and_few() -> None:
    """An hour is not told in thousands of seconds."""
    figure = job_figure((sample("DOWNLOADING", 9), sample("DOWNLOADING", 8, after=5_400)))
    assert ("0", "15 min", "30 min", "45 min", "1 h", "1 h 15 min", "1 h 30 min")[:1] == figure.layout.xaxis.ticktext[
        :1
    ]
    assert len(figure.layout.xaxis.ticktext) <= 8
    assert "30 min" in figure.layout.xaxis.ticktext


def test_it_is_plain_json() -> None:
    """An empty line is null, not NaN, which JSON has no word for."""
    json.loads(job_figure(()).to_json(), parse_constant=lambda _: 1 / 0)
