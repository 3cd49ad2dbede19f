"""Patterns in paths, as Hadoop reads them: ``*``, ``?``, ``[a-z]``, ``{a,b}`` (GlobPattern.java, Globber.java)."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["has_wildcard", "pattern", "unescaped"]

_WILDCARDS = re.compile(r"(?<!\\)(?:\\\\)*[*?\[{]")
_ESCAPED = ".$()|+&~"


def has_wildcard(component: str) -> bool:
    """Tell whether one component of a path is a pattern."""
    return _WILDCARDS.search(component) is not None


def unescaped(component: str) -> str:
    r"""Take the backslashes away from a component that is no pattern (Globber.java, unescapePathComponent).

    Examples
    --------
    >>> unescaped(r"__ss_a\*")
    '__ss_a*'
    """
    return re.sub(r"\\(.)", r"\1", component)


@lru_cache(maxsize=64)
def pattern(glob: str) -> re.Pattern[str]:
    """Translate one component, which must match a name as a whole.

    Raises
    ------
    ValueError
        In the words of GlobFilter.java and of Java's PatternSyntaxException.

    Examples
    --------
    >>> [name for name in ("s1", "s2", "t1") if pattern("{s,t}1").fullmatch(name)]
    ['s1', 't1']
    """
    parts: list[str] = []
    set_open = False
    groups = 0
    characters = iter(enumerate(glob))
    for at, each in characters:
        if each == "\\":
            _, following = next(characters, (at + 1, None))
            if following is None:
                raise _illegal("Missing escaped character", glob, at + 1)
            parts.append("\\" + following)
        elif each in _ESCAPED:
            parts.append("\\" + each)
        elif each == "*":
            parts.append(".*")
        elif each == "?":
            parts.append(".")
        elif each == "{":
            parts.append("(?:")
            groups += 1
        elif each == "," and groups:
            parts.append("|")
        elif each == "}" and groups:
            parts.append(")")
            groups -= 1
        elif each == "[":
            if set_open:
                raise _illegal("Unclosed character class", glob, at)
            set_open = True
            parts.append(each)
        elif each == "^" and not set_open:
            parts.append("\\^")
        elif each == "!" and set_open and glob[at - 1] == "[":
            parts.append("^")
        else:
            set_open = set_open and each != "]"
            parts.append(each)
    if set_open:
        raise _illegal("Unclosed character class", glob, len(glob))
    if groups:
        raise _illegal("Unclosed group", glob, len(glob))
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error as error:
        # Worded by Python, where Java has a text of its own.
        raise _illegal(error.msg, glob, error.pos or 0) from error


def _illegal(message: str, glob: str, at: int) -> ValueError:
    pointer = "\n" + " " * at + "^" if at < len(glob) else ""
    return ValueError(f"Illegal file pattern: {message} near index {at}\n{glob}{pointer}")
