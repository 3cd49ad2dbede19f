"""What DDL does to the frontend's memory: tables, partitions, views, swaps and renames."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ..server_errors import SqlError, analysis, framed, internal
from ..statements.show_create import partition_values
from .catalog import Edge, Key, KeysType, Partition, PartitionKind, Range, Replica, Schema, Table, TableState, Tablet

if TYPE_CHECKING:
    from ..frontend import Frontend
    from ..statements.ddl import CreateTable, PartitionDefinition
    from .catalog import Database, View

__all__ = [
    "add_object",
    "add_partition",
    "create_table",
    "drop_object",
    "drop_partition",
    "new_partition",
    "new_tablets",
    "overlaps",
    "rename_table",
    "require_normal",
    "swap_tables",
    "truncate",
]

# PropertyAnalyzer.java, checkReplicationNum
_TOO_FEW_BACKENDS = (
    "Table replication num should be less than of equal to the number of available BE nodes. "
    "You can change this default by setting the replication_num table properties. Current alive backend is [{}]."
)


def require_normal(table: Table) -> None:
    """Refuse to alter a table under restore (InvalidOlapTableStateException.java)."""
    if table.state is TableState.RESTORE:
        raise internal(
            f"A snapshot restore operation is in progress on the table {table.name}. "
            "Please wait until the current operation completes. To check the status of the operation, see "
            "https://docs.starrocks.io/docs/sql-reference/sql-statements/backup_restore/SHOW_RESTORE"
        )


def _replication(frontend: Frontend, wanted: str | None) -> int:
    text = wanted or frontend.default_replication_num
    if not re.fullmatch(r"-?\d+", text):
        raise analysis(f'For input string: "{text}"')
    number = int(text)
    if number <= 0:
        raise analysis("Replication num should larger than 0")
    ids = [each.id for each in frontend.backends.available()]
    if number > len(ids):
        raise analysis(_TOO_FEW_BACKENDS.format(",".join(str(each) for each in ids)))
    return number


def _default_buckets(frontend: Frontend, kind: PartitionKind) -> int:
    # CatalogUtils.java, calAvgBucketNumOfRecentPartitions, of at most twelve backends
    number = 2 * max(len(frontend.backends.all), 1)
    return max(number, 16) if kind is PartitionKind.UNPARTITIONED else number


def new_tablets(frontend: Frontend, count: int, replication_num: int) -> tuple[Tablet, ...] | None:
    """Place the tablets of one partition; None if there are not enough hosts."""
    found = []
    for _ in range(count):
        tablet = frontend.next_id()
        chosen = frontend.backends.choose(replication_num)
        if chosen is None:
            return None
        found.append(Tablet(tablet, tuple(Replica(frontend.next_id(), backend) for backend in chosen)))
    return tuple(found)


def new_partition(
    frontend: Frontend, table: Table, name: str, *, replication_num: int, index_id: int | None = None
) -> Partition:
    """Make a partition with its tablets; the caller gives it its range, and its rows' table."""
    id_, physical = frontend.next_id(), frontend.next_id()
    tablets = new_tablets(frontend, table.schema.buckets, replication_num) or ()
    index = index_id if index_id is not None else _index_of(frontend, table)
    return Partition(id_, name, physical, index, replication_num, tablets, version=1, version_time=frontend.clock.now())


def _index_of(frontend: Frontend, table: Table) -> int:
    first = next(iter(table.partitions.values()), None)
    return first.index_id if first else frontend.next_id()


def create_table(frontend: Frontend, database: Database, asked: CreateTable) -> None:
    """Make a table and its partitions (CreateTableAnalyzer.java; OlapTableFactory.java)."""
    name = asked.name[-1]
    if name in database.tables:
        if asked.if_not_exists:
            return
        raise framed(SqlError(f"Table '{name}' already exists", 1050, "42S01"))
    wanted = dict(asked.schema.properties).get("replication_num")
    number = _replication(frontend, wanted)
    kept = tuple((key, value) for key, value in asked.schema.properties if key != "replication_num")
    schema = replace(
        asked.schema, buckets=asked.buckets or _default_buckets(frontend, asked.schema.partition_kind), properties=kept
    )
    if schema.keys is KeysType.PRIMARY_KEYS and not schema.distribution_columns:
        # Without a DISTRIBUTED BY, a primary-key table is distributed by its key (CreateTableAnalyzer.java).
        schema = replace(schema, distribution_columns=tuple(each.name for each in schema.key_columns))
    table = Table(frontend.next_id(), name, schema, frontend.clock.now(), replication_num=number)
    table.cloud_native = frontend.shared_data
    if schema.partition_kind is PartitionKind.UNPARTITIONED:
        table.partitions[name] = new_partition(frontend, table, name, replication_num=number)
    for definition in asked.partitions:
        _add(frontend, table, definition, number)
    add_object(frontend, database, table)


def add_object(frontend: Frontend, database: Database, each: Table | View) -> None:
    """Make a table, a view or a materialized view known, in the place of one of the same name."""
    with frontend.journal.writing():
        old = database.tables.get(each.name)
        if old is not None:
            drop_object(frontend, database, each.name)
        database.tables[each.name] = each
        frontend.journal.save_object(database, each)


def overlaps(schema: Schema, one: Range, other: Range) -> bool:
    """Tell whether two ranges share a value."""

    def below(left: tuple[Key, ...], right: tuple[Key, ...]) -> bool:
        return schema.order(left) < schema.order(right)

    return below(one.lower, other.upper) and below(other.lower, one.upper)


def _add(frontend: Frontend, table: Table, definition: PartitionDefinition, number: int) -> Partition:
    if definition.name in table.partitions:
        raise framed(SqlError(f"Duplicate partition name {definition.name}", 1517, "HY000"))
    own = definition.replication_num
    partition = new_partition(
        frontend,
        table,
        definition.name,
        replication_num=number if own is None else _replication(frontend, str(own)),
    )
    partition.range, partition.values = definition.range, definition.values
    _check_range(table, partition)
    table.partitions[definition.name] = partition
    return partition


def _check_range(table: Table, partition: Partition) -> None:
    new = partition.range
    if new is None:
        return
    values = partition_values(table, partition)
    if table.schema.order(new.lower) >= table.schema.order(new.upper):
        # What Guava's Range.closedOpen says of such bounds.
        raise analysis(f"Invalid range: {values}")
    for each in table.partitions.values():
        if each.range is not None and overlaps(table.schema, each.range, new):
            # RangeUtils.java
            raise internal(f"Range {values} is intersected with range: {partition_values(table, each)}")


def add_partition(frontend: Frontend, table: Table, definition: PartitionDefinition) -> None:
    """Do ``ALTER TABLE … ADD PARTITION``."""
    require_normal(table)
    range_ = definition.range
    if range_ is not None and range_.lower[0] is Edge.MIN:
        order = table.schema.order
        ends = [each.range.upper for each in table.partitions.values() if each.range is not None]
        smaller = [end for end in ends if order(end) <= order(range_.upper)]
        if smaller:
            definition = replace(definition, range=Range(max(smaller, key=order), range_.upper))
    frontend.journal.save_partitions(table, [_add(frontend, table, definition, table.replication_num)])


def drop_partition(frontend: Frontend, table: Table, name: str, *, if_exists: bool) -> None:
    """Do ``ALTER TABLE … DROP PARTITION``."""
    require_normal(table)
    if name not in table.partitions:
        if if_exists:
            return
        raise SqlError(f"Error in list of partitions to {name}", 1507, "HY000")
    gone = [table.partitions.pop(name)]
    with frontend.journal.writing():
        frontend.rows.drop(gone)
        frontend.journal.forget_partitions(gone)


def drop_object(frontend: Frontend, database: Database, name: str) -> None:
    """Forget a table or view; dropping a table under restore is not refused (Database.java, dropTable)."""
    found = database.tables.pop(name)
    with frontend.journal.writing():
        if isinstance(found, Table):
            found.dropped = True
            frontend.rows.drop([*found.partitions.values(), *found.temporary_partitions.values()])
        frontend.journal.forget_object(found)


def rename_table(frontend: Frontend, database: Database, table: Table, name: str) -> None:
    """Do ``ALTER TABLE … RENAME`` (LocalMetastore.java, renameTable)."""
    require_normal(table)
    if name == table.name:
        raise internal("Same table name")
    if name in database.tables:
        raise internal(f"Table name[{name}] is already used")
    del database.tables[table.name]
    _name(table, name)
    database.tables[name] = table
    frontend.journal.save_object(database, table)


def swap_tables(frontend: Frontend, database: Database, one: Table, other: Table) -> None:
    """Do ``ALTER TABLE … SWAP WITH`` (AlterJobMgr.java, swapTableInternal)."""
    require_normal(one)
    require_normal(other)
    first, second = one.name, other.name
    _name(one, second)
    _name(other, first)
    database.tables[first], database.tables[second] = other, one
    with frontend.journal.writing():
        frontend.journal.save_object(database, one)
        frontend.journal.save_object(database, other)


def _name(table: Table, name: str) -> None:
    if table.schema.partition_kind is PartitionKind.UNPARTITIONED:
        # Its one partition bears the table's name (OlapTable.java, setName).
        only = table.partitions.pop(table.name)
        only.name = name
        table.partitions[name] = only
    table.name = name


def truncate(frontend: Frontend, table: Table, partitions: tuple[str, ...] | None) -> None:
    """Do ``TRUNCATE TABLE`` (LocalMetastore.java, truncateTable)."""
    require_normal(table)
    names = partitions if partitions is not None else tuple(table.partitions)
    for name in names:
        if name not in table.partitions:
            raise internal(f"Partition {name} does not exist")
    emptied = [table.partitions[name] for name in names]
    for each in emptied:
        each.row_count = each.data_size = 0
        each.version += 1
        each.version_time = frontend.clock.now()
    with frontend.journal.writing():
        frontend.rows.clear(emptied)
        frontend.journal.save_partitions(table, emptied)
