"""SHOW ALTER TABLE and SHOW PROC '/jobs': what is being changed, and what was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

COLUMN = (
    "JobId TableName CreateTime FinishTime IndexName IndexId OriginIndexId SchemaVersion TransactionId State Msg "
    "Progress Timeout"
)
ROLLUP = (
    "JobId TableName CreateTime FinishedTime BaseIndexName RollupIndexName RollupId TransactionId State Msg Progress "
    "Timeout"
)
OPTIMIZE = "JobId TableName CreateTime FinishTime Operation TransactionId State Msg Progress Timeout"


@pytest.fixture
def altered(cluster: Cluster) -> Cluster:
    """A column that came at once, one that a job changes, a rollup and other buckets that jobs make."""
    cluster.run("ALTER TABLE t ADD COLUMN c INT")
    cluster.frontend.run(30)
    cluster.run(
        "ALTER TABLE u MODIFY COLUMN name VARCHAR(99); ALTER TABLE t ADD ROLLUP r (dt, v);"
        "CREATE TABLE o (k INT) PROPERTIES ('replication_num' = '1'); ALTER TABLE o DISTRIBUTED BY HASH (k) BUCKETS 3"
    )
    cluster.frontend.run(12)
    return cluster


@pytest.mark.parametrize(
    ("kind", "titles", "expected"),
    [
        ("TABLE COLUMN", COLUMN, [("t", "FINISHED", "\\N"), ("u", "RUNNING", "0/1")]),
        ("TABLE ROLLUP", ROLLUP, [("t", "RUNNING", "0/1")]),
        ("MATERIALIZED VIEW", ROLLUP, [("t", "RUNNING", "0/1")]),
        ("TABLE OPTIMIZE", OPTIMIZE, [("o", "RUNNING", "0/1")]),
    ],
)
def test_jobs_of_a_kind(altered: Cluster, kind: str, titles: str, expected: list[tuple[str, str, str]]) -> None:
    """With the server's columns; a new leader knows them too."""
    for _ in range(2):
        found = altered.named(f"SHOW ALTER {kind} FROM db1")
        assert titles.split() == list(found[0])
        assert expected == [(each["TableName"], each["State"], each["Progress"]) for each in found]
        altered.frontend.change_leader()


@pytest.mark.parametrize(
    ("clauses", "tables"),
    [
        ("WHERE TableName = 'u'", ["u"]),
        ("WHERE State = 'FINISHED' AND CreateTime < '2025-01-03'", ["t"]),
        ("WHERE CreateTime >= '2025-01-02 10:00:30'", ["u"]),
        ("WHERE CreateTime != '2025-01-02 10:00:30'", ["t"]),
        ("WHERE FinishTime <= '2025-01-02 10:00:00'", ["t"]),
        ("WHERE FinishTime > '9999-01-01'", ["u"]),
        ("ORDER BY TableName DESC LIMIT 1", ["u"]),
        ("ORDER BY JobId LIMIT 1, 1", ["u"]),
    ],
)
def test_jobs_are_filtered_and_sorted(altered: Cluster, clauses: str, tables: list[str]) -> None:
    """By four columns, and in any order."""
    assert tables == [each["TableName"] for each in altered.named(f"SHOW ALTER TABLE COLUMN {clauses}")]


@pytest.mark.parametrize(
    ("clauses", "text"),
    [
        ("WHERE JobId = 3", "The columns of TableName/CreateTime/FinishTime/State are supported."),
        ("WHERE State > 'A'", 'Where clause : TableName = "table1" or State = "FINISHED|CANCELLED|'),
        ("WHERE CreateTime > 3", "Where clause : CreateTime/FinishTime =|>=|<=|>|<|!= "),
        ("WHERE State = 'A' OR State = 'B'", "Only allow compound predicate with operator AND"),
        ("ORDER BY nope", "Title name[nope] does not exist"),
    ],
)
def test_other_clauses_are_refused(cluster: Cluster, clauses: str, text: str) -> None:
    """In the server's words."""
    assert text in cluster.refused(f"SHOW ALTER TABLE COLUMN {clauses}")[2]


def test_jobs_are_counted_by_state(altered: Cluster) -> None:
    """SHOW PROC '/jobs/<database>', and below it the same rows as SHOW ALTER TABLE."""
    path = f"/jobs/{altered.frontend.databases['db1'].id}"
    assert [
        ("load", "0", "0", "0", "0", "0"),
        ("rollup", "0", "1", "0", "0", "1"),
        ("schema_change", "0", "1", "1", "0", "2"),
        ("export", "0", "0", "0", "0", "0"),
    ] == altered.run(f"SHOW PROC '{path}'")
    for name, kind in (("rollup", "ROLLUP"), ("schema_change", "COLUMN"), ("optimize", "OPTIMIZE")):
        assert altered.run(f"SHOW ALTER TABLE {kind}") == altered.run(f"SHOW PROC '{path}/{name}'")


def test_shared_data_has_a_warehouse_behind_columns(empty: Callable[..., Cluster]) -> None:
    """Where jobs run there."""
    cluster = empty(shared_data=True)
    cluster.run("CREATE DATABASE d; CREATE TABLE d.t (k INT, v INT); ALTER TABLE d.t ADD COLUMN w INT")
    (job,) = cluster.named("SHOW ALTER TABLE COLUMN FROM d")
    assert "default_warehouse" == job["Warehouse"]
