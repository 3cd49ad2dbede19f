"""The facts that a plan stands on: read once, held as plain values.

What may not be read is listed in ``unknown`` with the server's reason, and never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ..cluster import Frontend, JobSample, Repository, Snapshot, SnapshotContents, Table
from ..errors import ServerError
from ..language.statements import Restore

__all__ = ["Facts", "RunningBackup", "gather"]

Value = TypeVar("Value")

BACKUP_ENDED = frozenset({"FINISHED", "CANCELLED"})


@dataclass(frozen=True, slots=True)
class RunningBackup:
    """An unfinished BACKUP on the target database; it holds the database's one job slot."""

    label: str
    state: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read for one RESTORE; None where it could not be read or was not looked for.

    ``tables`` and ``replicas`` are those of the target database; both are empty for one that does not exist.
    """

    version: str
    repositories: tuple[Repository, ...] = ()
    snapshots: tuple[Snapshot, ...] | None = None
    """Rows of SHOW SNAPSHOT: of the label alone where it exists, of the whole repository where it does not."""
    contents: SnapshotContents | None = None
    target_database: str | None = None
    database_exists: bool | None = None
    tables: tuple[Table, ...] | None = None
    replicas: Mapping[str, Mapping[str, int]] | None = None
    alive_hosts: int | None = None
    default_replication: int | None = None
    run_mode: str | None = None
    running_restore: JobSample | None = None
    running_backup: RunningBackup | None = None
    unknown: tuple[str, ...] = field(default=())


def gather(frontend: Frontend, statement: Restore, version: str) -> Facts:
    """Read what the plan of a RESTORE needs, in about a dozen queries, none of which changes anything.

    Raises
    ------
    ConnectionFailed
        If the frontend is gone. What it merely refuses to tell ends up in ``unknown``.
    """
    unknown: list[str] = []

    def read(what: str, ask: Callable[[], Value]) -> Value | None:
        try:
            return ask()
        except ServerError as error:
            unknown.append(f"{what}: {error.message}")
            return None

    repositories = frontend.repositories()
    snapshots: tuple[Snapshot, ...] | None = None
    contents: SnapshotContents | None = None
    if any(each.name == statement.repository for each in repositories):
        snapshots = read("the snapshots", lambda: _snapshots(frontend, statement))
        stamp = statement.backup_timestamp
        if stamp is not None and any(
            each.label == statement.label and stamp in each.timestamps for each in snapshots or ()
        ):
            contents = read(
                "the snapshot's contents", lambda: frontend.contents(statement.repository, statement.label, stamp)
            )
    target = statement.target_database
    if target is None and contents is not None:
        target = contents.database or None
    exists: bool | None = None
    tables: tuple[Table, ...] | None = None
    replicas: Mapping[str, Mapping[str, int]] | None = None
    running_restore, running_backup = None, None
    if target is not None:
        databases = read("the databases", frontend.databases)
        exists = None if databases is None else target in databases
        tables, replicas = (), {}
        if exists is not False:
            tables = read("the target's tables", lambda: frontend.tables(target))
            replicas = read("the target's replicas", lambda: frontend.partition_replicas(target))
            restores = read("running restores", lambda: frontend.restore_jobs(target)) or ()
            running_restore = next((job for job in restores if job.database == target and not job.state.ended), None)
            running_backup = read("running backups", lambda: _running_backup(frontend, target))
    backends = read("the backends", frontend.backends)
    alive = None if backends is None else {each.host for each in backends if each.alive and not each.decommissioned}
    run_mode = read("run_mode", lambda: frontend.config("run_mode"))
    default = read("default_replication_num", lambda: frontend.config("default_replication_num"))
    return Facts(
        version=version,
        repositories=repositories,
        snapshots=snapshots,
        contents=contents,
        target_database=target,
        database_exists=exists,
        tables=tables,
        replicas=replicas,
        alive_hosts=None if alive is None else len(alive),
        default_replication=int(default) if default is not None and default.isdecimal() else None,
        run_mode=run_mode,
        running_restore=running_restore,
        running_backup=running_backup,
        unknown=tuple(unknown),
    )


def _snapshots(frontend: Frontend, statement: Restore) -> tuple[Snapshot, ...]:
    """The one snapshot, cheaply; all of them only where it is not there, to suggest another."""
    found = frontend.snapshots(statement.repository, statement.label) if statement.label else ()
    if any(each.label == statement.label and each.timestamps for each in found):
        return found
    return frontend.snapshots(statement.repository)


def _running_backup(frontend: Frontend, database: str) -> RunningBackup | None:
    for row in frontend.backup_rows(database):
        if str(row["State"]) not in BACKUP_ENDED:
            return RunningBackup(str(row["SnapshotName"]), str(row["State"]))
    return None


def closest(name: str, known: list[str]) -> str | None:
    """A known name that was probably meant: the same but for case, or nearly the same."""
    import difflib

    by_case = {each.lower(): each for each in known}
    if name.lower() in by_case:
        return by_case[name.lower()]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return near[0] if near else None
