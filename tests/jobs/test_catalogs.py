"""External catalogs: one job of all of them, which has no database, no id and no tasks."""

from __future__ import annotations

import pytest
from planning.stage import Stage

from starrocks_restore_kernel.cluster import JobState
from starrocks_restore_kernel.jobs import Job

HIVE = 'PROPERTIES ("type" = "hive", "hive.metastore.uris" = "thrift://x:1")'


@pytest.fixture
def sql(stage: Stage) -> str:
    """A RESTORE of two catalogs, of which one is gone."""
    stage.do(f"CREATE EXTERNAL CATALOG lake {HIVE}; CREATE EXTERNAL CATALOG pond {HIVE}")
    stage.cluster.frontend.send("BACKUP ALL EXTERNAL CATALOGS SNAPSHOT s TO repo")
    stage.step(30)
    stamp = stage.cluster.snapshots("repo", "s")[0].timestamps[0]
    stage.do("DROP CATALOG pond")
    return f'RESTORE SNAPSHOT s FROM repo EXTERNAL CATALOGS (lake, pond) PROPERTIES ("backup_timestamp" = "{stamp}")'


def run_out(stage: Stage, job: Job) -> Job:
    """Let time pass until it has ended."""
    for _ in range(20):
        stage.step()
        sample = stage.cluster.restores.slot("")
        if sample is not None and job.identity.matches(sample) and job.take(sample) and job.ended:
            break
    return job.wait(10)


def test_they_are_sent_once_followed_and_proved(stage: Stage, sql: str) -> None:
    """As a database is: joined while it runs, under its name ``""``, and verified at its end."""
    job = stage.cluster.plan(sql).submit(overwrite=True)
    assert "external catalogs" in job.text()
    assert stage.cluster.plan(sql).submit().joined
    assert stage.cluster.attach("").submission == job.submission
    run_out(stage, job)

    assert job.succeeded
    assert -1 == job.samples[-1].job_id
    assert job.verdict is not None
    assert {"lake", "pond"} == {each.object for each in job.verdict.rows}
    assert {"FINISHED"} == {each.state for each in stage.cluster.history()}
    stage.do("DROP CATALOG pond")
    assert "pond is not there" in job.verify().text()


def test_they_can_be_cancelled(stage: Stage, sql: str) -> None:
    """And what that takes along is said."""
    job = stage.cluster.plan(sql).submit(overwrite=True)
    assert "loses external catalogs of the same names of before" in job.cancellation().text()
    assert "CANCEL RESTORE FOR EXTERNAL CATALOG" in job.cancellation().text()
    job.cancel()

    sample = stage.cluster.restores.slot("")
    assert sample is not None
    assert sample.state is JobState.CANCELLED
