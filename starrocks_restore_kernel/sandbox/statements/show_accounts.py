"""What SHOW tells of users, roles and grants (ShowExecutor.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.privileges import java_order
from .account_names import known_role, known_user, read_text, read_user
from .account_room import AccountRoom
from .granted import grants_of_role, grants_of_user
from .results import texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model.accounts import User
    from .reader import Reader
    from .results import ResultRows
    from .session import Action

__all__ = ["AccountShows"]

_NATIVE = "MYSQL_NATIVE_PASSWORD"


class AccountShows(AccountRoom):
    """The SHOW statements about accounts."""

    def grants(self, reader: Reader) -> Action:
        """Read SHOW GRANTS; one's own and those of one's roles are everybody's to see."""
        role, name = None, None
        if reader.accept("FOR"):
            if reader.accept("ROLE"):
                role = read_text(reader)
            else:
                reader.accept("USER")
                name = read_user(reader)

        def show() -> ResultRows:
            access, accounts = self.access, self.accounts
            if role is not None:
                found = known_role(self.accounts, role, f"There is no such grant defined for role {role}")
                mine = accounts.with_parents(self.me().roles)
                if found.id not in mine:
                    access.check_system("GRANT")
                rows = grants_of_role(self.frontend, found)
            else:
                user = self.me() if name is None else known_user(self.accounts, name)
                if user.identity != access.identity:
                    access.check_system("GRANT")
                rows = grants_of_user(self.frontend, user)
            return texts("UserIdentity Catalog Grants", rows)

        return self.locked(reader, show)

    def roles(self, reader: Reader) -> Action:
        """Read SHOW ROLES."""

        def show() -> ResultRows:
            self.access.check_system("GRANT")
            roles = self.accounts.roles
            found = [roles[each] for each in java_order(roles)]
            rows = [(each.name, str(each.built_in).lower(), each.comment or "\\N") for each in found]
            return texts("Name Builtin Comment", rows)

        return self.locked(reader, show)

    def users(self, reader: Reader, *, everyone: bool) -> Action:
        """Read SHOW USERS, or SHOW USER for oneself."""

        def show() -> ResultRows:
            if not everyone:
                return texts(["User"], [(self.access.identity,)])
            self.access.check_system("GRANT")
            return texts(["User"], [(each,) for each in self.accounts.users])

        return self.locked(reader, show)

    def authentication(self, reader: Reader, *, everyone: bool) -> Action:
        """Read SHOW [ALL] AUTHENTICATION [FOR user], which tells only whether there is a password."""
        name = read_user(reader) if not everyone and reader.accept("FOR") else None

        def show() -> ResultRows:
            access = self.access
            user = self.me() if name is None else known_user(self.accounts, name)
            if everyone or user.identity != access.identity:
                access.check_system("GRANT")
            found: Iterable[User] = self.accounts.users.values() if everyone else (user,)
            return texts("UserIdentity Password AuthPlugin UserForAuthPlugin", map(_authentication_row, found))

        return self.locked(reader, show)


def _authentication_row(user: User) -> tuple[str, str, str, str | None]:
    account = user.account
    if account is None:
        return user.identity, "No", _NATIVE, None
    native = account.plugin == _NATIVE
    return user.identity, "Yes" if native and account.native else "No", account.plugin, account.asked
