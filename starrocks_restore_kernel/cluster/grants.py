"""What SHOW GRANTS says, as privileges that can be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Grant", "Grants", "read_grant"]

PUBLIC = "public"
"""The role that everybody has; who holds no other right may not read what it was granted."""

# ObjectType.java; the longer names first, as one begins like another.
_KINDS = (
    "SYSTEM",
    "MATERIALIZED VIEW",
    "RESOURCE GROUP",
    "GLOBAL FUNCTION",
    "STORAGE VOLUME",
    "TABLE",
    "DATABASE",
    "USER",
    "RESOURCE",
    "VIEW",
    "CATALOG",
    "FUNCTION",
    "PIPE",
    "COLUMN",
    "WAREHOUSE",
)
_PLURALS = {kind.removesuffix("Y") + "IES" if kind.endswith("Y") else f"{kind}S": kind for kind in _KINDS[1:]}
_TO = re.compile(r" TO (?:USER|ROLE) ")
_ROLES = re.compile(r"GRANT ((?:'[^']*'(?:, )?)+) TO ")
_OPTION = " WITH GRANT OPTION"


@dataclass(frozen=True, slots=True)
class Grant:
    """Privileges on one kind of object.

    ``database`` and ``name`` are None where they stand for all; of a system neither is used, and of a database or a
    catalog the name alone.
    """

    privileges: frozenset[str]
    kind: str
    """``SYSTEM``, ``DATABASE``, ``TABLE`` and so on (ObjectType.java), with a blank for each underscore."""
    database: str | None = None
    name: str | None = None
    catalog: str | None = "default_catalog"
    """None for every catalog."""
    grantee: str = ""
    """The user, or the role it came through."""
    with_grant_option: bool = False

    def covers(self, kind: str, database: str | None, name: str | None, catalog: str) -> bool:
        """Whether it speaks of that object; a name of None asks for all of them."""
        return (
            self.kind == kind
            and self.catalog in {None, catalog}
            and self.database in {None, database}
            and self.name in {None, name}
        )


@dataclass(frozen=True, slots=True)
class Grants:
    """What a user was granted, directly and through its active roles.

    Attributes
    ----------
    user
        As the server writes it, ``'ann'@'%'``.
    active
        The active roles, and what these were granted in turn.
    inactive
        Roles that the user has and that are not active: SET ROLE would make them so.
    unread
        Active roles whose grants may not be read, so that there may be more. ``public`` is mostly one.
    """

    user: str
    active: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    unread: tuple[str, ...] = ()

    def holds(
        self,
        privilege: str,
        kind: str,
        *,
        database: str | None = None,
        name: str | None = None,
        catalog: str = "default_catalog",
    ) -> bool:
        """Whether a privilege was granted on an object, or on all of a kind where it is not named.

        Examples
        --------
        >>> text = "GRANT INSERT, SELECT ON ALL TABLES IN DATABASE shop TO USER 'ann'@'%'"
        >>> ann = Grants("'ann'@'%'", grants=(read_grant(text, "default_catalog", "'ann'@'%'"),))
        >>> ann.holds("INSERT", "TABLE", database="shop", name="orders"), ann.holds("INSERT", "TABLE", database="old")
        (True, False)
        """
        return any(privilege in each.privileges and each.covers(kind, database, name, catalog) for each in self.grants)

    def any_on_all(self, kind: str, database: str) -> bool:
        """Whether some privilege was granted on all objects of a kind in a database: then none of them is hidden."""
        return any(each.privileges and each.covers(kind, database, None, "default_catalog") for each in self.grants)


def granted_roles(rows: Iterable[str]) -> tuple[str, ...]:
    """The roles that SHOW GRANTS says were granted to a user or a role (AST2StringVisitor.java)."""
    found = [_ROLES.match(text) for text in rows]
    return tuple(role for match in found if match for role in re.findall(r"'([^']*)'", match[1]))


def read_grant(text: str, catalog: str | None, grantee: str) -> Grant | None:
    """Read a row of SHOW GRANTS; None for one that grants roles, or that says what nobody here understands.

    It writes names without quotes, so those with a dot, or that look like more of the sentence, are read wrongly
    (AST2StringVisitor.java, visitGrantRevokePrivilegeStatement).
    """
    if not text.startswith("GRANT ") or _ROLES.match(text):
        return None
    parts = _TO.split(text.removeprefix("GRANT "))
    privileges, found, what = parts[0].partition(" ON ")
    if not found or len(parts) < 2:
        return None
    kind, database, name = _object(what)
    if kind is None:
        return None
    names = frozenset(each.strip().replace("_", " ") for each in privileges.split(","))
    return Grant(names, kind, database, name, catalog, grantee, text.endswith(_OPTION))


def _object(what: str) -> tuple[str | None, str | None, str | None]:
    """The kind, the database and the name of what stands behind ON."""
    if what.startswith("ALL "):
        plural, _, where = what.removeprefix("ALL ").partition(" IN ")
        database = where.removeprefix("DATABASE ") if where.startswith("DATABASE ") else None
        return _PLURALS.get(plural.replace("_", " ")), database, None
    spaced = what.replace("MATERIALIZED_VIEW", "MATERIALIZED VIEW").replace("RESOURCE_GROUP", "RESOURCE GROUP")
    kind = next((each for each in _KINDS if spaced == each or spaced.startswith(f"{each} ")), None)
    if kind is None:
        return None, None, None
    name = spaced[len(kind) + 1 :]
    if kind in {"TABLE", "VIEW", "MATERIALIZED VIEW", "PIPE"}:
        database, _, rest = name.partition(".")
        return kind, database, rest
    if kind == "FUNCTION":
        signature, _, database = name.rpartition(" in DATABASE ")
        return kind, database, signature
    return kind, None, name or None
