"""Which objects of a snapshot a statement takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..cluster import SnapshotObject
from ..language.statements import AllObjects, NamedObject, ObjectKind, Restore, property_map
from .effect import Kind
from .facts import Facts

__all__ = ["Selected", "named_functions", "named_objects", "requested_replication", "selected"]

_OF_TABLES = frozenset({ObjectKind.TABLE, ObjectKind.MATERIALIZED_VIEW})


@dataclass(frozen=True, slots=True)
class Selected:
    """An object of the snapshot that the statement takes.

    Attributes
    ----------
    partitions
        Those that are named; None for all.
    kind
        By the Details, and by ``ALL`` of a kind, which takes only what is of it.
    by_kind
        Taken by ``ALL`` of a kind, which the Details do not tell, so that it may not be taken after all.
    """

    item: SnapshotObject
    target: str
    partitions: tuple[str, ...] | None
    kind: Kind
    by_kind: bool = False

    @property
    def renamed(self) -> bool:
        """Whether it comes back under another name."""
        return self.target != self.item.name

    @property
    def chosen(self) -> tuple[str, ...]:
        """The partitions that come back."""
        return self.item.partitions if self.partitions is None else self.partitions


def named_objects(statement: Restore) -> Iterator[NamedObject]:
    """The items of ON by name, without the functions; their kind words play no part (AstBuilder.java merges them)."""
    for each in statement.objects or ():
        if isinstance(each, NamedObject) and each.kind is not ObjectKind.FUNCTION:
            yield each


def named_functions(statement: Restore) -> Iterator[NamedObject]:
    """The functions that ON names."""
    for each in statement.objects or ():
        if isinstance(each, NamedObject) and each.kind is ObjectKind.FUNCTION:
            yield each


def all_kinds(statement: Restore) -> frozenset[ObjectKind]:
    """The kinds that ON takes all of; every kind without ON."""
    if statement.objects is None:
        return frozenset(ObjectKind)
    return frozenset(each.kind for each in statement.objects if isinstance(each, AllObjects))


def selected(statement: Restore, facts: Facts) -> Iterator[Selected]:
    """The objects of the snapshot that the statement takes; what it names and the snapshot lacks is left out.

    ``ALL TABLES`` takes OLAP tables and ``ALL VIEWS`` views only (BackupHandler.java, restore); a view is what has no
    partitions in the Details.
    """
    contents = facts.repository.contents
    if contents is None:
        return
    named = {each.name.last: each for each in named_objects(statement)}
    kinds = all_kinds(statement)
    with_data = _kind_of_all(kinds)
    for item in contents.objects:
        is_view = not item.partitions
        kind = Kind.VIEW if is_view else Kind.TABLE_OR_MATERIALIZED_VIEW
        choice = named.get(item.name)
        if choice is not None:
            names = choice.partitions.names if choice.partitions is not None else ()
            target = choice.alias if choice.alias is not None else item.name
            yield Selected(item, target, tuple(dict.fromkeys(names)) or None, kind)
        elif is_view and ObjectKind.VIEW in kinds:
            yield Selected(item, item.name, None, kind)
        elif not is_view and with_data is not None:
            sure = with_data is Kind.TABLE_OR_MATERIALIZED_VIEW
            yield Selected(item, item.name, None, with_data, by_kind=not sure)


def _kind_of_all(kinds: frozenset[ObjectKind]) -> Kind | None:
    taken = kinds & _OF_TABLES
    if taken == _OF_TABLES:
        return Kind.TABLE_OR_MATERIALIZED_VIEW
    if taken:
        return Kind.TABLE if ObjectKind.TABLE in taken else Kind.MATERIALIZED_VIEW
    return None


def requested_replication(statement: Restore, facts: Facts) -> int | None:
    """The replica number that the job would work with; None where it is not known (RestoreStmt.java)."""
    value = property_map(statement.properties).get("replication_num")
    if value is None:
        return 1 if facts.cluster.run_mode == "shared_data" else facts.cluster.default_replication
    try:
        return int(value)
    except ValueError:
        return None
