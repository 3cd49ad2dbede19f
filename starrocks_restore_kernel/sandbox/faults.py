"""Trouble to order: what goes wrong on a real cluster, when a test or a drill asks for it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

__all__ = ["Fault", "FaultKind", "Faults"]


class FaultKind(Enum):
    """What can go wrong, and what ``target`` names in each."""

    UPLOAD_FAILS = "upload_fails"
    """A backend cannot write a tablet; the target is the backend's host."""
    DOWNLOAD_FAILS = "download_fails"
    """A backend cannot read a tablet; the target is the backend's host."""
    MD5_MISMATCH = "md5_mismatch"
    """A downloaded file is not what its name says; the target is the backend's host."""
    SNAPSHOT_FAILS = "snapshot_fails"
    """A backend cannot link a tablet's files; the target is the backend's host."""
    MOVE_FAILS = "move_fails"
    """A backend cannot move a downloaded tablet in place; the target is the backend's host."""
    CREATE_REPLICA_FAILS = "create_replica_fails"
    """A backend does not make new replicas in time; the target is the backend's host."""
    REPOSITORY_UNREACHABLE = "repository_unreachable"
    """The storage does not answer; the target is the repository's name."""
    HANG = "hang"
    """Nothing is answered for ``seconds`` of the wall clock; the target is the statement's beginning."""
    CUT = "cut"
    """The connection is lost in the middle of the answer; the target is the statement's beginning."""
    READ_RACE = "read_race"
    """A job changes while SHOW RESTORE or SHOW BACKUP prints it; the target is the database."""


@dataclass(slots=True)
class Fault:
    """One trouble, and how often it strikes.

    Parameters
    ----------
    target
        A pattern as of a shell; what it is held against depends on the kind.
    times
        How often it strikes; None until it is cleared.
    text
        The message in the place of the usual one.
    seconds
        How long it hangs.
    """

    kind: FaultKind
    target: str = "*"
    times: int | None = None
    text: str = ""
    seconds: float = 0.0


class Faults:
    """The faults of one sandbox; any thread may order and strike."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let it strike from now on."""
        with self._lock:
            self._ordered.append(fault)

    def clear(self) -> None:
        """Let nothing strike any more."""
        with self._lock:
            self._ordered.clear()

    def ordered(self) -> list[Fault]:
        """List what can still strike."""
        with self._lock:
            return list(self._ordered)

    def strike(self, kind: FaultKind, target: str) -> Fault | None:
        """Ask whether something goes wrong here and now; each yes counts."""
        with self._lock:
            found = next((each for each in self._ordered if _fits(each, kind, target)), None)
            if found is not None and found.times is not None:
                found.times -= 1
                if found.times <= 0:
                    self._ordered.remove(found)
            return found


def _fits(fault: Fault, kind: FaultKind, target: str) -> bool:
    return fault.kind is kind and fnmatchcase(target.lower(), fault.target.lower())
