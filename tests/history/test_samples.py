"""Looks at jobs, kept and read again; on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import START, sample

from starrocks_restore_kernel.cluster import JobSample
from starrocks_restore_kernel.history import History

ODD = "Bestellung 🍏 ' \" \\ % ; é e\u0301 \u202e"


def moment(seconds: float) -> datetime:
    """So long after the first sample."""
    return START + timedelta(seconds=seconds)


def test_equal_looks_in_a_row_are_one_sample(history: History) -> None:
    """It says until when it was so; the job counts the looks."""
    for second in (0, 1, 2):
        history.keep("a:1", sample("DOWNLOADING", 3, after=second))
    history.keep("a:1", sample("DOWNLOADING", 2, after=3))
    history.keep("a:1", sample("DOWNLOADING", 3, after=4))

    first = replace(sample("DOWNLOADING", 3), until=moment(2))
    others = (sample("DOWNLOADING", 2, after=3), sample("DOWNLOADING", 3, after=4))
    assert (first, *others) == history.samples()
    assert 5 == history.jobs()[0].samples


def test_a_job_is_a_line(history: History) -> None:
    """From the first look to the last, with the real id once there is one, and the most tasks that were left."""
    states = [("PENDING", 0, -1), ("SNAPSHOTING", 9, 10231), ("DOWNLOADING", 7, 10231), ("DOWNLOADING", 2, 10231)]
    for second, (state, tasks, job_id) in enumerate(states):
        history.keep("a:1", sample(state, tasks, after=second, JobId=job_id))
    history.keep("a:1", sample("FINISHED", after=9, FinishedTime="2026-01-02 10:00:09", Status="[OK, msg: fine]"))

    (job,) = history.jobs()
    assert ("a:1", "shop", "snap", "2026-01-01-00-00-00-000") == (job.cluster, job.database, job.label, job.timestamp)
    assert ("2026-01-02 10:00:00", "2026-01-02 10:00:09", 10231) == (job.created, job.finished, job.job_id)
    assert ("FINISHED", "[OK, msg: fine]", 5, 7) == (job.state, job.status, job.samples, job.peak_tasks)
    assert (START, moment(9)) == (job.first_seen, job.last_seen)


def test_jobs_are_told_apart_by_what_the_server_tells_them_apart_by(history: History) -> None:
    """Names that differ by case, accent or a blank at the end are others; so is the same snapshot restored again."""
    changes = [
        {},
        {"DbName": "Shop"},
        {"DbName": "shöp"},
        {"Label": "snap "},
        {"Timestamp": "2026-01-01-00-00-00-001"},
        {"CreateTime": "2026-01-03 10:00:00"},
        {"CreateTime": None},
    ]
    for second, change in enumerate(changes):
        history.keep("a:1", sample("PENDING", after=second, **change))
    history.keep("b:1", sample("PENDING", after=99))

    assert 8 == len(history.jobs())
    assert ["shöp"] == [each.database for each in history.samples(database="shöp")]
    assert ["Shop"] == [each.database for each in history.samples(database="Shop")]


def test_the_list_of_jobs_begins_with_that_seen_last(history: History) -> None:
    """Of a cluster or of all, since a time, and so many at most."""
    for second, (cluster, database) in enumerate([("a:1", "x"), ("a:1", "y"), ("b:1", "z")]):
        history.keep(cluster, sample("PENDING", after=second, DbName=database))
    history.keep("a:1", sample("FINISHED", after=9, DbName="x"))

    assert ["x", "z", "y"] == [each.database for each in history.jobs()]
    assert ["x", "y"] == [each.database for each in history.jobs("a:1")]
    assert ["x", "z"] == [each.database for each in history.jobs(since=moment(2))]
    assert ["x"] == [each.database for each in history.jobs(last=1)]
    assert () == history.jobs("c:1")


def test_samples_are_found_by_each_name_and_time(history: History) -> None:
    """Each filter alone, and that one which still held at a time counts as of that time."""
    early = sample("DOWNLOADING", 5, DbName="x")
    for second in (0, 5):
        history.keep("a:1", replace(early, read_at=moment(second)))
    late = sample("FINISHED", after=7, DbName="x")
    other = sample("PENDING", after=3, DbName="y", Label="l", Timestamp="t", CreateTime="c")
    for each in (late, other):
        history.keep("a:1", each)

    held = replace(early, until=moment(5))
    assert (held, other, late) == history.samples("a:1")
    assert (other,) == history.samples(database="y") == history.samples(label="l")
    assert (other,) == history.samples(timestamp="t") == history.samples(created="c")
    assert (held, late) == history.samples(since=moment(5))
    assert (late,) == history.samples(since=moment(6)) == history.samples(last=1)
    assert (held, late) == history.samples(last=2)
    assert () == history.samples(database="x", label="l")


def test_a_look_that_comes_late_does_not_turn_the_job_back(history: History) -> None:
    """Two processes may follow one job; the older look stands where it belongs."""
    end = sample("FINISHED", after=5)
    late = sample("DOWNLOADING", 4, after=3)
    history.keep("a:1", end)
    history.keep("a:1", late)
    history.keep("a:1", replace(end, read_at=moment(6)))

    assert (late, replace(end, until=moment(6))) == history.samples()
    (job,) = history.jobs()
    assert ("FINISHED", moment(3), moment(6), 3, 4) == (
        job.state,
        job.first_seen,
        job.last_seen,
        job.samples,
        job.peak_tasks,
    )


def test_lists_of_tasks_are_kept_where_they_are_short(history: History) -> None:
    """Of as many as there are tablets the number is kept; the texts of errors always, however long."""
    errors = "[10260: " + "no route to host, " * 20_000 + "]"
    short = sample("DOWNLOADING", 3, Progress="[10000: 1/2]", TaskErrMsg=errors)
    long = sample("DOWNLOADING", 100_000, after=1, Progress="[10000: 1/2]", TaskErrMsg=errors)
    history.keep("a:1", short)
    history.keep("a:1", long)

    assert (short, long.slim()) == history.samples()
    assert 100_000 == history.samples(last=1)[0].pending_tasks


def test_any_character_comes_back(history: History) -> None:
    """Quotes, four bytes, marks that combine; and a NUL, which PostgreSQL takes nowhere, only from texts."""
    odd = sample("CANCELLED", DbName=ODD, Label=ODD, RestoreObjs=ODD * 500, TaskErrMsg=f"{ODD}\0", Status=f"[{ODD}\0]")
    history.keep(ODD, odd)

    assert (odd,) == history.samples(ODD, database=ODD, label=ODD)
    assert f"[{ODD}\ufffd]" == history.jobs(ODD)[0].status


@pytest.mark.parametrize("hours", [-11.5, 0, 5.75, 14])
def test_a_time_of_any_zone_is_the_same_moment(history: History, hours: float) -> None:
    """It comes back in UTC, to the microsecond; also from the hour that comes twice in autumn, and before 1970."""
    zone = timezone(timedelta(hours=hours))
    moments = [datetime(1969, 7, 20, 20, 17, 40, 1, zone), datetime(2026, 10, 25, 2, 30, 0, 999_999, zone)]
    for each in moments:
        history.keep("a:1", replace(sample("PENDING", CreateTime=str(each)), read_at=each))

    found = history.samples()
    assert moments == [each.read_at for each in found]
    assert {UTC} == {each.read_at.tzinfo for each in found}
    assert [moments[1]] == [each.read_at for each in history.samples(since=moments[1])]


@given(st.lists(st.tuples(st.sampled_from(["DOWNLOAD", "DOWNLOADING"]), st.integers(0, 2), st.integers(0, 1))))
def test_what_comes_back_is_what_was_kept_without_repetitions(looks: list[tuple[str, int, int]]) -> None:
    """Whatever the order; a job's samples are its own."""
    history = History("sqlite://")
    kept = [sample(state, tasks, after=n, DbName=f"d{of}") for n, (state, tasks, of) in enumerate(looks)]
    for each in kept:
        history.keep("a:1", each)

    for database in {each.database for each in kept}:
        of_job = [each for each in kept if each.database == database]
        assert tuple(folded(of_job)) == history.samples(database=database)
    assert len(looks) == sum(each.samples for each in history.jobs())
    history.close()


def folded(samples: list[JobSample]) -> list[JobSample]:
    """Equal ones in a row as one."""
    groups = [list(each) for _, each in groupby(samples, key=lambda each: replace(each, read_at=START))]
    return [replace(each[0], until=each[-1].read_at if each[1:] else None) for each in groups]
