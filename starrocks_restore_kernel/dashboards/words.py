"""What a job's pictures say in words; plain text."""

from __future__ import annotations

from collections.abc import Sequence

from ..cluster.job_sample import JobSample
from ..jobs.estimate import Estimate
from .timeline import span_words

__all__ = ["headline", "remaining_words"]


def headline(samples: Sequence[JobSample], judged: Estimate | None) -> str:
    """Database, snapshot, state and percentage in one line."""
    if not samples or judged is None:
        return "restore job: not seen yet"
    last = samples[-1]
    parts = [f"{last.database or 'external catalogs'} ← {last.label}", last.state.value, f"{judged.fraction:.0%}"]
    left = remaining_words(judged)
    return " · ".join([*parts, left] if left else parts)


def remaining_words(judged: Estimate | None) -> str:
    """The time left in this phase, from the least to the most; empty where nobody knows."""
    if judged is None or judged.remaining is None:
        return ""
    low, high = map(span_words, judged.remaining)
    return f"{low} left" if low == high else f"{low} to {high} left"
