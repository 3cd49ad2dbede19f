"""What DDL and loads do to the partitions of a table (LocalMetastore.java; OlapTable.java)."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import replace
from typing import TYPE_CHECKING

from ..server_errors import SqlError, analysis, internal
from ..statements.show_create import partition_values
from .catalog import Edge, Partition, Range, Replica, Table, Tablet
from .placement import replication, require_backends
from .table_states import require_normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..frontend import Frontend
    from .catalog import Key, Schema
    from .partition_names import PartitionDefinition

__all__ = [
    "add_partitions",
    "drop_partitions",
    "make_partitions",
    "modify_partitions",
    "new_partition",
    "new_tablets",
    "overlaps",
    "rename_partition",
    "replace_partitions",
    "truncate",
]


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
    frontend: Frontend,
    table: Table,
    name: str,
    *,
    replication_num: int,
    index_id: int | None = None,
    buckets: int | None = None,
) -> Partition:
    """Make a partition with its tablets; the caller gives it its range, and its rows' table."""
    id_, physical = frontend.next_id(), frontend.next_id()
    tablets = new_tablets(frontend, buckets or table.schema.buckets, replication_num) or ()
    index = index_id if index_id is not None else _index_of(frontend, table)
    return Partition(id_, name, physical, index, replication_num, tablets, version=1, version_time=frontend.clock.now())


def _index_of(frontend: Frontend, table: Table) -> int:
    first = next(iter(table.partitions.values()), None)
    return first.index_id if first else frontend.next_id()


def overlaps(schema: Schema, one: Range, other: Range) -> bool:
    """Tell whether two ranges share a value."""

    def below(left: tuple[Key, ...], right: tuple[Key, ...]) -> bool:
        return schema.order(left) < schema.order(right)

    return below(one.lower, other.upper) and below(other.lower, one.upper)


class _Neighbours:
    """The ranges and lists that a new partition must not touch, in order, so that each look-up is short."""

    def __init__(self, table: Table, held: Iterable[Partition]) -> None:
        self.table = table
        self._order = table.schema.order
        self._ranges: list[tuple[object, int, Partition]] = []
        self._values: set[tuple[str, ...]] = set()
        for each in held:
            if each.range is not None:
                self._ranges.append((self._order(each.range.lower), each.id, each))
            self._values.update(each.values or ())
        self._ranges.sort()

    def lower_bound(self, upper: tuple[Key, ...]) -> tuple[Key, ...] | None:
        """Where a ``VALUES LESS THAN`` begins: at the end of the greatest smaller one (RangePartitionInfo.java)."""
        order = self._order(upper)
        position = bisect_left(self._ranges, (order, -1))
        for _, _, each in reversed(self._ranges[:position]):
            if each.range is not None and self._order(each.range.upper) <= order:
                return each.range.upper
        return None

    def add(self, partition: Partition) -> None:
        """Check a new partition against the others, which then are one more."""
        for row in partition.values or ():
            if row in self._values:
                # CatalogUtils.java, checkPartitionValuesExistForAddListPartition
                raise internal(
                    f"Duplicate partition value {row[0]}" if len(row) == 1 else f"Duplicate values ({','.join(row)}) "
                )
            self._values.add(row)
        new = partition.range
        if new is None:
            return
        lower, values = self._order(new.lower), partition_values(self.table, partition)
        if lower >= self._order(new.upper):
            # What Guava's Range.closedOpen says of such bounds.
            raise analysis(f"Invalid range: {values}")
        position = bisect_left(self._ranges, (lower, -1))
        for _, _, each in self._ranges[max(position - 1, 0) : position + 1]:
            if each.range is not None and overlaps(self.table.schema, each.range, new):
                # RangeUtils.java
                raise internal(f"Range {values} is intersected with range: {partition_values(self.table, each)}")
        insort(self._ranges, (lower, partition.id, partition))


def make_partitions(
    frontend: Frontend,
    table: Table,
    definitions: Sequence[PartitionDefinition],
    *,
    temporary: bool = False,
    buckets: int | None = None,
    replication_num: int | None = None,
) -> list[Partition]:
    """Make partitions that the table does not know yet; all of them, or none.

    Raises
    ------
    SqlError
        If one has the name or some values of another.
    """
    held = table.temporary_partitions if temporary else table.partitions
    # Names ignore case, and temporary partitions share them with the others (OlapTable.java, checkPartitionNameExist).
    taken = {name.lower() for name in (*table.partitions, *table.temporary_partitions)}
    neighbours = _Neighbours(table, held.values())
    index = _index_of(frontend, table)
    made = []
    for definition in definitions:
        if definition.name.lower() in taken:
            if definition.quiet:
                continue
            raise SqlError(f"Duplicate partition name {definition.name}", 1517, "HY000")
        taken.add(definition.name.lower())
        own = definition.replication_num or replication_num
        partition = new_partition(
            frontend,
            table,
            definition.name,
            replication_num=table.replication_num if own is None else replication(frontend, str(own)),
            index_id=index,
            buckets=buckets,
        )
        partition.range, partition.values = definition.range, definition.values
        if partition.range is not None and partition.range.lower[0] is Edge.MIN:
            lower = neighbours.lower_bound(partition.range.upper)
            if lower is not None:
                partition.range = Range(lower, partition.range.upper)
        neighbours.add(partition)
        made.append(partition)
    return made


def add_partitions(
    frontend: Frontend,
    table: Table,
    definitions: Sequence[PartitionDefinition],
    *,
    temporary: bool = False,
    buckets: int | None = None,
    replication_num: int | None = None,
) -> None:
    """Do ``ADD [TEMPORARY] PARTITION``, for one or for a batch."""
    require_backends(frontend, table.replication_num)
    with frontend.journal.writing():
        made = make_partitions(
            frontend, table, definitions, temporary=temporary, buckets=buckets, replication_num=replication_num
        )
        frontend.journal.save_partitions(table, made, temporary=temporary)
    # Loads look at the partitions without a lock: they are given new ones, and never see them change.
    added = {each.name: each for each in made}
    if temporary:
        table.temporary_partitions = {**table.temporary_partitions, **added}
    else:
        table.partitions = {**table.partitions, **added}


def drop_partitions(
    frontend: Frontend, table: Table, names: Sequence[str], *, if_exists: bool = False, temporary: bool = False
) -> list[Partition]:
    """Do ``DROP [TEMPORARY] PARTITION``; the rows are the caller's.

    Raises
    ------
    SqlError
        If there is no such partition.
    """
    held = table.temporary_partitions if temporary else table.partitions
    if not temporary and not table.schema.partition_columns:
        raise internal(f"Alter table [{table.name}] failed. Not a partitioned table")
    missing = [name for name in names if name not in held]
    if missing and not if_exists:
        raise SqlError(f"Error in list of partitions to [{', '.join(missing)}]", 1507, "HY000")
    gone = [held[name] for name in names if name in held]
    left = _without(held, gone)
    with frontend.journal.writing():
        frontend.journal.forget_partitions(gone)
    if temporary:
        table.temporary_partitions = left
    else:
        table.partitions = left
    return gone


def _without(held: dict[str, Partition], gone: Sequence[Partition]) -> dict[str, Partition]:
    names = {each.name for each in gone}
    return {name: each for name, each in held.items() if name not in names}


def rename_partition(frontend: Frontend, table: Table, old: str, new: str) -> None:
    """Do ``RENAME PARTITION`` (LocalMetastore.java, renamePartition)."""
    if not table.schema.partition_columns:
        raise internal(f"Table[{table.name}] is single partitioned. no need to rename partition name.")
    if table.schema.partition_expressions:
        raise internal(f"Table[{table.name}] is automatic partitioned. not support to rename partition name.")
    if old == new:
        raise internal("Same partition name")
    if old not in table.partitions:
        raise internal(f"Partition[{old}] does not exists")
    if new in table.partitions or new in table.temporary_partitions:
        raise internal(f"Partition name[{new}] is already used")
    partition = table.partitions[old]
    partition.name = new
    table.partitions = {each.name: each for each in table.partitions.values()}
    frontend.journal.save_partitions(table, [partition])


def replace_partitions(
    frontend: Frontend,
    table: Table,
    names: Sequence[str],
    temporary_names: Sequence[str],
    *,
    strict_range: bool = True,
    use_temporary_name: bool = False,
) -> list[Partition]:
    """Do ``REPLACE PARTITION … WITH TEMPORARY PARTITION``, and return what was replaced (LocalMetastore.java)."""
    for name in names:
        if name not in table.partitions:
            raise internal(f"Partition[{name}] does not exist")
    for name in temporary_names:
        if name not in table.temporary_partitions:
            raise internal(f"Temp partition[{name}] does not exist")
    old = [table.partitions[name] for name in names]
    new = [table.temporary_partitions[name] for name in temporary_names]
    kept = _without(table.partitions, old)
    if strict_range:
        _match(table, old, new)
    else:
        neighbours = _Neighbours(table, kept.values())
        for each in new:
            neighbours.add(each)
    same = not use_temporary_name and len(old) == len(new)
    moved = [replace(each, name=names[index] if same else each.name) for index, each in enumerate(new)]
    for each in moved:
        if each.name in kept:
            raise SqlError(f"Duplicate partition name {each.name}", 1517, "HY000")
    with frontend.journal.writing():
        frontend.journal.forget_partitions(old)
        frontend.journal.save_partitions(table, moved)
    table.temporary_partitions = _without(table.temporary_partitions, new)
    table.partitions = {**kept, **{each.name: each for each in moved}}
    return old


def _match(table: Table, old: Sequence[Partition], new: Sequence[Partition]) -> None:
    # RangeUtils.java, checkRangeListsMatch; CatalogUtils.java, checkTempPartitionStrictMatch
    if table.schema.partition_kind.is_range:
        covered = [_covered(table.schema, each) for each in (old, new)]
        if covered[0] != covered[1]:
            texts = ["[" + ", ".join(partition_values(table, each) for each in part) + "]" for part in (old, new)]
            raise internal(f"2 range lists are not strictly matched. {texts[0]} vs. {texts[1]}")
        return
    values = [sorted(row for each in part for row in each.values or ()) for part in (old, new)]
    if values[0] != values[1]:
        texts = ["[" + ", ".join(",".join(row) for row in part) + "]" for part in values]
        raise internal(f"2 list partitions are not strictly matched, {texts[0]} vs {texts[1]}")


def _covered(schema: Schema, partitions: Sequence[Partition]) -> list[tuple[object, object]]:
    """Join ranges that touch: what is compared is what they cover together."""
    found: list[tuple[object, object]] = []
    for lower, upper in sorted(
        (schema.order(each.range.lower), schema.order(each.range.upper)) for each in partitions if each.range
    ):
        if found and found[-1][1] == lower:
            found[-1] = (found[-1][0], upper)
        else:
            found.append((lower, upper))
    return found


def modify_partitions(frontend: Frontend, table: Table, names: Sequence[str], properties: dict[str, str]) -> None:
    """Do ``MODIFY PARTITION … SET (…)``, of which replication_num moves replicas (AlterJobExecutor.java)."""
    for name in names:
        if name not in table.partitions:
            raise internal(f"Partition[{name}] does not exist in table[{table.name}]")
    wanted = properties.get("replication_num")
    if wanted is None:
        return
    if dict(table.schema.properties).get("colocate_with"):
        raise internal(f"table {table.name} is colocate table, cannot change replicationNum")
    number = replication(frontend, wanted)
    changed = []
    for name in names:
        partition = table.partitions[name]
        # A real cluster makes the replicas in the background; here they are there at once.
        tablets = new_tablets(frontend, len(partition.tablets), number)
        if tablets is not None:
            partition.tablets = tuple(
                Tablet(old.id, new.replicas) for old, new in zip(partition.tablets, tablets, strict=True)
            )
        partition.replication_num = number
        changed.append(partition)
    if not table.schema.partition_columns:
        table.replication_num = number
    frontend.journal.save_partitions(table, changed)


def truncate(frontend: Frontend, table: Table, partitions: Sequence[str] | None) -> None:
    """Do ``TRUNCATE TABLE``, whose partitions are new ones of the old names (LocalMetastore.java, truncateTable)."""
    require_normal(table)
    names = tuple(partitions) if partitions is not None else tuple(table.partitions)
    for name in names:
        if name not in table.partitions:
            raise internal(f"Partition {name} does not exist")
    old = [table.partitions[name] for name in names]
    if partitions is None:
        old += table.temporary_partitions.values()
    made = {}
    with frontend.journal.writing():
        for name in names:
            each = table.partitions[name]
            fresh = new_partition(
                frontend,
                table,
                name,
                replication_num=each.replication_num,
                index_id=each.index_id,
                buckets=len(each.tablets),
            )
            fresh.range, fresh.values = each.range, each.values
            made[name] = fresh
        frontend.journal.forget_partitions(old)
        frontend.journal.save_partitions(table, made.values())
        frontend.rows.drop(old)
    table.partitions = {**table.partitions, **made}
    if partitions is None:
        table.temporary_partitions = {}
