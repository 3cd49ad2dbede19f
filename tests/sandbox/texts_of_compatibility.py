"""What a restore says over a table that is there already; each row is provoked by test_every_text.py."""

from __future__ import annotations

from typing import Any

from sandbox.stage import snapshot
from sandbox.text_row import R, Row, ended, never

__all__ = ["COMPATIBILITY"]

_ONE = 'PROPERTIES ("replication_num" = "1")'
_COMMON = "COMMON_ERROR, msg: "


def _create(
    name: str,
    columns: str,
    keys: str = "",
    partitions: str = "",
    *,
    buckets: str = "HASH (k) BUCKETS 2",
    more: str = "",
) -> str:
    properties = f'PROPERTIES ("replication_num" = "1"{more})'
    return f"CREATE TABLE {name} ({columns}) {keys} {partitions} DISTRIBUTED BY {buckets} {properties}"


def _drifted(id_: str, text: str, before: str, after: str, clauses: str = "ON (a)", **more: Any) -> Row:
    """Make the row of a table ``a`` that is not what it was at the backup."""
    steps = (before, snapshot, "DROP TABLE a", after)
    return ended(f"compatibility.{id_}", f"{_COMMON}{text}", *steps, f"{R} {clauses} $P", **more)


def _schema(part: str) -> str:
    return f"Table a already exist but with different schema, errMsg: {part}"


_A = "k INT, v INT"
_DUPLICATE = "DUPLICATE KEY (k)"
_PLAIN = _create("a", _A, _DUPLICATE)
_RANGE = 'PARTITION BY RANGE (k) (PARTITION p1 VALUES LESS THAN ("10"), PARTITION p2 VALUES LESS THAN ("20"))'
_LIST = "PARTITION BY LIST (c) (PARTITION pa VALUES IN ('a'), PARTITION pb VALUES IN ('b'))"
_GROWN = (
    _create("a", "k INT", _DUPLICATE, buckets="RANDOM", more=', "bucket_size" = "100"'),
    "INSERT INTO a SELECT g.n FROM TABLE(generate_series(1, 1000)) AS g(n)",
)

COMPATIBILITY: tuple[Row, ...] = (
    _drifted("partition_type", "Table's partition type is different", _PLAIN, _create("a", _A, _DUPLICATE, _RANGE)),
    ended(
        "compatibility.name",
        f"{_COMMON}Table u2 already exist but with different schema, errMsg: Table name is inconsistent",
        _create("u2", "id INT NOT NULL, name VARCHAR(20)", "PRIMARY KEY (id)", buckets="HASH (id) BUCKETS 2"),
        f"{R} ON (u AS u2) $P",
    ),
    _drifted(
        "type",
        _schema("Table type is inconsistent"),
        _PLAIN,
        f"CREATE MATERIALIZED VIEW a DISTRIBUTED BY HASH (k) BUCKETS 2 REFRESH DEFERRED MANUAL {_ONE} "
        "AS SELECT k, v FROM t; "
        "ALTER MATERIALIZED VIEW a INACTIVE",
    ),
    ended(
        "compatibility.index",
        f"{_COMMON}{_schema('indexName is inconsistent')}",
        _PLAIN,
        "ALTER TABLE a ADD ROLLUP r1 (k)",
        "STEP 60",
        snapshot,
        "ALTER TABLE a DROP ROLLUP r1",
        "ALTER TABLE a ADD ROLLUP r2 (k)",
        "STEP 60",
        f"{R} ON (a) $P",
    ),
    ended(
        "compatibility.index_more",
        f"{_COMMON}{_schema('')}",
        _PLAIN,
        snapshot,
        "ALTER TABLE a ADD ROLLUP r1 (k)",
        "STEP 60",
        f"{R} ON (a) $P",
        note="the lists of what is compared differ in length",
    ),
    _drifted(
        "short_key", _schema("short key column count is inconsistent"), _PLAIN, _create("a", _A, "DUPLICATE KEY (k, v)")
    ),
    never(
        "compatibility.storage_type",
        f"[{_COMMON}{_schema('storage type is inconsistent')}]",
        "all tables are stored by columns",
    ),
    _drifted(
        "bloom_filter",
        _schema("bloom filter is inconsistent"),
        _create("a", _A, _DUPLICATE, more=', "bloom_filter_columns" = "k"'),
        _create("a", _A, _DUPLICATE, more=', "bloom_filter_columns" = "v"'),
    ),
    never(
        "compatibility.partition_type_signature",
        f"[{_COMMON}{_schema('partition type is inconsistent')}]",
        "the type is compared before the signature",
    ),
    _drifted(
        "partition_columns",
        _schema("partition columns is inconsistent"),
        _create("a", _A, "DUPLICATE KEY (k, v)", _RANGE),
        _create("a", _A, "DUPLICATE KEY (k, v)", _RANGE.replace("(k)", "(v)")),
    ),
    never(
        "compatibility.partition_name",
        f"[{_COMMON}{_schema('partition name is inconsistent')}]",
        "only names that both have are in it",
    ),
    _drifted(
        "distribution",
        _schema("partition distribution col hash is inconsistent"),
        _create("a", _A, "DUPLICATE KEY (k, v)"),
        _create("a", _A, "DUPLICATE KEY (k, v)", buckets="HASH (v) BUCKETS 2"),
    ),
    _drifted(
        "buckets",
        _schema("bucket num is inconsistent"),
        _PLAIN,
        _create("a", _A, _DUPLICATE, buckets="HASH (k) BUCKETS 3"),
    ),
    _drifted(
        "buckets.3_3",
        _schema("bucket num is inconsistent"),
        _PLAIN,
        _create("a", _A, _DUPLICATE, buckets="HASH (k) BUCKETS 3"),
        release="3.3",
    ),
    _drifted("columns", _schema(""), _PLAIN, _create("a", "k INT, v INT, w INT", _DUPLICATE)),
    _drifted(
        "keys",
        "Table a already exist but with different key type",
        _PLAIN.replace("DUPLICATE", "UNIQUE"),
        _PLAIN.replace("DUPLICATE", "PRIMARY").replace("k INT,", "k INT NOT NULL,"),
    ),
    _drifted(
        "column",
        "Table a already exist but with different schema, column: v in existed table "
        "is different from the column in backup snapshot, column: v",
        _PLAIN,
        _create("a", "k INT, v BIGINT", _DUPLICATE),
    ),
    ended(
        "compatibility.automatic_bucket",
        f"{_COMMON}Partition a in table a is automatic bucket partition, can not be restored",
        *_GROWN,
        f"{R} ON (a) $P",
    ),
    ended(
        "compatibility.3_3.automatic_bucket",
        f"{_COMMON}Partition u in table u is automatic bucket partition, can not be restored",
        lambda stage: stage.share(version="4.1"),
        f"{R} ON (u) $P",
        release="3.3",
    ),
    ended(
        "compatibility.range",
        f"{_COMMON}Partition p2 in table t has different range with partition in repository",
        snapshot,
        "ALTER TABLE t DROP PARTITION p2",
        'ALTER TABLE t ADD PARTITION p2 VALUES [("2024-02-01"), ("2024-02-15"))',
        f"{R} ON (t) $P",
    ),
    ended(
        "compatibility.overlap",
        f"{_COMMON}Partition p2 in table t has conflict range with existing ranges",
        snapshot,
        "ALTER TABLE t DROP PARTITION p2",
        'ALTER TABLE t ADD PARTITION px VALUES [("2024-02-10"), ("2024-02-15"))',
        f"{R} ON (t) $P",
    ),
    ended(
        "compatibility.list",
        f"{_COMMON}No partition exist in single partitioned table a",
        _create("a", "c VARCHAR(8) NOT NULL, v INT", "DUPLICATE KEY (c)", _LIST, buckets="HASH (c) BUCKETS 1"),
        snapshot,
        "ALTER TABLE a DROP PARTITION pb",
        f"{R} ON (a) $P",
    ),
    *(
        ended(
            f"compatibility.replicas{more}",
            f"{_COMMON}Partition u in table u has different replication num '1' "
            "with partition in repository, which is 3",
            f'{R} ON (u) PROPERTIES ("backup_timestamp" = "$T")',
            release=release,
        )
        for more, release in (("", "4.1"), (".3_3", "3.3"))
    ),
    ended(
        "compatibility.added_partition",
        f"{_COMMON}Restored partition p2of tis null",
        snapshot,
        "ALTER TABLE t DROP PARTITION p2",
        f'{R} ON (t PARTITION (p2)) PROPERTIES ("backup_timestamp" = "$T")',
    ),
)
