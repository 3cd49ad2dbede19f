from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend
from starrocks_restore_kernel.sandbox.model import refreshes
from starrocks_restore_kernel.sandbox.model.catalog import MaterializedView, Table, TableState
from starrocks_restore_kernel.sandbox.model.dependents import Wanted
from starrocks_restore_kernel.sandbox.model.journal import Entry, PartitionEntry
from starrocks_restore_kernel.sandbox.model.refreshes import refresh_due
from starrocks_restore_kernel.sandbox.statements.show_create_view import create_materialized_view

if TYPE_CHECKING:
    from collections.abc import Callable

DAILY = "CREATE MATERIALIZED VIEW m PARTITION BY dt REFRESH ASYNC AS SELECT dt, count(*) AS n FROM t GROUP BY dt"


def view(cluster: Cluster, name: str = "m") -> MaterializedView:
    """A materialized view of db1."""
    found = cluster.frontend.databases["db1"].tables[name]
    assert isinstance(found, MaterializedView)
    return found


def rows(cluster: Cluster, name: str = "m") -> list[tuple[Any, ...]]:
    """What is in it."""
    return cluster.run(f"SELECT * FROM {name} ORDER BY 1")


def test_it_is_empty_until_the_next_round(cluster: Cluster) -> None:
    """IMMEDIATE, which it is where nothing is said, means that a task is started at once."""
    cluster.run(DAILY)
    assert [] == rows(cluster)
    refresh_due(cluster.frontend)
    assert [("2024-01-10", 1), ("2024-01-20", 1), ("2024-02-10", 1), ("2024-03-10", 1)] == rows(cluster)
    assert ("SUCCESS", cluster.frontend.clock.now()) == (view(cluster).refresh_state, view(cluster).last_refresh)


def test_a_load_fills_it_anew(cluster: Cluster) -> None:
    """ASYNC without EVERY; nothing happens without a load."""
    cluster.run(DAILY)
    refresh_due(cluster.frontend)
    version = view(cluster).partitions["p1"].version
    refresh_due(cluster.frontend)
    assert version == view(cluster).partitions["p1"].version
    cluster.run("INSERT INTO t VALUES (5, '2024-01-10', 'e')")
    refresh_due(cluster.frontend)
    assert ("2024-01-10", 2) == rows(cluster)[0]
    assert version + 1 == view(cluster).partitions["p1"].version


def test_one_over_another_follows(cluster: Cluster) -> None:
    """What fills the first asks for the second."""
    cluster.run(DAILY)
    cluster.run("CREATE MATERIALIZED VIEW top REFRESH DEFERRED ASYNC AS SELECT max(n) AS n FROM m")
    for _ in range(2):
        refresh_due(cluster.frontend)
    assert [(1,)] == rows(cluster, "top")


def test_one_by_hand_waits_for_refresh(cluster: Cluster) -> None:
    """DEFERRED MANUAL is filled by REFRESH alone: at once in SYNC MODE, at the next round otherwise."""
    cluster.run("CREATE MATERIALIZED VIEW m REFRESH DEFERRED MANUAL AS SELECT * FROM u")
    refresh_due(cluster.frontend)
    assert [] == rows(cluster)
    ((query_id,),) = cluster.run("REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert (36, 3) == (len(query_id), len(rows(cluster)))
    cluster.run("INSERT INTO u VALUES (4, 'four')")
    cluster.run("REFRESH MATERIALIZED VIEW m WITH ASYNC MODE")
    assert 3 == len(rows(cluster))
    refresh_due(cluster.frontend)
    assert 4 == len(rows(cluster))
    cluster.run("REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert "SKIPPED" == view(cluster).refresh_state


def test_a_refresh_that_waits_can_be_cancelled(cluster: Cluster) -> None:
    """CANCEL REFRESH takes it back."""
    cluster.run(
        "CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT * FROM u; CANCEL REFRESH MATERIALIZED VIEW m FORCE"
    )
    refresh_due(cluster.frontend)
    assert [] == rows(cluster)


def test_every_hour_counts_from_the_start(cluster: Cluster) -> None:
    """Whether or not anything was loaded in between."""
    cluster.run("CREATE MATERIALIZED VIEW m REFRESH DEFERRED ASYNC EVERY (INTERVAL 1 HOUR) AS SELECT * FROM u")
    done = []
    for _ in range(5):
        refresh_due(cluster.frontend)
        done.append(view(cluster).last_refresh is not None and len(rows(cluster)))
        cluster.run(f"INSERT INTO u VALUES ({10 + len(done)}, 'x')")
        cluster.frontend.run(1200)
    assert [3, 3, 3, 6, 6] == done


def test_its_partitions_are_those_of_its_table(cluster: Cluster) -> None:
    """They come and go with them (SyncPartitionUtils.java)."""
    cluster.run(DAILY)
    refresh_due(cluster.frontend)
    cluster.run("ALTER TABLE t DROP PARTITION p1; ALTER TABLE t ADD PARTITION p4 VALUES LESS THAN ('2024-05-01')")
    refresh_due(cluster.frontend)
    assert ["p2", "p3", "p4"] == [each.name for each in view(cluster).ordered()]
    assert [("2024-02-10", 1), ("2024-03-10", 1)] == rows(cluster)


def test_a_coarser_partition_is_named_by_its_ends(cluster: Cluster) -> None:
    """``date_trunc`` puts the table's partitions together."""
    cluster.run(
        "CREATE TABLE d (dt DATE NOT NULL) PARTITION BY RANGE (dt) (START ('2024-01-01') END ('2024-03-03') "
        "EVERY (INTERVAL 1 DAY)) PROPERTIES ('replication_num' = '1'); INSERT INTO d VALUES ('2024-02-29');"
        "CREATE MATERIALIZED VIEW m PARTITION BY date_trunc('month', dt) REFRESH MANUAL AS SELECT dt FROM d"
    )
    refresh_due(cluster.frontend)
    expected = {"p202401_202402": 0, "p202402_202403": 1, "p202403_202404": 0}
    assert expected == {name: each.row_count for name, each in view(cluster).partitions.items()}


def test_a_list_partitioned_one_has_the_lists_of_its_table(cluster: Cluster) -> None:
    """And REFRESH may name some of them."""
    cluster.run(
        "CREATE TABLE l (c VARCHAR(9) NOT NULL, v INT) PARTITION BY LIST (c) "
        "(PARTITION a VALUES IN ('x', 'y'), PARTITION b VALUES IN ('z')) PROPERTIES ('replication_num' = '1');"
        "INSERT INTO l VALUES ('x', 1), ('z', 2);"
        "CREATE MATERIALIZED VIEW m PARTITION BY (c) REFRESH DEFERRED MANUAL AS SELECT c, v FROM l;"
        "REFRESH MATERIALIZED VIEW m PARTITION ('z') WITH SYNC MODE"
    )
    assert [("z", 2)] == rows(cluster)
    cluster.run("REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert [("x", 1), ("z", 2)] == rows(cluster)


def test_a_refresh_may_be_of_some_partitions(cluster: Cluster) -> None:
    """From a start to an end, which is not in it."""
    cluster.run(
        "CREATE MATERIALIZED VIEW m PARTITION BY dt REFRESH DEFERRED MANUAL AS SELECT k, dt FROM t; "
        "REFRESH MATERIALIZED VIEW m PARTITION START ('2024-02-01') END ('2024-03-01') FORCE WITH SYNC MODE"
    )
    assert [(3, "2024-02-10")] == rows(cluster)


def test_two_refreshes_at_once_leave_one_set_of_partitions(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slower one makes its plan anew."""
    cluster.run(DAILY)
    planned, calls = refreshes._planned, []

    def slowly(*arguments: Any) -> Any:
        plan = planned(*arguments)
        calls.append(plan)
        if len(calls) == 1:
            refreshes.refresh(*arguments[:3], Wanted(force=True))
        return plan

    monkeypatch.setattr(refreshes, "_planned", slowly)
    cluster.run("REFRESH MATERIALIZED VIEW m FORCE WITH SYNC MODE")
    assert (3, 4) == (len(calls), len(rows(cluster)))
    kept = cluster.frontend.journal.load(Entry.PARTITION, PartitionEntry).values()
    assert 3 == len([each for each in kept if each.table == view(cluster).id])


def test_it_cannot_be_filled_during_a_restore(cluster: Cluster) -> None:
    """As nothing can be loaded into a table under restore."""
    cluster.run(DAILY)
    view(cluster).state = TableState.RESTORE
    expected = f'execute task mv-{view(cluster).id} failed: Cannot write RESTORE state table "m"'
    assert expected == cluster.refused("REFRESH MATERIALIZED VIEW m WITH SYNC MODE")[2]


def test_the_sort_key_stands_in_front(cluster: Cluster) -> None:
    """The table's columns are put in another order than the query's, and filled rightly."""
    cluster.run(
        "CREATE MATERIALIZED VIEW m (a, b COMMENT 'the key') DISTRIBUTED BY HASH (a) BUCKETS 3 ORDER BY (b) "
        "REFRESH MANUAL PROPERTIES ('storage_medium' = 'HDD') AS SELECT name, id FROM u"
    )
    refresh_due(cluster.frontend)
    schema = view(cluster).schema
    assert [("b", True, "int"), ("a", False, "varchar(20)")] == [
        (each.name, each.key, each.type) for each in schema.columns
    ]
    assert [(1, "one"), (2, "two"), (3, "three")] == rows(cluster)
    expected = (
        'CREATE MATERIALIZED VIEW `m` (`a`, `b` COMMENT "the key")\nDISTRIBUTED BY HASH(`a`) BUCKETS 3 \nORDER BY (b)\n'
        'REFRESH MANUAL\nPROPERTIES (\n"storage_medium" = "HDD",\n"replication_num" = "1"\n)\n'
        "AS SELECT name, id FROM u;"
    )
    assert expected == create_materialized_view(view(cluster))


@pytest.mark.parametrize("verb", ["INSERT INTO m VALUES (1, 2)", "DELETE FROM m WHERE n = 1", "UPDATE m SET n = 1"])
def test_nobody_else_writes_into_it(cluster: Cluster, verb: str) -> None:
    """The data of it must be consistent with the base table."""
    cluster.run(DAILY)
    code, state, text = cluster.refused(verb)
    assert (1064, "HY000") == (code, state)
    assert "and the data of materialized view must be consistent with the base table." in text


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("CREATE MATERIALIZED VIEW u REFRESH MANUAL AS SELECT * FROM t", "Table 'u' already exists"),
        ("CREATE MATERIALIZED VIEW w REFRESH MANUAL AS SELECT * FROM t", "Table 'w' already exists"),
        ("CREATE TABLE m (a INT)", "Table 'm' already exists"),
        ("CREATE VIEW m AS SELECT 1 AS x", "Table 'm' already exists"),
        (
            "DROP TABLE m",
            "The data of 'm' cannot be dropped because 'm' is a materialized view,use 'drop materialized view m' to "
            "drop it.",
        ),
        ("DROP VIEW m", "use 'drop materialized view m' to drop it."),
        ("ALTER TABLE m RENAME n", "The 'm' cannot be alter by 'ALTER TABLE', because it is a materialized view,"),
        ("DROP MATERIALIZED VIEW nope", "Materialized view nope is not found"),
        ("DROP MATERIALIZED VIEW w", "Materialized view w is not found"),
        (
            "DROP MATERIALIZED VIEW t",
            "Cannot drop base index by using DROP ROLLUP or DROP MATERIALIZED VIEW.",
        ),
        ("ALTER MATERIALIZED VIEW nope ACTIVE", "Materialized view db1.nope is not found."),
        ("ALTER MATERIALIZED VIEW t ACTIVE", "t is not async materialized view."),
        ("ALTER MATERIALIZED VIEW m RENAME u", "Materialized view [u] is already used."),
        ("ALTER MATERIALIZED VIEW m SWAP WITH u", "Materialized view can only SWAP WITH materialized view"),
        ("ALTER MATERIALIZED VIEW m SWAP WITH w", "Table w does not exist or is not OLAP/LAKE table"),
        ("ALTER MATERIALIZED VIEW m SET ('a' = 'b')", "Modify failed because unknown properties: {a=b}, please add"),
        (
            "ALTER MATERIALIZED VIEW m REFRESH ASYNC EVERY (INTERVAL 1 SECOND)",
            "Refresh schedule interval 1 is too small",
        ),
        (
            "ALTER MATERIALIZED VIEW m REFRESH ASYNC EVERY (INTERVAL 1 MONTH)",
            "'Refresh interval unit' cannot support 'MONTH' in materialized view.",
        ),
        ("REFRESH MATERIALIZED VIEW nope", "Can not find materialized view:nope."),
        ("REFRESH MATERIALIZED VIEW nope.m", "Can not find database:nope."),
        ("REFRESH MATERIALIZED VIEW u", "Can not refresh non materialized view:u."),
        ("CANCEL REFRESH MATERIALIZED VIEW u", "u is not a materialized view"),
        ("CREATE MATERIALIZED VIEW x REFRESH MANUAL AS SELECT 1 AS a", "Can not find base table in query statement."),
        (
            "CREATE MATERIALIZED VIEW x REFRESH MANUAL AS SELECT id, uuid() AS r FROM u",
            "Materialized view query statement select item uuid() not supported nondeterministic function.",
        ),
        ("CREATE MATERIALIZED VIEW nope.x REFRESH MANUAL AS SELECT * FROM u", "Can not find database:nope in "),
        ("CREATE MATERIALIZED VIEW x ORDER BY (z) REFRESH MANUAL AS SELECT * FROM u", "Sort key not exists: z."),
        (
            "CREATE MATERIALIZED VIEW x PARTITION BY id REFRESH MANUAL AS SELECT * FROM u",
            "Materialized view partition column in partition exp must be base table partition column.",
        ),
        (
            "CREATE MATERIALIZED VIEW x PARTITION BY z REFRESH MANUAL AS SELECT * FROM t",
            "Materialized view partition exp column:z is not found in query statement.",
        ),
        (
            "CREATE MATERIALIZED VIEW x DISTRIBUTED BY HASH (z) AS SELECT * FROM u",
            "Distribution column(z) doesn't exist.",
        ),
        (
            "CREATE MATERIALIZED VIEW x REFRESH MANUAL REFRESH MANUAL AS SELECT * FROM u",
            "Cannot use duplicated REFRESH clause in building materialized view.",
        ),
        (
            "CREATE MATERIALIZED VIEW x REFRESH MANUAL PROPERTIES ('a' = 'b') AS SELECT * FROM u",
            "Analyze materialized properties failed because unknown properties: {a=b}, please add",
        ),
        (
            "CREATE MATERIALIZED VIEW x PARTITION BY dt AS SELECT * FROM t",
            "'SYNC refresh type' cannot support 'PARTITION BY' in materialized view.",
        ),
    ],
)
def test_what_is_refused(cluster: Cluster, sql: str, text: str) -> None:
    """In the server's words; and everything is as it was."""
    cluster.run(DAILY)
    assert text in cluster.refused(sql)[2]
    assert {"m", "t", "u", "w"} == set(cluster.frontend.databases["db1"].tables)
    assert view(cluster).active


def test_a_single_partition_cannot_be_chosen_from(cluster: Cluster) -> None:
    """REFRESH … PARTITION is for partitioned ones."""
    cluster.run("CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT * FROM u")
    text = cluster.refused("REFRESH MATERIALIZED VIEW m PARTITION START ('1') END ('2')")[2]
    assert "Not support refresh by partition for single partition mv" in text


def test_it_is_renamed_swapped_and_dropped(cluster: Cluster) -> None:
    """With its rows; two change places, and what is dropped leaves none."""
    cluster.run(
        "CREATE MATERIALIZED VIEW m REFRESH MANUAL AS SELECT * FROM u;"
        "CREATE MATERIALIZED VIEW n REFRESH MANUAL AS SELECT k FROM t"
    )
    refresh_due(cluster.frontend)
    cluster.run("ALTER MATERIALIZED VIEW m SWAP WITH n; ALTER MATERIALIZED VIEW n RENAME o")
    assert [(4,), (3,)] == [cluster.run(f"SELECT count(*) FROM {name}")[0] for name in ("m", "o")]
    assert ["o"] == list(view(cluster, "o").partitions)
    cluster.run("DROP MATERIALIZED VIEW m; DROP MATERIALIZED VIEW o; DROP MATERIALIZED VIEW IF EXISTS o")
    assert {"t", "u", "w"} == set(cluster.frontend.databases["db1"].tables)
    assert [] == cluster.frontend.dependents.all()


def test_a_change_of_its_schedule_takes_effect(cluster: Cluster) -> None:
    """ALTER … REFRESH; one that loads make is refreshed at once."""
    cluster.run("CREATE MATERIALIZED VIEW m REFRESH DEFERRED MANUAL AS SELECT * FROM u")
    cluster.run("ALTER MATERIALIZED VIEW m REFRESH ASYNC START ('2026-01-01 00:00:00') EVERY (INTERVAL 2 DAY)")
    assert 'ASYNC START("2026-01-01 00:00:00") EVERY(INTERVAL 2 DAY)' == view(cluster).refresh_clause
    cluster.run("ALTER MATERIALIZED VIEW m REFRESH ASYNC; ALTER MATERIALIZED VIEW m SET ('session.a' = '1')")
    refresh_due(cluster.frontend)
    assert 3 == len(rows(cluster))
    assert (("session.a", "1"),) == view(cluster).schema.properties


def test_it_survives_a_restart_and_a_new_leader(empty: Callable[..., Cluster]) -> None:
    """With its rows, and still follows the loads."""
    cluster = empty(kept=True)
    cluster.plant()
    cluster.run(DAILY)
    refresh_due(cluster.frontend)
    before = view(cluster)
    cluster.frontend.change_leader()
    assert before == view(cluster)
    assert before is not view(cluster)
    refresh_due(cluster.frontend)
    assert before == view(cluster)
    cluster.run("INSERT INTO t VALUES (5, '2024-01-10', 'e')")
    refresh_due(cluster.frontend)
    assert ("2024-01-10", 2) == rows(cluster)[0]
    cluster.session.close()
    cluster.frontend.close()
    again = Cluster(Frontend(SteppedClock(), cluster.frontend.folder, version="4.1", kept=True))
    again.session.use("db1")
    assert ("2024-01-10", 2) == rows(again)[0]
    again.run("DROP TABLE t")
    assert "base-table dropped: t" == view(again).inactive_reason
    again.session.close()
    again.frontend.close()


def test_a_synchronous_one_is_an_index_of_its_table(cluster: Cluster) -> None:
    """Without REFRESH and DISTRIBUTED BY; DROP MATERIALIZED VIEW finds it by its name alone."""
    cluster.run("CREATE MATERIALIZED VIEW sums AS SELECT dt, sum(k) FROM t GROUP BY dt")
    table = cluster.frontend.databases["db1"].tables["t"]
    assert isinstance(table, Table)
    assert (TableState.ROLLUP, {}) == (table.state, table.rollups)
    assert "Materialized view sums is not found" == cluster.refused("DROP MATERIALIZED VIEW sums")[2]
    (job,) = cluster.named("SHOW ALTER MATERIALIZED VIEW")
    assert ("t", "sums", "PENDING") == (job["TableName"], job["RollupIndexName"], job["State"])
    cluster.frontend.run(21)
    assert (TableState.NORMAL, ("dt", "mv_sum_k")) == (table.state, table.rollups["sums"].columns)
    cluster.frontend.change_leader()
    table = cluster.frontend.databases["db1"].tables["t"]
    assert isinstance(table, Table)
    assert ["sums"] == list(table.rollups)
    assert (
        "Materialized view[sums] already exists in the table t"
        == cluster.refused("CREATE MATERIALIZED VIEW sums AS SELECT k FROM t")[2]
    )
    cluster.run("DROP MATERIALIZED VIEW sums")
    assert {} == table.rollups


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT id FROM u", "Do not support create materialized view on primary key table[u]"),
        ("SELECT * FROM t", "The materialized view currently does not support * in select statement"),
        ("SELECT t.k FROM t JOIN u ON t.k = u.id", "The materialized view only supports one table in from clause."),
        ("SELECT dt FROM w", "The materialized view only supports one table in from clause."),
        ("SELECT sum(k), dt FROM t GROUP BY dt", "Any single column should be before agg column. Column dt at wrong"),
        ("SELECT k FROM t LIMIT 1", "The limit clause is not supported in add materialized view clause"),
        ("SELECT k FROM a", "The materialized view of aggregation or unique table must has grouping columns"),
    ],
)
def test_a_synchronous_one_that_is_refused(cluster: Cluster, query: str, text: str) -> None:
    """In the server's words."""
    cluster.run(
        "CREATE TABLE a (k INT, v INT SUM) AGGREGATE KEY (k) DISTRIBUTED BY HASH (k) "
        "PROPERTIES ('replication_num' = '1')"
    )
    assert text in cluster.refused(f"CREATE MATERIALIZED VIEW s AS {query}")[2]
