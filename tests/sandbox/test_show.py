from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.statements.printed import like

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster


INTERNAL = "An internal catalog contains this cluster's self-managed tables."


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SHOW DATABASES LIKE 'db%'", [("db1",)]),
        ("SHOW SCHEMAS", [("_statistics_",), ("db1",), ("information_schema",), ("sys",)]),
        ("SHOW TABLES FROM db1 LIKE 't'", [("t",)]),
        ("SHOW FULL TABLES FROM db1", [("t", "BASE TABLE"), ("u", "BASE TABLE"), ("w", "VIEW")]),
        ("SHOW TABLES FROM sys LIKE 'fe%'", [("fe_locks",), ("fe_memory_usage",)]),
        ("SHOW TABLES FROM _statistics_", []),
        ("DESC u", [("id", "int", "NO", "true", None, ""), ("name", "varchar(20)", "YES", "false", None, "")]),
        ("SHOW CREATE DATABASE db1", [("db1", "CREATE DATABASE `db1`")]),
        ("SHOW CATALOGS", [("default_catalog", "Internal", INTERNAL)]),
        ("SHOW FUNCTIONS FROM db1", []),
        ("SHOW GRANTS", [("'root'@'%'", None, "GRANT 'root' TO 'root'@'%'")]),
        ("SHOW VARIABLES WHERE Variable_name = 'time_zone'", [("time_zone", "UTC")]),
        ("SHOW WARNINGS", []),
    ],
)  # fmt: skip
def test_show_answers(cluster: Cluster, sql: str, rows: list[tuple[object, ...]]) -> None:
    """The rows of each."""
    assert rows == cluster.run(sql)


def test_view_is_shown_with_its_databases_named(cluster: Cluster) -> None:
    """As the server stores a view's text."""
    expected = (
        "CREATE VIEW `w` (`dt`, `n`) SECURITY NONE AS SELECT `db1`.`t`.`dt`, count(*) AS `count(*)`\n"
        "FROM `db1`.`t`\nGROUP BY `db1`.`t`.`dt`;"
    )
    assert expected == cluster.run("SHOW CREATE VIEW w")[0][1]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [("a%", "abc", True), ("a_c", "ABC", False), ("a\\_c", "abc", False), ("a.c", "abc", False), (None, "x", True)],
)
def test_like_reads_patterns(pattern: str | None, text: str, matches: bool) -> None:
    """% and _ match, a backslash takes that away, nothing else is special, and the case counts."""
    assert matches == like(pattern)(text)


@pytest.mark.parametrize("sql", ["SHOW TABLES FROM nope", "SHOW CREATE TABLE nope.t", "DESC nope.t", "USE nope"])
def test_unknown_database_is_said(cluster: Cluster, sql: str) -> None:
    """5501 wherever a database is named."""
    assert (5501, "3F000") == cluster.refused(sql)[:2]
