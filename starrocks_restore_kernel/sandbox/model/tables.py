"""What DDL does to the frontend's memory: tables, views, swaps and renames."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..server_errors import SqlError, framed, internal
from .alter import AlterKind, submit
from .catalog import KeysType, MaterializedView, PartitionKind, Table
from .dependents import inactivate_readers
from .dynamic_partitions import check_properties, register_dynamic_partitions
from .partitions import add_partitions, make_partitions, new_partition, new_tablets, overlaps, truncate
from .placement import check_colocation, default_buckets, replication
from .table_states import require_normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..frontend import Frontend
    from .catalog import Database, Rollup, Schema, View
    from .partition_names import PartitionDefinition

__all__ = [
    "add_object",
    "add_partitions",
    "add_rollup",
    "create_table",
    "drop_object",
    "drop_rollup",
    "name_table",
    "new_partition",
    "new_tablets",
    "overlaps",
    "rename_database",
    "rename_table",
    "require_normal",
    "rollup_holder",
    "swap_tables",
    "truncate",
]


def create_table(
    frontend: Frontend,
    database: Database,
    name: str,
    schema: Schema,
    partitions: Sequence[PartitionDefinition] = (),
    *,
    if_not_exists: bool = False,
) -> Table | None:
    """Make a table and its partitions (OlapTableFactory.java); None if it is there and that is fine.

    Raises
    ------
    SqlError
        And then there is no table.
    """
    if name in database.tables:
        if if_not_exists:
            return None
        raise framed(SqlError(f"Table '{name}' already exists", 1050, "42S01"))
    number = replication(frontend, dict(schema.properties).get("replication_num"))
    kept = tuple((key, value) for key, value in schema.properties if key != "replication_num")
    if schema.automatic_buckets:
        schema = replace(schema, buckets=default_buckets(frontend, schema.partition_kind))
    schema = replace(schema, properties=check_properties(frontend, schema, kept))
    table = Table(frontend.next_id(), name, schema, frontend.clock.now(), replication_num=number)
    table.cloud_native = frontend.shared_data
    if schema.partition_kind is PartitionKind.UNPARTITIONED:
        table.partitions[name] = new_partition(frontend, table, name, replication_num=number)
    table.partitions.update((each.name, each) for each in make_partitions(frontend, table, partitions))
    check_colocation(database, table)
    add_object(frontend, database, table)
    register_dynamic_partitions(frontend, table)
    return table


def add_object(frontend: Frontend, database: Database, each: Table | View) -> None:
    """Make a table, a view or a materialized view known, in the place of one of the same name."""
    with frontend.journal.writing():
        old = database.tables.get(each.name)
        if old is not None:
            drop_object(frontend, database, each.name)
        database.tables[each.name] = each
        frontend.journal.save_object(database, each)


def drop_object(frontend: Frontend, database: Database, name: str) -> None:
    """Forget a table or view; dropping a table under restore is not refused (Database.java, dropTable)."""
    found = database.tables.pop(name)
    with frontend.journal.writing():
        inactivate_readers(frontend, found, f"base-table dropped: {found.name}")
        if isinstance(found, Table):
            found.dropped = True
            frontend.rows.drop([*found.partitions.values(), *found.temporary_partitions.values()])
        frontend.journal.forget_object(found)


def rename_table(frontend: Frontend, database: Database, table: Table, name: str) -> None:
    """Do ``ALTER TABLE … RENAME`` (LocalMetastore.java, renameTable)."""
    require_normal(table)
    if name == table.name:
        raise framed(internal(f"Same table name {name}"))
    if name in database.tables:
        raise internal(f"Table name[{name}] is already used")
    if name in table.rollups:
        raise internal(f"New name conflicts with rollup index name: {name}")
    old = table.name
    del database.tables[old]
    name_table(table, name)
    database.tables[name] = table
    with frontend.journal.writing():
        frontend.journal.save_object(database, table)
        inactivate_readers(frontend, table, f"base-table renamed: {old}")


def swap_tables(frontend: Frontend, database: Database, one: Table, other: Table) -> None:
    """Do ``ALTER TABLE … SWAP WITH`` (AlterJobMgr.java, swapTableInternal)."""
    require_normal(one)
    require_normal(other)
    if isinstance(one, MaterializedView) != isinstance(other, MaterializedView):
        raise internal("Materialized view can only SWAP WITH materialized view")
    first, second = one.name, other.name
    name_table(one, second)
    name_table(other, first)
    database.tables[first], database.tables[second] = other, one
    with frontend.journal.writing():
        frontend.journal.save_object(database, one)
        frontend.journal.save_object(database, other)
        inactivate_readers(frontend, one, f"base-table swapped: {first}")
        inactivate_readers(frontend, other, f"base-table swapped: {second}")


def name_table(table: Table, name: str) -> None:
    """Give a table another name; where it is listed, and that it is written down, is the caller's affair."""
    if table.schema.partition_kind is PartitionKind.UNPARTITIONED and table.name in table.partitions:
        # Its one partition bears the table's name (OlapTable.java, setName).
        only = table.partitions[table.name]
        only.name = name
        table.partitions = {name: only}
    table.name = name


def rename_database(frontend: Frontend, database: Database, name: str) -> None:
    """Do ``ALTER DATABASE … RENAME`` (LocalMetastore.java, renameDatabase)."""
    if name == database.name:
        raise internal("Same database name")
    frontend.check_database_name(name)
    if name in frontend.databases:
        raise internal(f"Database name[{name}] is already used")
    del frontend.databases[database.name]
    database.name = name
    frontend.add_database(database)
    frontend.journal.save_database(database)


def add_rollup(frontend: Frontend, database: Database, table: Table, rollup: Rollup) -> None:
    """Begin to build a rollup or synchronous materialized view; the table is in state ROLLUP until it is done.

    Parameters
    ----------
    rollup
        With a definition if it is a materialized view (MaterializedViewHandler.java).

    Raises
    ------
    SqlError
        If the table cannot have it.
    """
    require_normal(table)
    if table.temporary_partitions:
        raise internal("Can not alter table when there are temp partitions in table")
    if rollup.definition:
        _check_free(database, table, rollup.name)
    else:
        _check_rollup(table, rollup)
    submit(frontend, database, table, AlterKind.ROLLUP, rollup=rollup)


def _check_free(database: Database, table: Table, name: str) -> None:
    """See that no table and no index of the database has a name (checkAndPrepareMaterializedView)."""
    if name in table.rollups or name == table.name:
        raise internal(f"Materialized view[{name}] already exists in the table {table.name}")
    if name in database.tables:
        raise internal(f"Table [{name}] already exists in the db {database.name}")
    other = rollup_holder(database, name)
    if other is not None:
        raise internal(f"Materialized view[{name}] already exists in table {other.name}")


def rollup_holder(database: Database, name: str) -> Table | None:
    """Find the table that has a rollup of that name."""
    for each in database.tables.values():
        if isinstance(each, Table) and name in each.rollups:
            return each
    return None


def _check_rollup(table: Table, rollup: Rollup) -> None:
    # MaterializedViewHandler.java, processBatchAddRollup and checkAndPrepareMaterializedView
    if rollup.name.lower() == table.name.lower():
        raise internal(f"Rollup name should be different with base table:{table.name}")
    if table.schema.keys is KeysType.PRIMARY_KEYS:
        raise internal(f"Do not support add rollup on primary key table[{table.name}]")
    if rollup.name in table.rollups:
        raise internal(f"Rollup index[{rollup.name}] already exists")
    met_value = found_key = False
    for name in rollup.columns:
        column = table.schema.column(name)
        if column is None:
            raise internal(f"Column[{name}] does not exist")
        if column.key and met_value and table.schema.keys is not KeysType.DUP_KEYS:
            raise internal("Invalid column order. value should be after key")
        found_key |= column.key
        met_value |= not column.key
    if table.schema.keys is KeysType.DUP_KEYS:
        return
    if not found_key:
        raise internal("No key column is found")
    replaced = any((each.aggregation or "").startswith("REPLACE") for each in table.schema.columns)
    if replaced and not {each.name for each in table.schema.key_columns} <= set(rollup.columns):
        unique = table.schema.keys is KeysType.UNIQUE_KEYS
        raise internal(
            "Rollup should contains all unique keys in basetable"
            if unique
            else "Rollup should contains all keys if there is a REPLACE value"
        )


def drop_rollup(frontend: Frontend, database: Database, table: Table, name: str) -> None:
    """Drop a rollup or synchronous materialized view (MaterializedViewHandler.java, checkDropMaterializedView)."""
    require_normal(table)
    if name == table.name:
        raise internal("Cannot drop base index by using DROP ROLLUP or DROP MATERIALIZED VIEW.")
    if name not in table.rollups:
        raise internal(f"Materialized view [{name}] does not exist in table [{table.name}]")
    table.rollups = {key: each for key, each in table.rollups.items() if key != name}
    frontend.journal.save_object(database, table)
