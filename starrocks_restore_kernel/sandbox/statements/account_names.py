"""Names of users and roles: how statements write them, and how the analyzer looks them up.

StarRocks.g4, user and identifierOrString; AuthenticationAnalyzer.java and AuthorizationAnalyzer.java.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..model.accounts import identity_text
from ..server_errors import SqlError, analysis, unsupported_here

if TYPE_CHECKING:
    from ..model.accounts import Accounts, Role, User
    from .reader import Reader

__all__ = [
    "UserName",
    "check_role_name",
    "check_user_name",
    "known_role",
    "known_user",
    "missing_user",
    "read_list",
    "read_text",
    "read_user",
]

# FeNameFormat.java
_USER_NAME = re.compile(r"\w{1,64}/?[.\w-]{0,63}", re.ASCII)
_LONGEST_USER_NAME = 64
_ROLE_NAME = re.compile(r"[a-zA-Z]\w{0,63}|_[a-zA-Z0-9]\w{0,62}", re.ASCII)


class UserName(NamedTuple):
    """A user as it is written."""

    user: str
    host: str = "%"
    domain: bool = False

    @property
    def identity(self) -> str:
        """``'user'@'host'``."""
        return identity_text(self.user, self.host, domain=self.domain)


def read_text(reader: Reader) -> str:
    """Take an identifier or a string."""
    return reader.string() if reader.peek().kind == "string" else reader.name()


def read_list(reader: Reader) -> tuple[str, ...]:
    """Take identifiers or strings with commas between them."""
    found = [read_text(reader)]
    while reader.accept(","):
        found.append(read_text(reader))
    return tuple(found)


def read_user(reader: Reader) -> UserName:
    """Take ``u``, ``'u'@'host'`` or ``'u'@['host']``."""
    if reader.at("EXTERNAL", "GROUP"):
        raise unsupported_here("groups of external directories")
    user = read_text(reader)
    following = reader.peek()
    if following.kind == "word" and following.text.startswith("@"):
        # @host without quotes reads as one word.
        return UserName(user, reader.take().text[1:])
    if not reader.accept("@"):
        return UserName(user)
    if reader.accept("["):
        host = read_text(reader)
        reader.expect("]")
        return UserName(user, host, domain=True)
    return UserName(user, read_text(reader))


def check_user_name(name: UserName) -> None:
    """Refuse what can be no user's name (FeNameFormat.java, checkUserName)."""
    if not name.user:
        raise analysis("Does not support anonymous user")
    if not _USER_NAME.fullmatch(name.user) or len(name.user) > _LONGEST_USER_NAME:
        raise analysis(f"invalid user name: {name.user}")


def known_user(accounts: Accounts, name: UserName) -> User:
    """Find a user, or raise (AuthenticationAnalyzer.java, checkUserExist)."""
    check_user_name(name)
    found = accounts.users.get(name.identity)
    if found is None:
        raise missing_user(name.identity)
    return found


def missing_user(identity: str) -> SqlError:
    """Build the error for a user that is not there."""
    return analysis(f"cannot find user {identity}!")


def check_role_name(name: str) -> None:
    """Refuse what can be no role's name (FeNameFormat.java, checkRoleName)."""
    if not _ROLE_NAME.fullmatch(name):
        raise analysis(f"invalid role format: {name}")


def known_role(accounts: Accounts, name: str, what: str) -> Role:
    """Find a role, or raise with what was attempted (AuthorizationAnalyzer.java, validRoleName)."""
    check_role_name(name)
    found = accounts.role(name)
    if found is None:
        raise analysis(f"{what}: cannot find role {name}!")
    return found
