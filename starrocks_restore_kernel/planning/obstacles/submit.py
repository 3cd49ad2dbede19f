"""What the server looks at before it queues a job (BackupHandler.java, process and restore), in its order."""

from __future__ import annotations

from collections.abc import Iterator

from ...language.diagnostics import Diagnostic
from ...language.statements import Span, property_key
from ..codes import ObstacleCode
from ..effects import of_catalogs
from ..facts import closest
from ..selection import named_objects
from .case import Case, Obstacle, found

__all__ = ["SUBMIT"]

_LISTED = 8


def repository(case: Case) -> Iterator[Diagnostic]:
    if case.facts.repository.repositories is None:
        return
    name = case.statement.repository
    known = [each.name for each in case.facts.repository.repositories]
    if name not in known:
        near = closest(name, known)
        hint = f"did you mean {near}?" if near else f"known: {', '.join(known) or 'none; CREATE REPOSITORY makes one'}"
        message = f"Repository {name} does not exist"
        yield found(ObstacleCode.SRR201, "error", message, case.statement.repository_span, hint)


def snapshot(case: Case) -> Iterator[Diagnostic]:
    """The server's answer begins alike, and goes on with the storage's own words (BackupHandler.java, restore)."""
    statement, facts = case.statement, case.facts.repository
    if facts.snapshots is None:
        return
    there = next((each for each in facts.snapshots if each.label == statement.label), None)
    if there is None or not there.timestamps:
        usable = [each.label for each in facts.snapshots if each.usable]
        near = closest(statement.label, usable)
        what = f"{statement.repository} has none of that name" if there is None else there.status
        hint = f"did you mean {near}?" if near else f"there: {', '.join(usable[:10]) or 'no usable snapshot'}"
        message = f"{_no_info(case)}: {what}"
        yield found(ObstacleCode.SRR202, "error", message, statement.snapshot.span, hint)
        return
    stamp = statement.backup_timestamp
    if stamp is not None and stamp not in there.timestamps:
        near = closest(stamp, list(there.timestamps)) or there.timestamps[-1]
        message = f"{_no_info(case)}: it has no timestamp {stamp!r}"
        hint = f"its timestamps: {', '.join(there.timestamps[:5])}" if len(there.timestamps) > 1 else f"write {near!r}"
        yield found(ObstacleCode.SRR203, "error", message, _place_of_timestamp(case), hint)


def _no_info(case: Case) -> str:
    return f"Failed to get info of snapshot '{case.statement.label}'"


def _place_of_timestamp(case: Case) -> Span | None:
    properties = reversed(case.statement.properties or ())
    return next((each.span for each in properties if property_key(each) == "backup_timestamp"), None)


def contents(case: Case) -> Iterator[Diagnostic]:
    inside = case.facts.repository.contents
    if inside is not None and inside.status != "OK":
        status = inside.status
        message = status if status.startswith(_no_info(case)) else f"{_no_info(case)}: {status}"
        hint = "look at the repository's storage; a busy repository may answer at a second try"
        yield found(ObstacleCode.SRR204, "error", message, case.statement.snapshot.span, hint)


def _database_inside(case: Case) -> str | None:
    """The database inside; empty for a snapshot of external catalogs, and None where it is not known."""
    inside = case.facts.repository.contents
    return inside.database if inside is not None and inside.status == "OK" else None


def kind_of_snapshot(case: Case) -> Iterator[Diagnostic]:
    statement, inside = case.statement, _database_inside(case)
    if inside and statement.catalogs is not None:
        message = f"This is not a snapshot for external catalog restore, snapshot: {statement.label}"
        yield found(ObstacleCode.SRR218, "error", message, statement.catalogs.span, f"it is of the database {inside}")
    elif inside == "" and statement.target_database is not None:
        message = "Can not specify database for external catalog snapshot"
        hint = "it holds external catalogs: write RESTORE SNAPSHOT … FROM … ALL EXTERNAL CATALOGS, without a database"
        yield found(ObstacleCode.SRR218, "error", message, case.place, hint)


def running_job(case: Case) -> Iterator[Diagnostic]:
    target = case.facts.target
    if of_catalogs(case.statement, case.facts):
        where, of = "the external catalogs", "external catalog"
    else:
        where, of = target.database or "the target", "a database at same time"
    message = f"Can only run one backup or restore job of {of}"
    restore, backup = target.running_restore, target.running_backup
    if restore is not None:
        hint = f"{restore.label} is {restore.state.value} in {where}: wait for it, or cancel it"
        yield found(ObstacleCode.SRR205, "error", message, case.place, hint)
    if backup is not None:
        hint = f"the backup {backup.label} is {backup.state} in {where}: wait for it"
        yield found(ObstacleCode.SRR205, "error", message, case.place, hint)


def origin_database(case: Case) -> Iterator[Diagnostic]:
    """Compared only with a DATABASE clause; ``db.label`` may name any target (BackupHandler.java, restore)."""
    source, inside = case.statement.source, _database_inside(case)
    if inside and source is not None and source.name != inside:
        message = f"target database: {source.name} is not existed in snapshot"
        swapped = source.target == inside
        hint = (
            f"the name inside the snapshot comes first: DATABASE {inside} AS {source.name}"
            if swapped
            else f"the snapshot is of {inside}"
        )
        yield found(ObstacleCode.SRR206, "error", message, source.span, hint)


def named_in_snapshot(case: Case) -> Iterator[Diagnostic]:
    facts = case.facts.repository.contents
    if facts is None or facts.status != "OK":
        return
    label = case.statement.label
    inside = {each.name: each.partitions for each in facts.objects}
    for each in named_objects(case.statement):
        name, listed = each.name.last, each.partitions
        if name not in inside:
            near = closest(name, list(inside))
            hint = f"did you mean {near}?" if near else f"it holds {_listed(list(inside))}"
            message = f"Table {name} does not exist in snapshot {label}"
            yield found(ObstacleCode.SRR207, "error", message, each.span, hint)
            continue
        if listed is None:
            continue
        if listed.temporary:
            message = "Do not support restoring temporary partitions"
            yield found(ObstacleCode.SRR219, "error", message, listed.span, "leave TEMPORARY out")
            continue
        known = frozenset(inside[name])
        for partition in listed.names:
            if partition not in known:
                near = closest(partition, list(inside[name]))
                has = ", ".join(inside[name][:_LISTED]) or "none: it is a view"
                hint = f"did you mean {near}?" if near else f"it has {has}"
                message = f"Partition {partition} of table {name} does not exist in snapshot {label}"
                yield found(ObstacleCode.SRR208, "error", message, listed.span, hint)


def _listed(inside: list[str]) -> str:
    return f"{len(inside):,} objects: {', '.join(inside[:_LISTED])}"


SUBMIT: tuple[Obstacle, ...] = (
    repository,
    snapshot,
    contents,
    kind_of_snapshot,
    running_job,
    origin_database,
    named_in_snapshot,
)
