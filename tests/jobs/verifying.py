"""Restores that are carried out on a stage, and looked at."""

from __future__ import annotations

import json
from typing import Any

from planning.stage import Stage, planned

from starrocks_restore_kernel.jobs.verification import Expectations, Verdict, expect, verify
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import Plan

__all__ = ["MOVED", "carried_out", "codes", "hint_of", "look", "mend", "moved", "restored"]

MOVED = "RESTORE SNAPSHOT s FROM repo DATABASE db1 AS db2 {} PROPERTIES ({})"


def carried_out(stage: Stage, plan: Plan) -> Expectations:
    """Send a plan; what must be there then, as the history would keep it."""
    assert isinstance(plan.statement, Restore)
    expectations = expect(plan, stage.cluster.facts(plan.statement))
    happened = stage.send(plan)
    assert happened.job is not None
    assert happened.job.succeeded
    kept = Expectations.from_record(json.loads(json.dumps(expectations.record())))
    assert expectations == kept
    return kept


def restored(stage: Stage, stamp: str, clauses: str = "ON (t)") -> Expectations:
    """In place."""
    return carried_out(stage, planned(stage, stamp, clauses))


def moved(stage: Stage, stamp: str, clauses: str = "") -> Expectations:
    """Into a database of its own."""
    properties = f'"backup_timestamp" = "{stamp}", "replication_num" = "1"'
    return carried_out(stage, stage.cluster.plan(MOVED.format(clauses, properties)))


def look(stage: Stage, expectations: Expectations, **options: Any) -> Verdict:
    """The verdict of now."""
    return verify(stage.cluster.frontend, expectations, **options)


def codes(verdict: Verdict) -> list[str]:
    """Of all findings."""
    return [each.code for each in verdict.findings]


def hint_of(verdict: Verdict, code: str) -> str:
    """The statement against the one finding of a code."""
    (found,) = [each for each in verdict.findings if each.code == code]
    assert found.hint is not None
    return found.hint


def mend(stage: Stage, sql: str) -> None:
    """Run what the hint says; a RESTORE to its end."""
    stage.cluster.refresh()
    if sql.startswith("RESTORE"):
        job = stage.send(stage.cluster.plan(parse(sql))).job
        assert job is not None
        assert job.succeeded
    else:
        stage.do(sql)
