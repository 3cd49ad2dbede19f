"""Statements about tables: CREATE, DROP, TRUNCATE and ALTER TABLE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import Table
from ..model.tables import add_partition, create_table, drop_object, drop_partition, rename_table, swap_tables, truncate
from ..server_errors import SqlError, analysis, framed, unknown_table, unsupported_here
from .ddl import read_create_table, read_partition
from .places import Places
from .views import refuse_materialized_view

if TYPE_CHECKING:
    from .reader import Reader
    from .session import Action

__all__ = ["TableCommands"]


class TableCommands(Places):
    """Reads such statements for one session; what it returns carries them out, later."""

    def create(self, reader: Reader) -> Action:
        """Read what follows ``CREATE TABLE``."""
        asked = read_create_table(reader)
        return self.locked(lambda: create_table(self.frontend, self.place(asked.name)[0], asked))

    def drop(self, reader: Reader) -> Action:
        """Read what follows ``DROP TABLE``."""
        quiet = reader.accept("IF", "EXISTS")
        parts = reader.qualified()
        reader.accept("FORCE")
        reader.end()

        def drop() -> None:
            database, name = self.place(parts)
            found = database.tables.get(name)
            if found is None:
                if quiet:
                    return
                raise unknown_table(name)
            refuse_materialized_view(found, name)
            if not isinstance(found, Table):
                raise framed(SqlError(f"'{database.name}'.'{name}' is not 'TABLE'", 1347, "HY000"))
            drop_object(self.frontend, database, name)

        return self.locked(drop)

    def truncate(self, reader: Reader) -> Action:
        """Read ``TRUNCATE TABLE``."""
        reader.expect("TABLE")
        parts = reader.qualified()
        names = None
        if reader.accept("PARTITION") or reader.accept("PARTITIONS"):
            names = reader.names() if reader.at("(") else (reader.name(),)
        reader.end()
        return self.locked(lambda: truncate(self.frontend, self.table(parts)[1], names))

    def alter(self, reader: Reader) -> Action:
        """Read what follows ``ALTER TABLE``."""
        parts = reader.qualified()
        if reader.accept("SWAP", "WITH"):
            other = reader.qualified()[-1]
            reader.end()
            return self.locked(lambda: self._swap(parts, other))
        if reader.accept("RENAME"):
            reader.accept("TO")
            name = reader.name()
            reader.end()
            return self.locked(lambda: rename_table(self.frontend, *self.table(parts), name))
        if reader.accept("DROP", "PARTITION"):
            quiet = reader.accept("IF", "EXISTS")
            name = reader.name()
            reader.accept("FORCE")
            reader.end()
            return self.locked(lambda: drop_partition(self.frontend, self.table(parts)[1], name, if_exists=quiet))
        if reader.accept("ADD", "PARTITION"):
            return self.locked(lambda: self._add_partition(parts, reader))
        raise unsupported_here(f"ALTER TABLE … {reader.peek().text.upper()}")

    def _swap(self, parts: tuple[str, ...], other: str) -> None:
        database, table = self.table(parts)
        found = database.tables.get(other)
        if not isinstance(found, Table):
            raise unknown_table(other)
        swap_tables(self.frontend, database, table, found)

    def _add_partition(self, parts: tuple[str, ...], reader: Reader) -> None:
        # What the values mean depends on the table, so the clause is read only now.
        _, table = self.table(parts)
        schema = table.schema
        if not schema.partition_columns:
            raise analysis("Only support adding partition to range/list partitioned table")
        definition = read_partition(reader, schema.partition_kind, schema.partition_columns, schema.columns)
        if reader.accept("DISTRIBUTED", "BY"):
            raise unsupported_here("a partition with a distribution of its own")
        reader.end()
        add_partition(self.frontend, table, definition)
