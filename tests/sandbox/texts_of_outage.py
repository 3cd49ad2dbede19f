"""What a table under restore is refused with; each row is provoked by test_every_text.py."""

from __future__ import annotations

from sandbox.text_row import R, Row, analyzed, refused

__all__ = ["UNDER_RESTORE"]

_RUNNING = (f"{R} ON (TABLE t, TABLE u) $P", "STEP 9")
_BUSY_TABLE = (
    "A snapshot restore operation is in progress on the table {}. Please wait until the current operation completes. "
    "To check the status of the operation, see https://docs.starrocks.io/docs/sql-reference/sql-statements/"
    "backup_restore/SHOW_RESTORE"
)
_RESTORING = "Table state is not NORMAL: 'RESTORING'"
_PARTITION = 'PARTITION p4 VALUES LESS THAN ("2024-05-01")'

UNDER_RESTORE: tuple[Row, ...] = (
    *(
        analyzed(f"under_restore.{name}", _RESTORING, *_RUNNING, sql, code=5014, sqlstate="HY000")
        for name, sql in {
            "select": "SELECT * FROM t",
            "count": "SELECT count(*) FROM u",
            "insert_select": "INSERT INTO u SELECT k, v FROM t",
            "delete_primary_key": "DELETE FROM u WHERE id = 1",
            "update": "UPDATE u SET name = 'x' WHERE id = 1",
            "export": "EXPORT TABLE t TO 's3://bucket/out/'",
        }.items()
    ),
    analyzed(
        "under_restore.3_3.select",
        _RESTORING,
        f"{R} ON (t, u) $P",
        "STEP 9",
        "SELECT * FROM t",
        code=5014,
        sqlstate="HY000",
        release="3.3",
    ),
    refused(
        "under_restore.insert",
        1064,
        "HY000",
        'Cannot write RESTORE state table "t"',
        *_RUNNING,
        "INSERT INTO t VALUES (1, '2024-01-01', 'x')",
    ),
    refused(
        "under_restore.delete", 1064, "HY000", "Table's state is not normal: t", *_RUNNING, "DELETE FROM t WHERE k = 1"
    ),
    refused(
        "under_restore.load",
        1064,
        "HY000",
        "Table [t] is under restore",
        *_RUNNING,
        "LOAD LABEL db1.l (DATA INFILE ('s3://bucket/in') INTO TABLE t) WITH BROKER",
    ),
    *(
        refused(f"under_restore.{name}", 1064, "HY000", _BUSY_TABLE.format("t"), *_RUNNING, sql)
        for name, sql in {
            "truncate": "TRUNCATE TABLE t",
            "truncate_partition": "TRUNCATE TABLE t PARTITION (p1)",
            "add_column": "ALTER TABLE t ADD COLUMN x INT",
            "drop_column": "ALTER TABLE t DROP COLUMN v",
            "modify_column": "ALTER TABLE t MODIFY COLUMN v VARCHAR(40)",
            "add_partition": f"ALTER TABLE t ADD {_PARTITION}",
            "drop_partition": "ALTER TABLE t DROP PARTITION p1",
            "rename": "ALTER TABLE t RENAME t2",
            "set": "ALTER TABLE t SET ('bloom_filter_columns' = 'v')",
            "swap": "ALTER TABLE t SWAP WITH u",
            "rollup": "ALTER TABLE t ADD ROLLUP r (dt, v)",
        }.items()
    ),
    *(
        refused(f"under_restore.3_3.{name}", 1064, "HY000", text, f"{R} ON (t, u) $P", "STEP 9", sql, release="3.3")
        for name, text, sql in (
            ("insert", 'Cannot write RESTORE state table "u"', "INSERT INTO u VALUES (9, 'x')"),
            ("add_column", _BUSY_TABLE.format("t"), "ALTER TABLE t ADD COLUMN x INT"),
            ("truncate", _BUSY_TABLE.format("u"), "TRUNCATE TABLE u"),
        )
    ),
)
