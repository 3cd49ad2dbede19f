"""JSON as the server's library writes it: org.json on a java.util.HashMap (JSONObject.java, write and quote)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from .java_order import hash_map_order

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["decoded", "indented", "quoted"]

Value = TypeVar("Value")

_MISSING = re.compile("Object missing required field `([^`]*)`")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "/": "\\/"}
_ESCAPED = re.compile('[\\\\"\x00-\x1f\x80-\x9f\u2000-\u20ff]|(?<=<)/')


def quoted(text: str) -> str:
    r"""Write a string.

    Examples
    --------
    >>> print(quoted('a"</b>\x80é'))
    "a\"<\/b>\u0080é"
    """
    return f'"{_ESCAPED.sub(_escape, text)}"' if _ESCAPED.search(text) else f'"{text}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def indented(members: Mapping[str, str], indent: int = 0) -> str:
    """Write an object with an indent of one, as ``toString(1)`` does; one that has one key stays on its line.

    Parameters
    ----------
    members
        The values as they are written; those of an object with more keys than one stand an indent further in.

    Examples
    --------
    >>> print(indented({"a": indented({"b": "1", "c": indented({})})}))
    {"a": {
     "b": 1,
     "c": {}
    }}
    """
    if len(members) == 1:
        ((key, value),) = members.items()
        return f"{{{quoted(key)}: {value}}}"
    if not members:
        return "{}"
    blank = "\n" + " " * (indent + 1)
    inner = ",".join([f"{blank}{quoted(key)}: {members[key]}" for key in hash_map_order(members)])
    return f"{{{inner}\n{' ' * indent}}}"


def decoded(content: bytes, decoder: msgspec.json.Decoder[Value]) -> Value:
    """Read what a decoder reads.

    Raises
    ------
    ValueError
        In the words of the server's library where they are known, else in msgspec's.
    """
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        missing = _MISSING.match(str(error))
        if missing is not None:
            raise ValueError(f"JSONObject[{quoted(missing[1])}] not found.") from error
        if not content.lstrip().startswith(b"{"):
            raise ValueError("A JSONObject text must begin with '{' at 1 [character 2 line 1]") from error
        raise ValueError(str(error)) from error
