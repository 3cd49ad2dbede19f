"""What is asked often finds its rows by an index: SQLite says how it would look for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from samples import START, sample

from starrocks_restore_kernel.history import Event, EventKind, History, Outcome, Submission

SENT = Submission("s", START, "a:1", "shop", "vault", "snap", "t", "RESTORE", "print")


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """One of each."""
    made = History(f"sqlite:///{tmp_path / 'history.sqlite'}")
    made.keep("a:1", sample("PENDING"))
    made.begin(SENT)
    made.record(Event(START, EventKind.PLAN, "a:1", "shop", "snap", "t", "a plan"))
    yield made
    made.close()


ASKED: dict[str, Callable[[History], Any]] = {
    "a new sample": lambda history: history.keep("a:1", sample("DOWNLOADING", 1, after=1)),
    "a sample again": lambda history: history.keep("a:1", sample("PENDING", after=1)),
    "the list of jobs": lambda history: history.jobs("a:1", last=200),
    "one job's samples": lambda history: history.samples("a:1", database="shop", label="snap"),
    "the last samples": lambda history: history.samples("a:1", last=200),
    "a cluster's events": lambda history: history.events("a:1", last=200),
    "a submission's events": lambda history: history.events(submission="s"),
    "the submissions": lambda history: history.submissions("a:1", last=200),
    "equal submissions": lambda history: history.submissions(fingerprint="print"),
    "an end": lambda history: history.settle("s", Outcome.FINISHED, created="c"),
    "a queue": lambda history: history.queue_items("night"),
    "a claim": lambda history: history.claim("night", "one", "p"),
}


@pytest.mark.parametrize("what", ASKED)
def test_no_table_is_read_from_end_to_end(history: History, what: str) -> None:
    """Neither to find rows nor, among those of a cluster, to sort them by time."""
    asked: list[tuple[str, Any]] = []
    engine = history._database._engine
    sa.event.listen(engine, "before_cursor_execute", lambda _, __, text, values, *___: asked.append((text, values)))
    ASKED[what](history)

    plans = []
    with engine.connect() as connection:
        for text, values in [each for each in asked if each[0].startswith(("SELECT", "UPDATE"))]:
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            plans += [row[-1] for row in found]
    assert any(plan.startswith("SEARCH") for plan in plans)
    assert [] == [plan for plan in plans if plan.startswith("SCAN") and "anon" not in plan]


def test_the_list_of_jobs_is_not_sorted(history: History) -> None:
    """It is read from the index in the order that it is shown in."""
    with history._database._engine.connect() as connection:
        text = "EXPLAIN QUERY PLAN SELECT * FROM job WHERE cluster = 'a' ORDER BY last_seen DESC, id DESC LIMIT 200"
        plan = [row[-1] for row in connection.exec_driver_sql(text)]
    assert ["SEARCH job USING INDEX job_of_cluster (cluster=?)"] == plan
