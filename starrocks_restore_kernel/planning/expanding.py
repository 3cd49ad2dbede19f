"""Expanding a wish against what a snapshot holds: globs, partitions, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from ..cluster import SnapshotObject
from ..errors import UsageProblem
from ..language.statements import NamedObject, ObjectKind, Partitions, QualifiedName
from .existing import Existing
from .facts import closest

__all__ = ["Item", "by_number_of", "expand", "few", "named"]

_SHOWN = 8
Chosen = Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the wish; ``partitions`` is None for all."""

    source: SnapshotObject
    target: str
    partitions: tuple[str, ...] | None

    @property
    def names(self) -> tuple[str, ...]:
        """The partitions that it comes to; none for a view."""
        return self.source.partitions if self.partitions is None else self.partitions


def expand(
    objects: Sequence[SnapshotObject],
    included: Sequence[str],
    excluded: Sequence[str],
    chosen: Chosen,
    template: str | None,
) -> list[Item]:
    """What the globs take, in the snapshot's order.

    Raises
    ------
    UsageProblem
        If a glob, a table or a partition is not there, or nothing is left.
    """
    inside = {each.name: each for each in objects}
    for glob in (*included, *excluded):
        if not any(_matches(name, (glob,)) for name in inside):
            raise UsageProblem(f"nothing in the snapshot matches {glob!r}", hint=_suggestion(glob, list(inside)))
    partitions = _partitions(inside, chosen)
    kept = [
        Item(each, name if template is None else template.replace("{name}", name), partitions.get(name))
        for name, each in inside.items()
        if (not included or _matches(name, included)) and not _matches(name, excluded)
    ]
    if not kept:
        raise UsageProblem("nothing is left of the snapshot", hint="exclude less")
    names = {each.source.name for each in kept}
    for table in partitions:
        if table not in names:
            raise UsageProblem(f"partitions of {table} are asked for, and {table} is left out", hint="include it")
    return kept


def _partitions(inside: Mapping[str, SnapshotObject], chosen: Chosen) -> dict[str, tuple[str, ...]]:
    globs: dict[str, tuple[str, ...]] = {}
    for table, more in chosen:
        globs[table] = (*globs.get(table, ()), *more)
    return {table: _partitions_of(inside, table, each) for table, each in globs.items()}


def _partitions_of(inside: Mapping[str, SnapshotObject], table: str, globs: Sequence[str]) -> tuple[str, ...]:
    if table not in inside:
        raise UsageProblem(f"{table} is not in the snapshot", hint=_suggestion(table, list(inside)))
    there = inside[table].partitions
    if not there:
        raise UsageProblem(f"{table} is a view, and has no partitions", hint="include() takes all of it")
    for glob in globs:
        if not any(_matches(name, (glob,)) for name in there):
            raise UsageProblem(f"{table} has no partition {glob!r} in the snapshot", hint=_suggestion(glob, there))
    return tuple(name for name in there if _matches(name, globs))


def named(each: Item, *, words: bool) -> NamedObject:
    """The item as it stands in ON."""
    # A view is what has no partitions in the Details; materialized views cannot be told from tables there.
    kind = (ObjectKind.TABLE if each.source.partitions else ObjectKind.VIEW) if words else None
    partitions = None if each.partitions is None else Partitions(each.partitions)
    alias = None if each.target == each.source.name else each.target
    return NamedObject(QualifiedName((each.source.name,)), kind, partitions, alias)


def by_number_of(each: Item, there: Existing) -> dict[int | None, Item]:
    """Split one table by the replica numbers of what exists of it; its new partitions go with most of the others."""
    replicas = there.replicas.get(each.target, {})
    numbers: dict[int | None, list[str]] = {}
    for name in each.names:
        if name in replicas:
            numbers.setdefault(replicas[name], []).append(name)
    new = [name for name in each.names if name not in replicas]
    if not numbers:
        return {there.replication_num: each}
    commonest = max(numbers, key=lambda number: len(numbers[number]))
    numbers[commonest] += new
    if len(numbers) == 1:
        return {commonest: each}
    order = {name: index for index, name in enumerate(each.names)}
    return {
        number: replace(each, partitions=tuple(sorted(names, key=order.__getitem__)))
        for number, names in numbers.items()
    }


def _matches(name: str, globs: Iterable[str]) -> bool:
    # A table may be called a[1], which as a glob does not match itself.
    return any(name == glob or fnmatchcase(name, glob) for glob in globs)


def few(names: Sequence[str]) -> str:
    """The first names, and how many more."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN:,} more"


def _suggestion(wanted: str, known: Sequence[str]) -> str:
    near = closest(wanted.strip("*?"), list(known))
    if near:
        return f"did you mean {near}?"
    shown = ", ".join(known[:_SHOWN])
    return f"there: {shown}{' …' if len(known) > _SHOWN else ''}" if known else "it is empty"
