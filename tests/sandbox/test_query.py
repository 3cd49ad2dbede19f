from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM t", [(4,)]),
        ("SELECT k FROM t PARTITION (p1) ORDER BY k", [(1,), (2,)]),
        (
            "SELECT t.v, x.name FROM t JOIN db1.u AS x ON t.k = x.id ORDER BY 1",
            [("a", "one"), ("b", "two"), ("c", "three")],
        ),
        ("SELECT db1.t.k FROM default_catalog.db1.t WHERE db1.t.k > 3", [(4,)]),
        ("WITH t AS (SELECT 7 AS k) SELECT k FROM t", [(7,)]),
        ("SELECT * FROM w ORDER BY dt LIMIT 1", [("2024-01-10", 1)]),
        ("SELECT k FROM t WHERE k IN (SELECT id FROM u) AND v <> 'a' ORDER BY k DESC", [(3,), (2,)]),
        ("(SELECT 1) UNION ALL (SELECT 2)", [(1,), (2,)]),
        ("SELECT k AS n FROM t HAVING n > 3 AND v = 'd'", [(4,)]),
        ("SELECT CASE v WHEN 'a' THEN 'b' ELSE v END AS v FROM t HAVING v = 'b'", [("b",)]),
        ("SELECT count(*) AS n FROM t HAVING n > 9", []),
        ("SELECT k, max(k) OVER () AS m FROM t HAVING k > 3", [(4, 4)]),
        ("SELECT 'x' + 1, CAST('x' AS INT)", [(None, None)]),
        ("SELECT database(), @@lower_case_table_names", [("db1", 0)]),
        ("SELECT version(), current_version()", [("8.0.33", "4.1.0-sandbox")]),
        ("SELECT now()", [("2025-01-02 10:00:00",)]),
        ("SELECT date_format(dt, '%Y-%m'), count(*) FROM t GROUP BY 1 ORDER BY 1 LIMIT 1", [("2024-01", 2)]),
        ("SELECT elt(2, 'x', 'y'), days_add('2024-01-01', 3)", [("y", "2024-01-04 00:00:00")]),
        ("SELECT [1, 2], true, CAST(1.5 AS DECIMAL(5, 2))", [("[1,2]", 1, "1.50")]),
        ("SELECT sum(murmur_hash3_32(k, v)) = (SELECT sum(murmur_hash3_32(k, v)) FROM t) FROM t", [(1,)]),
        ("SELECT 1 FROM dual", [(1,)]),
        ("SELECT 'it''s -- no; comment' /* a; comment */ -- end", [("it's -- no; comment",)]),
    ],
)
def test_query_answers(cluster: Cluster, sql: str, rows: list[tuple[object, ...]]) -> None:
    """StarRocks' queries run on the partitions' rows."""
    assert rows == cluster.run(sql)


def test_unnamed_columns_bear_their_own_text(cluster: Cluster) -> None:
    """As a frontend names them."""
    result = cluster.session.run("SELECT count(*), k + 1, v AS other FROM t GROUP BY k, v LIMIT 0")
    assert ["count(*)", "k + 1", "other"] == [each.name for each in result.columns]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT * FROM nope", (5502, "42602", "Unknown table 'db1.nope'")),
        ("SELECT * FROM nope.t", (5501, "3F000", "Unknown database 'nope'")),
        ("SELECT * FROM hive.a.t", (5078, "42000", "Unknown catalog 'hive'")),
        ("SELECT nope FROM t", (1064, "HY000", "Column 'nope' cannot be resolved")),
        ("SELECT * FROM t PARTITION (p9)", (1064, "HY000", "Unknown partition 'p9' in table 't'")),
        ("SELECT * FROM information_schema.nope", (5502, "42602", "Unknown table 'information_schema.nope'")),
    ],
)
def test_name_that_leads_nowhere(cluster: Cluster, sql: str, error: tuple[int, str, str]) -> None:
    """The analyzer's frame and the server's codes."""
    code, state, text = error
    assert (code, state, f"Getting analyzing error. Detail message: {text}.") == cluster.refused(sql)


def test_no_database_selected(empty: Callable[..., Cluster]) -> None:
    """Without USE a bare name has no database."""
    expected = (1046, "3D000", "Getting analyzing error. Detail message: No database selected.")
    assert expected == empty().refused("SELECT * FROM t")


def test_unknown_variable_names_similar_ones(cluster: Cluster) -> None:
    """VariableMgr's text, with suggestions."""
    code, state, text = cluster.refused("SELECT @@time_zon")
    assert (1193, "HY000") == (code, state)
    assert "Unknown system variable 'time_zon', the most similar variables are {'time_zone', " in text


def test_view_that_names_itself_ends(cluster: Cluster) -> None:
    """A view over a view of the same name is refused, not followed for ever."""
    cluster.run("CREATE VIEW a AS SELECT 1 AS x; CREATE VIEW b AS SELECT * FROM a; DROP VIEW a")
    cluster.frontend.databases["db1"].tables["a"] = cluster.frontend.databases["db1"].tables["b"]
    assert "refers to itself" in cluster.refused("SELECT * FROM a")[2]


def test_what_has_no_name_has_its_text(cluster: Cluster) -> None:
    """Functions in small letters, those about the session in capitals (AstBuilder.java)."""
    found = cluster.session.run("SELECT Database(), CURRENT_USER(), CURRENT_VERSION(), NOW(), Count(*) FROM t")
    assert ["DATABASE()", "CURRENT_USER()", "current_version()", "now()", "count(*)"] == [
        each.name
        for each in found.columns  # type: ignore[union-attr]
    ]


def test_error_of_the_engine_is_short(cluster: Cluster) -> None:
    """One line, code 1064."""
    code, state, text = cluster.refused("SELECT no_such_function(1)")
    assert (1064, "HY000") == (code, state)
    assert "\n" not in text


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("SELECT TABLE_NAME, TABLE_TYPE, TABLE_ROWS FROM information_schema.tables WHERE TABLE_SCHEMA = 'db1' "
         "ORDER BY 1", ("t", "BASE TABLE", 4)),
        ("SELECT table_name, view_definition FROM information_schema.views",
         ("w", "SELECT `db1`.`t`.`dt`, count(*) AS `count(*)`\nFROM `db1`.`t`\nGROUP BY `db1`.`t`.`dt`")),
        ("SELECT PARTITION_NAME, BUCKETS, REPLICATION_NUM, ROW_COUNT, IS_TEMP FROM information_schema.partitions_meta "
         "WHERE DB_NAME = 'db1' AND TABLE_NAME = 't'", ("p1", 2, 1, 2, 0)),
        ("SELECT TABLE_MODEL, PRIMARY_KEY, DISTRIBUTE_KEY, DISTRIBUTE_BUCKET FROM information_schema.tables_config "
         "WHERE TABLE_NAME = 'u'", ("PRIMARY_KEYS", "`id`", "`id`", 2)),
        ("SELECT COLUMN_NAME, COLUMN_TYPE, COLUMN_KEY, IS_NULLABLE FROM information_schema.columns "
         "WHERE TABLE_NAME = 'u' ORDER BY ORDINAL_POSITION", ("id", "int(11)", "PRI", "NO")),
        ("SELECT SCHEMA_NAME FROM information_schema.schemata WHERE SCHEMA_NAME LIKE 'd%'", ("db1",)),
        ("SELECT count(*) FROM information_schema.materialized_views", (0,)),
        ("SELECT count(*) FROM information_schema.tables a JOIN information_schema.tables b USING (TABLE_NAME) "
         "WHERE a.TABLE_SCHEMA = 'db1'", (3,)),
    ],
)  # fmt: skip
def test_information_schema_is_read_like_any_table(cluster: Cluster, sql: str, first: tuple[object, ...]) -> None:
    """Through the same engine, with filters and joins."""
    assert first == cluster.run(sql)[0]


def test_partition_values_print_as_the_server_prints_ranges(cluster: Cluster) -> None:
    """The lowest range begins at the type's least value."""
    sql = "SELECT PARTITION_VALUE FROM information_schema.partitions_meta WHERE TABLE_NAME = 't'"
    expected = "[types: [DATE]; keys: [0000-01-01]; ..types: [DATE]; keys: [2024-02-01]; )"
    assert expected == cluster.run(sql)[0][0]
