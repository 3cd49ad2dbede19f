from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.model.catalog import View
from starrocks_restore_kernel.sandbox.statements.definitions import read_definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster


def view(cluster: Cluster, name: str) -> View:
    """A view of db1."""
    found = cluster.frontend.databases["db1"].tables[name]
    assert isinstance(found, View)
    return found


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        ("SELECT * FROM u", "SELECT `db1`.`u`.`id`, `db1`.`u`.`name`\nFROM `db1`.`u`"),
        (
            "SELECT a.id AS n FROM u a WHERE a.name = 'x'",
            "SELECT `a`.`id` AS `n`\nFROM `db1`.`u` AS `a`\nWHERE `a`.`name` = 'x'",
        ),
        (
            "SELECT name, max(id) FROM u GROUP BY name HAVING max(id) > 1",
            "SELECT `db1`.`u`.`name`, max(`db1`.`u`.`id`) AS `max(id)`\nFROM `db1`.`u`\n"
            "GROUP BY `db1`.`u`.`name`\nHAVING max(`db1`.`u`.`id`) > 1",
        ),
        (
            "SELECT id FROM u WHERE id IN (SELECT k FROM t WHERE t.k = u.id)",
            "SELECT `db1`.`u`.`id`\nFROM `db1`.`u`\nWHERE `db1`.`u`.`id` IN "
            "(SELECT `db1`.`t`.`k`\nFROM `db1`.`t`\nWHERE `db1`.`t`.`k` = `db1`.`u`.`id`)",
        ),
        (
            "WITH c AS (SELECT id FROM u) SELECT * FROM c",
            "WITH `c` AS (SELECT `db1`.`u`.`id`\nFROM `db1`.`u`) SELECT `c`.`id`\nFROM `c`",
        ),
    ],
)
def test_a_definition_names_everything_in_full(cluster: Cluster, query: str, stored: str) -> None:
    """Stars are written out, and each column stands behind its table (AST2SQLVisitor.java)."""
    cluster.run(f"CREATE VIEW v AS {query}")
    assert stored == view(cluster, "v").definition
    before = cluster.run("SELECT count(*) FROM v")
    assert before == cluster.run(f"SELECT count(*) FROM ({stored}) AS x")


def test_the_columns_of_a_view_have_types(cluster: Cluster) -> None:
    """Those of the tables where they come from one, and what StarRocks makes of an expression elsewhere."""
    cluster.run(
        "CREATE VIEW v (a COMMENT 'first', b, c, d, e, f, g) AS "
        "SELECT k, v, k + 1, sum(k), count(*), 7, dt FROM t GROUP BY k, v, dt"
    )
    expected = [
        ("a", "int", "first"),
        ("b", "varchar(20)", ""),
        ("c", "bigint", ""),
        ("d", "bigint", ""),
        ("e", "bigint", ""),
        ("f", "tinyint", ""),
        ("g", "date", ""),
    ]
    assert expected == [(each.name, each.type, each.comment) for each in view(cluster, "v").schema]


def test_a_join_that_may_find_nothing_makes_columns_nullable(cluster: Cluster) -> None:
    """The right side of a LEFT JOIN, and the left side of a RIGHT one."""
    text = "SELECT t.k, u.id FROM t {} JOIN u ON t.k = u.id"
    found = [
        [each.nullable for each in read_definition(cluster.frontend, text.format(side), "db1").columns]
        for side in ("INNER", "LEFT", "RIGHT", "FULL")
    ]
    assert [[False, False], [False, True], [True, False], [True, True]] == found


def test_a_view_over_a_view_reads_both(cluster: Cluster) -> None:
    """Its definition names the view, and its columns have the types of the table behind it."""
    cluster.run("CREATE VIEW over AS SELECT n, dt FROM w WHERE n > 0")
    assert (
        "SELECT `db1`.`w`.`n`, `db1`.`w`.`dt`\nFROM `db1`.`w`\nWHERE `db1`.`w`.`n` > 0"
        == view(cluster, "over").definition
    )
    assert ["bigint", "date"] == [each.type for each in view(cluster, "over").schema]
    assert [(4,)] == cluster.run("SELECT count(*) FROM over")


def test_a_view_whose_table_is_gone(cluster: Cluster) -> None:
    """It stays, and tells what is missing when it is read (QueryAnalyzer.java, visitView)."""
    cluster.run("DROP TABLE t")
    expected = (
        5502,
        "42602",
        "Getting analyzing error. Detail message: View db1.w references invalid table(s) or column(s) or function(s) "
        "or definer/invoker of view lack rights to use them: Getting analyzing error. Detail message: Unknown table "
        "'db1.t'..",
    )
    assert expected == cluster.refused("SELECT * FROM w")


@pytest.mark.parametrize(
    ("query", "names", "rows"),
    [
        ("SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS x (n, s)", ("n", "s"), [(1, "a"), (2, "b")]),
        ("SELECT u.id, e.n FROM u CROSS JOIN unnest([7]) AS e (n) WHERE u.id = 1", ("id", "n"), [(1, 7)]),
        (
            "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r",
            ("n",),
            [(1,), (2,), (3,)],
        ),
    ],
)
def test_a_relation_that_only_the_engine_knows(
    cluster: Cluster, query: str, names: tuple[str, ...], rows: list[tuple[object, ...]]
) -> None:
    """Its columns are asked for; the text is kept as far as it can be written out."""
    cluster.run(f"CREATE VIEW v AS {query}")
    assert names == view(cluster, "v").columns
    assert rows == cluster.run("SELECT * FROM v ORDER BY 1")


def test_a_union_has_the_names_of_its_first_query(cluster: Cluster) -> None:
    """And both sides are written out."""
    cluster.run("CREATE VIEW v AS SELECT id AS a FROM u UNION ALL SELECT k FROM t")
    assert (("a",), [(7,)]) == (view(cluster, "v").columns, cluster.run("SELECT count(*) FROM v"))
    assert "SELECT `db1`.`t`.`k`\nFROM `db1`.`t`" in view(cluster, "v").definition


def test_a_replaced_view_keeps_its_id(cluster: Cluster) -> None:
    """CREATE OR REPLACE alters it (LocalMetastore.java, createView)."""
    before = view(cluster, "w").id
    cluster.run("CREATE OR REPLACE VIEW w COMMENT 'new' AS SELECT id FROM u")
    assert (before, "new", ("id",)) == (view(cluster, "w").id, view(cluster, "w").comment, view(cluster, "w").columns)
    cluster.run("ALTER VIEW w (x COMMENT 'y') AS SELECT id + 1 FROM u")
    assert [(2,), (3,), (4,)] == cluster.run("SELECT x FROM w ORDER BY x")
    assert (before, "y") == (view(cluster, "w").id, view(cluster, "w").schema[0].comment)
    cluster.run("ALTER VIEW w SET SECURITY INVOKER")
    assert view(cluster, "w").security


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("CREATE VIEW u AS SELECT 1 AS x", (1050, "42S01", "Table 'u' already exists")),
        ("CREATE VIEW w AS SELECT 1 AS x", (1050, "42S01", "Table 'w' already exists")),
        (
            "CREATE OR REPLACE VIEW u AS SELECT 1 AS x",
            (1064, "HY000", "Getting analyzing error. Detail message: The specified table [db1.u] is not a view."),
        ),
        (
            "CREATE VIEW v (a, b) AS SELECT id FROM u",
            (
                1353,
                "HY000",
                "Getting analyzing error. Detail message: View's SELECT and view's field list have different column "
                "counts.",
            ),
        ),
        (
            "CREATE VIEW v AS SELECT id, id FROM u",
            (1064, "HY000", "Getting analyzing error. Detail message: Duplicate column name 'id'."),
        ),
        (
            "CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1",
            (1064, "HY000", "Getting syntax error. Detail message: Conflicted options if not exists and or replace."),
        ),
        (
            "ALTER VIEW nope AS SELECT 1",
            (1064, "HY000", "Getting analyzing error. Detail message: Table nope is not found."),
        ),
        (
            "ALTER VIEW u AS SELECT 1",
            (1064, "HY000", "Getting analyzing error. Detail message: The specified table [u] is not a view."),
        ),
        ("DROP VIEW nope", (5502, "42602", "Getting analyzing error. Detail message: Unknown table 'nope'.")),
        ("DROP VIEW u", (1347, "HY000", "Getting analyzing error. Detail message: 'db1'.'u' is not 'VIEW'.")),
        ("DROP TABLE w", (1347, "HY000", "Getting analyzing error. Detail message: 'db1'.'w' is not 'TABLE'.")),
    ],
)
def test_what_is_refused(cluster: Cluster, sql: str, error: tuple[int, str, str]) -> None:
    """In the server's words."""
    assert error == cluster.refused(sql)


def test_views_survive_a_restart(empty: Callable[..., Cluster]) -> None:
    """With their types, and under a new leader too."""
    cluster = empty(kept=True)
    cluster.plant()
    cluster.run("ALTER VIEW w (day COMMENT 'x', n) AS SELECT dt, count(*) FROM t GROUP BY dt")
    before = view(cluster, "w")
    cluster.frontend.change_leader()
    assert before == view(cluster, "w")
    assert before is not view(cluster, "w")
