"""What a restore that fails or is cancelled does to what was there before it (RestoreJob.java, cancelInternal).

Hazards that follow from the server's code; those of views and functions, and what a new leader knows of them, are in
test_leader_change.py, and a table behind an alias in test_compatibility.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.stage import Stage
from sandbox.texts_of_submit import catalogs

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.small_cluster import Cluster

MV = """
CREATE MATERIALIZED VIEW mv DISTRIBUTED BY HASH (k) BUCKETS 1 REFRESH DEFERRED MANUAL
PROPERTIES ("replication_num" = "1") AS SELECT k, v FROM t
"""
LAST = 'CREATE TABLE z (k INT) DISTRIBUTED BY HASH (k) BUCKETS 2 PROPERTIES ("replication_num" = "1")'
"""A table that a job comes to behind the others, in the order of the server's map."""

DRIFTED = f"DROP TABLE z; {LAST.replace('BUCKETS 2', 'BUCKETS 3')}"
TABLES = "SHOW TABLES FROM db1"


def test_table_behind_an_alias_comes_back_with_a_new_leader(cluster: Cluster) -> None:
    """The clean-up of PENDING drops the live table of the origin's name, in the leader's memory alone."""
    cluster.run(LAST)
    timestamp = cluster.backup()
    cluster.run(DRIFTED)
    cluster.restore(timestamp, clauses="ON (t AS t2, z)")
    assert "CANCELLED" == cluster.finish()["State"]
    assert [("u",), ("w",), ("z",)] == cluster.run(TABLES)
    cluster.frontend.change_leader()
    assert [("t",), ("u",), ("w",), ("z",)] == cluster.run(TABLES)
    assert [(4,)] == cluster.run("SELECT count(*) FROM db1.t")


def test_view_is_lost_even_where_pending_fails(cluster: Cluster) -> None:
    """A view that was queued is dropped by name, though nothing had replaced the local one yet."""
    cluster.run(LAST)
    timestamp = cluster.backup()
    cluster.run(DRIFTED)
    cluster.restore(timestamp, clauses="ON (VIEW w, z)")
    assert "CANCELLED" == cluster.finish()["State"]
    assert [("t",), ("u",), ("z",)] == cluster.run(TABLES)
    cluster.frontend.change_leader()
    assert [("t",), ("u",), ("w",), ("z",)] == cluster.run(TABLES)


@pytest.mark.parametrize("seconds", [0, 3])
def test_cancel_drops_the_catalog_that_was_there(empty: Callable[..., Cluster], seconds: int) -> None:
    """Whether the job has made a new one yet or not; a new leader does not know it either."""
    cluster = empty()
    cluster.plant()
    stage = Stage(cluster, empty)
    for step in (catalogs, "RESTORE SNAPSHOT c1 FROM repo $P"):
        stage.do(step)
    cluster.frontend.run(seconds)
    cluster.run("CANCEL RESTORE FOR EXTERNAL CATALOG")
    assert [("default_catalog",)] == [row[:1] for row in cluster.run("SHOW CATALOGS")]
    cluster.frontend.change_leader()
    assert [("default_catalog",)] == [row[:1] for row in cluster.run("SHOW CATALOGS")]


def test_restored_catalog_is_the_snapshots(empty: Callable[..., Cluster]) -> None:
    """What was changed since is gone with the catalog that was dropped for it."""
    cluster = empty()
    cluster.plant()
    stage = Stage(cluster, empty)
    for step in (catalogs, "ALTER CATALOG lake SET ('later' = 'yes')", "RESTORE SNAPSHOT c1 FROM repo $P", "STEP 9"):
        stage.do(step)
    assert (("type", "hive"),) == cluster.frontend.catalogs["lake"].properties


def test_skipped_view_stays_in_restore_where_pending_fails(cluster: Cluster) -> None:
    """An active materialized view is skipped, but its state was set before; a failing PENDING leaves it so."""
    cluster.run('ADMIN SET FRONTEND CONFIG ("enable_backup_materialized_view" = "true")')
    cluster.run(f"{LAST}; {MV}")
    timestamp = cluster.backup()
    cluster.run(DRIFTED)
    cluster.restore(timestamp, clauses="ON (MATERIALIZED VIEW mv, z)")
    assert "different schema" in cluster.finish()["Status"]
    assert 5014 == cluster.refused("SELECT * FROM mv")[0]
    assert [(0,)] == cluster.run("SELECT count(*) FROM z")
    cluster.frontend.change_leader()
    assert [(0,)] == cluster.run("SELECT count(*) FROM db1.mv")


def test_exception_in_pending_leaves_tables_in_restore_until_the_next_round(cluster: Cluster) -> None:
    """A table in the place of a view is an exception; the next round stumbles over what it left, and cleans up."""
    timestamp = cluster.backup()
    cluster.restore(timestamp, clauses="ON (t, u AS w)")
    cluster.frontend.run(3)
    assert ("PENDING", "[OK]") == (cluster.job()["State"], cluster.job()["Status"])
    assert 5014 == cluster.refused("SELECT * FROM t")[0]
    cluster.frontend.run(3)
    assert "[COMMON_ERROR, msg: Table t's state is not NORMAL: RESTORE]" == cluster.job()["Status"]
    assert [(4,)] == cluster.run("SELECT count(*) FROM t")
