"""What the RESTORE family needs (AuthorizerStmtVisitor.java, visitRestoreStatement and its neighbours)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...language.statements import (
    AllObjects,
    Backup,
    CancelBackup,
    CancelRestore,
    CreateRepository,
    DropRepository,
    NamedObject,
    ObjectKind,
    Restore,
    ShowRepositories,
)
from ..backup.backup_job import BackupJob
from ..model.privileges import ObjectType
from ..server_errors import analysis, framed, unknown_database

if TYPE_CHECKING:
    from collections.abc import Collection

    from ...language.statements import Statement
    from ..backup.backup_job import TableReference
    from ..model.catalog import Database, ExternalCatalog, Function
    from .access import Access

__all__ = ["authorize_backup", "authorize_family", "may_see_backup"]


def authorize_family(access: Access, statement: Statement) -> None:
    """Raise the server's denial unless a statement that the analyzer has passed may be executed.

    A BACKUP is authorized by `authorize_backup`, when its tables are known. What the analyzer refuses and the
    handler looks up only later is let through, to be refused there.
    """
    if isinstance(statement, ShowRepositories) or _refused_before(access, statement):
        return
    access.check_system("REPOSITORY")
    if isinstance(statement, Restore):
        _authorize_restore(access, statement)
    elif isinstance(statement, (CancelBackup, CancelRestore)):
        _authorize_cancel(access, statement)


def _refused_before(access: Access, statement: Statement) -> bool:
    # RepositoryAnalyzer.java
    if isinstance(statement, CreateRepository):
        return bool(statement.broker)
    return isinstance(statement, DropRepository) and statement.name not in access.frontend.repositories


def _authorize_restore(access: Access, statement: Restore) -> None:
    if statement.catalogs is not None:
        access.check_system("CREATE EXTERNAL CATALOG")
        return
    if statement.objects is None:
        access.check("CREATE DATABASE", ObjectType.CATALOG, access.catalog)
        return
    database = access.frontend.databases.get(statement.target_database or "")
    if database is None:
        # It will be created, and nobody asks whether it may be.
        return
    access.check("CREATE TABLE", ObjectType.DATABASE, database.name)
    named = [each for each in statement.objects if isinstance(each, NamedObject)]
    for item in sorted(named, key=lambda each: each.name.last):
        # The name in the snapshot is looked up, though the table will have its alias.
        if item.kind is not ObjectKind.FUNCTION:
            access.check("INSERT", ObjectType.TABLE, database.name, item.name.last)


def _authorize_cancel(access: Access, statement: CancelBackup | CancelRestore) -> None:
    if statement.external_catalog:
        return
    database = access.frontend.databases.get(statement.database or "")
    if database is None:
        raise framed(unknown_database(statement.database or ""))
    job = access.frontend.jobs.get(database.id)
    if isinstance(job, BackupJob):
        _check_exports(access, job.head.database, job.references)


def authorize_backup(
    access: Access,
    statement: Backup,
    database: Database | None,
    references: Collection[TableReference],
    catalogs: Collection[ExternalCatalog],
) -> None:
    """Authorize a BACKUP whose tables or catalogs have been found; the database is None for catalogs."""
    access.check_system("REPOSITORY")
    for catalog in catalogs:
        if not access.allows("USAGE", ObjectType.CATALOG, catalog.name):
            # The privilege that is asked for and the one that is named differ upstream.
            raise access.denied("CREATE DATABASE", ObjectType.CATALOG, catalog.name)
    if database is None:
        return
    functions = _functions(statement, database)
    if not references and not functions:
        raise analysis(f"Database: {statement.source_database or 'null'} is empty")
    _check_exports(access, database.name, references)
    for function in functions:
        if not access.allows("USAGE", ObjectType.FUNCTION, database.name, function.signature):
            # Upstream asks for USAGE, and names DROP.
            raise access.denied("DROP", ObjectType.FUNCTION, function.signature)


def _functions(statement: Backup, database: Database) -> list[Function]:
    objects = statement.objects
    if objects is None or any(isinstance(each, AllObjects) and each.kind is ObjectKind.FUNCTION for each in objects):
        return list(database.functions.values())
    named = [each for each in objects if isinstance(each, NamedObject) and each.kind is ObjectKind.FUNCTION]
    wanted = {each.name.last.lower() for each in named}
    return [each for each in database.functions.values() if each.name in wanted]


def _check_exports(access: Access, database: str, references: Collection[TableReference]) -> None:
    for reference in references:
        access.check("EXPORT", ObjectType.TABLE, database, reference.name)


def may_see_backup(access: Access, job: BackupJob) -> bool:
    """Tell whether a job's tables may all be exported; one that may not empties all of SHOW BACKUP."""
    return all(
        access.allows("EXPORT", ObjectType.TABLE, job.head.database, reference.name) for reference in job.references
    )
