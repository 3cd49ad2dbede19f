"""``ADMIN SANDBOX …``: time and trouble to order over the wire. Ours: no StarRocks server knows these statements."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ...errors import UsageProblem
from ..clock import FastClock
from ..faults import Fault
from ..server_errors import syntax
from .results import Done, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model.backends import Backend
    from .reader import Reader
    from .session import Action, Result, Session

__all__ = ["WORDS", "read_sandbox"]

WORDS = {
    "STEP": "STEP seconds",
    "SPEED": "SPEED factor",
    "PAUSE": "PAUSE",
    "RESUME": "RESUME",
    "FAULT": "FAULT kind [ON 'pattern'] [TIMES count] [TEXT 'message'] [SECONDS number]",
    "FAULTS": "FAULTS",
    "CLEAR": "CLEAR",
    "BACKEND": "BACKEND 'host' DEAD | ALIVE | SLOW factor | DISK percent",
    "LEADER": "LEADER CHANGE",
    "RESET": "RESET",
}
"""What may stand behind ADMIN SANDBOX, by its first word."""

_MOST_SECONDS = 7 * 86_400
"""A week at once: whoever wants more asks again."""


def read_sandbox(session: Session, reader: Reader) -> Action:
    """Read what stands behind ADMIN SANDBOX.

    Raises
    ------
    SqlError
        As a syntax error, with all that there is.
    """
    token = reader.peek()
    word = token.text.upper()
    if word not in WORDS:
        what = "nothing stands behind ADMIN SANDBOX" if token.kind == "end" else f"there is no ADMIN SANDBOX {word}"
        near = get_close_matches(word, WORDS, n=1)
        raise _wrong(reader, what, "; ".join(WORDS[each] for each in near or WORDS))
    reader.take()
    action = _READERS[word](session, reader)
    reader.end()
    return action


def _wrong(reader: Reader, what: str, hint: str) -> Exception:
    token = reader.peek()
    line = reader.text.count("\n", 0, token.start) + 1
    return syntax(f"{what}; write {hint}", line, token.start - (reader.text.rfind("\n", 0, token.start) + 1))


def _done(command: Callable[[], object]) -> Action:
    def action() -> Result:
        command()
        return Done()

    return action


def _number(reader: Reader, word: str, least: float, most: float) -> float:
    token = reader.peek()
    if token.kind != "number" or not least <= float(token.text) <= most:
        wanted = f"number from {least:g} to {most:g}"
        what = f"a {wanted} is missing" if token.kind == "end" else f"'{token.text}' is no {wanted}"
        raise _wrong(reader, what, WORDS[word])
    return float(reader.take().text)


# -- time ------------------------------------------------------------------------------------------------------------


def _step(session: Session, reader: Reader) -> Action:
    seconds = int(_number(reader, "STEP", 1, _MOST_SECONDS))
    # Not under the frontend's lock: each round takes it for itself, as the daemon's do.
    return _done(lambda: session.frontend.daemon.step(seconds))


def _speed(session: Session, reader: Reader) -> Action:
    factor = _number(reader, "SPEED", 0.001, 10_000)
    return _done(lambda: _clock(session).run_at(factor))


def _pause(session: Session, _reader: Reader) -> Action:
    return _done(lambda: _clock(session).pause())


def _resume(session: Session, _reader: Reader) -> Action:
    return _done(lambda: _clock(session).resume())


def _clock(session: Session) -> FastClock:
    clock = session.frontend.clock
    if not isinstance(clock, FastClock):
        raise syntax("the clock of this sandbox is moved by hand alone; write ADMIN SANDBOX STEP seconds")
    return clock


# -- trouble ---------------------------------------------------------------------------------------------------------


def _fault(session: Session, reader: Reader) -> Action:
    words = []
    while reader.peek().kind != "end":
        words.append(reader.take().value)
    try:
        fault = Fault.of(words)
    except UsageProblem as error:
        raise syntax(str(error).replace("\n→ ", "; ")) from error
    return _done(lambda: session.frontend.faults.order(fault))


def _faults(session: Session, _reader: Reader) -> Action:
    def action() -> Result:
        rows = [
            (each.kind.value, each.target, _text(each.times), each.text, f"{each.seconds:g}")
            for each in session.frontend.faults.ordered()
        ]
        return texts("Kind Target Times Text Seconds", rows)

    return action


def _text(times: int | None) -> str | None:
    return None if times is None else str(times)


def _clear(session: Session, _reader: Reader) -> Action:
    return _done(session.frontend.faults.clear)


def _backend(session: Session, reader: Reader) -> Action:
    host = reader.string()
    word = reader.peek().text.upper()
    if word not in ("DEAD", "ALIVE", "SLOW", "DISK"):
        raise _wrong(reader, f"a backend cannot be '{reader.peek().text}'", WORDS["BACKEND"])
    reader.take()
    number = 0.0
    if word == "SLOW":
        number = _number(reader, "BACKEND", 0.001, 1000)
    elif word == "DISK":
        number = _number(reader, "BACKEND", 0, 100)

    def change() -> None:
        with session.frontend.lock:
            hosts = {each.host: each for each in session.frontend.backends.all}
            if host not in hosts:
                raise syntax(f"there is no backend '{host}'; write one of {', '.join(hosts)}")
            _CHANGES[word](hosts[host], number)

    return _done(change)


def _alive(backend: Backend, _number: float) -> None:
    backend.alive = True


def _dead(backend: Backend, _number: float) -> None:
    backend.alive = False


def _slow(backend: Backend, factor: float) -> None:
    backend.speed = factor


def _disk(backend: Backend, percent: float) -> None:
    for each in backend.disks:
        each.used = int(each.total * percent / 100)


_CHANGES = {"ALIVE": _alive, "DEAD": _dead, "SLOW": _slow, "DISK": _disk}


def _leader(session: Session, reader: Reader) -> Action:
    reader.expect("CHANGE")

    def change() -> None:
        frontend = session.frontend
        frontend.change_leader()
        # A client of the old leader is cut, one of another frontend is not (its port is still there). Here all are
        # but the one that asked, who waits for the answer.
        for number, end in list(frontend.connections.items()):
            if number != session.connection_id:
                end(False)

    return _done(change)


def _reset(session: Session, _reader: Reader) -> Action:
    from ..seeds import plant_again

    def reset() -> None:
        session.frontend.faults.clear()
        plant_again(session.frontend)

    return _done(reset)


_READERS: dict[str, Callable[[Session, Reader], Action]] = {
    "STEP": _step,
    "SPEED": _speed,
    "PAUSE": _pause,
    "RESUME": _resume,
    "FAULT": _fault,
    "FAULTS": _faults,
    "CLEAR": _clear,
    "BACKEND": _backend,
    "LEADER": _leader,
    "RESET": _reset,
}
