"""The daemon: backends work every second of the FE clock, jobs step every third (BackupHandler.java, constructor)."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .frontend import Frontend

__all__ = ["DAEMON_PERIOD", "Daemon"]

DAEMON_PERIOD = 3
"""Seconds between two rounds of the backup handler (BackupHandler.java, constructor)."""

_SHORTEST = 0.005
"""Seconds of the wall between two wake-ups: a faster clock lets several of its seconds pass in one."""

_LONGEST = 0.25
"""Likewise: how soon a slow or a paused clock is looked at again, should its speed have changed."""

_LATE = 4
"""How many wake-ups' worth of seconds are made up for; a daemon that is later than that lets the rest go, as a server's
waits out its whole interval after a round, however long that took (Daemon.java, run)."""


class Daemon:
    """Counts the seconds of one frontend's clock, and does what is due in each.

    Two may ask for it: a thread that follows the clock, in :meth:`follow`, and whoever moves the clock by hand, in
    :meth:`step`. Each second is counted once.

    Parameters
    ----------
    wall
        The wall's clock, by which it is told how long a wake-up took.
    """

    def __init__(self, frontend: Frontend, wall: Callable[[], float] = time.monotonic) -> None:
        self.frontend = frontend
        self._wall = wall
        self._counting = threading.RLock()
        self._counted = frontend.clock.now()
        self._count = 0

    def step(self, seconds: int) -> None:
        """Move the clock by hand, and do what each second asks for; a round that fails says so here."""
        with self._counting:
            for _ in range(seconds):
                self.frontend.clock.advance(1)
                self._counted += 1
                self._second()

    def follow(self, stopping: threading.Event) -> None:
        """Do what is due as the clock runs, until the end.

        A round that fails is followed by the next one, as on a server; it is said once.
        """
        said = ""
        pause = self._pause(0)
        while not stopping.wait(pause):
            started = self._wall()
            try:
                self._catch_up(stopping)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round comes
                if repr(error) != said:
                    said = repr(error)
                    logging.getLogger(__name__).warning("a round of the backup handler failed: %s", said)
            pause = self._pause(self._wall() - started)

    def _pause(self, took: float) -> float:
        # Rests as long as it has worked, so that at the highest speeds statements get their turn.
        speed = getattr(self.frontend.clock, "speed", 1.0)
        return min(max(1 / speed, _SHORTEST, took), _LONGEST)

    def _catch_up(self, stopping: threading.Event) -> None:
        with self._counting:
            now = self.frontend.clock.now()
            speed = getattr(self.frontend.clock, "speed", 1.0)
            most = max(int(speed * _SHORTEST) * _LATE, _LATE)
            due = int(now - self._counted)
            if due > most:
                self._counted += due - most
                due = most
            while due and not stopping.is_set():
                # Counted first: a round that fails is not made again.
                if due >= DAEMON_PERIOD and self._count % DAEMON_PERIOD == 0:
                    self._counted += DAEMON_PERIOD
                    self._count += DAEMON_PERIOD
                    due -= DAEMON_PERIOD
                    self.frontend.tick()
                else:
                    self._counted += 1
                    due -= 1
                    self._second()

    def _second(self) -> None:
        self._count += 1
        self.frontend.work(1)
        if self._count % DAEMON_PERIOD == 0:
            self.frontend.handle_jobs()
