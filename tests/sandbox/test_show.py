from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.statements.printed import like

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster


INTERNAL = "An internal catalog contains this cluster's self-managed tables."


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SHOW DATABASES LIKE 'db%'", [("db1",)]),
        ("SHOW SCHEMAS", [("_statistics_",), ("db1",), ("information_schema",), ("sys",)]),
        ("SHOW TABLES FROM db1 LIKE 't'", [("t",)]),
        ("SHOW FULL TABLES FROM db1", [("t", "BASE TABLE"), ("u", "BASE TABLE"), ("w", "VIEW")]),
        ("SHOW TABLES FROM sys", []),
        ("DESC u", [("id", "int", "NO", "true", None, ""), ("name", "varchar(20)", "YES", "false", None, "REPLACE")]),
        ("SHOW CREATE DATABASE db1", [("db1", "CREATE DATABASE `db1`")]),
        ("SHOW CATALOGS", [("default_catalog", "Internal", INTERNAL)]),
        ("SHOW FUNCTIONS FROM db1", []),
        ("SHOW GRANTS", [("'root'@'%'", None, "GRANT 'root' TO USER 'root'@'%'")]),
        ("SHOW VARIABLES WHERE Variable_name = 'time_zone'", [("time_zone", "UTC")]),
        ("SHOW WARNINGS", []),
    ],
)  # fmt: skip
def test_show_answers(cluster: Cluster, sql: str, rows: list[tuple[object, ...]]) -> None:
    """The rows of each."""
    assert rows == cluster.run(sql)


def test_backends_tell_who_is_alive(empty: Callable[..., Cluster]) -> None:
    """Distinct hosts, tablets counted, a dead one shown as such."""
    cluster = empty(backends=2)
    cluster.plant()
    cluster.frontend.backends.all[1].alive = False
    rows = cluster.named("SHOW BACKENDS")
    assert [("127.0.0.1", "true"), ("127.0.0.2", "false")] == [(row["IP"], row["Alive"]) for row in rows]
    assert 8 == sum(int(row["TabletNum"]) for row in rows)


def test_one_frontend_and_it_leads(cluster: Cluster) -> None:
    """SHOW FRONTENDS is how a client finds the leader."""
    (row,) = cluster.named("SHOW FRONTENDS")
    assert ("LEADER", "true", "4.1.0-sandbox") == (row["Role"], row["Alive"], row["Version"])


@pytest.mark.parametrize(
    ("key", "value"),
    [("run_mode", "shared_nothing"), ("default_replication_num", "3"), ("enable_backup_materialized_view", "false")],
)
def test_configuration_is_shown(cluster: Cluster, key: str, value: str) -> None:
    """With the defaults of Config.java."""
    (row,) = cluster.named(f"ADMIN SHOW FRONTEND CONFIG LIKE '{key}'")
    assert (key, value) == (row["Key"], row["Value"])


def test_configuration_is_set(cluster: Cluster) -> None:
    """What is mutable takes effect; the rest is refused."""
    cluster.run('ADMIN SET FRONTEND CONFIG ("default_replication_num" = "1")')
    cluster.run("CREATE TABLE x (a INT) DISTRIBUTED BY HASH (a) BUCKETS 1")
    assert "does not exist or is not mutable" in cluster.refused('ADMIN SET FRONTEND CONFIG ("run_mode" = "x")')[2]


def test_view_is_shown_with_its_databases_named(cluster: Cluster) -> None:
    """As the server stores a view's text."""
    expected = "CREATE VIEW `w` (`dt`, `n`) SECURITY NONE AS SELECT `dt`, count(*) FROM `db1`.`t` GROUP BY `dt`;"
    assert expected == cluster.run("SHOW CREATE VIEW w")[0][1]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [("a%", "abc", True), ("a_c", "ABC", True), ("a\\_c", "abc", False), ("a.c", "abc", False), (None, "x", True)],
)
def test_like_reads_patterns(pattern: str | None, text: str, matches: bool) -> None:
    """% and _ match, a backslash takes that away, and nothing else is special."""
    assert matches == like(pattern)(text)


@pytest.mark.parametrize("sql", ["SHOW TABLES FROM nope", "SHOW CREATE TABLE nope.t", "DESC nope.t", "USE nope"])
def test_unknown_database_is_said(cluster: Cluster, sql: str) -> None:
    """5501 wherever a database is named."""
    assert (5501, "3F000") == cluster.refused(sql)[:2]
