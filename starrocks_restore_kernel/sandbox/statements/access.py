"""What one session may do and see: its user, its active roles, and the server's denial (Authorizer.java)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import MaterializedView, View
from ..model.privileges import ALL, DEFAULT_CATALOG_ID, INFORMATION_SCHEMA_ID, ObjectType, Resolved
from ..server_errors import SqlError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..frontend import Frontend
    from ..model.catalog import Table
    from ..model.privileges import Path

__all__ = ["ANY", "Access", "NotFound", "type_of"]

ANY = "ANY"
"""Stands for whatever privilege there is on an object (PrivilegeType.java)."""

# SystemId.java; the statistics' database has an id of its own on each cluster, and here its name.
_SYSTEM_IDS = {"information_schema": str(INFORMATION_SCHEMA_ID), "sys": "100", "_statistics_": "_statistics_"}


class NotFound(Exception):
    """A name leads to no object of its type; the text is the server's (PrivObjNotFoundException.java)."""


def type_of(table: Table | View) -> ObjectType:
    """Tell under which type's privileges an object of a database falls."""
    if isinstance(table, View):
        return ObjectType.VIEW
    return ObjectType.MATERIALIZED_VIEW if isinstance(table, MaterializedView) else ObjectType.TABLE


class Access:
    """One session's rights; the caller holds the frontend's lock.

    Objects are named by their names, outermost first and without the catalog: ``("d", "t")`` for a table. What does
    not exist is denied to nobody (NativeAccessController.java, checkObjectTypeAction): whoever asks for it hears that
    it is missing.

    Parameters
    ----------
    user
        Who logged in. The default roles are active then (ConnectContext.java, setCurrentRoleIds).
    """

    catalog = "default_catalog"
    """The session's catalog."""

    def __init__(self, frontend: Frontend, user: str) -> None:
        self.frontend = frontend
        self.user = user
        self.become(frontend.accounts.identity(user))

    def become(self, identity: str) -> None:
        """Work as another user from now on, with its default roles."""
        self.identity = identity
        known = self.frontend.accounts.users.get(identity)
        self._active = frozenset() if known is None else frozenset(known.default_roles)
        self._known: tuple[object, ...] = ()
        self._resolved = Resolved(())

    # -- roles -----------------------------------------------------------------------------------------------------

    @property
    def active(self) -> frozenset[int]:
        """The ids of the active roles."""
        return self._active

    def activate(self, roles: Iterable[int]) -> None:
        """Do SET ROLE."""
        self._active = frozenset(roles)

    @property
    def active_names(self) -> list[str]:
        """The active roles by name, without those that are gone."""
        return self.frontend.accounts.role_names(self._active)

    @property
    def current_role(self) -> str:
        """What ``current_role()`` answers (ExpressionAnalyzer.java, visitInformationFunction)."""
        return ", ".join(self.active_names) or "NONE"

    @property
    def resolved(self) -> Resolved:
        """Everything that was granted, merged; merged again only when something has changed."""
        accounts = self.frontend.accounts
        state = (accounts, accounts.generation, self._active)
        if state != self._known:
            self._known, self._resolved = state, accounts.resolve(self.identity, self._active)
        return self._resolved

    # -- questions -------------------------------------------------------------------------------------------------

    def allows(self, privilege: str, type_: ObjectType, *names: str) -> bool:
        """Tell whether a privilege is held on an object, `ANY` for any privilege at all."""
        try:
            path = self.path(type_, *names)
        except NotFound:
            return True
        if privilege == ANY:
            return self.resolved.any_on(type_, path)
        return self.resolved.allows(privilege, type_, path)

    def check(self, privilege: str, type_: ObjectType, *names: str) -> None:
        """Raise the server's denial unless a privilege is held."""
        if not self.allows(privilege, type_, *names):
            raise self.denied(privilege, type_, *names)

    def check_system(self, *privileges: str) -> None:
        """Raise unless one of these privileges is held on SYSTEM."""
        if not any(self.allows(each, ObjectType.SYSTEM) for each in privileges):
            raise self.denied(" OR ".join(privileges), ObjectType.SYSTEM)

    def check_use(self, database: str) -> None:
        """Raise unless there is something to do in a database (ConnectContext.java, changeCatalogDb)."""
        if not self.may_see_database(database):
            raise self.denied(ANY, ObjectType.DATABASE, database)

    def may_see_database(self, database: str) -> bool:
        """Tell whether SHOW DATABASES lists it (Authorizer.java, checkAnyActionOnOrInDb)."""
        resolved = self.resolved
        try:
            path = self.path(ObjectType.DATABASE, database)
        except NotFound:
            return True
        inside = (path[-1], ALL)
        return (
            resolved.any_on(ObjectType.DATABASE, path)
            or resolved.any_on(ObjectType.TABLE, (*path, ALL))
            or any(
                resolved.any_on(each, inside)
                for each in (ObjectType.VIEW, ObjectType.MATERIALIZED_VIEW, ObjectType.FUNCTION)
            )
            # Pipes are asked for in all databases at once, as the server does.
            or resolved.any_on(ObjectType.PIPE, ObjectType.PIPE.everything)
        )

    def may_see_table(self, database: str, name: str) -> bool:
        """Tell whether SHOW TABLES and information_schema list a table, view or materialized view."""
        found = self.frontend.databases.get(database)
        table = None if found is None else found.tables.get(name)
        if found is None or table is None:
            return True
        type_ = type_of(table)
        path = (str(found.id), str(table.id))
        return self.resolved.any_on(type_, (_DEFAULT, *path) if type_ is ObjectType.TABLE else path)

    def may_see_function(self, database: str, signature: str) -> bool:
        """Tell whether SHOW FUNCTIONS lists it (ShowExecutor.java, visitShowFunctionsStatement)."""
        return self.allows(ANY, ObjectType.FUNCTION, database, signature)

    def may_see_catalog(self, name: str) -> bool:
        """Tell whether SHOW CATALOGS lists it; the internal one is everybody's (Authorizer.java)."""
        return name == "default_catalog" or self.allows(ANY, ObjectType.CATALOG, name)

    def may_see_connection_of(self, user: str) -> bool:
        """Tell whether SHOW PROCESSLIST lists a user's connections (ConnectScheduler.java, listConnection)."""
        return user == self.user or self.allows("OPERATE", ObjectType.SYSTEM)

    # -- names -----------------------------------------------------------------------------------------------------

    def path(self, type_: ObjectType, *names: str) -> Path:
        """Turn names into the ids that privileges are held by; ``*`` stays (PEntryObject.java, generate).

        Raises
        ------
        NotFound
            If there is no such object.
        """
        if names and names[0] == ALL:
            return self._everything(type_)
        if type_ in (ObjectType.TABLE, ObjectType.VIEW, ObjectType.MATERIALIZED_VIEW):
            return self._object_path(type_, *names)
        if type_ is ObjectType.DATABASE:
            return (_DEFAULT, self._database_id(names[0]))
        if type_ is ObjectType.CATALOG:
            return (self._catalog_id(names[0]),)
        if type_ is ObjectType.FUNCTION:
            return self._function_path(*names)
        if type_ is ObjectType.PIPE:
            return self._pipe_path(*names)
        if type_ is ObjectType.USER and names[0] not in self.frontend.accounts.users:
            raise NotFound(f"cannot find user {names[0]}")
        if type_ in _ABSENT:
            raise NotFound(f"cannot find {type_.title.lower()}: {names[-1]}")
        return names

    def _everything(self, type_: ObjectType) -> Path:
        # What is granted on all tables or databases holds for the session's catalog.
        return (_DEFAULT, *type_.everything[1:]) if type_ in _IN_A_CATALOG else type_.everything

    def _database_id(self, name: str) -> str:
        found = self.frontend.databases.get(name)
        if found is not None:
            return str(found.id)
        if name.lower() in _SYSTEM_IDS:
            return _SYSTEM_IDS[name.lower()]
        raise NotFound(f"cannot find db: {name}")

    def _catalog_id(self, name: str) -> str:
        if name == "default_catalog":
            return _DEFAULT
        if name not in self.frontend.catalogs:
            raise NotFound(f"cannot find catalog: {name}")
        return str(self.frontend.catalogs[name].id)

    def _object_path(self, type_: ObjectType, database: str, name: str) -> Path:
        owner = self._database_id(database)
        head = (_DEFAULT, owner) if type_ is ObjectType.TABLE else (owner,)
        if name == ALL:
            return (*head, ALL)
        found = self.frontend.databases.get(database)
        if found is None:
            return (*head, name)
        table = found.tables.get(name)
        if table is None or type_of(table) is not type_:
            raise NotFound(f"cannot find {type_.title.lower()} {name} in db {database}")
        return (*head, str(table.id))

    def _function_path(self, database: str, signature: str) -> Path:
        owner = self._database_id(database)
        if signature == ALL:
            return (owner, ALL)
        found = self.frontend.databases.get(database)
        function = None if found is None else found.functions.get(signature)
        if function is None:
            raise NotFound(f"cannot find function {signature}!")
        return (owner, str(function.id))

    def _pipe_path(self, database: str, name: str) -> Path:
        owner = self._database_id(database)
        if name != ALL:
            raise NotFound(f"cannot find pipe {name} in db {database}")
        return (owner, ALL)

    # -- no --------------------------------------------------------------------------------------------------------

    def denied(self, privilege: str, type_: ObjectType, *names: str) -> SqlError:
        """Build ERR_ACCESS_DENIED (AccessDeniedException.java, reportAccessDenied)."""
        accounts = self.frontend.accounts
        user = accounts.users.get(self.identity)
        active = self.active_names
        others = [each for each in accounts.role_names(() if user is None else user.roles) if each not in active]
        what = " ".join([type_.title, *names[-1:]])
        return SqlError(
            f"Access denied; you need (at least one of) the {privilege} privilege(s) on {what} for this operation. "
            "Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. "
            f"Current role(s): {_listed(active)}. Inactivated role(s): {_listed(others)}.",
            5203,
            "42000",
        )


_DEFAULT = str(DEFAULT_CATALOG_ID)
_IN_A_CATALOG = (ObjectType.TABLE, ObjectType.DATABASE)
_ABSENT = (
    ObjectType.GLOBAL_FUNCTION,
    ObjectType.RESOURCE,
    ObjectType.RESOURCE_GROUP,
    ObjectType.STORAGE_VOLUME,
    ObjectType.WAREHOUSE,
)
"""Types of which the sandbox has no objects; pipes are of a database, and so read otherwise."""


def _listed(names: list[str]) -> str:
    return f"[{', '.join(names)}]" if names else "NONE"
