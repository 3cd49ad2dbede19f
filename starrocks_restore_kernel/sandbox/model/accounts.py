"""Who may log in, and which roles and privileges each has (AuthenticationMgr.java, AuthorizationMgr.java)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..server_errors import internal
from .journal import Entry
from .privileges import BUILT_IN_ROLES, Held, Privileges, Resolved, java_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .journal import Journal
    from .privileges import ObjectType, Path

__all__ = ["NOBODY_KNOWS", "PUBLIC", "ROOT", "ROOT_ROLE", "Account", "Accounts", "Role", "User", "identity_text"]

ROOT_ROLE = -1
PUBLIC = -5
_IMMUTABLE = frozenset(BUILT_IN_ROLES) - {PUBLIC}

NOBODY_KNOWS = bytes(32)
"""Stands for the SHA-256 digest where the native one alone was given: no password has it, so that way is closed."""

_LOOPBACK = "127.0.0.1"


def identity_text(user: str, host: str = "%", *, domain: bool = False) -> str:
    """Print a user as the server does (UserIdentity.java, toString)."""
    return f"'{user}'@['{host}']" if domain else f"'{user}'@'{host}'"


ROOT = identity_text("root")


@dataclass(frozen=True, slots=True)
class Account:
    """One user; the password itself is kept nowhere."""

    user: str
    native: bytes = field(repr=False)
    """``SHA1(SHA1(password))``, as mysql_native_password checks it; empty where there is no password."""
    sha2: bytes = field(repr=False)
    """``SHA256(SHA256(password))``, as caching_sha2_password checks it; empty where there is no password."""
    host: str = "%"
    """From where; ``%`` and ``_`` are LIKE's."""
    domain: bool = False
    """Whether the host is a name to look up, ``'u'@['h']``."""
    plugin: str = "MYSQL_NATIVE_PASSWORD"
    asked: str | None = field(default=None, repr=False)
    """What another plugin was told, such as the name in LDAP."""

    @classmethod
    def with_password(cls, user: str, password: str, host: str = "%", *, domain: bool = False) -> Account:
        """Make an account; an empty password needs none."""
        if not password:
            return cls(user, b"", b"", host, domain)
        plain = password.encode()
        native = hashlib.sha1(hashlib.sha1(plain, usedforsecurity=False).digest(), usedforsecurity=False).digest()
        return cls(user, native, hashlib.sha256(hashlib.sha256(plain).digest()).digest(), host, domain)

    @property
    def identity(self) -> str:
        """``'user'@'host'``, which is what privileges are held by."""
        return identity_text(self.user, self.host, domain=self.domain)

    def comes_from(self, host: str) -> bool:
        """Tell whether a client there is meant. Nothing is looked up: a domain is the loopback's name or another's."""
        if self.domain:
            return self.host.lower() == "localhost"
        parts = ({"%": ".*", "_": "."}.get(each, re.escape(each)) for each in self.host)
        return re.fullmatch("".join(parts), host, re.IGNORECASE | re.DOTALL) is not None


@dataclass(slots=True)
class User:
    """A user as the frontend knows it (UserPrivilegeCollectionV2.java)."""

    identity: str
    name: str
    account: Account | None = None
    """None for a root that the sandbox was started without: it exists, and nobody logs in as it."""
    privileges: Privileges = field(default_factory=Privileges)
    roles: set[int] = field(default_factory=set)
    default_roles: set[int] = field(default_factory=set)
    first: bool = False
    """Whether the sandbox was started with it."""


@dataclass(slots=True)
class Role:
    """A role; ``parents`` are the roles that were granted to it (RolePrivilegeCollectionV2.java)."""

    id: int
    name: str
    comment: str = ""
    privileges: Privileges = field(default_factory=Privileges)
    parents: set[int] = field(default_factory=set)

    @property
    def built_in(self) -> bool:
        """Whether every cluster has it."""
        return self.id in BUILT_IN_ROLES

    @property
    def immutable(self) -> bool:
        """Whether nothing may be granted to it or taken from it."""
        return self.id in _IMMUTABLE

    def must_be_mutable(self) -> None:
        """Raise if nothing may be granted to it or taken from it."""
        if self.id in _IMMUTABLE:
            raise internal(f"role {self.name} is not mutable!")


@dataclass(frozen=True, slots=True)
class _UserEntry:
    name: str
    account: Account | None
    roles: tuple[int, ...]
    default_roles: tuple[int, ...]
    first: bool


@dataclass(frozen=True, slots=True)
class _RoleEntry:
    name: str
    comment: str
    parents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _GrantEntry:
    owner: str
    """A user's identity or a role's id."""
    held: Held


class Accounts:
    """The users and roles of one cluster; what is changed is written down with it.

    Whoever the sandbox is started with has the role root, as its default: such a user is there to work. A user made
    by CREATE USER has nothing.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.generation = 0
        """Counts the changes, so that what was merged is known to be old."""
        self.users: dict[str, User] = {ROOT: User(ROOT, "root", roles={ROOT_ROLE}, default_roles={ROOT_ROLE})}
        self.roles: dict[int, Role] = {
            id_: Role(id_, name, comment, Privileges(held)) for id_, (name, comment, held) in BUILT_IN_ROLES.items()
        }
        self._ids = {role.name: role.id for role in self.roles.values()}
        self._by_name: dict[str, list[str]] = {"root": [ROOT]}

    # -- logging in ------------------------------------------------------------------------------------------------

    def get(self, user: str, host: str = _LOOPBACK) -> Account | None:
        """Find who logs in by this name from there; the most exact host wins."""
        found = [each.account for each in map(self.users.__getitem__, self._by_name.get(user, ())) if each.account]
        fitting = (each for each in found if each.comes_from(host))
        return min(
            fitting, key=lambda each: (each.host.count("%") + each.host.count("_"), -len(each.host)), default=None
        )

    def identity(self, user: str, host: str = _LOOPBACK) -> str:
        """Find under which identity somebody who has logged in works."""
        account = self.get(user, host)
        return identity_text(user) if account is None else account.identity

    def put(self, account: Account) -> None:
        """Add a user that the sandbox is started with, or give one another password."""
        user = self.users.get(account.identity)
        if user is None:
            user = User(account.identity, account.user, roles={ROOT_ROLE}, default_roles={ROOT_ROLE}, first=True)
            self._add(user)
        user.first = user.first or account.identity == ROOT
        user.account = account
        self.save_user(user)

    def admit(self, passwords: Mapping[str, str]) -> None:
        """Let those in that the sandbox is started with, and those no more that only an earlier start named."""
        for user in [each for each in self.users.values() if each.first and each.name not in passwords]:
            if user.identity == ROOT:
                user.account, user.first = None, False
                self.save_user(user)
            else:
                self.drop(user.identity)
        for name, password in passwords.items():
            self.put(Account.with_password(name, password))

    @property
    def first(self) -> list[Account]:
        """Those that the sandbox was started with."""
        return [each.account for each in self.users.values() if each.first and each.account is not None]

    # -- users -----------------------------------------------------------------------------------------------------

    def _add(self, user: User) -> None:
        self.users[user.identity] = user
        known = self._by_name.setdefault(user.name, [])
        if user.identity not in known:
            known.append(user.identity)

    def create(self, account: Account, roles: Iterable[str]) -> None:
        """Do CREATE USER; the roles are granted and are its default."""
        ids = {self.role_id(each) for each in roles}
        user = User(account.identity, account.user, account, roles=set(ids), default_roles=ids)
        self._add(user)
        self.save_user(user)

    def change(self, account: Account) -> None:
        """Give a user another way to log in."""
        user = self.users[account.identity]
        user.account = account
        self.save_user(user)

    def drop(self, identity: str) -> None:
        """Do DROP USER; its sessions go on, and may do nothing more."""
        gone = self.users.pop(identity)
        self._by_name[gone.name].remove(identity)
        self._forget_grants(gone)
        self._journal.forget(Entry.USER, identity)
        self.generation += 1

    def save_user(self, user: User) -> None:
        """Write down what has changed of a user."""
        entry = _UserEntry(user.name, user.account, tuple(user.roles), tuple(user.default_roles), user.first)
        self._journal.save(Entry.USER, user.identity, entry)
        self.generation += 1

    # -- roles -----------------------------------------------------------------------------------------------------

    def role(self, name: str) -> Role | None:
        """Find a role; its name is taken as it is written."""
        return self.roles.get(self._ids.get(name, 0))

    def role_id(self, name: str) -> int:
        """Find a role's id (AuthorizationMgr.java, getRoleIdByNameNoLock)."""
        if name not in self._ids:
            raise internal(f"Role {name} doesn't exist!")
        return self._ids[name]

    def role_names(self, ids: Iterable[int]) -> list[str]:
        """Name roles in the order of the server, which leaves out those that are gone."""
        return [self.roles[each].name for each in java_order(ids) if each in self.roles]

    def create_role(self, role: Role) -> None:
        """Do CREATE ROLE for one."""
        self.roles[role.id] = role
        self._ids[role.name] = role.id
        self.save_role(role)

    def drop_role(self, name: str) -> None:
        """Do DROP ROLE for one; whoever has it keeps an id that leads nowhere, as on the server."""
        gone = self.roles.pop(self._ids.pop(name))
        self._forget_grants(gone)
        self._journal.forget(Entry.ROLE, gone.id)
        self.generation += 1

    def save_role(self, role: Role) -> None:
        """Write down what has changed of a role."""
        entry = _RoleEntry(role.name, role.comment, tuple(role.parents))
        self._journal.save(Entry.ROLE, role.id, entry)
        self.generation += 1

    def with_parents(self, ids: Iterable[int]) -> set[int]:
        """Collect roles and all roles above them."""
        found: set[int] = set()
        waiting = list(ids)
        while waiting:
            id_ = waiting.pop()
            if id_ not in found and id_ in self.roles:
                found.add(id_)
                waiting += self.roles[id_].parents
        return found

    # -- grants ----------------------------------------------------------------------------------------------------

    def save_grants(self, owner: User | Role, type_: ObjectType, paths: Iterable[Path]) -> None:
        """Write down what has changed of the privileges on these objects."""
        lasting = isinstance(owner, Role) and owner.built_in
        with self._journal.writing():
            for held in (each for path in paths for each in owner.privileges.on(type_, path)):
                # What a built-in role has lost must be remembered, as it begins with it again.
                if held.privileges or lasting:
                    self._journal.save(Entry.GRANT, _key(owner, held), _GrantEntry(_owner(owner), held))
                else:
                    self._journal.forget(Entry.GRANT, _key(owner, held))
        self.generation += 1

    def _forget_grants(self, owner: User | Role) -> None:
        with self._journal.writing():
            for held in owner.privileges:
                self._journal.forget(Entry.GRANT, _key(owner, held))

    # -- what follows from it --------------------------------------------------------------------------------------

    def resolve(self, identity: str, active: Iterable[int]) -> Resolved:
        """Merge what somebody may do with these roles active (AuthorizationMgr.java, loadPrivilegeCollection).

        A role that was taken away meanwhile does not count, though a session has it active.
        """
        user = self.users.get(identity)
        if user is None:
            # "cannot find user" stops the merge, so that not even public is left.
            return Resolved(())
        roles = self.with_parents(set(active) & user.roles) | {PUBLIC}
        return Resolved([user.privileges, *(self.roles[each].privileges for each in roles)])

    def load(self) -> None:
        """Read everything that was written down."""
        for key, role in self._journal.load(Entry.ROLE, _RoleEntry).items():
            held = BUILT_IN_ROLES[int(key)][2] if int(key) in BUILT_IN_ROLES else ()
            self.roles[int(key)] = Role(int(key), role.name, role.comment, Privileges(held), set(role.parents))
            self._ids[role.name] = int(key)
        for identity, user in self._journal.load(Entry.USER, _UserEntry).items():
            roles, default_roles = set(user.roles), set(user.default_roles)
            self._add(User(identity, user.name, user.account, Privileges(), roles, default_roles, user.first))
        for grant in self._journal.load(Entry.GRANT, _GrantEntry).values():
            owner = self.users.get(grant.owner) or self.roles[int(grant.owner)]
            owner.privileges.put(grant.held)
        self.generation += 1


def _owner(owner: User | Role) -> str:
    return owner.identity if isinstance(owner, User) else str(owner.id)


def _key(owner: User | Role, held: Held) -> str:
    option = "with" if held.grantable else "without"
    return " ".join([_owner(owner), held.type, ".".join(held.path), option])
