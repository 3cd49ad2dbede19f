"""Statements about materialized views: CREATE, ALTER, REFRESH and DROP MATERIALIZED VIEW."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlglot import exp

from ..model.catalog import MaterializedView, Table
from ..model.dependents import MANUAL_REASON, Wanted, inactivate
from ..model.materialized_views import activate
from ..model.refreshes import refresh
from ..model.tables import drop_object, name_table, swap_tables
from ..server_errors import SqlError, analysis, internal, syntax
from .new_views import create_materialized_view, schedule, set_properties
from .places import Places
from .query import parse_tree
from .results import Done, texts
from .synchronous_views import create_synchronous_view, drop_synchronous_view
from .view_clauses import read_create_materialized_view, read_refresh_scheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from ..model.catalog import Database
    from .reader import Reader
    from .session import Action, Result
    from .view_clauses import RefreshScheme

    Command = Callable[[Database, MaterializedView], None]

__all__ = ["MaterializedViewCommands"]


class MaterializedViewCommands(Places):
    """Reads such statements for one session; what it returns carries them out, later."""

    @property
    def _zone(self) -> tzinfo:
        return self.frontend.zone

    def create(self, reader: Reader) -> Action:
        """Read what follows ``CREATE MATERIALIZED VIEW``."""
        asked = read_create_materialized_view(reader, self._zone)

        def create() -> None:
            if asked.scheme is None:
                create_synchronous_view(self.frontend, asked, self.session.database)
                return
            if len(asked.name) == 1 and self.session.database is None:
                raise analysis(
                    "No database selected. You could set the database name through `<database>.<table>` or "
                    "`use <database>` statement"
                )
            name = asked.name[-2] if len(asked.name) > 1 else str(self.session.database)
            if name not in self.frontend.databases:
                raise analysis(f"Can not find database:{name} in default_catalog")
            create_materialized_view(self.frontend, self.frontend.databases[name], asked, self.session.database)

        return self.locked(create)

    def drop(self, reader: Reader) -> Action:
        """Read what follows ``DROP MATERIALIZED VIEW``; a synchronous one is an index of some table."""
        quiet = reader.accept("IF", "EXISTS")
        parts = reader.qualified()
        reader.end()

        def drop() -> None:
            database, name = self.place(parts)
            if isinstance(database.tables.get(name), MaterializedView):
                drop_object(self.frontend, database, name)
            else:
                drop_synchronous_view(self.frontend, database, name, if_exists=quiet)

        return self.locked(drop)

    # -- ALTER -----------------------------------------------------------------------------------------------------

    def alter(self, reader: Reader) -> Action:
        """Read what follows ``ALTER MATERIALIZED VIEW``."""
        parts = reader.qualified()
        command = self._change(reader)
        reader.end()

        def alter() -> None:
            database, view = self._view(parts)
            if view.state.value != "NORMAL":
                # AlterJobExecutor.java, visitAlterMaterializedViewStatement
                raise internal(f"Materialized view [{view.name}]'s state is not NORMAL. Do not allow to do ALTER ops")
            command(database, view)

        return self.locked(alter)

    def _change(self, reader: Reader) -> Command:
        if reader.accept("ACTIVE"):
            return self._activate
        if reader.accept("INACTIVE"):
            return self._inactivate
        if reader.accept("RENAME"):
            name = reader.name()
            return lambda database, view: self._rename(database, view, name)
        if reader.accept("SWAP", "WITH"):
            other = reader.name()
            return lambda database, view: self._swap(database, view, other)
        if reader.accept("REFRESH"):
            scheme = read_refresh_scheme(reader, self._zone)
            return lambda database, view: self._reschedule(database, view, scheme)
        reader.expect("SET")
        properties = reader.properties()
        return lambda database, view: self._set(database, view, properties)

    def _view(self, parts: tuple[str, ...]) -> tuple[Database, MaterializedView]:
        database, name = self.place(parts)
        found = database.tables.get(name)
        # MaterializedViewAnalyzer.java, visitAlterMaterializedViewStatement
        if found is None:
            raise analysis(f"Materialized view {database.name}.{name} is not found")
        if not isinstance(found, MaterializedView):
            raise analysis(f"{name} is not async materialized view")
        return database, found

    def _activate(self, database: Database, view: MaterializedView) -> None:
        if view.active:
            return
        reason = activate(self.frontend, database, view)
        if reason is not None:
            raise analysis(reason)
        if view.refresh != "MANUAL":
            self.frontend.dependents.waiting[view.id] = Wanted()

    def _inactivate(self, database: Database, view: MaterializedView) -> None:
        if view.active:
            inactivate(self.frontend, database, view, MANUAL_REASON)

    def _rename(self, database: Database, view: MaterializedView, name: str) -> None:
        # AlterMVJobExecutor.java, visitTableRenameClause: what reads it stays active.
        if name in database.tables:
            raise analysis(f"Materialized view [{name}] is already used")
        del database.tables[view.name]
        name_table(view, name)
        database.tables[name] = view
        self.frontend.journal.save_object(database, view)

    def _swap(self, database: Database, view: MaterializedView, other: str) -> None:
        found = database.tables.get(other)
        # AlterJobExecutor.java, visitSwapTableClause
        if not isinstance(found, Table):
            raise internal(f"Table {other} does not exist or is not OLAP/LAKE table")
        if not isinstance(found, MaterializedView):
            raise internal("Materialized view can only SWAP WITH materialized view")
        swap_tables(self.frontend, database, view, found)

    def _reschedule(self, database: Database, view: MaterializedView, scheme: RefreshScheme) -> None:
        schedule(view, scheme, self.frontend.clock.now())
        if scheme.kind == "ASYNC" and not scheme.every and view.active:
            # AlterMVJobExecutor.java, visitRefreshSchemeClause: one that loads make is run at once.
            self.frontend.dependents.waiting[view.id] = Wanted()
        self.frontend.journal.save_object(database, view)

    def _set(self, database: Database, view: MaterializedView, properties: dict[str, str]) -> None:
        set_properties(view, properties)
        self.frontend.journal.save_object(database, view)

    # -- REFRESH ---------------------------------------------------------------------------------------------------

    def refresh(self, reader: Reader) -> Action:
        """Read what follows ``REFRESH MATERIALIZED VIEW``.

        The statement answers at once and the next round of the daemon does the work, unless it is WITH SYNC MODE.
        """
        parts = reader.qualified()
        wanted = _wanted(reader)
        synchronous = reader.accept("WITH", "SYNC", "MODE")
        if not synchronous:
            reader.accept("WITH", "ASYNC", "MODE")
        if reader.accept("WITH", "PRIORITY"):
            reader.number()
        reader.end()

        def answer() -> Result:
            with self.frontend.lock:
                database, view = self._refreshed(parts, wanted)
                query_id = str(UUID(int=self.frontend.next_id()))
                if not synchronous:
                    self.frontend.dependents.waiting[view.id] = wanted
            if synchronous:
                try:
                    refresh(self.frontend, database, view, wanted)
                except SqlError as error:
                    # TaskManager.java, executeTaskSync
                    raise internal(f"execute task mv-{view.id} failed: {error.message}") from error
            return texts("QUERY_ID", [(query_id,)])

        return answer

    def cancel(self, reader: Reader) -> Action:
        """Read what follows ``CANCEL REFRESH MATERIALIZED VIEW``."""
        parts = reader.qualified()
        reader.accept("FORCE")
        reader.end()

        def cancel() -> Result:
            with self.frontend.lock:
                database, name = self.place(parts)
                view = database.tables.get(name)
                if not isinstance(view, MaterializedView):
                    # LocalMetastore.java, getMaterializedViewToRefresh
                    raise internal(f"{name} is not a materialized view")
                self.frontend.dependents.waiting.pop(view.id, None)
            return Done()

        return cancel

    def _refreshed(self, parts: tuple[str, ...], wanted: Wanted) -> tuple[Database, MaterializedView]:
        """Look at a REFRESH as MaterializedViewAnalyzer.java does (visitRefreshMaterializedViewStatement)."""
        place = parts[-2] if len(parts) > 1 else self.session.database
        if place is not None and place not in self.frontend.databases:
            raise analysis(f"Can not find database:{place}")
        database, name = self.place(parts)
        view = database.tables.get(name)
        if view is None:
            raise analysis(f"Can not find materialized view:{name}")
        if not isinstance(view, MaterializedView):
            raise analysis(f"Can not refresh non materialized view:{name}")
        if not view.active and view.inactive_reason == MANUAL_REASON:
            raise analysis(
                f"Refresh materialized view failed because [{name}] is not active. You can try to active it with "
                f"ALTER MATERIALIZED VIEW {name} ACTIVE; "
            )
        by_range, by_list = bool(wanted.start), bool(wanted.values)
        if (by_range or by_list) and not view.schema.partition_columns:
            raise analysis("Not support refresh by partition for single partition mv")
        if by_range and not view.schema.partition_kind.is_range:
            raise analysis("Not support refresh by partition for non range partitioned mv")
        return database, view


def _wanted(reader: Reader) -> Wanted:
    start = end = ""
    values: list[tuple[str, ...]] = []
    if reader.accept("PARTITION"):
        if reader.accept("START"):
            reader.expect("(")
            start = reader.string()
            reader.expect(")", "END", "(")
            end = reader.string()
            reader.expect(")")
        else:
            tree = _values(reader)
            for each in tree:
                row = each.expressions if isinstance(each, exp.Tuple) else [each]
                values.append(tuple(value.name for value in row))
    return Wanted(reader.accept("FORCE"), start, end, tuple(values))


def _values(reader: Reader) -> list[exp.Expr]:
    if not reader.at("("):
        raise reader.unexpected("START", "(")
    tree = parse_tree(f"SELECT ({reader.balanced()},)")
    found = tree.expressions[0] if isinstance(tree, exp.Select) else None
    if not isinstance(found, exp.Tuple):
        raise syntax("The partitions are no list of values")
    return list(found.expressions)
