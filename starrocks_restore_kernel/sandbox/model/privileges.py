"""Privileges on objects: who holds what, as AuthorizationMgr.java and PrivilegeCollectionV2.java keep it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..server_errors import internal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "ALL",
    "BUILT_IN_ROLES",
    "DEFAULT_CATALOG_ID",
    "INFORMATION_SCHEMA_ID",
    "Held",
    "ObjectType",
    "Path",
    "Privileges",
    "Resolved",
    "java_order",
]

ALL = "*"
"""In a path: every object of the level; all levels behind it are ``ALL`` too."""

Path = tuple[str, ...]
"""Names an object by ids, outermost first; SYSTEM's is empty (PEntryObject.java and its subclasses)."""


class ObjectType(Enum):
    """What privileges are held on, in the order in which SHOW GRANTS lists them.

    That order is the one of a HashMap over ObjectType.java's ids. A value is the name, the plural, the privileges
    that there are on the type (DefaultAuthorizationProvider.java) and how long its paths are.
    """

    TABLE = ("TABLE", "TABLES", "DELETE, DROP, INSERT, SELECT, ALTER, EXPORT, UPDATE, REFRESH", 3)
    DATABASE = (
        "DATABASE",
        "DATABASES",
        "CREATE TABLE, DROP, ALTER, CREATE VIEW, CREATE FUNCTION, CREATE MATERIALIZED VIEW, CREATE PIPE",
        2,
    )
    SYSTEM = (
        "SYSTEM",
        "SYSTEM",
        (
            "GRANT, NODE, CREATE RESOURCE, PLUGIN, FILE, BLACKLIST, OPERATE, CREATE EXTERNAL CATALOG, REPOSITORY, "
            "CREATE RESOURCE GROUP, CREATE GLOBAL FUNCTION, CREATE STORAGE VOLUME, CREATE WAREHOUSE, SECURITY"
        ),
        0,
    )
    WAREHOUSE = ("WAREHOUSE", "WAREHOUSES", "USAGE, ALTER, DROP", 1)
    USER = ("USER", "USERS", "IMPERSONATE", 1)
    RESOURCE = ("RESOURCE", "RESOURCES", "USAGE, ALTER, DROP", 1)
    VIEW = ("VIEW", "VIEWS", "SELECT, ALTER, DROP", 2)
    CATALOG = ("CATALOG", "CATALOGS", "USAGE, CREATE DATABASE, DROP, ALTER", 1)
    MATERIALIZED_VIEW = ("MATERIALIZED VIEW", "MATERIALIZED VIEWS", "ALTER, REFRESH, DROP, SELECT", 2)
    FUNCTION = ("FUNCTION", "FUNCTIONS", "USAGE, DROP", 2)
    RESOURCE_GROUP = ("RESOURCE GROUP", "RESOURCE GROUPS", "ALTER, DROP", 1)
    GLOBAL_FUNCTION = ("GLOBAL FUNCTION", "GLOBAL FUNCTIONS", "USAGE, DROP", 1)
    STORAGE_VOLUME = ("STORAGE VOLUME", "STORAGE VOLUMES", "DROP, ALTER, USAGE", 1)
    PIPE = ("PIPE", "PIPES", "ALTER, DROP, USAGE", 2)

    def __init__(self, title: str, plural: str, privileges: str, depth: int) -> None:
        self.title = title
        self.plural = plural
        self.privileges: tuple[str, ...] = tuple(privileges.split(", "))
        self.everything: Path = (ALL,) * depth

    @property
    def wide_last(self) -> bool:
        """Whether ``ALL`` stands behind single objects in a listing (UserPEntryObject.java, compareTo)."""
        return self in (ObjectType.USER, ObjectType.RESOURCE)


@dataclass(frozen=True, slots=True)
class Held:
    """One grant: privileges on an object, or on all of a level."""

    type: str
    """The name of an `ObjectType`'s member."""
    path: Path
    privileges: tuple[str, ...]
    grantable: bool = False

    @property
    def object_type(self) -> ObjectType:
        """The type itself."""
        return ObjectType[self.type]


_Key = tuple[ObjectType, Path, bool]
_ByPath = dict[Path, set[str]]


class Privileges:
    """What one user or role was granted directly (PrivilegeCollectionV2.java)."""

    def __init__(self, held: Iterable[Held] = ()) -> None:
        self._held: dict[_Key, set[str]] = {}
        for each in held:
            self.put(each)

    def __iter__(self) -> Iterator[Held]:
        return (self._entry(key) for key in self._held)

    def listed(self) -> list[Held]:
        """List everything as SHOW GRANTS does: type by type, and what is wide before what is narrow."""
        order = {type_: index for index, type_ in enumerate(ObjectType)}
        keys = sorted(self._held, key=lambda each: (order[each[0]], _rank(each[0], each[1]), each[2]))
        return [self._entry(key) for key in keys]

    def on(self, type_: ObjectType, path: Path) -> tuple[Held, Held]:
        """Find what is held on an object without the grant option and with it, which may both be nothing."""
        return self._entry((type_, path, False)), self._entry((type_, path, True))

    def put(self, held: Held) -> None:
        """Take an entry over as it is; one without privileges takes away what was there."""
        key = held.object_type, held.path, held.grantable
        if held.privileges:
            self._held[key] = set(held.privileges)
        else:
            self._held.pop(key, None)

    def _entry(self, key: _Key) -> Held:
        type_, path, grantable = key
        found = self._held.get(key, ())
        return Held(type_.name, path, tuple(each for each in type_.privileges if each in found), grantable)

    def grant(self, type_: ObjectType, privileges: Iterable[str], path: Path, *, grantable: bool) -> None:
        """Add privileges; WITH GRANT OPTION takes the place of the same without it, and is not taken back by it."""
        wanted = set(privileges)
        if grantable:
            self._remove((type_, path, False), wanted)
        else:
            wanted -= self._held.get((type_, path, True), set())
        if wanted:
            self._held.setdefault((type_, path, grantable), set()).update(wanted)

    def revoke(self, type_: ObjectType, privileges: Iterable[str], path: Path, shown: str) -> None:
        """Take privileges away, with or without the grant option.

        A grant on all tables is an entry of its own: a single table cannot be taken out of it.

        Raises
        ------
        SqlError
            If there is an entry of that type and none on this very object; ``shown`` is its name. On SYSTEM the
            server trips over its own message.
        """
        if not any(each is type_ for each, _, _ in self._held):
            return
        keys = [key for key in ((type_, path, False), (type_, path, True)) if key in self._held]
        if not keys:
            if type_ is ObjectType.SYSTEM:
                call = "com.starrocks.authorization.PEntryObject.isFuzzyMatching()"
                raise internal(f'Cannot invoke "{call}" because "object" is null')
            raise internal(f"There is no such grant defined on {shown}")
        for key in keys:
            self._remove(key, set(privileges))

    def _remove(self, key: _Key, privileges: set[str]) -> None:
        if key in self._held:
            self._held[key] -= privileges
            if not self._held[key]:
                del self._held[key]


def _rank(type_: ObjectType, path: Path) -> tuple[tuple[bool, str], ...]:
    return tuple(((part == ALL) is type_.wide_last, part) for part in path)


class Resolved:
    """What somebody may do now, merged from all that was granted; every question is a few look-ups.

    Parameters
    ----------
    sources
        Direct grants, and those of the active roles and of the roles above them.
    """

    def __init__(self, sources: Iterable[Privileges]) -> None:
        self._held: dict[ObjectType, _ByPath] = defaultdict(lambda: defaultdict(set))
        self._grantable: dict[ObjectType, _ByPath] = defaultdict(lambda: defaultdict(set))
        self._above: dict[ObjectType, set[Path]] = defaultdict(set)
        for source in sources:
            for each in source:
                path, type_ = _narrowed(each.path), each.object_type
                self._held[type_][path].update(each.privileges)
                if each.grantable:
                    self._grantable[type_][path].update(each.privileges)
                self._above[type_].update(path[:length] for length in range(len(path)))

    def allows(self, privilege: str, type_: ObjectType, path: Path) -> bool:
        """Tell whether a privilege is held on an object, by itself or with all of a level."""
        held = self._held[type_]
        return any(privilege in held.get(each, ()) for each in _prefixes(path))

    def any_on(self, type_: ObjectType, path: Path) -> bool:
        """Tell whether anything is held on an object, or for a path with ``ALL`` on anything under it."""
        held = self._held[type_]
        if ALL in path and _narrowed(path) in self._above[type_]:
            return True
        return any(each in held for each in _prefixes(path))

    def may_grant(self, privileges: Iterable[str], type_: ObjectType, path: Path) -> bool:
        """Tell whether all of them are held on an object WITH GRANT OPTION (PrivilegeCollectionV2.java, allowGrant)."""
        wanted = set(privileges)
        held = self._grantable[type_]
        return any(wanted <= held.get(each, set()) for each in _prefixes(path))


def _narrowed(path: Path) -> Path:
    return path[: path.index(ALL)] if ALL in path else path


def _prefixes(path: Path) -> list[Path]:
    narrow = _narrowed(path)
    return [narrow[:length] for length in range(len(narrow) + 1)]


def java_order(ids: Iterable[int]) -> list[int]:
    """Put ids in the order in which a HashMap or HashSet of Longs hands them out: the server never sorts roles."""
    found = list(dict.fromkeys(ids))
    size = 16
    while len(found) > size * 3 // 4:
        size *= 2

    def bucket(value: int) -> int:
        long = value & 0xFFFFFFFFFFFFFFFF
        hashed = (long ^ (long >> 32)) & 0xFFFFFFFF
        return (hashed ^ (hashed >> 16)) & (size - 1)

    return sorted(found, key=bucket)


_EVERY_TYPE = tuple(ObjectType)
_DATABASE_ADMIN_SYSTEM = tuple(
    each for each in ObjectType.SYSTEM.privileges if each not in ("GRANT", "NODE", "CREATE WAREHOUSE")
)


def _all_on(*types: ObjectType) -> tuple[Held, ...]:
    return tuple(Held(each.name, each.everything, each.privileges) for each in types)


def _on_system(*privileges: str) -> Held:
    return Held(ObjectType.SYSTEM.name, (), privileges)


INFORMATION_SCHEMA_ID = 1
"""SystemId.java; every user may read all of its tables."""

DEFAULT_CATALOG_ID = -11
"""InternalCatalog.java."""

BUILT_IN_ROLES: dict[int, tuple[str, str, tuple[Held, ...]]] = {
    -1: ("root", "built-in root role which has all privileges on all objects", _all_on(*_EVERY_TYPE)),
    -2: (
        "db_admin",
        "built-in database administration role",
        (
            _on_system(*_DATABASE_ADMIN_SYSTEM),
            *_all_on(
                *(
                    each
                    for each in _EVERY_TYPE
                    if each not in (ObjectType.SYSTEM, ObjectType.WAREHOUSE, ObjectType.USER)
                )
            ),
        ),
    ),
    -3: (
        "cluster_admin",
        "built-in cluster administration role",
        (_on_system("NODE", "CREATE WAREHOUSE"), *_all_on(ObjectType.WAREHOUSE)),
    ),
    -4: ("user_admin", "built-in user administration role", (_on_system("GRANT"), *_all_on(ObjectType.USER))),
    -106: ("security_admin", "built-in security administration role", (_on_system("SECURITY", "OPERATE"),)),
    -5: (
        "public",
        "built-in public role which is owned by any user",
        (Held(ObjectType.TABLE.name, (str(DEFAULT_CATALOG_ID), str(INFORMATION_SCHEMA_ID), ALL), ("SELECT",)),),
    ),
}
"""Name, comment and privileges by id (AuthorizationMgr.java, initBuiltinRolesAndUsers)."""
