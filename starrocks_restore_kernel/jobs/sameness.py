"""Whether a job that runs is what a statement asks for."""

from __future__ import annotations

import hashlib

from ..cluster import JobSample, SnapshotContents
from ..language.statements import Restore, property_map
from ..planning import Plan, doings
from ..planning.effect import Kind

__all__ = ["agreed", "fingerprint", "looks_the_same", "plan_notes"]


_NAMED = 5


def fingerprint(statement: Restore, database: str) -> str:
    """Equal for statements that do the same to the same database; a digest in hexadecimal."""
    return hashlib.sha256(f"{database}\n{statement.sql(pretty=False)}".encode()).hexdigest()[:32]


def agreed(plan: Plan) -> str:
    """What a yes to a plan is for; a digest in hexadecimal."""
    return hashlib.sha256(repr(doings(plan)).encode()).hexdigest()[:32]


def looks_the_same(sample: JobSample, plan: Plan, contents: SnapshotContents | None) -> bool:
    """Whether all that SHOW RESTORE tells of a job is what a plan would do, and nothing of the plan is hidden there.

    SHOW RESTORE tells neither aliases nor functions (RestoreJob.java, getInfo): a statement with either is never the
    same by what is seen.
    """
    statement = plan.statement
    if not isinstance(statement, Restore) or statement.objects is None or contents is None:
        return False
    if (sample.label, sample.timestamp) != (statement.label, statement.backup_timestamp):
        return False
    if any(each.kind is Kind.FUNCTIONS or (each.source and each.source != each.target) for each in plan.effects):
        return False
    given = property_map(statement.properties)
    seen = {"replication_num": sample.replication_num, "timeout": sample.timeout}
    if any(given[key].strip() != value for key, value in seen.items() if key in given):
        return False
    inside = {each.name: frozenset(each.partitions) for each in contents.objects}
    wanted = {
        each.source: frozenset(each.partitions) if each.partitions else inside.get(each.source, frozenset())
        for each in plan.effects
        if each.source
    }
    # A partition that is named like its table is not printed.
    return {name: partitions - {name} for name, partitions in wanted.items()} == {
        name: frozenset(partitions) - {name} for name, partitions in sample.restored.items()
    }


def plan_notes(plan: Plan, replicas: int | None = None) -> dict[str, object]:
    """What must be known of a plan later, as plain values; of many names the first, and how many there are.

    Parameters
    ----------
    replicas
        How many of each tablet are asked for.
    """
    overwritten = [each.target for each in plan.effects if each.action.destroys and each.kind.holds_data]
    views = [each.target for each in plan.effects if each.action.destroys and each.kind is Kind.VIEW]
    return {
        "verdict": plan.verdict.value,
        "consequence": plan.consequence,
        "overwritten": [len(overwritten), overwritten[:_NAMED]],
        "views": [len(views), views[:_NAMED]],
        "functions": any(each.kind is Kind.FUNCTIONS for each in plan.effects),
        "catalogs": any(each.kind is Kind.CATALOG for each in plan.effects),
        # What is overwritten is all that is known of how much comes in.
        "volume": sum(each.bytes or 0 for each in plan.effects) * max(replicas or 1, 1),
    }
