"""Characters that are not what they seem: those that the lexer drops, and letters that look like blanks or quotes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .diagnostics import Diagnostic, Fix
from .lexer import Lexed, TokenKind

__all__ = ["characters"]

_BLANKS = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNSEEN = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_QUOTES = dict.fromkeys("\u201c\u201d\u201e\uff02", '"') | dict.fromkeys("\u2018\u2019\u201a\uff07", "'")
_STRANGE = re.compile(f"[{_BLANKS}{_UNSEEN}{''.join(_QUOTES)}]")
_BLANK = re.compile(f"[{_BLANKS}]")


_SHOWN = 20
_MOST = 1000
"""Findings of a kind that are told; a text with more of them is no script."""


def characters(lexed: Lexed) -> Iterator[Diagnostic]:
    """What the server drops in silence (SRR002), and names with deceiving letters (SRR003)."""
    for start, end in lexed.dropped[:_MOST]:
        message, hint, replacement = _dropped(lexed.text[start:end])
        fixes = () if replacement is None else (Fix(start, end, replacement, hint),)
        yield Diagnostic("SRR002", "warning", message, lexed.span(start, end), hint, fixes)
    told = 0
    for token in lexed.tokens:
        if told >= _MOST:
            break
        if token.text.isascii() or token.kind not in {TokenKind.WORD, TokenKind.DIGIT_NAME, TokenKind.DOT_NAME}:
            continue
        strange = _STRANGE.findall(token.text)
        if strange:
            told += 1
            names = ", ".join(dict.fromkeys(unicodedata.name(char, f"U+{ord(char):04X}") for char in strange))
            message = f"A name holds {names}, a letter to the server"
            fix = Fix(token.start, token.end, _STRANGE.sub(_plain, token.text), "write plain blanks and quotes")
            yield Diagnostic("SRR003", "warning", message, lexed.span(token.start, token.end), fix.title, (fix,))


def _dropped(text: str) -> tuple[str, str, str | None]:
    """Message, hint, and what to put there instead."""
    if text[0] in "'\"`":
        return f"The quote {text[0]} is never closed: the server drops it and all that follows", "close it", None
    if text.strip("#") == "":
        return "The server drops '#' and reads on: it begins no comment", "write --", "--"
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"The server drops {shown!r} without a word", "take it out", ""


def _plain(match: re.Match[str]) -> str:
    return _QUOTES.get(match[0], " " if _BLANK.match(match[0]) else "")
