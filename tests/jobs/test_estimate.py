from hypothesis import given
from hypothesis import strategies as st
from samples import sample

from starrocks_restore_kernel.cluster import JobState
from starrocks_restore_kernel.jobs import Estimate, estimate

ROAD = ["PENDING", "SNAPSHOTING", "DOWNLOAD", "DOWNLOADING", "COMMIT", "COMMITTING", "FINISHED"]


def test_nothing_is_said_without_a_sample() -> None:
    """Unknown is None, not 0."""
    assert estimate([]) is None


def test_vanished_tasks_count_as_done() -> None:
    """The peak of listed tasks is the total."""
    judged = estimate([sample("DOWNLOADING", 8), sample("DOWNLOADING", 2, after=6)])

    assert Estimate(JobState.DOWNLOADING, 0.1 + 0.8 * 6 / 8, 6, 8, (1.0, 3.0)) == judged


def test_no_time_is_told_before_a_task_has_ended() -> None:
    """An extrapolation from nothing would be a lie."""
    judged = estimate([sample("DOWNLOADING", 8), sample("DOWNLOADING", 8, after=6)])

    assert judged is not None
    assert judged.remaining is None


def test_a_cancelled_job_keeps_what_it_had_reached() -> None:
    """It neither falls nor is called complete."""
    judged = estimate([sample("DOWNLOADING", 4), sample("DOWNLOADING", 2), sample("CANCELLED")])

    assert judged is not None
    assert (JobState.CANCELLED, 0.5) == (judged.state, judged.fraction)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=40))
def test_the_fraction_never_falls_and_ends_at_one(steps: list[tuple[int, int]]) -> None:
    """Whatever a poller happens to see of the road, in its order."""
    seen = [sample(ROAD[state], tasks, after=number) for number, (state, tasks) in enumerate(sorted(steps))]
    fractions = [judged.fraction for count in range(1, len(seen) + 1) if (judged := estimate(seen[:count]))]
    finished = estimate([*seen, sample("FINISHED", after=99)])

    assert sorted(fractions) == fractions
    assert all(fraction < 1 for fraction in fractions)
    assert finished is not None
    assert finished.fraction == 1.0
