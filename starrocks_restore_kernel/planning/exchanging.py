"""Exchanging tables with their restored copies, and back: SWAP where both are, RENAME where one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..cluster import Partitions, SnapshotContents, TableKind
from ..drawing import Listing
from ..errors import PlanRefused, RestoreError
from ..language.quoting import quote_name
from ..language.statements import Restore
from .comparing import Pair
from .desk import Desk
from .expanding import few
from .facts import TargetFacts
from .steps import Step

__all__ = ["DropStep", "SwapStep", "exchange_sql", "exchangeable", "notes"]


def exchange_sql(database: str, pair: Pair, version: str, *, back: bool = False) -> str:
    """The statement that exchanges one table; SWAP works within one database, and is its own way back."""
    before, after = (pair.live, pair.copy) if pair.existed or back else (pair.copy, pair.live)
    words = "SWAP WITH" if pair.existed else "RENAME"
    quoted = [quote_name(each, version) for each in (database, before, after)]
    return f"ALTER TABLE {quoted[0]}.{quoted[1]} {words} {quoted[2]}"


@dataclass(frozen=True, slots=True, repr=False)
class SwapStep(Step):
    """Exchange each table with its copy, or exchange them back.

    Which of the two a table is, is told by its id: so a step that broke off goes on where it was, and one that is run
    twice does not undo itself.
    """

    name: str
    database: str
    pairs: tuple[Pair, ...]
    draft: Restore
    version: str
    back: bool = False

    @property
    def needs_yes(self) -> bool:
        """What readers see is exchanged."""
        return True

    @property
    def way_back(self) -> str:
        """The other of the two."""
        return f"procedure.run({'swap' if self.back else 'back'!r}, overwrite=True)"

    @property
    def by_itself(self) -> bool:
        """The way back is never taken by a run of all."""
        return not self.back

    @property
    def title(self) -> str:
        """What readers of the tables will see."""
        names = ", ".join(pair.live for pair in self.pairs[:6]) + (" …" if len(self.pairs) > 6 else "")
        what = "as before the swap" if self.back else "as restored; the old rows stay under the copies' names"
        return f"{names} in {self.database} {what}"

    @property
    def sql(self) -> tuple[str, ...]:
        """A statement a table."""
        return tuple(exchange_sql(self.database, pair, self.version, back=self.back) for pair in self.pairs)

    def run(self, desk: Desk, *, overwrite: bool) -> Listing:
        """Look where each table is, and exchange those that are not yet.

        Raises
        ------
        PlanRefused
            If a table is neither as it was nor exchanged: nothing was sent.
        """
        del overwrite  # asked for by the procedure
        target = desk.facts(self.draft).target
        if target.tables is None:
            raise PlanRefused(f"nothing was sent: the tables of {self.database} could not be read")
        kinds = {name: table.kind for name, table in target.tables.items()}
        unlike = {pair for pair in self.pairs if not exchangeable(kinds.get(pair.live if self.back else pair.copy))}
        todo = [pair for pair in self.pairs if pair not in unlike and self._due(pair, target)]
        sent: list[str] = []
        for pair in todo:
            sql = exchange_sql(self.database, pair, self.version, back=self.back)
            try:
                desk.query(sql)
            except RestoreError as error:
                done = ", ".join(each.live for each in todo[: len(sent)]) or "none"
                error.add_note(
                    f"exchanged before: {done}; not yet: {', '.join(each.live for each in todo[len(sent) :])}"
                )
                raise
            sent.append(sql)
        rows = tuple((pair.live, pair.copy, sql) for pair, sql in zip(todo, sent, strict=True))
        left = f"; left alone, no tables: {', '.join(sorted(pair.live for pair in unlike))}" if unlike else ""
        title = f"Exchanged: {len(rows)} of {len(self.pairs)}{left}"
        return Listing(("table", "with", "statement"), rows, tuple(todo), title)

    def _due(self, pair: Pair, target: TargetFacts) -> bool:
        """Whether a table is still to be exchanged; an error if it is neither so nor so."""
        live, copy = pair.live in (target.tables or {}), pair.copy in (target.tables or {})
        if not pair.existed:
            first, last = (live, copy) if self.back else (copy, live)
            if first and not last:
                return True
            if last and not first:
                return False
            what = f"{pair.live} has appeared" if live else f"neither {pair.live} nor {pair.copy} is there"
            raise self._refused(what)
        missing = [name for name, there in ((pair.live, live), (pair.copy, copy)) if not there]
        if missing:
            raise self._refused(f"{missing[0]} is not there")
        ids = {name: _id(target, name) for name in (pair.live, pair.copy)}
        if pair.live_id is None or None in ids.values():
            return True
        if pair.live_id not in ids.values():
            raise self._refused(f"{pair.live} was made anew meanwhile")
        swapped = ids[pair.copy] == pair.live_id
        return swapped if self.back else not swapped

    def _refused(self, what: str) -> PlanRefused:
        hint = "run the restore first; if it has run, the cluster has changed: make the procedure again, and look"
        return PlanRefused(f"nothing was sent: {what} in {self.database}", hint=hint)


def _id(target: TargetFacts, name: str) -> int | None:
    found = (target.configurations or {}).get(name)
    return None if found is None else found.table_id


@dataclass(frozen=True, slots=True, repr=False)
class DropStep(Step):
    """The statements that drop what is left over; they are printed, and never run from here."""

    name: str
    database: str
    tables: tuple[str, ...]
    version: str
    old: bool
    """Whether they hold the rows from before the swap."""

    @property
    def by_itself(self) -> bool:
        """Never."""
        return False

    @property
    def title(self) -> str:
        """When to."""
        what = "the old tables, once nobody needs the way back" if self.old else "the copies, once they are compared"
        return f"{what}; to be run by hand, this procedure drops nothing"

    @property
    def sql(self) -> tuple[str, ...]:
        """A DROP a table; without FORCE, so that RECOVER TABLE has it for a day."""
        database = quote_name(self.database, self.version)
        return tuple(f"DROP TABLE {database}.{quote_name(each, self.version)}" for each in self.tables)

    def run(self, desk: Desk, *, overwrite: bool) -> Listing:
        """Refuse.

        Raises
        ------
        PlanRefused
            Always; the hint is the first of the statements.
        """
        del desk, overwrite
        raise PlanRefused("nothing was sent: this procedure drops nothing", hint=f"by hand: {self.sql[0]}")


def notes(pairs: Sequence[Pair], target: TargetFacts, contents: SnapshotContents) -> Iterator[str]:
    """What an exchange does not bring along, for the tables that it concerns."""
    counters = {each.name: each.auto_increment for each in contents.objects}
    inside = {each.name: frozenset(each.partitions) for each in contents.objects}
    configurations = target.configurations or {}
    by_id = {pair.live: configurations.get(pair.live) for pair in pairs if pair.existed}
    grouped = [f"{name} ({each.colocation})" for name, each in by_id.items() if each is not None and each.colocation]
    if grouped:
        yield (
            f"Colocation: {', '.join(grouped)}. A copy joins no group unless enable_colocate_restore is on; "
            'after the swap set "colocate_with" again.'
        )
    moving = [name for name, each in by_id.items() if each is not None and each.dynamic_partitions]
    if moving:
        yield (
            f"Dynamic partitions: {', '.join(moving)}. The copy's are scheduled as soon as it is restored: partitions "
            "older than dynamic_partition.start are dropped. Compare at once, or switch it off first."
        )
    counted = [pair.live for pair in pairs if counters.get(pair.source) is not None]
    if counted:
        yield (
            f"AUTO_INCREMENT: {', '.join(counted)}. The copy counts on from the backup, so that numbers given since "
            "then are given again."
        )
    known = Partitions() if target.partitions is None else target.partitions
    for pair in pairs:
        only_here = [name for name in known.replicas(pair.live) if name not in inside[pair.source]]
        if only_here:
            yield f"Partitions of {pair.live} that the snapshot lacks are gone after the swap: {few(only_here)}."
    if by_id:
        yield (
            "Grants on a single table and running loads go by the table's id: after the swap they stand on the old "
            "rows. Materialized views that read a swapped table become inactive: ALTER MATERIALIZED VIEW … ACTIVE."
        )


def exchangeable(kind: TableKind | None) -> bool:
    """Whether SWAP takes it for a table; None is one that does not exist."""
    return kind in (None, TableKind.TABLE)
