"""Dangers that the server keeps to itself, or tells when it is too late: each is in the plan, and each comes true."""

from __future__ import annotations

import pytest
from planning.stage import SHOP, Make, Stage, errors, foretold, inside, planned
from planning.test_foretold_objects import FUNCTION, MV

from starrocks_restore_kernel.planning import Action, Plan, Verdict
from starrocks_restore_kernel.sandbox import Fault, FaultKind
from starrocks_restore_kernel.sandbox.backup.storage import storage_path
from starrocks_restore_kernel.sandbox.model.backends import Pace


def told(made: Plan, code: str) -> str:
    """The one message of a code."""
    (message,) = [each.message for each in made.findings if each.code == code]
    return message


# -- the snapshot


@pytest.mark.parametrize(
    ("label", "stamp", "code"), [("nothing", None, "SRR202"), ("s", "2024-01-01-00-00-00-000", "SRR203")]
)
def test_a_snapshot_that_is_not_there_is_refused(stage: Stage, label: str, stamp: str | None, code: str) -> None:
    """The plan begins as the server's answer does, and says what it is."""
    there = stage.backup()
    made = planned(stage, stamp or there, "ON (t)", f"db1.{label}")
    refused = stage.send(made).refused or ""

    beginning = f"Failed to get info of snapshot '{label}'"
    assert told(made, code).startswith(beginning)
    assert refused.startswith(beginning)
    assert refused.endswith("Maybe specified wrong backup timestamp")
    assert made.why.startswith("the server would refuse it: ")


def test_a_snapshot_that_is_damaged_is_refused(stage: Stage) -> None:
    """Its listing says so, and so does the statement."""
    stamp = stage.backup()
    (info,) = storage_path(stage.sandbox.frontend.folder, "s3://bucket/backups").rglob(f"__info_{stamp}.*")
    info.write_bytes(info.read_bytes()[:-1])
    made = planned(stage, stamp, "ON (t)")
    refused = stage.send(made).refused or ""

    assert Verdict.BLOCKED is made.verdict
    assert errors(made)[0].startswith("Failed to get info of snapshot 's'")
    assert "md5sum does not equal" in errors(made)[0]
    assert "md5sum does not equal" in refused


def test_a_repository_that_does_not_answer_says_so(stage: Stage) -> None:
    """When it was asked last, and when it is asked again."""
    stamp = stage.backup()
    stage.sandbox.frontend.faults.order(Fault(FaultKind.REPOSITORY_UNREACHABLE))
    stage.step(600)
    stage.cluster.refresh()
    made = planned(stage, stamp, "ON (t)")

    assert told(made, "SRR243").startswith("When last asked, the repository repo answered: ")
    assert Verdict.SAFE is not made.verdict
    assert (stage.send(made).refused or "").startswith("Failed to get info of snapshot 's'")


# -- the cluster


def test_3_3_makes_no_database(make: Make) -> None:
    """Where later releases would have."""
    stage = make(version="3.3")
    stage.do(SHOP)
    stamp = stage.backup()
    made = planned(stage, stamp, "ON (t)", "db2.s")

    assert ["Unknown database 'db2'"] == errors(made) == [stage.send(made).refused]
    assert {"db2": Action.BLOCKED}.items() <= foretold(made).items()


def test_nothing_is_restored_to_shared_data(stage: Stage, make: Make) -> None:
    """The server takes the statement, and the job dies."""
    stamp = stage.backup()
    there = storage_path(stage.sandbox.frontend.folder, "s3://bucket/backups")
    shared = make(shared_data=True)
    shared.do("CREATE DATABASE db1")
    shared.do(f"CREATE READ ONLY REPOSITORY repo WITH BROKER ON LOCATION 'file://{there}'")
    made = planned(shared, stamp, "ON (t)")
    happened = shared.send(made)

    assert "tables cannot be restored here" in told(made, "SRR214")
    assert Verdict.BLOCKED is made.verdict
    assert errors(made) == [happened.text] == ["failed to find 1 different hosts to create table: t"]


def test_new_tables_take_the_default_number(make: Make) -> None:
    """Whatever they had."""
    stage = make(backends=3)
    stage.do(SHOP)
    stamp = stage.backup()
    made = planned(stage, stamp, "ON (t AS t2)", properties="")
    happened = stage.send(made)

    assert told(made, "SRR240") == "replication_num is left to the default: t2 will have 3"
    assert {"t2": Action.RENAME} == foretold(made) == happened.effects
    assert {3} == {
        row[0]
        for row in stage.rows("SELECT REPLICATION_NUM FROM information_schema.partitions_meta WHERE TABLE_NAME = 't2'")
    }


def test_a_backend_that_is_away_is_waited_for(make: Make) -> None:
    """Until the job's own time is over."""
    stage = make(backends=2)
    stage.do(SHOP.replace('PROPERTIES ("replication_num" = "1")', 'PROPERTIES ("replication_num" = "2")'))
    stamp = stage.backup()
    stage.sandbox.frontend.backends.all[1].alive = False
    stage.cluster.refresh()
    made = planned(stage, stamp, "ON (t)", properties='"replication_num" = "2", "timeout" = "600"')
    happened = stage.send(made)

    assert "Tasks for replicas there wait until it is back, or the job times out" in told(made, "SRR242")
    assert "restore job with label: s  timeout." == happened.text


def test_a_job_that_is_too_slow_times_out(make: Make) -> None:
    """At the rate of the restores before, which the history knows."""
    stage = make(pace=Pace(download=1))
    stage.do(SHOP.replace("BUCKETS 2", "BUCKETS 300"))
    stamp = stage.backup()
    before = planned(stage, stamp, "ON (t)").submit(overwrite=True)
    while not stage.job("db1").state.ended:
        stage.step(60)
    before.wait(30)
    made = planned(stage, stamp, "ON (t)", properties='"replication_num" = "1", "timeout" = "600"')

    assert "at the rate of earlier restores it takes" in told(made, "SRR230")
    assert "restore job with label: s  timeout." == stage.send(made).text


# -- what stays, and what goes stale


def test_what_only_the_cluster_has_stays(stage: Stage) -> None:
    """A restore merges: partitions and objects that the snapshot lacks are as they were."""
    stamp = stage.backup()
    stage.do('ALTER TABLE db1.t ADD PARTITION p4 VALUES LESS THAN ("2024-05-01")')
    stage.do("INSERT INTO db1.t VALUES (9, '2024-04-10', 'late'); CREATE VIEW db1.y AS SELECT 1 AS one")
    made = planned(stage, stamp)
    happened = stage.send(made)

    assert told(made, "SRR238").endswith("partitions: 1 of t; objects: y")
    assert happened.parted["t"] == ({"p1", "p2", "p3"}, set(), {"p4"})
    assert [("late",)] == stage.rows("SELECT v FROM db1.t WHERE dt >= '2024-04-01'")
    assert [(1,)] == stage.rows("SELECT * FROM db1.y")


def test_materialized_views_go_stale(stage: Stage) -> None:
    """One that reads what is overwritten keeps the rows of before."""
    stamp = stage.backup()
    stage.do(MV.replace("REFRESH ASYNC", "REFRESH MANUAL"))
    stage.do("INSERT INTO db1.t VALUES (5, '2024-01-05', 'e'); REFRESH MATERIALIZED VIEW db1.mv WITH SYNC MODE")
    made = planned(stage, stamp, "ON (t)")
    stage.send(made)

    assert told(made, "SRR239").endswith(": mv")
    assert [(4,)] == stage.rows("SELECT count(*) FROM db1.t")
    assert [(5,)] == stage.rows("SELECT count(*) FROM db1.mv")
    stage.do("REFRESH MATERIALIZED VIEW db1.mv FORCE WITH SYNC MODE")
    assert [(4,)] == stage.rows("SELECT count(*) FROM db1.mv")


def test_without_on_functions_come_too(stage: Stage) -> None:
    """No statement lists them, and they are there."""
    stage.do(f"CREATE FUNCTION db1.f(INT) RETURNS INT {FUNCTION}")
    stamp = stage.backup()
    stage.do("DROP FUNCTION db1.f(INT)")
    made = planned(stage, stamp)
    happened = stage.send(made)

    assert told(made, "SRR216") == "Without ON all functions of the snapshot are restored too; no statement lists them"
    assert happened.text is None
    assert ["f"] == [each.name for each in stage.sandbox.frontend.databases["db1"].functions.values()]


def test_a_kind_word_decides_nothing(stage: Stage) -> None:
    """A view that is called a table is restored, and a table that is called a view."""
    stamp = stage.backup()
    stage.do("DROP VIEW db1.w; DROP TABLE db1.u")
    made = planned(stage, stamp, "ON (TABLE w, VIEW u)")

    assert ["SRR241", "SRR241"] == [each.code for each in made.findings if each.code == "SRR241"]
    assert {"w": Action.CREATE, "u": Action.CREATE} == foretold(made) == stage.send(made).effects


# -- what no statement shows


UNSEEN = [
    ("v VARCHAR(20)", "v VARCHAR(30)", "column: v in existed table is different from the column in backup snapshot"),
    ("v VARCHAR(20)", "v VARCHAR(20), x INT", "already exist but with different schema, errMsg: "),
    ("DUPLICATE KEY (k, dt)", "PRIMARY KEY (k, dt)", "already exist but with different key type"),
    ("BUCKETS 2", "BUCKETS 3", "bucket num is inconsistent"),
    ('"2024-02-01"', '"2024-01-15"', "Partition p1 in table t has different range with partition in repository"),
    ("PARTITION p1 ", "PARTITION pz ", "Partition p1 in table t has conflict range with existing ranges"),
]


@pytest.mark.parametrize(("old", "new", "text"), UNSEEN)
def test_drift_that_no_statement_shows_is_said_to_be_unknown(stage: Stage, old: str, new: str, text: str) -> None:
    """The plan does not call the table the same, and nothing has been overwritten when the job has died of it."""
    stamp = stage.backup()
    create = next(each for each in SHOP.split(";") if "CREATE TABLE db1.t " in each)
    stage.do(f"DROP TABLE db1.t FORCE; {create.replace(old, new, 1)}")
    made = planned(stage, stamp, "ON (t)")
    happened = stage.send(made)

    assert told(made, "SRR244").startswith("SQL shows of a snapshot neither the release that wrote it nor its columns")
    assert Verdict.DESTRUCTIVE is made.verdict
    assert text in (happened.text or "")
    assert [(0,)] == stage.rows("SELECT count(*) FROM db1.t")


def test_cancelled_in_its_last_steps_a_job_leaves_a_table_torn(make: Make) -> None:
    """As the plan says where it speaks of the outage: some tablets are the snapshot's, and some are those of before."""
    stage = make(pace=Pace(move=1))
    stage.do(SHOP.replace("BUCKETS 2", "BUCKETS 6"))
    stamp = stage.backup()
    stage.do("TRUNCATE TABLE db1.t")
    made = planned(stage, stamp, "ON (t)")
    stage.send(made, finish=False)
    while stage.job("db1").state.value != "COMMITTING":
        stage.step()
    stage.step(9)
    stage.do("CANCEL RESTORE FROM db1")

    (outage,) = [each for each in made.findings if each.code == "SRR231"]
    assert "once the job is in COMMIT, do not cancel it: what it overwrites may be left broken" in (outage.hint or "")
    assert "user cancelled, current state: COMMITTING" == stage.job("db1").reason
    assert 0 < stage.rows("SELECT count(*) FROM db1.t")[0][0] < 4


def test_what_is_skipped_may_stay_locked_when_the_job_fails(stage: Stage) -> None:
    """An active materialized view is marked like the rest, and the clean-up does not know it."""
    stage.do(MV)
    stamp = stage.backup()
    stage.do("ALTER TABLE db1.l DROP PARTITION pc")
    made = planned(stage, stamp, "ON (mv, l)")
    happened = stage.send(made)

    assert told(made, "SRR228").endswith("; if the job fails in its first step, it may stay in state RESTORE")
    assert errors(made) == [happened.text]
    assert "RESTORE" == inside(stage, "mv").state.value
