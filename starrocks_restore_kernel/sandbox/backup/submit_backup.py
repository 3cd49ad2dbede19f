"""What is checked before a backup job is queued (BackupRestoreAnalyzer.java; BackupHandler.java, backup)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...language.statements import AllObjects, NamedObject, ObjectKind, property_map
from ..model.catalog import MaterializedView, Table, View
from ..server_errors import SqlError, analysis, common, framed, internal, unknown_database, unknown_table
from .backup_job import BackupEntry, BackupJob, TableReference
from .handler import put, require_no_job, require_repository, submitting
from .job import CATALOG_JOB, JobHead
from .repository import StorageError
from .submit_restore import job_timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...language.statements import Backup, Span
    from ..frontend import Frontend
    from ..model.catalog import Database, ExternalCatalog, Function
    from .repository import Repository

    Authorize = Callable[[Database | None, Sequence[TableReference], Sequence[ExternalCatalog]], None]

__all__ = ["submit_backup"]


def submit_backup(
    frontend: Frontend,
    statement: Backup,
    session_database: str | None,
    late_error: SqlError | None,
    authorize: Authorize,
    *,
    place: Callable[[Span | None], str],
) -> None:
    """Analyze a BACKUP and queue its job; no lock of the memory is held while the repository is read.

    Parameters
    ----------
    late_error
        What the language room found about the properties, which the server looks at last.
    authorize
        Raises unless what the analyzer has found may be backed up; the lock is held then.
    place
        Prints where in the text something stands.
    """
    if statement.catalogs is not None:
        if late_error is not None:
            raise late_error
        catalogs = _catalogs(frontend, statement)
        with frontend.lock:
            authorize(None, (), catalogs)
        repository = require_repository(frontend, statement.repository)
        with submitting(frontend):
            require_no_job(frontend, None)
            _check_writable(repository)
            _check_label(repository, statement)
            _queue(frontend, repository, statement, None, catalogs=catalogs)
        return
    references, database = _analyzed(frontend, statement, session_database, place)
    if late_error is not None:
        raise late_error
    with frontend.lock:
        authorize(database, references, ())
    repository = require_repository(frontend, statement.repository)
    if statement.source_database is None:
        # The session's database is analyzed but not submitted: process reads the snapshot's, and there is none.
        raise internal('Cannot read field "dbName" because "jobInfo" is null')
    with submitting(frontend):
        require_no_job(frontend, database)
        _check_writable(repository)
        with frontend.lock:
            temporary = _temporary(statement)
            for reference in references:
                _check_table(database, reference, temporary=reference.name in temporary)
        _check_label(repository, statement)
        functions = _functions(database, statement)
        _queue(frontend, repository, statement, database, references=references, functions=functions)


def _queue(
    frontend: Frontend,
    repository: Repository,
    statement: Backup,
    database: Database | None,
    *,
    references: tuple[TableReference, ...] = (),
    functions: tuple[Function, ...] = (),
    catalogs: tuple[ExternalCatalog, ...] = (),
) -> None:
    head = JobHead(
        statement.label,
        CATALOG_JOB if database is None else database.id,
        "" if database is None else database.name,
        repository.id,
        job_timeout(frontend, property_map(statement.properties)),
        frontend.clock.now(),
    )
    with frontend.lock:
        put(frontend, BackupJob(frontend, BackupEntry(head, references, functions, catalogs)))


def _temporary(statement: Backup) -> set[str]:
    named = [each for each in statement.objects or () if isinstance(each, NamedObject)]
    return {each.name.last for each in named if each.partitions is not None and each.partitions.temporary}


def _check_table(database: Database, reference: TableReference, *, temporary: bool) -> None:
    table = database.tables.get(reference.name)
    if table is None:
        raise unknown_table(reference.name)
    if not isinstance(table, Table):
        return
    if table.cloud_native:
        raise common(f"Table: {table.name} can not support backup restore, type: CLOUD_NATIVE")
    if table.temporary_partitions:
        raise common("Do not support backing up table with temp partitions")
    if temporary:
        raise common("Do not support backing up temp partitions")
    for name in reference.partitions or ():
        if name not in table.partitions:
            # No blank stands in front of the table.
            raise common(f"Unknown partition {name} in table{table.name}")


def _check_writable(repository: Repository) -> None:
    if repository.read_only:
        raise common(f"Repository {repository.name} is read only")


def _check_label(repository: Repository, statement: Backup) -> None:
    try:
        taken = statement.label in repository.snapshots()
    except StorageError as error:
        raise common(str(error)) from error
    if taken:
        kind = property_map(statement.properties).get("type", "full").lower()
        if kind == "full":
            raise common(f"Snapshot with name '{statement.label}' already exist in repository")
        raise common("Currently does not support incremental backup")


def _functions(database: Database, statement: Backup) -> tuple[Function, ...]:
    """Choose all functions without ON or with ALL FUNCTIONS, else the ones that are named, each with its overloads."""
    objects = statement.objects
    if objects is None or any(isinstance(each, AllObjects) and each.kind is ObjectKind.FUNCTION for each in objects):
        return tuple(database.functions.values())
    found: list[Function] = []
    for item in objects:
        if isinstance(item, NamedObject) and item.kind is ObjectKind.FUNCTION:
            name = item.name.last.lower()
            overloads = [each for each in database.functions.values() if each.name == name]
            if not overloads:
                raise common(f"Invalid backup function(s), function name: {name}")
            found += overloads
    return tuple(found)


def _catalogs(frontend: Frontend, statement: Backup) -> tuple[ExternalCatalog, ...]:
    items = statement.catalogs.items if statement.catalogs is not None else None
    with frontend.lock:
        names = list(frontend.catalogs) if not items else [each.name for each in items]
        if not names:
            raise framed(common("No external catalog can be backed up"))
        for name in names:
            if name.lower() == "default_catalog":
                raise framed(common("Do not support Backup/Restore the entire default catalog"))
            if name not in frontend.catalogs:
                raise framed(common(f"external catalog {name} does not existed."))
        return tuple(frontend.catalogs[name] for name in names)


# -- the analyzer --------------------------------------------------------------------------------------------------


def _analyzed(
    frontend: Frontend, statement: Backup, session_database: str | None, place: Callable[[Span | None], str]
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
    with frontend.lock:
        named = [each for each in statement.objects or () if isinstance(each, NamedObject)]
        found = _references(frontend, database, [each for each in named if each.kind is not ObjectKind.FUNCTION], place)
        taken = {each.lower() for each in found}
        for each in _everything(frontend, database, statement):
            if each.lower() not in taken:
                _check_bases(frontend, database.tables[each])
                found[each] = TableReference(each)
        return tuple(found[each] for each in _bases_first(database, sorted(found))), database


def _references(
    frontend: Frontend, database: Database, named: Sequence[NamedObject], place: Callable[[Span | None], str]
) -> dict[str, TableReference]:
    """Look the items up (BackupRestoreAnalyzer.java, analyzeTableRef); that some are temporary is for the submit."""
    found: dict[str, TableReference] = {}
    for item in named:
        name = item.name.last
        table = database.tables.get(name)
        if table is None:
            raise analysis(f"Incorrect table name '{name}'")
        _check_bases(frontend, table)
        partitions = None
        if item.partitions is not None:
            if isinstance(table, View):
                raise framed(SqlError(f"Incorrect table name '{name}'", 1104, "42000"))
            for each in item.partitions.names:
                if each not in table.partitions:
                    text = f"partition[{each}] does not exist  in table{name}"
                    raise analysis(text, place(item.partitions.span))
            partitions = item.partitions.names or None
        if name in found:
            raise analysis(f"Duplicated table: {name}", place(item.span))
        found[name] = TableReference(name, partitions)
    return found


def _check_bases(frontend: Frontend, table: Table | View) -> None:
    for base in table.base_tables if isinstance(table, MaterializedView) else ():
        database = frontend.databases.get(base.database)
        found = database.tables.get(base.name) if database is not None else None
        if found is None or found.id != base.table_id:
            text = f"Base table {base.name} doest not existed in materialized view {table.name} when backup/restore"
            raise analysis(text)


def _everything(frontend: Frontend, database: Database, statement: Backup) -> list[str]:
    """List what the statement takes without naming it; materialized views only if the configuration says so."""
    kinds = (
        {ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW}
        if statement.objects is None
        else {each.kind for each in statement.objects if isinstance(each, AllObjects)}
    )
    if frontend.config["enable_backup_materialized_view"] != "true":
        kinds = kinds - {ObjectKind.MATERIALIZED_VIEW}
    return [name for name, each in database.tables.items() if _kind(each) in kinds]


def _kind(each: Table | View) -> ObjectKind:
    if isinstance(each, View):
        return ObjectKind.VIEW
    return ObjectKind.MATERIALIZED_VIEW if isinstance(each, MaterializedView) else ObjectKind.TABLE


def _bases_first(database: Database, names: list[str]) -> list[str]:
    """Put a materialized view behind the tables it reads (BackupRestoreAnalyzer.java, reorderTableRefs…)."""
    wanted = set(names)
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        if name in placed:
            return
        table = database.tables[name]
        for base in table.base_tables if isinstance(table, MaterializedView) else ():
            if base.database == database.name and base.name in wanted and base.name != name:
                place(base.name)
        placed[name] = None

    for name in names:
        place(name)
    return list(placed)
