"""What the server's AST builder refuses, in its order (AstBuilder.java, parseBackupRestoreStatement)."""

from __future__ import annotations

from collections.abc import Iterator

from .diagnostics import Diagnostic
from .rules import Context, Rule, error, head
from .statements import Backup, CancelBackup, CancelRestore, NamedObject, Restore, Statement

__all__ = ["BUILDER_RULES"]

# The spelling is the server's.
_DATABASE_AND_CATALOG = "Can not sepcify database name for external catalog Backup/Restore"


def _names_database(statement: Restore | Backup) -> bool:
    return statement.source is not None if isinstance(statement, Restore) else statement.database is not None


def database_with_catalogs(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore | Backup) and statement.catalogs is not None and _names_database(statement):
        yield error(
            "SRR012", _DATABASE_AND_CATALOG, statement.catalogs.span, "leave out DATABASE: catalogs belong to none"
        )


def label_of_three_parts(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore | Backup) and len(statement.snapshot.parts) > 2:
        message = f"Invalid table name format '{statement.snapshot}'"
        yield error("SRR010", message, statement.snapshot.span, "write the label, or database.label")


def database_twice(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore | Backup) and len(statement.snapshot.parts) == 2:
        if _names_database(statement):
            message = (
                "Specifying dbName before snapshot name is forbidden "
                "if the DbName is specified explicitly in BACKUP/RESTORE"
            )
            hint = f"keep DATABASE and write only the label, {statement.label}"
            yield error("SRR011", message, statement.snapshot.span, hint)
        if statement.catalogs is not None:
            yield error(
                "SRR012", _DATABASE_AND_CATALOG, statement.snapshot.span, f"write only the label, {statement.label}"
            )


def alias_in_backup(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Backup):
        for each in statement.objects or ():
            if isinstance(each, NamedObject) and each.alias is not None:
                message = "Specifying alias for backup object is forbidden in BACKUP stmt"
                yield error("SRR015", message, each.span, "a new name is given in RESTORE")


def objects_without_database(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    if (
        context.release.on_needs_database
        and isinstance(statement, Restore)
        and statement.objects is not None
        and len(statement.snapshot.parts) == 1
        and statement.source is None
    ):
        message = "`ON` clause is forbidden if no Database explicitly specified in Restore stmt"
        span = statement.objects[0].span
        yield error("SRR013", message, span, f"write database.{statement.label}, or add a DATABASE clause")


def objects_with_catalogs(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore | Backup) and statement.catalogs is not None and statement.objects is not None:
        message = "Can not sepcify `ON` clause for external catalog Backup/Restore"
        yield error("SRR014", message, statement.objects[0].span, "leave out ON: a catalog is taken whole")


def deep_object_name(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    """Before the table references were reworked (PR #64407) a name in ON had three parts at most."""
    if isinstance(statement, Restore | Backup) and not context.release.deep_object_names:
        for each in statement.objects or ():
            if isinstance(each, NamedObject) and len(each.name.parts) > 3:
                yield error(
                    "SRR017", f"Invalid table name format '{each.name}'", each.name.span, f"write {each.name.last}"
                )


def cancel_without_database(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if (
        isinstance(statement, CancelRestore | CancelBackup)
        and statement.database is None
        and not statement.external_catalog
    ):
        message = "No selected database for cancel BACKUP/RESTORE"
        yield error("SRR016", message, head(statement), "add FROM database: the session's database is never used")


BUILDER_RULES: tuple[Rule, ...] = (
    database_with_catalogs,
    label_of_three_parts,
    database_twice,
    alias_in_backup,
    objects_without_database,
    objects_with_catalogs,
    deep_object_name,
    cancel_without_database,
)
