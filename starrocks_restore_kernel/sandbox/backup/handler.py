"""The backup handler's synchronous part: what is checked before a job is queued (BackupHandler.java)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...language.statements import AllObjects, Backup, NamedObject, ObjectKind, property_map
from ..model.catalog import Table, View
from ..model.journal import Entry
from ..server_errors import SqlError, analysis, common, framed, internal, unknown_database, unknown_table
from .backup_job import BackupJob, TableReference
from .repository import Repository, StorageError, storage_path
from .restore_job import RestoreJob, RestoreRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...language.statements import CancelBackup, CancelRestore, CreateRepository, Restore
    from ..frontend import Frontend
    from ..model.catalog import Database
    from .snapshot_info import BackupMeta, SavedTable, SnapshotInfo

__all__ = ["cancel", "create_repository", "drop_repository", "submit_backup", "submit_restore"]


def create_repository(frontend: Frontend, statement: CreateRepository) -> None:
    """Do CREATE REPOSITORY (BackupHandler.java, createRepository; RepositoryMgr.java, addAndInitRepoIfNotExist)."""
    if statement.broker:
        raise framed(common(f"failed to get address of broker {statement.broker}"))
    if statement.name in frontend.repositories:
        raise common(f"Failed to create repository: repository with same name already exist: {statement.name}")
    try:
        repository = Repository.initialized(
            frontend.next_id(),
            statement.name,
            statement.location,
            read_only=statement.read_only,
            create_time=frontend.clock.now(),
            root=storage_path(frontend.folder, statement.location),
        )
    except StorageError as error:
        raise common(f"Failed to create repository: {error}") from error
    frontend.repositories[repository.name] = repository
    frontend.journal.save(Entry.REPOSITORY, repository.name, repository.entry)


def drop_repository(frontend: Frontend, name: str) -> None:
    """Do DROP REPOSITORY: the storage is left as it is."""
    repository = frontend.repositories.get(name)
    if repository is None:
        # RepositoryAnalyzer.java, visitDropRepositoryStatement
        raise framed(common("Repository does not exist"))
    if any(not job.done and job.repository.id == repository.id for job in frontend.jobs.values()):
        raise common("Backup or restore job is running on this repository. Can not drop it")
    del frontend.repositories[name]
    frontend.journal.forget(Entry.REPOSITORY, name)


def _repository(frontend: Frontend, name: str) -> Repository:
    found = frontend.repositories.get(name)
    if found is None:
        raise common(f"Repository {name} does not exist")
    return found


def _require_no_job(frontend: Frontend, database: Database) -> None:
    job = frontend.jobs.get(database.id)
    if job is not None and not job.done:
        raise common("Can only run one backup or restore job of a database at same time")


def _timeout(frontend: Frontend, properties: dict[str, str]) -> int:
    default = int(frontend.config["backup_job_default_timeout_ms"]) // 1000
    return int(properties.get("timeout", default))


# -- restore ---------------------------------------------------------------------------------------------------------


def submit_restore(frontend: Frontend, statement: Restore) -> None:
    """Check a RESTORE in the server's order, and queue its job (BackupHandler.java, process and restore).

    Raises
    ------
    SqlError
        In the server's words. A target database that did not exist has been created by then, and stays.
    """
    repository = _repository(frontend, statement.repository)
    timestamp = statement.backup_timestamp or ""
    if not frontend.behaviour.creates_database:
        # 3.3 looks for the target before it reads the snapshot, and never creates it.
        target = frontend.database(statement.target_database or "null")
        _require_no_job(frontend, target)
        info = _info(repository, statement.label, timestamp)
    else:
        info = _info(repository, statement.label, timestamp)
        if statement.catalogs is not None:
            raise common(f"This is not a snapshot for external catalog restore, snapshot: {statement.label}")
        target = _target(frontend, info.database if statement.target_database is None else statement.target_database)
        _require_no_job(frontend, target)
    try:
        meta: BackupMeta | None = repository.meta(info.name)
    except (StorageError, ValueError, KeyError, OSError):
        # Not reported here: the job dies of it.
        meta = None
    if statement.source is not None and statement.source.name != info.database:
        raise common(f"target database: {statement.source.name} is not existed in snapshot")
    aliases: dict[str, str] = {}
    if statement.objects is not None:
        info, aliases = _chosen(info, statement, meta)
    properties = property_map(statement.properties)
    number = properties.get("replication_num") or frontend.config["default_replication_num"]
    request = RestoreRequest(
        timestamp, info, meta, aliases, int(number), properties.get("allow_load", "false").lower() == "true"
    )
    frontend.jobs[target.id] = RestoreJob(
        frontend,
        repository,
        label=statement.label,
        database=target,
        timeout=_timeout(frontend, properties),
        request=request,
    )


def _info(repository: Repository, label: str, timestamp: str) -> SnapshotInfo:
    try:
        return repository.info(label, timestamp)
    except (StorageError, ValueError, KeyError, OSError) as error:
        raise common(
            f"Failed to get info of snapshot '{label}' because: {error}. Maybe specified wrong backup timestamp"
        ) from error


def _target(frontend: Frontend, name: str) -> Database:
    if name in frontend.databases:
        return frontend.databases[name]
    try:
        return frontend.create_database(name)
    except SqlError as error:
        raise common(f"Can not create database: {name} in restore process") from error


def _chosen(info: SnapshotInfo, statement: Restore, meta: BackupMeta | None) -> tuple[SnapshotInfo, dict[str, str]]:
    """Keep what ON lists (BackupHandler.java, checkAndFilterRestoreObjsExistInSnapshot)."""
    objects = statement.objects or ()
    named = [each for each in objects if isinstance(each, NamedObject) and not _is_function(each)]
    kept: dict[str, SavedTable] = {}
    aliases: dict[str, str] = {}
    # The analyzer leaves the items in the order of their names (BackupRestoreAnalyzer.java, visitRestoreStatement).
    for item in sorted(named, key=lambda each: each.name.last):
        name = item.name.last
        saved = info.tables.get(name)
        if saved is None:
            raise common(f"Table {name} does not exist in snapshot {info.name}")
        kept[name] = _chosen_partitions(info, saved, item)
        if item.alias is not None:
            aliases[name] = item.alias
    every = {each.kind for each in objects if isinstance(each, AllObjects)}
    for name, saved in info.tables.items():
        table = meta.tables.get(name) if meta is not None else None
        kind = ObjectKind.VIEW if isinstance(table, View) else ObjectKind.TABLE
        if table is not None and kind in every and name not in kept:
            kept[name] = saved
    functions = [each for each in objects if isinstance(each, NamedObject) and _is_function(each)]
    if functions and meta is not None:
        # A sandbox has no functions, so none can be in a snapshot of it.
        raise common(f"Can not find restore function: {functions[0].name.last.lower()}")
    return replace(info, tables=kept), aliases


def _chosen_partitions(info: SnapshotInfo, saved: SavedTable, item: NamedObject) -> SavedTable:
    if item.partitions is None:
        return saved
    if item.partitions.temporary:
        raise common("Do not support restoring temporary partitions")
    for name in item.partitions.names:
        if name not in saved.partitions:
            raise common(f"Partition {name} of table {saved.name} does not exist in snapshot {info.name}")
    if not item.partitions.names:
        # PARTITION (k = 'v') leaves an empty list, which keeps everything.
        return saved
    return replace(
        saved, partitions={name: each for name, each in saved.partitions.items() if name in item.partitions.names}
    )


# -- backup ----------------------------------------------------------------------------------------------------------


def submit_backup(
    frontend: Frontend, statement: Backup, session_database: str | None, late_error: SqlError | None
) -> None:
    """Analyze a BACKUP and queue its job (BackupRestoreAnalyzer.java; BackupHandler.java, backup).

    Parameters
    ----------
    late_error
        What the language room found about the properties, which the server looks at last.
    """
    if statement.catalogs is not None:
        if late_error is not None:
            raise late_error
        _refuse_catalogs(statement)
    references, database = _analyzed(frontend, statement, session_database)
    if late_error is not None:
        raise late_error
    repository = _repository(frontend, statement.repository)
    if statement.source_database is None:
        # The session's database is analyzed but not submitted: process reads the snapshot's, and there is none.
        raise internal('Cannot read field "dbName" because "jobInfo" is null')
    _require_no_job(frontend, database)
    if repository.read_only:
        raise common(f"Repository {repository.name} is read only")
    for reference in references:
        if reference.name not in database.tables:
            raise unknown_table(reference.name)
    if statement.label in repository.snapshots():
        kind = property_map(statement.properties).get("type", "full").lower()
        if kind == "full":
            raise common(f"Snapshot with name '{statement.label}' already exist in repository")
        raise common("Currently does not support incremental backup")
    functions = [each for each in statement.objects or () if isinstance(each, NamedObject) and _is_function(each)]
    if functions:
        raise common(f"Invalid backup function(s), function name: {functions[0].name.last.lower()}")
    frontend.jobs[database.id] = BackupJob(
        frontend,
        repository,
        label=statement.label,
        database=database,
        timeout=_timeout(frontend, property_map(statement.properties)),
        references=references,
    )


def _is_function(item: NamedObject) -> bool:
    return item.kind is ObjectKind.FUNCTION


def _refuse_catalogs(statement: Backup) -> None:
    # The sandbox has default_catalog alone.
    items = statement.catalogs.items if statement.catalogs is not None else None
    if not items:
        raise framed(common("No external catalog can be backed up"))
    for each in items:
        if each.name.lower() == "default_catalog":
            raise framed(common("Do not support Backup/Restore the entire default catalog"))
        raise framed(common(f"external catalog {each.name} does not existed."))


def _analyzed(
    frontend: Frontend, statement: Backup, session_database: str | None
) -> tuple[tuple[TableReference, ...], Database]:
    name = statement.source_database
    if name is not None:
        frontend.check_database_name(name)
    wanted = name if name is not None else session_database
    database = frontend.databases.get(wanted or "")
    if database is None:
        raise framed(unknown_database(wanted or "null"))
    if not statement.label:
        raise framed(SqlError("Incorrect label name ''", 5082, "42000"))
    if not statement.repository:
        raise framed(common("Repository is empty"))
    if statement.repository not in frontend.repositories:
        raise framed(common(f"Repository [{statement.repository}] does not exist"))
    named = [each for each in statement.objects or () if isinstance(each, NamedObject) and not _is_function(each)]
    found = _references(database, named)
    for each in _everything(database, statement):
        if not any(each.lower() == name.lower() for name in found):
            found[each] = TableReference(each)
    return tuple(found[each] for each in sorted(found)), database


def _references(database: Database, named: Sequence[NamedObject]) -> dict[str, TableReference]:
    found: dict[str, TableReference] = {}
    for item in named:
        name = item.name.last
        table = database.tables.get(name)
        if table is None:
            raise analysis(f"Incorrect table name '{name}'")
        partitions = None
        if item.partitions is not None and isinstance(table, Table):
            for each in item.partitions.names:
                if each not in table.partitions:
                    raise analysis(f"partition[{each}] does not exist  in table{name}")
            if item.partitions.temporary:
                raise common("Do not support backing up temp partitions")
            partitions = item.partitions.names or None
        if name in found:
            raise analysis(f"Duplicated table: {name}")
        found[name] = TableReference(name, partitions)
    return found


def _everything(database: Database, statement: Backup) -> list[str]:
    if statement.objects is None:
        return list(database.tables)
    kinds = {each.kind for each in statement.objects if isinstance(each, AllObjects)}
    return [
        name
        for name, table in database.tables.items()
        if (ObjectKind.VIEW if isinstance(table, View) else ObjectKind.TABLE) in kinds
    ]


# -- cancel ----------------------------------------------------------------------------------------------------------


def cancel(frontend: Frontend, statement: CancelBackup | CancelRestore, *, restore: bool) -> None:
    """Do CANCEL BACKUP and CANCEL RESTORE (BackupHandler.java, cancel)."""
    job = None
    if not statement.external_catalog:
        job = frontend.jobs.get(frontend.database(statement.database or "").id)
    if job is None or isinstance(job, RestoreJob) is not restore:
        raise common("No restore is currently running" if restore else "No backup job is currently running")
    job.cancel_by_user(f"user cancelled, current state: {job.state.value}" if restore else "user cancelled")
