"""What the readers of statements share: where a name points to, and the frontend's lock around what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import MaterializedView, Table, View
from ..model.external_catalogs import DEFAULT_CATALOG, unknown_catalog
from ..server_errors import (
    SqlError,
    analysis,
    framed,
    no_database,
    unknown_database,
    unknown_table,
    unsupported_here,
)
from .results import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..frontend import Frontend
    from ..model.catalog import Database
    from .session import Action, Result, Session

__all__ = ["Places"]


class Places:
    """Names of one session, looked up when a statement is carried out and not when it is read."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.frontend: Frontend = session.frontend

    def locked(self, command: Callable[[], object]) -> Action:
        """Make an action of a command that holds the frontend's lock and answers OK."""

        def action() -> Result:
            with self.frontend.lock:
                command()
            return Done()

        return action

    def place(self, parts: tuple[str, ...]) -> tuple[Database, str]:
        """Find where a dotted name points to, at the time of execution."""
        name = parts[-2] if len(parts) > 1 else self.session.database
        if name is None:
            raise framed(no_database())
        catalog = parts[-3] if len(parts) > len(("db", "table")) else self.session.catalog
        if catalog.lower() != DEFAULT_CATALOG:
            if catalog not in self.frontend.catalogs:
                raise framed(unknown_catalog(catalog))
            raise unsupported_here(f"a statement on the external catalog '{catalog}'")
        if name not in self.frontend.databases:
            raise framed(unknown_database(name))
        return self.frontend.databases[name], parts[-1]

    def table(self, parts: tuple[str, ...]) -> tuple[Database, Table]:
        """Find a table; a view is none."""
        database, name = self.place(parts)
        found = database.tables.get(name)
        if found is None:
            raise unknown_table(name)
        if isinstance(found, View):
            raise framed(SqlError(f"Table '{name}' is not a OLAP table", 5503, "42000"))
        if isinstance(found, MaterializedView):
            # AlterTableStatementAnalyzer.java
            raise analysis(
                f"The '{name}' cannot be alter by 'ALTER TABLE', because it is a materialized view,"
                "you can use 'ALTER MATERIALIZED VIEW' to alter it."
            )
        return database, found
