"""What a new leader knows, in every state a job can be in; a restart of the process is the same to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.small_cluster import Cluster

from starrocks_restore_kernel.sandbox.clock import SteppedClock
from starrocks_restore_kernel.sandbox.frontend import Frontend

if TYPE_CHECKING:
    from pathlib import Path

ROWS_OF_T = "SELECT * FROM db1.t ORDER BY k"

RESTORE_STATES = {
    "PENDING": "PENDING",
    "SNAPSHOTING": "PENDING",
    "DOWNLOAD": "DOWNLOAD",
    "DOWNLOADING": "DOWNLOAD",
    "COMMIT": "COMMIT",
    "COMMITTING": "COMMIT",
    "FINISHED": "FINISHED",
}

BACKUP_STATES = {
    "PENDING": "PENDING",
    "SNAPSHOTING": "PENDING",
    "UPLOAD_SNAPSHOT": "UPLOAD_SNAPSHOT",
    "UPLOADING": "UPLOAD_SNAPSHOT",
    "SAVE_META": "SAVE_META",
    "UPLOAD_INFO": "UPLOAD_INFO",
    "FINISHED": "FINISHED",
}


@pytest.mark.parametrize(("state", "known"), RESTORE_STATES.items())
def test_restore_goes_on_from_what_was_written_down(cluster: Cluster, state: str, known: str) -> None:
    """SNAPSHOTING begins again, DOWNLOADING downloads again, COMMITTING commits again; the rows come back."""
    before = cluster.run(ROWS_OF_T)
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t; DELETE FROM u WHERE id = 1")
    cluster.restore(timestamp, clauses="ON (t, u)")
    cluster.reach(state)
    cluster.frontend.change_leader()
    assert known == cluster.job()["State"]
    assert ("FINISHED", "[OK]") == tuple(cluster.finish()[name] for name in ("State", "Status"))
    assert before == cluster.run(ROWS_OF_T)
    assert [(3,)] == cluster.run("SELECT count(*) FROM db1.u")


@pytest.mark.parametrize(("state", "known"), BACKUP_STATES.items())
def test_backup_goes_on_from_what_was_written_down(cluster: Cluster, state: str, known: str) -> None:
    """The rows are those of the backup's own moment, where that was written down, and the snapshot is whole."""
    cluster.run("BACKUP SNAPSHOT db1.s1 TO repo")
    for _ in range(200):
        if cluster.job(kind="BACKUP")["State"] == state:
            break
        cluster.frontend.run(3)
    cluster.frontend.change_leader()
    assert known == cluster.job(kind="BACKUP")["State"]
    assert ("FINISHED", "[OK]") == tuple(cluster.finish(kind="BACKUP")[name] for name in ("State", "Status"))
    ((_, timestamp, _),) = cluster.run("SHOW SNAPSHOT ON repo")
    cluster.run("DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (t)")
    assert "FINISHED" == cluster.finish()["State"]
    assert [(4,)] == cluster.run("SELECT count(*) FROM db1.t")


@pytest.mark.parametrize("state", RESTORE_STATES)
def test_process_that_ends_in_the_midst_opens_whole(tmp_path: Path, state: str) -> None:
    """The same through a folder that is closed and opened again."""

    def opened() -> Cluster:
        return Cluster(Frontend(SteppedClock(), tmp_path, version="4.1", kept=True))

    first = opened()
    first.plant()
    timestamp = first.backup()
    first.run("DROP TABLE t")
    first.restore(timestamp, clauses="ON (t)")
    first.reach(state)
    first.session.close()
    first.frontend.close()
    second = opened()
    assert "FINISHED" == second.finish()["State"]
    assert [(4,)] == second.run("SELECT count(*) FROM db1.t")
    second.session.close()
    second.frontend.close()


def test_what_pending_made_is_in_memory_alone(cluster: Cluster) -> None:
    """Before DOWNLOAD a new leader knows neither the new table nor that the old one is under restore."""
    timestamp = cluster.backup()
    cluster.run("DROP TABLE t")
    cluster.restore(timestamp, clauses="ON (t, u)")
    cluster.reach("SNAPSHOTING")
    assert 5014 == cluster.refused("SELECT count(*) FROM db1.u")[0]
    cluster.frontend.change_leader()
    assert [("u",), ("w",)] == cluster.run("SHOW TABLES FROM db1")
    assert [(3,)] == cluster.run("SELECT count(*) FROM db1.u")


def test_configuration_is_forgotten(cluster: Cluster) -> None:
    """ADMIN SET FRONTEND CONFIG lives as long as the frontend's process."""
    cluster.run('ADMIN SET FRONTEND CONFIG ("default_replication_num" = "1")')
    cluster.frontend.change_leader()
    assert "3" == cluster.frontend.config["default_replication_num"]


def view_text(cluster: Cluster) -> str:
    """What the view w counts: rows, or 7 for the later one."""
    return "later" if "7" in cluster.run("SHOW CREATE VIEW db1.w")[0][1] else "saved"


def replaced_view(cluster: Cluster) -> None:
    """Back the view up, change it, and submit a restore of it."""
    timestamp = cluster.backup()
    cluster.run("CREATE OR REPLACE VIEW w (dt, n) AS SELECT dt, 7 FROM t")
    cluster.restore(timestamp, clauses="ON (VIEW w)")


def test_replaced_view_comes_back_old_with_a_new_leader(cluster: Cluster) -> None:
    """A replay leaves an existing view alone, so what RESTORE put in its place is lost with the leader's memory."""
    replaced_view(cluster)
    cluster.finish()
    assert "saved" == view_text(cluster)
    cluster.frontend.change_leader()
    assert "later" == view_text(cluster)


def test_replaced_view_is_gone_for_good_once_it_is_dropped(cluster: Cluster) -> None:
    """What was dropped after the restore does not come back old."""
    replaced_view(cluster)
    cluster.finish()
    cluster.run("DROP VIEW w")
    cluster.frontend.change_leader()
    assert [("t",), ("u",)] == cluster.run("SHOW TABLES FROM db1")


def test_cancel_loses_the_replaced_view(cluster: Cluster) -> None:
    """In SNAPSHOTING only the leader's memory loses it; after DOWNLOAD nobody has it any more."""
    replaced_view(cluster)
    cluster.reach("SNAPSHOTING")
    cluster.run("CANCEL RESTORE FROM db1")
    assert [("t",), ("u",)] == cluster.run("SHOW TABLES FROM db1")
    cluster.frontend.change_leader()
    assert "later" == view_text(cluster)

    ((_, timestamp, _),) = cluster.run("SHOW SNAPSHOT ON repo")
    cluster.restore(timestamp, clauses="ON (VIEW w)")
    cluster.reach("DOWNLOADING")
    cluster.run("CANCEL RESTORE FROM db1")
    cluster.frontend.change_leader()
    assert [("t",), ("u",)] == cluster.run("SHOW TABLES FROM db1")


def with_function(cluster: Cluster) -> str:
    """Back up a database with a function, which stays where it is; the timestamp."""
    cluster.run(
        "CREATE FUNCTION plus(INT, INT) RETURNS INT "
        'PROPERTIES ("symbol" = "Plus", "type" = "StarrocksJar", "file" = "http://host/plus.jar")'
    )
    return cluster.backup()


def test_functions_come_back_with_a_restore_and_go_with_its_cancel(cluster: Cluster) -> None:
    """A cancel drops functions of the same signature, those that were there before included."""
    timestamp = with_function(cluster)
    cluster.run("DROP FUNCTION plus(INT, INT)")
    cluster.restore(timestamp, clauses="ON (ALL FUNCTIONS)")
    cluster.finish()
    assert ["plus(int, int)"] == list(cluster.frontend.databases["db1"].functions)

    cluster.restore(timestamp, clauses="ON (FUNCTION plus, TABLE t)")
    cluster.reach("DOWNLOADING")
    cluster.run("CANCEL RESTORE FROM db1")
    cluster.frontend.change_leader()
    assert [] == list(cluster.frontend.databases["db1"].functions)


def test_function_items_find_what_the_snapshot_has(cluster: Cluster) -> None:
    """Names match in any case; an item that renames hides the function from the next one."""
    timestamp = with_function(cluster)
    properties = f'PROPERTIES ("backup_timestamp" = "{timestamp}")'
    texts = {
        "FUNCTION minus": "Can not find restore function: minus",
        "FUNCTION plus AS add_up, FUNCTION plus": "Can not find restore function: plus",
    }
    for clause, text in texts.items():
        assert text == cluster.refused(f"RESTORE SNAPSHOT db1.s1 FROM repo ON ({clause}) {properties}")[2]
    cluster.restore(timestamp, clauses="ON (FUNCTION PLUS AS add_up)")
    assert ("FINISHED", "") == tuple(cluster.finish()[name] for name in ("State", "RestoreObjs"))
    assert {"plus(int, int)", "add_up(int, int)"} == set(cluster.frontend.databases["db1"].functions)


def test_time_goes_on_and_ids_are_never_given_twice(tmp_path: Path) -> None:
    """A folder that is opened again continues behind where it was left, whatever its clock says."""
    first = Frontend(SteppedClock(2_000_000_000), tmp_path, version="4.1", kept=True)
    given = [first.next_id() for _ in range(1500)]
    first.create_database("db1")
    first.close()
    second = Frontend(SteppedClock(1_000_000_000), tmp_path, version="4.1", kept=True)
    assert given[-1] < second.next_id()
    assert 2_000_000_000 <= second.clock.now()
    second.close()
