"""Grants as SHOW GRANTS writes them (ShowGrantsExecutor.java, AST2StringVisitor.java)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ..model.privileges import ALL, DEFAULT_CATALOG_ID, INFORMATION_SCHEMA_ID, ObjectType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..frontend import Frontend
    from ..model.accounts import Role, User
    from ..model.catalog import Database
    from ..model.privileges import Held, Path, Privileges

__all__ = ["IN_A_DATABASE", "Shown", "grants_of_role", "grants_of_user"]

IN_A_DATABASE = (ObjectType.TABLE, ObjectType.VIEW, ObjectType.MATERIALIZED_VIEW, ObjectType.PIPE)
"""Types whose objects are named with their database."""

GrantRow = tuple[str, str | None, str]


def grants_of_user(frontend: Frontend, user: User) -> list[GrantRow]:
    """List what a user was granted itself: its roles first, then each privilege (ShowGrantsExecutor.java)."""
    roles = _quoted(frontend, user.roles)
    rows: list[GrantRow] = [(user.identity, None, f"GRANT {roles} TO {user.identity}")] if roles else []
    return rows + _rows(frontend, user.identity, f"USER {user.identity}", user.privileges)


def grants_of_role(frontend: Frontend, role: Role) -> list[GrantRow]:
    """List what a role was granted itself."""
    roles = _quoted(frontend, role.parents)
    rows: list[GrantRow] = [(role.name, None, f"GRANT {roles} TO ROLE {role.name}")] if roles else []
    return rows + _rows(frontend, role.name, f"ROLE '{role.name}'", role.privileges)


def _quoted(frontend: Frontend, roles: Iterable[int]) -> str:
    return ", ".join(f"'{each}'" for each in frontend.accounts.role_names(roles))


def _rows(frontend: Frontend, first: str, grantee: str, privileges: Privileges) -> list[GrantRow]:
    shown = Shown(frontend)
    rows = []
    for held in privileges.listed():
        # What stands on an object that is gone is passed over.
        what = shown.object(held.object_type, held.path)
        if what is not None:
            option = " WITH GRANT OPTION" if held.grantable else ""
            text = f"GRANT {', '.join(held.privileges)} ON {what} TO {grantee}{option}"
            rows.append((first, shown.catalog(held), text))
    return rows


class Shown:
    """Turns the ids that privileges are held by back into names; each database is looked through once."""

    def __init__(self, frontend: Frontend) -> None:
        self.frontend = frontend
        self._tables = cache(_table_names)
        self._catalogs = {str(each.id): each.name for each in frontend.catalogs.values()}
        self._catalogs[str(DEFAULT_CATALOG_ID)] = "default_catalog"

    def catalog(self, held: Held) -> str | None:
        """Name the catalog for the second column (ShowGrantsExecutor.java, getCatalogNameFromPEntry)."""
        if held.object_type not in (ObjectType.CATALOG, ObjectType.DATABASE, ObjectType.TABLE):
            return "default_catalog"
        return self._catalogs.get(held.path[0])

    def object(self, type_: ObjectType, path: Path) -> str | None:
        """Write what stands behind ON; None if the object is gone."""
        if not path:
            return type_.title
        if path[-1] == ALL:
            return self._everything(type_, path)
        name = self._name(type_, path)
        return None if name is None else f"{type_.title} {name}"

    def _everything(self, type_: ObjectType, path: Path) -> str | None:
        text = f"ALL {type_.plural}"
        if type_ not in (*IN_A_DATABASE, ObjectType.FUNCTION):
            return text
        if path[-2] == ALL:
            return f"{text} IN ALL DATABASES"
        database = self._database(path[-2])
        return None if database is None else f"{text} IN DATABASE {database}"

    def _name(self, type_: ObjectType, path: Path) -> str | None:
        if type_ is ObjectType.CATALOG:
            return self._catalogs.get(path[0])
        if type_ is ObjectType.DATABASE:
            return self._database(path[1])
        if type_ is ObjectType.FUNCTION:
            return self._function(*path)
        if type_ in IN_A_DATABASE:
            return self._table(*path[-2:])
        return path[0]

    def _database(self, id_: str) -> str | None:
        if id_ == str(INFORMATION_SCHEMA_ID):
            return "information_schema"
        found = self._held(id_)
        return None if found is None else found.name

    def _held(self, id_: str) -> Database | None:
        return self.frontend.databases_by_id.get(int(id_)) if id_.isdecimal() else None

    def _table(self, database: str, id_: str) -> str | None:
        found = self._held(database)
        name = None if found is None else self._tables(found.id, self.frontend).get(id_)
        return None if found is None or name is None else f"{found.name}.{name}"

    def _function(self, database: str, id_: str) -> str | None:
        found = self._held(database)
        for function in () if found is None else found.functions.values():
            if str(function.id) == id_ and found is not None:
                return f"{function.signature} in DATABASE {found.name}"
        return None


def _table_names(database: int, frontend: Frontend) -> dict[str, str]:
    return {str(each.id): each.name for each in frontend.databases_by_id[database].tables.values()}
