"""What the server takes and a person would regret, and what is good to know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .diagnostics import Diagnostic, Fix
from .expressions import Comparison, Expression, In, Logical
from .quoting import quote_name, quote_partition
from .rules import Context, Rule, head, info, warning
from .rules_analyzer import REPOSITORY_NAME
from .statements import (
    NamedObject,
    ObjectKind,
    Property,
    Restore,
    ShowRestore,
    ShowSnapshot,
    Span,
    Statement,
    property_key,
    property_map,
)

__all__ = ["ADVICE"]

# BackupHandler writes yyyy-MM-dd-HH-mm-ss-SSS; very old snapshots have no milliseconds.
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}(-\d{3})?", re.ASCII)
_WITHOUT_EFFECT = {"allow_load", "meta_version", "starrocks_meta_version"}


def _named(statement: Statement) -> Iterator[NamedObject]:
    if isinstance(statement, Restore):
        for each in statement.objects or ():
            if isinstance(each, NamedObject):
                yield each


def default_replication(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore) and statement.catalogs is None:
        properties = property_map(statement.properties)
        if "replication_num" not in properties:
            message = "replication_num is left to the cluster's default (3), whatever the tables had"
            hint = 'say it: "replication_num" = "…"; a cluster with fewer backends cancels the job'
            yield warning("SRR101", message, head(statement), hint)


def impossible_replication(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore):
        value = property_map(statement.properties).get("replication_num", "1").lstrip("+")
        if value.startswith("-") or (value.isdecimal() and int(value[:400]) == 0):
            place = _place(statement.properties, "replication_num")
            yield warning("SRR111", f"replication_num {value} passes here and breaks the job", place, "write 1 or more")


def strange_timestamp(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore):
        value = statement.backup_timestamp
        if value is not None and _TIMESTAMP.fullmatch(value) is None:
            message = f"{value!r} is no timestamp that StarRocks writes (2024-12-09-10-25-58-842)"
            place = _place(statement.properties, "backup_timestamp")
            yield warning("SRR102", message, place, "copy it from SHOW SNAPSHOT, to the last digit")


def _place(properties: tuple[Property, ...] | None, key: str) -> Span | None:
    return next((each.span for each in reversed(properties or ()) if property_key(each) == key), None)


def repeated_property(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    properties = getattr(statement, "properties", None)
    last = {property_key(each): number for number, each in enumerate(properties or ())}
    for number, each in enumerate(properties or ()):
        if last[property_key(each)] != number:
            yield warning(
                "SRR109", f"{property_key(each)} is given again: the last one counts", each.span, "leave this out"
            )


def property_without_effect(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore):
        for each in statement.properties or ():
            key = property_key(each)
            # 3.3 reads the snapshot's metadata by starrocks_meta_version (BackupHandler.java of 3.3).
            if key in _WITHOUT_EFFECT and not (key == "starrocks_meta_version" and context.release.older_words):
                yield info("SRR110", f"{key} has no effect", each.span, "leave it out")


def ignored_partition_list(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    for each in _named(statement):
        if each.partitions is not None and each.partitions.keys:
            message = f"The server ignores PARTITION (column = value): the whole table {each.name.last} is restored"
            yield warning("SRR103", message, each.partitions.span, "name the partitions: PARTITION (p1, p2)")


def temporary_partitions(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    for each in _named(statement):
        if each.partitions is not None and each.partitions.temporary:
            message = "Do not support restoring temporary partitions"
            yield warning("SRR112", f"{message}: it fails at submit", each.partitions.span, "leave TEMPORARY out")


def bare_partition_list(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    """In the older reading the partition stands alone, and an item without a kind word follows."""
    items = list(statement.objects or ()) if isinstance(statement, Restore) else []
    for number, each in enumerate(items):
        partitions = each.partitions if isinstance(each, NamedObject) else None
        if partitions is None or not partitions.bare or partitions.span is None:
            continue
        follower = items[number + 1] if number + 1 < len(items) else None
        two_things = len(partitions.names) > 1 or (
            not context.release.bare_partition_list
            and isinstance(follower, NamedObject)
            and follower.kind is None
            and follower.partitions is None
            and len(follower.name.parts) == 1
        )
        if two_things:
            message = "3.3 to 3.5 read this list as one partition and tables, later servers as partitions"
            names = ", ".join(quote_partition(name, context.release.name) for name in partitions.names)
            temporary = "TEMPORARY " if partitions.temporary else ""
            fix = Fix(partitions.span.start, partitions.span.end, f"{temporary}PARTITION ({names})", "add parentheses")
            yield warning("SRR106", message, partitions.span, f"write PARTITION ({names})", fix)


def ignored_qualifier(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    for each in _named(statement):
        if len(each.name.parts) > 1:
            message = f"The server ignores the qualifier of {each.name}: it restores {each.name.last} of the snapshot"
            fixes = []
            if each.name.span is not None:
                name = quote_name(each.name.last, context.release.name)
                fixes.append(Fix(each.name.span.start, each.name.span.end, name, f"write {name}"))
            yield warning("SRR104", message, each.name.span, f"write {each.name.last}", *fixes)


def plural_word(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    kind: ObjectKind | None = None
    for each in (statement.objects or ()) if isinstance(statement, Restore) else ():
        if isinstance(each, NamedObject) and each.kind is None and kind is not None:
            message = f"{kind.value} governs one name: {each.name.last} has no kind word"
            fixes = []
            if each.span is not None:
                start = each.span.start
                fixes.append(Fix(start, start, f"{kind.singular} ", f"add {kind.singular}"))
            yield warning("SRR105", message, each.span, f"write {kind.singular} {each.name.last}", *fixes)
        else:
            kind = each.kind if isinstance(each, NamedObject) and each.plural else None


def kind_word(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    for each in _named(statement):
        if each.kind in {ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW}:
            message = (
                f"{each.kind.singular} decides nothing: whatever the snapshot holds as {each.name.last} is restored"
            )
            yield info("SRR107", message, each.span, "the plan shows what it holds")


def names_that_differ_in_case(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for each in _named(statement):
        name = each.name.last
        first = seen.setdefault(name.lower(), name)
        if first != name:
            yield warning(
                "SRR114", f"{first} and {name} are two names to the server", each.span, "names keep their case"
            )


def label_without_database(statement: Statement, context: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore) and not context.release.database_clause and len(statement.snapshot.parts) == 1:
        message = "Without a database in front of the label the submit fails: Unknown database 'null'"
        yield warning("SRR113", message, statement.snapshot.span, f"write database.{statement.label}")


def impossible_repository(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore) and REPOSITORY_NAME.fullmatch(statement.repository) is None:
        message = f"No repository can be called {statement.repository!r}"
        yield warning("SRR115", message, statement.repository_span, "SHOW REPOSITORIES lists those there are")


def ignored_filter(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, ShowRestore) and statement.where is not None:
        message = "SHOW RESTORE parses WHERE and never uses it: every row comes back"
        yield warning("SRR108", message, head(statement), "pick the rows out of the answer")
    if isinstance(statement, ShowSnapshot) and statement.where is not None and not _is_plain(statement.where):
        message = "SHOW SNAPSHOT reads every comparison as =, NOT IN as IN, and ignores anything else"
        yield warning("SRR108", message, head(statement), "write SNAPSHOT = '…' or SNAPSHOT IN ('…')")


def _is_plain(where: Expression) -> bool:
    match where:
        case Comparison():
            return where.operator == "="
        case In():
            return not where.negated
        case Logical():
            return all(_is_plain(each) for each in where.operands)
    return False


ADVICE: tuple[Rule, ...] = (
    label_without_database,
    impossible_repository,
    bare_partition_list,
    ignored_partition_list,
    temporary_partitions,
    ignored_qualifier,
    plural_word,
    kind_word,
    names_that_differ_in_case,
    default_replication,
    impossible_replication,
    strange_timestamp,
    repeated_property,
    property_without_effect,
    ignored_filter,
)
