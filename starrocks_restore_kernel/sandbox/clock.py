"""Where the frontend reads the time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Protocol

__all__ = ["Clock", "FastClock", "SteppedClock", "backup_timestamp", "time_text"]


class Clock(Protocol):
    """What the frontend asks for the time."""

    def now(self) -> float:
        """Seconds since the epoch, on the frontend's own clock."""
        ...

    def not_before(self, seconds: float) -> None:
        """Go on from a time that was read before, if it lies ahead."""
        ...

    def wall(self, seconds: float) -> float:
        """How long somebody waits on the wall clock who waits so many seconds here."""
        ...

    def advance(self, seconds: float) -> None:
        """Move the hands."""
        ...


class FastClock:
    """A clock that starts at the present and runs ``speed`` times as fast as the wall.

    Any thread may read it, and any may change how it runs.

    Parameters
    ----------
    speed
        FE seconds per second of the wall.

    Raises
    ------
    ValueError
        If the speed is not above zero.
    """

    def __init__(self, speed: float = 1.0) -> None:
        # What changes together is one value, so that a reader never sees half of a change.
        self._pace = _Pace(time.time(), time.monotonic(), _possible(speed))
        self._changing = threading.Lock()

    @property
    def speed(self) -> float:
        """FE seconds per second of the wall, while it is not paused."""
        return self._pace.speed

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return self._pace.paused

    def wall(self, seconds: float) -> float:
        """How long somebody waits on the wall clock who waits so many seconds here."""
        return seconds / self.speed

    def now(self) -> float:
        """Seconds since the epoch on this clock."""
        return self._pace.at(time.monotonic())

    def not_before(self, seconds: float) -> None:
        """Go on from a time that was read before, if it lies ahead: a fast clock that is started again is behind."""
        self._change(forward_to=seconds)

    def advance(self, seconds: float) -> None:
        """Move the hands; nothing else happens, see ``Frontend.daemon``."""
        self._change(forward_by=seconds)

    def run_at(self, speed: float) -> None:
        """Run at another speed from now on; a clock that is paused stays so."""
        self._change(speed=_possible(speed))

    def pause(self) -> None:
        """Stand still; it can still be advanced."""
        self._change(paused=True)

    def resume(self) -> None:
        """Run again, from where it stood."""
        self._change(paused=False)

    def _change(
        self, *, forward_by: float = 0, forward_to: float = 0, speed: float | None = None, paused: bool | None = None
    ) -> None:
        with self._changing:
            old, wall = self._pace, time.monotonic()
            self._pace = _Pace(
                max(old.at(wall) + forward_by, forward_to),
                wall,
                old.speed if speed is None else speed,
                old.paused if paused is None else paused,
            )


@dataclass(frozen=True, slots=True)
class _Pace:
    """The time that a clock showed at a moment of the wall, and how it has run since."""

    epoch: float
    origin: float
    speed: float
    paused: bool = False

    def at(self, wall: float) -> float:
        return self.epoch if self.paused else self.epoch + (wall - self.origin) * self.speed


def _possible(speed: float) -> float:
    if not 0 < speed < float("inf"):
        raise ValueError(f"a clock cannot run at speed {speed:g}")
    return speed


class SteppedClock:
    """A clock for tests: it stands still until it is advanced."""

    def __init__(self, start: float = 1_735_812_000.0) -> None:
        self._now = start

    def now(self) -> float:
        """Seconds since the epoch, as set."""
        return self._now

    def not_before(self, seconds: float) -> None:
        """Go on from a time that was read before, if it lies ahead."""
        self._now = max(self._now, seconds)

    def wall(self, seconds: float) -> float:
        """Nobody waits for a clock that stands still."""
        del seconds
        return 0.0

    def advance(self, seconds: float) -> None:
        """Move the hands; nothing else happens, see ``Frontend.run``."""
        self._now += seconds


def time_text(seconds: float | None, zone: tzinfo = UTC) -> str | None:
    """``yyyy-MM-dd HH:mm:ss``, or None for a time not set (TimeUtils.java, longToTimeString).

    The zone is that of the session; what no session asks for is in the frontend's own.
    """
    return None if seconds is None else datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M:%S")


def backup_timestamp(seconds: float, zone: tzinfo = UTC) -> str:
    """``yyyy-MM-dd-HH-mm-ss-SSS``, the name a snapshot's time has in the repository (BackupJob.java).

    The zone is the frontend's own, whatever a session says.

    Examples
    --------
    >>> backup_timestamp(1735812001.5)
    '2025-01-02-10-00-01-500'
    """
    moment = datetime.fromtimestamp(seconds, zone)
    return f"{moment:%Y-%m-%d-%H-%M-%S}-{moment.microsecond // 1000:03d}"
