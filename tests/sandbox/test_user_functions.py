from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

JAR = "PROPERTIES ('symbol' = 'com.x.Add', 'type' = 'StarrocksJar', 'file' = 'http://host/udf.jar')"


def signatures(cluster: Cluster) -> list[str]:
    """Those of db1."""
    return sorted(cluster.frontend.databases["db1"].functions)


def test_overloads_stand_beside_each_other(cluster: Cluster) -> None:
    """By their types, and whether more arguments may follow; names are kept in lower case."""
    cluster.run(
        f"CREATE FUNCTION My_Add(INT, INT) RETURNS INT {JAR}; CREATE FUNCTION my_add(STRING, ...) RETURNS INT {JAR};"
        f"CREATE AGGREGATE FUNCTION my_add(BIGINT) RETURNS BIGINT {JAR};"
        f"CREATE TABLE FUNCTION db1.rows_of(ARRAY<INT>) RETURNS INT {JAR}"
    )
    assert ["my_add(bigint)", "my_add(int, int)", "my_add(varchar(65533)...)", "rows_of(array<int>)"] == signatures(
        cluster
    )
    functions = cluster.frontend.databases["db1"].functions
    assert ("AGGREGATE", "TABLE") == (functions["my_add(bigint)"].kind, functions["rows_of(array<int>)"].kind)
    assert all(each.id < 0 for each in functions.values())
    cluster.run("DROP FUNCTION MY_ADD(int, int)")
    assert 3 == len(signatures(cluster))


def test_one_is_replaced_or_left(cluster: Cluster) -> None:
    """OR REPLACE, IF NOT EXISTS, neither or both."""
    cluster.run(f"CREATE FUNCTION f() RETURNS INT {JAR}")
    assert (1064, "HY000", "function already exists") == cluster.refused(f"CREATE FUNCTION f() RETURNS INT {JAR}")
    cluster.run(f"CREATE FUNCTION IF NOT EXISTS f() RETURNS BIGINT {JAR}")
    assert "int" == cluster.frontend.databases["db1"].functions["f()"].returns
    cluster.run(f"CREATE OR REPLACE FUNCTION f() RETURNS BIGINT {JAR}")
    assert "bigint" == cluster.frontend.databases["db1"].functions["f()"].returns
    expected = '"IF NOT EXISTS" and "OR REPLACE" cannot be used together in the same CREATE statement'
    assert expected == cluster.refused(f"CREATE OR REPLACE FUNCTION IF NOT EXISTS f() RETURNS INT {JAR}")[2]


def test_an_inline_function_keeps_its_code(cluster: Cluster) -> None:
    """Which may hold semicolons and quotes; a statement may follow."""
    cluster.run(
        "CREATE FUNCTION twice(INT) RETURNS INT type = 'Python' symbol = 'twice' file = 'inline' AS $$\n"
        "def twice(x): y = 'a;b'; return 2 * x\n$$; CREATE DATABASE db2"
    )
    (function,) = cluster.frontend.databases["db1"].functions.values()
    assert "\ndef twice(x): y = 'a;b'; return 2 * x\n" == dict(function.properties)["content"]
    assert "db2" in cluster.frontend.databases


def test_a_global_one_is_of_no_database(cluster: Cluster) -> None:
    """And is called from each; it stays when a database goes."""
    cluster.run(f"CREATE GLOBAL FUNCTION g(INT) RETURNS INT {JAR}; DROP DATABASE db1; CREATE DATABASE db2; USE db2")
    assert ["g(int)"] == list(cluster.frontend.global_functions)
    assert "calling the user-defined function g" in cluster.refused("SELECT g(1)")[2]
    cluster.run("DROP GLOBAL FUNCTION g(INT)")
    assert {} == cluster.frontend.global_functions


@pytest.mark.parametrize("query", ["SELECT f(1)", "SELECT db1.F(k) FROM t", "SELECT * FROM u WHERE f(id) > 1"])
def test_nothing_calls_one(cluster: Cluster, query: str) -> None:
    """A server would; the file is not fetched here, and the text is ours."""
    cluster.run(f"CREATE FUNCTION f(INT) RETURNS INT {JAR}")
    assert (1064, "HY000", "The sandbox does not do this: calling the user-defined function f") == cluster.refused(
        query
    )


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (
            "CREATE FUNCTION f() RETURNS INT PROPERTIES ('symbol' = 'x', 'file' = 'y')",
            (5064, "42000", "Getting analyzing error. Detail message: unknown lang type."),
        ),
        (
            "CREATE FUNCTION f() RETURNS INT PROPERTIES ('type' = 'StarrocksJar', 'symbol' = 'x')",
            (5064, "42000", "Getting analyzing error. Detail message: No 'object_file' in properties."),
        ),
        (
            "CREATE FUNCTION f() RETURNS INT PROPERTIES ('type' = 'StarrocksJar', 'file' = 'x')",
            (5064, "42000", "Getting analyzing error. Detail message: No 'symbol' in properties."),
        ),
        (
            "CREATE FUNCTION f() RETURNS INT type = 'Python' symbol = 'f' AS $$ $$",
            (5064, "42000", "Getting analyzing error. Detail message: inline function file should be 'inline'."),
        ),
        (
            "CREATE FUNCTION f() RETURNS INT type = 'Python' file = 'inline' input = 'x' AS $$ $$",
            (5064, "42000", "Getting analyzing error. Detail message: unknown input type:x."),
        ),
        (
            f"CREATE FUNCTION `f-g`() RETURNS INT {JAR}",
            (
                5064,
                "42000",
                "Getting analyzing error. Detail message: Function names must be all alphanumeric or underscore. "
                "Invalid name: f-g.",
            ),
        ),
        (
            f"CREATE GLOBAL FUNCTION db1.f() RETURNS INT {JAR}",
            (1064, "HY000", "Getting syntax error. Detail message: Invalid UDF function name 'db1.f'."),
        ),
        (f"CREATE FUNCTION nope.f() RETURNS INT {JAR}", (5501, "3F000", "Unknown database 'nope'")),
        (
            "DROP FUNCTION f(INT, VARCHAR(10), ...)",
            (
                1055,
                "42000",
                "Getting analyzing error. Detail message: Unknown function 'db1.f(INT, VARCHAR(10), ...)'.",
            ),
        ),
        (
            "DROP GLOBAL FUNCTION IF EXISTS f()",
            (1055, "42000", "Getting analyzing error. Detail message: Unknown function '__global_udf_db__.f()'."),
        ),
    ],
)
def test_what_is_refused(cluster: Cluster, sql: str, error: tuple[int, str, str]) -> None:
    """In the server's words."""
    assert error == cluster.refused(sql)


def test_a_table_may_be_called_function(cluster: Cluster) -> None:
    """CREATE TABLE function (…) makes no table function."""
    cluster.run("CREATE TABLE function (a INT) PROPERTIES ('replication_num' = '1')")
    assert "function" in cluster.frontend.databases["db1"].tables


def test_functions_survive_a_restart(empty: Callable[..., Cluster]) -> None:
    """Of a database, and global ones; what was dropped stays dropped."""
    cluster = empty(kept=True)
    cluster.plant()
    cluster.run(
        f"CREATE FUNCTION f(INT) RETURNS INT {JAR}; CREATE OR REPLACE FUNCTION f(INT) RETURNS BIGINT {JAR};"
        f"CREATE FUNCTION gone() RETURNS INT {JAR}; DROP FUNCTION gone(); CREATE GLOBAL FUNCTION g() RETURNS INT {JAR}"
    )
    before = dict(cluster.frontend.databases["db1"].functions), dict(cluster.frontend.global_functions)
    cluster.frontend.change_leader()
    assert before == (cluster.frontend.databases["db1"].functions, cluster.frontend.global_functions)
    assert ["f(int)"] == signatures(cluster)
