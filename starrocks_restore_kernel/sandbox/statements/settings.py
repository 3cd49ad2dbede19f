"""SET: system variables, a user's own, and what clients send on connecting (StarRocks.g4, setStatement)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..server_errors import SqlError, analysis, framed
from .results import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from .reader import Reader
    from .session import Action, Result, Session

__all__ = ["read_set"]

_SCOPES = ("GLOBAL", "SESSION", "LOCAL", "VERBOSE")
_CHARSETS = (("NAMES",), ("CHARSET",), ("CHARACTER", "SET"), ("CHAR", "SET"))
_ISOLATION = ("READ", "WRITE", "ONLY", "UNCOMMITTED", "COMMITTED", "REPEATABLE", "SERIALIZABLE", "ISOLATION", "LEVEL")
# Not here: the sandbox takes these and does nothing.
_TAKEN = (("ROLE",), ("DEFAULT", "ROLE"), ("PASSWORD",), ("PROPERTY",))


def read_set(session: Session, reader: Reader) -> Action:
    """Read what follows SET; what is returned carries it out.

    Raises
    ------
    SqlError
        If it does not read on.
    """
    if any(reader.at(*words) for words in _TAKEN) or (reader.at("CATALOG") and not reader.at("CATALOG", "=")):
        return Done
    steps = [_item(session, reader)]
    while reader.accept(","):
        steps.append(_item(session, reader))
    reader.end()

    def carry_out() -> Result:
        for step in steps:
            step()
        return Done()

    return carry_out


def _item(session: Session, reader: Reader) -> Callable[[], None]:
    if any(reader.accept(*words) for words in _CHARSETS):
        return _names(reader)
    scope = reader.take().text.upper() if any(reader.at(each) for each in _SCOPES) else ""
    if reader.accept("TRANSACTION"):
        return _transaction(reader)
    name = reader.name()
    if name.startswith("@@"):
        name = name[2:]
        if name.upper() in _SCOPES and reader.accept("."):
            scope, name = name.upper(), reader.name()
    if not reader.accept("="):
        reader.expect(":=")
    if name.startswith("@"):
        text = _expression(reader)
        return lambda: session.variables.set_own(name[1:], _evaluated(session, text))
    value = _value(reader)
    if scope == "VERBOSE":
        # VariableMgr.java, setSystemVariable.
        raise SqlError(f"Incorrect argument type to variable '{name}'", 1232, "42000")
    if callable(value):
        return lambda: session.variables.set(name, value(session), globally=scope == "GLOBAL")
    return lambda: session.variables.set(name, value, globally=scope == "GLOBAL")


def _names(reader: Reader) -> Callable[[], None]:
    charset = _word(reader)
    if reader.accept("COLLATE"):
        _word(reader)
    found = "utf8" if charset.upper() == "DEFAULT" else charset.lower()

    def check() -> None:
        # SetStmtAnalyzer.java, analyzeSetNames: what begins with utf8 is utf8.
        if found == "gbk":
            raise analysis("charset name gbk is not supported yet")
        if not found.startswith("utf8"):
            raise framed(SqlError(f"Unknown character set: '{found}'", 1115, "42000"))

    return check


def _word(reader: Reader) -> str:
    return reader.string() if reader.peek().kind == "string" else reader.name()


def _transaction(reader: Reader) -> Callable[[], None]:
    """Read the characteristics, which have no effect (SetExecutor.java passes them over)."""
    if not any(reader.at(each) for each in ("READ", "ISOLATION")):
        raise reader.unexpected("READ", "ISOLATION")
    while any(reader.accept(each) for each in _ISOLATION) or (reader.at(",") and reader.accept(",")):
        pass
    return lambda: None


def _value(reader: Reader) -> object:
    """Take one value: text, None for DEFAULT, or what asks the session for it."""
    start = reader.index
    text = _expression(reader)
    tokens = reader.tokens[start : reader.index]
    if len(tokens) == 1:
        (token,) = tokens
        return None if token.text.upper() == "DEFAULT" else token.value
    if len(tokens) == 2 and tokens[0].text == "-" and tokens[1].kind == "number":
        return "-" + tokens[1].text
    return lambda session: _evaluated(session, text)


def _expression(reader: Reader) -> str:
    """Take everything up to the next comma outside of brackets."""
    start = reader.peek().start
    depth = 0
    if reader.peek().kind == "end":
        raise reader.unexpected("a legal identifier")
    while reader.peek().kind != "end" and (depth or not reader.at(",")):
        token = reader.take()
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "symbol" else 0
    return reader.text[start : reader.peek().start].rstrip()


def _evaluated(session: Session, text: str) -> object:
    result = session.run(f"SELECT {text}")
    if isinstance(result, Done) or len(result.columns) != 1 or len(result.rows) > 1:
        raise analysis("Set statement only support constant expr.")
    return result.rows[0][0] if result.rows else None
