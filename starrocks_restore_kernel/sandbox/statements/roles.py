"""Roles: CREATE, ALTER and DROP, and which of them are active (AuthorizationAnalyzer.java, SetRoleExecutor.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..model.accounts import Role
from ..server_errors import analysis, internal
from .account_names import check_role_name, known_role, known_user, read_list, read_user
from .account_room import AccountRoom

if TYPE_CHECKING:
    from collections.abc import Callable

    from .account_names import UserName
    from .reader import Reader
    from .session import Action

__all__ = ["RoleStatements", "Roles", "read_roles"]


class Roles(NamedTuple):
    """``NONE``, ``ALL``, ``DEFAULT`` or a list; ``ALL`` may have exceptions."""

    kind: str
    names: tuple[str, ...] = ()


class RoleStatements(AccountRoom):
    """The statements about roles that grant nothing."""

    def create_role(self, reader: Reader) -> Action:
        """Read CREATE ROLE."""
        quiet = reader.accept("IF", "NOT", "EXISTS")
        names = read_list(reader)
        comment = reader.string() if reader.accept("COMMENT") else ""

        def create() -> None:
            accounts = self.accounts
            for each in names:
                check_role_name(each)
                if accounts.role(each) is not None and not quiet:
                    raise analysis(f"Operation CREATE ROLE failed for {each} : role already exists")
            self.access.check_system("GRANT")
            # Of a list with one that exists none is made (AuthorizationMgr.java, createRole).
            if not any(accounts.role(each) for each in names):
                for each in dict.fromkeys(names):
                    accounts.create_role(Role(self.frontend.next_id(), each, comment))

        return self.locked(reader, create)

    def alter_role(self, reader: Reader) -> Action:
        """Read ALTER ROLE, which changes a comment."""
        reader.accept("IF", "EXISTS")
        names = read_list(reader)
        reader.expect("SET", "COMMENT", "=")
        comment = reader.string()

        def alter() -> None:
            self.access.check_system("GRANT")
            found = []
            for each in names:
                role = self.accounts.role(each)
                if role is None:
                    raise internal(f"{each} doesn't exist")
                if role.immutable:
                    raise internal(f"{each} is immutable")
                found.append(role)
            for role in found:
                role.comment = comment
                self.accounts.save_role(role)

        return self.locked(reader, alter)

    def drop_role(self, reader: Reader) -> Action:
        """Read DROP ROLE."""
        quiet = reader.accept("IF", "EXISTS")
        names = read_list(reader)

        def drop() -> None:
            accounts = self.accounts
            for each in names:
                check_role_name(each)
                if accounts.role(each) is None and not quiet:
                    raise analysis(f"Operation DROP ROLE failed for {each} : role not exists")
            self.access.check_system("GRANT")
            for each in names:
                role = accounts.role(each)
                if role is None:
                    # Of a list with one that is missing none is dropped (AuthorizationMgr.java, dropRole).
                    return
                if role.built_in:
                    raise internal(f"role {each} cannot be dropped!")
            for each in dict.fromkeys(names):
                accounts.drop_role(each)

        return self.locked(reader, drop)

    def set_role(self, reader: Reader) -> Action:
        """Read SET ROLE: which of the own roles are active in this session."""
        wanted = read_roles(reader, default=True)

        def set_role() -> None:
            for each in wanted.names:
                known_role(self.accounts, each, "Cannot set role")
            accounts, user = self.accounts, self.me()
            named = {accounts.role_id(each) for each in wanted.names}
            for each in wanted.names:
                if accounts.role_id(each) not in user.roles:
                    raise internal(f"Role {each} is not granted to {user.identity}")
            none: set[int] = set()
            choices = {"NONE": none, "DEFAULT": user.default_roles, "ALL": user.roles - named, "": named}
            self.access.activate(choices[wanted.kind])

        return self.locked(reader, set_role)

    def set_default_role(self, reader: Reader) -> Action:
        """Read SET DEFAULT ROLE: which of them are active after the next login."""
        wanted = read_roles(reader)
        reader.expect("TO")
        return self.locked(reader, self.default_roles(read_user(reader), wanted))

    def default_roles(self, name: UserName, wanted: Roles) -> Callable[[], None]:
        """Change which roles of a user are active when it logs in."""

        def set_default() -> None:
            accounts = self.accounts
            user = known_user(self.accounts, name)
            for each in wanted.names:
                known_role(self.accounts, each, "Cannot set role")
                if accounts.role_id(each) not in user.roles:
                    raise analysis(f"Role {each} is not granted to {user.identity}")
            if user.identity != self.access.identity:
                self.access.check_system("GRANT")
            named = {accounts.role_id(each) for each in wanted.names}
            user.default_roles = {"NONE": set(), "ALL": set(user.roles), "": named}[wanted.kind]
            accounts.save_user(user)

        return set_default


def read_roles(reader: Reader, *, default: bool = False) -> Roles:
    """Take what stands behind ROLE; only SET ROLE has DEFAULT and EXCEPT."""
    if default and reader.accept("DEFAULT"):
        return Roles("DEFAULT")
    if reader.accept("NONE"):
        return Roles("NONE")
    if reader.accept("ALL"):
        return Roles("ALL", read_list(reader) if default and reader.accept("EXCEPT") else ())
    return Roles("", read_list(reader))
