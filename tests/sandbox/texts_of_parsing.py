"""What the parser and the AST builder say; each row is provoked by test_every_text.py."""

from __future__ import annotations

from sandbox.text_row import Q, R, built, never

__all__ = ["BUILDER", "PARSER"]

_AT = " at line {number}, column {number}"

PARSER = (
    built("parser.word", "Unexpected input 'SNAPSHOOT'", f"RESTORE SNAPSHOOT db1.s FROM repo {Q}", where=_AT),
    built("parser.end", "Unexpected input '<EOF>'", "RESTORE SNAPSHOT", where=_AT),
    built("parser.alias", "Unexpected input 'AS'", f"RESTORE SNAPSHOT s FROM repo AS d {Q}", where=_AT),
    built("parser.explain", "Unexpected input 'RESTORE'", f"EXPLAIN {R} {Q}", where=_AT),
    built("parser.empty_list", "Unexpected input ')'", f"{R} PROPERTIES ()", where=_AT),
    built(
        "parser.3_3.database",
        "Unexpected input 'DATABASE'",
        f"RESTORE SNAPSHOT s FROM repo DATABASE d {Q}",
        where=_AT,
        release="3.3",
    ),
    built("parser.second_line", "Unexpected input 'x'", "SHOW RESTORE;\nRESTORE x", where=" at line 2, column 8"),
    built("parser.nothing", "Unexpected input '<EOF>', the most similar input is {a legal identifier}", "", where=_AT),
    built(
        "parser.too_long",
        "Statement exceeds maximum length limit, please consider modify 'parse_tokens_limit' session variable",
        "SET parse_tokens_limit = 100",
        "SELECT " + ", ".join(["1"] * 60),
    ),
    never("parser.stack", "Getting syntax error. Detail message: …", "needs the JVM's stack to overflow in the parser"),
    never(
        "parser.no_viable",
        "Getting syntax error at line {number}, column {number}. Detail message: No viable statement for input '…'.",
        "ANTLR's own search; the sandbox says Unexpected input, at the place of the token",
    ),
)

_NO_CATALOG_DATABASE = "Can not sepcify database name for external catalog Backup/Restore"
_TWICE = "Specifying dbName before snapshot name is forbidden if the DbName is specified explicitly in BACKUP/RESTORE"
_NO_DATABASE = "No selected database for cancel BACKUP/RESTORE"

BUILDER = (
    built(
        "builder.catalog_database",
        _NO_CATALOG_DATABASE,
        f"RESTORE SNAPSHOT s FROM repo ALL EXTERNAL CATALOGS DATABASE d {Q}",
    ),
    built(
        "builder.backup_catalog_database",
        _NO_CATALOG_DATABASE,
        "BACKUP ALL EXTERNAL CATALOGS DATABASE d SNAPSHOT s TO repo",
    ),
    built(
        "builder.label",
        "Invalid table name format 'a.b.c'",
        f"RESTORE SNAPSHOT a.b.c FROM repo {Q}",
        where=" from line 1, column 17 to line 1, column 21",
    ),
    built(
        "builder.backup_label",
        "Invalid table name format 'a.b.c'",
        "BACKUP SNAPSHOT a.b.c TO repo",
        where=" from line 1, column 16 to line 1, column 20",
    ),
    built(
        "builder.3_3.label",
        "Invalid table name format 'a.b.c'",
        f"RESTORE SNAPSHOT a.b.c FROM repo {Q}",
        where=" from line 1, column 17 to line 1, column 21",
        release="3.3",
    ),
    built("builder.database_twice", _TWICE, f"RESTORE SNAPSHOT a.s FROM repo DATABASE a {Q}"),
    built("builder.database_twice_as", _TWICE, f"RESTORE SNAPSHOT a.s FROM repo DATABASE a AS b {Q}"),
    built("builder.backup_database_twice", _TWICE, "BACKUP DATABASE a SNAPSHOT a.s TO repo"),
    built("builder.catalog_label", _NO_CATALOG_DATABASE, f"RESTORE SNAPSHOT a.s FROM repo ALL EXTERNAL CATALOGS {Q}"),
    built("builder.backup_catalog_label", _NO_CATALOG_DATABASE, "BACKUP EXTERNAL CATALOGS (c) SNAPSHOT a.s TO repo"),
    built(
        "builder.backup_alias",
        "Specifying alias for backup object is forbidden in BACKUP stmt",
        "BACKUP SNAPSHOT db1.s TO repo ON (t AS x)",
    ),
    built(
        "builder.on",
        "`ON` clause is forbidden if no Database explicitly specified in Restore stmt",
        f"RESTORE SNAPSHOT s FROM repo ON (t) {Q}",
    ),
    built(
        "builder.on_catalog",
        "`ON` clause is forbidden if no Database explicitly specified in Restore stmt",
        f"RESTORE SNAPSHOT s FROM repo ALL EXTERNAL CATALOGS ON (t) {Q}",
    ),
    built(
        "builder.backup_on_catalog",
        "Can not sepcify `ON` clause for external catalog Backup/Restore",
        "BACKUP EXTERNAL CATALOGS (c) SNAPSHOT s TO repo ON (t)",
    ),
    built("builder.cancel_restore", _NO_DATABASE, "CANCEL RESTORE"),
    built("builder.cancel_backup", _NO_DATABASE, "CANCEL BACKUP"),
    built("builder.3_3.cancel_restore", _NO_DATABASE, "CANCEL RESTORE", release="3.3"),
    built("builder.3_3.cancel_backup", _NO_DATABASE, "CANCEL BACKUP", release="3.3"),
    built("builder.3_5.deep_name", "Invalid table name format 'a.b.c.d'", f"{R} ON (TABLE a.b.c.d) {Q}", release="3.5"),
    built("builder.3_3.deep_name", "Invalid table name format 'a.b.c.d'", f"{R} ON (a.b.c.d) {Q}", release="3.3"),
)
