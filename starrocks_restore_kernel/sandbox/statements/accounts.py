"""Users and roles: CREATE, ALTER and DROP, SET ROLE and PASSWORD, and what SHOW tells of them.

The statements are those of StarRocks.g4, createUserStatement to showGrantsStatement. Each is analyzed, then
authorized, then done, so that whoever may not do it still hears what is wrong with it (AuthenticationAnalyzer.java,
AuthorizationAnalyzer.java, AuthorizerStmtVisitor.java).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from ..model.accounts import NOBODY_KNOWS, ROOT, Account
from ..model.privileges import ObjectType
from ..server_errors import SqlError, analysis
from .account_names import (
    UserName,
    check_user_name,
    known_role,
    known_user,
    missing_user,
    read_list,
    read_text,
    read_user,
)
from .account_room import AccountRoom
from .grants import Grants
from .roles import RoleStatements, read_roles
from .show_accounts import AccountShows

if TYPE_CHECKING:
    from collections.abc import Callable

    from .reader import Reader
    from .session import Action, Session

__all__ = ["AccountStatements"]

_NATIVE = "MYSQL_NATIVE_PASSWORD"
_PLUGINS = (_NATIVE, "AUTHENTICATION_LDAP_SIMPLE", "AUTHENTICATION_JWT", "AUTHENTICATION_OAUTH2")
_CLIENT_PLUGINS = (
    "mysql_native_password, mysql_clear_password, authentication_openid_connect_client, authentication_oauth2_client"
)
_NATIVE_DIGEST = re.compile(r"\*[0-9A-F]{40}")


@dataclass(frozen=True, slots=True)
class _Login:
    """How a user shall log in; ``text`` may be a password, and goes nowhere but into a digest."""

    plugin: str = _NATIVE
    text: str = field(default="", repr=False)
    plain: bool = True


class AccountStatements(AccountRoom):
    """Reads such statements for one session; what it returns carries them out, later."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        roles, shows, grants = RoleStatements(session), AccountShows(session), Grants(session)
        self._readers: tuple[tuple[tuple[str, ...], Callable[[Reader], Action]], ...] = (
            (("CREATE", "USER"), self._create_user),
            (("ALTER", "USER"), self._alter_user),
            (("DROP", "USER"), self._drop_user),
            (("CREATE", "ROLE"), roles.create_role),
            (("ALTER", "ROLE"), roles.alter_role),
            (("DROP", "ROLE"), roles.drop_role),
            (("SET", "PASSWORD"), self._set_password),
            (("SET", "ROLE"), roles.set_role),
            (("SET", "DEFAULT", "ROLE"), roles.set_default_role),
            (("SHOW", "GRANTS"), shows.grants),
            (("SHOW", "ROLES"), shows.roles),
            (("SHOW", "USERS"), partial(shows.users, everyone=True)),
            (("SHOW", "USER"), partial(shows.users, everyone=False)),
            (("SHOW", "ALL", "AUTHENTICATION"), partial(shows.authentication, everyone=True)),
            (("SHOW", "AUTHENTICATION"), partial(shows.authentication, everyone=False)),
            (("EXECUTE", "AS"), self._execute_as),
            (("GRANT",), partial(grants.change, granting=True)),
            (("REVOKE",), partial(grants.change, granting=False)),
        )

    def action(self, reader: Reader) -> Action | None:
        """Read one statement; None, and nothing taken, if it is of no kind known here."""
        for words, read in self._readers:
            if reader.accept(*words):
                return read(reader)
        return None

    # -- users -----------------------------------------------------------------------------------------------------

    def _create_user(self, reader: Reader) -> Action:
        quiet = reader.accept("IF", "NOT", "EXISTS")
        name = read_user(reader)
        login = _read_login(reader) or _Login()
        roles = read_list(reader) if reader.accept("DEFAULT", "ROLE") else ()
        if reader.accept("PROPERTIES"):
            # Limits and session variables of a user; read, and of no effect here.
            reader.properties()

        def create() -> None:
            check_user_name(name)
            exists = name.identity in self.accounts.users
            if exists and not quiet:
                raise analysis(f"user {name.identity} already exists!")
            for each in roles:
                known_role(self.accounts, each, "Valid role name fail")
            account = _account(name, login)
            self._check_user_change(name)
            if not exists:
                self.accounts.create(account, roles)

        return self.locked(reader, create)

    def _alter_user(self, reader: Reader) -> Action:
        quiet = reader.accept("IF", "EXISTS")
        name = read_user(reader)
        if reader.accept("DEFAULT", "ROLE"):
            return self.locked(reader, RoleStatements(self.session).default_roles(name, read_roles(reader)))
        if reader.accept("SET"):
            reader.accept("PROPERTIES")
            reader.properties()
            login = None
        else:
            login = _read_login(reader)
            if login is None:
                raise reader.unexpected("IDENTIFIED", "DEFAULT", "SET")

        def alter() -> None:
            check_user_name(name)
            known = self.accounts.users.get(name.identity)
            if known is None and not quiet:
                raise missing_user(name.identity)
            account = None if login is None else _account(name, login)
            self._check_user_change(name)
            if known is not None and account is not None:
                self.accounts.change(account)

        return self.locked(reader, alter)

    def _drop_user(self, reader: Reader) -> Action:
        quiet = reader.accept("IF", "EXISTS")
        name = read_user(reader)

        def drop() -> None:
            check_user_name(name)
            known = name.identity in self.accounts.users
            if not known and not quiet:
                raise missing_user(name.identity)
            if name.identity == ROOT:
                raise analysis(f"Operation DROP USER failed for {ROOT} : cannot drop user {ROOT}")
            self.access.check_system("GRANT")
            if known:
                self.accounts.drop(name.identity)

        return self.locked(reader, drop)

    def _set_password(self, reader: Reader) -> Action:
        given = read_user(reader) if reader.accept("FOR") else None
        reader.expect("=")
        plain = reader.accept("PASSWORD")
        if plain:
            reader.expect("(")
        text = reader.string()
        if plain:
            reader.expect(")")

        def set_password() -> None:
            access = self.access
            if given is not None:
                check_user_name(given)
            identity = access.identity if given is None else given.identity
            user = self.accounts.users.get(identity)
            if user is None:
                raise analysis(f"authentication info for user {identity} not found")
            old = user.account or Account.with_password(user.name, "")
            if old.plugin != _NATIVE:
                raise analysis(
                    f"only allow set password for native user, current user: {identity}, AuthPlugin: {old.plugin}"
                )
            account = _account(UserName(old.user, old.host, old.domain), _Login(_NATIVE, text, plain))
            if identity != access.identity:
                if identity == ROOT:
                    raise analysis("Can not set password for root user, except root itself")
                access.check_system("GRANT")
            self.accounts.change(account)

        return self.locked(reader, set_password)

    def _execute_as(self, reader: Reader) -> Action:
        name = read_user(reader)
        forever = reader.accept("WITH", "NO", "REVERT")

        def become() -> None:
            if not forever:
                raise analysis("`EXECUTE AS` must use with `WITH NO REVERT` for now!")
            known_user(self.accounts, name)
            access = self.access
            if not access.allows("IMPERSONATE", ObjectType.USER, name.identity):
                raise access.denied("IMPERSONATE", ObjectType.USER, name.user)
            access.become(name.identity)

        return self.locked(reader, become)

    def _check_user_change(self, name: UserName) -> None:
        access = self.access
        if name.identity == ROOT and access.identity != ROOT:
            raise analysis("Can not modify root user, except root itself")
        access.check_system("GRANT")


def _read_login(reader: Reader) -> _Login | None:
    if not reader.accept("IDENTIFIED"):
        return None
    if reader.accept("BY"):
        plain = not reader.accept("PASSWORD")
        return _Login(_NATIVE, reader.string(), plain)
    reader.expect("WITH")
    plugin = read_text(reader).upper()
    plain = not reader.at("AS")
    text = reader.string() if reader.accept("BY") or reader.accept("AS") else ""
    return _Login(plugin, text, plain)


def _account(name: UserName, login: _Login) -> Account:
    """Turn what was written into digests (UserAuthOptionAnalyzer.java, UserAuthenticationInfo.java)."""
    if login.plugin not in _PLUGINS:
        raise analysis(f"Cannot find {login.plugin} from [{_CLIENT_PLUGINS}]")
    if login.plugin != _NATIVE:
        # Nothing here can ask a directory, so nobody logs in this way.
        nobody = Account(name.user, NOBODY_KNOWS, NOBODY_KNOWS, name.host, name.domain)
        return replace(nobody, plugin=login.plugin, asked=login.text or None)
    if login.plain or not login.text:
        return Account.with_password(name.user, login.text, name.host, domain=name.domain)
    digest = login.text.upper()
    if not _NATIVE_DIGEST.fullmatch(digest):
        # ERR_PASSWD_LENGTH; the words are MySQL's.
        raise SqlError("Password hash should be a 41-digit hexadecimal number", 1372, "HY000")
    return Account(name.user, bytes.fromhex(digest[1:]), NOBODY_KNOWS, name.host, name.domain)
