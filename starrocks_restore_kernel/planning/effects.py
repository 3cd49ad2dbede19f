"""What a RESTORE would do to each object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ..cluster import SnapshotObject
from ..language.statements import AllObjects, NamedObject, ObjectKind, Restore
from .facts import Facts, TargetFacts

__all__ = ["Action", "Effect", "effects", "selected"]


class Action(Enum):
    """What happens to an object; the value is how a person reads it."""

    CREATE = "create"
    OVERWRITE = "overwrite"
    REPLACE = "replace view"
    UNKNOWN = "unknown"

    @property
    def destroys(self) -> bool:
        """Whether something that is there now would be gone."""
        return self is not Action.CREATE


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of a plan.

    Attributes
    ----------
    source, target
        The object's name in the snapshot, and in the target database.
    partitions
        Those restored; None for all of them, and nothing for an object that has none, which is a view.
    rows, bytes
        What is there now and would be overwritten, where the server knows; the whole table's.
    """

    source: str
    target: str
    action: Action
    partitions: tuple[str, ...] | None = None
    rows: int | None = None
    bytes: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Selected:
    """An object of the snapshot that the statement takes."""

    item: SnapshotObject
    target: str
    partitions: tuple[str, ...] | None
    by_kind: bool = False
    """Taken by ``ALL`` of a kind, which the Details do not tell, so that it may not be taken after all."""


def selected(statement: Restore, facts: Facts) -> Iterator[Selected]:
    """The objects of the snapshot that the statement takes; what it names and the snapshot lacks is left out.

    Kind words of named items play no part (AstBuilder.java merges them). ``ALL TABLES`` takes OLAP tables and
    ``ALL VIEWS`` views only; a view is what has no partitions in the Details.
    """
    contents = facts.repository.contents
    if contents is None:
        return
    named = {
        each.name.last: each
        for each in statement.objects or ()
        if isinstance(each, NamedObject) and each.kind is not ObjectKind.FUNCTION
    }
    kinds = {each.kind for each in statement.objects or () if isinstance(each, AllObjects)}
    for item in contents.objects:
        choice = named.get(item.name)
        if choice is not None:
            names = choice.partitions.names if choice.partitions is not None else ()
            yield Selected(item, choice.alias if choice.alias is not None else item.name, names or None)
        elif statement.objects is None:
            yield Selected(item, item.name, None)
        elif item.partitions and kinds & {ObjectKind.TABLE, ObjectKind.MATERIALIZED_VIEW}:
            # Materialized views look like tables in the Details: with only one of the two ALLs, it may be the other.
            sure = {ObjectKind.TABLE, ObjectKind.MATERIALIZED_VIEW} <= kinds
            yield Selected(item, item.name, None, by_kind=not sure)
        elif not item.partitions and ObjectKind.VIEW in kinds:
            yield Selected(item, item.name, None)


def effects(statement: Restore, facts: Facts) -> tuple[Effect, ...]:
    """One effect an object, in the snapshot's order by name."""
    return tuple(_effect(each, facts.target) for each in selected(statement, facts))


def _effect(each: Selected, target: TargetFacts) -> Effect:
    partitions = each.partitions if each.item.partitions else ()
    if target.tables is None:
        return Effect(each.item.name, each.target, Action.UNKNOWN, partitions, note="the target could not be read")
    table = target.tables.get(each.target)
    if table is None and not target.free(each.target):
        return Effect(each.item.name, each.target, Action.UNKNOWN, partitions, note="what the user may not see")
    maybe = "if it is of that kind: the snapshot does not tell tables from materialized views" if each.by_kind else ""
    if table is None:
        return Effect(each.item.name, each.target, Action.CREATE, partitions, note=maybe)
    if not each.item.partitions:
        note = "dropped and made anew from the snapshot's text, without a check"
        return Effect(each.item.name, each.target, Action.REPLACE, partitions, note=note)
    note = "; ".join(
        part for part in (maybe, "unreadable until the job ends; partitions that only the cluster has stay") if part
    )
    return Effect(each.item.name, each.target, Action.OVERWRITE, each.partitions, table.rows, table.bytes, note)
