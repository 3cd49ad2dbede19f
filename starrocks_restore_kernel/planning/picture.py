"""The part of the facts that changes slowly, kept for some seconds: the cluster, and what its user may do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..cluster import Frontend, Grants, Session, reading
from ..cluster.grants import PUBLIC, Grant
from ..errors import ServerError
from .facts import ClusterFacts, Unknown, UserFacts
from .ledger import Ledger

__all__ = ["Picture", "Standing"]

_KEPT = 10.0
_MOST_ROLES = 64
"""The server's own limit of roles a user (privilege_max_total_roles_per_user in Config.java)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The slow facts of one look."""

    cluster: ClusterFacts
    user: UserFacts
    unknown: tuple[Unknown, ...] = ()


class Picture:
    """Reads the slow facts, and gives the same again until they are too old.

    Jobs and the objects of a database are never in it: they are read anew for each plan.

    Parameters
    ----------
    keep
        Seconds for which what was read stands; 0 reads each time.
    clock
        Seconds that only go forward.
    """

    def __init__(self, frontend: Frontend, *, keep: float = _KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._frontend = frontend
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._standing: Standing | None = None
        self._read_at = 0.0

    def look(self) -> Standing:
        """What stands now.

        Raises
        ------
        ConnectionFailed
            If the frontend is gone; what was read before is not given in its place.
        """
        with self._lock:
            if self._standing is None or self._clock() - self._read_at >= self._keep:
                self._standing = None
                self._standing = read_standing(self._frontend)
                self._read_at = self._clock()
            return self._standing

    def refresh(self) -> None:
        """Forget, so that the next look reads."""
        with self._lock:
            self._standing = None


def read_standing(frontend: Frontend) -> Standing:
    """Read the slow facts: two round trips, and one more for each level of roles within roles.

    What everybody may ask comes first, as a refusal makes what is behind it slower to ask.
    """
    ledger = Ledger()
    asked = (reading.session(), reading.grants(), reading.frontends(), reading.backends(), reading.configuration())
    session, granted, frontends, backends, configuration = frontend.ask_all(asked)
    session = ledger.known("user.session", asked[0].what, session)
    granted = ledger.known("user.grants", asked[1].what, granted)
    grants = None
    if granted is not None and session is not None:
        roles, direct = granted
        grants = _with_roles(frontend, session, roles, direct, ledger)
    elif granted is not None:
        ledger.note("user.grants", asked[1].what, "which roles are active is not known")
    cluster = ClusterFacts(
        ledger.known("cluster.frontends", asked[2].what, frontends),
        ledger.known("cluster.backends", asked[3].what, backends),
        ledger.known("cluster.configuration", asked[4].what, configuration),
    )
    return Standing(cluster, UserFacts(session, grants), ledger.unknown)


def _with_roles(
    frontend: Frontend, session: Session, roles: tuple[str, ...], direct: tuple[Grant, ...], ledger: Ledger
) -> Grants:
    """Add what the active roles were granted, and the roles that these were granted (AuthorizationMgr.java)."""
    found = list(direct)
    unread: list[str] = []
    active: list[str] = []
    level = list(session.roles)
    asked = [*level, PUBLIC] if PUBLIC not in level else level
    while asked and len(active) <= _MOST_ROLES:
        active += level
        questions = [reading.grants(role) for role in asked]
        level = []
        for role, question, answer in zip(asked, questions, frontend.ask_all(questions), strict=True):
            if isinstance(answer, ServerError):
                unread.append(role)
                if role != PUBLIC:
                    ledger.known("user.grants", question.what, answer)
                continue
            parents, grants = answer
            found += grants
            level += [each for each in parents if each not in active and each not in level]
        asked = level
    inactive = tuple(each for each in roles if each not in active)
    return Grants(session.user, tuple(active), inactive, tuple(found), tuple(unread))
