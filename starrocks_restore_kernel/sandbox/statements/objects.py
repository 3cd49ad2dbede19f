"""Statements about what is neither a table nor a database: views, materialized views, functions and catalogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .catalogs import CatalogCommands
from .materialized_views import MaterializedViewCommands
from .user_functions import FunctionCommands
from .views import ViewCommands

if TYPE_CHECKING:
    from .reader import Reader
    from .session import Action, Session

__all__ = ["ObjectCommands"]


class ObjectCommands:
    """Finds who reads a statement by the noun behind its verb; None if it is about none of these."""

    def __init__(self, session: Session) -> None:
        self.catalogs = CatalogCommands(session)
        self.functions = FunctionCommands(session)
        self.materialized = MaterializedViewCommands(session)
        self.views = ViewCommands(session)

    def create(self, reader: Reader) -> Action | None:
        """Read what follows ``CREATE``."""
        start = reader.index
        replaces = reader.accept("OR", "REPLACE")
        if reader.accept("VIEW"):
            return self.views.create(reader, replaces=replaces)
        if self._at_function(reader):
            return self.functions.create(reader, replaces=replaces)
        if not replaces and reader.accept("MATERIALIZED", "VIEW"):
            return self.materialized.create(reader)
        if not replaces and reader.accept("EXTERNAL", "CATALOG"):
            return self.catalogs.create(reader)
        reader.index = start
        return None

    def _at_function(self, reader: Reader) -> bool:
        words = (("FUNCTION",), ("AGGREGATE", "FUNCTION"), ("GLOBAL",), ("TABLE", "FUNCTION"))
        if not any(reader.at(*each) for each in words):
            return False
        # CREATE TABLE function (…) makes a table of that name.
        return not reader.at("TABLE", "FUNCTION", "(") and not reader.at("TABLE", "FUNCTION", ".")

    def drop(self, reader: Reader) -> Action | None:
        """Read what follows ``DROP``."""
        if reader.accept("VIEW"):
            return self.views.drop(reader)
        if reader.accept("MATERIALIZED", "VIEW"):
            return self.materialized.drop(reader)
        if reader.at("FUNCTION") or reader.at("GLOBAL", "FUNCTION"):
            return self.functions.drop(reader)
        return self.catalogs.drop(reader) if reader.accept("CATALOG") else None

    def alter(self, reader: Reader) -> Action | None:
        """Read what follows ``ALTER``."""
        if reader.accept("VIEW"):
            return self.views.alter(reader)
        if reader.accept("MATERIALIZED", "VIEW"):
            return self.materialized.alter(reader)
        return self.catalogs.alter(reader) if reader.accept("CATALOG") else None

    def refresh(self, reader: Reader) -> Action | None:
        """Read what follows ``REFRESH``."""
        return self.materialized.refresh(reader) if reader.accept("MATERIALIZED", "VIEW") else None

    def cancel(self, reader: Reader) -> Action | None:
        """Read what follows ``CANCEL``."""
        return self.materialized.cancel(reader) if reader.accept("REFRESH", "MATERIALIZED", "VIEW") else None
