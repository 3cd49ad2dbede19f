"""The daemon on clocks of every speed, without waiting for any."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

import pytest

from starrocks_restore_kernel.sandbox import FastClock, SteppedClock
from starrocks_restore_kernel.sandbox.daemon import DAEMON_PERIOD, Daemon

if TYPE_CHECKING:
    import threading

    from starrocks_restore_kernel.sandbox import Frontend


class RunningClock(SteppedClock):
    """Runs as :class:`Wakes` says."""

    speed = 1.0


class Rounds:
    """A frontend that writes down what it is asked to do."""

    def __init__(self, clock: SteppedClock | FastClock) -> None:
        self.clock = clock
        self.calls: list[str] = []
        self.fails = False

    def work(self, seconds: int) -> None:
        """Count seconds of work."""
        self.calls.append(f"work {seconds}")

    def handle_jobs(self) -> None:
        """Make a round, or fail."""
        self.calls.append("jobs")
        if self.fails:
            raise RuntimeError("a round that fails")

    def tick(self) -> None:
        """Do both, as a frontend does."""
        self.work(DAEMON_PERIOD)
        self.handle_jobs()

    @property
    def seconds(self) -> int:
        """How many seconds the backends have worked."""
        return sum(int(each.split()[1]) for each in self.calls if each != "jobs")


class Wakes:
    """An event that is never set, whose waits end at once while the clock goes on; the last one is told to stop."""

    def __init__(self, clock: RunningClock, count: int) -> None:
        self.clock = clock
        self.left = count
        self.pauses: list[float] = []

    def wait(self, seconds: float) -> bool:
        """Let the time pass."""
        self.pauses.append(seconds)
        self.clock.advance(seconds * self.clock.speed)
        self.left -= 1
        return self.left < 0

    def is_set(self) -> bool:
        """Say that nobody wants an end."""
        return False


def follow(frontend: Rounds, speed: float, wakes: int) -> Wakes:
    """Let a daemon follow a clock."""
    clock = cast("RunningClock", frontend.clock)
    clock.speed = speed
    event = Wakes(clock, wakes)
    Daemon(cast("Frontend", frontend), wall=lambda: 0.0).follow(cast("threading.Event", event))
    return event


def test_slow_seconds_come_one_by_one() -> None:
    """At the wall's speed: backends each second, jobs each third."""
    frontend = Rounds(RunningClock())
    follow(frontend, 1.0, 4 * 7)
    assert ["work 1", "work 1", "work 1", "jobs", "work 1", "work 1", "work 1", "jobs", "work 1"] == frontend.calls


@pytest.mark.parametrize("speed", [0.5, 3.0, 30.0, 300.0, 1000.0, 10_000.0])
def test_no_second_is_lost_at_any_speed(speed: float) -> None:
    """Every third second has its round, and the thread sleeps between its wake-ups."""
    frontend = Rounds(RunningClock())
    before = frontend.clock.now()
    wakes = follow(frontend, speed, 400)
    passed = frontend.clock.now() - before - wakes.pauses[-1] * speed
    assert abs(passed - frontend.seconds) <= 1
    assert frontend.seconds // DAEMON_PERIOD == frontend.calls.count("jobs")
    assert 0.005 <= min(wakes.pauses)
    assert 0.25 >= max(wakes.pauses)


def test_a_daemon_that_is_late_lets_the_rest_go() -> None:
    """A machine that was asleep for a day does not work through a day."""
    frontend = Rounds(RunningClock())
    clock = cast("RunningClock", frontend.clock)
    clock.speed = 10_000.0
    daemon = Daemon(cast("Frontend", frontend), wall=lambda: 0.0)
    clock.advance(86_400)
    daemon.follow(cast("threading.Event", Wakes(clock, 1)))
    assert 200 == frontend.seconds
    daemon.follow(cast("threading.Event", Wakes(clock, 1)))
    assert abs(200 + 100 - frontend.seconds) <= 1


def test_a_daemon_rests_as_long_as_it_has_worked() -> None:
    """So that statements get their turn; and never longer than a quarter of a second."""
    frontend = Rounds(RunningClock())
    clock = cast("RunningClock", frontend.clock)
    clock.speed = 10_000.0
    walls = iter([0.0, 0.1, 10.0, 19.0])
    wakes = Wakes(clock, 2)
    Daemon(cast("Frontend", frontend), wall=lambda: next(walls)).follow(cast("threading.Event", wakes))
    assert [0.005, 0.1, 0.25] == wakes.pauses


def test_a_failed_round_is_followed_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    """Said once, made once, and it never dies of it."""
    frontend = Rounds(RunningClock())
    frontend.fails = True
    with caplog.at_level(logging.WARNING):
        follow(frontend, 1000.0, 10)
    assert 10 <= frontend.calls.count("jobs")
    assert 1 == sum("a round that fails" in each.getMessage() for each in caplog.records)


def test_steps_are_not_made_again_by_the_thread() -> None:
    """Whoever moved the clock by hand has done what was due."""
    frontend = Rounds(RunningClock())
    daemon = Daemon(cast("Frontend", frontend), wall=lambda: 0.0)
    daemon.step(10)
    assert (10, 3) == (frontend.seconds, frontend.calls.count("jobs"))
    daemon.follow(cast("threading.Event", Wakes(cast("RunningClock", frontend.clock), 4)))
    assert 11 == frontend.seconds


def test_a_step_that_fails_says_so() -> None:
    """To whoever asked for it."""
    frontend = Rounds(SteppedClock())
    frontend.fails = True
    with pytest.raises(RuntimeError, match="a round that fails"):
        Daemon(cast("Frontend", frontend), wall=lambda: 0.0).step(3)


def test_a_paused_clock_has_no_rounds() -> None:
    """And is looked at four times a second."""
    clock: Any = FastClock(10_000.0)
    clock.pause()
    frontend = Rounds(clock)
    event = Wakes(RunningClock(), 5)
    Daemon(cast("Frontend", frontend), wall=lambda: 0.0).follow(cast("threading.Event", event))
    assert [] == frontend.calls


@pytest.mark.parametrize("speed", [0, -1, float("inf"), float("nan")])
def test_impossible_speeds_are_refused(speed: float) -> None:
    """At the start and later."""
    with pytest.raises(ValueError, match="a clock cannot run at speed"):
        FastClock(speed)
    clock = FastClock(2.0)
    with pytest.raises(ValueError, match="a clock cannot run at speed"):
        clock.run_at(speed)
    assert 2.0 == clock.speed


def test_a_clock_does_not_jump_when_its_speed_changes() -> None:
    """It goes on from where it stands."""
    clock = FastClock(0.001)
    clock.pause()
    stood = clock.now()
    clock.run_at(5000.0)
    assert stood == clock.now()
    clock.not_before(stood + 100)
    clock.not_before(stood)
    clock.advance(5)
    assert stood + 105 == clock.now()
    clock.resume()
    assert stood + 105 <= clock.now()
