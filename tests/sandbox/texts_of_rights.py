"""What the authorizer says; each row is provoked by test_every_text.py."""

from __future__ import annotations

from sandbox.text_row import Q, R, Row, denied, never, refused

__all__ = ["PRIVILEGES"]

_ANA = ("CREATE USER ana",)
_REPOSITORY = (*_ANA, "GRANT REPOSITORY ON SYSTEM TO ana")
_LAKE = "CREATE EXTERNAL CATALOG lake PROPERTIES ('type' = 'hive')"
_JAR = "PROPERTIES ('symbol' = 'com.x.Add', 'type' = 'StarrocksJar', 'file' = 'http://host/udf.jar')"

PRIVILEGES: tuple[Row, ...] = (
    *(
        denied(f"denied.repository.{number}", "REPOSITORY", "SYSTEM", *_ANA, "AS ana", sql)
        for number, sql in enumerate(
            (
                f"{R} {Q}",
                "BACKUP SNAPSHOT db1.s TO repo",
                "SHOW RESTORE",
                "SHOW BACKUP",
                "SHOW SNAPSHOT ON repo",
                "CANCEL RESTORE FROM db1",
                "CANCEL BACKUP FROM db1",
                "DROP REPOSITORY repo",
                "CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://b'",
            )
        )
    ),
    denied("denied.3_3.repository", "REPOSITORY", "SYSTEM", *_ANA, "AS ana", f"{R} {Q}", release="3.3"),
    denied(
        "denied.restore.catalog",
        "CREATE EXTERNAL CATALOG",
        "SYSTEM",
        *_REPOSITORY,
        "AS ana",
        f"RESTORE SNAPSHOT s FROM repo ALL EXTERNAL CATALOGS {Q}",
    ),
    denied("denied.restore.whole", "CREATE DATABASE", "CATALOG default_catalog", *_REPOSITORY, "AS ana", f"{R} {Q}"),
    denied(
        "denied.restore.whole_elsewhere",
        "CREATE DATABASE",
        "CATALOG lake",
        *_REPOSITORY,
        _LAKE,
        "GRANT USAGE ON CATALOG lake TO ana",
        "AS ana",
        "SET CATALOG lake",
        f"{R} {Q}",
    ),
    denied("denied.restore.create_table", "CREATE TABLE", "DATABASE db1", *_REPOSITORY, "AS ana", f"{R} ON (t) {Q}"),
    denied(
        "denied.restore.insert",
        "INSERT",
        "TABLE t",
        *_REPOSITORY,
        "GRANT CREATE TABLE ON DATABASE db1 TO ana",
        "AS ana",
        f"{R} ON (t AS other) {Q}",
    ),
    denied("denied.backup.export", "EXPORT", "TABLE t", *_REPOSITORY, "AS ana", "BACKUP SNAPSHOT db1.s TO repo"),
    denied(
        "denied.backup.function",
        "DROP",
        "FUNCTION f(int)",
        *_REPOSITORY,
        f"CREATE FUNCTION f(INT) RETURNS INT {_JAR}",
        "AS ana",
        "BACKUP SNAPSHOT db1.s TO repo ON (FUNCTION f)",
    ),
    denied(
        "denied.backup.catalog",
        "CREATE DATABASE",
        "CATALOG lake",
        *_REPOSITORY,
        _LAKE,
        "AS ana",
        "BACKUP EXTERNAL CATALOGS (lake) SNAPSHOT s TO repo",
    ),
    denied(
        "denied.cancel_backup.export",
        "EXPORT",
        "TABLE t",
        *_REPOSITORY,
        "BACKUP SNAPSHOT db1.s TO repo ON (t)",
        "AS ana",
        "CANCEL BACKUP FROM db1",
    ),
    refused(
        "denied.inactive_role",
        5203,
        "42000",
        "Access denied; you need (at least one of) the REPOSITORY privilege(s) on SYSTEM for this operation. "
        "Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. "
        "Current role(s): NONE. Inactivated role(s): [keeper].",
        *_ANA,
        "CREATE ROLE keeper",
        "GRANT REPOSITORY ON SYSTEM TO ROLE keeper",
        "GRANT keeper TO USER ana",
        "AS ana",
        f"{R} {Q}",
    ),
    never("denied.external", "Access denied; …", "5204 / 42000, of an external access controller such as Ranger"),
)
