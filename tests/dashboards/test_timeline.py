import pytest
from samples import sample

from starrocks_restore_kernel.dashboards.timeline import Phase, phases, progress, span_words, thin
from starrocks_restore_kernel.jobs.estimate import estimate

WHOLE = (
    sample("PENDING"),
    sample("SNAPSHOTING", 4, after=2),
    sample("DOWNLOAD", after=5),
    sample("DOWNLOADING", 10, after=6),
    sample("DOWNLOADING", 5, after=16),
    sample("COMMIT", after=26),
    sample("COMMITTING", 4, after=27),
    sample("FINISHED", after=30),
)


def test_phases_join_the_states_that_belong_together() -> None:
    """DOWNLOAD and DOWNLOADING are one phase, and each lasts until the next is seen."""
    expected = (
        Phase("PENDING", 0, 2, open=False),
        Phase("SNAPSHOTING", 2, 5, open=False),
        Phase("DOWNLOADING", 5, 26, open=False),
        Phase("COMMITTING", 26, 30, open=False),
    )
    assert expected == phases(WHOLE)


def test_a_running_phase_is_open() -> None:
    """Its length is what was seen so far."""
    assert phases(WHOLE[:5])[-1] == Phase("DOWNLOADING", 5, 16, open=True)


def test_what_was_missed_is_not_made_up() -> None:
    """A follower that came late, or slept, shows the phases it saw."""
    seen = (sample("DOWNLOADING", 3), sample("FINISHED", after=9))
    assert phases(seen) == (Phase("DOWNLOADING", 0, 9, open=False),)
    assert phases((sample("FINISHED"),)) == ()
    assert phases(()) == ()


def test_a_clock_that_is_set_back_does_not_turn_time_around() -> None:
    """Lengths are never negative."""
    seen = (sample("PENDING"), sample("SNAPSHOTING", 1, after=5), sample("DOWNLOADING", 1, after=-100))
    assert [5, 0, 0] == [each.seconds for each in phases(seen)]


def test_the_percentage_never_falls() -> None:
    """Tasks are counted anew in each phase; the whole only grows, to 100 at the end."""
    percents = [each.percent for each in progress(WHOLE, 100)]
    assert sorted(percents) == percents
    assert percents[-1] == 100
    assert all(percent < 100 for percent in percents[:-1])


def test_many_samples_are_thinned_without_losing_a_change() -> None:
    """The edges of every state stay, and so the estimate at the end is the one of all samples."""
    downloading = [sample("DOWNLOADING", 1_000 - number, after=6 + number) for number in range(1_000)]
    samples = (*WHOLE[:3], *downloading, sample("COMMIT", after=1_010), sample("FINISHED", after=1_011))
    kept = thin(samples, 150)
    assert 150 >= len(kept) > 100
    assert {each.state for each in samples} == {each.state for each in kept}
    assert downloading[0] in kept
    until = samples[:-2]
    assert estimate(until).fraction * 100 == pytest.approx(progress(until, 150)[-1].percent)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under 1 s"), (1, "1 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3_599.7, "1 h"), (7_260, "2 h 1 min")],
)
def test_lengths_read_as_a_person_says_them(seconds: float, words: str) -> None:
    """Rounding never gives 60 s or 60 min."""
    assert words == span_words(seconds)
