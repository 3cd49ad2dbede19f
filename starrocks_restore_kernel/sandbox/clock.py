"""Where the frontend reads the time."""

from __future__ import annotations

import time
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


class FastClock:
    """A clock that starts at the present and runs ``speed`` times as fast as the wall.

    Parameters
    ----------
    speed
        FE seconds per second of the wall.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"a clock cannot run at speed {speed}")
        self.speed = speed
        self._epoch = time.time()
        self._origin = time.monotonic()

    def not_before(self, seconds: float) -> None:
        """Go on from a time that was read before, if it lies ahead: a fast clock that is started again is behind."""
        self._epoch += max(seconds - self.now(), 0)

    def wall(self, seconds: float) -> float:
        """How long somebody waits on the wall clock who waits so many seconds here."""
        return seconds / self.speed

    def now(self) -> float:
        """Seconds since the epoch on this clock."""
        return self._epoch + (time.monotonic() - self._origin) * self.speed


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
        """Move the hands; nothing else happens, see ``Frontend.tick``."""
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
