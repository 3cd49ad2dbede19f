"""Who may log in (AuthenticationMgr.java)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

__all__ = ["Account", "Accounts"]


@dataclass(frozen=True, slots=True)
class Account:
    """One user; the password itself is kept nowhere."""

    user: str
    native: bytes
    """``SHA1(SHA1(password))``, as mysql_native_password checks it; empty where there is no password."""
    sha2: bytes
    """``SHA256(SHA256(password))``, as caching_sha2_password checks it; empty where there is no password."""

    @classmethod
    def with_password(cls, user: str, password: str) -> Account:
        """Make an account; an empty password needs none."""
        if not password:
            return cls(user, b"", b"")
        plain = password.encode()
        native = hashlib.sha1(hashlib.sha1(plain, usedforsecurity=False).digest(), usedforsecurity=False).digest()
        return cls(user, native, hashlib.sha256(hashlib.sha256(plain).digest()).digest())


class Accounts:
    """The users of one cluster."""

    def __init__(self) -> None:
        self._by_name: dict[str, Account] = {}

    def get(self, user: str) -> Account | None:
        """Find who logs in by this name."""
        return self._by_name.get(user)

    def put(self, account: Account) -> None:
        """Add a user, or give one another password."""
        self._by_name[account.user] = account
