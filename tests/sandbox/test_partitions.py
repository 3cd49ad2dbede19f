"""Partitions by hand, in batches, by loads and by the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.frontend import Frontend
from starrocks_restore_kernel.sandbox.model.catalog import Table, TableState
from starrocks_restore_kernel.sandbox.model.dynamic_partitions import schedule_dynamic_partitions
from starrocks_restore_kernel.sandbox.model.partition_names import list_name, range_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

ONE = 'PROPERTIES ("replication_num" = "1")'


def partitions(cluster: Cluster, name: str) -> dict[str, str]:
    """Each partition's rows, by its name."""
    return {row[1]: row[17] for row in cluster.run(f"SHOW PARTITIONS FROM {name}")}


def placed(cluster: Cluster, name: str) -> dict[str, tuple[int, int]]:
    """Each partition's tablets, and the replicas of each."""
    table = cluster.frontend.object("db1", name)
    assert isinstance(table, Table)
    return {each.name: (len(each.tablets), len(each.tablets[0].replicas)) for each in table.partitions.values()}


def make(cluster: Cluster, clause: str, columns: str = "dt DATETIME, city VARCHAR(20), v INT") -> None:
    """Make table ``p``."""
    cluster.run(f"CREATE TABLE p ({columns}) {clause} DISTRIBUTED BY RANDOM BUCKETS 1 {ONE}")


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("PARTITION BY date_trunc('day', dt)", {"p20240105": "2", "p20240206": "1"}),
        ("PARTITION BY date_trunc('month', dt)", {"p202401": "2", "p202402": "1"}),
        ("PARTITION BY date_trunc('year', dt)", {"p2024": "3"}),
        ("PARTITION BY date_trunc('hour', dt)", {"p2024010510": "1", "p2024010523": "1", "p2024020600": "1"}),
        ("PARTITION BY RANGE (date_trunc('month', dt)) ()", {"p202401": "2", "p202402": "1"}),
        ("PARTITION BY time_slice(dt, INTERVAL 7 day)", {"p20240101": "2", "p20240205": "1"}),
        ("PARTITION BY (city)", {"pBerlin": "1", "pMfcnchen": "1", "pOslo": "1"}),
        (
            "PARTITION BY city, v",
            {"pBerlin_1": "1", "pMfcnchen_2": "1", "pOslo__3": "1"},
        ),
        (
            "PARTITION BY date_trunc('month', dt), city",
            {"p20240101000000_Berlin": "1", "p20240101000000_Mfcnchen": "1", "p20240201000000_Oslo": "1"},
        ),
    ],
)
def test_loads_make_partitions_and_the_server_names_them(
    cluster: Cluster, clause: str, expected: dict[str, str]
) -> None:
    """Twice the same rows make no more partitions than once."""
    make(cluster, clause)
    rows = "('2024-01-05 10:00:00', 'Berlin', 1), ('2024-01-05 23:00:00', 'München', 2), ('2024-02-06', 'Oslo', -3)"
    cluster.run(f"INSERT INTO p VALUES {rows}")
    assert expected == partitions(cluster, "p")
    cluster.run(f"INSERT INTO p VALUES {rows}")
    assert {name: str(2 * int(count)) for name, count in expected.items()} == partitions(cluster, "p")
    assert [(6,)] == cluster.run("SELECT count(*) FROM p")


def test_rows_without_a_value_have_a_partition_too(cluster: Cluster) -> None:
    """NULL lies in the calendar's first range, or in a list of its own."""
    make(cluster, "PARTITION BY date_trunc('day', dt)")
    cluster.run("INSERT INTO p VALUES (NULL, 'x', 1); INSERT INTO p VALUES (NULL, 'x', 1)")
    assert {"p00000101": "2"} == partitions(cluster, "p")
    cluster.run("DROP TABLE p")
    make(cluster, "PARTITION BY (city)")
    cluster.run("INSERT INTO p VALUES ('2024-01-01', NULL, 1); INSERT INTO p VALUES ('2024-01-01', NULL, 1)")
    assert {"pNULL": "2"} == partitions(cluster, "p")


def test_partitions_of_a_load_survive_a_restart_and_a_new_leader(empty: Callable[..., Cluster]) -> None:
    """They are written down with the rows."""
    cluster = empty(kept=True)
    cluster.plant()
    make(cluster, "PARTITION BY date_trunc('day', dt)")
    cluster.run("INSERT INTO p VALUES ('2024-01-05', 'x', 1)")
    cluster.frontend.change_leader()
    assert {"p20240105": "1"} == partitions(cluster, "p")
    cluster.session.close()
    cluster.frontend.close()
    opened = Frontend(cluster.frontend.clock, cluster.frontend.folder, version="4.1", kept=True)
    table = opened.object("db1", "p")
    assert isinstance(table, Table)
    assert ("date_trunc('day', dt)",) == table.schema.partition_expressions
    assert ["p20240105"] == list(table.partitions)
    opened.close()


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("PARTITION BY date_trunc('week', dt)", "Unsupported expr 'date_trunc('week', dt)' in PARTITION BY clause."),
        ("PARTITION BY upper(city)", "Unsupported expr 'upper(city)' in PARTITION BY clause."),
        ("PARTITION BY date_trunc('hour', d)", "The hour/minute parameter only supports datetime type"),
        ("PARTITION BY (nope)", "Partition column[nope] does not exist in column list."),
        (
            "PARTITION BY RANGE (dt) (START ('2024-01-01') END ('2023-01-01') EVERY (INTERVAL 1 DAY))",
            "Batch build partition start date should less than end date.",
        ),
        (
            "PARTITION BY RANGE (dt) (START ('1000-01-01') END ('2023-01-01') EVERY (INTERVAL 1 DAY))",
            "The number of batch partitions should not exceed:4096",
        ),
        (
            "PARTITION BY RANGE (d) (START ('2024-01-01') END ('2024-01-02') EVERY (INTERVAL 1 HOUR))",
            "Batch build partition for hour interval only supports partition column as DATETIME type",
        ),
        ("PARTITION BY LIST (city, v) (PARTITION a VALUES IN ('x'))", "Partition column size should be one"),
        (
            "PARTITION BY LIST (city, v) (PARTITION a VALUES IN (('x')))",
            "size should be equal to partition column size",
        ),
        (
            "PARTITION BY LIST (city) (PARTITION a VALUES IN ('x'), PARTITION b VALUES IN ('x'))",
            "Duplicate partition value x",
        ),
        (
            "PARTITION BY RANGE (v) (PARTITION a VALUES LESS THAN ('1'), PARTITION a VALUES LESS THAN ('2'))",
            "Duplicated partition name: a",
        ),
    ],
)
def test_partition_by_that_is_refused(cluster: Cluster, clause: str, text: str) -> None:
    """In the server's words, and then there is no table."""
    columns = "dt DATETIME, d DATE, city VARCHAR(20), v INT"
    assert text in cluster.refused(f"CREATE TABLE p ({columns}) {clause} DISTRIBUTED BY RANDOM {ONE}")[2]
    assert "p" not in cluster.frontend.databases["db1"].tables


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("ALTER TABLE u ADD PARTITION x VALUES LESS THAN ('1')", "Only support adding partition to range/list"),
        ("ALTER TABLE u DROP PARTITION x", "Alter table [u] failed. Not a partitioned table"),
        ("ALTER TABLE t DROP PARTITION p9", "Error in list of partitions to [p9]"),
        ("ALTER TABLE t RENAME PARTITION p9 x", "Partition[p9] does not exists"),
        ("ALTER TABLE t RENAME PARTITION p1 p1", "Same partition name"),
        ("ALTER TABLE t RENAME PARTITION p1 p2", "Partition name[p2] is already used"),
        ("ALTER TABLE u RENAME PARTITION u x", "Table[u] is single partitioned. no need to rename partition name."),
        ("ALTER TABLE t MODIFY PARTITION p9 SET ('replication_num' = '1')", "Partition[p9] does not exist in table[t]"),
        ("ALTER TABLE t MODIFY PARTITION (*) SET ('replication_num' = '2')", "Table replication num should be less"),
        ("ALTER TABLE t REPLACE PARTITION (p1) WITH TEMPORARY PARTITION (x)", "Temp partition[x] does not exist"),
        ("ALTER TABLE t REPLACE PARTITION (p9) WITH TEMPORARY PARTITION (x)", "Partition[p9] does not exist"),
        ("ALTER TABLE t REPLACE PARTITION (p1) WITH PARTITION (x)", "Only support replace partitions with temp"),
        ("ALTER TABLE t DROP TEMPORARY PARTITION x", "Error in list of partitions to [x]"),
        ("TRUNCATE TABLE t TEMPORARY PARTITION (x)", "Not support truncate temp partitions"),
    ],
)
def test_change_of_partitions_that_is_refused(cluster: Cluster, sql: str, text: str) -> None:
    """And the partitions are as they were."""
    assert text in cluster.refused(sql)[2]
    assert {"p1": "2", "p2": "1", "p3": "1"} == partitions(cluster, "t")


def test_automatic_table_takes_whole_units_by_hand(cluster: Cluster) -> None:
    """A batch in advance is fine, a single range is not."""
    make(
        cluster,
        "PARTITION BY date_trunc('month', dt) (START ('2024-01-01') END ('2024-02-01') EVERY (INTERVAL 1 MONTH))",
    )
    cluster.run("ALTER TABLE p ADD PARTITIONS START ('2024-02-01') END ('2024-04-01') EVERY (INTERVAL 1 MONTH)")
    cluster.run("INSERT INTO p VALUES ('2024-03-09', 'x', 1)")
    assert {"p202401": "0", "p202402": "0", "p202403": "1"} == partitions(cluster, "p")
    text = cluster.refused("ALTER TABLE p ADD PARTITION x VALUES LESS THAN ('2030-01-01')")[2]
    assert "you cannot manually add a single range partition to a table that is automatically partition" in text
    assert "is automatic partitioned" in cluster.refused("ALTER TABLE p RENAME PARTITION p202401 x")[2]


def test_batch_is_added_and_dropped(cluster: Cluster) -> None:
    """START … END … EVERY, in both directions."""
    batch = "START ('2024-05-01') END ('2024-05-04') EVERY (INTERVAL 1 DAY)"
    cluster.run(f"ALTER TABLE t ADD PARTITIONS {batch}")
    assert ["p1", "p2", "p3", "p20240501", "p20240502", "p20240503"] == list(partitions(cluster, "t"))
    cluster.run(f"ALTER TABLE t DROP PARTITIONS {batch}; ALTER TABLE t DROP PARTITIONS (p1, p2)")
    assert ["p3"] == list(partitions(cluster, "t"))
    assert [(4,)] == cluster.run("SELECT k FROM t")


def test_less_than_added_later_begins_at_the_neighbour(cluster: Cluster) -> None:
    """ADD PARTITION … LESS THAN, as in CREATE TABLE."""
    cluster.run("ALTER TABLE t ADD PARTITION p4 VALUES LESS THAN ('2024-06-01') ('replication_num' = '1')")
    cluster.run("INSERT INTO t VALUES (9, '2024-05-31', 'x')")
    assert "1" == partitions(cluster, "t")["p4"]
    assert "[types: [DATE]; keys: [2024-04-01]; " in cluster.run("SHOW PARTITIONS FROM t")[3][7]


def test_temporary_partition_takes_the_place_of_another(cluster: Cluster) -> None:
    """Its rows are loaded apart, and come in under the old name."""
    cluster.run("ALTER TABLE t ADD TEMPORARY PARTITION tp VALUES [('2024-02-01'), ('2024-03-01'))")
    cluster.run("INSERT INTO t TEMPORARY PARTITION (tp) VALUES (7, '2024-02-09', 'new')")
    assert [(4,)] == cluster.run("SELECT count(*) FROM t")
    cluster.run("ALTER TABLE t REPLACE PARTITION (p2) WITH TEMPORARY PARTITION (tp)")
    assert [(7, "new")] == cluster.run("SELECT k, v FROM t PARTITION (p2)")
    cluster.frontend.change_leader()
    assert {"p1": "2", "p2": "1", "p3": "1"} == partitions(cluster, "t")
    table = cluster.frontend.object("db1", "t")
    assert isinstance(table, Table)
    assert {} == table.temporary_partitions


def test_temporary_partitions_must_cover_what_they_replace(cluster: Cluster) -> None:
    """Two halves do, one does not, unless strict_range is off."""
    cluster.run("ALTER TABLE t ADD TEMPORARY PARTITION a VALUES [('2024-02-01'), ('2024-02-10')); "
                "ALTER TABLE t ADD TEMPORARY PARTITION b VALUES [('2024-02-10'), ('2024-03-01'))")  # fmt: skip
    text = cluster.refused("ALTER TABLE t REPLACE PARTITION (p2) WITH TEMPORARY PARTITION (a)")[2]
    assert text.startswith("2 range lists are not strictly matched. [")
    cluster.run("ALTER TABLE t REPLACE PARTITION (p2) WITH TEMPORARY PARTITION (a, b)")
    assert ["p1", "a", "b", "p3"] == list(partitions(cluster, "t"))
    cluster.run("ALTER TABLE t ADD TEMPORARY PARTITION c VALUES [('2024-03-01'), ('2024-03-05')); "
                "ALTER TABLE t REPLACE PARTITION (p3) WITH TEMPORARY PARTITION (c) "
                "PROPERTIES ('strict_range' = 'false', 'use_temp_partition_name' = 'true')")  # fmt: skip
    assert ["p1", "a", "b", "c"] == list(partitions(cluster, "t"))


def test_partitions_may_have_their_own_buckets_and_replicas(empty: Callable[..., Cluster]) -> None:
    """What a restore compares, partition by partition."""
    cluster = empty(backends=3)
    cluster.plant()
    cluster.run("ALTER TABLE t ADD PARTITION p4 VALUES LESS THAN ('2024-06-01') ('replication_num' = '3') "
                "DISTRIBUTED BY HASH (k) BUCKETS 5")  # fmt: skip
    cluster.run("ALTER TABLE t MODIFY PARTITION p1 SET ('replication_num' = '2')")
    assert {"p1": (2, 2), "p2": (2, 1), "p3": (2, 1), "p4": (5, 3)} == placed(cluster, "t")


def test_partition_with_fewer_buckets_comes_back_whole(cluster: Cluster) -> None:
    """Its rows are backed up by its own number of buckets, not by the table's."""
    cluster.run("CREATE TABLE f (k INT NOT NULL) DUPLICATE KEY (k) PARTITION BY RANGE (k) () "
                f"DISTRIBUTED BY HASH (k) BUCKETS 7 {ONE}")  # fmt: skip
    cluster.run("ALTER TABLE f ADD PARTITION p VALUES LESS THAN ('1000') DISTRIBUTED BY HASH (k) BUCKETS 2; "
                "INSERT INTO f SELECT g.n FROM TABLE(generate_series(1, 500)) AS g(n)")  # fmt: skip
    timestamp = cluster.backup(on="ON (TABLE f)")
    cluster.run("DROP TABLE f")
    cluster.restore(timestamp)
    assert "FINISHED" == cluster.finish()["State"]
    assert [(500, 125250)] == cluster.run("SELECT count(*), sum(k) FROM f")


def test_truncate_makes_new_partitions_of_the_old_names(cluster: Cluster) -> None:
    """As on the server, where the old ones go to the recycle bin."""
    before = [row[0] for row in cluster.run("SHOW PARTITIONS FROM t")]
    cluster.run("ALTER TABLE t TRUNCATE PARTITION (p1)")
    after = [row[0] for row in cluster.run("SHOW PARTITIONS FROM t")]
    assert [True, False, False] == [one != other for one, other in zip(before, after, strict=True)]
    assert {"p1": "0", "p2": "1", "p3": "1"} == partitions(cluster, "t")


DYNAMIC = (
    "CREATE TABLE d (dt DATE NOT NULL, v INT) DUPLICATE KEY (dt) PARTITION BY RANGE (dt) () "
    'DISTRIBUTED BY HASH (dt) BUCKETS 1 PROPERTIES ("replication_num" = "1", "dynamic_partition.time_unit" = "{0}", '
    '"dynamic_partition.start" = "-2", "dynamic_partition.end" = "2", "dynamic_partition.buckets" = "3")'
)


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("DAY", ["p20250102", "p20250103", "p20250104"]),
        ("WEEK", ["p2024_53", "p2025_02", "p2025_03"]),
        ("MONTH", ["p202501", "p202502", "p202503"]),
        ("YEAR", ["p2025", "p2026", "p2027"]),
    ],
)
def test_dynamic_partitions_are_there_at_once(cluster: Cluster, unit: str, names: list[str]) -> None:
    """The current one and those ahead; today is the second of January 2025."""
    cluster.run(DYNAMIC.format(unit))
    assert names == list(partitions(cluster, "d"))
    assert {3} == {buckets for buckets, _ in placed(cluster, "d").values()}


def test_dynamic_partitions_come_and_go_with_the_days(cluster: Cluster) -> None:
    """What lies before the start is dropped, rows and all."""
    cluster.run(DYNAMIC.format("DAY"))
    cluster.run("INSERT INTO d VALUES ('2025-01-02', 1), ('2025-01-04', 2)")
    table = cluster.frontend.object("db1", "d")
    assert isinstance(table, Table)
    cluster.frontend.clock.advance(3 * 86400)  # type: ignore[attr-defined]
    schedule_dynamic_partitions(cluster.frontend, table)
    assert ["p20250103", "p20250104", "p20250105", "p20250106", "p20250107"] == list(partitions(cluster, "d"))
    assert [(2,)] == cluster.run("SELECT v FROM d")


def test_what_the_scheduler_did_is_shown(cluster: Cluster) -> None:
    """When it ran and why it could not, which is forgotten once it can; a new leader knows nothing of it."""
    shown = ("LastUpdateTime", "LastSchedulerTime", "State", "LastCreatePartitionMsg", "LastDropPartitionMsg")

    def seen() -> list[str]:
        (row,) = cluster.named("SHOW DYNAMIC PARTITION TABLES")
        return [row[each] for each in shown]

    cluster.run(DYNAMIC.format("DAY"))
    table = cluster.frontend.object("db1", "d")
    assert isinstance(table, Table)
    assert ["2025-01-02 10:00:00", "2025-01-02 10:00:00", "NORMAL", "\\N", "\\N"] == seen()
    cluster.frontend.clock.advance(86400)  # type: ignore[attr-defined]
    table.state = TableState.ROLLUP
    schedule_dynamic_partitions(cluster.frontend, table)
    text = "Table[d]'s state is not NORMAL.Do not allow doing dynamic add partition. table state=ROLLUP"
    assert ["2025-01-02 10:00:00", "2025-01-03 10:00:00", "ERROR", text, "\\N"] == seen()
    table.state = TableState.NORMAL
    cluster.frontend.backends.all[0].alive = False
    schedule_dynamic_partitions(cluster.frontend, table)
    assert "ERROR" == seen()[2]
    cluster.frontend.backends.all[0].alive = True
    schedule_dynamic_partitions(cluster.frontend, table)
    assert ["NORMAL", "\\N"] == seen()[2:4]
    cluster.frontend.change_leader()
    assert ["\\N", "\\N", "NORMAL", "\\N", "\\N"] == seen()


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        (DYNAMIC.replace('"2"', '"0"').format("DAY"), "Dynamic partition end must greater than 0"),
        (DYNAMIC.replace('"-2"', '"1"').format("DAY"), "Dynamic partition start must less than 0"),
        (DYNAMIC.format("HOUR"), "Date type partition does not support dynamic partitioning granularity of hour"),
        (DYNAMIC.replace('"dynamic_partition.end" = "2", ', "").format("DAY"), "Must assign dynamic_partition.end"),
        (
            DYNAMIC.replace('"dynamic_partition.time_unit" = "{0}", ', ""),
            "Must assign dynamic_partition.time_unit properties",
        ),
        (
            DYNAMIC.replace("PARTITION BY RANGE (dt) ()", "").format("DAY"),
            "Dynamic partition only support single-column range partition",
        ),
    ],
)
def test_dynamic_partition_properties_are_checked(cluster: Cluster, sql: str, text: str) -> None:
    """In the server's words."""
    assert text in cluster.refused(sql)[2]


def test_dynamic_table_takes_no_partitions_by_hand(cluster: Cluster) -> None:
    """Unless the scheduler is switched off first."""
    cluster.run(DYNAMIC.format("DAY"))
    for clause in ("ADD PARTITION x VALUES LESS THAN ('2020-01-01')", "DROP PARTITION p20250102"):
        assert "Cannot add/drop partition on a Dynamic Partition Table" in cluster.refused(f"ALTER TABLE d {clause}")[2]
    cluster.run("ALTER TABLE d SET ('dynamic_partition.enable' = 'false'); ALTER TABLE d DROP PARTITION p20250102")
    assert ["p20250103", "p20250104"] == list(partitions(cluster, "d"))


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2024-12-30", "p2024_53"),
        ("2025-01-06", "p2025_02"),
        ("2023-01-02", "p2023_01"),
        ("2021-07-05", "p2021_28"),
    ],
)
def test_weeks_are_numbered_as_java_does(moment: str, name: str) -> None:
    """Weeks of java.util.Calendar, the year's last one being the 53rd."""
    assert name == range_name(datetime.fromisoformat(moment), "WEEK")


def test_long_list_name_ends_in_its_hash() -> None:
    """Fifty characters, then Java's hash of the whole name."""
    assert "p_5" == list_name(("-5",)).replace("__", "_")
    assert "pa20b" != list_name(("a b",)) == "pab"
    found = list_name(("x" * 60,))
    assert f"p{'x' * 49}_" == found[:51]
    assert int(found[51:], 16) >= 0


def test_ten_thousand_partitions_cost_no_ten_thousand_queries(cluster: Cluster) -> None:
    """A load asks the engine as often for many partitions as for few."""
    counts = []
    for name, end in (("few", 10), ("many", 2000)):
        cluster.run(f"CREATE TABLE {name} (k INT NOT NULL) DUPLICATE KEY (k) PARTITION BY RANGE (k) "
                    f"(START ('0') END ('{end}') EVERY (1)) DISTRIBUTED BY HASH (k) BUCKETS 1 {ONE}")  # fmt: skip
        asked: list[str] = []
        held = cluster.frontend.rows.hold

        def noting(*arguments: object, asked: list[str] = asked, held: object = held) -> str:
            asked.append("hold")
            return held(*arguments)  # type: ignore[operator, no-any-return]

        cluster.frontend.rows.hold = noting  # type: ignore[method-assign, assignment]
        cluster.run(f"INSERT INTO {name} VALUES (3), (7)")
        cluster.frontend.rows.hold = held  # type: ignore[method-assign]
        counts.append(len(asked))
    assert [2, 2] == counts
