"""Keeping credentials out of what is shown: CREATE REPOSITORY carries them in its properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .statements import CreateRepository, Statement

__all__ = ["is_secret", "masked", "redact"]

# Keys of the storage clients (aws.s3.secret_key, fs.oss.accessKeySecret, kerberos_keytab_content, password, …).
_SECRET = re.compile(
    r"secret|password|token|access_?key|account_?key|shared_?key|sas|credential|keytab|private", re.IGNORECASE
)
_HIDDEN = "******"
_KEY = r"""(?P<k>["'])(?P<key>(?:\\.|(?!(?P=k))[^\\]){1,100})(?P=k)"""
"""Names are short; without an end of the search a text full of quotes would be read as often as it has quotes."""
_VALUE = r"""(?P<v>["'])(?:\\.|(?!(?P=v))[^\\])*(?:(?P=v)|\\?\Z)"""
"""A string by the lexer's escapes; one that is cut short runs to the end."""
_PAIR = re.compile(rf"{_KEY}(?P<between>\s*[=:]\s*){_VALUE}", re.DOTALL)
"""A property as a statement writes it, and as JSON does."""
_IDENTIFIED = re.compile(
    rf"(\bIDENTIFIED\s+(?:BY|WITH\s+\w+\s+(?:BY|AS))\s+(?:PASSWORD\s+)?|\bPASSWORD\s*\(\s*){_VALUE}",
    re.DOTALL | re.IGNORECASE,
)
_LOGIN = re.compile(r"(\w://[^\s/:@]*:)[^\s/@]+@")
_ASKED = re.compile(r"""([?&])([\w.-]+)=[^\s&'"]+""")


def redact(statement: Statement) -> Statement:
    """The statement with the values of secret properties hidden; for showing, never for sending.

    Examples
    --------
    >>> from starrocks_restore_kernel.language import parse
    >>> sql = 'CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.secret_key" = "x")'
    >>> print(redact(parse(sql)).sql(pretty=False))
    CREATE REPOSITORY r WITH BROKER ON LOCATION "s3://b" PROPERTIES ("aws.s3.secret_key" = "******")
    """
    if not isinstance(statement, CreateRepository) or statement.properties is None:
        return statement
    hidden = tuple(replace(each, value=_HIDDEN) if _SECRET.search(each.key) else each for each in statement.properties)
    return replace(statement, properties=hidden)


def is_secret(key: str) -> bool:
    """Whether a property of that name holds what nobody may see."""
    return _SECRET.search(key) is not None


def masked(value: Any) -> Any:
    """Hide what looks like a secret in a text, and in the texts of a list or a mapping.

    For texts that may be anything: properties with a secret name, passwords of users, and those in URLs.

    Examples
    --------
    >>> masked('PROPERTIES ("aws.s3.secret_key" = "x", "aws.s3.region" = "eu")')
    'PROPERTIES ("aws.s3.secret_key" = "******", "aws.s3.region" = "eu")'
    >>> masked({"url": "s3://ann:x@bucket", "token": "x"})
    {'url': 's3://ann:******@bucket', 'token': '******'}
    """
    if isinstance(value, str):
        return _masked_text(value)
    if isinstance(value, Mapping):
        return {
            key: _HIDDEN if isinstance(each, str) and is_secret(str(key)) else masked(each)
            for key, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return type(value)(map(masked, value))
    return value


def _masked_text(text: str) -> str:
    # Most texts are names, in which there is nothing to look for.
    if "'" in text or '"' in text:
        text = _IDENTIFIED.sub(lambda m: f"{m[1]}{m['v']}{_HIDDEN}{m['v']}", _PAIR.sub(_masked_pair, text))
    if "=" in text:
        text = _ASKED.sub(lambda m: f"{m[1]}{m[2]}={_HIDDEN}" if is_secret(m[2]) else m[0], text)
    return _LOGIN.sub(rf"\1{_HIDDEN}@", text) if "://" in text else text


def _masked_pair(found: re.Match[str]) -> str:
    if not is_secret(found["key"]):
        return found[0]
    return f"{found['k']}{found['key']}{found['k']}{found['between']}{found['v']}{_HIDDEN}{found['v']}"
