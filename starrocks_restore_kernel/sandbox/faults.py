"""Trouble to order: what goes wrong on a real cluster, when a test or a drill asks for it."""

from __future__ import annotations

import shlex
import threading
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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

    Examples
    --------
    >>> Fault.read("download_fails on 127.0.0.1 times 3")
    Fault(kind=<FaultKind.DOWNLOAD_FAILS: 'download_fails'>, target='127.0.0.1', times=3, text='', seconds=0.0)
    """

    kind: FaultKind
    target: str = "*"
    times: int | None = None
    text: str = ""
    seconds: float = 0.0

    @classmethod
    def read(cls, text: str) -> Fault:
        """Read one as a person writes it on a command line.

        Raises
        ------
        UsageProblem
            Where the words are none of those that there are.
        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise UsageProblem(f"the fault {text!r} has {str(error).lower()}", hint=_FORM) from None
        return cls.of(words)

    @classmethod
    def of(cls, words: Sequence[str]) -> Fault:
        """Make one of words, quotes taken off: a kind, then ON, TIMES, TEXT or SECONDS, each with its value.

        Raises
        ------
        UsageProblem
            Where the words are none of those that there are.
        """
        kinds = {each.value: each for each in FaultKind}
        kind = kinds.get(words[0].lower()) if words else None
        if kind is None:
            named = f"no fault {words[0]!r}" if words else "no fault without a kind"
            raise UsageProblem(f"there is {named}", hint=f"write one of {', '.join(kinds)}")
        given: dict[str, str] = {}
        rest = list(words[1:])
        while rest:
            clause = rest.pop(0).upper()
            if clause not in _CLAUSES or clause in given or not rest:
                raise UsageProblem(f"a fault has no {clause!r} here", hint=_FORM)
            given[clause] = rest.pop(0)
        fault = cls(kind)
        for clause, value in given.items():
            name, read = _CLAUSES[clause]
            try:
                setattr(fault, name, read(value))
            except ValueError:
                raise UsageProblem(f"{value!r} is nothing for {clause} of a fault", hint=_FORM) from None
        return fault

    def words(self) -> tuple[str, ...]:
        """Write it as :meth:`of` reads it."""
        times = () if self.times is None else ("TIMES", str(self.times))
        text = ("TEXT", self.text) if self.text else ()
        seconds = ("SECONDS", repr(self.seconds)) if self.seconds else ()
        return (self.kind.value, "ON", self.target, *times, *text, *seconds)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise ValueError(text)
    return int(text)


def _duration(text: str) -> float:
    found = float(text)
    if not 0 <= found <= _LONGEST:
        raise ValueError(text)
    return found


_LONGEST = 86_400
"""A day: to hang for longer is to hang for ever."""

_CLAUSES: dict[str, tuple[str, Callable[[str], object]]] = {
    "ON": ("target", str),
    "TIMES": ("times", _count),
    "TEXT": ("text", str),
    "SECONDS": ("seconds", _duration),
}

_FORM = "write KIND [ON 'pattern'] [TIMES count] [TEXT 'message'] [SECONDS number], such as download_fails TIMES 3"


class Faults:
    """The faults of one sandbox; any thread may order and strike."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Fault] = []
        for each in faults:
            self.order(each)

    def order(self, fault: Fault) -> None:
        """Let it strike from now on; what the caller holds is not counted down."""
        with self._lock:
            self._ordered.append(replace(fault))

    def clear(self) -> None:
        """Let nothing strike any more."""
        with self._lock:
            self._ordered.clear()

    def ordered(self) -> list[Fault]:
        """List what can still strike, as it stands."""
        with self._lock:
            return [replace(each) for each in self._ordered]

    def strike(self, kind: FaultKind, target: str) -> Fault | None:
        """Ask whether something goes wrong here and now; each yes counts.

        Asked at every turn of a job and of the wire, so while nothing is ordered it costs next to nothing.
        """
        if not self._ordered:
            return None
        with self._lock:
            found = next((each for each in self._ordered if _fits(each, kind, target)), None)
            if found is not None and found.times is not None:
                found.times -= 1
                if found.times <= 0:
                    self._ordered.remove(found)
            return found


_OF_STATEMENTS = (FaultKind.HANG, FaultKind.CUT)


def _fits(fault: Fault, kind: FaultKind, target: str) -> bool:
    if fault.kind is not kind:
        return False
    pattern = f"{fault.target}*" if kind in _OF_STATEMENTS else fault.target
    return fnmatchcase(target.lstrip().lower(), pattern.lower())
