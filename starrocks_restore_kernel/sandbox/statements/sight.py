"""Who asks, and what there is for them to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .variables import Variables

__all__ = ["EVERYTHING", "Sight", "Viewer"]


class Sight(Protocol):
    """What a user may know of: anything that they have any privilege on (Authorizer.java, checkAnyActionOn…)."""

    def may_see_database(self, database: str, /) -> bool:
        """Tell whether the user has any privilege on the database or in it."""
        ...

    def may_see_table(self, database: str, table: str, /) -> bool:
        """Tell whether the user has any privilege on the table, the view or the materialized view."""
        ...

    def may_see_function(self, database: str, signature: str, /) -> bool:
        """Tell whether the user has any privilege on the function."""
        ...

    def may_see_catalog(self, catalog: str, /) -> bool:
        """Tell whether the user has any privilege on the external catalog."""
        ...

    def may_see_connection_of(self, user: str, /) -> bool:
        """Tell whether another user's connections are shown."""
        ...


class _Everything:
    """Sees all there is, as root does."""

    def may_see_database(self, _database: str, /) -> bool:
        return True

    def may_see_table(self, _database: str, _table: str, /) -> bool:
        return True

    def may_see_function(self, _database: str, _signature: str, /) -> bool:
        return True

    def may_see_catalog(self, _catalog: str, /) -> bool:
        return True

    def may_see_connection_of(self, _user: str, /) -> bool:
        return True


EVERYTHING: Sight = _Everything()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes a SHOW statement or a system table is made for.

    Parameters
    ----------
    zone
        The session's time zone, in which every time is shown.
    sight
        What the user may see.
    """

    user: str = "root"
    connection_id: int = 0
    database: str | None = None
    variables: Variables | None = None
    zone: tzinfo = UTC
    sight: Sight = EVERYTHING
