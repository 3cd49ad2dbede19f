"""Facts made by hand: a shop of which everything is known, and the plans of statements on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starrocks_restore_kernel.cluster import (
    Backend,
    Grant,
    Grants,
    Repository,
    Session,
    Snapshot,
    SnapshotContents,
    SnapshotObject,
    Table,
    TableKind,
)
from starrocks_restore_kernel.cluster.grants import read_grant
from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import (
    ClusterFacts,
    Facts,
    Plan,
    RepositoryFacts,
    TargetFacts,
    UserFacts,
    plan,
)

__all__ = ["FACTS", "STAMP", "backend", "codes", "given", "granted", "holding", "planned", "snapshot_of", "tables"]

STAMP = "2026-01-01-00-00-00-000"
EVERYTHING = (
    "REPOSITORY, CREATE EXTERNAL CATALOG ON SYSTEM",
    "CREATE DATABASE ON ALL CATALOGS",
    "CREATE TABLE ON ALL DATABASES",
    "INSERT ON ALL TABLES IN ALL DATABASES",
    "USAGE ON ALL FUNCTIONS IN ALL DATABASES",
)


def granted(*what: str, **more: Any) -> UserFacts:
    """A user who holds these rights."""
    read = [read_grant(f"GRANT {each} TO USER 'ann'@'%'", "default_catalog", "'ann'@'%'") for each in what]
    grants: tuple[Grant, ...] = tuple(each for each in read if each is not None)
    return UserFacts(
        Session("4.1", "'ann'@'%'", (), "default_catalog", None), Grants("'ann'@'%'", grants=grants, **more)
    )


def backend(host: str, **more: Any) -> Backend:
    """A backend that is alive."""
    return Backend(host, host, **{"alive": True, "decommissioned": False, **more})


def tables(*names: str, kind: TableKind = TableKind.TABLE) -> dict[str, Table]:
    """Tables of ten rows."""
    return {name: Table(name, kind, 10, 1000) for name in names}


FACTS = Facts(
    "4.1",
    ClusterFacts(
        backends=(backend("10.0.0.1"),),
        configuration={
            "default_replication_num": "3",
            "run_mode": "shared_nothing",
            "enable_colocate_restore": "false",
            "backup_job_default_timeout_ms": "86400000",
        },
    ),
    granted(*EVERYTHING),
    RepositoryFacts(
        (Repository("repo", read_only=False, location="s3://b"),),
        (Snapshot("snap", (STAMP,), "OK"),),
        SnapshotContents(
            "snap",
            STAMP,
            "shop",
            (SnapshotObject("daily", ()), SnapshotObject("items", ("items",)), SnapshotObject("orders", ("p1", "p2"))),
        ),
    ),
    TargetFacts("shop", True, None, {}, {}, {}, None, {}, {}, (), ()),
)
"""An empty database, and a snapshot with a view and two tables."""


def given(**parts: dict[str, Any]) -> Facts:
    """The facts with other parts: ``given(target={"exists": False})``."""
    return replace(FACTS, **{name: replace(getattr(FACTS, name), **of) for name, of in parts.items()})


def holding(**of: Any) -> Facts:
    """The facts with more in the target."""
    return given(target=of)


def snapshot_of(*objects: SnapshotObject, database: str = "shop") -> dict[str, Any]:
    """A snapshot with these objects, as a part of the facts."""
    return {"contents": SnapshotContents("snap", STAMP, database, objects)}


def planned(
    on: str = "",
    facts: Facts = FACTS,
    head: str = "shop.snap FROM repo",
    properties: str = '"replication_num" = "1"',
    **more: Any,
) -> Plan:
    """The plan of a RESTORE."""
    listed = ", ".join(filter(None, (f'"backup_timestamp" = "{STAMP}"', properties)))
    sql = f"RESTORE SNAPSHOT {head} {on} PROPERTIES ({listed})"
    statement = parse(sql)
    assert isinstance(statement, Restore)
    return plan(statement, facts, source=sql, **more)


def codes(made: Plan, severity: str) -> list[str]:
    """The codes of a plan's findings."""
    return [each.code for each in made.findings if each.severity == severity]
