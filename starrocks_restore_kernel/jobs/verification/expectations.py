"""What must be there after a restore, said before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...cluster import JobSample, TableConfiguration
from ...errors import UsageProblem
from ...language.statements import Restore
from ...planning import Action, Effect, Facts, Plan
from ...planning.effect import Kind
from ...planning.selection import requested_replication

__all__ = ["DYNAMIC", "Expectations", "Expected", "expect", "expect_from_sample"]

DYNAMIC = "dynamic_partition."
_NO_PROPERTIES: Mapping[str, str] = {}
_ALL = frozenset({"all functions", "all external catalogs"})
"""How a plan calls what no statement lists (planning/effects.py)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One object that must be there, or that is left as it is.

    Attributes
    ----------
    name, source
        Its name in the target, and in the snapshot.
    partitions
        Those that must be there with what was restored; None where they are not known.
    left
        Those that only the cluster had, and that stay; None where they are not known.
    left_rows
        What those held, in the same order; -1 is not known. As old as the last report of the backends.
    rows
        What was there and is overwritten.
    colocation, dynamic
        The group, and the properties of dynamic partitioning, of before.
    auto_increment
        What the counter is set to: the snapshot's.
    """

    name: str
    source: str
    kind: Kind = Kind.TABLE_OR_MATERIALIZED_VIEW
    action: Action = Action.CREATE
    partitions: tuple[str, ...] | None = None
    left: tuple[str, ...] | None = ()
    left_rows: tuple[int, ...] = ()
    rows: int | None = None
    colocation: str | None = None
    dynamic: Mapping[str, str] = field(default_factory=dict)
    auto_increment: int | None = None

    @property
    def listed(self) -> bool:
        """Whether it is one object with a name, and not all there are of a kind."""
        return not (self.kind in {Kind.FUNCTIONS, Kind.CATALOG} and self.name in _ALL)

    @property
    def certain(self) -> bool:
        """Whether it is in the snapshot for sure: ``ALL TABLES`` takes no materialized view, and neither is told."""
        return self.kind is not Kind.TABLE and self.kind is not Kind.MATERIALIZED_VIEW


@dataclass(frozen=True, slots=True)
class Expectations:
    """What must be there after one restore.

    Attributes
    ----------
    database
        The target; None for external catalogs.
    origin
        The database inside the snapshot; None where it is not known.
    statement, version
        What is sent, and the release that it is written for; empty where only the job is known.
    replication
        The replica number of what is restored; None where it is not known.
    snapshot
        Label and timestamp.
    unknown
        What is not known of what must be there, in words.
    """

    database: str | None
    objects: tuple[Expected, ...] = ()
    origin: str | None = None
    statement: str = ""
    version: str = ""
    replication: int | None = None
    snapshot: tuple[str, str] = ("", "")
    unknown: tuple[str, ...] = ()

    @property
    def foretold(self) -> bool:
        """Whether there was a plan, and not only a row of SHOW RESTORE."""
        return bool(self.statement)

    def record(self) -> dict[str, Any]:
        """As plain values, a column an attribute; see `from_record`."""
        from .expectations_record import record_of

        return record_of(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Expectations:
        """What `record` gave.

        Raises
        ------
        UsageProblem
            If it was written by a newer version.
        """
        from .expectations_record import from_record

        return from_record(record)


def expect(plan: Plan, facts: Facts) -> Expectations:
    """What must be there after a plan was carried out, by the facts of before.

    Raises
    ------
    UsageProblem
        If it is no plan of a RESTORE.
    """
    statement = plan.statement
    if not isinstance(statement, Restore):
        raise UsageProblem(f"{type(statement).__name__} restores nothing")
    contents = facts.repository.contents
    readable = contents is not None and contents.status == "OK"
    inside = {each.name: each for each in contents.objects} if contents is not None and readable else {}
    number = requested_replication(statement, facts)
    catalogs = any(each.kind is Kind.CATALOG for each in plan.effects)
    objects = []
    for effect in plan.effects:
        if effect.action is Action.BLOCKED or effect.kind is Kind.DATABASE:
            continue
        found = inside.get(effect.source)
        stored = None if found is None else found.partitions
        objects.append(_expected(effect, facts, stored, None if found is None else found.auto_increment))
    unknown = () if readable or catalogs or statement.catalogs is not None else ("the snapshot's contents",)
    return Expectations(
        None if catalogs else plan.target_database,
        tuple(objects),
        contents.database or None if contents is not None and readable else None,
        statement.sql(pretty=False, version=plan.version),
        plan.version,
        number,
        (statement.label, statement.backup_timestamp or ""),
        unknown,
    )


def _expected(effect: Effect, facts: Facts, stored: tuple[str, ...] | None, counter: int | None) -> Expected:
    if not effect.kind.holds_data:
        return Expected(effect.target, effect.source, effect.kind, effect.action, ())
    wanted = effect.partitions if effect.partitions is not None else stored
    if stored == (effect.source,) and effect.target != effect.source:
        # The one partition of a table that is not partitioned is called like it (OlapTable.java, setName).
        wanted = (effect.target,)
    if effect.action is not Action.OVERWRITE:
        left: tuple[str, ...] | None = None if effect.action is Action.UNKNOWN else ()
        return Expected(effect.target, effect.source, effect.kind, effect.action, wanted, left, auto_increment=counter)
    target = facts.target
    configuration = None if target.configurations is None else target.configurations.get(effect.target)
    return Expected(
        effect.target,
        effect.source,
        effect.kind,
        effect.action,
        wanted,
        effect.left,
        _rows(facts, effect) if effect.left else (),
        effect.rows,
        None if configuration is None else configuration.colocation,
        _dynamic(configuration),
        counter,
    )


def _rows(facts: Facts, effect: Effect) -> tuple[int, ...]:
    """The rows of the partitions that stay; physical ones are added up."""
    if facts.target.partitions is None:
        return ()
    held = facts.target.partitions.columns(effect.target)
    counted: dict[str, int] = {}
    for name, rows in zip(held.names, held.rows, strict=True):
        before = counted.get(name, 0)
        counted[name] = -1 if -1 in {before, rows} else before + rows
    return tuple(counted.get(name, -1) for name in effect.left or ())


def _dynamic(configuration: TableConfiguration | None) -> Mapping[str, str]:
    if configuration is None or not configuration.properties:
        return _NO_PROPERTIES
    found = {key: value for key, value in configuration.properties.items() if key.startswith(DYNAMIC)}
    return found or _NO_PROPERTIES


def expect_from_sample(sample: JobSample) -> Expectations:
    """What must be there after a job whose plan nobody has, as SHOW RESTORE tells.

    That prints neither aliases nor functions nor catalogs, and no partition of a table that has one of its own name
    (RestoreJob.java, getInfo).
    """
    objects = tuple(
        Expected(name, name, Kind.TABLE_OR_MATERIALIZED_VIEW, Action.UNKNOWN, parts or None, None)
        for name, parts in sample.restored.items()
    )
    number = sample.replication_num
    unknown = ["aliases and functions, which SHOW RESTORE does not print"]
    if not sample.database:
        unknown = ["the external catalogs, which SHOW RESTORE does not print"]
    return Expectations(
        sample.database or None,
        objects,
        replication=int(number) if number.isdecimal() else None,
        snapshot=(sample.label, sample.timestamp),
        unknown=tuple(unknown),
    )
