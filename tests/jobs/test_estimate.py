from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import START, sample

from starrocks_restore_kernel.cluster import JobSample, JobState
from starrocks_restore_kernel.jobs import Estimate, PhaseEstimate, Tally, estimate

ROAD = ["PENDING", "SNAPSHOTING", "DOWNLOAD", "DOWNLOADING", "COMMIT", "COMMITTING", "FINISHED"]
LOOKS = st.builds(
    sample,
    st.sampled_from([*ROAD, "CANCELLED"]),
    st.integers(0, 9),
    after=st.floats(-10_000, 10_000, allow_nan=False),
    Progress=st.sampled_from(["", "[10000: 3/7]", "[10000: 0/1], [10001: 9/0]", "[10000: 9/7], [1: 5/5]"]),
)


def judged(*samples: JobSample) -> Estimate:
    """The estimate of some samples, which there is."""
    found = estimate(samples)
    assert found is not None
    return found


def falling(tasks: int, *, every: float, until: int = 0) -> list[JobSample]:
    """A download of which a task ends from time to time."""
    return [
        sample("DOWNLOADING", left, after=every * number) for number, left in enumerate(range(tasks, until - 1, -1))
    ]


def test_nothing_is_said_without_a_sample() -> None:
    """Unknown is None, not 0."""
    assert estimate([]) is None


def test_vanished_tasks_count_as_done() -> None:
    """The peak of listed tasks is the total; what has ended tells the rate."""
    found = judged(sample("DOWNLOADING", 8), sample("DOWNLOADING", 2, after=6))

    assert (
        Estimate(
            JobState.DOWNLOADING,
            0.1 + 0.8 * 6 / 8,
            6,
            8,
            (1.0, 3.0),
            "downloading",
            1.0,
            (PhaseEstimate("downloading", 6, 8, 6.0),),
        )
        == found
    )


def test_no_time_is_told_before_a_task_has_ended() -> None:
    """An extrapolation from nothing would be a lie."""
    found = judged(sample("DOWNLOADING", 8), sample("DOWNLOADING", 8, after=6))

    assert (None, None) == (found.remaining, found.rate)


def test_a_cancelled_job_keeps_what_it_had_reached() -> None:
    """It neither falls nor is called complete."""
    found = judged(sample("DOWNLOADING", 4), sample("DOWNLOADING", 2), sample("CANCELLED"))

    assert (JobState.CANCELLED, 0.5) == (found.state, found.fraction)
    assert (PhaseEstimate("downloading", 2, 4, 0.0),) == found.phases


def test_each_phase_has_its_tasks_and_its_time() -> None:
    """A phase that was left is complete, though nobody saw its last task end; time runs to the next look."""
    found = judged(
        sample("PENDING"),
        sample("SNAPSHOTING", 4, after=3),
        sample("DOWNLOADING", 4, after=6),
        sample("DOWNLOADING", 1, after=60),
        sample("COMMIT", after=63),
        sample("COMMITTING", 4, after=66),
        sample("FINISHED", after=70),
    )

    assert [
        PhaseEstimate("preparing", None, None, 3.0),
        PhaseEstimate("linking what is there already", 4, 4, 3.0),
        PhaseEstimate("downloading", 4, 4, 57.0),
        PhaseEstimate("moving into place", 4, 4, 7.0),
    ] == list(found.phases)
    assert (1.0, "finished") == (found.fraction, found.phase)


def test_a_task_of_several_tablets_counts_by_its_progress() -> None:
    """With max_download_task_per_be above 0; with one tablet a task the column says nothing."""
    half = sample("DOWNLOADING", 2, Progress="[10000: 5/10], [10001: 0/10]")
    single = sample("DOWNLOADING", 2, Progress="[10000: 0/1], [10001: 0/1]")

    assert pytest.approx(0.1 + 0.8 * 0.25) == judged(half).fraction
    assert 0.1 == judged(single).fraction
    assert (0, 2) == (judged(half).done, judged(half).total)


def test_a_new_leader_holds_the_fraction_and_begins_the_rate_anew() -> None:
    """All tasks are sent again; what was reached before is neither lost nor counted twice."""
    before = falling(8, every=1, until=4)
    again = sample("DOWNLOADING", 8, after=10)

    assert pytest.approx(0.5) == judged(*before).fraction
    found = judged(*before, sample("DOWNLOAD", after=9), again)
    assert (pytest.approx(0.5), 0, 8, None, None) == (
        found.fraction,
        found.done,
        found.total,
        found.rate,
        found.remaining,
    )
    assert 0.5 == judged(*before, sample("DOWNLOAD", after=9), again, sample("DOWNLOADING", 7, after=12)).rate


def test_a_job_that_starts_from_scratch_holds_the_fraction() -> None:
    """A leader that knows of PENDING only begins there."""
    found = judged(sample("SNAPSHOTING", 4), sample("SNAPSHOTING", 1, after=3), sample("PENDING", after=6))

    assert ("preparing", 0.02 + 0.08 * 3 / 4, None) == (found.phase, found.fraction, found.done)


def test_a_follower_in_between_breaks_nothing() -> None:
    """It shows the journaled state without tasks: the count and the rate go on."""
    found = judged(
        sample("DOWNLOADING", 8),
        sample("DOWNLOADING", 6, after=2),
        sample("DOWNLOAD", after=3),
        sample("DOWNLOADING", 4, after=4),
    )

    assert (4, 8, 1.0) == (found.done, found.total, found.rate)


def test_a_stall_widens_the_range_and_then_nothing_is_said() -> None:
    """A minute without a task that ends, or four times the longest pause before."""
    moving = falling(10, every=2, until=5)
    ranges = [judged(*moving, sample("DOWNLOADING", 5, after=10 + idle)).remaining for idle in (0, 20, 50, 61)]

    assert (5.0, 15.0) == ranges[0]
    assert (5.0, 45.0) == ranges[1]
    assert (5.0, 90.0) == ranges[2]
    assert ranges[3] is None
    assert judged(*moving, sample("DOWNLOADING", 5, after=71)).rate is None


def test_a_long_pause_is_usual_where_there_were_others() -> None:
    """Tasks of five minutes each are no stall."""
    slow = falling(10, every=300, until=5)
    waiting = [sample("DOWNLOADING", 5, after=1_500 + idle) for idle in range(60, 1_201, 60)]

    assert judged(*slow, *waiting).remaining is not None
    assert judged(*slow, *waiting, sample("DOWNLOADING", 5, after=2_701)).remaining is None


def test_after_a_long_time_without_a_look_the_rate_begins_anew() -> None:
    """Whether it was slept through or the clock was set forward, nobody can tell."""
    moving = falling(10, every=2, until=5)

    assert judged(*moving, sample("DOWNLOADING", 3, after=1_000)).rate is None


def test_the_rate_is_that_of_late() -> None:
    """Five hundred tasks at one a second, then as long at two a second: half of the time makes the rate."""
    slow = falling(2_000, every=1, until=1_500)
    fast = [sample("DOWNLOADING", 1_500 - 2 * number, after=500 + number) for number in range(1, 501)]
    rate = judged(*slow, *fast).rate

    assert rate is not None
    assert 1.8 < rate <= 2


def test_a_late_sample_is_passed_over() -> None:
    """What was read before the newest says nothing of now."""
    samples = [sample("DOWNLOADING", 8), sample("DOWNLOADING", 2, after=6)]

    assert judged(*samples) == judged(*samples, sample("DOWNLOADING", 5, after=3))


def test_a_clock_that_is_set_back_is_followed() -> None:
    """The rate begins anew, time does not run backwards, and the job goes on."""
    found = judged(
        sample("DOWNLOADING", 8),
        sample("DOWNLOADING", 6, after=2),
        sample("DOWNLOADING", 5, after=-3_600),
        sample("DOWNLOADING", 4, after=-3_599),
    )

    assert (4, 1.0, 3.0) == (found.done, found.rate, found.phases[0].seconds)


def test_nothing_is_taken_after_the_end() -> None:
    """A follower that is behind shows a state of before."""
    end = [sample("COMMITTING", 2), sample("FINISHED", after=3)]

    assert judged(*end) == judged(*end, sample("COMMIT", after=4))


def test_a_stay_that_the_history_made_one_row_of_counts_as_long_as_it_was() -> None:
    """Such a row says until when the same was read."""
    first = sample("DOWNLOADING", 8)
    stayed = JobSample(
        **{name: getattr(first, name) for name in first.__slots__ if name != "until"},
        until=START + timedelta(seconds=9),
    )

    assert 9.0 == judged(stayed).phases[0].seconds
    assert 0.1 == judged(stayed, sample("DOWNLOADING", 7, after=10)).rate


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=40))
def test_the_fraction_never_falls_and_ends_at_one(steps: list[tuple[int, int]]) -> None:
    """Whatever a poller happens to see of the road, in its order."""
    seen = [sample(ROAD[state], tasks, after=number) for number, (state, tasks) in enumerate(sorted(steps))]
    fractions = [found.fraction for count in range(1, len(seen) + 1) if (found := estimate(seen[:count]))]

    assert sorted(fractions) == fractions
    assert all(fraction < 1 for fraction in fractions)
    assert 1.0 == judged(*seen, sample("FINISHED", after=99)).fraction


@given(st.lists(LOOKS, max_size=30))
def test_no_order_and_no_clock_breaks_it(seen: list[JobSample]) -> None:
    """States, tasks and times at random: it never falls, is 1 at FINISHED alone, and remembers a bounded amount."""
    tally = Tally()
    before = 0.0
    for each in seen:
        tally = tally.add(each)
        found = tally.estimate()
        assert found is not None
        assert before <= found.fraction <= 1
        assert (found.fraction == 1) is (found.state is JobState.FINISHED)
        assert all(0 <= (phase.done or 0) <= (phase.total or 0) for phase in found.phases)
        assert found.remaining is None or 0 <= found.remaining[0] <= found.remaining[1]
        assert len(tally.pace.marks) <= 32
        assert len(tally.phases) <= 4
        before = found.fraction
    assert estimate(seen) == tally.estimate()
