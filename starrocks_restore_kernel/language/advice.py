"""What the server takes and a person would regret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .diagnostics import Diagnostic
from .rules import Context, Rule, head, warning
from .statements import NamedObject, Property, Restore, Span, Statement, property_map

__all__ = ["ADVICE"]

# BackupHandler writes yyyy-MM-dd-HH-mm-ss-SSS; very old snapshots have no milliseconds.
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}(-\d{3})?", re.ASCII)


def default_replication(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if (
        isinstance(statement, Restore)
        and statement.catalogs is None
        and "replication_num" not in property_map(statement.properties)
    ):
        message = "replication_num is left to the cluster's default (3), whatever the tables had"
        hint = 'say it: "replication_num" = "…"; a cluster with fewer backends cancels the job'
        yield warning("SRR101", message, head(statement), hint)


def strange_timestamp(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore):
        value = statement.backup_timestamp
        if value is not None and _TIMESTAMP.fullmatch(value) is None:
            message = f"{value!r} is no timestamp that StarRocks writes (2024-12-09-10-25-58-842)"
            yield warning(
                "SRR102", message, _place(statement.properties), "copy it from SHOW SNAPSHOT, to the last digit"
            )


def _place(properties: tuple[Property, ...] | None) -> Span | None:
    return next(each.span for each in reversed(properties or ()) if each.key.strip() == "backup_timestamp")


def ignored_partition_list(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore):
        for each in statement.objects or ():
            if isinstance(each, NamedObject) and each.partitions is not None and each.partitions.keys:
                message = f"The server ignores PARTITION (column = value): the whole table {each.name.last} is restored"
                yield warning("SRR103", message, each.partitions.span, "name the partitions: PARTITION (p1, p2)")


def ignored_qualifier(statement: Statement, _: Context) -> Iterator[Diagnostic]:
    if isinstance(statement, Restore):
        for each in statement.objects or ():
            if isinstance(each, NamedObject) and len(each.name.parts) > 1:
                message = (
                    f"The server ignores the qualifier of {each.name}: it restores {each.name.last} of the snapshot"
                )
                yield warning("SRR104", message, each.name.span, f"write {each.name.last}")


ADVICE: tuple[Rule, ...] = (default_replication, strange_timestamp, ignored_partition_list, ignored_qualifier)
