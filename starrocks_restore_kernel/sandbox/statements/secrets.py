"""Statements without their passwords and keys, for whoever watches (SqlCredentialRedactor.java)."""

from __future__ import annotations

import re

from .reader import Reader

__all__ = ["without_secrets"]

_MASK = "***"
_SECRET_KEY = re.compile(
    r"passw|pwd|secret|access[._]?key|session[._]?token|sas[._]?token|shared[._]?key|private[._]?key|credential|keytab",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Strike out passwords and the values of secret properties.

    Examples
    --------
    >>> without_secrets("CREATE USER ana IDENTIFIED BY 'x'")
    "CREATE USER ana IDENTIFIED BY '***'"
    >>> without_secrets('... PROPERTIES ("aws.s3.secret_key" = "k", "aws.s3.region" = "r")')
    '... PROPERTIES ("aws.s3.secret_key" = "***", "aws.s3.region" = "r")'
    """
    tokens = Reader(text).tokens
    sets_password = [each.text.upper() for each in tokens[:2]] == ["SET", "PASSWORD"]
    pieces: list[str] = []
    written = 0
    for index, token in enumerate(tokens):
        if token.kind == "symbol" and token.text in "'\"":
            # A quote that nobody closed: what is behind it may be anything.
            return "".join([*pieces, text[written : token.start], token.text, _MASK])
        before = [each.text.upper() for each in tokens[max(index - 2, 0) : index]]
        if token.kind == "string" and ((sets_password and before[-1:] == ["="]) or _is_secret(before)):
            pieces += [text[written : token.start], token.text[0], _MASK, token.text[0]]
            written = token.start + len(token.text)
    return "".join([*pieces, text[written:]])


def _is_secret(before: list[str]) -> bool:
    """Tell by the two tokens in front of a string."""
    if before[-1:] == ["="]:
        return _SECRET_KEY.search(before[0]) is not None
    if before[-1:] in (["BY"], ["AS"]):
        # IDENTIFIED BY '…', IDENTIFIED WITH plugin AS '…'; a text behind another AS is no loss in a log.
        return True
    return before == ["PASSWORD", "("]
