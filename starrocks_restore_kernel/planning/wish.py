"""From a wish to statements: globs over a snapshot, exceptions, renames, and as few statements as the server allows.

StarRocks has no wildcard, no EXCLUDE and no template for names. A restore takes one ``replication_num`` and refuses an
existing partition that has another (RestoreJob.java, genFileMappingWhenBackupReplicasEqual), so a wish over tables of
several numbers becomes several statements, which run one after another: a database has one job at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING

from ..cluster import SnapshotContents
from ..drawing import SHOWN_ROWS, Drawing, badge, html_table, text_table
from ..errors import UsageProblem
from ..language.statements import (
    AllObjects,
    ObjectKind,
    Property,
    QualifiedName,
    Restore,
    RestoreObject,
    Source,
)
from ..language.versions import release
from .desk import Desk
from .existing import Existing, existing
from .expanding import Item, by_number_of, expand, few, named
from .plan import Plan
from .steps import Procedure, RestoreStep

if TYPE_CHECKING:
    from .comparing import Queries

__all__ = ["Wish", "restore"]

_HEADINGS = ("object", "becomes", "partitions")


@dataclass(frozen=True, slots=True, repr=False)
class Wish(Drawing):
    """What shall come back of one snapshot. A value: each method returns another one, and it draws itself.

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
    replicas: int | None = None
    """What new tables get; None for what the cluster has hosts for."""
    seconds: int | None = None
    """The job's timeout; None for the server's default, a day."""
    desk: Desk | None = field(default=None, compare=False)
    """The cluster that it is bound to."""

    def include(self, *globs: str) -> Wish:
        """Take only what one of the globs matches; names keep their case, as the server compares them."""
        return replace(self, included=(*self.included, *globs))

    def exclude(self, *globs: str) -> Wish:
        """Leave out what one of the globs matches."""
        return replace(self, excluded=(*self.excluded, *globs))

    def partitions(self, table: str, names: Iterable[str]) -> Wish:
        """Take some partitions of a table alone; globs are taken too.

        Raises
        ------
        UsageProblem
            If none is named.
        """
        globs = (names,) if isinstance(names, str) else tuple(names)
        if not globs:
            raise UsageProblem(f"no partition of {table} is named", hint="exclude() leaves a table out")
        return replace(self, chosen=(*self.chosen, (table, globs)))

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
        return replace(self, template=None if template == "{name}" else template)

    def into(self, database: str) -> Wish:
        """Restore into another database; since 3.4 it is made if it is missing."""
        return replace(self, database=database)

    def replication(self, number: int) -> Wish:
        """Give new tables so many replicas; existing partitions keep theirs, as the server takes no other.

        Raises
        ------
        UsageProblem
            If the number is less than 1.
        """
        if number < 1:
            raise UsageProblem(f"a table with {number} replicas has no rows", hint="1 or more")
        return replace(self, replicas=number)

    def timeout(self, seconds: int) -> Wish:
        """Let each job take so many seconds, 600 at the least (BackupRestoreAnalyzer.java).

        Raises
        ------
        UsageProblem
            If they are fewer.
        """
        if seconds < 600:
            raise UsageProblem(
                f"a job with {seconds} seconds is refused: timeout must be at least 10 min", hint="timeout(600) or more"
            )
        return replace(self, seconds=int(seconds))

    # -- what it comes to

    @property
    def target_database(self) -> str:
        """The database restored into."""
        return self.contents.database if self.database is None else self.database

    def items(self) -> list[Item]:
        """Expand the globs against the snapshot, in its order.

        Raises
        ------
        UsageProblem
            If a glob, a table or a partition is not there, or nothing is left.
        """
        return expand(self.contents.objects, self.included, self.excluded, self.chosen, self.template)

    def existing(self) -> Existing:
        """What is in the target already; of a wish bound to no cluster nothing is known."""
        if self.desk is None:
            return Existing()
        return existing(self.desk.facts(self.draft(self.desk.version)))

    def draft(self, version: str) -> Restore:
        """One statement over all of it, for reading the facts by."""
        items = None if self._is_everything else self.items()
        return self._statement(items, None, Existing(version=version))

    def statements(self, there: Existing | None = None) -> tuple[Restore, ...]:
        """Write the wish as statements, to be run one after another.

        Parameters
        ----------
        there
            What is in the target; read from the cluster if it is not given.

        Raises
        ------
        UsageProblem
            If it cannot be said, as `items` does; or if a new name is taken in the target, or no SQL can write it.
        """
        items = self.items()
        self._check_names(items)
        there = self.existing() if there is None else there
        if self.replicas is not None:
            there = replace(there, replication_num=self.replicas)
        self._check_target(items, there)
        by_number: dict[int | None, list[Item]] = {}
        views = [each for each in items if not each.source.partitions]
        for each in items:
            if each.source.partitions:
                for number, part in by_number_of(each, there).items():
                    by_number.setdefault(number, []).append(part)
        if len(by_number) <= 1:
            number = next(iter(by_number), there.replication_num)
            return (self._statement(None if self._is_everything else items, number, there),)
        # Views read tables, so they come with the last of them.
        *others, last = by_number
        return (
            *(self._statement(by_number[number], number, there) for number in others),
            self._statement([*by_number[last], *views], last, there, functions=self._is_everything),
        )

    @property
    def _is_everything(self) -> bool:
        return not (self.included or self.excluded or self.chosen or self.template)

    def _check_names(self, items: Sequence[Item]) -> None:
        written = {self.contents.label, self.repository, self.contents.database, self.target_database}
        unwritable = [name for name in sorted(written) if "`" in name]
        if not self._is_everything:
            unwritable += [name for each in items for name in (each.source.name, each.target) if "`" in name]
        if unwritable:
            raise UsageProblem(
                f"the name {unwritable[0]!r} holds a back-quote, which StarRocks has no way to write",
                hint="exclude it, or restore the whole snapshot, which names no table",
            )
        if self.template is None:
            return
        origins = {each.source.name for each in items}
        for each in items:
            if each.target in origins:
                raise UsageProblem(
                    f"{each.source.name} would be named {each.target}, which is restored too",
                    hint="the server refuses an alias that is a restored table's name; choose another template",
                )

    def _check_target(self, items: Sequence[Item], there: Existing) -> None:
        for each in items if self.template is not None else ():
            if each.target in there.replicas:
                raise UsageProblem(
                    f"{each.source.name} would be named {each.target}, which exists already",
                    hint="an alias can only make a new table; choose another template, or another database with into()",
                )

    def _statement(
        self, items: Sequence[Item] | None, number: int | None, there: Existing, *, functions: bool = False
    ) -> Restore:
        properties = [Property("backup_timestamp", self.contents.timestamp)]
        if number is not None:
            properties.append(Property("replication_num", str(number)))
        if self.seconds is not None:
            properties.append(Property("timeout", str(self.seconds)))
        speaks = release(there.version)
        origin = self.contents.database
        elsewhere = self.target_database != origin
        # The label alone names the target; a DATABASE clause makes the server compare the snapshot's own name too.
        source = Source(origin, self.database) if elsewhere and speaks.database_clause else None
        label = (self.contents.label,) if source is not None else (self.target_database, self.contents.label)
        objects: list[RestoreObject] | None = None
        if items is not None:
            objects = [named(each, words=speaks.object_kinds) for each in items]
            if functions and speaks.object_kinds:
                # The whole snapshot brings its functions too (RestoreJob.java), and a list would leave them behind.
                objects.append(AllObjects(ObjectKind.FUNCTION))
        listed = None if objects is None else tuple(objects)
        return Restore(QualifiedName(label), self.repository, None, source, listed, tuple(properties))

    def sql(self) -> str:
        """The statements as a script."""
        version = Existing().version if self.desk is None else self.desk.version
        return ";\n\n".join(each.sql(version=version) for each in self.statements()) + ";\n"

    def plan(self) -> Plan | Procedure:
        """What it would do to the cluster: one plan, or a procedure of several jobs that run in turn.

        Raises
        ------
        UsageProblem
            If it cannot be said, or is bound to no cluster.
        """
        desk = self._bound()
        plans = [desk.plan(each) for each in self.statements()]
        if len(plans) == 1:
            return plans[0]
        title = f"{self._title()}: {len(plans)} jobs in turn, one a replica number"
        steps = tuple(RestoreStep(f"restore {number}", each) for number, each in enumerate(plans, 1))
        return Procedure(title, steps, (), desk)

    def side_by_side(self, query: Queries | None = None) -> Procedure:
        """Restore under new names, compare, then swap: see `side_by_side`."""
        from .side_by_side import side_by_side

        self._bound()
        return side_by_side(self, query)

    def _bound(self) -> Desk:
        if self.desk is None:
            raise UsageProblem(
                "this wish hangs on no cluster", hint='begin it with cluster.restore("repository", "label")'
            )
        return self.desk

    # -- drawing

    def text(self) -> str:
        """What is taken and what is left out, for a terminal; asks no cluster."""
        try:
            items = self.items()
        except UsageProblem as error:
            return "\n".join([self._title(), "", *error.lines()])
        lines = [self._title(), "", text_table(_HEADINGS, self._rows(items), total=len(items)), "", self._left(items)]
        return "\n".join([*lines, *self._more()])

    def html(self) -> str:
        """The same as HTML."""
        title = f"<h4>{escape(self._title())}</h4>"
        try:
            items = self.items()
        except UsageProblem as error:
            first, *rest = error.lines()
            more = "".join(f"<p>{escape(line)}</p>" for line in rest)
            return f"{title}<p>{badge('error', 'bad')} {escape(first)}</p>{more}"
        notes = [self._left(items), *self._more()]
        table = html_table(_HEADINGS, self._rows(items), total=len(items))
        return title + table + "".join(f'<p class="srk-dim">{escape(note)}</p>' for note in notes)

    def _title(self) -> str:
        contents = self.contents
        return f"Wish: {contents.label} of {contents.timestamp} from {self.repository} into {self.target_database}"

    def _rows(self, items: Sequence[Item]) -> list[tuple[object, ...]]:
        return [
            (
                each.source.name,
                f"{self.target_database}.{each.target}",
                "none: a view" if not each.source.partitions else "all" if each.partitions is None else few(each.names),
            )
            for each in items[:SHOWN_ROWS]
        ]

    def _left(self, items: Sequence[Item]) -> str:
        kept = {each.source.name for each in items}
        names = [each.name for each in self.contents.objects if each.name not in kept]
        return f"left out: {few(names)}" if names else "nothing is left out"

    def _more(self) -> list[str]:
        notes = []
        if self.replicas is not None:
            notes.append(f"new tables get {self.replicas} replicas")
        if self.seconds is not None:
            notes.append(f"each job has {self.seconds:,} seconds")
        return notes


def restore(contents: SnapshotContents, repository: str, *, desk: Desk | None = None) -> Wish:
    """Begin a wish with all that a snapshot holds.

    Raises
    ------
    UsageProblem
        If the snapshot could not be read, or holds external catalogs.
    """
    if contents.status != "OK":
        raise UsageProblem(
            f"the snapshot {contents.label} cannot be read: {contents.status}",
            hint=f"see SHOW SNAPSHOT ON {repository}",
        )
    if not contents.database:
        raise UsageProblem(
            f"the snapshot {contents.label} holds external catalogs", hint="write RESTORE … EXTERNAL CATALOGS (…)"
        )
    return Wish(contents, repository, desk=desk)
