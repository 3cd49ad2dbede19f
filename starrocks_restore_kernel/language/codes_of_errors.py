"""What the server refuses."""

from __future__ import annotations

from .codes import Code

__all__ = ["ERROR_CODES"]

_TS = '"backup_timestamp" = "2024-12-09-10-25-58-842", "replication_num" = "1"'
_P = f"PROPERTIES ({_TS})"
_BUILDER = "AstBuilder.java, parseBackupRestoreStatement"
_ANALYZER = "BackupRestoreAnalyzer.java, visitRestoreStatement"
_BACKUP = "BackupRestoreAnalyzer.java, visitBackupStatement"
_LEXER = "StarRocksLex.g4; SqlParser.java attaches no error listener to the lexer"

ERROR_CODES = (
    Code(
        "SRR001",
        "error",
        "the text is no statement of this grammar",
        "The server's parser stops at this place and nothing of the whole text is run, other statements in it included.",
        "StarRocks.g4; ErrorHandler.java",
        f"RESTORE SNAPSHOT shop.s FORM r {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r {_P}",
    ),
    Code(
        "SRR002",
        "warning",
        "the server drops a part of the text in silence",
        "A character that begins no token vanishes; an unclosed quote takes all that follows with it. `#` begins no comment.",
        _LEXER,
        "SHOW RESTORE FROM shop #",
        "SHOW RESTORE FROM shop -- a comment",
    ),
    Code(
        "SRR003",
        "warning",
        "a name holds a character that looks like something else",
        "No-break spaces, zero-width characters and typographic quotes are letters to the server: what looks like two words, "
        "or like a quoted string, is one name.",
        "StarRocksLex.g4, LETTER is [a-zA-Z_$\\u0080-\\uffff]",
        "SHOW RESTORE FROM shop\u00a0",
        "SHOW RESTORE FROM shop",
    ),
    Code(
        "SRR010",
        "error",
        "a label has more than two parts",
        "A snapshot is named by its label, with the target database in front of it at most.",
        _BUILDER,
        f"RESTORE SNAPSHOT a.b.s FROM r {_P}",
        f"RESTORE SNAPSHOT b.s FROM r {_P}",
    ),
    Code(
        "SRR011",
        "error",
        "a database is named twice",
        "Either in front of the label or in a DATABASE clause, even if it is the same.",
        _BUILDER,
        f"RESTORE SNAPSHOT shop.s FROM r DATABASE shop {_P}",
        f"RESTORE SNAPSHOT s FROM r DATABASE shop {_P}",
    ),
    Code(
        "SRR012",
        "error",
        "a database is named for external catalogs",
        "External catalogs belong to no database.",
        _BUILDER,
        f"RESTORE SNAPSHOT shop.s FROM r ALL EXTERNAL CATALOGS {_P}",
        f"RESTORE SNAPSHOT s FROM r ALL EXTERNAL CATALOGS {_P}",
    ),
    Code(
        "SRR013",
        "error",
        "ON without a database",
        "Since 3.4 objects can be named only where the statement names the database; before, it failed at submit.",
        _BUILDER,
        f"RESTORE SNAPSHOT s FROM r ON (t) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t) {_P}",
    ),
    Code(
        "SRR014",
        "error",
        "ON with external catalogs",
        "A catalog is taken whole.",
        _BUILDER,
        "BACKUP EXTERNAL CATALOG (hive) SNAPSHOT s TO r ON (t)",
        "BACKUP EXTERNAL CATALOG (hive) SNAPSHOT s TO r",
    ),
    Code(
        "SRR015",
        "error",
        "an alias in BACKUP",
        "A new name is given when it is restored.",
        _BUILDER,
        "BACKUP SNAPSHOT shop.s TO r ON (t AS x)",
        "BACKUP SNAPSHOT shop.s TO r ON (t)",
    ),
    Code(
        "SRR016",
        "error",
        "CANCEL without a database",
        "The session's database is never used.",
        "AstBuilder.java, visitCancelRestoreStatement",
        "CANCEL RESTORE",
        "CANCEL RESTORE FROM shop",
    ),
    Code(
        "SRR017",
        "error",
        "a name in ON has more than three parts",
        "Later servers take any number, and use the last.",
        "AstBuilder.java, before StarRocks PR #64407",
        f"RESTORE SNAPSHOT shop.s FROM r ON (a.b.c.t) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t) {_P}",
        "3.5",
    ),
    Code(
        "SRR020",
        "error",
        "an object is named twice",
        "Kinds share one namespace, and a qualifier is no part of a name. Several partitions go into one list.",
        _ANALYZER,
        f"RESTORE SNAPSHOT shop.s FROM r ON (t PARTITION (p1), t PARTITION (p2)) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t PARTITION (p1, p2)) {_P}",
    ),
    Code(
        "SRR021",
        "error",
        "an alias is taken",
        "By an object in the list, its own name included, or by an earlier alias. So names cannot be swapped either.",
        _ANALYZER,
        f"RESTORE SNAPSHOT shop.s FROM r ON (t AS t) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t) {_P}",
    ),
    Code(
        "SRR022",
        "error",
        "backup_timestamp is missing",
        "It says which backup of that label is meant, and SHOW SNAPSHOT lists it. Keys are case-sensitive; a misspelt key shows "
        "as missing, because this is looked at first.",
        _ANALYZER,
        'RESTORE SNAPSHOT s FROM r PROPERTIES ("replication_num" = "1")',
        f"RESTORE SNAPSHOT s FROM r {_P}",
    ),
    Code(
        "SRR023",
        "error",
        "a property that does not exist",
        "Keys are case-sensitive; RESTORE knows backup_timestamp, replication_num, timeout, allow_load, meta_version and "
        "starrocks_meta_version, BACKUP timeout and type.",
        _ANALYZER,
        f'RESTORE SNAPSHOT s FROM r PROPERTIES ({_TS}, "reserve_replica" = "true")',
        f"RESTORE SNAPSHOT s FROM r {_P}",
    ),
    Code(
        "SRR024",
        "error",
        "a property whose value is refused",
        "Numbers must be whole (the message speaks of the meta version for three different keys), allow_load is true or false, "
        "timeout is 600 seconds at least.",
        _ANALYZER,
        f'RESTORE SNAPSHOT s FROM r PROPERTIES ({_TS}, "timeout" = "60")',
        f'RESTORE SNAPSHOT s FROM r PROPERTIES ({_TS}, "timeout" = "600")',
    ),
    Code(
        "SRR025",
        "error",
        "a name that the server refuses",
        "Names of repositories and databases begin with a letter and hold no blanks; a label is not empty.",
        "FeNameFormat.java",
        "CREATE REPOSITORY 1r WITH BROKER ON LOCATION 's3://b'",
        "CREATE REPOSITORY r1 WITH BROKER ON LOCATION 's3://b'",
    ),
    Code(
        "SRR026",
        "error",
        "a filter that SHOW SNAPSHOT refuses",
        "It takes SNAPSHOT = '…', with AND TIMESTAMP = '…', or SNAPSHOT IN ('…', …).",
        "ShowSnapshotAnalyzer.java",
        "SHOW SNAPSHOT ON r WHERE TIMESTAMP = '2024-12-09-10-25-58-842'",
        "SHOW SNAPSHOT ON r WHERE SNAPSHOT = 's' AND TIMESTAMP = '2024-12-09-10-25-58-842'",
    ),
    Code(
        "SRR027",
        "error",
        "a repository without a location",
        "The location is where the snapshots lie.",
        "RepositoryAnalyzer.java",
        "CREATE REPOSITORY r WITH BROKER ON LOCATION ''",
        "CREATE REPOSITORY r WITH BROKER ON LOCATION 's3://bucket/dir'",
    ),
    Code(
        "SRR028",
        "error",
        "the default catalog is no external one",
        "Back up its databases one by one.",
        _BACKUP,
        "BACKUP EXTERNAL CATALOG (default_catalog) SNAPSHOT s TO r",
        "BACKUP EXTERNAL CATALOG (hive) SNAPSHOT s TO r",
    ),
    Code(
        "SRR029",
        "error",
        "no database is named, and the session has none",
        "BACKUP falls back on the session's database for its checks; without one there is nothing to back up.",
        _BACKUP,
        "BACKUP SNAPSHOT s TO r",
        "BACKUP SNAPSHOT shop.s TO r",
        database="",
    ),
)
