"""What a RESTORE would do to tables, materialized views and views (RestoreJob.java, checkAndPrepareMeta).

Each check stands in the server's order. What SQL does not show of a snapshot, its columns, keys, buckets and ranges,
cannot be compared here, and the effect says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..cluster import PartitionColumns, Table, TableConfiguration, TableKind
from ..language.statements import Restore, property_map
from .codes import ObstacleCode
from .effect import Action, Block, Effect, Kind
from .facts import Facts
from .selection import Selected, requested_replication

__all__ = ["TableJudge", "narrowed"]

_RESTORABLE = frozenset({"", "OLAP", "MATERIALIZED_VIEW", "VIEW"})
"""What may be restored, by the type that tables_config shows (Table.java, isSupportBackupRestore)."""
_NOT_COMPARED = "not compared, as SQL does not show them: the snapshot's columns, keys, indexes, buckets and ranges"
_NO_STATE = "its state could not be read"
_NO_PARTITIONS = "its partitions could not be read, nor so compared"
_NO_NUMBER = "its replica number could not be compared"
_MAYBE = "if it is of that kind: the snapshot does not tell tables from materialized views"
_Names = tuple[str, ...]


def narrowed(number: int) -> int:
    """A replica number as a new table's partitions keep it, in 16 bits (PartitionInfo.java, setReplicationNum)."""
    return (number + 0x8000) % 0x10000 - 0x8000


class TableJudge:
    """Judges one object after another, by facts that are looked up once."""

    def __init__(self, statement: Restore, facts: Facts, chosen: Iterable[Selected]) -> None:
        self._target = facts.target
        self._hosts = facts.cluster.hosts
        self._number = requested_replication(statement, facts)
        timeout = property_map(statement.properties).get("timeout")
        self._throws = f"restore job with label: {statement.label}  timeout."
        self._until = f"after {timeout} s" if timeout else "at its timeout"
        counted: Counter[str] = Counter()
        views: set[str] = set()
        for each in chosen:
            counted[each.target] += 1
            if each.kind is Kind.VIEW:
                views.add(each.target)
        self._twice = {name: name in views for name, times in counted.items() if times > 1}
        self._split: dict[tuple[_Names, _Names], tuple[_Names, _Names, _Names]] = {}

    def effect(self, each: Selected) -> Effect:
        """What happens to it."""
        target = self._target
        partitions = () if each.kind is Kind.VIEW else each.partitions
        if target.tables is None:
            return _effect(each, Action.UNKNOWN, partitions, note="the target's tables could not be read")
        table = target.tables.get(each.target)
        if table is None:
            if not target.free(each.target):
                known = each.target in target.hidden
                note = "it is there, and this user may not see it" if known else "it may be there, unseen by this user"
                return _effect(each, Action.UNKNOWN, partitions, note=note)
            return self._new(each, partitions)
        held = None if target.partitions is None else target.partitions.columns(each.target)
        block = self._locked(each, table, held)
        if block is not None:
            return _blocked(each, partitions, table, block)
        if each.kind is Kind.VIEW:
            return self._view(each, table)
        if table.kind is TableKind.VIEW:
            text = f"the job throws at each try, and holds up every job of the cluster until it ends {self._until}"
            return _blocked(
                each, partitions, table, Block(ObstacleCode.SRR222, self._throws, "here it is a view"), note=text
            )
        return self._existing(each, table, partitions, held)

    # -- what is not there yet

    def _new(self, each: Selected, partitions: _Names | None) -> Effect:
        block = self._doubled(each)
        if block is None and each.target in self._twice:
            return _effect(each, Action.UNKNOWN, partitions, note="another object would bear the same name")
        if block is None and each.kind.holds_data and self._number is not None:
            block = self._placed(
                narrowed(self._number), "failed to find {} different hosts to create table: " + each.item.name
            )
        if block is not None:
            return _blocked(each, partitions, None, block)
        action = Action.RENAME if each.renamed else Action.CREATE
        return _effect(each, action, partitions, note=_MAYBE if each.by_kind else "")

    def _doubled(self, each: Selected) -> Block | None:
        if self._twice.get(each.target) is not False:
            return None
        text = f"Table {each.target} already exist in db: {self._target.database}"
        return Block(ObstacleCode.SRR227, text, "two objects of the snapshot would bear this name")

    def _placed(self, number: int, text: str) -> Block | None:
        """Whether there are hosts for so many replicas; of 0 and less the job throws (createTabletsForRestore)."""
        if number <= 0:
            return Block(ObstacleCode.SRR222, self._throws, f"{number} replicas cannot be made")
        if self._hosts is None or number <= len(self._hosts):
            return None
        here = "no host takes" if not self._hosts else f"{len(self._hosts)} {_s(len(self._hosts), 'host takes')}"
        return Block(ObstacleCode.SRR210, text.format(number), f"{number} asked for, {here} replicas")

    # -- what is there

    def _locked(self, each: Selected, table: Table, held: PartitionColumns | None) -> Block | None:
        """What is looked at before anything is compared, of whatever is no view."""
        name = each.target
        if table.kind is TableKind.VIEW:
            return None
        configuration = self._configuration(name)
        engine = configuration.engine if configuration is not None else ""
        if engine not in _RESTORABLE or table.kind is TableKind.OTHER:
            # The braces are a placeholder that the server never fills.
            shown = engine or table.engine.upper()
            text = f"Table: {name} can not support backup restore, type: {{}}{shown}"
            return Block(ObstacleCode.SRR225, text, f"here it is of type {shown}")
        state = (self._target.states or {}).get(name, "")
        if state and state != "NORMAL":
            return Block(ObstacleCode.SRR223, f"Table {name}'s state is not NORMAL: {state}", f"here it is in {state}")
        if held is not None and any(held.temporary):
            text = "Do not support restoring table with temp partitions"
            return Block(ObstacleCode.SRR224, text, "here it has temporary partitions")
        return None

    def _view(self, each: Selected, table: Table) -> Effect:
        if table.kind is not TableKind.VIEW:
            text = f"Table: {each.target} has existed and it is not a View"
            return _blocked(each, (), table, Block(ObstacleCode.SRR221, text, f"here it is a {table.kind.value}"))
        if each.target in self._twice:
            return _effect(each, Action.UNKNOWN, (), note="another object would bear the same name")
        return _effect(each, Action.REPLACE, (), note="dropped and made anew from the snapshot's text, without a check")

    def _existing(
        self, each: Selected, table: Table, partitions: _Names | None, held: PartitionColumns | None
    ) -> Effect:
        notes = [_MAYBE] if each.by_kind else []
        if table.kind is TableKind.MATERIALIZED_VIEW:
            view = (self._target.materialized_views or {}).get(each.target)
            if view is None:
                return _effect(each, Action.UNKNOWN, partitions, note="whether it is active here could not be read")
            if view.active:
                note = "it is active here: the server leaves it as it is, and says so nowhere"
                return _effect(each, Action.SKIP, partitions, note=note)
            notes.append(f"inactive here ({view.inactive_reason})" if view.inactive_reason else "inactive here")
        if each.by_kind and (each.kind is Kind.TABLE) is not (table.kind is TableKind.TABLE):
            note = f"here it is a {table.kind.value}: it fails if the snapshot's is none, and else is not taken"
            return _effect(each, Action.UNKNOWN, partitions, note=note)
        other = self._partitioned_otherwise(each)
        if other is not None:
            return _blocked(each, partitions, table, other)
        if each.renamed:
            text = f"Table {each.target} already exist but with different schema, errMsg: Table name is inconsistent"
            return _blocked(
                each, partitions, table, Block(ObstacleCode.SRR209, text, "an alias can only make a new table")
            )
        return self._overwritten(each, table, partitions, held, notes)

    def _overwritten(
        self,
        each: Selected,
        table: Table,
        partitions: _Names | None,
        held: PartitionColumns | None,
        notes: list[str],
    ) -> Effect:
        if held is None or not held.names:
            notes += [_NO_PARTITIONS, _NOT_COMPARED]
            return _effect(
                each, Action.OVERWRITE, partitions, rows=table.rows, bytes_=table.bytes, note="; ".join(notes)
            )
        replaced, added, left = parted = self._parted(each.chosen, tuple(held.names))
        block = self._addable(each, held, added)
        if block is None and self._number is not None:
            block = self._same_replicas(each, held, replaced)
            if block is None and added:
                block = self._placed(self._number, f"Restored partition {added[0]}of {each.target}is null")
        if block is not None:
            return _blocked(each, partitions, table, block, parted=parted)
        if self._number is None:
            notes.append(_NO_NUMBER)
        if self._target.states is None:
            notes.append(_NO_STATE)
        note = "; ".join([*notes, _NOT_COMPARED]) if notes else _NOT_COMPARED
        rows, bytes_ = _sum(held, held.rows, replaced, left), _sum(held, held.bytes, replaced, left)
        if not left and rows is None:
            rows = table.rows
        if not left and bytes_ is None:
            bytes_ = table.bytes
        return _effect(each, Action.OVERWRITE, partitions, rows=rows, bytes_=bytes_, note=note, parted=parted)

    def _parted(self, chosen: _Names, here: _Names) -> tuple[_Names, _Names, _Names]:
        """Partitions that are replaced, added, and left; once for all tables with the same ones."""
        found = self._split.get((chosen, here))
        if found is None:
            theirs, ours = frozenset(chosen), dict.fromkeys(here)
            found = (
                tuple(name for name in ours if name in theirs),
                tuple(name for name in dict.fromkeys(chosen) if name not in ours),
                tuple(name for name in ours if name not in theirs),
            )
            self._split[chosen, here] = found
        return found

    def _partitioned_otherwise(self, each: Selected) -> Block | None:
        """A table that is not partitioned has one partition, of its own name; the first that is compared."""
        configuration = self._configuration(each.target)
        if configuration is None:
            return None
        there, here = each.item.partitions != (each.item.name,), bool(configuration.partition_key)
        if there is here:
            return None
        words = "here it is partitioned, in the snapshot it is not"
        if there:
            words = "here it is not partitioned, in the snapshot it is"
        code = ObstacleCode.SRR209 if each.renamed else ObstacleCode.SRR226
        return Block(code, "Table's partition type is different", words)

    def _addable(self, each: Selected, held: PartitionColumns, added: _Names) -> Block | None:
        """Partitions can be added only to a table that is partitioned by range."""
        if not added or held.values[0].startswith("[types:") or self._configuration(each.target) is None:
            return None
        text = f"No partition exist in single partitioned table {each.target}"
        return Block(ObstacleCode.SRR226, text, f"{_first(added)} cannot be added: it is partitioned by list")

    def _same_replicas(self, each: Selected, held: PartitionColumns, replaced: _Names) -> Block | None:
        wanted = self._number
        if held.replicas.count(wanted) == len(held.replicas):
            return None
        number = held.replicas[0]
        if number != -1 and held.replicas.count(number) == len(held.replicas):
            # The usual case, and the quick way.
            strange, numbers = replaced, dict.fromkeys(replaced, number)
        else:
            numbers = dict(zip(held.names, held.replicas, strict=True))
            strange = tuple(name for name in replaced if numbers[name] not in {wanted, -1})
        if not strange:
            return None
        name = strange[0]
        text = (
            f"Partition {name} in table {each.target} has different replication num '{numbers[name]}' "
            f"with partition in repository, which is {wanted}"
        )
        here = ", ".join(str(number) for number in sorted({numbers[name] for name in strange}))
        return Block(ObstacleCode.SRR211, text, f"{here} here, {wanted} asked for: {_first(strange)}")

    def _configuration(self, name: str) -> TableConfiguration | None:
        return None if self._target.configurations is None else self._target.configurations.get(name)


def _effect(
    each: Selected,
    action: Action,
    partitions: _Names | None,
    *,
    rows: int | None = None,
    bytes_: int | None = None,
    note: str = "",
    parted: tuple[_Names | None, _Names | None, _Names | None] = (None, None, None),
) -> Effect:
    return Effect(each.item.name, each.target, action, partitions, rows, bytes_, note, each.kind, *parted)


def _blocked(
    each: Selected,
    partitions: _Names | None,
    table: Table | None,
    block: Block,
    *,
    parted: tuple[_Names | None, _Names | None, _Names | None] = (None, None, None),
    note: str = "",
) -> Effect:
    rows, bytes_ = (None, None) if table is None else (table.rows, table.bytes)
    if each.by_kind and not note:
        note = _MAYBE
    return Effect(
        each.item.name, each.target, Action.BLOCKED, partitions, rows, bytes_, note, each.kind, *parted, block=block
    )


def _sum(held: PartitionColumns, column: Sequence[int], replaced: _Names, left: _Names) -> int | None:
    counted = column
    if left:
        wanted = frozenset(replaced)
        counted = [number for name, number in zip(held.names, column, strict=True) if name in wanted]
    return None if -1 in counted else sum(counted)


def _first(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def _s(number: int, words: str) -> str:
    return words if number == 1 else words.replace("host takes", "hosts take")
