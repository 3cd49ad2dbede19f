"""Side by side, then swap: restore under new names, compare, exchange, and the way back.

``ALTER TABLE … SWAP WITH`` exchanges two tables of one database at once and is its own way back
(AlterJobExecutor.java, visitSwapTableClause); a restore in place has neither. Nothing is overwritten before the rows
were seen, and then they are only renamed.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..drawing import Listing
from ..errors import PlanRefused, UsageProblem
from ..language.statements import Restore
from .comparing import Pair, Queries, Side, check_queries, compare
from .desk import Desk
from .exchanging import DropStep, SwapStep, exchangeable, notes
from .expanding import few
from .facts import TargetFacts
from .steps import Procedure, RestoreStep, Step

if TYPE_CHECKING:
    from .wish import Wish

__all__ = ["CompareStep", "side_by_side"]

_TEMPLATE = "{name}_restored"


@dataclass(frozen=True, slots=True, repr=False)
class CompareStep(Step):
    """Count both sides, and ask what the user asks; changes nothing."""

    name: str
    pairs: tuple[Pair, ...]
    live: Restore
    """A statement whose target is the side that is there now."""
    copy: Restore
    queries: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What is counted."""
        asked = ", and the query of " + few(list(self.queries)) if self.queries else ""
        return f"rows of {few([pair.source for pair in self.pairs])}, whole and by partition{asked}; changes nothing"

    @property
    def sql(self) -> tuple[str, ...]:
        """The user's own queries; the counts are made when the partitions are known."""
        return tuple(dict.fromkeys(self.queries.values()))

    def run(self, desk: Desk, *, overwrite: bool) -> Listing:
        """Compare.

        Raises
        ------
        PlanRefused
            If no copy is there yet, or the tables cannot be read.
        """
        del overwrite
        now, restored = desk.facts(self.live).target, desk.facts(self.copy).target
        for target in (now, restored):
            if target.tables is None:
                raise PlanRefused(f"the tables of {target.database} could not be read")
        live, copy = (Side(str(target.database), target) for target in (now, restored))
        if not any(copy.holds(pair.copy) for pair in self.pairs):
            raise PlanRefused(f"there is nothing to compare in {copy.database}", hint="run the restore first")
        return compare(desk, self.pairs, live, copy, self.queries)


def side_by_side(wish: Wish, query: Queries | None = None) -> Procedure:
    """Make the procedure of a wish.

    In the wish's own database the copies get new names (``{name}_restored`` unless it renames), and are swapped with
    the tables that are there. A wish into another database keeps the names, is compared with the snapshot's own
    database, and ends there: SWAP works within one database.

    Parameters
    ----------
    query
        Asked of both sides too; ``{table}`` stands for the table. A mapping has one a table.

    Raises
    ------
    UsageProblem
        If no table is left, or the wish cannot be said.
    """
    desk = wish.desk
    if desk is None:
        raise UsageProblem("this wish hangs on no cluster", hint='begin it with cluster.restore("repository", "label")')
    apart = wish.target_database != wish.contents.database and wish.template is None
    if not apart:
        _whole_tables(wish)
        wish = wish if wish.template is not None else wish.rename(_TEMPLATE)
    plain = replace(wish, template=None, database=wish.contents.database if apart else wish.database)
    live_side = desk.facts(plain.draft(desk.version)).target
    wish, left_out = _tables_only(wish, set() if apart else _kinds(live_side))
    pairs = tuple(_pairs(wish, live_side))
    queries = check_queries(query, [pair.source for pair in pairs])
    plans = [desk.plan(each) for each in wish.statements()]
    names = ["restore"] if len(plans) == 1 else [f"restore {number}" for number, _ in enumerate(plans, 1)]
    draft = wish.draft(desk.version)
    live_draft = replace(wish, template=None, database=plain.database).draft(desk.version) if apart else draft
    steps: list[Step] = [RestoreStep(name, each) for name, each in zip(names, plans, strict=True)]
    steps.append(CompareStep("compare", pairs, live_draft, draft, queries))
    told = list(left_out)
    database = wish.target_database
    if apart:
        steps.append(DropStep("drop", database, tuple(pair.copy for pair in pairs), desk.version, old=False))
        told.append(
            f"For comparison only: SWAP works within one database, and these are {database} and {plain.database}."
        )
        title = f"Side by side: {wish.contents.label} into {database}, beside {wish.contents.database}"
        return Procedure(title, tuple(steps), tuple(told), desk)
    steps.append(SwapStep("swap", database, pairs, draft, desk.version))
    steps.append(SwapStep("back", database, pairs, draft, desk.version, back=True))
    old = tuple(pair.copy for pair in pairs if pair.existed)
    if old:
        steps.append(DropStep("drop", database, old, desk.version, old=True))
    told += notes(pairs, live_side, wish.contents)
    new = [pair.live for pair in pairs if not pair.existed]
    if new:
        told.append(f"Not there now, so that the copy is only renamed: {few(new)}.")
    title = f"Side by side: {wish.contents.label} into {database} as {wish.template}, then swap"
    return Procedure(title, tuple(steps), tuple(told), desk)


def _whole_tables(wish: Wish) -> None:
    """Refuse to swap a table with a copy of a few partitions."""
    for each in wish.items():
        if each.partitions is not None and set(each.partitions) != set(each.source.partitions):
            name = each.source.name
            raise UsageProblem(
                f"the copy of {name} would hold {few(each.partitions)} alone, and a swap would take the rest away",
                hint="leave partitions() out, or compare in another database with into(), or restore in place",
            )


def _kinds(target: TargetFacts) -> set[str]:
    """What is there and can not be swapped with a table."""
    return {name for name, table in (target.tables or {}).items() if not exchangeable(table.kind)}


def _tables_only(wish: Wish, unlike: set[str]) -> tuple[Wish, list[str]]:
    """The wish without what is not swapped, and what to say of it."""
    items = wish.items()
    views = [each.source.name for each in items if not each.source.partitions]
    others = [each.source.name for each in items if each.source.partitions and each.source.name in unlike]
    told = []
    if views:
        told.append(f"Views are not restored here, as they hold no rows: {few(views)}.")
    if others:
        told.append(f"Materialized views are not swapped; they are refreshed from their tables: {few(others)}.")
    kept = [each.source.name for each in items if each.source.name not in {*views, *others}]
    if not kept:
        raise UsageProblem("no table is left to put side by side", hint="include a table")
    if len(kept) < len(items) or not (wish.included or wish.excluded or wish.chosen or wish.template):
        # By name, so that nothing else comes along.
        wish = replace(wish, included=tuple(map(glob.escape, kept)), excluded=())
    return wish, told


def _pairs(wish: Wish, target: TargetFacts) -> Iterator[Pair]:
    configurations = target.configurations or {}
    for each in wish.items():
        name = each.source.name
        existed = target.free(name) is not True
        known = configurations.get(name)
        yield Pair(name, name, each.target, each.partitions, existed, None if known is None else known.table_id)
