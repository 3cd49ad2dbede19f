"""From a wish to statements: globs over a snapshot, exceptions, renames, and as few statements as the server allows.

StarRocks has no wildcard, no EXCLUDE and no template for names. A restore takes one ``replication_num`` and refuses an
existing partition that has another (RestoreJob.java, genFileMappingWhenBackupReplicasEqual), so a wish over tables of
several numbers becomes several statements, which run one after another: a database has one job at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from ..cluster import SnapshotContents, SnapshotObject
from ..errors import UsageProblem
from ..language.statements import NamedObject, ObjectKind, Partitions, Property, QualifiedName, Restore, Source
from ..language.versions import NEWEST, release
from .facts import closest

__all__ = ["Standing", "Wish", "restore"]

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in the target already, as far as a wish must know it.

    Attributes
    ----------
    replicas
        By table and partition, the replica number of what exists; a view has no partitions.
    replication_num
        What new tables get; None leaves it to the server's default.
    """

    replicas: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    replication_num: int | None = None
    version: str = NEWEST


@dataclass(frozen=True, slots=True)
class _Item:
    """One object of the wish; ``partitions`` is None for all."""

    source: SnapshotObject
    target: str
    partitions: tuple[str, ...] | None

    @property
    def names(self) -> tuple[str, ...]:
        return self.source.partitions if self.partitions is None else self.partitions


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall come back of one snapshot. A value: each method returns another one.

    Examples
    --------
    >>> from starrocks_restore_kernel.cluster import SnapshotContents, SnapshotObject
    >>> inside = SnapshotContents("monday", "2026-11-22-20-15-03-117", "shop",
    ...     (SnapshotObject("orders", ("p1", "p2")), SnapshotObject("orders_tmp", ("orders_tmp",))))
    >>> wish = restore(inside, "vault").include("orders*").exclude("*_tmp").rename("{name}_old")
    >>> [statement] = wish.statements()
    >>> print(statement.sql(pretty=False).split(" PROPERTIES")[0])
    RESTORE SNAPSHOT shop.monday FROM vault ON (TABLE orders AS orders_old)
    """

    contents: SnapshotContents
    repository: str
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Tables with the globs of their partitions."""
    template: str | None = None
    database: str | None = None

    def include(self, *globs: str) -> Wish:
        """Take only what one of the globs matches; names keep their case, as the server compares them."""
        return replace(self, included=(*self.included, *globs))

    def exclude(self, *globs: str) -> Wish:
        """Leave out what one of the globs matches."""
        return replace(self, excluded=(*self.excluded, *globs))

    def partitions(self, table: str, names: Iterable[str]) -> Wish:
        """Take some partitions of a table alone; globs are taken too."""
        return replace(self, chosen=(*self.chosen, (table, tuple(names))))

    def rename(self, template: str) -> Wish:
        """Give every object another name, such as ``"{name}_restored"``.

        Raises
        ------
        UsageProblem
            If the template does not hold ``{name}``, so that all would have one name.
        """
        if "{name}" not in template:
            raise UsageProblem(
                f"the template {template!r} gives every table one name",
                hint='write "{name}_restored", with {name} in it',
            )
        return replace(self, template=template)

    def into(self, database: str) -> Wish:
        """Restore into another database; since 3.4 it is made if it is missing."""
        return replace(self, database=database)

    # -- what it comes to ------------------------------------------------------------------------------------------

    def items(self) -> list[_Item]:
        """Expand the globs against the snapshot, in its order.

        Raises
        ------
        UsageProblem
            If a glob, a table or a partition is not there, or two objects would have one name.
        """
        inside = {each.name: each for each in self.contents.objects}
        for glob in (*self.included, *self.excluded):
            if not any(fnmatchcase(name, glob) for name in inside):
                raise UsageProblem(f"nothing in the snapshot matches {glob!r}", hint=_suggestion(glob, list(inside)))
        chosen = {table: self._partitions_of(inside, table, globs) for table, globs in self.chosen}
        kept = [
            _Item(each, self._name(name), chosen.get(name))
            for name, each in inside.items()
            if (not self.included or _matches(name, self.included)) and not _matches(name, self.excluded)
        ]
        if not kept:
            raise UsageProblem("nothing is left of the snapshot", hint="exclude less")
        left_out = [table for table in chosen if not any(each.source.name == table for each in kept)]
        if left_out:
            raise UsageProblem(
                f"partitions of {left_out[0]} are asked for, and {left_out[0]} is left out", hint="include it"
            )
        return kept

    def _partitions_of(self, inside: Mapping[str, SnapshotObject], table: str, globs: Sequence[str]) -> tuple[str, ...]:
        if table not in inside:
            raise UsageProblem(f"{table} is not in the snapshot", hint=_suggestion(table, list(inside)))
        there = inside[table].partitions
        for glob in globs:
            if not any(fnmatchcase(name, glob) for name in there):
                raise UsageProblem(f"{table} has no partition {glob!r} in the snapshot", hint=_suggestion(glob, there))
        return tuple(name for name in there if _matches(name, globs))

    def _name(self, name: str) -> str:
        return name if self.template is None else self.template.replace("{name}", name)

    def statements(self, standing: Standing = Standing()) -> tuple[Restore, ...]:
        """Write the wish as statements, to be run one after another.

        Raises
        ------
        UsageProblem
            If it cannot be said, as `items` does; or if a new name is taken in the target.
        """
        items = self.items()
        self._check_names(items, standing)
        by_number: dict[int | None, list[_Item]] = {}
        views = [each for each in items if not each.source.partitions]
        for each in items:
            if each.source.partitions:
                for number, part in _by_number(each, standing).items():
                    by_number.setdefault(number, []).append(part)
        if not by_number:
            return (self._statement(None if self._is_everything else views, standing.replication_num, standing),)
        if len(by_number) == 1:
            (number,) = by_number
            return (self._statement(None if self._is_everything else items, number, standing),)
        # Views read tables, so they come with the last of them.
        *others, last = by_number
        return (
            *(self._statement(by_number[number], number, standing) for number in others),
            self._statement([*by_number[last], *views], last, standing),
        )

    @property
    def _is_everything(self) -> bool:
        return not (self.included or self.excluded or self.chosen or self.template)

    def _check_names(self, items: Sequence[_Item], standing: Standing) -> None:
        origins = {each.source.name for each in items}
        for each in items if self.template is not None else ():
            if each.target in origins:
                raise UsageProblem(
                    f"{each.source.name} would be named {each.target}, which is restored too",
                    hint="the server refuses an alias that is a restored table's name; choose another template",
                )
            if each.target in standing.replicas:
                raise UsageProblem(
                    f"{each.source.name} would be named {each.target}, which exists already",
                    hint="an alias can only make a new table; choose another template, or another database with into()",
                )

    def _statement(self, items: Sequence[_Item] | None, number: int | None, standing: Standing) -> Restore:
        properties = [Property("backup_timestamp", self.contents.timestamp)]
        if number is not None:
            properties.append(Property("replication_num", str(number)))
        origin = self.contents.database
        elsewhere = self.database is not None and self.database != origin
        clause = release(standing.version).database_clause
        # The label alone names the target; a DATABASE clause makes the server compare the snapshot's own name too.
        source = Source(origin, self.database) if elsewhere and clause else None
        label = (self.contents.label,) if source is not None else (self.database or origin, self.contents.label)
        objects = None if items is None else tuple(_object(each, words=clause) for each in items)
        return Restore(QualifiedName(label), self.repository, None, source, objects, tuple(properties))


def restore(contents: SnapshotContents, repository: str) -> Wish:
    """Begin a wish with all that a snapshot holds.

    Raises
    ------
    UsageProblem
        If the snapshot could not be read, or holds external catalogs.
    """
    if contents.status != "OK":
        raise UsageProblem(f"the snapshot {contents.label} cannot be read: {contents.status}")
    if not contents.database:
        raise UsageProblem(
            f"the snapshot {contents.label} holds external catalogs", hint="write RESTORE … EXTERNAL CATALOGS (…)"
        )
    return Wish(contents, repository)


def _object(each: _Item, *, words: bool) -> NamedObject:
    # A view is what has no partitions in the Details; materialized views cannot be told from tables there.
    kind = (ObjectKind.TABLE if each.source.partitions else ObjectKind.VIEW) if words else None
    partitions = None if each.partitions is None else Partitions(each.partitions)
    alias = None if each.target == each.source.name else each.target
    return NamedObject(QualifiedName((each.source.name,)), kind, partitions, alias)


def _by_number(each: _Item, standing: Standing) -> dict[int | None, _Item]:
    """Split one table by the replica numbers of what exists of it; its new partitions go with most of the others."""
    there = standing.replicas.get(each.target, {})
    numbers: dict[int | None, list[str]] = {}
    for name in each.names:
        if name in there:
            numbers.setdefault(there[name], []).append(name)
    new = [name for name in each.names if name not in there]
    if not numbers:
        return {standing.replication_num: each}
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
    return any(fnmatchcase(name, glob) for glob in globs)


def _suggestion(wanted: str, known: Sequence[str]) -> str:
    near = closest(wanted.strip("*?"), list(known))
    if near:
        return f"did you mean {near}?"
    shown = ", ".join(known[:_SHOWN])
    return f"there: {shown}{' …' if len(known) > _SHOWN else ''}" if known else "it is empty"
