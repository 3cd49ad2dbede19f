"""The questions about a cluster, its users, its repositories and its jobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from ..language.expressions import Column, Comparison, Literal, LiteralKind, Logical
from ..language.quoting import quote_string
from ..language.statements import ShowBackup, ShowRepositories, ShowRestore, ShowSnapshot
from .backup_sample import BackupSample
from .grants import Grant, granted_roles, read_grant
from .job_sample import JobSample
from .objects import Catalog
from .question import Answer, Question, Row
from .sizes import parse_percent, parse_size
from .values import Backend, FrontendNode, Repository, Session, Snapshot, SnapshotContents, SnapshotObject

__all__ = [
    "CONFIGURATION",
    "backends",
    "backup_jobs",
    "catalogs",
    "configuration",
    "configuration_item",
    "contents",
    "databases",
    "frontends",
    "grants",
    "repositories",
    "restore_jobs",
    "session",
    "snapshots",
]

CONFIGURATION = frozenset(
    {
        "agent_task_resend_wait_time_ms",
        "backup_job_default_timeout_ms",
        "default_replication_num",
        "enable_backup_materialized_view",
        "enable_colocate_restore",
        "history_job_keep_max_second",
        "label_clean_interval_second",
        "max_download_task_per_be",
        "mv_active_checker_interval_seconds",
        "run_mode",
        "storage_usage_hard_limit_percent",
        "storage_usage_hard_limit_reserve_bytes",
        "tablet_create_timeout_second",
    }
)
"""What a restore depends on; the rest of a frontend's configuration is nobody's business here."""


# -- the cluster and its users


def session() -> Question[Session]:
    """Version, user, active roles and place, of the connection that answers."""

    def read(answer: Answer) -> Session:
        (row,) = answer
        roles = str(row["roles"])
        return Session(
            str(row["version"]),
            str(row["user"]),
            () if roles == "NONE" else tuple(roles.split(", ")),
            str(row["catalog"]),
            row["db"] or None,
        )

    names = "current_version() AS `version`, current_user() AS `user`, current_role() AS `roles`"
    return Question("the session", f"SELECT {names}, catalog() AS `catalog`, database() AS `db`", read)


def grants(role: str | None = None) -> Question[tuple[tuple[str, ...], tuple[Grant, ...]]]:
    """What the user, or one of its roles, was granted: roles, and privileges."""

    def read(answer: Answer) -> tuple[tuple[str, ...], tuple[Grant, ...]]:
        rows = list(answer)
        found = (read_grant(str(row["Grants"]), row["Catalog"], str(row["UserIdentity"])) for row in rows)
        return granted_roles(str(row["Grants"]) for row in rows), tuple(each for each in found if each is not None)

    if role is None:
        return Question("the user's grants", "SHOW GRANTS", read)
    return Question(f"the grants of the role {role}", f"SHOW GRANTS FOR ROLE {quote_string(role)}", read)


def frontends() -> Question[tuple[FrontendNode, ...]]:
    """SHOW FRONTENDS. Needs OPERATE or NODE."""

    def read(row: Row) -> FrontendNode:
        return FrontendNode(
            str(row["Name"]),
            str(row["IP"]),
            _number(row.get("QueryPort")),
            str(row["Role"]),
            _truth(row["Alive"]),
            str(row.get("Version") or ""),
            row.get("ErrMsg") or None,
        )

    return Question("the frontends", "SHOW FRONTENDS", lambda answer: tuple(map(read, answer)))


def backends() -> Question[tuple[Backend, ...]]:
    """SHOW BACKENDS. Needs OPERATE or NODE."""

    def read(row: Row) -> Backend:
        return Backend(
            str(row["BackendId"]),
            str(row["IP"]),
            _truth(row["Alive"]),
            _truth(row["SystemDecommissioned"]) or _truth(row.get("ClusterDecommissioned")),
            parse_size(row.get("AvailCapacity")),
            parse_size(row.get("TotalCapacity")),
            parse_percent(row.get("UsedPct")),
            parse_percent(row.get("MaxDiskUsedPct")),
            _number(row.get("TabletNum")),
            str(row.get("Version") or ""),
            str(row.get("Location") or ""),
            row.get("ErrMsg") or None,
        )

    return Question("the backends", "SHOW BACKENDS", lambda answer: tuple(map(read, answer)))


def configuration() -> Question[Mapping[str, str]]:
    """What a restore depends on of the connected frontend's configuration, all at once. Needs OPERATE."""

    def read(answer: Answer) -> Mapping[str, str]:
        return {row["Key"]: str(row["Value"]) for row in answer if row["Key"] in CONFIGURATION}

    return Question("the configuration", "ADMIN SHOW FRONTEND CONFIG", read)


def configuration_item(name: str) -> Question[str | None]:
    """One item of the connected frontend's configuration; None where there is none. Needs OPERATE."""

    def read(answer: Answer) -> str | None:
        return next((str(row["Value"]) for row in answer if row["Key"] == name), None)

    return Question(name, f"ADMIN SHOW FRONTEND CONFIG LIKE {quote_string(name)}", read)


def databases() -> Question[tuple[str, ...]]:
    """The databases that this user may see."""

    def read(answer: Answer) -> tuple[str, ...]:
        return tuple(str(row[0]) for row in answer.rows)

    return Question("the databases", "SHOW DATABASES", read)


def catalogs() -> Question[tuple[Catalog, ...]]:
    """The catalogs that this user may see."""

    def read(answer: Answer) -> tuple[Catalog, ...]:
        return tuple(Catalog(str(row["Catalog"]), str(row["Type"])) for row in answer)

    return Question("the catalogs", "SHOW CATALOGS", read)


# -- repositories and snapshots


def repositories() -> Question[tuple[Repository, ...]]:
    """SHOW REPOSITORIES."""

    def read(row: Row) -> Repository:
        return Repository(
            str(row["RepoName"]),
            _truth(row["IsReadOnly"]),
            str(row["Location"]),
            row.get("CreateTime"),
            row.get("ErrMsg") or None,
        )

    return Question("the repositories", ShowRepositories().sql(), lambda answer: tuple(map(read, answer)))


def snapshots(repository: str, label: str | None = None) -> Question[tuple[Snapshot, ...]]:
    """SHOW SNAPSHOT: one listing call to the storage a snapshot, so name the label where it is known."""

    def read(row: Row) -> Snapshot:
        lines = [line for line in (row["Timestamp"] or "").split("\n") if line]
        good = tuple(line for line in lines if not line.startswith("Invalid:"))
        bad = tuple(line.removeprefix("Invalid:").strip() for line in lines if line.startswith("Invalid:"))
        return Snapshot(str(row["Snapshot"]), good, str(row["Status"]), bad)

    where = None if label is None else _equals("SNAPSHOT", label)
    sql = ShowSnapshot(repository, where).sql(pretty=False)
    return Question("the snapshots", sql, lambda answer: tuple(map(read, answer)))


def contents(repository: str, label: str, timestamp: str) -> Question[SnapshotContents]:
    """What is inside one snapshot; its ``status`` is the server's text where it could not be read."""

    def read(answer: Answer) -> SnapshotContents:
        row = next(iter(answer), None)
        if row is None or row["Status"] != "OK":
            status = "the server sent no row" if row is None else str(row["Status"])
            return SnapshotContents(label, timestamp, "", (), status)
        database = str(row["Database"] or "")
        try:
            found = _objects(row["Details"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return SnapshotContents(label, timestamp, database, (), f"its Details cannot be read: {error}")
        return SnapshotContents(label, timestamp, database, found)

    where = Logical("AND", (_equals("SNAPSHOT", label), _equals("TIMESTAMP", timestamp)))
    return Question("the snapshot's contents", ShowSnapshot(repository, where).sql(pretty=False), read)


def _objects(details: str) -> tuple[SnapshotObject, ...]:
    """The objects of a Details cell, by name: its own order is that of a hash map (BackupJobInfo.java)."""
    found = json.loads(details)["backup_objects"]
    # Tables mostly have the same partitions: names that are equal are held once.
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    objects = []
    for name, each in sorted(found.items()):
        partitions = tuple(each.get("partitions", ()))
        objects.append(
            SnapshotObject(name, known.setdefault(partitions, partitions), _number(each.get("autoIncrementId")))
        )
    return tuple(objects)


# -- jobs


def restore_jobs(database: str | None, now: Callable[[], datetime]) -> Question[tuple[JobSample, ...]]:
    """SHOW RESTORE: the last job of each database, and that of external catalogs whatever was asked for."""

    def read(answer: Answer) -> tuple[JobSample, ...]:
        read_at = now()
        return tuple(JobSample.from_row(row, read_at) for row in answer)

    return Question("restore jobs", ShowRestore(database).sql(pretty=False), read)


def backup_jobs(database: str | None = None) -> Question[tuple[BackupSample, ...]]:
    """SHOW BACKUP: nothing at all for who lacks EXPORT on a table of any job in it (ShowExecutor.java)."""
    sql = ShowBackup(database).sql(pretty=False)
    return Question("backup jobs", sql, lambda answer: tuple(map(BackupSample.from_row, answer)))


def _equals(column: str, value: str) -> Comparison:
    return Comparison("=", Column((column,)), Literal(LiteralKind.STRING, value))


def _truth(value: object) -> bool:
    return str(value).strip().lower() in {"true", "1", "yes"}


def _number(value: object) -> int | None:
    return int(str(value)) if value not in {None, ""} else None
