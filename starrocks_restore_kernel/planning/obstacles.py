"""What stands in the way of a RESTORE, and what a person should know first.

Errors are what the server would refuse at submit (BackupHandler.java, process) or cancel the job for
(RestoreJob.java, checkAndPrepareMeta), in that order, with its text where it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from ..language.diagnostics import Diagnostic, Severity
from ..language.rules import head
from ..language.statements import NamedObject, ObjectKind, Property, Restore, Span, property_map
from .effects import Action, effects, selected
from .facts import Facts, closest

__all__ = ["OBSTACLES", "ObstacleCode"]


class ObstacleCode(Enum):
    """The stable codes of a plan's findings, each with what it stands for."""

    SRR201 = "the repository does not exist"
    SRR202 = "the snapshot does not exist, or is broken"
    SRR203 = "the timestamp is not the snapshot's"
    SRR204 = "the snapshot cannot be read"
    SRR205 = "a job is running on the database"
    SRR206 = "the snapshot is of another database"
    SRR207 = "an object is not in the snapshot"
    SRR208 = "a partition is not in the snapshot"
    SRR209 = "an alias is an existing table"
    SRR210 = "fewer hosts than replicas"
    SRR211 = "an existing partition has another replica number"
    SRR212 = "the database does not exist, and 3.3 makes none"
    SRR213 = "the database will be created"
    SRR214 = "a shared-data cluster"
    SRR215 = "not everything could be looked at"
    SRR216 = "functions are restored too"


Obstacle = Callable[[Restore, Facts], Iterator[Diagnostic]]


def _found(
    code: ObstacleCode, severity: Severity, message: str, span: Span | None = None, hint: str | None = None
) -> Diagnostic:
    return Diagnostic(code.name, severity, message, span, hint)


def repository(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    if facts.repository.repositories is None:
        return
    known = [each.name for each in facts.repository.repositories]
    if statement.repository not in known:
        near = closest(statement.repository, known)
        hint = f"did you mean {near}?" if near else f"known: {', '.join(known) or 'none; CREATE REPOSITORY makes one'}"
        message = f"Repository {statement.repository} does not exist"
        yield _found(ObstacleCode.SRR201, "error", message, statement.repository_span, hint)


def snapshot(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    if facts.repository.snapshots is None:
        return
    found = next((each for each in facts.repository.snapshots if each.label == statement.label), None)
    if found is None or not found.timestamps:
        usable = [each.label for each in facts.repository.snapshots if each.usable]
        near = closest(statement.label, usable)
        what = "does not exist" if found is None else f"cannot be used ({found.status})"
        hint = f"did you mean {near}?" if near else f"there: {', '.join(usable[:10]) or 'no usable snapshot'}"
        message = f"Snapshot {statement.label} {what} in repository {statement.repository}"
        yield _found(ObstacleCode.SRR202, "error", message, statement.snapshot.span, hint)
        return
    stamp = statement.backup_timestamp
    if stamp is not None and stamp not in found.timestamps:
        near = closest(stamp, list(found.timestamps)) or found.timestamps[-1]
        message = f"Snapshot {statement.label} has no timestamp {stamp!r}"
        hint = f"its timestamps: {', '.join(found.timestamps[:5])}" if len(found.timestamps) > 1 else f"write {near!r}"
        yield _found(ObstacleCode.SRR203, "error", message, _place(statement.properties), hint)


def _place(properties: tuple[Property, ...] | None) -> Span | None:
    return next((each.span for each in reversed(properties or ()) if each.key.strip() == "backup_timestamp"), None)


def contents(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    if facts.repository.contents is not None and facts.repository.contents.status != "OK":
        message = f"Snapshot {statement.label} cannot be read: {facts.repository.contents.status}"
        hint = "look at the repository's storage; a busy repository may answer at a second try"
        yield _found(ObstacleCode.SRR204, "error", message, statement.snapshot.span, hint)


def running_job(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    database = facts.target.database
    message = "Can only run one backup or restore job of a database at same time"
    if facts.target.running_restore is not None:
        job = facts.target.running_restore
        hint = f"{job.label} is {job.state.value} in {database}: wait for it, or cancel it"
        yield _found(ObstacleCode.SRR205, "error", message, head(statement), hint)
    if facts.target.running_backup is not None:
        backup = facts.target.running_backup
        hint = f"the backup {backup.label} is {backup.state} in {database}: wait for it"
        yield _found(ObstacleCode.SRR205, "error", message, head(statement), hint)


def origin_database(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    """Compared only with a DATABASE clause; ``db.label`` may name any target (BackupHandler.java, restore)."""
    inside = (
        facts.repository.contents.database
        if facts.repository.contents is not None and facts.repository.contents.status == "OK"
        else None
    )
    if inside and statement.source is not None and statement.source.name != inside:
        message = f"target database: {statement.source.name} is not existed in snapshot"
        swapped = statement.source.target == inside
        hint = (
            f"the name inside the snapshot comes first: DATABASE {inside} AS {statement.source.name}"
            if swapped
            else f"the snapshot is of {inside}"
        )
        yield _found(ObstacleCode.SRR206, "error", message, statement.source.span, hint)


def named_objects(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    if facts.repository.contents is None or facts.repository.contents.status != "OK":
        return
    inside = {each.name: each.partitions for each in facts.repository.contents.objects}
    for each in statement.objects or ():
        if not isinstance(each, NamedObject) or each.kind is ObjectKind.FUNCTION:
            continue
        name = each.name.last
        if name not in inside:
            near = closest(name, list(inside))
            hint = f"did you mean {near}?" if near else f"it holds {len(inside)} objects: {', '.join(list(inside)[:8])}"
            message = f"Table {name} does not exist in snapshot {statement.label}"
            yield _found(ObstacleCode.SRR207, "error", message, each.span, hint)
            continue
        for partition in each.partitions.names if each.partitions is not None else ():
            if partition not in inside[name]:
                near = closest(partition, list(inside[name]))
                hint = f"did you mean {near}?" if near else f"it has {', '.join(inside[name][:8])}"
                message = f"Partition {partition} of table {name} does not exist in snapshot {statement.label}"
                span = each.partitions.span if each.partitions is not None else None
                yield _found(ObstacleCode.SRR208, "error", message, span, hint)


def missing_database(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    if facts.target.exists is False:
        if facts.version.startswith("3.3"):
            hint = f"CREATE DATABASE {facts.target.database} first"
            message = f"Unknown database '{facts.target.database}'"
            yield _found(ObstacleCode.SRR212, "error", message, head(statement), hint)
        else:
            message = f"Database {facts.target.database} will be created, and stays behind if the restore fails"
            yield _found(ObstacleCode.SRR213, "info", message)


def alias_onto_table(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    """The name is part of a table's signature, so an alias only makes a new table (OlapTable.java, getSignature)."""
    existing = facts.target.tables or {}
    for each in statement.objects or ():
        if isinstance(each, NamedObject) and each.alias is not None and each.alias in existing:
            message = f"Table {each.alias} already exist but with different schema, errMsg: Table name is inconsistent"
            hint = f"choose a name that {facts.target.database} does not have"
            yield _found(ObstacleCode.SRR209, "error", message, each.span, hint)


def enough_hosts(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    """Only a table that is made anew looks for hosts; a view needs none (RestoreJob.java, checkAndPrepareMeta)."""
    wanted = _replication(statement, facts)
    hosts = facts.cluster.hosts
    if wanted is None or hosts is None or wanted <= len(hosts):
        return
    new = [each for each in effects(statement, facts) if each.action is Action.CREATE]
    with_data = {each.item.name for each in selected(statement, facts) if each.item.partitions}
    table = next((each for each in new if each.source in with_data), None)
    if table is not None:
        message = f"failed to find {wanted} different hosts to create table: {table.target}"
        hint = f'write "replication_num" = "{max(len(hosts), 1)}": {len(hosts)} hosts are alive'
        yield _found(ObstacleCode.SRR210, "error", message, head(statement), hint)


def same_replicas(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    """An existing partition must have the number that the statement asks for (RestoreJob.java, checkAndPrepareMeta)."""
    wanted = _replication(statement, facts)
    if wanted is None or facts.target.partitions is None:
        return
    for each in selected(statement, facts):
        there = facts.target.partitions.replicas(each.target)
        for partition in each.partitions or each.item.partitions:
            if partition in there and there[partition] != wanted:
                message = (
                    f"Partition {partition} in table {each.target} has different replication num "
                    f"'{there[partition]}' with partition in repository, which is {wanted}"
                )
                hint = f'write "replication_num" = "{there[partition]}", the number that the existing partition has'
                yield _found(ObstacleCode.SRR211, "error", message, head(statement), hint)
                break


def _replication(statement: Restore, facts: Facts) -> int | None:
    value = property_map(statement.properties).get("replication_num")
    if value is None:
        return facts.cluster.default_replication
    try:
        return int(value)
    except ValueError:
        return None


def shared_data(_: Restore, facts: Facts) -> Iterator[Diagnostic]:
    if facts.cluster.run_mode == "shared_data":
        message = (
            "This is a shared-data cluster: tables cannot be restored here, and the server says so only in the job"
        )
        yield _found(ObstacleCode.SRR214, "warning", message, None, "views, functions and catalogs can be")


def functions_too(statement: Restore, facts: Facts) -> Iterator[Diagnostic]:
    if statement.objects is None and statement.catalogs is None and facts.repository.contents is not None:
        message = "Without ON all functions of the snapshot are restored too; no statement lists them"
        yield _found(ObstacleCode.SRR216, "info", message)


def unknown(_: Restore, facts: Facts) -> Iterator[Diagnostic]:
    for each in facts.unknown:
        yield _found(
            ObstacleCode.SRR215, "warning", f"Could not look at {each}", None, "the plan may miss something there"
        )


OBSTACLES: tuple[Obstacle, ...] = (
    repository,
    snapshot,
    contents,
    running_job,
    origin_database,
    named_objects,
    missing_database,
    alias_onto_table,
    enough_hosts,
    same_replicas,
    shared_data,
    functions_too,
    unknown,
)
