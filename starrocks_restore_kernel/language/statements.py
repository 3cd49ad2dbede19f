"""The statements of the RESTORE family, as immutable values.

A statement holds what the server's *grammar* takes (StarRocks.g4, backup/restore section), so that
what only its AST builder or its analyzer refuses can still be read, shown and repaired. Spans say where in the
text a part stood; they take no part in equality, so a statement built by hand equals the same one parsed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from .expressions import Expression
from .versions import NEWEST

__all__ = [
    "AllObjects",
    "Backup",
    "CancelBackup",
    "CancelRestore",
    "Catalog",
    "Catalogs",
    "CreateRepository",
    "DropRepository",
    "DropSnapshot",
    "NamedObject",
    "ObjectKind",
    "Other",
    "PartitionKey",
    "Partitions",
    "Property",
    "QualifiedName",
    "Restore",
    "RestoreObject",
    "ShowBackup",
    "ShowRepositories",
    "ShowRestore",
    "ShowSnapshot",
    "Source",
    "Span",
    "Statement",
]


class Span(NamedTuple):
    """A stretch of the text: offsets in code points, and where it begins for a person."""

    start: int
    end: int
    line: int
    """From 1."""
    column: int
    """From 0, as the server counts (ErrorHandler.java)."""


def _span() -> Span | None:
    """Declare a span field: optional, and no part of equality or repr."""
    return field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class QualifiedName:
    """A dotted name. The server uses only the last part of an object's name (AstBuilder.java)."""

    parts: tuple[str, ...]
    span: Span | None = _span()

    @property
    def last(self) -> str:
        """The part that the server looks up."""
        return self.parts[-1]

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Property:
    """One ``"key" = "value"``. The server trims the key and keeps the last of equal keys."""

    key: str
    value: str
    span: Span | None = _span()


class ObjectKind(Enum):
    """The kind words that may stand in ON since 3.4; the value is the plural that ``ALL`` takes."""

    TABLE = "TABLES"
    MATERIALIZED_VIEW = "MATERIALIZED VIEWS"
    VIEW = "VIEWS"
    FUNCTION = "FUNCTIONS"

    @property
    def singular(self) -> str:
        """The word or words in front of one name."""
        return self.value[:-1]


class PartitionKey(NamedTuple):
    """One ``column = literal`` of the key/value form, which the server reads as *no* partition list."""

    column: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Partitions:
    """``[TEMPORARY] PARTITION (p1, p2)``, or the key/value form, in which ``names`` is empty."""

    names: tuple[str, ...] = ()
    temporary: bool = False
    keys: tuple[PartitionKey, ...] = ()
    span: Span | None = _span()
    bare: bool = field(default=False, compare=False, repr=False)
    """Written without parentheses."""


@dataclass(frozen=True, slots=True)
class NamedObject:
    """One item of ON by name; ``kind`` is None for an item without a kind word."""

    name: QualifiedName
    kind: ObjectKind | None = None
    partitions: Partitions | None = None
    alias: str | None = None
    span: Span | None = _span()
    plural: bool = field(default=False, compare=False, repr=False)
    """Written with the plural of its kind word."""


@dataclass(frozen=True, slots=True)
class AllObjects:
    """``ALL TABLES`` and its like."""

    kind: ObjectKind
    span: Span | None = _span()


RestoreObject = NamedObject | AllObjects


@dataclass(frozen=True, slots=True)
class Catalog:
    """An external catalog; only RESTORE may give it another name."""

    name: str
    alias: str | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Catalogs:
    """``EXTERNAL CATALOGS (…)``; ``items`` is None for ``ALL EXTERNAL CATALOGS``."""

    items: tuple[Catalog, ...] | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Source:
    """``DATABASE name [AS target]``: the name inside the snapshot, and where it is restored to."""

    name: str
    target: str | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Statement:
    """Base of every statement."""

    @property
    def span(self) -> Span | None:
        """Where it stood in the text; None for a statement that was built."""
        return None

    def sql(self, *, pretty: bool = True, version: str = NEWEST) -> str:
        """Canonical SQL that parses to an equal statement.

        Parameters
        ----------
        pretty
            Clauses and objects on lines of their own; False gives one line.
        version
            The server to write for, e.g. ``"3.3"``.

        Raises
        ------
        TranslationError
            If that version has no way to say it.

        Examples
        --------
        >>> from starrocks_restore_kernel.language import parse
        >>> parse("show restore from sales").sql()
        'SHOW RESTORE FROM sales'
        """
        from .printer import print_statement

        return print_statement(self, pretty=pretty, version=version)

    def __str__(self) -> str:
        return self.sql()


@dataclass(frozen=True, slots=True)
class Restore(Statement):
    """``RESTORE SNAPSHOT … FROM …``.

    ``snapshot`` is ``label`` or ``db.label``; ``objects`` is None without ON, ``properties`` without PROPERTIES.
    """

    snapshot: QualifiedName
    repository: str
    catalogs: Catalogs | None = None
    source: Source | None = None
    objects: tuple[RestoreObject, ...] | None = None
    properties: tuple[Property, ...] | None = None
    span: Span | None = _span()
    repository_span: Span | None = _span()

    @property
    def label(self) -> str:
        """The snapshot's name in the repository."""
        return self.snapshot.last

    @property
    def target_database(self) -> str | None:
        """The database restored into; None where only the snapshot knows (AstBuilder.java, visitRestoreStatement)."""
        if self.source is not None:
            return self.source.target if self.source.target is not None else self.source.name
        return self.snapshot.parts[0] if len(self.snapshot.parts) == 2 else None

    @property
    def backup_timestamp(self) -> str | None:
        """The property of that name, or None."""
        return property_map(self.properties).get("backup_timestamp")


@dataclass(frozen=True, slots=True)
class Backup(Statement):
    """``BACKUP … SNAPSHOT … TO …``; an alias parses and is refused by the server's AST builder."""

    snapshot: QualifiedName
    repository: str
    catalogs: Catalogs | None = None
    database: str | None = None
    objects: tuple[RestoreObject, ...] | None = None
    properties: tuple[Property, ...] | None = None
    span: Span | None = _span()

    @property
    def label(self) -> str:
        """The snapshot's name in the repository."""
        return self.snapshot.last

    @property
    def source_database(self) -> str | None:
        """The database backed up; None where the session's is meant, or for catalogs."""
        if self.database is not None:
            return self.database
        return self.snapshot.parts[0] if len(self.snapshot.parts) == 2 else None


@dataclass(frozen=True, slots=True)
class _Cancel(Statement):
    database: str | None = None
    external_catalog: bool = False
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class CancelRestore(_Cancel):
    """``CANCEL RESTORE [FROM db | FOR EXTERNAL CATALOG]``; without either the server refuses it."""


@dataclass(frozen=True, slots=True)
class CancelBackup(_Cancel):
    """``CANCEL BACKUP [FROM db | FOR EXTERNAL CATALOG]``."""


@dataclass(frozen=True, slots=True)
class ShowRestore(Statement):
    """``SHOW RESTORE [FROM db] [WHERE …]``; the server parses the filter and never uses it."""

    database: str | None = None
    where: Expression | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class ShowBackup(Statement):
    """``SHOW BACKUP [FROM db]``."""

    database: str | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class ShowSnapshot(Statement):
    """``SHOW SNAPSHOT ON repository [WHERE …]``."""

    repository: str
    where: Expression | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class ShowRepositories(Statement):
    """``SHOW REPOSITORIES``."""

    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class CreateRepository(Statement):
    """``CREATE [READ ONLY] REPOSITORY … WITH BROKER [broker] ON LOCATION …``."""

    name: str
    location: str
    broker: str | None = None
    read_only: bool = False
    properties: tuple[Property, ...] | None = None
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class DropRepository(Statement):
    """``DROP REPOSITORY name``."""

    name: str
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class DropSnapshot(Statement):
    """``DROP SNAPSHOT label ON repository [FORCE]``, since 4.2."""

    label: str
    repository: str
    force: bool = False
    span: Span | None = _span()


@dataclass(frozen=True, slots=True)
class Other(Statement):
    """A statement of another kind in a script, as its text."""

    text: str
    span: Span | None = _span()


# Java's String.trim takes every character up to the blank.
_TRIMMED = "".join(map(chr, range(33)))


def property_key(prop: Property) -> str:
    """The key as the server keeps it: without the blanks around it (AstBuilder.java, getProperties)."""
    return prop.key.strip(_TRIMMED)


def property_map(properties: tuple[Property, ...] | None) -> dict[str, str]:
    """What the server keeps of a property list: keys trimmed, the last of equal keys (AstBuilder.java)."""
    return {property_key(prop): prop.value for prop in properties or ()}
