from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.objects_in_memory import add_catalog, add_function, add_rollup, add_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

MV = (
    'CREATE MATERIALIZED VIEW `mv` (`k`, `n`)\nCOMMENT "it\'s \\"new\\""\nDISTRIBUTED BY HASH(`k`) BUCKETS 2 \n'
    'REFRESH ASYNC EVERY(INTERVAL 1 DAY)\nPROPERTIES (\n"replication_num" = "1"\n)\n'
    "AS SELECT `k`, count(*) AS `n` FROM `db1`.`t` GROUP BY `k`;"
)


def plant_view(cluster: Cluster) -> None:
    """Add a view that has been refreshed and is no longer active."""
    refreshed = cluster.frontend.clock.now() + 60
    add_view(
        cluster,
        refresh_clause="ASYNC EVERY(INTERVAL 1 DAY)",
        active=False,
        inactive_reason="base table dropped: t",
        last_refresh=refreshed,
        comment='it\'s "new"',
    )


def test_materialized_views_are_listed(cluster: Cluster) -> None:
    """Asynchronous ones with what they are, and rollups as synchronous ones."""
    plant_view(cluster)
    add_rollup(cluster)
    view, rollup = cluster.named("SHOW MATERIALIZED VIEWS FROM db1")
    assert ("mv", "ASYNC", "false", "base table dropped: t", "SUCCESS", "2025-01-02 10:01:00", "0.000", 0, MV) == (
        *(view["name"], view["refresh_type"], view["is_active"], view["inactive_reason"]),
        *(view["last_refresh_state"], view["last_refresh_finished_time"], view["last_refresh_duration"]),
        *(view["rows"], view["text"]),
    )
    text = "create materialized view r as select k,NONE(v) from t group by k"
    assert ("r", "ROLLUP", "true", "RANGE", text) == (
        *(rollup["name"], rollup["refresh_type"], rollup["is_active"]),
        *(rollup["partition_type"], rollup["text"]),
    )


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("LIKE 'm%'", ["mv"]),
        ("LIKE 'M%'", []),
        ("WHERE is_active = 'false'", ["mv"]),
        ("WHERE refresh_type = 'ROLLUP' AND `name` LIKE 'r%'", ["r"]),
    ],
)
def test_materialized_views_are_filtered(cluster: Cluster, clause: str, names: list[str]) -> None:
    """By name, or by any column."""
    plant_view(cluster)
    add_rollup(cluster)
    assert names == [row["name"] for row in cluster.named(f"SHOW MATERIALIZED VIEWS FROM db1 {clause}")]


def test_materialized_view_is_a_view_to_old_clients(cluster: Cluster) -> None:
    """SHOW FULL TABLES and information_schema say so, and SHOW CREATE VIEW writes it as one."""
    plant_view(cluster)
    assert ("mv", "VIEW") in cluster.run("SHOW FULL TABLES FROM db1")
    sql = "SELECT TABLE_TYPE, ENGINE FROM information_schema.tables WHERE TABLE_NAME = 'mv'"
    assert [("VIEW", "StarRocks")] == cluster.run(sql)
    text = "CREATE VIEW `mv` AS SELECT `k`, count(*) AS `n` FROM `db1`.`t` GROUP BY `k`"
    assert [("mv", text, "utf8", "utf8_general_ci")] == cluster.run("SHOW CREATE VIEW mv")
    for words in ("TABLE", "MATERIALIZED VIEW"):
        assert [("mv", MV)] == cluster.run(f"SHOW CREATE {words} db1.mv")


def test_rollup_is_created_again(cluster: Cluster) -> None:
    """As it was written, where it was written as a query."""
    add_rollup(cluster, "CREATE MATERIALIZED VIEW r AS SELECT k, v FROM t")
    rows = cluster.run("SHOW CREATE MATERIALIZED VIEW r")
    assert [("r", "CREATE MATERIALIZED VIEW r AS SELECT k, v FROM t")] == rows


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("SHOW CREATE VIEW t", (1347, "HY000", "Getting analyzing error. Detail message: 'db1'.'t' is not 'VIEW'.")),
        ("SHOW CREATE MATERIALIZED VIEW w",
         (1347, "HY000", "Getting analyzing error. Detail message: 'db1'.'w' is not 'MATERIALIZED VIEW'.")),
        ("SHOW CREATE TABLE nope", (5502, "42602", "Getting analyzing error. Detail message: Unknown table 'nope'.")),
        ("SHOW CREATE MATERIALIZED VIEW nope",
         (5502, "42602", "Getting analyzing error. Detail message: Unknown table 'nope'.")),
        ("SHOW CREATE CATALOG nope",
         (5078, "42000", "Getting analyzing error. Detail message: Unknown catalog 'nope'.")),
        ("SHOW TABLES FROM nope.db1",
         (5078, "42000", "Getting analyzing error. Detail message: Unknown catalog 'nope'.")),
        ("SHOW COLUMNS FROM nope",
         (5502, "42602", "Getting analyzing error. Detail message: Unknown table 'db1.nope'.")),
        ("DESC w ALL", (1286, "42000", "Getting analyzing error. Detail message: Unknown storage engine 'VIEW'.")),
        ("SHOW FUNCTIONS WHERE x = 1",
         (5081, "42000", "Getting analyzing error. Detail message: Only support like 'function_pattern' syntax..")),
        ("SHOW DATABASES WHERE nope = 1",
         (1064, "HY000", "Getting analyzing error. Detail message: Column 'nope' cannot be resolved.")),
    ],
)  # fmt: skip
def test_refusals_are_the_servers(cluster: Cluster, sql: str, refusal: tuple[int, str, str]) -> None:
    """Code, SQLSTATE and text."""
    assert refusal == cluster.refused(sql)


def test_functions_are_listed_by_signature(cluster: Cluster) -> None:
    """FULL tells all of it; without it there is a name, and no name twice."""
    found = add_function(cluster)
    properties = f'{{"fid":"{found.id}","symbol":"x.F"}}'
    assert [("f(INT,VARCHAR)", "BIGINT", "Scalar", "NULL", properties)] == cluster.run("SHOW FULL FUNCTIONS FROM db1")
    assert [("f",)] == cluster.run("SHOW FUNCTIONS IN db1 LIKE 'F%'")
    assert [] == cluster.run("SHOW FUNCTIONS LIKE 'g%'")


def test_catalogs_are_listed_and_their_secrets_hidden(cluster: Cluster) -> None:
    """By name; a password is not there at all."""
    add_catalog(cluster)
    assert ["default_catalog", "lake"] == [row[0] for row in cluster.run("SHOW CATALOGS")]
    assert [("lake", "Hive", "far")] == cluster.run("SHOW CATALOGS LIKE 'l%'")
    text = cluster.run("SHOW CREATE CATALOG lake")[0][1]
    assert (
        'CREATE EXTERNAL CATALOG `lake`\ncomment "far"\nPROPERTIES ("type"  =  "hive",\n'
        '"aws.s3.secret_key"  =  "AK******ET"\n)'
    ) == text
    assert [] == cluster.run("SHOW CREATE CATALOG default_catalog")


def test_dynamic_partitions_are_listed(cluster: Cluster) -> None:
    """Only of tables that have them, with what was not said left at its default."""
    cluster.run(
        "CREATE TABLE d (dt DATE) PARTITION BY RANGE (dt) () DISTRIBUTED BY HASH (dt) BUCKETS 1 PROPERTIES ("
        '"replication_num" = "1", "dynamic_partition.enable" = "true", "dynamic_partition.time_unit" = "week", '
        '"dynamic_partition.end" = "3")'
    )
    (row,) = cluster.named("SHOW DYNAMIC PARTITION TABLES FROM db1")
    shown = ("TableName", "Enable", "TimeUnit", "Start", "End", "Prefix", "Buckets", "ReplicationNum", "StartOf")
    assert ["d", "true", "WEEK", "-2147483648", "3", "p", "0", "1", "MONDAY"] == [row[each] for each in shown]


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SHOW DATABASES WHERE `Database` = 'db1' OR `Database` LIKE 's%'", ["db1", "sys"]),
        ("SHOW TABLES FROM db1 WHERE Tables_in_db1 LIKE 't%'", ["t"]),
        ("SHOW TABLES WHERE Table_type = 'VIEW'", ["w"]),
        ("SHOW TABLES FROM default_catalog.db1 LIKE 'T'", []),
        ("SHOW TABLES FROM information_schema LIKE 'table\\_p%'", ["table_privileges"]),
        ("SHOW COLUMNS FROM t LIKE 'K'", ["k"]),
        ("SHOW FULL FIELDS FROM t WHERE `Null` = 'YES'", ["v"]),
        ("SHOW TABLE STATUS FROM db1 WHERE Engine IS NULL", ["w"]),
        ("SHOW VARIABLES WHERE Variable_name = 'autocommit' OR Value = 'UTC'",
         ["autocommit", "system_time_zone", "time_zone"]),
        ("SHOW TEMPORARY TABLES FROM db1", []),
    ],
)  # fmt: skip
def test_lists_are_filtered(cluster: Cluster, sql: str, names: list[str]) -> None:
    """LIKE by name, of columns in any case; WHERE by whatever is shown."""
    assert names == [row[0] for row in cluster.run(sql)]


def test_columns_of_every_key_model(empty: Callable[..., Cluster]) -> None:
    """Aggregations are told by SHOW COLUMNS of aggregate tables, and by DESC … ALL; plain DESC of OLAP hides them."""
    cluster = empty()
    cluster.run(
        "CREATE DATABASE d; USE d; CREATE TABLE a (k INT NOT NULL, s BIGINT SUM DEFAULT '0') AGGREGATE KEY (k) "
        'DISTRIBUTED BY HASH (k) BUCKETS 1 PROPERTIES ("replication_num" = "1", "bloom_filter_columns" = "k")'
    )
    assert [("k", "int", "NO", "YES", None, ""), ("s", "bigint", "YES", "NO", "0", "SUM")] == cluster.run(
        "SHOW COLUMNS FROM a"
    )
    assert [("k", "int", "NO", "true", None, "BLOOM_FILTER"), ("s", "bigint", "YES", "false", "0", "")] == cluster.run(
        "DESC a"
    )
    assert [
        ("a", "AGG_KEYS", "k", "int", "NO", "true", None, "BLOOM_FILTER"),
        ("", "", "s", "bigint", "YES", "false", "0", "SUM"),
    ] == cluster.run("DESC a ALL")


def test_desc_all_lists_every_index(cluster: Cluster) -> None:
    """With an empty row between them; a rollup is described by its own name too."""
    add_rollup(cluster)
    rows = cluster.run("DESC t ALL")
    assert ["t", "", "", "", "r", ""] == [row[0] for row in rows]
    assert [("k", "int", "NO", "true", None, ""), ("v", "varchar(20)", "YES", "false", None, "NONE")] == cluster.run(
        "DESC R"
    )


def test_generated_defaults_are_marked(empty: Callable[..., Cluster]) -> None:
    """A default that is an expression says so in Extra."""
    cluster = empty()
    cluster.run(
        "CREATE DATABASE d; USE d; CREATE TABLE g (k INT, at DATETIME DEFAULT CURRENT_TIMESTAMP) "
        'DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) BUCKETS 1 PROPERTIES ("replication_num" = "1")'
    )
    assert ("at", "datetime", "YES", "false", "CURRENT_TIMESTAMP", "DEFAULT_GENERATED") == cluster.run("DESC g")[1]


def test_system_tables_are_described(cluster: Cluster) -> None:
    """Like any other."""
    assert ("WORD", "varchar(128)", "YES", "false", None, "") == cluster.run("DESC information_schema.KEYWORDS")[0]
    text = cluster.run("SHOW CREATE TABLE information_schema.keywords")[0][1]
    assert text.startswith('CREATE TABLE `keywords` (\n  `WORD` varchar(128) NULL COMMENT "",')
    assert text.endswith("\n) ENGINE=SCHEMA ;")


def test_table_status_counts(cluster: Cluster) -> None:
    """Rows and bytes of tables; -1 for views, whose update lies before the epoch."""
    rows = {row["Name"]: row for row in cluster.named("SHOW TABLE STATUS FROM db1")}
    assert (4, "StarRocks") == (rows["t"]["Rows"], rows["t"]["Engine"])
    assert (-1, -1, "1969-12-31 23:59:59") == tuple(rows["w"][each] for each in ("Rows", "Data_length", "Update_time"))
