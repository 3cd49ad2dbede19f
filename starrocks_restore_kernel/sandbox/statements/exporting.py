"""EXPORT and LOAD: refused for a table under restore as a server refuses them, and otherwise not done here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import Table, TableState
from ..server_errors import analysis, bad_table_state, internal, unsupported_here
from .places import Places

if TYPE_CHECKING:
    from .reader import Reader
    from .session import Action

__all__ = ["Exporting"]


class Exporting(Places):
    """Reads such statements for one session; what it returns refuses them, later."""

    def export(self, reader: Reader) -> Action:
        """Read what follows ``EXPORT`` (ExportStmtAnalyzer.java, visitExportStatement)."""
        reader.expect("TABLE")
        parts = reader.qualified()

        def export() -> None:
            database, name = self.place(parts)
            table = database.tables.get(name)
            if table is None:
                # MetaUtils.java, getSessionAwareTable
                raise analysis(f"Table {name} is not found")
            if type(table) is Table and table.state is TableState.RESTORE:
                raise bad_table_state()
            raise unsupported_here("EXPORT …")

        return self.locked(export)

    def load(self, reader: Reader) -> Action:
        """Read what follows ``LOAD``, as far as its tables (BrokerFileGroup.java, parse)."""
        reader.expect("LABEL")
        label = reader.qualified()
        names = []
        while reader.peek().kind != "end":
            if reader.accept("INTO", "TABLE"):
                names.append(reader.name())
            else:
                reader.take()

        def load() -> None:
            known = self.place(label)[0].tables
            for table in (known.get(name) for name in names):
                if isinstance(table, Table) and table.state is TableState.RESTORE:
                    raise internal(f"Table [{table.name}] is under restore")
            raise unsupported_here("LOAD …")

        return self.locked(load)
