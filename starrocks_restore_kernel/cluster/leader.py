"""The frontend that runs the jobs, found again when another one leads.

SHOW RESTORE is answered by the frontend that is asked, and a follower knows only what was journaled: no tasks, and not
all states (RedirectStatus.java; RestoreJob.java, getInfo). So jobs are read from the leader, on an own connection,
whose session is in UTC: times of different sessions then compare.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from ..errors import ConnectionFailed, RestoreError, ServerError
from . import reading
from .address import Address
from .frontend import Frontend, open_frontend
from .job_sample import JobSample
from .question import Question
from .values import FrontendNode

__all__ = ["Leader"]

_CONNECT = 3
_READ = 60
_RECHECK = 30.0
"""Seconds after which it is asked again who leads."""
_SINGLY = 4
"""Databases that are asked for one by one; beyond, one SHOW RESTORE of all is less."""
_NO_DATABASE = "Unknown database"
"""ERR_BAD_DB_ERROR (ErrorCode.java), whose number differs from release to release."""


class Open(Protocol):
    """`open_frontend`, or what a test passes in its place."""

    def __call__(
        self, address: Address, *, connect_timeout: int = ..., read_timeout: int = ..., utc: bool = ...
    ) -> Frontend:
        """Connect."""
        ...


class Leader:
    """Reads jobs from the frontend that leads, as far as it can be found and reached.

    Connects when it is first asked, and again after the connection was lost. Safe to use from several threads.

    Parameters
    ----------
    address
        Any frontend of the cluster, or a proxy before them.
    open_
        Connects; `open_frontend` unless a test passes another.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, address: Address, *, open_: Open = open_frontend, clock: Callable[[], float] = time.monotonic
    ) -> None:
        # Without the database: it may be dropped, and its jobs are asked for by name.
        self.address = replace(address, database=None)
        self._open = open_
        self._clock = clock
        self._lock = threading.Lock()
        self._frontend: Frontend | None = None
        self._leads: bool | None = None
        self._checked = 0.0

    @property
    def leads(self) -> bool | None:
        """Whether the rows come from the leader; None where that may not be seen, or nothing was read yet."""
        return self._leads

    @property
    def place(self) -> str:
        """``host:port`` of the frontend that is read."""
        return self.address.place if self._frontend is None else self._frontend.address.place

    def restore_jobs(self, databases: Collection[str] | None = None) -> tuple[JobSample, ...]:
        """SHOW RESTORE as the leader answers it.

        Parameters
        ----------
        databases
            Those whose jobs are wanted, an empty name for external catalogs; None for all. A database that does not
            exist has no job.

        Raises
        ------
        ConnectionFailed
            If no frontend answers; the next call connects anew.
        ServerError
            If the server refuses.
        """
        frontend = self._connected()
        named = sorted(each for each in databases or () if each)
        try:
            if databases is None or len(named) > _SINGLY or len(named) < len(databases):
                return frontend.restore_jobs()
            return self._of(frontend, named)
        except ConnectionFailed:
            self._take(frontend, None)
            raise

    def close(self) -> None:
        """Hang up; a later question connects again."""
        self._take(self._frontend, None)

    # -- where it is

    @staticmethod
    def _of(frontend: Frontend, databases: list[str]) -> tuple[JobSample, ...]:
        questions: list[Question[tuple[JobSample, ...]]] = [
            reading.restore_jobs(each, frontend.now) for each in databases
        ]
        found: list[JobSample] = []
        for database, answer in zip(databases, frontend.ask_all(questions), strict=True):
            if not isinstance(answer, ServerError):
                # The job of external catalogs is among the rows of every database.
                found += [each for each in answer if each.database == database]
            elif _NO_DATABASE not in answer.message:
                raise answer
        return tuple(found)

    def _connected(self) -> Frontend:
        """What is read now. Nothing is locked while the network is asked: two who find it lost at once both look."""
        known = self._frontend
        due = self._clock() - self._checked >= _RECHECK
        if known is not None and not (due and self._leads is not None and not self._still_leads(known)):
            return known
        found, self._leads = self._find()
        return self._take(known, found) or found

    def _take(self, known: Frontend | None, found: Frontend | None) -> Frontend | None:
        """Put a connection in the place of another, unless somebody was faster; what is not used is closed."""
        with self._lock:
            faster = self._frontend is not known
            if not faster:
                self._frontend = found
            current = self._frontend
        loser = found if faster else known
        if loser is not None and loser is not current:
            loser.close()
        return current

    def _still_leads(self, frontend: Frontend) -> bool:
        """Whether to stay; a frontend that has gone is found out by the question that follows."""
        self._checked = self._clock()
        try:
            node = _leading(frontend.ask(reading.frontends()))
        except RestoreError:
            return True
        return node is None or _same(frontend.address, node)

    def _find(self) -> tuple[Frontend, bool | None]:
        """Connect to the leader, or to what can be reached; and whether that one leads."""
        self._checked = self._clock()
        home = self._open(self.address, connect_timeout=_CONNECT, read_timeout=_READ, utc=True)
        try:
            node = _leading(home.ask(reading.frontends()))
        except ServerError:
            # SHOW FRONTENDS needs OPERATE or NODE: without, what answers is read.
            return home, None
        except ConnectionFailed:
            home.close()
            raise
        if node is None or node.query_port is None:
            return home, None
        if _same(self.address, node):
            return home, True
        place = self.address.at(node.host, node.query_port)
        try:
            leader = self._open(place, connect_timeout=_CONNECT, read_timeout=_READ, utc=True)
        except ConnectionFailed:
            # Its address is the one inside the cluster, which need not be reachable from here.
            return home, False
        home.close()
        return leader, True


def _leading(nodes: tuple[FrontendNode, ...]) -> FrontendNode | None:
    return next((each for each in nodes if each.role == "LEADER" and each.alive), None)


def _same(address: Address, node: FrontendNode) -> bool:
    if address.port != node.query_port:
        return False
    if address.host == node.host:
        return True
    with suppress(OSError):
        return node.host in {str(each[4][0]) for each in socket.getaddrinfo(address.host, None)}
    return False
