"""Statements to canonical SQL, for a given server.

``parse(print(s)) == s`` for every statement that can be built, whose names hold no back-quote (the server's lexer
has no way to write one).
"""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import TranslationError
from .expression_printer import print_expression
from .expressions import Expression
from .quoting import quote_name, quote_partition, quote_string
from .statements import (
    AllObjects,
    Backup,
    CancelBackup,
    CancelRestore,
    Catalogs,
    CreateRepository,
    DropRepository,
    DropSnapshot,
    NamedObject,
    Other,
    Partitions,
    Property,
    QualifiedName,
    Restore,
    RestoreObject,
    ShowBackup,
    ShowRepositories,
    ShowRestore,
    ShowSnapshot,
    Statement,
)
from .versions import NEWEST, Release, release

__all__ = ["print_statement"]

_INDENT = "    "


def print_statement(statement: Statement, *, pretty: bool = True, version: str = NEWEST) -> str:
    """Write a statement; see `Statement.sql`."""
    return _Printer(release(version), pretty=pretty).statement(statement)


class _Printer:
    def __init__(self, target: Release, *, pretty: bool) -> None:
        self._release = target
        self._pretty = pretty

    def statement(self, statement: Statement) -> str:
        match statement:
            case Restore():
                return self._clauses(self._restore(statement))
            case Backup():
                return self._clauses(self._backup(statement))
            case CancelRestore() | CancelBackup():
                return self._cancel(statement)
            case ShowRestore():
                return self._show("RESTORE", statement.database) + self._where(statement.where)
            case ShowBackup():
                return self._show("BACKUP", statement.database)
            case ShowSnapshot():
                return f"SHOW SNAPSHOT ON {self._name(statement.repository)}" + self._where(statement.where)
            case ShowRepositories():
                return "SHOW REPOSITORIES"
            case CreateRepository():
                return self._clauses(self._create_repository(statement))
            case DropRepository():
                return f"DROP REPOSITORY {self._name(statement.name)}"
            case DropSnapshot():
                if not self._release.drop_snapshot:
                    hint = "it came with 4.2; before, a snapshot is deleted in the repository's storage by hand"
                    raise TranslationError(f"StarRocks {self._release.name} has no DROP SNAPSHOT", hint=hint)
                force = " FORCE" if statement.force else ""
                return f"DROP SNAPSHOT {self._name(statement.label)} ON {self._name(statement.repository)}{force}"
            case Other():
                return statement.text
        raise TypeError(f"{type(statement).__name__} is no statement of this family")

    # -- statements, clause by clause

    def _restore(self, statement: Restore) -> Iterable[str]:
        snapshot = statement.snapshot
        source = statement.source
        if source is not None and not self._release.database_clause:
            # Before 3.4 the database stood in front of the label, and the snapshot's own name was never compared.
            snapshot = QualifiedName((source.target if source.target is not None else source.name, *snapshot.parts))
            source = None
        yield f"RESTORE SNAPSHOT {self._qualified(snapshot)}"
        yield f"FROM {self._name(statement.repository)}"
        if statement.catalogs is not None:
            yield self._catalogs(statement.catalogs)
        if source is not None:
            target = "" if source.target is None else f" AS {self._name(source.target)}"
            yield f"DATABASE {self._name(source.name)}{target}"
        if statement.objects is not None:
            yield self._list("ON", [self._object(each) for each in statement.objects])
        yield from self._properties(statement.properties)

    def _backup(self, statement: Backup) -> Iterable[str]:
        words = ["BACKUP"]
        snapshot = statement.snapshot
        if statement.catalogs is not None:
            words.append(self._catalogs(statement.catalogs))
        if statement.database is not None:
            if self._release.database_clause:
                words += ["DATABASE", self._name(statement.database)]
            else:
                snapshot = QualifiedName((statement.database, *snapshot.parts))
        yield " ".join([*words, "SNAPSHOT", self._qualified(snapshot)])
        yield f"TO {self._name(statement.repository)}"
        if statement.objects is not None:
            for each in statement.objects:
                if isinstance(each, NamedObject) and each.alias is not None and not self._release.backup_alias:
                    raise self._unsaid("alias in BACKUP")
            yield self._list("ON", [self._object(each) for each in statement.objects])
        yield from self._properties(statement.properties)

    def _create_repository(self, statement: CreateRepository) -> Iterable[str]:
        read_only = "READ ONLY " if statement.read_only else ""
        yield f"CREATE {read_only}REPOSITORY {self._name(statement.name)}"
        yield "WITH BROKER" + ("" if statement.broker is None else f" {self._name_or_string(statement.broker)}")
        yield f"ON LOCATION {quote_string(statement.location)}"
        yield from self._properties(statement.properties)

    def _cancel(self, statement: CancelRestore | CancelBackup) -> str:
        words = "CANCEL RESTORE" if isinstance(statement, CancelRestore) else "CANCEL BACKUP"
        if statement.external_catalog:
            if not self._release.catalog_clauses:
                raise self._unsaid("FOR EXTERNAL CATALOG")
            return f"{words} FOR EXTERNAL CATALOG"
        return words if statement.database is None else f"{words} FROM {self._name(statement.database)}"

    def _show(self, what: str, database: str | None) -> str:
        return f"SHOW {what}" + ("" if database is None else f" FROM {self._name(database)}")

    def _where(self, where: Expression | None) -> str:
        if where is None:
            return ""
        return f" WHERE {print_expression(where, self._release.name)}"

    # -- clauses

    def _catalogs(self, catalogs: Catalogs) -> str:
        if not self._release.catalog_clauses:
            raise self._unsaid("EXTERNAL CATALOGS")
        if catalogs.items is None:
            return "ALL EXTERNAL CATALOGS"
        items = [self._name(each.name) + self._alias(each.alias) for each in catalogs.items]
        return f"EXTERNAL CATALOGS ({', '.join(items)})"

    def _object(self, each: RestoreObject) -> str:
        if isinstance(each, AllObjects):
            if not self._release.object_kinds:
                raise self._unsaid(f"ALL {each.kind.value}")
            return f"ALL {each.kind.value}"
        return self._named_object(each)

    def _named_object(self, each: NamedObject) -> str:
        kind = ""
        if each.kind is not None:
            if self._release.object_kinds:
                kind = f"{each.kind.singular} "
            elif each.kind.singular == "FUNCTION":
                raise self._unsaid("FUNCTION")
        partitions = "" if each.partitions is None else f" {self._partitions(each.partitions)}"
        return f"{kind}{self._qualified(each.name)}{partitions}{self._alias(each.alias)}"

    def _partitions(self, partitions: Partitions) -> str:
        if partitions.keys:
            version = self._release.name
            keys = [f"{self._name(key.column)} = {print_expression(key.value, version)}" for key in partitions.keys]
            return f"PARTITION ({', '.join(keys)})"
        word = "TEMPORARY PARTITION" if partitions.temporary else "PARTITION"
        return f"{word} ({', '.join(self._name_or_string(name) for name in partitions.names)})"

    def _properties(self, properties: tuple[Property, ...] | None) -> Iterable[str]:
        if properties is not None:
            yield self._list("PROPERTIES", [f"{quote_string(p.key)} = {quote_string(p.value)}" for p in properties])

    def _alias(self, alias: str | None) -> str:
        return "" if alias is None else f" AS {self._name(alias)}"

    # -- names and layout

    def _name(self, name: str) -> str:
        return quote_name(name, self._release.name)

    def _name_or_string(self, name: str) -> str:
        return quote_partition(name, self._release.name)

    def _qualified(self, name: QualifiedName) -> str:
        return ".".join(self._name(part) for part in name.parts)

    def _list(self, word: str, items: list[str]) -> str:
        if not self._pretty:
            return f"{word} ({', '.join(items)})"
        inner = f",\n{_INDENT}".join(items)
        return f"{word} (\n{_INDENT}{inner}\n)"

    def _clauses(self, clauses: Iterable[str]) -> str:
        return ("\n" if self._pretty else " ").join(clauses)

    def _unsaid(self, what: str) -> TranslationError:
        return TranslationError(
            f"StarRocks {self._release.name} has no {what}",
            hint="that clause came with 3.4; write it for a newer server",
        )
