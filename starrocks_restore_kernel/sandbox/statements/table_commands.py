"""Statements about whole tables: CREATE, DROP, TRUNCATE TABLE; ALTER TABLE is next door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from ..model.alter import AlterKind, cancel_alter
from ..model.catalog import Column, Rollup, Table
from ..model.partition_names import PartitionDefinition
from ..model.tables import create_table, drop_object, rename_database, truncate
from ..server_errors import SqlError, framed, unknown_table, unsupported_here
from .alter_table import AlterTable
from .ddl import read_create_table
from .engine_errors import duckdb_error
from .insert import Insert, execute_insert, read_partition_names
from .partition_clauses import PartitionBy
from .places import Places
from .query import parse_tree
from .results import Done
from .views import refuse_materialized_view

if TYPE_CHECKING:
    from sqlglot import exp

    from ..model.catalog import Partition, Schema
    from .ddl import CreateTable
    from .reader import Reader
    from .session import Action, Result

__all__ = ["TableCommands"]


class TableCommands(Places):
    """Reads such statements for one session; what it returns carries them out, later."""

    def create(self, reader: Reader) -> Action:
        """Read what follows ``CREATE TABLE``."""
        asked = read_create_table(reader)
        query, like = asked.query, asked.like
        if query is not None:
            return self._create_as(asked, parse_tree(query))
        if like is not None:
            return self.locked(lambda: self._create_like(asked, like))
        schema = asked.schema()
        return self.locked(lambda: self._create(asked, schema))

    def _create(self, asked: CreateTable, schema: Schema) -> Table | None:
        database, name = self.place(asked.name)
        table = create_table(self.frontend, database, name, schema, asked.partitions, if_not_exists=asked.if_not_exists)
        if table is not None and asked.rollups:
            # The rollups of a new table are there at once (OlapTableFactory.java).
            short = min(len(schema.key_columns), 3)
            made = [Rollup(self.frontend.next_id(), rollup, columns, short) for rollup, columns in asked.rollups]
            table.rollups = {each.name: each for each in made}
            self.frontend.journal.save_object(database, table)
        return table

    def _create_like(self, asked: CreateTable, like: tuple[str, ...]) -> None:
        """Make a table as the DDL of another would, except for what is written (CreateTableLikeAnalyzer.java)."""
        _, other = self.table(like)
        schema = other.schema
        definitions = [_definition(each, other) for each in other.partitions.values() if schema.partition_columns]
        if asked.partition_by != PartitionBy():
            schema = replace(
                schema,
                partition_kind=asked.partition_by.kind,
                partition_columns=asked.partition_by.columns,
                partition_expressions=asked.partition_by.expressions,
            )
            definitions = list(asked.partitions)
        if asked.distribution is not None:
            schema = replace(
                schema,
                distribution_columns=asked.distribution.columns,
                buckets=asked.distribution.buckets or schema.buckets,
                automatic_buckets=asked.distribution.buckets is None,
            )
        properties = {**other.properties(), **dict(asked.properties)}
        schema = replace(schema, properties=tuple(properties.items()))
        database, name = self.place(asked.name)
        create_table(self.frontend, database, name, schema, definitions, if_not_exists=asked.if_not_exists)

    def _create_as(self, asked: CreateTable, tree: exp.Expr) -> Action:
        """Make a table of a query's columns, and fill it; without rows there is no table (CTASAnalyzer.java)."""

        def create() -> Result:
            with self.frontend.lock:
                found = self.session.output_columns(tree)
                names = [each.name for each in asked.columns] or [name for name, _ in found]
                if len(names) != len(found):
                    raise framed(
                        SqlError(
                            f"Number of select columns [{len(names)}] don't equal "
                            f"query statement's columns [{len(found)}]"
                        )
                    )
                columns = [Column(name, type_) for name, (_, type_) in zip(names, found, strict=True)]
                table = self._create(asked, asked.schema(columns))
            if table is None:
                return Done()
            try:
                return execute_insert(
                    self.frontend,
                    self.session.binder(),
                    self.session.cursor,
                    Insert(asked.name, tree),
                )
            except (SqlError, duckdb.Error) as error:
                with self.frontend.lock:
                    drop_object(self.frontend, self.place(asked.name)[0], asked.name[-1])
                raise (error if isinstance(error, SqlError) else duckdb_error(error)) from error

        return create

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
        if reader.at("TEMPORARY"):
            # TruncateTableAnalyzer.java
            raise framed(SqlError("Not support truncate temp partitions"))
        names = read_partition_names(reader)
        reader.end()
        return self.locked(lambda: truncate(self.frontend, self.table(parts)[1], names))

    def alter(self, reader: Reader) -> Action:
        """Read what follows ``ALTER TABLE``."""
        return AlterTable(self.session).read(reader)

    def alter_database(self, reader: Reader) -> Action:
        """Read what follows ``ALTER DATABASE``."""
        name = reader.name()
        if not reader.accept("RENAME"):
            raise unsupported_here(f"ALTER DATABASE … {reader.peek().text.upper()}")
        new = reader.name()
        reader.end()
        return self.locked(lambda: rename_database(self.frontend, self.frontend.database(name), new))

    def cancel(self, reader: Reader) -> Action:
        """Read ``CANCEL ALTER TABLE``."""
        reader.expect("ALTER", "TABLE")
        kind = next((each for each in AlterKind if reader.accept(each.value)), AlterKind.COLUMN)
        reader.expect("FROM")
        parts = reader.qualified()
        reader.end()
        return self.locked(lambda: cancel_alter(self.frontend, self.table(parts)[1], kind))


def _definition(partition: Partition, table: Table) -> PartitionDefinition:
    own = partition.replication_num if partition.replication_num != table.replication_num else None
    return PartitionDefinition(partition.name, partition.range, partition.values, own)
