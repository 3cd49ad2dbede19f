"""CREATE, ALTER and DROP VIEW (ViewAnalyzer.java; LocalMetastore.java, createView)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.catalog import MaterializedView, View
from ..model.dependents import inactivate_readers
from ..model.tables import add_object, drop_object
from ..server_errors import SqlError, analysis, framed, syntax, unknown_table
from .definitions import read_definition, require_names
from .places import Places
from .query import parse_tree

if TYPE_CHECKING:
    from ..model.catalog import Column, Database
    from .reader import Reader
    from .session import Action

__all__ = ["ViewCommands", "read_columns", "refuse_materialized_view"]


def read_columns(reader: Reader) -> tuple[tuple[str, str], ...]:
    """Read ``(a COMMENT "…", b)``, if it comes next: names and comments."""
    found: list[tuple[str, str]] = []
    if reader.accept("("):
        while True:
            name = reader.name()
            found.append((name, reader.string() if reader.accept("COMMENT") else ""))
            if not reader.accept(","):
                break
        reader.expect(")")
    return tuple(found)


def refuse_materialized_view(found: object, name: str) -> None:
    """Refuse to drop a materialized view by another statement (DropStmtAnalyzer.java, visitDropTableStatement)."""
    if isinstance(found, MaterializedView):
        raise analysis(
            f"The data of '{name}' cannot be dropped because '{name}' is a materialized view,"
            f"use 'drop materialized view {name}' to drop it."
        )


class ViewCommands(Places):
    """Reads such statements for one session; what it returns carries them out, later."""

    def create(self, reader: Reader, *, replaces: bool) -> Action:
        """Read what follows ``CREATE [OR REPLACE] VIEW``."""
        quiet = reader.accept("IF", "NOT", "EXISTS")
        if quiet and replaces:
            # ParserErrorMsg.java, conflictedOptions
            raise syntax("Conflicted options if not exists and or replace")
        parts = reader.qualified()
        names = read_columns(reader)
        comment = reader.string() if reader.accept("COMMENT") else ""
        security = _security(reader) if reader.accept("SECURITY") else False
        reader.expect("AS")
        text = _query(reader)

        def create() -> None:
            database, name = self.place(parts)
            definition = read_definition(self.frontend, text, self.session.database)
            columns = require_names(definition.columns, names)
            old = database.tables.get(name)
            if old is not None:
                if quiet:
                    return
                if not replaces:
                    raise SqlError(f"Table '{name}' already exists", 1050, "42S01")
                if not isinstance(old, View):
                    # AlterJobExecutor.java, visitAlterViewStatement
                    raise analysis(f"The specified table [{database.name}.{name}] is not a view")
                _change(self, database, old, _view(old, definition.text, columns, comment))
                return
            view = View(self.frontend.next_id(), name, "", self.frontend.clock.now(), security=security)
            add_object(self.frontend, database, _view(view, definition.text, columns, comment))

        return self.locked(create)

    def alter(self, reader: Reader) -> Action:
        """Read what follows ``ALTER VIEW``."""
        parts = reader.qualified()
        if reader.accept("SET", "SECURITY"):
            security = _security(reader)
            reader.end()
            return self.locked(lambda: self._secure(parts, security=security))
        if reader.accept("SET"):
            # Properties are of the views of external catalogs; the server reads them here and does nothing.
            reader.properties()
            reader.end()
            return self.locked(lambda: self._secure(parts, security=False))
        names = read_columns(reader)
        reader.expect("AS")
        text = _query(reader)

        def alter() -> None:
            database, old = self._view(parts)
            definition = read_definition(self.frontend, text, self.session.database)
            columns = require_names(definition.columns, names)
            # The comment is lost with the new definition: the clause has none of its own (AlterViewInfo.java).
            _change(self, database, old, _view(old, definition.text, columns, ""))

        return self.locked(alter)

    def drop(self, reader: Reader) -> Action:
        """Read what follows ``DROP VIEW``."""
        quiet = reader.accept("IF", "EXISTS")
        parts = reader.qualified()
        reader.end()

        def drop() -> None:
            database, name = self.place(parts)
            found = database.tables.get(name)
            if found is None:
                if quiet:
                    return
                raise framed(unknown_table(name))
            refuse_materialized_view(found, name)
            if not isinstance(found, View):
                raise framed(SqlError(f"'{database.name}'.'{name}' is not 'VIEW'", 1347, "HY000"))
            drop_object(self.frontend, database, name)

        return self.locked(drop)

    def _view(self, parts: tuple[str, ...]) -> tuple[Database, View]:
        database, name = self.place(parts)
        found = database.tables.get(name)
        # ViewAnalyzer.java, visitAlterViewStatement
        if found is None:
            raise analysis(f"Table {name} is not found")
        if not isinstance(found, View):
            raise analysis(f"The specified table [{name}] is not a view")
        return database, found

    def _secure(self, parts: tuple[str, ...], *, security: bool) -> None:
        database, view = self._view(parts)
        view.security = security
        self.frontend.journal.save_object(database, view)


def _view(old: View, text: str, columns: tuple[Column, ...], comment: str) -> View:
    names = tuple(each.name for each in columns)
    return replace(old, definition=text, columns=names, schema=columns, comment=comment)


def _change(places: Places, database: Database, old: View, new: View) -> None:
    """Put a new definition in an old view's place; it keeps its id (AlterJobMgr.java, alterView)."""
    with places.frontend.journal.writing():
        database.tables[old.name] = new
        places.frontend.journal.save_object(database, new)
        inactivate_readers(places.frontend, new, f"base-view changed: {old.name}")


def _security(reader: Reader) -> bool:
    if reader.accept("INVOKER"):
        return True
    reader.expect("NONE")
    return False


def _query(reader: Reader) -> str:
    """Take the rest as a query, and read it once now: a syntax error is told before anything is done."""
    text = reader.rest()
    parse_tree(text)
    return text
