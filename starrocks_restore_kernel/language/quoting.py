"""Names and strings as the server reads them back."""

from __future__ import annotations

import re

from ..errors import TranslationError
from .keywords import reserved_words
from .lexer import fold
from .versions import NEWEST, release

__all__ = ["quote_name", "quote_partition", "quote_string"]

_BARE = re.compile(r"[A-Za-z_$\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*|[0-9][A-Za-z0-9_$\u0080-\uffff]+")
_NUMBER = re.compile(r"[0-9]+(?:[eE][0-9]+)?")
_STRING_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\0": "\\0", "\x1a": "\\Z"}
)


def quote_name(name: str, version: str = NEWEST) -> str:
    """A name as the server reads it back: in back-quotes where it must be, and where it would look like something else.

    Raises
    ------
    TranslationError
        If the name holds a back-quote: StarRocks' lexer has no way to write it.

    Examples
    --------
    >>> quote_name("orders"), quote_name("order"), quote_name("2024")
    ('orders', '`order`', '`2024`')
    """
    if "`" in name:
        raise TranslationError(
            f"the name {name!r} holds a back-quote", hint="StarRocks has no way to write such a name"
        )
    bare = (
        _BARE.fullmatch(name) is not None
        and _NUMBER.fullmatch(name) is None
        and fold(name) not in reserved_words(release(version))
        and name.isprintable()  # a no-break space or a zero-width joiner may stand bare, and nobody would see it
        and not any(char in "“”‘’＂＇" for char in name)
    )
    return name if bare else f"`{name}`"


def quote_partition(name: str, version: str = NEWEST) -> str:
    """A name where a string may stand too, as for a partition: then a back-quote can be written."""
    return quote_string(name) if "`" in name else quote_name(name, version)


def quote_string(value: str) -> str:
    r"""A value in double quotes, escaped as the server unescapes it.

    Examples
    --------
    >>> print(quote_string('a "b" \\ c'))
    "a \"b\" \\ c"
    """
    return f'"{value.translate(_STRING_ESCAPES)}"'
