"""Forgetting what is old; on each kind of database."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from samples import START, sample

from starrocks_restore_kernel.history import Event, EventKind, History, Outcome, Submission

DAY = timedelta(days=1)
SENT = Submission("s", START, "a:1", "shop", "vault", "snap", "t", "RESTORE", "print", outcome=Outcome.FINISHED)
EVENT = Event(START, EventKind.END, "a:1", "shop", "snap", "t", "it ended")
CREATED = "2026-01-02 10:00:00"


def keep(history: History, database: str, state: str, days: float = 0, cluster: str = "a:1") -> None:
    """A job with two samples, the last so many days after the start."""
    for change in ({"Status": "[OK]"}, {"State": state}):
        after = (days * DAY).total_seconds() if "State" in change else 0
        history.keep(cluster, sample("PENDING", after=after, DbName=database, Timestamp="t", **change))


def databases(history: History) -> set[str]:
    """Of what is left."""
    return {each.database for each in history.jobs()}


def test_whole_jobs_that_ended_are_forgotten(history: History) -> None:
    """Not one that ran on after the time, nor one that may run; one whose timeout of a day has passed has ended."""
    keep(history, "finished", "FINISHED")
    keep(history, "cancelled", "CANCELLED")
    keep(history, "later", "FINISHED", days=3)
    keep(history, "elsewhere", "FINISHED", cluster="b:1")
    keep(history, "overdue", "DOWNLOADING")
    keep(history, "running", "DOWNLOADING", days=1.5)

    assert 2 + 1 == history.prune(START + 2 * DAY, cluster="a:1")
    assert {"later", "elsewhere", "running"} == databases(history) == {each.database for each in history.samples()}
    assert 0 == history.prune(START + 2 * DAY, cluster="a:1")
    assert 1 == history.prune(START + 2 * DAY)


def test_a_submission_goes_with_its_job(history: History) -> None:
    """And its events with it; a refused one, which has no job, by its own age."""
    keep(history, "shop", "FINISHED", days=1)
    history.begin(replace(SENT, created=CREATED))
    history.begin(replace(SENT, id="refused", outcome=Outcome.REFUSED))
    history.record(replace(EVENT, submission="s"))
    history.record(replace(EVENT, submission="refused"))
    history.record(EVENT)

    assert 0 == history.prune(START + DAY / 2)
    assert ["s"] == [each.id for each in history.submissions()]
    assert {"s", None} == {each.submission for each in history.events()}

    assert 1 == history.prune(START + 2 * DAY)
    assert () == history.submissions() == history.events()


def test_an_open_submission_keeps_its_job(history: History) -> None:
    """Nobody knows yet what became of it, however old it is; once settled it goes."""
    keep(history, "shop", "FINISHED")
    history.begin(replace(SENT, outcome=Outcome.SENDING))
    history.settle("s", Outcome.SENT, created=CREATED)
    history.record(replace(EVENT, submission="s"))

    assert 0 == history.prune(START + 99 * DAY)
    assert ({"shop"}, 1, 1) == (databases(history), len(history.submissions()), len(history.events()))

    history.settle("s", Outcome.FINISHED)
    assert 1 == history.prune(START + 99 * DAY)
    assert () == history.jobs() == history.submissions() == history.events()


@pytest.mark.parametrize("old", [False, True])
def test_a_file_is_small_again(tmp_path: Path, old: bool) -> None:
    """More jobs than one batch; the log beside it too; also a file that was made before it was a history."""
    place = tmp_path / "history.sqlite"
    if old:
        connection = sqlite3.connect(place)
        connection.execute("CREATE TABLE other (x)")
        connection.close()
    history = History(f"sqlite:///{place}")
    errors = "".join(map(chr, range(300, 700)))
    for number in range(450):
        history.keep("a:1", sample("FINISHED", DbName=f"d{number}", TaskErrMsg=errors))
    history.close()
    before = place.stat().st_size

    assert 450 == history.prune(START + DAY)
    assert place.stat().st_size < before / 4
    assert 0 == Path(f"{place}-wal").stat().st_size
    history.close()
