"""A frontend's answers by script, and the facts gathered from them."""

from __future__ import annotations

import json
from typing import Any

from scripted import DENIED, Scripted, rows

from starrocks_restore_kernel.language import parse
from starrocks_restore_kernel.language.statements import Restore
from starrocks_restore_kernel.planning import Facts, gather

STAMP = "2026-01-01-00-00-00-000"
DETAILS = json.dumps({"backup_objects": {"orders": {"partitions": {"p1": {}}}, "daily": {"partitions": {}}}})
CONFIGURATION = (
    "TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE DISTRIBUTE_BUCKET "
    "SORT_KEY PROPERTIES TABLE_ID"
)
SCHEMA = "SELECT TABLE_NAME"
PARTITIONS = "SELECT TABLE_NAME, PARTITION_NAME"
TABLES = "SELECT TABLE_NAME, TABLE_TYPE"
MATERIALIZED = "SELECT TABLE_NAME, REFRESH_TYPE"

SCRIPT: dict[str, Any] = {
    "SELECT current_version": rows(
        "version user roles catalog db", ("4.1.0", "'ann'@'%'", "keeper", "default_catalog", "")
    ),
    "SHOW GRANTS": rows(
        "UserIdentity Catalog Grants",
        ("'ann'@'%'", None, "GRANT 'keeper', 'spare' TO 'ann'@'%'"),
        ("'ann'@'%'", "default_catalog", "GRANT EXPORT ON ALL TABLES IN DATABASE shop TO USER 'ann'@'%'"),
    ),
    'SHOW GRANTS FOR ROLE "keeper"': rows(
        "UserIdentity Catalog Grants", ("keeper", None, "GRANT 'deep' TO ROLE keeper")
    ),
    'SHOW GRANTS FOR ROLE "deep"': rows(
        "UserIdentity Catalog Grants", ("deep", "default_catalog", "GRANT REPOSITORY ON SYSTEM TO ROLE 'deep'")
    ),
    'SHOW GRANTS FOR ROLE "public"': DENIED,
    "SHOW FRONTENDS": rows("Name IP QueryPort Role Alive", ("fe", "10.0.0.1", "9030", "LEADER", "true")),
    "SHOW BACKENDS": rows("BackendId IP Alive SystemDecommissioned", ("1", "10.0.0.2", "true", "false")),
    "ADMIN SHOW FRONTEND CONFIG": rows("Key Value", ("run_mode", "shared_nothing")),
    "SHOW REPOSITORIES": rows("RepoName IsReadOnly Location", ("vault", "false", "s3://b")),
    "SHOW SNAPSHOT ON vault WHERE SNAPSHOT = ": rows("Snapshot Timestamp Status", ("monday", STAMP, "OK")),
    f'SHOW SNAPSHOT ON vault WHERE SNAPSHOT = "monday" AND TIMESTAMP = "{STAMP}"': rows(
        "Snapshot Timestamp Database Details Status", ("monday", STAMP, "shop", DETAILS, "OK")
    ),
    "SHOW SNAPSHOT ON vault": rows("Snapshot Timestamp Status", ("monday", STAMP, "OK"), ("sunday", STAMP, "OK")),
    "SHOW RESTORE": [],
    "SHOW BACKUP": [],
    PARTITIONS: rows(
        "TABLE_NAME PARTITION_NAME PARTITION_VALUE BUCKETS REPLICATION_NUM IS_TEMP ROW_COUNT DATA_SIZE",
        ("orders", "p1", "[…)", 4, 3, 0, 10, 1000),
    ),
    TABLES: rows(
        "TABLE_NAME TABLE_TYPE ENGINE TABLE_ROWS DATA_LENGTH",
        ("orders", "BASE TABLE", "StarRocks", 10, 1000),
        ("sums", "VIEW", "", None, None),
    ),
    "SELECT TABLE_NAME, TABLE_ENGINE": rows(
        CONFIGURATION, ("orders", "OLAP", "DUP_KEYS", "", "", "", "HASH", 4, "", "{}", 1)
    ),
    "SELECT TABLE_NAME, VIEW_DEFINITION": [],
    MATERIALIZED: rows(
        "TABLE_NAME REFRESH_TYPE IS_ACTIVE INACTIVE_REASON MATERIALIZED_VIEW_DEFINITION",
        ("sums", "ASYNC", "true", "", "SELECT 1"),
    ),
    "SHOW FULL FUNCTIONS FROM shop": [],
    'SHOW PROC "/dbs/shop"': rows("TableName State", ("orders", "NORMAL")),
    "SHOW CATALOGS": rows("Catalog Type", ("hive", "Hive")),
}


def statement(sql: str) -> Restore:
    """A RESTORE, parsed."""
    found = parse(sql, "4.1")
    assert isinstance(found, Restore)
    return found


def asked(head: str = "shop.monday FROM vault", on: str = "", stamp: str = STAMP) -> Restore:
    """A RESTORE of the script's snapshot."""
    return statement(f'RESTORE SNAPSHOT {head} {on} PROPERTIES ("backup_timestamp" = "{stamp}")')


def gathered(restore: Restore | None = None, **changes: Any) -> tuple[Facts, Scripted]:
    """The facts by the script, some of its answers changed; keys are found by their beginnings."""
    script = {**SCRIPT, **changes.pop("script", {})}
    frontend = Scripted(script, **changes)
    return gather(frontend, restore or asked(), "4.1"), frontend


def unknown(facts: Facts) -> list[str]:
    """What could not be looked at."""
    return [each.part for each in facts.unknown]
