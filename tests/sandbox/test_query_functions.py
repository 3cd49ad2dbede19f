"""What a person asks to see that the data is back, in StarRocks' own words."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.server_errors import SqlError
from starrocks_restore_kernel.sandbox.statements.session import Session

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("count(*), sum(k), avg(k), min(dt), max(v)", (4, 10, 2.5, "2024-01-10", "d")),
        ("count(DISTINCT year(dt)), ndv(k), approx_count_distinct(k), group_concat(v)", (1, 4, 4, "a,b,c,d")),
        ("bitmap_union_count(to_bitmap(k)), hll_union_agg(hll_hash(v)), bitmap_count(bitmap_union(to_bitmap(k)))",
         (4, 4, 4)),
        ("max_by(v, k), min_by(v, k), percentile_approx(k, 0.5)", ("d", "a", 2.5)),
    ],
)  # fmt: skip
def test_tables_are_summed_up(cluster: Cluster, sql: str, row: tuple[object, ...]) -> None:
    """Aggregates."""
    assert [row] == cluster.run(f"SELECT {sql} FROM t")


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("date_format('2024-01-05', '%Y%m'), datediff('2024-01-05', '2024-01-01'), to_date('2024-01-05 10:00:00')",
         ("202401", 4, "2024-01-05")),
        ("months_diff('2024-03-01', '2024-01-02'), days_add('2024-01-31', 1), hours_sub('2024-01-01', 1)",
         (1, "2024-02-01 00:00:00", "2023-12-31 23:00:00")),
        ("time_slice('2024-01-05 10:03:00', INTERVAL 5 MINUTE), last_day('2024-02-01'), unix_timestamp('1970-01-02')",
         ("2024-01-05 10:00:00", "2024-02-29", 86400)),
        ("from_unixtime(0), cast(now() AS DATE), unix_timestamp()", ("1970-01-01 00:00:00", "2025-01-02", 1735812000)),
        ("concat_ws('-', 'a', NULL, 'b'), split('a,b', ','), substr('hello', 2, 3), strcmp('a', 'b')",
         ("a-b", '["a","b"]', "ell", -1)),
        ("get_json_int('{\"a\": 5}', '$.a'), get_json_string('{\"a\": \"x\"}', '$.a'), json_length('[1, 2]')",
         (5, "x", 2)),
        ("array_length([1, 2]), array_contains([1, 2], 2), array_sum([1, 2]), array_join(['a', 'b'], '+')",
         (2, 1, 3, "a+b")),
        ("ifnull(NULL, 1), if(1 > 2, 'y', 'n'), coalesce(NULL, 3), nullif(1, 1)", (1, "n", 3, None)),
        ("truncate(1.567, 2), 7 DIV 2, mod(7, 3), '5' + 1", ("1.56", 3, 1, 6.0)),
        ("cast('x' AS INT), cast('12' AS INT), cast('2024-99-01' AS DATE)", (None, 12, None)),
        ("bitmap_to_string(to_bitmap(5)), elt(2, 'a', upper('b'))", ("5", "B")),
        ("md5('a')", ("0cc175b9c0f1b6a831c399e269772661",)),
        ("@@autocommit, @@session.wait_timeout, connection_id()", (1, 28800, 0)),
    ],
)  # fmt: skip
def test_functions_answer(cluster: Cluster, sql: str, row: tuple[object, ...]) -> None:
    """Dates, texts, JSON, arrays, numbers, conversions."""
    assert [row] == cluster.run(f"SELECT {sql}")


@pytest.mark.parametrize("call", ["murmur_hash3_32({0})", "xx_hash3_64({0})", "crc32(concat({0}))", "md5sum({0})"])
def test_checksums_of_equal_rows_are_equal(cluster: Cluster, call: str) -> None:
    """And of other rows they are others, in whatever order the rows lie."""
    cluster.run("CREATE TABLE t2 LIKE t; INSERT INTO t2 SELECT * FROM t ORDER BY k DESC")
    asked = "SELECT min(h), max(h), count(*) FROM (SELECT " + call.format("k, dt, v") + " AS h FROM {}) AS q"
    before = cluster.run(asked.format("t"))
    assert before == cluster.run(asked.format("t2"))
    cluster.run("INSERT INTO t2 VALUES (1, '2024-01-10', 'b')")
    assert before != cluster.run(asked.format("t2"))


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT k FROM t MINUS SELECT id FROM u", [(4,)]),
        ("SELECT k FROM t PARTITIONS (p2, p3) ORDER BY k", [(3,), (4,)]),
        ("SELECT k FROM t PARTITION p2", [(3,)]),
        ("SELECT k FROM t TEMPORARY PARTITION (tp)", [(7,)]),
        ("SELECT k, row_number() OVER (PARTITION BY dt ORDER BY k) FROM t ORDER BY k LIMIT 1, 2", [(2, 1), (3, 1)]),
        ("SELECT t.K FROM t LEFT ANTI JOIN u ON t.k = u.ID", [(4,)]),
        ("SELECT /*+ SET_VAR(query_timeout=9) */ x FROM t, unnest([5]) AS q(x) WHERE k = 1", [(5,)]),
        ("SELECT v, count(*) FROM t WHERE k < 3 GROUP BY ROLLUP(v) ORDER BY 1", [(None, 2), ("a", 1), ("b", 1)]),
        ("SELECT upper(1 + 1), lower(k) FROM t WHERE k = 4", [("2", "4")]),
        ("SELECT CASE WHEN EXISTS (SELECT 1 FROM t WHERE k = 4) THEN 'back' ELSE 'lost' END", [("back",)]),
    ],
)
def test_dialect_is_read(cluster: Cluster, sql: str, rows: list[tuple[object, ...]]) -> None:
    """What sqlglot alone would not."""
    cluster.run("ALTER TABLE t ADD TEMPORARY PARTITION tp VALUES [('2024-02-01'), ('2024-03-01')); "
                "INSERT INTO t TEMPORARY PARTITION (tp) VALUES (7, '2024-02-02', 'x')")  # fmt: skip
    assert rows == cluster.run(sql)


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT k FROM T", "Unknown table 'db1.T'"),
        ("SELECT nope.k FROM t", "Unknown table 'nope'"),
        ("SELECT k FROM t AS a JOIN t AS b ON a.k = b.k", "Column 'k' is ambiguous"),
        ("SELECT v, sum(k) FROM t", "'v' must be an aggregate expression or appear in GROUP BY clause"),
        ("SELECT frobnicate(k) FROM t", "No matching function with signature: frobnicate(...)"),
        ("SELECT k FROM t TEMPORARY PARTITION (nope)", "Unknown partition 'nope' in table 't'"),
    ],
)
def test_wrong_names_are_answered_as_the_server_does(cluster: Cluster, sql: str, text: str) -> None:
    """Tables by case, columns without."""
    assert f"Getting analyzing error. Detail message: {text}." == cluster.refused(sql)[2]


@pytest.mark.parametrize("sql", ["SELECT t.nope FROM t", "SELECT k FROM t WHERE k > 'abc'", "SELECT sum(v) FROM t"])
def test_inner_names_of_the_engine_stay_inside(cluster: Cluster, sql: str) -> None:
    """Whatever it stumbles over."""
    text = cluster.refused(sql)[2]
    assert "partition_" not in text
    assert "\n" not in text


def test_now_is_in_the_zone_of_the_session(cluster: Cluster) -> None:
    """By name or by offset; UTC stays UTC."""
    for zone in ("+08:00", "Asia/Shanghai", "CST"):
        cluster.run(f"SET time_zone = '{zone}'")
        assert [("2025-01-02 18:00:00", "2025-01-02 10:00:00")] == cluster.run("SELECT now(), utc_timestamp()")


def test_explain_names_what_is_read(cluster: Cluster) -> None:
    """And says that the plan is no server's."""
    (first, *lines) = [row[0] for row in cluster.run("EXPLAIN SELECT * FROM t JOIN u ON t.k = u.id")]
    assert "SANDBOX" in first
    assert ["  SCAN db1.t: partitions=3, rows=4", "  SCAN db1.u: partitions=1, rows=3"] == lines


def test_sleep_blocks_nobody_and_is_woken_by_kill(cluster: Cluster) -> None:
    """Another session goes on meanwhile, and ends it."""
    sleeper = Session(cluster.frontend)
    found: list[SqlError] = []

    def sleep() -> None:
        try:
            sleeper.run("SELECT sleep(3600)")
        except SqlError as error:
            found.append(error)

    thread = threading.Thread(target=sleep)
    thread.start()
    assert [(4,)] == cluster.run("SELECT count(*) FROM db1.t")
    while thread.is_alive():
        # It may not have fallen asleep yet.
        sleeper.interrupt()
        thread.join(0.01)
    sleeper.close()
    assert [(1317, "70100")] == [(each.code, each.sqlstate) for each in found]
