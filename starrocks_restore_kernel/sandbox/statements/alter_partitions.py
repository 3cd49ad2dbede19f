"""ALTER TABLE … PARTITION: partitions that are added, dropped, replaced and emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.catalog import PartitionKind
from ..model.dynamic_partitions import check_alter_allowed
from ..model.partitions import add_partitions, drop_partitions, replace_partitions, truncate
from ..server_errors import SqlError, analysis, unsupported_here
from .ddl import read_distribution
from .insert import read_partition_names
from .partition_clauses import read_batch, read_partition
from .places import Places

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model.catalog import Database, Table
    from ..model.columns import ColumnChanges
    from .reader import Reader

    Clause = Callable[[], object]

__all__ = ["AlterPartitions"]


class AlterPartitions(Places):
    """Reads the clauses about partitions; each returns what carries it out."""

    def _add_partitions(self, reader: Reader, table: Table) -> Clause:
        temporary = reader.accept("TEMPORARY")
        schema = table.schema
        if not schema.partition_columns:
            raise analysis("Only support adding partition to range/list partitioned table")
        if not temporary:
            check_alter_allowed(table)
        if reader.accept("PARTITIONS"):
            reader.expect("START")
            if schema.partition_kind is PartitionKind.LIST:
                raise SqlError(
                    "Cannot add a Range partition to a table that partition type is not of Range", 5700, "42000"
                )
            prefix = "tp" if temporary else "p"
            definitions = read_batch(reader, schema.partition_columns, schema.columns, prefix)
        else:
            reader.expect("PARTITION")
            if schema.partition_kind is PartitionKind.EXPR_RANGE and not temporary:
                # PartitionDescAnalyzer.java, analyzeSingleRangePartitionDescWithExistsTable
                raise analysis(
                    "Currently, you cannot manually add a single range partition to "
                    "a table that is automatically partition"
                )
            definitions = [read_partition(reader, schema.partition_kind, schema.partition_columns, schema.columns)]
            if schema.partition_expressions and any(len(each.values or ()) > 1 for each in definitions):
                raise analysis(
                    "Automatically partitioned tables does not support multiple values in the same partition"
                )
        distribution = read_distribution(reader)
        properties = reader.properties() if reader.at("(") or reader.accept("PROPERTIES") else {}
        number = properties.get("replication_num", "")
        return lambda: add_partitions(
            self.frontend,
            table,
            definitions,
            temporary=temporary,
            buckets=distribution.buckets if distribution else None,
            replication_num=int(number) if number.isdecimal() else None,
        )

    def _drop_partitions(self, reader: Reader, table: Table) -> Clause:
        if reader.accept("ALL", "TEMPORARY", "PARTITIONS"):
            reader.accept("FORCE")
            everything = list(table.temporary_partitions)
            return lambda: self._drop_them(table, everything, temporary=True)
        temporary = reader.accept("TEMPORARY")
        if not temporary:
            check_alter_allowed(table)
        if reader.accept("PARTITION"):
            quiet = reader.accept("IF", "EXISTS")
            names: tuple[str, ...] = (reader.name(),)
        else:
            reader.expect("PARTITIONS")
            quiet = reader.accept("IF", "EXISTS")
            if reader.accept("START"):
                schema = table.schema
                prefix = "tp" if temporary else "p"
                batch = read_batch(reader, schema.partition_columns, schema.columns, prefix)
                names = tuple(each.name for each in batch)
            elif reader.at("WHERE"):
                raise unsupported_here("DROP PARTITIONS WHERE")
            else:
                names = reader.names()
        reader.accept("FORCE")
        return lambda: self._drop_them(table, list(names), quiet=quiet, temporary=temporary)

    def _drop_them(self, table: Table, names: list[str], *, quiet: bool = False, temporary: bool) -> None:
        with self.frontend.journal.writing():
            gone = drop_partitions(self.frontend, table, names, if_exists=quiet, temporary=temporary)
            self.frontend.rows.drop(gone)

    def _truncate(self, reader: Reader, _: Database, table: Table, __: ColumnChanges) -> Clause:
        names = read_partition_names(reader)
        if names is None:
            raise reader.unexpected("PARTITION")
        return lambda: truncate(self.frontend, table, names)

    def _replace(self, reader: Reader, _: Database, table: Table, __: ColumnChanges) -> Clause:
        if reader.at("TEMPORARY"):
            raise analysis("Only support replace partitions with temp partitions")
        names = read_partition_names(reader)
        reader.expect("WITH")
        if not reader.accept("TEMPORARY"):
            raise analysis("Only support replace partitions with temp partitions")
        temporary = read_partition_names(reader)
        if names is None or temporary is None:
            raise reader.unexpected("PARTITION")
        properties = reader.properties() if reader.at("(") or reader.accept("PROPERTIES") else {}

        def swap_in() -> None:
            with self.frontend.journal.writing():
                gone = replace_partitions(
                    self.frontend,
                    table,
                    names,
                    temporary,
                    strict_range=properties.get("strict_range", "true").lower() == "true",
                    use_temporary_name=properties.get("use_temp_partition_name", "false").lower() == "true",
                )
                self.frontend.rows.drop(gone)

        return swap_in
