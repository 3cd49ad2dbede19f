"""What is checked before a restore job is queued (BackupHandler.java, process and restore)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...language.statements import AllObjects, NamedObject, ObjectKind, property_map
from ..garbage import collector_rests
from ..model.catalog import MaterializedView, View
from ..server_errors import SqlError, common, internal
from .handler import put, require_no_job, require_repository, submitting
from .java_order import hash_map_order
from .job import CATALOG_JOB, JobHead
from .repository import StorageError
from .restore_entry import RestoreEntry
from .restore_job import RestoreJob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...language.statements import Restore
    from ..frontend import Frontend
    from ..model.catalog import Database, ExternalCatalog, Function
    from .repository import Repository
    from .snapshot_info import BackupMeta, SavedTable, SnapshotInfo

__all__ = ["job_timeout", "submit_restore"]

_DAMAGED = (StorageError, ValueError, KeyError, OSError)


def job_timeout(frontend: Frontend, properties: dict[str, str]) -> int:
    """Read a job's timeout in seconds."""
    default = int(frontend.config["backup_job_default_timeout_ms"]) // 1000
    return int(properties.get("timeout", default))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What of a snapshot shall come back."""

    info: SnapshotInfo
    meta: BackupMeta | None
    aliases: dict[str, str]


@collector_rests()
def submit_restore(frontend: Frontend, statement: Restore) -> None:
    """Check a RESTORE in the server's order, and queue its job.

    No lock of the memory is held while the repository is read.

    Raises
    ------
    SqlError
        In the server's words. A target database that did not exist has been created by then, and stays.
    """
    repository = require_repository(frontend, statement.repository)
    if frontend.behaviour.creates_database:
        info = _info(repository, statement)
        every_catalog = _check_kind(info, statement)
        target = None if every_catalog or statement.catalogs is not None else _target(frontend, info, statement)
        with submitting(frontend):
            require_no_job(frontend, target)
            _restore(frontend, repository, statement, info, target)
        return
    # 3.3 looks for the target before it reads the snapshot, and never creates it.
    target = frontend.database(statement.target_database or "null")
    with submitting(frontend):
        require_no_job(frontend, target)
        _restore(frontend, repository, statement, _info(repository, statement), target)


def _info(repository: Repository, statement: Restore) -> SnapshotInfo:
    try:
        return repository.info(statement.label, statement.backup_timestamp or "")
    except _DAMAGED as error:
        raise common(
            f"Failed to get info of snapshot '{statement.label}' because: {error}. "
            "Maybe specified wrong backup timestamp"
        ) from error


def _check_kind(info: SnapshotInfo, statement: Restore) -> bool:
    """Tell a snapshot of external catalogs from one of a database."""
    if not info.database:
        if statement.target_database:
            raise common("Can not specify database for external catalog snapshot")
        return True
    if statement.catalogs is not None:
        raise common(f"This is not a snapshot for external catalog restore, snapshot: {statement.label}")
    return False


def _target(frontend: Frontend, info: SnapshotInfo, statement: Restore) -> Database:
    name = info.database if statement.target_database is None else statement.target_database
    with frontend.lock:
        if name in frontend.databases:
            return frontend.databases[name]
        try:
            return frontend.create_database(name)
        except SqlError as error:
            raise common(f"Can not create database: {name} in restore process") from error


def _restore(
    frontend: Frontend, repository: Repository, statement: Restore, info: SnapshotInfo, target: Database | None
) -> None:
    try:
        meta: BackupMeta | None = repository.meta(info.name)
    except _DAMAGED:
        # Not reported here: the job dies of it.
        meta = None
    if statement.source is not None and statement.source.name != info.database:
        raise common(f"target database: {statement.source.name} is not existed in snapshot")
    chosen = _Chosen(info, meta, {})
    if statement.objects is not None:
        chosen = _chosen_functions(_chosen_tables(chosen, statement), statement)
    if target is None:
        chosen = _chosen_catalogs(chosen, statement)
    _check_types(chosen)
    properties = property_map(statement.properties)
    number = properties.get("replication_num") or frontend.default_replication_num
    ordered = replace(chosen.info, tables={name: chosen.info.tables[name] for name in _order(info, chosen.info.tables)})
    meta = None if chosen.meta is None else _without_the_rest(chosen.meta, ordered)
    head = JobHead(
        statement.label,
        CATALOG_JOB if target is None else target.id,
        "" if target is None else target.name,
        repository.id,
        job_timeout(frontend, properties),
        frontend.clock.now(),
    )
    entry = RestoreEntry(
        head,
        statement.backup_timestamp or "",
        int(number),
        properties.get("allow_load", "false").lower() == "true",
        ordered.write(),
        None if meta is None else meta.write(),
        chosen.aliases,
    )
    with frontend.lock:
        put(frontend, RestoreJob(frontend, entry, ordered, meta))


def _without_the_rest(meta: BackupMeta, info: SnapshotInfo) -> BackupMeta:
    # The server keeps it all; each change of state would write down a hundred thousand tables for the sake of one.
    return replace(meta, tables={name: meta.tables[name] for name in info.tables if name in meta.tables})


def _order(info: SnapshotInfo, kept: Mapping[str, SavedTable]) -> list[str]:
    # A map that has grown does not shrink when tables are taken out of it.
    return [name for name in hash_map_order(info.tables) if name in kept]


def _check_types(chosen: _Chosen) -> None:
    for name in chosen.info.tables if chosen.meta is not None else ():
        remote = chosen.meta.tables[name] if chosen.meta is not None else None
        if remote is not None and not isinstance(remote, View) and remote.cloud_native:
            raise common(f"Table: {name} can not support backup restore, type: CLOUD_NATIVE")


# -- ON ----------------------------------------------------------------------------------------------------------------


def _chosen_tables(whole: _Chosen, statement: Restore) -> _Chosen:
    """Keep the tables and views that ON lists (BackupHandler.java, checkAndFilterRestoreObjsExistInSnapshot)."""
    info, meta = whole.info, whole.meta
    objects = statement.objects or ()
    kept: dict[str, SavedTable] = {}
    aliases: dict[str, str] = {}
    # The analyzer leaves the items in the order of their names (BackupRestoreAnalyzer.java, visitRestoreStatement).
    for item in sorted(_named(objects, function=False), key=lambda each: each.name.last):
        name = item.name.last
        saved = info.tables.get(name)
        if saved is None:
            raise common(f"Table {name} does not exist in snapshot {info.name}")
        kept[name] = _chosen_partitions(info, saved, item)
        if item.alias is not None:
            aliases[name] = item.alias
    every = {each.kind for each in objects if isinstance(each, AllObjects)}
    if meta is not None:
        there = [name for name in info.tables if name not in kept and name in meta.tables]
        kept.update({name: info.tables[name] for name in there if _kind(meta, name) in every})
    return _Chosen(replace(info, tables=kept), meta, aliases)


def _kind(meta: BackupMeta, name: str) -> ObjectKind:
    remote = meta.tables[name]
    if isinstance(remote, View):
        return ObjectKind.VIEW
    return ObjectKind.MATERIALIZED_VIEW if remote.kind == MaterializedView.__name__ else ObjectKind.TABLE


def _named(objects: Sequence[AllObjects | NamedObject], *, function: bool) -> list[NamedObject]:
    found = [each for each in objects if isinstance(each, NamedObject)]
    return [each for each in found if (each.kind is ObjectKind.FUNCTION) is function]


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
    wanted = set(item.partitions.names)
    return replace(saved, partitions={name: each for name, each in saved.partitions.items() if name in wanted})


def _chosen_functions(whole: _Chosen, statement: Restore) -> _Chosen:
    """Keep the functions that ON lists (BackupHandler.java, checkAndFilterRestoreFunctionsInBackupMeta).

    An item renames what it finds in the snapshot's own list, so that a second item no longer finds it.
    """
    if whole.meta is None:
        return whole
    there: list[Function] = list(whole.meta.functions)
    kept: list[Function] = []
    hit: set[str] = set()
    for item in _named(statement.objects or (), function=True):
        name = item.name.last.lower()
        found = [index for index, each in enumerate(there) if each.name.lower() == name]
        if not found:
            raise common(f"Can not find restore function: {'.'.join(item.name.parts).lower()}")
        for index in found:
            if item.alias:
                there[index] = replace(there[index], name=item.alias)
            kept.append(there[index])
        hit.add(there[found[0]].name)
    if any(isinstance(each, AllObjects) and each.kind is ObjectKind.FUNCTION for each in statement.objects or ()):
        kept += [each for each in there if each.name not in hit]
    return replace(whole, meta=replace(whole.meta, functions=tuple(kept)))


def _chosen_catalogs(whole: _Chosen, statement: Restore) -> _Chosen:
    """Keep the catalogs that are listed (BackupHandler.java, checkAndFilterRestoreCatalogsInBackupMeta)."""
    if whole.meta is None:
        # What the JVM says of it; the name of the parameter is inferred.
        raise internal('Cannot invoke "com.starrocks.backup.BackupMeta.getCatalogs()" because "backupMeta" is null')
    items = statement.catalogs.items if statement.catalogs is not None else None
    there: list[ExternalCatalog] = list(whole.meta.catalogs)
    kept: list[ExternalCatalog] = []
    for item in items or ():
        found = next((index for index, each in enumerate(there) if each.name.lower() == item.name.lower()), None)
        if found is None:
            raise common(f"Can not find restore catalog: {item.name}")
        if item.alias:
            if item.alias.lower() == "default_catalog":
                raise common("Do not support set alias as default catalog for external catalog restore")
            there[found] = replace(there[found], name=item.alias)
        kept.append(there[found])
    return replace(whole, meta=replace(whole.meta, catalogs=tuple(kept or there)))
