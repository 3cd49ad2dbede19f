"""What a plan stands on: the facts that must be the same when it is loaded again, and how they differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .facts import Facts, TargetFacts
from .plan import Plan
from .steps import doings

__all__ = ["SavedPlan", "differences", "digest", "stood_on"]

_ABSENT = "not there"
_HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a file says.

    Attributes
    ----------
    doings
        Source, target and action of each effect.
    stood_on
        The facts by a name that a person reads.
    """

    sql: str
    version: str
    target: str | None
    verdict: str
    redacted: bool
    doings: tuple[tuple[str, str, str], ...]
    findings: tuple[str, ...]
    stood_on: Mapping[str, Any]


def digest(content: Mapping[str, Any]) -> str:
    """A hash over what is said, however it is laid out."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def stood_on(plan: Plan, facts: Facts) -> dict[str, Any]:
    """The facts that must be the same when the plan is loaded, by name; how many rows there are is none of them."""
    target = facts.target
    found: dict[str, Any] = {}
    repositories = {each.name: each for each in facts.repository.repositories or ()}
    for name, repository in repositories.items():
        if name == getattr(plan.statement, "repository", None):
            found[f"repository {name}"] = {"location": repository.location, "read_only": repository.read_only}
    contents = facts.repository.contents
    if contents is not None:
        inside = [[each.name, list(each.partitions)] for each in contents.objects]
        what = {"database": contents.database, "objects": len(inside), "contents": digest({"objects": inside})}
        found[f"snapshot {contents.label} of {contents.timestamp}"] = what
    cluster = facts.cluster
    found["hosts alive"] = None if cluster.hosts is None else sorted(cluster.hosts)
    found["default_replication_num"] = cluster.default_replication
    found["run_mode"] = cluster.run_mode
    found["running job"] = _job(target)
    found["not known"] = [each.part for each in facts.unknown]
    if target.database is not None:
        found[f"database {target.database}"] = None if target.exists is None else "there" if target.exists else _ABSENT
    for name in dict.fromkeys(each.target for each in plan.effects):
        found[f"object {name}"] = _object(target, name)
    return found


def _job(target: TargetFacts) -> str | None:
    if target.running_restore is not None:
        return f"restore of {target.running_restore.label}"
    if target.running_backup is not None:
        return f"backup {target.running_backup.label}"
    return None


def _object(target: TargetFacts, name: str) -> Any:
    table = (target.tables or {}).get(name)
    if table is None:
        free = target.free(name)
        return None if free is None else _ABSENT if free else _HIDDEN
    found: dict[str, Any] = {"kind": table.kind.value}
    materialized = (target.materialized_views or {}).get(name)
    if materialized is not None:
        found["active"] = materialized.active
    configuration = (target.configurations or {}).get(name)
    if configuration is not None and configuration.table_id:
        found["id"] = configuration.table_id
    if target.partitions is not None and name in target.partitions:
        # By name, as the server gives them in an order of its own.
        found["partitions"] = {
            each.name: [each.replication_num, each.buckets, each.values]
            for each in sorted(target.partitions[name])
            if not each.temporary
        }
    return found


def differences(saved: SavedPlan, plan: Plan, facts: Facts | None) -> Iterator[str]:
    """What is not as the file says, in words, the facts first."""
    if saved.version != plan.version:
        yield f"the server is {plan.version}, it was {saved.version}"
    now = stood_on(plan, facts) if facts is not None else {}
    for name, before in saved.stood_on.items():
        yield from _changed(name, before, now.get(name, _ABSENT))
    for name, after in now.items():
        if name not in saved.stood_on:
            yield from _changed(name, _ABSENT, after)
    target, effects = doings(plan)
    if target != saved.target:
        yield f"the target is {target}, it was {saved.target}"
    if effects != saved.doings:
        before_by_name = {each[:2]: each[2] for each in saved.doings}
        for source, name, action in effects:
            was = before_by_name.get((source, name), "nothing")
            if was != action:
                yield f"{name}: {action}, it was {was}"
    codes = {each.code: each.message for each in plan.findings}
    for code in dict.fromkeys(codes):
        if code not in saved.findings:
            yield f"{code} is new: {codes[code]}"
    for code in dict.fromkeys(saved.findings):
        if code not in codes:
            yield f"{code} is gone"
    if plan.verdict.value != saved.verdict:
        yield f"the plan is {plan.verdict.value}, it was {saved.verdict}"


def _changed(name: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if before == _ABSENT:
        yield f"{name} has appeared"
    elif after == _ABSENT:
        yield f"{name} is gone"
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if key == "partitions":
                yield from _partitions(name, before.get(key, {}), after.get(key, {}))
            elif before.get(key) != after.get(key):
                what = "was made anew" if key == "id" else f"{key} is {after.get(key)}, it was {before.get(key)}"
                yield f"{name}: {what}"
    else:
        yield f"{name}: {_said(after)}, it was {_said(before)}"


def _partitions(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for partition in dict.fromkeys([*before, *after]):
        if partition not in before:
            yield f"{name}: partition {partition} has appeared"
        elif partition not in after:
            yield f"{name}: partition {partition} is gone"
        else:
            what = ("replica number", "bucket number", "values")
            for word, was, there in zip(what, before[partition], after[partition], strict=True):
                if was != there:
                    yield f"{name}: partition {partition} has the {word} {there}, it was {was}"


def _said(value: Any) -> str:
    if value is None:
        return "not known"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
