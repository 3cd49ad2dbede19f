"""GRANT and REVOKE of privileges and roles (StarRocks.g4, grantRoleStatement to revokePrivilegeStatement).

Analyzed as AuthorizationAnalyzer.java does, then authorized, then done as in AuthorizationMgr.java.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..model.accounts import PUBLIC, ROOT, Role
from ..model.privileges import ALL, ObjectType
from ..server_errors import SqlError, analysis, framed, internal, no_database
from .access import NotFound
from .account_names import UserName, known_role, known_user, read_list, read_text, read_user
from .account_room import AccountRoom
from .granted import IN_A_DATABASE, Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..model.accounts import User
    from ..model.privileges import Path
    from .reader import Reader
    from .session import Action

__all__ = ["Grants"]

# What the grammar takes though no type has it; the analyzer refuses it.
_GRAMMAR_ONLY = ("APPLY", "CREATE CNGROUP")
_PRIVILEGES = {*(name for type_ in ObjectType for name in type_.privileges), *_GRAMMAR_ONLY}

_SINGULAR = {each.title: each for each in ObjectType if each.title not in ("USER", "FUNCTION", "GLOBAL FUNCTION")}
_PLURAL = {each.plural: each for each in ObjectType if each is not ObjectType.SYSTEM}

_NEVER_GRANTED = ("GRANT", "NODE")
_GUARDED_ROLES = ("root", "cluster_admin")
_PUBLIC_TEXT = "role PUBLIC has no effect.  Every user and role has role PUBLIC implicitly granted."

Grantee = UserName | str
"""A user, or the name of a role."""


@dataclass(frozen=True, slots=True)
class _Privileges:
    """A GRANT or REVOKE of privileges as it is written; ``names`` are dotted names, one an object."""

    privileges: tuple[str, ...]
    type: str
    """An object type's title or plural."""
    names: tuple[tuple[str, ...], ...]
    all: bool
    grantee: Grantee
    grantable: bool = False


class Grants(AccountRoom):
    """Reads and does them for one session."""

    def change(self, reader: Reader, *, granting: bool) -> Action:
        """Read what follows GRANT or REVOKE."""
        if any(token.kind == "word" and token.text.upper() == "ON" for token in reader.tokens):
            asked = _read_privileges(reader, granting=granting)
            return self.locked(reader, lambda: self._change_privileges(asked, granting=granting))
        names = read_list(reader)
        reader.expect("TO" if granting else "FROM")
        grantee = _read_grantee(reader)
        return self.locked(reader, lambda: self._change_roles(names, grantee, granting=granting))

    # -- roles -----------------------------------------------------------------------------------------------------

    def _change_roles(self, names: tuple[str, ...], grantee: Grantee, *, granting: bool) -> None:
        if isinstance(grantee, str):
            role = known_role(self.accounts, grantee, "Can not granted/revoke role to/from role")
            parents = self._roles(names)
            self._authorize_roles(names)
            self._change_parents(role, parents, granting=granting)
            return
        user = known_user(self.accounts, grantee)
        roles = self._roles(names)
        self._authorize_roles(names)
        if not granting and "root" in names and user.identity == ROOT:
            raise analysis("Can not revoke root role from root user")
        self.access.check_system("GRANT")
        _refuse_public(roles, granting=granting)
        ids = {each.id for each in roles}
        user.roles = user.roles | ids if granting else user.roles - ids
        user.default_roles &= user.roles
        self.accounts.save_user(user)

    def _roles(self, names: Iterable[str]) -> list[Role]:
        return [known_role(self.accounts, each, "Can not granted/revoke role to/from user") for each in names]

    def _authorize_roles(self, names: Iterable[str]) -> None:
        if any(each in _GUARDED_ROLES for each in names) and self.access.identity != ROOT:
            raise analysis("Can not grant root or cluster_admin role except root user")

    def _change_parents(self, role: Role, parents: list[Role], *, granting: bool) -> None:
        self.access.check_system("GRANT")
        _refuse_public(parents, granting=granting)
        for each in parents:
            if granting and role.id in self.accounts.with_parents([each.id]):
                raise _failed(
                    f"role {role.name}[{role.id}] is already a predecessor role of {each.name}[{each.id}]", granting
                )
        if role.immutable:
            raise _failed(f"role {role.name} is not mutable!", granting)
        ids = {each.id for each in parents}
        role.parents = role.parents | ids if granting else role.parents - ids
        self.accounts.save_role(role)

    # -- privileges ------------------------------------------------------------------------------------------------

    def _change_privileges(self, asked: _Privileges, *, granting: bool) -> None:
        if isinstance(asked.grantee, str):
            grantee: Role | User = known_role(self.accounts, asked.grantee, "Can not grant/revoke to role")
        else:
            grantee = known_user(self.accounts, asked.grantee)
        type_ = _object_type(asked.type)
        try:
            paths = [self._path(type_, each, asked) for each in asked.names]
        except NotFound as error:
            raise analysis(str(error)) from error
        privileges = _analyzed(asked, type_)
        may_grant = all(self.access.resolved.may_grant(privileges, type_, each) for each in paths)
        if not self.access.allows("GRANT", ObjectType.SYSTEM) and not may_grant:
            raise self.access.denied("GRANT", ObjectType.SYSTEM)
        if isinstance(grantee, Role):
            grantee.must_be_mutable()
        try:
            for path in paths:
                if granting:
                    grantee.privileges.grant(type_, privileges, path, grantable=asked.grantable)
                else:
                    shown = Shown(self.frontend).object(type_, path) or "null"
                    grantee.privileges.revoke(type_, privileges, path, shown)
        finally:
            # Of a list that ends in an error what stood before it is done, as on the server.
            self.accounts.save_grants(grantee, type_, paths)

    def _path(self, type_: ObjectType, names: tuple[str, ...], asked: _Privileges) -> Path:
        if type_ is ObjectType.SYSTEM:
            return ()
        if asked.all:
            wanted = 2 if len(type_.everything) > 1 and type_ is not ObjectType.DATABASE else 1
            if len(names) != wanted:
                raise analysis(f"Invalid grant statement with error privilege object [{', '.join(names)}]")
            if type_ is ObjectType.FUNCTION and names[0] != ALL and names[0] not in self.frontend.databases:
                raise analysis(f"Database {names[0]} is not found")
            return self.access.path(type_, *names)
        if type_ is ObjectType.USER:
            user, host, domain = names
            return (known_user(self.accounts, UserName(user, host, domain == "domain")).identity,)
        if type_ is ObjectType.FUNCTION:
            return self._function(names)
        if type_ is ObjectType.GLOBAL_FUNCTION:
            raise analysis(f"cannot find function {names[0]}!")
        return self.access.path(type_, *self._qualified(type_, names))

    def _qualified(self, type_: ObjectType, names: tuple[str, ...]) -> tuple[str, ...]:
        in_database = type_ in IN_A_DATABASE
        if in_database and len(names) == 1:
            if self.session.database is None:
                raise framed(no_database())
            return (self.session.database, *names)
        if type_ is ObjectType.DATABASE and len(names) == len(type_.everything):
            catalog, database = names
            if catalog != "default_catalog":
                self.access.path(ObjectType.CATALOG, catalog)
                raise NotFound(f"cannot find db: {database}")
            return (database,)
        if len(names) != (2 if in_database else 1):
            raise analysis(f"Invalid grant statement with error privilege object [{', '.join(names)}]")
        return names

    def _function(self, names: tuple[str, ...]) -> Path:
        *place, arguments = names
        database = place[-2] if len(place) > 1 else self.session.database
        if not database:
            raise analysis("database not selected")
        found = self.frontend.databases.get(database)
        if found is None:
            raise NotFound(f"cannot find db: {database}")
        for function in found.functions.values():
            written = ",".join(function.arguments) + ("..." if function.variadic else "")
            if function.name == place[-1].lower() and _plain(written) == _plain(arguments):
                return (str(found.id), str(function.id))
        raise analysis(f"cannot find function {database}.{place[-1].lower()}!")


def _plain(types: str) -> str:
    return "".join(types.lower().split())


def _failed(text: str, granting: bool) -> SqlError:
    return internal(f"failed to {'grant' if granting else 'revoke'} role: {text}")


def _refuse_public(roles: Iterable[Role], *, granting: bool) -> None:
    if any(each.id == PUBLIC for each in roles):
        raise _failed(f"{'Granting' if granting else 'Revoking'} {_PUBLIC_TEXT}", granting)


def _object_type(text: str) -> ObjectType:
    found = {each.title: each for each in ObjectType}.get(text) or _PLURAL.get(text)
    if found is None:
        raise analysis(f"cannot find privilege object type {text}")
    return found


def _analyzed(asked: _Privileges, type_: ObjectType) -> tuple[str, ...]:
    found: list[str] = []
    for each in asked.privileges:
        if each in ("ALL", "ALL PRIVILEGES"):
            found += type_.privileges
            continue
        if each in _GRAMMAR_ONLY:
            raise analysis(f"cannot find privilege type {each}")
        if each not in type_.privileges:
            raise analysis(f"Cannot grant or revoke {each} on '{type_.title}' type object")
        found.append(each)
    for each in _NEVER_GRANTED:
        if type_ is ObjectType.SYSTEM and each in found:
            raise analysis(
                f"Operation not permitted, '{each}' cannot be granted to user or role directly, use built-in role "
                "instead"
            )
    return tuple(found)


# -- reading ---------------------------------------------------------------------------------------------------------


def _read_privileges(reader: Reader, *, granting: bool) -> _Privileges:
    privileges = [_read_privilege(reader)]
    while reader.accept(","):
        privileges.append(_read_privilege(reader))
    reader.expect("ON")
    type_, names, everything = _read_objects(reader)
    reader.expect("TO" if granting else "FROM")
    grantee = _read_grantee(reader)
    grantable = granting and reader.accept("WITH", "GRANT", "OPTION")
    return _Privileges(tuple(privileges), type_, names, everything, grantee, grantable)


def _read_grantee(reader: Reader) -> Grantee:
    if reader.accept("ROLE"):
        return read_text(reader)
    reader.accept("USER")
    return read_user(reader)


def _read_privilege(reader: Reader) -> str:
    start = reader.index
    words = []
    while reader.peek().kind == "word" and not reader.at("ON"):
        words.append(reader.take().text.upper())
    text = " ".join(words)
    if text in ("ALL", "ALL PRIVILEGES") or text in _PRIVILEGES:
        return text
    reader.index = start
    raise reader.unexpected("ALL", "SELECT", "INSERT")


def _read_objects(reader: Reader) -> tuple[str, tuple[tuple[str, ...], ...], bool]:
    if reader.at("SYSTEM", "TO") or reader.at("SYSTEM", "FROM"):
        reader.take()
        return "SYSTEM", ((),), False
    if reader.accept("ALL"):
        return _read_all(reader)
    if reader.accept("USER"):
        return "USER", _listed(reader, _read_impersonated), False
    for words in (("GLOBAL", "FUNCTION"), ("FUNCTION",)):
        if reader.accept(*words):
            return " ".join(words), _listed(reader, _read_function), False
    for title in _SINGULAR:
        if reader.accept(*title.split()):
            return title, _listed(reader, _read_name), False
    return "TABLE", _listed(reader, _read_name), False


def _read_all(reader: Reader) -> tuple[str, tuple[tuple[str, ...], ...], bool]:
    plural = next((each for each in (*_PLURAL, "POLICIES") if reader.accept(*each.split())), None)
    if plural is None:
        raise reader.unexpected("TABLES", "DATABASES", "VIEWS")
    names: tuple[str, ...] = (ALL,)
    if reader.accept("IN", "ALL", "DATABASES"):
        names = (ALL, ALL)
    elif reader.accept("IN", "DATABASE"):
        names = (read_text(reader), ALL)
    return plural, (names,), True


def _listed(reader: Reader, read: Callable[[Reader], tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    found = [read(reader)]
    while reader.accept(","):
        found.append(read(reader))
    return tuple(found)


def _read_name(reader: Reader) -> tuple[str, ...]:
    parts = [ALL if reader.accept("*") else read_text(reader)]
    while reader.accept("."):
        parts.append(ALL if reader.accept("*") else read_text(reader))
    return tuple(parts)


def _read_impersonated(reader: Reader) -> tuple[str, ...]:
    user = read_user(reader)
    return user.user, user.host, "domain" if user.domain else ""


def _read_function(reader: Reader) -> tuple[str, ...]:
    place = reader.qualified()
    return (*place, reader.balanced().removesuffix(")"))
