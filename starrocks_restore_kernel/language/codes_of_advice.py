"""What the server takes and a person would regret, and what is good to know."""

from __future__ import annotations

from .codes import Code

__all__ = ["ADVICE_CODES"]

_TS = '"backup_timestamp" = "2024-12-09-10-25-58-842", "replication_num" = "1"'
_P = f"PROPERTIES ({_TS})"
_BUILDER = "AstBuilder.java, parseBackupRestoreStatement"
_ANALYZER = "BackupRestoreAnalyzer.java, visitRestoreStatement"
_LEXER = "StarRocksLex.g4; SqlParser.java attaches no error listener to the lexer"

ADVICE_CODES = (
    Code(
        "SRR101",
        "warning",
        "replication_num is left to its default",
        "Three in a shared-nothing cluster, whatever the tables had: a smaller cluster cancels the job, and existing partitions "
        "with another number do too.",
        "RestoreStmt.java; RestoreJob.java, checkAndPrepareMeta",
        'RESTORE SNAPSHOT s FROM r PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842")',
        f"RESTORE SNAPSHOT s FROM r {_P}",
    ),
    Code(
        "SRR102",
        "warning",
        "a timestamp that no StarRocks ever wrote",
        "It is a part of a file's name and must be copied from SHOW SNAPSHOT to the last digit; blanks are not trimmed.",
        "BackupHandler.java, restore",
        'RESTORE SNAPSHOT s FROM r PROPERTIES ("backup_timestamp" = "2024-12-09 10:25:58", "replication_num" = "1")',
        f"RESTORE SNAPSHOT s FROM r {_P}",
    ),
    Code(
        "SRR103",
        "warning",
        "a partition list that the server ignores",
        "PARTITION (column = value) parses and leaves no names: the whole table is restored.",
        _BUILDER,
        f"RESTORE SNAPSHOT shop.s FROM r ON (t PARTITION (dt = '2024-01-01')) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t PARTITION (p20240101)) {_P}",
    ),
    Code(
        "SRR104",
        "warning",
        "a qualifier that the server ignores",
        "Only the last part of a name in ON is looked up, in the snapshot.",
        _BUILDER,
        f"RESTORE SNAPSHOT shop.s FROM r ON (other.t) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t) {_P}",
    ),
    Code(
        "SRR105",
        "warning",
        "a plural kind word that governs one name only",
        "`TABLES a, b` is the table a and an item b without a kind word; `VIEWS v, w` may take w for a table.",
        "StarRocks.g4, backupRestoreObjectDesc",
        f"RESTORE SNAPSHOT shop.s FROM r ON (VIEWS v, w) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (VIEW v, VIEW w) {_P}",
    ),
    Code(
        "SRR106",
        "warning",
        "a partition list that versions read differently",
        "Without parentheses, 3.3 to 3.5 read `t PARTITION p1, p2` as partition p1 of t and the table p2, later ones as two "
        "partitions of t.",
        "StarRocks PR #60213",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t PARTITION p1, p2) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t PARTITION (p1, p2)) {_P}",
    ),
    Code(
        "SRR107",
        "info",
        "a kind word that decides nothing",
        "VIEW t restores whatever the snapshot holds by that name, a table too; only ALL keeps to its kind.",
        _BUILDER,
        f"RESTORE SNAPSHOT shop.s FROM r ON (VIEW t) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t) {_P}",
    ),
    Code(
        "SRR108",
        "warning",
        "a filter that the server ignores",
        "SHOW RESTORE parses WHERE and never uses it; SHOW SNAPSHOT ignores LIKE and its kin, and reads every comparison as =, "
        "NOT IN as IN.",
        "ShowExecutor.java; ShowSnapshotAnalyzer.java",
        "SHOW RESTORE FROM shop WHERE State = 'FINISHED'",
        "SHOW RESTORE FROM shop",
    ),
    Code(
        "SRR109",
        "warning",
        "a property is given twice",
        "The last one counts.",
        "AstBuilder.java, getProperties (a map is filled)",
        f'RESTORE SNAPSHOT s FROM r PROPERTIES ({_TS}, "timeout" = "600", "timeout" = "900")',
        f'RESTORE SNAPSHOT s FROM r PROPERTIES ({_TS}, "timeout" = "900")',
    ),
    Code(
        "SRR110",
        "info",
        "a property without effect",
        "allow_load is stored and shown, and nothing more; meta_version is read by no code any more.",
        "RestoreJob.java",
        f'RESTORE SNAPSHOT s FROM r PROPERTIES ({_TS}, "allow_load" = "true")',
        f"RESTORE SNAPSHOT s FROM r {_P}",
    ),
    Code(
        "SRR111",
        "warning",
        "a replica number that breaks the job",
        "Zero and negative numbers pass the analyzer and trip the job.",
        "RestoreJob.java, checkAndPrepareMeta (inferred: a precondition there)",
        'RESTORE SNAPSHOT s FROM r PROPERTIES ("backup_timestamp" = "2024-12-09-10-25-58-842", "replication_num" = "0")',
        f"RESTORE SNAPSHOT s FROM r {_P}",
    ),
    Code(
        "SRR112",
        "warning",
        "temporary partitions are refused at submit",
        "They parse, and no snapshot holds any.",
        "BackupHandler.java, restore",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t TEMPORARY PARTITION (tp)) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t PARTITION (p)) {_P}",
    ),
    Code(
        "SRR113",
        "warning",
        "a label without a database, before 3.4",
        "The session's database is not used: the statement fails at submit with Unknown database 'null'.",
        "BackupHandler.java of 3.3",
        f"RESTORE SNAPSHOT s FROM r {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r {_P}",
        "3.3",
    ),
    Code(
        "SRR114",
        "warning",
        "two names that differ only in case",
        "They are two names to the server, and the snapshot seldom holds both.",
        _ANALYZER,
        f"RESTORE SNAPSHOT shop.s FROM r ON (t, T) {_P}",
        f"RESTORE SNAPSHOT shop.s FROM r ON (t) {_P}",
    ),
    Code(
        "SRR115",
        "warning",
        "a name that cannot exist",
        "No repository can have been created under it.",
        "FeNameFormat.java, checkRepositoryName",
        f"RESTORE SNAPSHOT s FROM `my repo` {_P}",
        f"RESTORE SNAPSHOT s FROM my_repo {_P}",
    ),
)
