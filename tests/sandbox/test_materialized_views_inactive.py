from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from starrocks_restore_kernel.sandbox.model.catalog import MaterializedView, Table
from starrocks_restore_kernel.sandbox.model.dependents import inactivate, inactivate_for_columns
from starrocks_restore_kernel.sandbox.model.materialized_views import (
    activate,
    backup_reason,
    check_inactive,
    drop_corrupted,
    rebind,
    renamed_definition,
)
from starrocks_restore_kernel.sandbox.model.refreshes import refresh_due

if TYPE_CHECKING:
    from sandbox.small_cluster import Cluster

    from starrocks_restore_kernel.sandbox.model.catalog import Database

MANUAL = "user use alter materialized view set status to inactive"


@pytest.fixture
def viewed(cluster: Cluster) -> Cluster:
    """A view of u, one over it, and one of w, which reads t."""
    cluster.run(
        "CREATE MATERIALIZED VIEW m REFRESH ASYNC AS SELECT id, name FROM u;"
        "CREATE MATERIALIZED VIEW top REFRESH ASYNC AS SELECT count(*) AS n FROM m;"
        "CREATE MATERIALIZED VIEW daily REFRESH ASYNC AS SELECT dt, n FROM w"
    )
    for _ in range(2):
        refresh_due(cluster.frontend)
    return cluster


def database(cluster: Cluster) -> Database:
    """The one database."""
    return cluster.frontend.databases["db1"]


def view(cluster: Cluster, name: str = "m") -> MaterializedView:
    """A materialized view of db1."""
    found = database(cluster).tables[name]
    assert isinstance(found, MaterializedView)
    return found


def reasons(cluster: Cluster) -> tuple[str, str, str]:
    """Why m, top and daily are inactive; empty for one that is active."""
    found = [view(cluster, name) for name in ("m", "top", "daily")]
    assert all(each.active is not bool(each.inactive_reason) for each in found)
    first, second, third = (each.inactive_reason for each in found)
    return first, second, third


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE u", ("base-table dropped: u", "base-mv inactive: m", "")),
        ("ALTER TABLE u RENAME v", ("base-table renamed: u", "base-mv inactive: m", "")),
        (
            "CREATE TABLE v (id INT) PROPERTIES ('replication_num' = '1'); ALTER TABLE v SWAP WITH u",
            ("base-table swapped: u", "base-mv inactive: m", ""),
        ),
        ("ALTER MATERIALIZED VIEW m INACTIVE", (MANUAL, "base-mv inactive: m", "")),
        ("DROP MATERIALIZED VIEW m", None),
        ("CREATE OR REPLACE VIEW w AS SELECT dt, 1 AS n FROM t", ("", "", "base-view changed: w")),
        ("ALTER VIEW w AS SELECT dt, 1 AS n FROM t", ("", "", "base-view changed: w")),
        ("DROP VIEW w", ("", "", "base-table dropped: w")),
        # The table behind a view is a base table too.
        ("DROP TABLE t", ("", "", "base-table dropped: t")),
        ("TRUNCATE TABLE u", ("", "", "")),
        (
            "ALTER TABLE u RENAME COLUMN name TO label",
            ("base table schema changed for columns: name", "base-mv inactive: m", ""),
        ),
        (
            "ALTER TABLE u DISTRIBUTED BY HASH (id) BUCKETS 3",
            ("base-table optimized:u", "base-mv inactive: m", ""),
        ),
        ("ALTER TABLE u ADD COLUMN more INT", ("", "", "")),
    ],
)
def test_what_happens_to_a_table_ends_its_views(
    viewed: Cluster, sql: str, expected: tuple[str, str, str] | None
) -> None:
    """With the server's reasons, and of those above them as well (MaterializedViewExceptions.java)."""
    viewed.run(sql)
    if expected is None:
        assert "base-table dropped: m" == view(viewed, "top").inactive_reason
        return
    assert expected == reasons(viewed)
    viewed.frontend.change_leader()
    assert expected == reasons(viewed)


def test_a_dropped_database_ends_the_views_of_others(viewed: Cluster) -> None:
    """Each of its tables is dropped."""
    viewed.run("CREATE DATABASE db2; CREATE MATERIALIZED VIEW db2.far REFRESH MANUAL AS SELECT id FROM db1.u")
    viewed.run("DROP DATABASE db1")
    far = viewed.frontend.databases["db2"].tables["far"]
    assert isinstance(far, MaterializedView)
    assert (False, "base-table dropped: u") == (far.active, far.inactive_reason)


def test_a_changed_column_ends_only_those_that_read_it(viewed: Cluster) -> None:
    """Names the columns."""
    table = database(viewed).tables["u"]
    assert isinstance(table, Table)
    inactivate_for_columns(viewed.frontend, table, ["other"])
    assert view(viewed).active
    inactivate_for_columns(viewed.frontend, table, ["name"])
    assert "base table schema changed for columns: name" == view(viewed).inactive_reason


def test_a_column_that_is_modified_ends_them_when_the_job_is_done(viewed: Cluster) -> None:
    """The old rows are right until then; one that is dropped is out of the rollups too."""
    viewed.run("ALTER TABLE t ADD ROLLUP r (dt, v)")
    viewed.frontend.run(21)
    viewed.run("ALTER TABLE u MODIFY COLUMN name VARCHAR(99); ALTER TABLE t DROP COLUMN v")
    assert view(viewed).active
    viewed.frontend.run(21)
    assert "base table schema changed for columns: name" == view(viewed).inactive_reason
    table = database(viewed).tables["t"]
    assert isinstance(table, Table)
    assert ("dt",) == table.rollups["r"].columns


def test_active_needs_the_base_table(viewed: Cluster) -> None:
    """The error holds the whole definition; with a table of that name it is bound to that one, and filled from it."""
    viewed.run("DROP TABLE u")
    code, state, text = viewed.refused("ALTER MATERIALIZED VIEW m ACTIVE")
    assert (1064, "HY000") == (code, state)
    assert text.startswith(
        "Getting analyzing error. Detail message: Can not active materialized view [m] because analyze materialized "
        "view define sql: \n\nCREATE MATERIALIZED VIEW `m` (`id`, `name`)\n"
    )
    assert text.endswith("\n\nCause an error: Getting analyzing error. Detail message: Unknown table 'db1.u'..")
    viewed.run("CREATE TABLE u (id INT NOT NULL, name VARCHAR(20)) PROPERTIES ('replication_num' = '1'); "
               "INSERT INTO u VALUES (7, 'seven'); ALTER MATERIALIZED VIEW m ACTIVE")  # fmt: skip
    assert view(viewed).active
    assert database(viewed).tables["u"].id == view(viewed).base_tables[0].table_id
    refresh_due(viewed.frontend)
    assert [(7, "seven")] == viewed.run("SELECT * FROM m")


def test_active_needs_the_same_columns(viewed: Cluster) -> None:
    """A table of that name with another type does not do, and is the reason from then on."""
    viewed.run("DROP TABLE u; CREATE TABLE u (id INT, name DATE) PROPERTIES ('replication_num' = '1')")
    assert (
        "column schema not compatible: (`name` varchar(20) NULL "
        in viewed.refused("ALTER MATERIALIZED VIEW m ACTIVE")[2]
    )
    assert view(viewed).inactive_reason.startswith("column schema not compatible: (`name` varchar(20) NULL ")


def test_nothing_is_built_on_an_inactive_view(viewed: Cluster) -> None:
    """Neither made nor activated."""
    viewed.run("ALTER MATERIALIZED VIEW m INACTIVE")
    expected = "Create/Rebuild materialized view from inactive materialized view: m"
    assert expected in viewed.refused("CREATE MATERIALIZED VIEW x REFRESH MANUAL AS SELECT id FROM m")[2]
    assert expected in viewed.refused("ALTER MATERIALIZED VIEW top ACTIVE")[2]


def test_refresh_of_an_inactive_view(viewed: Cluster) -> None:
    """One that a user made inactive is refused; another is tried to be activated first (MVTaskRunProcessor.java)."""
    viewed.run("ALTER MATERIALIZED VIEW m INACTIVE")
    assert (
        "Refresh materialized view failed because [m] is not active. You can try to active it with ALTER MATERIALIZED "
        "VIEW m ACTIVE; "
    ) in viewed.refused("REFRESH MATERIALIZED VIEW m")[2]
    viewed.run("DROP TABLE t")
    assert (
        f"execute task mv-{view(viewed, 'daily').id} failed: Materialized view: daily/{view(viewed, 'daily').id} is "
        "not active due to base-table dropped: t."
    ) == viewed.refused("REFRESH MATERIALIZED VIEW daily WITH SYNC MODE")[2]
    assert "FAILED" == view(viewed, "daily").refresh_state


def test_the_checker_tries_and_waits_longer_each_time(viewed: Cluster) -> None:
    """In growing pauses; what a user made inactive is left alone (MVActiveChecker.java)."""
    viewed.run("DROP TABLE u; ALTER MATERIALIZED VIEW daily INACTIVE")
    check_inactive(viewed.frontend)
    assert 1 == viewed.frontend.dependents.grace[view(viewed).id][0]
    viewed.run("CREATE TABLE u (id INT NOT NULL, name VARCHAR(20)) PROPERTIES ('replication_num' = '1')")
    viewed.frontend.run(60)
    check_inactive(viewed.frontend)
    assert not view(viewed).active
    viewed.frontend.run(60)
    check_inactive(viewed.frontend)
    assert view(viewed).active
    assert MANUAL == view(viewed, "daily").inactive_reason


def test_the_checker_leaves_what_came_from_a_snapshot(viewed: Cluster) -> None:
    """Its refresh would be long, and nobody asked for it."""
    inactivate(viewed.frontend, database(viewed), view(viewed), backup_reason("m", in_job=True))
    check_inactive(viewed.frontend)
    expected = (
        "Set the materialized view m inactive in backup because it's in backup and will be activated after restore if "
        "possible"
    )
    assert expected == view(viewed).inactive_reason


# -- after a restore ---------------------------------------------------------------------------------------------------


def restored(cluster: Cluster, name: str = "m") -> MaterializedView:
    """A view as it comes out of a snapshot: inactive, with the ids of the cluster that was backed up."""
    found = view(cluster, name)
    inactivate(cluster.frontend, database(cluster), found, backup_reason(name, in_job=True))
    return found


def test_a_restored_view_is_bound_by_name(viewed: Cluster) -> None:
    """And is active then, without a refresh."""
    found = restored(viewed)
    viewed.run("DROP TABLE u; CREATE TABLE u (id INT NOT NULL, name VARCHAR(20)) PROPERTIES ('replication_num' = '1')")
    assert rebind(viewed.frontend, database(viewed), found, {("db1", "u"): ("db1", "u")}) is None
    assert (True, database(viewed).tables["u"].id) == (found.active, found.base_tables[0].table_id)
    assert {} == viewed.frontend.dependents.waiting
    viewed.run("DROP TABLE u")
    assert "base-table dropped: u" == found.inactive_reason


def test_a_text_is_renamed_only_if_it_cannot_be_read(viewed: Cluster) -> None:
    """With the old table still there, the view keeps its text, though it is bound to the new table."""
    viewed.run("CREATE DATABASE db2; CREATE TABLE db2.v (id INT NOT NULL, name VARCHAR(20)) "
               "PROPERTIES ('replication_num' = '1')")  # fmt: skip
    found, names = restored(viewed), {("db1", "u"): ("db2", "v")}
    assert rebind(viewed.frontend, database(viewed), found, names) is None
    assert "`db1`.`u`" in found.definition
    assert ("db2", "v") == (found.base_tables[0].database, found.base_tables[0].name)


def test_a_text_is_renamed_where_the_old_table_is_gone(viewed: Cluster) -> None:
    """To the names under which the tables were restored (MVRestoreUpdater.java)."""
    viewed.run("ALTER TABLE u RENAME v")
    found = restored(viewed)
    assert rebind(viewed.frontend, database(viewed), found, {("db1", "u"): ("db1", "v")}) is None
    assert "SELECT `db1`.`v`.`id`, `db1`.`v`.`name`\nFROM `db1`.`v`" == found.definition
    assert found.active


def test_a_restored_view_without_its_table_stays_inactive(viewed: Cluster) -> None:
    """And keeps its rows."""
    found = restored(viewed)
    base = found.base_tables[0]
    viewed.run("DROP TABLE u")
    expected = (
        "Cannot active the materialized view m after restore, please check whether its base table has already been "
        f"backup or restore:default_catalog.{base.database_id}.{base.table_id}"
    )
    assert expected == rebind(viewed.frontend, database(viewed), found, {})
    assert expected == found.inactive_reason
    assert [(3,)] == viewed.run("SELECT count(*) FROM m")


def test_a_restored_view_whose_text_cannot_be_read(viewed: Cluster) -> None:
    """The tables are there, and a column is not."""
    found = restored(viewed)
    viewed.run("DROP TABLE u; CREATE TABLE u (id INT) PROPERTIES ('replication_num' = '1')")
    reason = rebind(viewed.frontend, database(viewed), found, {})
    assert reason is not None
    assert reason.startswith(
        "Can not active materialized view [m] because analyze materialized view define sql: \n\nCREATE MATERIALIZED"
    )


def test_a_restored_view_over_an_inactive_one(viewed: Cluster) -> None:
    """Is bound, and inactive for that."""
    viewed.run("ALTER MATERIALIZED VIEW m INACTIVE")
    found = restored(viewed, "top")
    assert "base-mv inactive: m" == rebind(viewed.frontend, database(viewed), found, {})


def test_a_corrupted_one_loses_its_partitions(viewed: Cluster) -> None:
    """A refresh makes them anew, once it is active."""
    drop_corrupted(viewed.frontend, database(viewed), view(viewed))
    assert ("metadata backup/restore mv corrupted: m", {}) == (view(viewed).inactive_reason, view(viewed).partitions)
    viewed.frontend.change_leader()
    assert {} == view(viewed).partitions
    assert activate(viewed.frontend, database(viewed), view(viewed)) is None
    viewed.run("REFRESH MATERIALIZED VIEW m WITH SYNC MODE")
    assert [(3,)] == viewed.run("SELECT count(*) FROM m")


def test_names_are_replaced_one_after_another() -> None:
    """Only where a back-quoted database stands before a back-quoted table."""
    names = {("a", "t"): ("b", "t"), ("a", "u"): ("b", "v")}
    text = "SELECT `a`.`t`.`k`, `x`.`t` FROM `a`.`t` JOIN `a`.`u` AS `x`"
    assert "SELECT `b`.`t`.`k`, `x`.`t` FROM `b`.`t` JOIN `b`.`v` AS `x`" == renamed_definition(text, names)
