"""Passwords (MysqlPassword.java, AuthenticationHandler.java, PlainPasswordAuthenticationProvider.java).

A frontend knows ``mysql_native_password`` for its own users, and asks every other client to switch to it. Ours is
``caching_sha2_password``: a frontend has it not, but the MySQL 9 command line comes without the native plugin, so
that it could not log in at all.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..model.accounts import Account
    from .packets import Login

__all__ = ["clear_matches", "knows_no_native", "native_matches", "new_salt", "sha2_matches"]


def new_salt() -> bytes:
    """Make the twenty bytes of a challenge, none of them zero (MysqlPassword.java, createRandomString)."""
    return bytes(secrets.randbelow(127) + 1 for _ in range(20))


def native_matches(account: Account, response: bytes, salt: bytes) -> bool:
    """Check a mysql_native_password response (MysqlPassword.java, checkScramble)."""
    if not account.native or len(response) != len(account.native):
        return not account.native and not response
    once = _xor(response, _sha1(salt + account.native))
    return hmac.compare_digest(_sha1(once), account.native)


def sha2_matches(account: Account, response: bytes, salt: bytes) -> bool:
    """Check the fast answer of caching_sha2_password; without a password it is empty, or a zero."""
    if not account.sha2 or len(response) != len(account.sha2):
        return not account.native and response in (b"", b"\0")
    once = _xor(response, hashlib.sha256(account.sha2 + salt).digest())
    return hmac.compare_digest(hashlib.sha256(once).digest(), account.sha2)


def clear_matches(account: Account, password: bytes) -> bool:
    """Check a password that came through TLS in the clear."""
    return bool(account.native) and hmac.compare_digest(_sha1(_sha1(password)), account.native)


def knows_no_native(login: Login) -> bool:
    """Tell whether it is a client of MySQL's own C library since version 9."""
    version = re.match(r"\d+", login.attributes.get("_client_version", ""))
    return login.attributes.get("_client_name") == "libmysql" and version is not None and int(version[0]) >= 9


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
