from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlglot
from sandbox.objects_in_memory import add_catalog, add_function, add_rollup, add_view
from sqlglot import exp

from starrocks_restore_kernel.sandbox.statements.information_schema import (
    SYSTEM_SCHEMAS,
    Scope,
    system_relation,
    system_table,
)
from starrocks_restore_kernel.sandbox.statements.query import Binder
from starrocks_restore_kernel.sandbox.statements.reader import Reader
from starrocks_restore_kernel.sandbox.statements.show import Show
from starrocks_restore_kernel.sandbox.statements.sight import Viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster


def rows_made(cluster: Cluster, sql: str) -> dict[str, int]:
    """How many values of each column are handed to the engine for the one system table of a query."""
    tree = sqlglot.parse_one(sql, read="starrocks")
    node = next(iter(tree.find_all(exp.Table)))
    found = system_table(cluster.frontend.behaviour, node.db, node.name)
    assert found is not None
    parameters: dict[str, list[object]] = {}
    binder = Binder(cluster.frontend, "db1", lambda _name: "", dict.fromkeys(("database", "current_schema"), "db1"))
    relation = system_relation(found, Scope(cluster.frontend), node, parameters, binder.constant)
    named = {each.alias: each.find(exp.Placeholder) for each in relation.selects}
    return {name: len(parameters[mark.name]) for name, mark in named.items() if mark is not None}


@pytest.mark.parametrize(
    ("sql", "made"),
    [
        ("SELECT TABLE_NAME FROM information_schema.tables WHERE TABLE_SCHEMA = 'db2'", {"TABLE_SCHEMA": 1}),
        ("SELECT TABLE_NAME FROM information_schema.tables t WHERE 'db2' = t.table_schema AND TABLE_ROWS > 0",
         {"TABLE_SCHEMA": 1}),
        ("SELECT TABLE_NAME FROM information_schema.tables WHERE (TABLE_SCHEMA IN ('db1', 'db2')) "
         "AND TABLE_NAME = 'x'", {"TABLE_SCHEMA": 1}),
        ("SELECT TABLE_NAME FROM information_schema.tables WHERE TABLE_SCHEMA = database()", {"TABLE_SCHEMA": 3}),
        ("SELECT TABLE_NAME FROM information_schema.tables WHERE TABLE_SCHEMA = 'db1' AND TABLE_SCHEMA = 'db2'", {}),
        # These leave all rows to the engine.
        ("SELECT TABLE_NAME FROM information_schema.views WHERE TABLE_SCHEMA = 'db1' OR 1 = 1", {"TABLE_SCHEMA": 1}),
        ("SELECT TABLE_NAME FROM information_schema.tables_config WHERE TABLE_SCHEMA <> 'db1'", {"TABLE_SCHEMA": 4}),
        ("SELECT TABLE_NAME FROM information_schema.tables_config WHERE other.TABLE_SCHEMA = 'db2'",
         {"TABLE_SCHEMA": 4}),
        ("SELECT PARTITION_NAME FROM information_schema.partitions_meta WHERE DB_NAME = 'db2'", {"DB_NAME": 1}),
    ],
)  # fmt: skip
def test_only_rows_that_can_pass_are_made(cluster: Cluster, sql: str, made: dict[str, int]) -> None:
    """Equalities on database and table reach the rows' making; what could let others pass does not."""
    cluster.run(
        "CREATE DATABASE db2; CREATE TABLE db2.x (a INT) DISTRIBUTED BY HASH (a) BUCKETS 1 "
        'PROPERTIES ("replication_num" = "1")'
    )
    found = rows_made(cluster, sql)
    assert made == {name: count for name, count in found.items() if name in ("TABLE_SCHEMA", "DB_NAME")}


def test_only_columns_that_are_named_are_made(cluster: Cluster) -> None:
    """A star makes all; a count needs one."""
    assert {"TABLE_NAME"} == set(rows_made(cluster, "SELECT table_name FROM information_schema.tables_config"))
    assert {"TABLE_SCHEMA"} == set(rows_made(cluster, "SELECT count(*) FROM information_schema.tables_config"))
    assert 12 == len(rows_made(cluster, "SELECT * FROM information_schema.tables_config"))


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT t.TABLE_NAME FROM information_schema.tables t LEFT JOIN information_schema.views v "
         "ON t.TABLE_NAME = v.TABLE_NAME WHERE t.TABLE_SCHEMA = 'db1' AND v.TABLE_NAME IS NULL ORDER BY 1",
         [("t",), ("u",)]),
        ("SELECT count(*) FROM information_schema.tables WHERE TABLE_SCHEMA = 'db1' AND TABLE_NAME IN "
         "(SELECT TABLE_NAME FROM information_schema.views WHERE TABLE_SCHEMA = 'db1')", [(1,)]),
        ("SELECT a.TABLE_NAME FROM information_schema.views a NATURAL JOIN information_schema.views b", [("w",)]),
        ("SELECT TABLE_CATALOG FROM information_schema.views", [("def",)]),
        ("SELECT count(*) FROM information_schema.tables WHERE TABLE_SCHEMA = 'DB1'", [(0,)]),
        ("WITH x AS (SELECT TABLE_NAME AS n FROM information_schema.tables WHERE TABLE_SCHEMA = 'db1') "
         "SELECT count(*) FROM x", [(3,)]),
    ],
)  # fmt: skip
def test_what_is_left_out_changes_no_answer(cluster: Cluster, sql: str, rows: list[tuple[object, ...]]) -> None:
    """Joins, subqueries and columns that are the same in every row."""
    assert rows == cluster.run(sql)


@pytest.mark.parametrize("schema", list(SYSTEM_SCHEMAS))
def test_every_table_answers_with_its_columns(cluster: Cluster, schema: str) -> None:
    """With a row for each materialized thing, and with none."""
    add_view(cluster)
    for name, table in SYSTEM_SCHEMAS[schema].items():
        result = cluster.session.run(f"SELECT * FROM {schema}.{name}")
        assert [each.name for each in table.columns] == [each.name for each in result.columns]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("keywords", "WORD RESERVED"),
        ("schemata", "CATALOG_NAME SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME SQL_PATH"),
        ("tables_config",
         "TABLE_SCHEMA TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY DISTRIBUTE_TYPE "
         "DISTRIBUTE_BUCKET SORT_KEY PROPERTIES TABLE_ID"),
        ("partitions_meta",
         "DB_NAME TABLE_NAME PARTITION_NAME PARTITION_ID COMPACT_VERSION VISIBLE_VERSION VISIBLE_VERSION_TIME "
         "NEXT_VERSION DATA_VERSION VERSION_EPOCH VERSION_TXN_TYPE PARTITION_KEY PARTITION_VALUE DISTRIBUTION_KEY "
         "BUCKETS REPLICATION_NUM STORAGE_MEDIUM COOLDOWN_TIME LAST_CONSISTENCY_CHECK_TIME IS_IN_MEMORY IS_TEMP "
         "DATA_SIZE ROW_COUNT ENABLE_DATACACHE AVG_CS P50_CS MAX_CS STORAGE_PATH STORAGE_SIZE TABLET_BALANCED "
         "METADATA_SWITCH_VERSION PATH_ID"),
    ],
)  # fmt: skip
def test_columns_are_in_the_servers_order(cluster: Cluster, name: str, columns: str) -> None:
    """Of those that a preflight reads."""
    result = cluster.session.run(f"SELECT * FROM information_schema.{name} LIMIT 0")
    assert columns.split() == [each.name for each in result.columns]  # type: ignore[union-attr]


def test_older_releases_lack_what_is_new(empty: Callable[..., Cluster]) -> None:
    """A table and four columns."""
    cluster = empty(version="3.5")
    assert 5502 == cluster.refused("SELECT * FROM information_schema.keywords")[0]
    result = cluster.session.run("SELECT * FROM information_schema.partitions_meta")
    assert "STORAGE_PATH" == result.columns[-1].name  # type: ignore[union-attr]
    assert [] == cluster.run("SHOW TABLES FROM information_schema LIKE 'keywords'")


def test_keywords_are_nine(cluster: Cluster) -> None:
    """The server lists these, whatever its grammar has."""
    rows = cluster.run("SELECT WORD FROM information_schema.keywords WHERE RESERVED")
    assert ["DELETE", "INDEX", "INSERT", "SELECT", "TABLE", "UPDATE", "VIEW"] == [row[0] for row in rows]
    assert [(9,)] == cluster.run("SELECT count(*) FROM information_schema.keywords")


def test_materialized_views_tell_whether_they_are_active(cluster: Cluster) -> None:
    """What is looked for after a restore."""
    add_view(cluster, active=False, inactive_reason="base table dropped: t")
    add_rollup(cluster)
    sql = (
        "SELECT TABLE_NAME, REFRESH_TYPE, IS_ACTIVE, INACTIVE_REASON FROM information_schema.materialized_views "
        "WHERE TABLE_SCHEMA = 'db1' ORDER BY 1"
    )
    assert [("mv", "ASYNC", "false", "base table dropped: t"), ("r", "ROLLUP", "true", None)] == cluster.run(sql)
    assert [("mv-",)] == cluster.run("SELECT left(TASK_NAME, 3) FROM information_schema.tasks")


def test_columns_have_mysqls_types(empty: Callable[..., Cluster]) -> None:
    """Octets are three a character; types that MySQL does not know have its names."""
    cluster = empty()
    cluster.run(
        "CREATE DATABASE d; USE d; CREATE TABLE c (k LARGEINT NOT NULL, b BOOLEAN, s VARCHAR(20) DEFAULT 'x') "
        'DUPLICATE KEY (k) DISTRIBUTED BY HASH (k) BUCKETS 1 PROPERTIES ("replication_num" = "1")'
    )
    sql = (
        "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, COLUMN_KEY, "
        "COLUMN_DEFAULT FROM information_schema.columns WHERE TABLE_NAME = 'c'"
    )
    assert [
        ("k", "bigint unsigned", "bigint(20) unsigned", None, None, "DUP", None),
        ("b", "tinyint", "tinyint(1)", None, None, "", None),
        ("s", "varchar", "varchar(20)", 20, 60, "", "x"),
    ] == cluster.run(sql)


def test_views_have_no_numbers_and_no_update(cluster: Cluster) -> None:
    """What the server keeps as -1 is NULL."""
    sql = "SELECT TABLE_ROWS, DATA_LENGTH, UPDATE_TIME, ENGINE FROM information_schema.tables WHERE TABLE_NAME = 'w'"
    assert [(None, None, None, "")] == cluster.run(sql)


def test_system_tables_are_listed_with_all_others(cluster: Cluster) -> None:
    """As the server does, in tables and in columns."""
    sql = "SELECT TABLE_TYPE, ENGINE FROM information_schema.tables WHERE TABLE_SCHEMA = 'information_schema' LIMIT 1"
    assert [("SYSTEM VIEW", "MEMORY")] == cluster.run(sql)
    sql = "SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_NAME = 'role_edges' ORDER BY ORDINAL_POSITION"
    assert [("FROM_ROLE",), ("TO_ROLE",), ("TO_USER",)] == cluster.run(sql)


def test_session_variables_are_a_table_too(cluster: Cluster) -> None:
    """Of the session that asks."""
    cluster.run("SET query_timeout = 77")
    sql = "SELECT VARIABLE_VALUE FROM information_schema.session_variables WHERE VARIABLE_NAME = 'query_timeout'"
    assert [("77",)] == cluster.run(sql)


class OnlyU:
    """Sees db1.u alone."""

    def may_see_database(self, database: str) -> bool:
        return database == "db1"

    def may_see_table(self, database: str, table: str) -> bool:
        return (database, table) == ("db1", "u")

    def may_see_function(self, _database: str, _signature: str) -> bool:
        return False

    def may_see_catalog(self, _catalog: str) -> bool:
        return False


def test_only_what_may_be_seen_is_listed(cluster: Cluster) -> None:
    """In SHOW and in every system table about objects."""
    cluster.run("CREATE DATABASE hidden")
    viewer = Viewer("ann", database="db1", sight=OnlyU())
    scope = Scope(cluster.frontend, viewer)
    for name, place in (("tables", 1), ("columns", 1), ("tables_config", 1), ("partitions_meta", 1), ("views", 1)):
        rows = SYSTEM_SCHEMAS["information_schema"][name].filling.rows(scope)
        assert {"u"} - ({"u"} if name == "views" else set()) == {row[place] for row in rows if row[0] == "db1"}
    names = [row[0] for row in SYSTEM_SCHEMAS["information_schema"]["schemata"].filling.rows(scope)]
    assert ["_statistics_", "db1", "information_schema", "sys"] == names
    show = Show(cluster.frontend, viewer)
    add_function(cluster)
    add_catalog(cluster)
    assert [] == show.show(Reader("FUNCTIONS")).rows
    assert ["default_catalog"] == [row[0] for row in show.show(Reader("CATALOGS")).rows]
    assert [("u",)] == show.show(Reader("TABLES")).rows
    assert names == [row[0] for row in show.show(Reader("DATABASES")).rows]
    assert [("u",)] == [row[:1] for row in show.show(Reader("TABLE STATUS")).rows]
