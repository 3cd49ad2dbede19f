"""What of one object is as it should be, as the catalog of the server tells."""

from __future__ import annotations

from ...cluster import PartitionColumns, Table, TableKind
from ...planning import Action
from ...planning.effect import Kind
from ...planning.sizes import counted
from ...planning.table_effects import narrowed
from .codes import VerdictCode
from .expectations import DYNAMIC, Expectations, Expected
from .findings import Findings, first
from .mending import qualifiers
from .observing import Observed

__all__ = ["ObjectJudge"]

_Names = tuple[str, ...]


class ObjectJudge:
    """Looks at one table, view or materialized view after another."""

    def __init__(self, expectations: Expectations, observed: Observed, findings: Findings) -> None:
        self._expectations = expectations
        self._target = observed.target
        self._observed = observed
        self._findings = findings
        self._number = None if expectations.replication is None else narrowed(expectations.replication)
        # Tables mostly have the same partitions: what lacks is found once for all of them.
        self._lacking: dict[tuple[_Names, _Names], _Names] = {}

    def found(self, each: Expected) -> str:
        """What is there; what is wrong with it goes to the findings."""
        target = self._target
        if target.tables is None:
            return self._findings.unknown("the objects", self._reason("tables"), each.name)
        table = target.tables.get(each.name)
        if each.action is Action.SKIP:
            return self._skipped(each, table)
        if table is None:
            return self._absent(each)
        if self._other_kind(each, table):
            message = f"{each.name} is a {table.kind.value}, and not a {each.kind.value}"
            hint = self._findings.mending.beside(each)
            self._findings.add(VerdictCode.SRR303, "error", message, hint, each.name)
            return table.kind.value
        if table.kind is TableKind.VIEW:
            self._view(each)
            return "view"
        notes = [table.kind.value]
        self._state(each, notes)
        self._partitions(each, notes)
        if table.kind is TableKind.MATERIALIZED_VIEW:
            self._active(each, notes)
        else:
            self._properties(each)
        return ", ".join(notes)

    def _reason(self, part: str) -> str:
        """The server's."""
        found = (each.reason for each in self._observed.unknown if each.part == f"target.{part}")
        return next(found, "it was not read")

    # -- whether it is there

    def _absent(self, each: Expected) -> str:
        free = self._target.free(each.name)
        if free is False:
            return self._findings.unknown(each.name, "it is there, and this user may not see it", each.name)
        if free is None:
            return self._findings.unknown(each.name, self._reason("complete"), each.name)
        if not self._expectations.foretold:
            reason = "nothing has that name, and it may have come back under another, which SHOW RESTORE does not print"
            return self._findings.unknown(each.name, reason, each.name)
        if not each.certain:
            reason = "it is not there, and may be of a kind that was not taken: the snapshot does not tell"
            return self._findings.unknown(each.name, reason, each.name)
        self._findings.again(VerdictCode.SRR302, each)
        return "not there"

    def _other_kind(self, each: Expected, table: Table) -> bool:
        if not self._expectations.foretold:
            return False
        if each.kind is Kind.VIEW:
            return table.kind is not TableKind.VIEW
        return table.kind is TableKind.VIEW or table.kind is TableKind.OTHER

    def _skipped(self, each: Expected, table: Table | None) -> str:
        """An active materialized view, which stays as it is; in state RESTORE even, if the job failed."""
        if table is None:
            hint = "it was there when the plan was made; the restore did not touch it"
            message = f"{each.name}, a materialized view that was skipped, is not there any more"
            self._findings.add(VerdictCode.SRR319, "warning", message, hint, each.name)
            return "not there"
        self._findings.mark(each.name, "skipped")
        message = f"{each.name} was active, so it is as it was before, and not as in the snapshot"
        self._findings.add(VerdictCode.SRR319, "info", message, self._refresh(each.name))
        notes = [table.kind.value]
        self._state(each, notes)
        self._active(each, notes)
        return ", ".join(notes)

    def _refresh(self, name: str) -> str:
        return f"{self._findings.mending.show('REFRESH MATERIALIZED VIEW', name)} computes it from what is there now"

    # -- tables and materialized views

    def _state(self, each: Expected, notes: list[str]) -> None:
        if self._target.states is None:
            self._findings.unknown("the tables' states", self._reason("states"), each.name)
            return
        state = self._target.states.get(each.name)
        if state is None:
            self._findings.unknown(f"the state of {each.name}", "SHOW PROC does not list it", each.name)
        elif state != "NORMAL":
            message = f"{each.name} is in state {state}: it can be neither altered nor, in RESTORE, read or loaded"
            self._findings.add(VerdictCode.SRR304, "error", message, self._findings.mending.state(state), each.name)
            notes.append(f"state {state}")

    def _partitions(self, each: Expected, notes: list[str]) -> None:
        if self._target.partitions is None:
            self._findings.unknown("the partitions", self._reason("partitions"), each.name)
            return
        held = self._target.partitions.columns(each.name)
        names = tuple(held.names)
        if each.partitions is None and self._expectations.foretold:
            self._findings.unknown(f"which partitions {each.name} should have", "the snapshot was not read", each.name)
        elif not names and not each.partitions:
            self._findings.unknown(f"the partitions of {each.name}", "partitions_meta lists none", each.name)
        lacking = self._lacks(each.partitions or (), names)
        number = len(names) if each.partitions is None else len(each.partitions) - len(lacking)
        notes.append(counted(number, "partition"))
        if lacking:
            self._restore_partitions(each, lacking, held)
        for name in self._lacks(each.left or (), names):
            message = f"The partition {name} of {each.name}, which the restore left alone, is not there any more"
            hint = f"{self._findings.mending.recover(each.name, name)}, while it is in the recycle bin"
            self._findings.add(VerdictCode.SRR305, "warning", message, hint, each.name)
        self._replicas(each, held, names)

    def _lacks(self, wanted: _Names, here: _Names) -> _Names:
        found = self._lacking.get((wanted, here))
        if found is None:
            there = frozenset(here)
            found = self._lacking[wanted, here] = tuple(name for name in wanted if name not in there)
        return found

    def _restore_partitions(self, each: Expected, lacking: _Names, held: PartitionColumns) -> None:
        """Only to a table that is partitioned by range can the server add them (RestoreJob.java)."""
        configuration = (self._target.configurations or {}).get(each.name)
        if configuration is not None and configuration.dynamic_partitions:
            message = f"Dynamic partitioning of {each.name} is on: it drops what has expired, and will do so again"
            hint = self._findings.mending.properties(each.name, {f"{DYNAMIC}enable": "false"})
            self._findings.add(VerdictCode.SRR323, "warning", message, f"before restoring again: {hint}", each.name)
        if held.values and held.values[0].startswith("[types:"):
            self._findings.again(VerdictCode.SRR305, each, lacking)
            return
        message = f"{each.name} lacks {first(lacking)}, which cannot be added: it is not partitioned by range"
        self._findings.add(VerdictCode.SRR305, "error", message, self._findings.mending.beside(each), each.name)

    def _replicas(self, each: Expected, held: PartitionColumns, names: _Names) -> None:
        number = self._number
        if number is None:
            self._findings.unknown("the replica numbers", "the number that was asked for is not known", each.name)
            return
        if held.replicas.count(number) == len(names):
            return
        restored = frozenset(names if each.partitions is None else each.partitions)
        if each.partitions is None and each.action is not Action.CREATE and each.action is not Action.RENAME:
            self._findings.unknown(f"the replica numbers of {each.name}", "its partitions are not known", each.name)
            return
        other = {
            name: here for name, here in zip(names, held.replicas, strict=True) if here != number and name in restored
        }
        strange = tuple(name for name, here in other.items() if here != -1)
        if len(strange) < len(other):
            self._findings.unknown(f"replica numbers of {each.name}", "partitions_meta does not tell", each.name)
        if strange:
            here = ", ".join(str(one) for one in sorted({other[name] for name in strange}))
            message = f"{first(strange)} of {each.name} should have {number} replicas, and has {here}"
            hint = self._findings.mending.replicas(each.name, strange, number)
            self._findings.add(VerdictCode.SRR306, "error", message, hint, each.name)

    def _active(self, each: Expected, notes: list[str]) -> None:
        views = self._target.materialized_views
        view = None if views is None else views.get(each.name)
        if view is None:
            reason = self._reason("materialized_views")
            self._findings.unknown("whether the materialized views are active", reason, each.name)
        elif not view.active:
            why = f": {view.inactive_reason}" if view.inactive_reason else ""
            message = f"The materialized view {each.name} is not active{why}"
            hint = self._findings.mending.activate(each.name)
            self._findings.add(VerdictCode.SRR307, "error", message, hint, each.name)
            notes.append("not active")

    def _properties(self, each: Expected) -> None:
        """Colocation and dynamic partitioning, where they were known before."""
        if each.colocation is None and not each.dynamic:
            return
        configuration = (self._target.configurations or {}).get(each.name)
        if configuration is None:
            self._findings.unknown("the tables' properties", self._reason("configurations"), each.name)
            return
        mending = self._findings.mending
        if each.colocation is not None and configuration.colocation != each.colocation:
            now = configuration.colocation
            message = f"{each.name} was in the colocation group {each.colocation}, and is in {now or 'none'}"
            hint = mending.properties(each.name, {"colocate_with": each.colocation})
            self._findings.add(VerdictCode.SRR310, "warning", message, hint, each.name)
        changed = {key: value for key, value in each.dynamic.items() if configuration.properties.get(key) != value}
        if changed:
            message = f"Dynamic partitioning of {each.name} is not as it was: {first(sorted(changed))}"
            self._findings.add(
                VerdictCode.SRR311, "warning", message, mending.properties(each.name, changed), each.name
            )

    # -- views

    def _view(self, each: Expected) -> None:
        """Its text is restored as it stood, and goes on naming the snapshot's database (checkAndPrepareMeta)."""
        origin, database = self._expectations.origin, self._expectations.database
        if self._target.views is None:
            self._findings.unknown("the views' texts", self._reason("views"), each.name)
            return
        text = self._target.views.get(each.name, "")
        if origin is None or origin == database:
            return
        if not text:
            self._findings.unknown(f"the text of {each.name}", "this user may not see it", each.name)
        elif qualifiers(text, origin):
            message = f"The view {each.name} reads {origin}, and not {database}"
            hint = self._findings.mending.moved_view(
                each.name, text, origin, self._observed.view_columns.get(each.name, ())
            )
            self._findings.add(VerdictCode.SRR308, "warning", message, hint, each.name)
