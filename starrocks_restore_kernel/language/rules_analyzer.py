"""What the server's analyzer refuses from the statement alone.

Source: BackupRestoreAnalyzer.java, RepositoryAnalyzer.java, ShowSnapshotAnalyzer.java.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator

from .diagnostics import Diagnostic, Fix
from .expressions import Column, Comparison, Expression, In, Literal, LiteralKind, Logical
from .quoting import quote_string
from .rules import Context, Rule, error, head
from .statements import (
    Backup,
    CancelBackup,
    CancelRestore,
    CreateRepository,
    DropRepository,
    NamedObject,
    ObjectKind,
    Property,
    Restore,
    ShowSnapshot,
    Statement,
    property_key,
    property_map,
)

__all__ = ["ANALYZER_RULES", "BACKUP_PROPERTIES", "REPOSITORY_NAME", "RESTORE_PROPERTIES"]

RESTORE_PROPERTIES = (
    "backup_timestamp",
    "replication_num",
    "timeout",
    "allow_load",
    "meta_version",
    "starrocks_meta_version",
)
BACKUP_PROPERTIES = ("timeout", "type")
_LONG = range(-(2**63), 2**63)
_INT = range(-(2**31), 2**31)
REPOSITORY_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,63}|_[a-zA-Z0-9][a-zA-Z0-9_]{0,62}")
_DATABASE_NAME = re.compile(r"[a-zA-Z][\w\-~!@#$%^&<>=+]{0,255}|_[a-zA-Z0-9][\w\-~!@#$%^&<>=+]{0,254}", re.ASCII)
_WHERE_SHAPE = "Where clause should looks like: SNAPSHOT = 'your_snapshot_name' [AND TIMESTAMP = '2018-04-18-19-19-10']"


def duplicate_objects(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    """Kinds share one namespace, and a qualifier is no part of it; functions are not looked at."""
    if not isinstance(statement, Restore):
        return
    seen: set[str] = set()
    for each in _references(statement):
        if each.name.last in seen:
            hint = "name it once; several partitions go into one list"
            yield error("SRR020", f"Duplicated table: {each.name.last}", each.span, hint)
        seen.add(each.name.last)


def duplicate_aliases(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    """An alias may be no name in the list, its own included, and no earlier alias."""
    if not isinstance(statement, Restore):
        return
    taken = {each.name.last for each in _references(statement)}
    for each in _references(statement):
        if each.alias is not None:
            if each.alias in taken:
                hint = "leave the alias out" if each.alias == each.name.last else "choose a name that nothing in ON has"
                yield error("SRR021", f"Duplicated alias name: {each.alias}", each.span, hint)
            taken.add(each.alias)


def _references(statement: Restore) -> Iterator[NamedObject]:
    for each in statement.objects or ():
        if isinstance(each, NamedObject) and each.kind is not ObjectKind.FUNCTION:
            yield each


def restore_properties(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    """The missing timestamp is looked for first, so that a misspelt key shows as missing."""
    if not isinstance(statement, Restore):
        return
    properties = property_map(statement.properties)
    if "backup_timestamp" not in properties:
        near = [each for each in statement.properties or () if _nearest(each.key, ("backup_timestamp",))]
        hint = 'SHOW SNAPSHOT ON the repository lists it; add PROPERTIES ("backup_timestamp" = "…")'
        fixes = []
        span = head(statement)
        if near:
            hint, span = f'did you mean "backup_timestamp" for {near[0].key!r}? Keys are case-sensitive', near[0].span
            fixes = [_rename(near[0], "backup_timestamp")]
        yield error("SRR022", "Missing backup_timestamp property", span, hint, *fixes)
    yield from _timeout(statement.properties)
    if "allow_load" in properties and properties["allow_load"].lower() not in {"true", "false"}:
        yield _refused(
            statement.properties, "allow_load", f"Invalid allow load value: {properties['allow_load']}", "true or false"
        )
    for key in ("replication_num", "meta_version", "starrocks_meta_version"):
        if key in properties and _java_number(properties[key], _INT) is None:
            # The text is the server's for all three keys (PropertyAnalyzer's helper is shared).
            yield _refused(
                statement.properties, key, f"Invalid meta version format: {properties[key]}", f"{key} is a whole number"
            )
    yield from _unknown(statement.properties, RESTORE_PROPERTIES, "Unknown restore job properties")


def backup_properties(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    if not isinstance(statement, Backup):
        return
    yield from _timeout(statement.properties)
    kind = property_map(statement.properties).get("type")
    if kind is not None and kind.lower() not in {"full", "incremental"}:
        yield _refused(statement.properties, "type", f"Invalid backup job type: {kind}", "only full backups exist")
    known = (*BACKUP_PROPERTIES, "ttl") if context.release.drop_snapshot else BACKUP_PROPERTIES
    yield from _unknown(statement.properties, known, "Unknown backup job properties")


def _timeout(properties: tuple[Property, ...] | None) -> Iterator[Diagnostic]:
    value = property_map(properties).get("timeout")
    if value is None:
        return
    seconds = _java_number(value, _LONG)
    if seconds is None:
        yield _refused(
            properties, "timeout", f"Invalid timeout format: {value}", "a whole number of seconds, 600 or more"
        )
    else:
        # Milliseconds are computed in 64 bits, so that a huge value overflows below the limit.
        milliseconds = (seconds * 1000 + 2**63) % 2**64 - 2**63
        if milliseconds < 600_000:
            yield _refused(properties, "timeout", "timeout must be at least 10 min", "600 seconds or more")


def _unknown(properties: tuple[Property, ...] | None, known: tuple[str, ...], message: str) -> Iterator[Diagnostic]:
    strange = [each for each in properties or () if property_key(each) not in known]
    if strange:
        keys = ", ".join(dict.fromkeys(property_key(each) for each in strange))
        nearest = _nearest(strange[0].key, known)
        hint = f"did you mean {nearest}?" if nearest else f"known here: {', '.join(known)}"
        fixes = [_rename(strange[0], nearest)] if nearest else []
        yield error("SRR023", f"{message}: [{keys}]", strange[0].span, hint, *fixes)


def _refused(properties: tuple[Property, ...] | None, key: str, message: str, hint: str) -> Diagnostic:
    last = [each for each in properties or () if property_key(each) == key][-1]
    return error("SRR024", message, last.span, hint)


def _nearest(key: str, known: tuple[str, ...]) -> str | None:
    found = difflib.get_close_matches(key.strip().lower(), known, n=1, cutoff=0.75)
    return found[0] if found else None


def _rename(prop: Property, key: str) -> Fix:
    assert prop.span is not None  # noqa: S101 a property that a person wrote has a place
    replacement = f"{quote_string(key)} = {quote_string(prop.value)}"
    return Fix(prop.span.start, prop.span.end, replacement, f"write {key}")


def _java_number(text: str, limits: range) -> int | None:
    """``Long.parseLong`` and ``Integer.parseInt``: an optional sign, then decimal digits of any script."""
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if not digits or not all(char.isdecimal() for char in digits) or len(digits) > 4000:
        return None
    number = int(digits) * (-1 if text[0] == "-" else 1)
    return number if number in limits else None


def cancelled_database_name(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, CancelRestore | CancelBackup) and statement.database is not None:
        yield from _database_name(statement.database, statement)


def backed_up_catalogs(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Backup) and statement.catalogs is not None:
        for each in statement.catalogs.items or ():
            if each.name.lower() == "default_catalog":
                message = "Do not support Backup/Restore the entire default catalog"
                yield error("SRR028", message, each.span, "name external catalogs, or back up a database")


def backed_up_names(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Backup) and statement.catalogs is None:
        if statement.source_database is None and context.database == "":
            yield error("SRR029", "Unknown database ''", head(statement), f"write database.{statement.label}")
        if statement.source_database is not None:
            yield from _database_name(statement.source_database, statement)
        if not statement.label:
            yield error("SRR025", "Incorrect label name ''", statement.snapshot.span, "name the snapshot")
        if not statement.repository:
            yield error("SRR025", "Repository is empty", head(statement), "name the repository")


def backed_up_objects(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    """Tables and partitions are looked up only where the caller knows what there is."""
    if not isinstance(statement, Backup) or context.tables is None:
        return
    tables = context.tables.get(statement.source_database or context.database or "")
    if tables is None:
        return
    for each in statement.objects or ():
        if not isinstance(each, NamedObject) or each.kind is ObjectKind.FUNCTION:
            continue
        name = each.name.last
        if name not in tables:
            yield error("SRR030", f"Incorrect table name '{name}'", each.span, _did_you_mean(name, tables))
            continue
        for partition in each.partitions.names if each.partitions is not None else ():
            if partition not in tables[name]:
                # Two blanks, and none before the name: the text is the server's.
                message = f"partition[{partition}] does not exist  in table{name}"
                yield error("SRR031", message, each.span, _did_you_mean(partition, tables[name]))


def _did_you_mean(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(list(known)[:8]) or 'none'}"


def _database_name(name: str, statement: CancelRestore | CancelBackup | Backup) -> Iterator[Diagnostic]:
    if _DATABASE_NAME.fullmatch(name) is None:
        yield error(
            "SRR025", f"Incorrect database name '{name}'", head(statement), "a letter first, no blank, 256 at most"
        )


def repository(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, CreateRepository | DropRepository) and REPOSITORY_NAME.fullmatch(statement.name) is None:
        hint = "letters, digits and _, 64 at most, a letter first"
        message = f"Incorrect repository name '{statement.name}'" if statement.name else "Repository does not empty"
        yield error("SRR025", message, head(statement), hint)
    if isinstance(statement, CreateRepository) and not statement.location:
        yield error("SRR027", "You must specify a location on the repository", head(statement))


def snapshot_filter(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    """Only ``=`` joined by AND, and IN, are looked at; every other predicate is ignored (ShowSnapshotAnalyzer.java)."""
    if isinstance(statement, ShowSnapshot) and statement.where is not None:
        message = _filter_refusal(statement.where)
        if message is not None:
            hint = "the server takes SNAPSHOT = '…', with AND TIMESTAMP = '…', or SNAPSHOT IN ('…', …)"
            yield error("SRR026", message, head(statement), hint)


def _filter_refusal(where: Expression) -> str | None:
    found: dict[str, str] = {}
    match where:
        case Logical():
            sides = where.operands
            if where.operator != "AND" or len(sides) != 2 or not all(_equality(side, found) for side in sides):
                return _WHERE_SHAPE
        case Comparison():
            if not _equality(where, found):
                return _WHERE_SHAPE
        case In():
            if not (isinstance(where.value, Column) and where.value.parts[-1].lower() == "snapshot"):
                return "Left expr of should be snapshot"
            if not all(_is_string(item) for item in where.items):
                return "Child of in predicate should be string value"
            return None
        case _:
            return None
    return None if found.get("snapshot") else _WHERE_SHAPE


def _equality(side: Expression, found: dict[str, str]) -> bool:
    if not (isinstance(side, Comparison) and isinstance(side.left, Column) and isinstance(side.right, Literal)):
        return False
    name = side.left.parts[-1].lower()
    if name not in {"snapshot", "timestamp"} or not _is_string(side.right) or not side.right.value:
        return False
    found[name] = side.right.value
    return True


def _is_string(expression: Expression) -> bool:
    return isinstance(expression, Literal) and expression.kind is LiteralKind.STRING


ANALYZER_RULES: tuple[Rule, ...] = (
    duplicate_objects,
    duplicate_aliases,
    restore_properties,
    backed_up_names,
    backed_up_objects,
    backup_properties,
    backed_up_catalogs,
    cancelled_database_name,
    repository,
    snapshot_filter,
)
