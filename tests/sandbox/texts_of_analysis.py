"""What the analyzer says; each row is provoked by test_every_text.py."""

from __future__ import annotations

from sandbox.text_row import Q, R, analyzed, never, refused, semantic

__all__ = ["ANALYZER"]

_WHERE = "Where clause should looks like: SNAPSHOT = 'your_snapshot_name' [AND TIMESTAMP = '2018-04-18-19-19-10']"
_DROPPED_BASE = (
    'CREATE MATERIALIZED VIEW m REFRESH MANUAL PROPERTIES ("replication_num" = "1") AS SELECT k, v FROM t',
    "DROP TABLE t",
)

ANALYZER = (
    semantic("analyzer.duplicate", "Duplicated table: t", f"{R} ON (t, u, t) {Q}", where=" at line 1, column 44"),
    semantic(
        "analyzer.duplicate_kind",
        "Duplicated table: t",
        f"{R} ON (VIEW t,\n TABLE t PARTITION (p1)) {Q}",
        where=" from line 2, column 1 to line 2, column 22",
    ),
    semantic(
        "analyzer.3_3.duplicate",
        "Duplicated table: t",
        f"{R} ON (t, t) {Q}",
        where=" at line 1, column 41",
        release="3.3",
    ),
    semantic(
        "analyzer.alias",
        "Duplicated alias name: x",
        f"{R} ON (t AS x, u AS x) {Q}",
        where=" from line 1, column 46 to line 1, column 51",
    ),
    semantic(
        "analyzer.alias_own",
        "Duplicated alias name: t",
        f"{R} ON (t AS t) {Q}",
        where=" from line 1, column 38 to line 1, column 43",
    ),
    semantic(
        "analyzer.alias_swap",
        "Duplicated alias name: u",
        f"{R} ON (t AS u, u AS t) {Q}",
        where=" from line 1, column 38 to line 1, column 43",
    ),
    analyzed("analyzer.timestamp", "Missing backup_timestamp property", R),
    analyzed("analyzer.3_3.timestamp", "Missing backup_timestamp property", R, release="3.3"),
    analyzed(
        "analyzer.timestamp_case", "Missing backup_timestamp property", f'{R} PROPERTIES ("BACKUP_TIMESTAMP" = "T")'
    ),
    analyzed(
        "analyzer.timeout", "Invalid timeout format: 1h", f'{R} PROPERTIES ("backup_timestamp" = "T", "timeout" = "1h")'
    ),
    analyzed(
        "analyzer.timeout_short",
        "timeout must be at least 10 min",
        f'{R} PROPERTIES ("backup_timestamp" = "T", "timeout" = "599")',
    ),
    analyzed(
        "analyzer.timeout_long",
        "timeout must be at least 10 min",
        f'{R} PROPERTIES ("backup_timestamp" = "T", "timeout" = "9223372036854775807")',
    ),
    analyzed(
        "analyzer.allow_load",
        "Invalid allow load value: yes",
        f'{R} PROPERTIES ("backup_timestamp" = "T", "allow_load" = "yes")',
    ),
    *(
        analyzed(
            f"analyzer.{key}",
            "Invalid meta version format: 1.5",
            f'{R} PROPERTIES ("backup_timestamp" = "T", "{key}" = "1.5")',
        )
        for key in ("replication_num", "meta_version", "starrocks_meta_version")
    ),
    analyzed(
        "analyzer.unknown",
        "Unknown restore job properties: [type]",
        f'{R} PROPERTIES ("backup_timestamp" = "T", "type" = "full")',
    ),
    # -- BACKUP
    analyzed(
        "analyzer.backup.no_catalog",
        "No external catalog can be backed up",
        "BACKUP ALL EXTERNAL CATALOGS SNAPSHOT s TO repo",
    ),
    analyzed(
        "analyzer.backup.default_catalog",
        "Do not support Backup/Restore the entire default catalog",
        "BACKUP EXTERNAL CATALOGS (Default_Catalog) SNAPSHOT s TO repo",
    ),
    analyzed(
        "analyzer.backup.catalog",
        "external catalog lake does not existed.",
        "BACKUP EXTERNAL CATALOGS (lake) SNAPSHOT s TO repo",
    ),
    analyzed(
        "analyzer.backup.catalog_properties",
        "Unknown backup job properties: [x]",
        "BACKUP EXTERNAL CATALOGS (lake) SNAPSHOT s TO repo PROPERTIES ('x' = 'y')",
    ),
    analyzed(
        "analyzer.backup.database_name", "Incorrect database name '1 x'", "BACKUP SNAPSHOT `1 x`.s TO repo", code=1102
    ),
    analyzed(
        "analyzer.backup.database",
        "Unknown database 'nope'",
        "BACKUP SNAPSHOT nope.s TO repo",
        code=5501,
        sqlstate="3F000",
    ),
    analyzed(
        "analyzer.backup.no_database",
        "Unknown database 'null'",
        lambda stage: setattr(stage.speaker.session, "database", None),
        "BACKUP SNAPSHOT s TO repo",
        code=5501,
        sqlstate="3F000",
    ),
    analyzed("analyzer.backup.label", "Incorrect label name ''", "BACKUP SNAPSHOT db1.`` TO repo", code=5082),
    analyzed("analyzer.backup.no_repository", "Repository is empty", "BACKUP SNAPSHOT db1.s TO ``"),
    analyzed("analyzer.backup.repository", "Repository [nope] does not exist", "BACKUP SNAPSHOT db1.s TO nope"),
    semantic("analyzer.backup.table", "Incorrect table name 'nope'", "BACKUP SNAPSHOT db1.s TO repo ON (nope)"),
    semantic(
        "analyzer.backup.partition",
        "partition[p9] does not exist  in tablet",
        "BACKUP SNAPSHOT db1.s TO repo ON (t PARTITION (p1, p9))",
        where=" from line 1, column 36 to line 1, column 53",
    ),
    analyzed(
        "analyzer.backup.view_partition",
        "Incorrect table name 'w'",
        "BACKUP SNAPSHOT db1.s TO repo ON (w PARTITION (p1))",
        code=1104,
    ),
    semantic(
        "analyzer.backup.base_table",
        "Base table t doest not existed in materialized view m when backup/restore",
        *_DROPPED_BASE,
        "BACKUP SNAPSHOT db1.s TO repo ON (MATERIALIZED VIEW m)",
    ),
    semantic(
        "analyzer.backup.duplicate",
        "Duplicated table: t",
        "BACKUP SNAPSHOT db1.s TO repo ON (t, u, TABLE t)",
        where=" from line 1, column 40 to line 1, column 46",
    ),
    analyzed(
        "analyzer.backup.timeout",
        "Invalid timeout format: x",
        "BACKUP SNAPSHOT db1.s TO repo PROPERTIES ('timeout' = 'x')",
    ),
    analyzed(
        "analyzer.backup.timeout_short",
        "timeout must be at least 10 min",
        "BACKUP SNAPSHOT db1.s TO repo PROPERTIES ('timeout' = '1')",
    ),
    analyzed(
        "analyzer.backup.type",
        "Invalid backup job type: half",
        "BACKUP SNAPSHOT db1.s TO repo PROPERTIES ('type' = 'half')",
    ),
    analyzed(
        "analyzer.backup.unknown",
        "Unknown backup job properties: [ttl]",
        "BACKUP SNAPSHOT db1.s TO repo PROPERTIES ('ttl' = '7 DAY')",
    ),
    semantic("analyzer.backup.empty", "Database: db2 is empty", "CREATE DATABASE db2", "BACKUP SNAPSHOT db2.s TO repo"),
    never(
        "analyzer.backup.table_alias",
        "Getting analyzing error. Detail message: Can not set alias for table in Backup Stmt: ….",
        "the AST builder refuses an alias before",
    ),
    never(
        "analyzer.backup.alias_exists",
        "Getting analyzing error. Detail message: table [x] existed.",
        "the AST builder refuses an alias before",
    ),
    # -- SHOW and CANCEL
    *(
        analyzed(
            f"analyzer.show.{word.lower()}",
            "Unknown database 'nope'",
            f"SHOW {word} FROM nope",
            code=5501,
            sqlstate="3F000",
        )
        for word in ("RESTORE", "BACKUP")
    ),
    analyzed("analyzer.show.repository", "Repository [nope] does not exist", "SHOW SNAPSHOT ON nope"),
    *(
        semantic(f"analyzer.show.where_{name}", _WHERE, f"SHOW SNAPSHOT ON repo WHERE {where}")
        for name, where in {
            "or": "SNAPSHOT = 'a' OR SNAPSHOT = 'b'",
            "timestamp": "TIMESTAMP = '2024'",
            "column": "name = 'a'",
            "value": "SNAPSHOT = s",
            "three": "SNAPSHOT = 'a' AND TIMESTAMP = 'b' AND SNAPSHOT = 'c'",
            "not": "NOT SNAPSHOT = 'a'",
        }.items()
    ),
    semantic(
        "analyzer.show.in_column", "Left expr of should be snapshot", "SHOW SNAPSHOT ON repo WHERE TIMESTAMP IN ('a')"
    ),
    semantic(
        "analyzer.show.in_value",
        "Child of in predicate should be string value",
        "SHOW SNAPSHOT ON repo WHERE SNAPSHOT IN (1)",
    ),
    *(
        analyzed(
            f"authorizer.cancel.{word.lower()}",
            "Unknown database 'a b'",
            f"CANCEL {word} FROM `a b`",
            code=5501,
            sqlstate="3F000",
        )
        for word in ("RESTORE", "BACKUP")
    ),
    # -- repositories
    analyzed(
        "analyzer.repository.name",
        "Incorrect repository name '1r'",
        "CREATE REPOSITORY `1r` WITH BROKER ON LOCATION 's3://b'",
        code=5063,
    ),
    analyzed(
        "analyzer.repository.no_name",
        "Repository does not empty",
        "CREATE REPOSITORY `` WITH BROKER ON LOCATION 's3://b'",
    ),
    semantic(
        "analyzer.repository.location",
        "You must specify a location on the repository",
        "CREATE REPOSITORY r WITH BROKER ON LOCATION ''",
    ),
    analyzed(
        "analyzer.repository.broker",
        "failed to get address of broker b",
        "CREATE REPOSITORY r WITH BROKER b ON LOCATION 's3://b'",
    ),
    never(
        "analyzer.repository.no_broker",
        "Getting analyzing error. Detail message: You must specify the broker of the repository.",
        "a name that is there is never empty",
    ),
    analyzed("analyzer.repository.drop_name", "Incorrect repository name 'a-b'", "DROP REPOSITORY `a-b`", code=5063),
    analyzed("analyzer.repository.drop_no_name", "Repository does not empty", "DROP REPOSITORY ``"),
    analyzed("analyzer.repository.drop", "Repository does not exist", "DROP REPOSITORY nope"),
    # -- others that the same session reads
    analyzed("analyzer.database_name", "Incorrect database name 'a b'", "CREATE DATABASE `a b`", code=1102),
    analyzed(
        "analyzer.no_database",
        "No database selected",
        lambda stage: setattr(stage.speaker.session, "database", None),
        "SELECT * FROM t",
        code=1046,
        sqlstate="3D000",
    ),
    refused("session.unknown_database", 5501, "3F000", "Unknown database 'nope'", "USE nope"),
    refused(
        "session.unknown_variable",
        1193,
        "HY000",
        "Unknown system variable 'query_timeoutt', "
        "the most similar variables are {'query_timeout', 'query_delivery_timeout', 'query_mem_limit'}",
        "SET query_timeoutt = 1",
    ),
    refused(
        "session.3_3.unknown_variable",
        1193,
        "HY000",
        "Unknown system variable 'query_timeoutt'",
        "SET query_timeoutt = 1",
        release="3.3",
    ),
    never(
        "session.prepared",
        "This command is not supported in the prepared statement protocol yet",
        "1295 / HY000, of the prepared protocol and not of SQL: test_wire_commands.py provokes it",
    ),
    never("session.older", "Unexpected exception: …", "a frame of releases before 3.3"),
)
