"""A job where no chart is drawn: on GitHub, in a terminal, in a mail."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..cluster.job_sample import JobSample, JobState
from ..drawing import badge, html_table, text_table
from ..jobs.estimate import Estimate
from .end import End
from .timeline import phases, span_words
from .words import headline, remaining_words

__all__ = ["job_html", "job_text", "percent_bar"]

_TONES = {JobState.FINISHED: "ok", JobState.CANCELLED: "bad"}
_HEADINGS = ("phase", "from", "for")
_BAR = 40
_OPEN = End()


def job_text(samples: Sequence[JobSample], judged: Estimate | None, end: End = _OPEN) -> str:
    """Headline, bar and phases for a terminal."""
    blocks = [headline(samples, judged)]
    if judged is not None:
        full = int(judged.fraction * _BAR)
        blocks[0] += f"\n{'█' * full}{'░' * (_BAR - full)}"
    blocks += _notes(samples, end)
    rows = _rows(samples)
    blocks += [text_table(_HEADINGS, rows)] if rows else []
    return "\n\n".join(blocks if end.verdict is None else [*blocks, end.verdict.text()])


def job_html(samples: Sequence[JobSample], judged: Estimate | None, end: End = _OPEN) -> str:
    """The same as HTML, the bar as a small drawing."""
    if not samples or judged is None:
        return f"<p>{badge('NOT SEEN YET', 'dim')} {escape(headline(samples, judged))}</p>"
    last = samples[-1]
    where = f"{last.database or 'external catalogs'} ← {last.label}"
    left = remaining_words(judged)
    parts = [
        f"<h4>{escape(where)} {badge(last.state.value, _TONES.get(last.state, 'dim'))} {judged.fraction:.0%}</h4>",
        percent_bar(judged.fraction, "stopped" if last.state is JobState.CANCELLED else "done"),
        f"<p>{escape(left)}</p>" if left else "",
        *(f"<p>{escape(note)}</p>" for note in _notes(samples, end)),
    ]
    rows = _rows(samples)
    parts += [html_table(_HEADINGS, rows)] if rows else []
    return "".join(parts if end.verdict is None else [*parts, end.verdict.html()])


def percent_bar(fraction: float, word: str) -> str:
    """A bar as inline SVG, whose words are in its label."""
    percent = max(0.0, min(1.0, fraction)) * 100
    colour = "#D55E00" if word == "stopped" else "#0072B2"
    shape = 'height="10" rx="2"'
    return (
        f'<svg role="img" aria-label="{percent:.0f} % {word}" width="100%" height="10" '
        f'style="max-width:36rem;display:block">'
        f'<rect width="100%" {shape} fill="#888" fill-opacity=".25"/>'
        f'<rect width="{percent:.1f}%" {shape} fill="{colour}"/></svg>'
    )


def _rows(samples: Sequence[JobSample]) -> list[tuple[str, str, str]]:
    rows = []
    for each in phases(samples):
        begun = "the first look" if each.start == 0 else f"+ {span_words(each.start)}"
        rows.append((each.name, begun, span_words(each.seconds) + (" so far" if each.open else "")))
    return rows


def _notes(samples: Sequence[JobSample], end: End) -> list[str]:
    notes = end.words(samples)
    if samples and samples[-1].task_errors:
        notes.append(f"tasks report: {samples[-1].task_errors}")
    return notes
