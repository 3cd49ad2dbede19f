"""ALTER TABLE, clause by clause (StarRocks.g4, alterClause).

What a clause's values mean depends on the table, so the clauses are read when the statement is carried out; all of a
statement's clauses are read and checked before the first one takes effect.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model.alter import AlterKind, AlterState, record, submit
from ..model.catalog import KeysType, Rollup, Table
from ..model.columns import ColumnChanges, add_column, comment_column, drop_column, modify_column, rename_column
from ..model.dependents import inactivate_readers
from ..model.dynamic_partitions import check_properties, register_dynamic_partitions
from ..model.journal import Entry
from ..model.partitions import modify_partitions, rename_partition
from ..model.placement import check_colocation, default_buckets, replication
from ..model.table_states import require_normal
from ..model.tables import add_rollup, drop_rollup, rename_table, swap_tables
from ..server_errors import SqlError, analysis, framed, internal, unknown_table, unsupported_here
from .alter_partitions import AlterPartitions
from .column_clauses import read_column, read_columns
from .ddl import Distribution, read_distribution

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model.catalog import Database
    from .reader import Reader
    from .session import Action

    Clause = Callable[[], object]

__all__ = ["AlterTable"]

# AlterTableClauseAnalyzer.java, visitModifyTablePropertiesClause, of the properties that are known here.
_PROPERTIES = (
    "bloom_filter_columns",
    "bucket_size",
    "colocate_with",
    "compression",
    "datacache.partition_duration",
    "default.replication_num",
    "enable_persistent_index",
    "foreign_key_constraints",
    "in_memory",
    "partition_live_number",
    "partition_ttl",
    "partition_ttl_number",
    "replicated_storage",
    "replication_num",
    "storage_cooldown_ttl",
    "storage_medium",
    "unique_constraints",
    "write_quorum",
)


# The first words of the grammar's clauses.
_WORDS = (
    "ADD",
    "AUTO_INCREMENT",
    "COMMENT",
    "COMPACT",
    "DISTRIBUTED",
    "DROP",
    "MODIFY",
    "ORDER",
    "PARTITION",
    "RENAME",
    "REPLACE",
    "SET",
    "SWAP",
    "TRUNCATE",
)


class AlterTable(AlterPartitions):
    """Reads and carries out one ALTER TABLE of a session."""

    def read(self, reader: Reader) -> Action:
        """Read what follows ``ALTER TABLE``; only its words are looked at before the table is known."""
        parts = reader.qualified()
        begin = reader.index
        if reader.peek().text.upper() not in _WORDS:
            raise reader.unexpected(*_WORDS)

        def alter() -> None:
            reader.index = begin
            database, table = self.table(parts)
            require_normal(table)
            changes = ColumnChanges(table.schema)
            clauses: list[Clause] = []
            while True:
                clause = self._clause(reader, database, table, changes)
                if clause is not None:
                    clauses.append(clause)
                if not reader.accept(","):
                    break
            reader.end()
            if changes.schema != table.schema:
                if clauses:
                    # AlterTableStatementAnalyzer.java, which names the other operation; that is worded here.
                    raise analysis("Alter operation SCHEMA_CHANGE conflicts with operation of another kind")
                changes.carry_out(self.frontend, database, table)
                if not changes.slow:
                    self._note(database, table)
            for each in clauses:
                each()

        return self.locked(alter)

    def _note(self, database: Database, table: Table) -> None:
        """Let SHOW ALTER TABLE COLUMN list a change that was made at once, as the server does."""
        job = record(self.frontend, database, table, AlterKind.COLUMN)
        job.state, job.finish_time = AlterState.FINISHED, self.frontend.clock.now()
        self.frontend.alter_jobs[job.id] = job
        self.frontend.journal.save(Entry.ALTER_JOB, job.id, job)

    def _clause(self, reader: Reader, database: Database, table: Table, changes: ColumnChanges) -> Clause | None:
        word = reader.take().text.upper()
        handlers = {
            "ADD": self._add,
            "AUTO_INCREMENT": self._count_from,
            "COMMENT": self._comment,
            "DISTRIBUTED": self._distribute,
            "DROP": self._drop,
            "MODIFY": self._modify,
            "RENAME": self._rename,
            "REPLACE": self._replace,
            "SET": self._set,
            "SWAP": self._swap,
            "TRUNCATE": self._truncate,
        }
        if word not in handlers:
            raise unsupported_here(f"ALTER TABLE … {word}")
        return handlers[word](reader, database, table, changes)

    # -- tables --------------------------------------------------------------------------------------------------------

    def _swap(self, reader: Reader, database: Database, table: Table, _: ColumnChanges) -> Clause:
        reader.expect("WITH")
        name = reader.qualified()[-1]

        def swap() -> None:
            other = database.tables.get(name)
            if not isinstance(other, Table):
                raise unknown_table(name)
            swap_tables(self.frontend, database, table, other)

        return swap

    def _rename(self, reader: Reader, database: Database, table: Table, changes: ColumnChanges) -> Clause | None:
        if reader.accept("COLUMN"):
            old = reader.name()
            reader.expect("TO")
            rename_column(changes, table, old, reader.name())
            return None
        if reader.accept("PARTITION"):
            old, new = reader.name(), reader.name()
            return lambda: rename_partition(self.frontend, table, old, new)
        if reader.accept("ROLLUP"):
            old, new = reader.name(), reader.name()
            return lambda: self._rename_rollup(database, table, old, new)
        name = reader.name()
        return lambda: rename_table(self.frontend, database, table, name)

    def _rename_rollup(self, database: Database, table: Table, old: str, new: str) -> None:
        # LocalMetastore.java, renameRollup
        if old not in table.rollups:
            raise internal(f"Rollup index[{old}] does not exists")
        if new in table.rollups or new == table.name:
            raise internal(f"Rollup name[{new}] is already used")
        table.rollups = {
            (new if name == old else name): (replace(each, name=new) if name == old else each)
            for name, each in table.rollups.items()
        }
        self.frontend.journal.save_object(database, table)

    def _comment(self, reader: Reader, database: Database, table: Table, _: ColumnChanges) -> Clause:
        reader.expect("=")
        comment = reader.string()

        def write() -> None:
            table.schema = replace(table.schema, comment=comment)
            self.frontend.journal.save_object(database, table)

        return write

    def _count_from(self, reader: Reader, _: Database, table: Table, __: ColumnChanges) -> Clause:
        # LocalMetastore.java, alterTableAutoIncrement, behind what AlterTableClauseAnalyzer.java checks
        reader.expect("=")
        number = reader.number()
        if number <= 0:
            raise analysis("AUTO_INCREMENT value must be positive")

        def go_on() -> None:
            current = table.next_auto_increment
            if number <= current:
                raise internal(f"New auto_increment value must be greater than current value: {current}")
            table.next_auto_increment = number
            self.frontend.journal.save_counter(table)

        return go_on

    def _set(self, reader: Reader, database: Database, table: Table, _: ColumnChanges) -> Clause:
        wanted = reader.properties()
        return lambda: self._set_properties(database, table, wanted)

    def _set_properties(self, database: Database, table: Table, wanted: dict[str, str]) -> None:
        dynamic = all(key.startswith("dynamic_partition.") for key in wanted)
        if len(wanted) > 1 and not dynamic:
            raise framed(SqlError("Can only set one table property at a time", 5064, "42000"))
        unknown = {key: value for key, value in wanted.items() if key not in _PROPERTIES}
        if unknown and not dynamic:
            text = ", ".join(f"{key}={value}" for key, value in unknown.items())
            raise framed(SqlError(f"Unknown properties: {{{text}}}", 5064, "42000"))
        number = wanted.get("replication_num")
        if number is not None:
            if table.schema.partition_columns:
                # SchemaChangeHandler.java, updateTableProperty…, of partitioned tables
                raise internal(
                    "This is a range partitioned table, you should specify partitions with MODIFY PARTITION clause."
                    " If you want to set default replication number, please use 'default.replication_num' instead of"
                    " 'replication_num' to escape misleading."
                )
            modify_partitions(self.frontend, table, list(table.partitions), wanted)
        elif "default.replication_num" in wanted:
            table.replication_num = replication(self.frontend, wanted["default.replication_num"])
        else:
            self._keep_properties(database, table, wanted)
        self.frontend.journal.save_object(database, table)
        register_dynamic_partitions(self.frontend, table)

    def _keep_properties(self, database: Database, table: Table, wanted: dict[str, str]) -> None:
        before = table.schema
        for name in wanted.get("bloom_filter_columns", "").split(","):
            if name.strip() and before.column(name.strip()) is None:
                raise internal(f"Invalid bloom filter column '{name.strip()}': not exists")
        if wanted.get("bloom_filter_columns") == dict(before.properties).get("bloom_filter_columns", ""):
            raise internal("Bloom filter index has no change")
        kept = {key: value for key, value in {**dict(before.properties), **wanted}.items() if value != ""}
        table.schema = replace(before, properties=check_properties(self.frontend, before, tuple(kept.items())))
        try:
            check_colocation(database, table)
        except SqlError:
            table.schema = before
            raise

    def _distribute(self, reader: Reader, database: Database, table: Table, _: ColumnChanges) -> Clause:
        reader.index -= 1
        found = read_distribution(reader) or Distribution()
        schema = table.schema
        if dict(schema.properties).get("colocate_with"):
            raise framed(SqlError("Optimize table in colocate group is not supported", 5064, "42000"))
        if not found.columns and schema.keys is not KeysType.DUP_KEYS:
            raise analysis(f"{schema.keys.value} must use hash distribution")
        for name in found.columns:
            if schema.column(name) is None:
                raise analysis(f"Distribution column({name}) doesn't exist.")
        buckets = found.buckets or default_buckets(self.frontend, schema.partition_kind)
        new = replace(
            schema,
            distribution_columns=found.columns,
            buckets=buckets,
            automatic_buckets=found.buckets is None,
        )

        def optimize() -> None:
            submit(self.frontend, database, table, AlterKind.OPTIMIZE, schema=new, operation="ALTER DISTRIBUTION")
            # SchemaChangeHandler.java, createOptimizeTableJob
            inactivate_readers(self.frontend, table, f"base-table optimized:{table.name}")

        return optimize

    # -- columns and rollups -------------------------------------------------------------------------------------------

    def _add(self, reader: Reader, database: Database, table: Table, changes: ColumnChanges) -> Clause | None:
        if reader.accept("COLUMN"):
            columns = read_columns(reader) if reader.at("(") else [read_column(reader)]
            first, behind = _position(reader)
            for column in columns:
                add_column(changes, table, column, first=first, behind=behind)
            return None
        if reader.accept("ROLLUP"):
            name, columns_ = reader.name(), reader.names()
            if reader.accept("DUPLICATE", "KEY"):
                reader.names()
            if reader.accept("FROM"):
                reader.name()
            if reader.accept("PROPERTIES"):
                reader.properties()
            short = min(len(columns_), 3)
            return lambda: add_rollup(
                self.frontend, database, table, Rollup(self.frontend.next_id(), name, columns_, short)
            )
        return self._add_partitions(reader, table)

    def _drop(self, reader: Reader, database: Database, table: Table, changes: ColumnChanges) -> Clause | None:
        if reader.accept("COLUMN"):
            drop_column(changes, table, reader.name())
            return None
        if reader.accept("ROLLUP"):
            name = reader.name()
            return lambda: drop_rollup(self.frontend, database, table, name)
        return self._drop_partitions(reader, table)

    def _modify(self, reader: Reader, _: Database, table: Table, changes: ColumnChanges) -> Clause | None:
        if reader.accept("COLUMN"):
            if reader.peek(1).text.upper() == "COMMENT":
                name = reader.name()
                reader.expect("COMMENT")
                comment_column(changes, name, reader.string())
                return None
            column = read_column(reader)
            first, behind = _position(reader)
            modify_column(changes, table, column, first=first, behind=behind)
            return None
        reader.expect("PARTITION")
        if reader.accept("(", "*", ")"):
            names: tuple[str, ...] = tuple(table.partitions)
        else:
            names = reader.names() if reader.at("(") else (reader.name(),)
        reader.expect("SET")
        properties = reader.properties()
        return lambda: modify_partitions(self.frontend, table, names, properties)


def _position(reader: Reader) -> tuple[bool, str | None]:
    first = reader.accept("FIRST")
    behind = reader.name() if not first and reader.accept("AFTER") else None
    if reader.accept("TO") or reader.accept("IN") or reader.accept("FROM"):
        raise unsupported_here("columns of one rollup")
    if reader.accept("PROPERTIES"):
        reader.properties()
    return first, behind
